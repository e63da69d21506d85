// What the page of an event says when nobody can register yet, any more, or because it is full.
import { expect, test } from 'vitest'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, makeRegistration } from '../../support/world.ts'

async function open(values: Parameters<typeof makeEvent>[2]) {
  const world = await openApp()
  const event = makeEvent(world.db, makeGroup(world.db), values)
  const page = async (path = `/events/${event.slug}`) => (await world.app.inject({ url: path })).body
  const form = { name: 'Bea', email: 'bea@example.org', role: 'practice' }
  const register = () => world.post(`/events/${event.slug}/registrations`, form)
  return { ...world, event, page, register }
}

test('not yet: from when, no form, and a word in the agenda', async () => {
  const { page, register, clock } = await open({
    registrationFrom: '2026-11-25T09:00',
    registrationUntil: '2026-12-01T23:59',
  })
  expect(await page()).toMatch(/Aanmelden kan nog niet[\s\S]*Aanmelden kan vanaf woensdag 25 november 2026, 9\.00\./)
  expect(await page()).not.toContain('<form class="registration"')
  expect(await page('/')).toContain('aanmelden kan later')
  expect((await register()).statusCode).toBe(409)
  clock.set('2026-11-25T08:00:00Z')
  expect(await page()).toMatch(/<form class="registration"/)
  expect(await page()).toContain('Aanmelden kan tot en met dinsdag 1 december 2026.')
  expect((await register()).statusCode).toBe(303)
})

test('no more: it says that registration is closed, not that it is about to begin', async () => {
  const { page, register, clock } = await open({ registrationUntil: '2026-12-01T17:00' })
  expect(await page()).toContain('Aanmelden kan tot dinsdag 1 december 2026, 17.00.')
  clock.set('2026-12-01T16:00:00Z')
  expect(await page()).toMatch(/Aanmelden kan niet meer[\s\S]*De aanmelding is gesloten\./)
  const refused = await register()
  expect([refused.statusCode, refused.body.includes('De aanmelding is gesloten.')]).toEqual([409, true])
})

test('full, and nobody can wait: it says so everywhere, and refuses in words', async () => {
  const { db, page, event, register } = await open({ capacityOnline: 1, waitingRule: 'none' })
  makeRegistration(db, event)
  expect(await page()).toMatch(/Dit is vol[\s\S]*Er is geen wachtlijst\.[\s\S]*data-capacity="1" data-left="0"/)
  expect(await page()).not.toMatch(/Zet mij op de wachtlijst|Kom op de wachtlijst/)
  expect(await page('/')).toMatch(/class="badge warm">vol</)
  expect(await page('/')).not.toContain('wachtlijst')
  const refused = await register()
  expect([refused.statusCode, refused.body.includes('Je bent niet aangemeld.')]).toEqual([409, true])
})

test('a place that the organiser gives is nobody’s to take, and the page says whose it is', async () => {
  const { db, page, event, clock } = await open({ capacityOnline: 1, waitingRule: 'by_hand' })
  const first = makeRegistration(db, event)
  makeRegistration(db, event, { email: 'wacht@example.org' })
  expect(await page()).toContain('dan geeft de organisator die aan iemand die wacht.')
  const { cancelRegistration } = await import('#src/domain/registering.ts')
  const { writeNow } = await import('#db/write.ts')
  writeNow(db, tx => cancelRegistration(tx, first, 'attendee', clock.now()))
  expect(await page()).toMatch(/Kom op de wachtlijst[\s\S]*geeft de organisator aan mensen die al wachten/)
})
