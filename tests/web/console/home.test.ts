import { describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { openConsole, signIn } from '../../support/console.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, NOW } from '../../support/world.ts'

const titles = (html: string) => [...html.matchAll(/<h3><a [^>]*>([^<]*)</g)].map(match => match[1])

describe('the first page', () => {
  test('of a new installation says what to do first', async () => {
    const { get } = await openConsole()
    const { body } = await get('/console')
    expect(body).toContain('Begin met een reeks')
    expect(body).toContain('href="/console/series/new"')
    expect(body).toContain('href="/console/events/new"')
  })

  test('of somebody without a group says whom to ask', async () => {
    const { db, app } = await openConsole()
    const { body } = await app.inject({ url: '/console', headers: signIn(db, 'nina@example.org') })
    expect(body).toContain('Je bent nog bij geen groep organisator.')
    expect(body).not.toContain('/console/series/new')
  })

  test('shows what is next with who comes, drafts with what is against them, and how far each series is planned', async () => {
    const { db, group, get } = await openConsole()
    const event = makeEvent(db, group, { capacityOnline: 1 })
    for (const email of ['a@example.org', 'b@example.org']) makeRegistration(db, event, { email })
    makeEvent(db, group, { title: 'Geweest', localStart: '2026-11-05T12:00' }, NOW.subtract({ hours: 24 * 60 }))
    makeEvent(db, makeGroup(db, { slug: 'zuid', name: 'Zuid' }), { title: 'Van een ander' })
    const found = makeSeries(db, group)
    const { groupId, kind, timeZone, durationMinutes, attendance } = found
    const draft = { seriesId: found.id, groupId, kind, timeZone, durationMinutes, attendance, title: 'Concept van mei' }
    writeNow(db, tx => createEvent(tx, { ...draft, localStart: '2027-05-06T12:00' }, NOW))
    const { body } = await get('/console')
    expect(titles(body)).toEqual([
      'Eén gezin, één plan: lukt dat?',
      'Concept van mei',
      'Webinar van de eerste donderdag',
    ])
    expect(body).toMatch(/<b>1<\/b> \/ 1<br>1 op de wachtlijst/)
    expect(body).toContain('Let op: donderdag 6 mei 2027 is Hemelvaartsdag.')
    expect(body).toContain('Gepland tot en met do 6 mei 2027.')
    expect(body).toContain('elke eerste donderdag van de maand, 12.00')
    expect(body).toContain('href="/console/series/eerste-donderdag/planning"')
  })

  test('speaks English to who chose it, and keeps doing so after a form', async () => {
    const { get, post } = await openConsole()
    const { body } = await get('/console?lang=en')
    expect(body).toContain('Begin with a series')
    expect(body).toContain('href="/console/series/new?lang=en"')
    const fields = {
      title: 'New',
      kind: 'webinar',
      groupId: '1',
      date: '2027-01-07',
      time: '12:00',
      durationMinutes: '60',
    }
    const { headers } = await post('/console/events/new?lang=en', { ...fields, attendance: 'online' })
    expect(headers.location).toBe('/console/events/1?lang=en')
    expect((await get(String(headers.location))).body).toContain('This is a draft.')
  })
})

describe('the list of events', () => {
  test('has what comes, what is a draft, and what is over', async () => {
    const { db, group, get } = await openConsole()
    makeEvent(db, group, { title: 'Komt' })
    makeEvent(db, group, { title: 'Geweest', localStart: '2026-11-05T12:00' }, NOW.subtract({ hours: 24 * 60 }))
    const { kind, timeZone, durationMinutes, attendance } = makeSeries(db, group)
    const draft = { groupId: group.id, kind, timeZone, durationMinutes, attendance, title: 'Concept' }
    writeNow(db, tx => createEvent(tx, { ...draft, localStart: '2027-01-07T12:00' }, NOW))
    const listed = async (query: string) => titles((await get(`/console/events${query}`)).body)
    expect(await listed('')).toEqual(['Komt'])
    expect(await listed('?when=drafts')).toEqual(['Concept'])
    expect(await listed('?when=past')).toEqual(['Geweest'])
  })

  test('of the past goes on page by page, without a gap or a double', async () => {
    const { db, group, get } = await openConsole()
    const made = Array.from({ length: 53 }, (_, index) => {
      const title = `Nummer ${index}`
      makeEvent(db, group, { title, localStart: '2026-11-05T12:00' }, NOW.subtract({ hours: 24 * 60 }))
      return title
    })
    const first = (await get('/console/events?when=past')).body
    const next = /rel="next" href="([^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = (await get(next)).body
    expect(second).not.toContain('rel="next"')
    expect([...titles(first), ...titles(second)]).toEqual(made.reverse())
  })
})
