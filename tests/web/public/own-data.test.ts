// What somebody does with what is kept about them: the link is the proof, a look changes nothing, and a button twice is once.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { memberships, organisers, people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { findPerson } from '#src/domain/people.ts'
import { openApp } from '../../support/app.ts'
import { dumpOf } from '../../support/dump.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../../support/world.ts'

const EMAIL = 'zoe@example.org'

/** Zoë has the only place, at an event to come, and was at one before; Wim waits. */
async function openMine() {
  const world = await openApp()
  const { db, clock, tokens } = world
  const group = makeGroup(db)
  const past = makeEvent(db, group, { title: 'Geweest', localStart: '2026-11-22T12:00' })
  const coming = makeEvent(db, group, { title: 'Komt nog', capacityOnline: 1 })
  makeRegistration(db, past, { accessNeeds: 'Een tolk' })
  makeRegistration(db, coming)
  makeRegistration(db, coming, { email: 'wim@example.org', name: 'Wim' })
  clock.set('2026-11-24T09:00:00Z')
  const id = findPerson(db, EMAIL)?.id ?? 0
  const mine = `/my/${tokens.sign('my', { id, version: 1 })}`
  const statuses = () =>
    db
      .select()
      .from(registrations)
      .all()
      .map(({ name, status }) => `${name}: ${status}`)
  return { ...world, group, past, coming, mine, statuses, id }
}

describe('having it', () => {
  test('the page tells what there is, and leads to the whole of it as one file', async () => {
    const { app, mine } = await openMine()
    expect((await app.inject(mine)).body).toContain(`href="${mine}/data"`)
    const { body, headers } = await app.inject(`${mine}/data`)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['x-robots-tag']).toBe('noindex')
    for (const text of [EMAIL, 'Geweest', 'Komt nog', 'Een tolk', 'Gemeente Voorbeeld']) expect(body).toContain(text)
    expect(body).toContain(`href="${mine}/data.json"`)
    const file = await app.inject(`${mine}/data.json`)
    expect(file.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment; filename="mijn-gegevens.json"',
    })
    expect(file.json()).toMatchObject({
      email: EMAIL,
      registrations: [{ event: 'Komt nog' }, { event: 'Geweest', accessNeeds: 'Een tolk', name: 'Zoë de Vries' }],
    })
    expect(file.body).not.toContain('wim@')
  })

  test('holds what somebody is as an organiser too', async () => {
    const { app, db, mine, group } = await openMine()
    writeNow(db, tx => grant(tx, createOrganiser(tx, EMAIL, 'Zoë Organiseert', NOW), group, 'host'))
    const file = await app.inject(`${mine}/data.json`)
    expect(file.json()).toMatchObject({ organiser: { name: 'Zoë Organiseert', rights: [{ right: 'host' }] } })
    expect((await app.inject(`${mine}/data`)).body).toContain('Werkplaats Noord: begeleider')
  })
})

describe('ending it', () => {
  test('a page says what goes and what stays first; looking at it, or at its address, changes nothing', async () => {
    const { app, db, mine } = await openMine()
    const before = dumpOf(db)
    const { body, statusCode, headers } = await app.inject(`${mine}/erasure`)
    expect([statusCode, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(body).toContain('We melden je af voor 1 bijeenkomst')
    expect(body).toContain('Komt nog')
    expect(body).toMatch(new RegExp(`<form[^>]*method="post" action="${mine}/erasure"`))
    await app.inject({ method: 'HEAD', url: `${mine}/erasure` })
    await app.inject(`${mine}/data.json`)
    expect(dumpOf(db) === before).toBe(true)
  })

  test('the button erases, the place goes on, and pressing it twice is pressing it once', async () => {
    const { app, db, mine, post, statuses, id } = await openMine()
    const answer = await post(`${mine}/erasure`)
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/my/erased'])
    expect(statuses()).toEqual([': confirmed', ': cancelled', 'Wim: confirmed'])
    expect(db.select().from(people).where(eq(people.id, id)).get()?.email).toBeNull()
    expect(dumpOf(db)).not.toMatch(/Zoë|zoe@|tolk/)
    const after = dumpOf(db)
    const again = await post(`${mine}/erasure`)
    expect([again.statusCode, again.headers.location]).toEqual([303, '/my/erased'])
    expect((await app.inject(`${mine}/erasure`)).headers.location).toBe('/my/erased')
    expect(dumpOf(db) === after).toBe(true)
    for (const page of ['', '/data', '/data.json']) expect((await app.inject(mine + page)).statusCode).toBe(404)
    expect((await app.inject('/my/erased')).body).toContain('Je gegevens zijn gewist')
  })

  test('who still has a right stays an organiser; who has none is erased as one too', async () => {
    const { db, mine, post, group, app, tokens } = await openMine()
    const me = writeNow(db, tx => {
      const made = createOrganiser(tx, EMAIL, 'Zoë Organiseert', NOW)
      grant(tx, made, group, 'host')
      return made
    })
    expect((await app.inject(`${mine}/erasure`)).body).toContain('Je organiseert ook mee.')
    await post(`${mine}/erasure`)
    const stored = () => db.select().from(organisers).where(eq(organisers.id, me.id)).get()
    expect(stored()).toMatchObject({ email: EMAIL })
    db.delete(memberships).run()
    const again = makeRegistration(db, makeEvent(db, group, { localStart: '2027-01-07T12:00' }))
    await post(`/my/${tokens.sign('my', { id: again.personId, version: 1 })}/erasure`)
    expect(stored()).toMatchObject({ name: '', email: `${me.id}@former.invalid` })
  })

  test('without the link nothing is learnt: a wrong one, an old one and one for something else are not there', async () => {
    const { app, mine, post, tokens, id, statuses } = await openMine()
    const before = statuses()
    const old = `/my/${tokens.sign('my', { id, version: 2 })}`
    const other = `/my/${tokens.sign('feed', { id, version: 1 })}`
    for (const link of [`${mine}x`, old, other, '/my/x']) {
      for (const page of ['/data', '/data.json', '/erasure']) {
        expect((await app.inject(link + page)).statusCode, link + page).toBe(404)
      }
      expect((await post(`${link}/erasure`)).statusCode).toBe(404)
    }
    const elsewhere = await post(`${mine}/erasure`, {}, { 'sec-fetch-site': 'cross-site' })
    expect(elsewhere.statusCode).toBe(403)
    expect(statuses()).toEqual(before)
  })

  test('cannot be tried for ever', async () => {
    const { post } = await openMine()
    const answers: number[] = []
    for (let number = 0; number < 31; number++) answers.push((await post(`/my/${number}/erasure`)).statusCode)
    expect([answers[29], answers[30]]).toEqual([404, 429])
  })
})
