import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { messages, people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { proofOf } from '#src/domain/addresses.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, makeRegistration } from '../../support/world.ts'

const VENUE = { name: 'Huis', address: 'Plein 1', postcode: '9700 AA', city: 'Groningen', access: '' }
const DETAILS = { name: 'Zoë de Vries', email: 'zoe@example.org', role: 'practice', organisation: 'Gemeente Voorbeeld' }

async function openOwn(values: Partial<Parameters<typeof makeEvent>[2]> = {}, before = 0) {
  const world = await openApp()
  const event = makeEvent(world.db, makeGroup(world.db), { slug: 'een', ...values })
  const others = Array.from({ length: before }, (_, number) =>
    makeRegistration(world.db, event, { email: `eerder${number}@example.org` }),
  )
  const registration = makeRegistration(world.db, event)
  const tokenOf = ({ id, linkVersion }: Registration) => world.tokens.sign('registration', { id, version: linkVersion })
  const own = `/registrations/${tokenOf(registration)}`
  const page = async () => (await world.app.inject(own)).body
  const fresh = (id = registration.id) => {
    const found = world.db.select().from(registrations).where(eq(registrations.id, id)).get()
    if (!found) throw new Error('gone')
    return found
  }
  return { ...world, event, others, registration, tokenOf, own, page, fresh }
}

describe('the personal page', () => {
  test('of who has a place: the door, the calendar, what can be changed', async () => {
    const { app, own, registration, tokens } = await openOwn()
    const { headers, body } = await app.inject(own)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['referrer-policy']).toBe('same-origin')
    expect(headers['x-robots-tag']).toBe('noindex')
    expect(body).toContain('<h1>Je bent aangemeld</h1>')
    expect(body).toContain('De deur gaat open om 11.45 uur.')
    expect(body).toContain(`href="/join/${tokens.sign('join', { id: registration.id, version: 1 })}"`)
    expect(body).toContain(`href="${own}.ics"`)
    expect(body).toContain('href="webcal://localhost:3000/people/')
    expect(body).toContain('<button class="button danger">Afmelden</button>')
    expect(body).not.toContain('meet.example.org')
  })

  test('of who waits says the number in the queue, and has no door', async () => {
    const { page } = await openOwn({ capacityOnline: 1 }, 2)
    const body = await page()
    expect(body).toContain('<h1>Je staat op de wachtlijst</h1>')
    expect(body).toContain('Je bent nummer 2.')
    expect(body).not.toContain('/join/')
    expect(body).not.toContain('Neem de plaats')
  })

  test('once the event has begun can be read, and no longer changed', async () => {
    const { app, clock, own, page, post, fresh } = await openOwn()
    clock.set('2026-12-03T11:00:00Z')
    const body = await page()
    expect(body).toContain('Wijzigen kan niet meer: het is begonnen.')
    expect(body).not.toContain('Afmelden')
    expect((await post(`${own}/cancellation`)).statusCode).toBe(409)
    expect((await post(`${own}/changes`, DETAILS)).statusCode).toBe(409)
    expect(fresh().status).toBe('confirmed')
    clock.set('2026-12-03T13:00:00Z')
    expect((await app.inject(own)).body).toContain('<h1>Dit is geweest</h1>')
  })

  test('of an event that was cancelled says so and why', async () => {
    const { db, clock, event, page } = await openOwn()
    const editor = { organiserId: null, revision: event.revision }
    writeNow(db, tx => cancelEvent(tx, event, 'De spreker is ziek', editor, clock.now()))
    const body = await page()
    expect(body).toContain('<h1>Dit gaat niet door</h1>')
    expect(body).toContain('Reden: De spreker is ziek')
    expect(body).not.toContain('Afmelden')
  })

  test('behind a link that is not ours, or no longer is, is not there', async () => {
    const { app, db, own, registration, tokens } = await openOwn()
    expect((await app.inject(`${own}x`)).statusCode).toBe(404)
    expect((await app.inject('/registrations/%0d%0ax/changes')).statusCode).toBe(404)
    const door = tokens.sign('join', { id: registration.id, version: 1 })
    expect((await app.inject(`/registrations/${door}`)).statusCode).toBe(404)
    db.update(registrations).set({ linkVersion: 2 }).run()
    expect((await app.inject(own)).statusCode).toBe(404)
  })
})

describe('a GET', () => {
  test.each(['', '/changes', '/cancellation', '/place'])('of %s changes nothing', async path => {
    const { app, own, fresh, registration } = await openOwn()
    const { statusCode } = await app.inject(own + path)
    expect(statusCode).toBe(path ? 303 : 200)
    expect(fresh()).toEqual(registration)
  })
})

describe('cancelling', () => {
  test('frees the place, says so on the page, and is done only once', async () => {
    const { own, page, post, fresh, others, db, event } = await openOwn({ capacityOnline: 2 }, 1)
    const waiting = makeRegistration(db, event, { email: 'wacht@example.org' })
    expect(waiting.status).toBe('waitlisted')
    const answer = await post(`${own}/cancellation`)
    expect([answer.statusCode, answer.headers.location]).toEqual([303, own])
    expect(await page()).toContain('<h1>Je bent afgemeld</h1>')
    expect(await page()).toContain('>Toch weer meedoen</button>')
    const cancelled = fresh()
    expect([cancelled.status, cancelled.cancelledBy]).toEqual(['cancelled', 'attendee'])
    expect(fresh(waiting.id).status).toBe('confirmed')
    expect(fresh(others[0]?.id).status).toBe('confirmed')
    expect((await post(`${own}/cancellation`)).statusCode).toBe(303)
    expect(fresh()).toEqual(cancelled)
  })
})

describe('changing', () => {
  test('keeps the new details, and says so', async () => {
    const { app, own, post, fresh, page } = await openOwn()
    const answer = await post(`${own}/changes`, {
      ...DETAILS,
      name: 'Zoë Jansen',
      role: 'policy',
      access_needs: 'Een tolk',
    })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, `${own}?saved=1`])
    expect(fresh()).toMatchObject({ name: 'Zoë Jansen', role: 'policy', accessNeeds: 'Een tolk', newEmail: null })
    expect((await app.inject(`${own}?saved=1`)).body).toContain('<h2>Bewaard</h2>')
    expect(await page()).not.toContain('<h2>Bewaard</h2>')
  })

  test('to what is not right comes back as it was typed, and opened', async () => {
    const { own, post, fresh, registration } = await openOwn()
    const { statusCode, body, headers } = await post(`${own}/changes`, { ...DETAILS, name: '', organisation: 'Nieuw' })
    expect(statusCode).toBe(422)
    expect(headers['cache-control']).toBe('no-store')
    expect(body).toContain('<details id="change" open>')
    expect(body).toContain('id="f-name-problem"')
    expect(body).toContain('value="Nieuw"')
    expect(fresh()).toEqual(registration)
  })

  test('how one takes part needs a place there', async () => {
    const { db, event, own, post, fresh } = await openOwn({ attendance: 'hybrid', venue: VENUE, capacityInPerson: 1 })
    const other = makeRegistration(db, event, { email: 'b@example.org', attendance: 'in_person' })
    const full = await post(`${own}/changes`, { ...DETAILS, attendance: 'in_person' })
    expect(full.statusCode).toBe(422)
    expect(full.body).toContain('Daar is geen plaats meer vrij.')
    db.update(registrations).set({ status: 'cancelled' }).where(eq(registrations.id, other.id)).run()
    expect((await post(`${own}/changes`, { ...DETAILS, attendance: 'in_person' })).statusCode).toBe(303)
    expect(fresh().attendance).toBe('in_person')
  })

  test('the address waits for its proof, which moves the registration and answers with its own page', async () => {
    const { app, db, own, page, post, fresh, registration, tokens, tokenOf } = await openOwn()
    await post(`${own}/changes`, { ...DETAILS, email: 'Nieuw@example.org' })
    expect(fresh()).toMatchObject({ newEmail: 'nieuw@example.org', status: 'confirmed' })
    expect(await page()).toContain('Nog één stap: open de mail die we naar nieuw@example.org stuurden')
    expect(db.select({ to: messages.toAddress, kind: messages.kind }).from(messages).all()).toContainEqual({
      to: 'nieuw@example.org',
      kind: 'address',
    })
    const proof = `/addresses/${tokens.seal(proofOf(registration, 'nieuw@example.org'))}`
    expect((await app.inject(proof)).body).toContain('<b class="address">nieuw@example.org</b>')
    expect(fresh().status).toBe('confirmed')
    const answer = await post(proof)
    const moved = db.select().from(registrations).orderBy(registrations.id).all().at(-1) as Registration
    expect(db.select().from(people).where(eq(people.id, moved.personId)).get()?.email).toBe('nieuw@example.org')
    expect([answer.statusCode, answer.headers.location]).toEqual([303, `/registrations/${tokenOf(moved)}`])
    expect(fresh().status).toBe('cancelled')
    expect((await app.inject(own)).statusCode).toBe(404)
    expect((await post(proof)).statusCode).toBe(404)
  })

  test('the address is proven by the link that went there, not by an earlier one that went elsewhere', async () => {
    const { app, own, post, fresh, registration, tokens } = await openOwn()
    const linkTo = (email: string) => `/addresses/${tokens.seal(proofOf(registration, email))}`
    await post(`${own}/changes`, { ...DETAILS, email: 'een@example.org' })
    await post(`${own}/changes`, { ...DETAILS, email: 'ander@example.org' })
    expect((await app.inject(linkTo('een@example.org'))).statusCode).toBe(410)
    expect((await post(linkTo('een@example.org'))).statusCode).toBe(410)
    expect(fresh()).toMatchObject({ status: 'confirmed', newEmail: 'ander@example.org' })
    expect((await post(linkTo('ander@example.org'))).statusCode).toBe(303)
    expect((await app.inject('/addresses/iets')).statusCode).toBe(404)
  })

  test('the address of a registration given up since asks for nothing any more', async () => {
    const { app, own, post, registration, tokens } = await openOwn()
    await post(`${own}/changes`, { ...DETAILS, email: 'nieuw@example.org' })
    await post(`${own}/cancellation`)
    const { statusCode, body } = await app.inject(
      `/addresses/${tokens.seal(proofOf(registration, 'nieuw@example.org'))}`,
    )
    expect(statusCode).toBe(410)
    expect(body).toContain('<h1>Deze link werkt niet meer</h1>')
  })

  test('the address into the same one asks for no proof', async () => {
    const { own, post, fresh } = await openOwn()
    await post(`${own}/changes`, { ...DETAILS, email: 'ZOE@example.org' })
    expect(fresh().newEmail).toBe(null)
  })
})

describe('a place that comes free in the last hour', () => {
  test('goes to who presses the button first', async () => {
    const { clock, others, own, page, post, fresh, tokenOf, db, event } = await openOwn({ capacityOnline: 1 }, 1)
    const later = makeRegistration(db, event, { email: 'later@example.org' })
    clock.set('2026-12-03T10:30:00Z')
    const [first] = others
    if (!first) throw new Error('nobody')
    await post(`/registrations/${tokenOf(first)}/cancellation`)
    expect(fresh().status).toBe('waitlisted')
    expect(await page()).toContain('<button class="button">Neem de plaats</button>')
    const answer = await post(`/registrations/${tokenOf(later)}/place`)
    expect([answer.statusCode, answer.headers.location]).toEqual([303, `/registrations/${tokenOf(later)}`])
    const late = await post(`${own}/place`)
    expect(late.statusCode).toBe(409)
    expect(late.body).toContain('<h1>Er is geen plaats meer</h1>')
  })
})
