// The page of a whole programme: what stands beside what, what is left, and that it is as new as what it tells of.
import { describe, expect, test } from 'vitest'
import { eventSlugs } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { getEvent, listSessions, type Session } from '#src/domain/events.ts'
import { cancelSession } from '#src/domain/session-cancellations.ts'
import { gridOf } from '#src/web/public/programme-grid.ts'
import { openApp } from '../../support/app.ts'
import { addParts, chooseAs, makeDay, part, workshop } from '../../support/programmes.ts'
import { makeGroup, NOW } from '../../support/world.ts'

async function openProgramme(values: Parameters<typeof makeDay>[2] = {}) {
  const world = await openApp()
  const group = makeGroup(world.db)
  const { id } = makeDay(world.db, group, { slug: 'dag', ...values })
  const event = () => getEvent(world.db, id)
  const get = (query = '') => world.app.inject(`/events/dag/programme${query}`)
  const find = (title: string) => listSessions(world.db, id).find(session => session.title === title) as Session
  const cancel = (title: string) =>
    writeNow(world.db, tx =>
      cancelSession(tx, event(), find(title), { organiserId: null, revision: event().revision }, NOW),
    )
  return { ...world, group, event, get, find, cancel }
}

/** The table as text: its head, and each row with its cells. */
function tableOf(html: string): string[][] {
  const table = html.split('<table')[1]?.split('</table>')[0] ?? ''
  return table
    .split('<tr')
    .slice(1)
    .map(row => {
      const cells = row.split(/<t[hd][ >]/).slice(1)
      return cells.map(cell =>
        cell
          .replace(/^[^>]*>/, '')
          .replace(/<[^>]*>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim(),
      )
    })
}

describe('the page of a programme', () => {
  test('says so where there is none yet, and is found from the event as soon as there is', async () => {
    const { db, app, event, get } = await openProgramme()
    const empty = await get()
    expect([empty.statusCode, empty.body.includes('Het programma staat er nog niet.')]).toEqual([200, true])
    expect((await app.inject('/events/dag')).body).not.toContain('/events/dag/programme')
    addParts(db, event(), part())
    expect((await app.inject('/events/dag')).body).toContain('href="/events/dag/programme"')
    expect((await get()).body).not.toContain('staat er nog niet')
  })

  test('is a table of times and rooms, in which what everybody is at stands across', async () => {
    const { db, group, event, get } = await openProgramme()
    addParts(
      db,
      event(),
      part({ speakers: ['Wethouder', 'Bewoner'], summary: 'Hoe het kan.' }),
      workshop(1, 'A', { groupId: group.id }),
      workshop(1, 'B', { capacity: null }),
      part({ kind: 'break', title: 'Lunch', room: '', localStart: '2027-03-10T12:15', localEnd: '2027-03-10T13:30' }),
      workshop(2, 'C', { room: 'Zaal B', localEnd: '2027-03-10T15:00' }),
      workshop(2, 'D', { room: 'Zaal A' }),
    )
    chooseAs(db, event(), 'Zoë', ['A'], ['C'])
    const { body } = await get()
    expect(tableOf(body)).toEqual([
      ['Tijd', 'Zaal A', 'Zaal B'],
      ['10.00–11.00', 'Op weg naar inclusie Hoe het kan. Met Wethouder, Bewoner Grote zaal'],
      ['11.15–12.15 Ronde 1', 'A Door Werkplaats Noord Zaal A Nog 19 plaatsen vrij', 'B Zaal B'],
      ['12.15–13.30', 'Lunch'],
      ['13.30 Ronde 2', 'D tot 14.30 Zaal A Nog 20 plaatsen vrij', 'C tot 15.00 Zaal B Nog 19 plaatsen vrij'],
    ])
    expect(body.match(/data-left="19"/g)).toHaveLength(2)
    expect((await get('?lang=en')).body).toMatch(/<html lang="en">[\s\S]*19 places left/)
  })

  test('says what is cancelled; the short programme of the event leaves it out', async () => {
    const { db, app, event, get, cancel } = await openProgramme()
    addParts(db, event(), workshop(1, 'A'), workshop(1, 'Boos'))
    chooseAs(db, event(), 'Zoë', ['Boos'])
    cancel('Boos')
    expect(tableOf((await get()).body)[1]).toEqual([
      '11.15–12.15 Ronde 1',
      'A Zaal A Nog 20 plaatsen vrij',
      'Boos Gaat niet door',
    ])
    expect((await app.inject('/events/dag')).body).not.toContain('Boos')
  })

  test('says nothing of what is left before places are given by preference', async () => {
    const { db, event, get } = await openProgramme({ allocation: 'by_preference' })
    addParts(db, event(), workshop(1, 'A'))
    expect((await get()).body).not.toContain('data-left')
  })

  test('is kept as long as it is true: a choice and a change are seen at once', async () => {
    const { db, event, get, app } = await openProgramme()
    addParts(db, event(), workshop(1, 'A'))
    const first = await get()
    const again = await app.inject({
      url: '/events/dag/programme',
      headers: { 'if-none-match': String(first.headers.etag) },
    })
    expect([again.statusCode, first.headers['cache-control']]).toEqual([304, 'public, max-age=0, s-maxage=10'])
    chooseAs(db, event(), 'Zoë', ['A'])
    expect((await get()).body).toContain('Nog 19 plaatsen vrij')
    addParts(db, event(), part({ title: 'Erbij' }))
    expect((await get()).body).toContain('Erbij')
  })

  test('follows an event to its new address, and shows no draft', async () => {
    const { db, app, event } = await openProgramme()
    db.insert(eventSlugs).values({ slug: 'oud', eventId: event().id }).run()
    const { statusCode, headers } = await app.inject('/events/oud/programme?lang=en')
    expect([statusCode, headers.location]).toEqual([301, '/events/dag/programme?lang=en'])
    db.$client.exec('update events set published_at = null')
    expect((await app.inject('/events/dag/programme')).statusCode).toBe(404)
  })

  test('tells machines of each part that is no break', async () => {
    const { db, event, get } = await openProgramme()
    addParts(db, event(), part({ kind: 'break', title: 'Inloop' }), workshop(1, 'A', { speakers: ['Bewoner'] }))
    const json = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec((await get()).body)?.[1] ?? ''
    expect(JSON.parse(json).subEvent).toEqual([
      {
        '@type': 'Event',
        name: 'A',
        startDate: '2027-03-10T11:15+01:00',
        endDate: '2027-03-10T12:15+01:00',
        location: { '@type': 'Place', name: 'Zaal A, De Brug' },
        performer: [{ '@type': 'Person', name: 'Bewoner' }],
      },
    ])
  })
})

test('parts that begin together in no room or in one stand in one cell, day by day', async () => {
  const { db, event } = await openProgramme({ localStart: '2027-03-10T20:00' })
  const at = (localStart: string, room: string) =>
    part({ title: localStart, room, localStart, localEnd: `${localStart.slice(0, 11)}23:30` })
  addParts(db, event(), at('2027-03-10T20:00', ''), at('2027-03-10T20:00', ''), at('2027-03-10T21:00', 'Zaal'))
  addParts(db, event(), part({ localStart: '2027-03-11T01:00', localEnd: '2027-03-11T02:00' }))
  const { rooms, rows } = gridOf(listSessions(db, event().id), event())
  expect(rooms).toEqual([])
  expect(rows.map(({ cells, isNewDay }) => [cells.map(cell => cell.length), isNewDay])).toEqual([
    [[2], true],
    [[1], false],
    [[1], true],
  ])
})
