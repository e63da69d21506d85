import { describe, expect, test } from 'vitest'
import { registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, makeRegistration } from '../../support/world.ts'

const VENUE = { name: 'Huis', address: 'Plein 1', postcode: '9700 AA', city: 'Groningen', access: 'Er is een lift.' }

async function openDoor(values: Partial<Parameters<typeof makeEvent>[2]> = {}, person = {}, before = 0) {
  const world = await openApp()
  const event = makeEvent(world.db, makeGroup(world.db), { slug: 'een', ...values })
  for (let number = 0; number < before; number++) makeRegistration(world.db, event, { email: `${number}@example.org` })
  const registration = makeRegistration(world.db, event, person)
  const door = `/join/${world.tokens.sign('join', { id: registration.id, version: registration.doorVersion })}`
  const attended = () => world.db.select().from(registrations).all().at(-1)?.attendedAt ?? null
  return { ...world, event, registration, door, attended }
}

describe('the door', () => {
  test('is closed until a quarter of an hour before, and says when it opens', async () => {
    const { app, clock, door, post, attended } = await openDoor()
    clock.set('2026-12-03T10:44:59Z')
    const { body } = await app.inject(door)
    expect(body).toContain('<h1>Hallo Zoë. De deur is nog dicht.</h1>')
    expect(body).toContain('Je kunt naar binnen vanaf donderdag 3 december, 11.45 uur.')
    expect(body).not.toContain('Naar binnen')
    const answer = await post(door)
    expect(answer.statusCode).toBe(403)
    expect(answer.body).toContain('De deur is nog dicht')
    expect(attended()).toBe(null)
  })

  test('opens a quarter of an hour before: looking changes nothing, the button records and leads to the room', async () => {
    const { app, clock, door, post, attended } = await openDoor()
    clock.set('2026-12-03T10:45:00Z')
    const page = await app.inject(door)
    expect(page.body).toContain('<button class="button">Naar binnen</button>')
    expect(page.body).not.toContain('meet.example.org')
    expect(page.headers['content-security-policy']).toContain("form-action 'self' https:")
    expect(page.headers['cache-control']).toBe('no-store')
    expect(page.headers['referrer-policy']).toBe('same-origin')
    expect(attended()).toBe(null)
    const answer = await post(door)
    expect([answer.statusCode, answer.headers.location]).toEqual([303, 'https://meet.example.org/kamer'])
    expect(attended()).toEqual(clock.now())
    clock.advance({ minutes: 20 })
    expect((await post(door)).statusCode).toBe(303)
    expect(attended()?.toString()).toBe('2026-12-03T10:45:00Z')
  })

  test('closes at the end', async () => {
    const { app, clock, door, post, attended } = await openDoor()
    clock.set('2026-12-03T12:00:00Z')
    expect((await app.inject(door)).body).toContain('Dit is geweest.')
    expect((await post(door)).statusCode).toBe(409)
    expect(attended()).toBe(null)
  })

  test('without a room yet says so, and records nothing', async () => {
    const { clock, door, post, attended } = await openDoor({ roomUrl: null })
    clock.set('2026-12-03T11:00:00Z')
    const answer = await post(door)
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('De online ruimte is nog niet bekend')
    expect(attended()).toBe(null)
  })

  test('leads to the room of that moment', async () => {
    const { db, clock, door, post, event } = await openDoor()
    db.$client.prepare('update events set room_url = ? where id = ?').run('https://elders.example.org/b', event.id)
    clock.set('2026-12-03T11:00:00Z')
    expect((await post(door)).headers.location).toBe('https://elders.example.org/b')
  })

  test('of who waits stays closed', async () => {
    const { app, clock, door, post } = await openDoor({ capacityOnline: 1 }, {}, 1)
    clock.set('2026-12-03T11:00:00Z')
    expect((await app.inject(door)).body).toContain('Je staat op de wachtlijst.')
    expect((await post(door)).statusCode).toBe(409)
  })

  test('of who cancelled, or of a cancelled event, stays closed', async () => {
    const gone = await openDoor()
    writeNow(gone.db, tx => cancelRegistration(tx, gone.registration, 'attendee', gone.clock.now()))
    expect((await gone.app.inject(gone.door)).body).toContain('Je bent afgemeld.')
    expect((await gone.post(gone.door)).statusCode).toBe(409)
    const off = await openDoor()
    const editor = { organiserId: null, revision: off.event.revision }
    writeNow(off.db, tx => cancelEvent(tx, off.event, 'ziekte', editor, off.clock.now()))
    expect((await off.app.inject(off.door)).body).toContain('Dit gaat niet door.')
    expect((await off.post(off.door)).statusCode).toBe(409)
  })

  test('of who comes to the room shows where that is', async () => {
    const hybrid = { attendance: 'hybrid' as const, venue: VENUE, capacityInPerson: 5 }
    const { app, clock, door, post } = await openDoor(hybrid, { attendance: 'in_person' })
    clock.set('2026-12-03T11:00:00Z')
    const { body } = await app.inject(door)
    expect(body).toContain('<b>Huis</b><br>Plein 1, 9700 AA Groningen')
    expect(body).toContain('Er is een lift.')
    expect((await post(door)).statusCode).toBe(409)
  })

  test('greets by first name only, as text, and offers a way out', async () => {
    const { app, door } = await openDoor({}, { name: '&amp;"\'Zoë Achternaam' })
    const { body } = await app.inject(door)
    expect(body).toContain('Hallo &amp;amp;&quot;&#39;Zoë.')
    expect(body).not.toContain('Achternaam')
    expect(body).not.toContain('zoe@example.org')
    expect(body).toContain('<summary>Dat ben ik niet</summary>')
    expect(body).toContain('<a href="/events/een">Meld jezelf aan</a>')
  })

  test('with another key, or after a new one was cut, is not there', async () => {
    const { app, db, door, registration, tokens } = await openDoor()
    const personal = tokens.sign('registration', { id: registration.id, version: 1 })
    expect((await app.inject(`/join/${personal}`)).statusCode).toBe(404)
    db.update(registrations).set({ doorVersion: 2 }).run()
    expect((await app.inject(door)).statusCode).toBe(404)
  })
})
