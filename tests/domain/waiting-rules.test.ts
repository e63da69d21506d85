// What becomes of a place that comes free, where that is not left to the waiting list: an organiser gives it, or nobody can wait.
import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { registerAll } from '#src/domain/applying.ts'
import { editEvent } from '#src/domain/editing.ts'
import { getEvent } from '#src/domain/events.ts'
import { placesFor } from '#src/domain/places.ts'
import { cancelRegistration, changeDetails } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { comeBack } from '#src/domain/replies.ts'
import { givePlace, takePlace } from '#src/domain/waiting.ts'
import { applicant, listMessages, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

type Rule = 'automatic' | 'by_hand' | 'none'

function world(waitingRule: Rule, values = {}) {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { capacityOnline: 1, waitingRule, ...values })
  const come = (name: string) => makeRegistration(db, event, { name, email: `${name}@example.org`.toLowerCase() })
  const status = ({ id }: Registration) => getRegistration(db, id).status
  const cancel = (one: Registration) => writeNow(db, tx => cancelRegistration(tx, one, 'attendee', NOW))
  const apply = (...emails: [string, ...string[]]) => {
    const [first, ...others] = emails.map(email => applicant({ email }))
    if (!first) throw new Error('nobody')
    return writeNow(db, tx => registerAll(tx, event, [first, ...others], false, NOW))
  }
  return { db, event, come, status, cancel, apply }
}

test('by hand: a free place stays until the organiser gives it, and then it is theirs alone to give', () => {
  const { db, event, come, status, cancel } = world('by_hand')
  const [a, b, c] = [come('Ada'), come('Bea'), come('Cas')]
  expect([a, b, c].map(status)).toEqual(['confirmed', 'waitlisted', 'waitlisted'])
  cancel(a)
  expect([b, c].map(status)).toEqual(['waitlisted', 'waitlisted'])
  expect(placesFor(db, getEvent(db, event.id), 'online').left).toBe(1)
  expect(listMessages(db).filter(({ kind }) => ['promoted', 'place_free'].includes(kind))).toEqual([])
  // Neither who waits nor who comes new takes it.
  expect(() => writeNow(db, tx => takePlace(tx, b, NOW))).toThrow('not_possible_now')
  expect(come('Dirk').status).toBe('waitlisted')
  expect(writeNow(db, tx => givePlace(tx, c, NOW)).status).toBe('confirmed')
  expect(() => writeNow(db, tx => givePlace(tx, b, NOW))).toThrow('full')
})

test('by hand: with nobody waiting a free place is for whoever comes', () => {
  const { come, cancel } = world('by_hand')
  cancel(come('Ada'))
  expect(come('Bea').status).toBe('confirmed')
})

test('by hand: in the other way to take part, a place that is kept is nobody’s either', () => {
  const { db, event, come, cancel } = world('by_hand', {
    ...{ attendance: 'hybrid', capacityInPerson: 1 },
    venue: { name: 'De Kamer', address: '', postcode: '', city: '', access: '' },
  })
  const room = (email: string) => makeRegistration(db, event, { email, attendance: 'in_person' })
  const [first, online] = [room('kamer@example.org'), come('Ada')]
  room('wacht@example.org')
  cancel(first)
  const { name, organisation, role, accessNeeds } = online
  const change = { name, organisation, role, accessNeeds, attendance: 'in_person' as const }
  expect(() => writeNow(db, tx => changeDetails(tx, online, change, NOW))).toThrow('full')
})

test('from by hand to by itself: what was kept goes to who waits', () => {
  const { db, event, come, status, cancel } = world('by_hand')
  const [a, b] = [come('Ada'), come('Bea')]
  cancel(a)
  const now = getEvent(db, event.id)
  const editor = { organiserId: null, revision: now.revision }
  writeNow(db, tx => editEvent(tx, now, { ...now, waitingRule: 'automatic' }, [], editor, NOW))
  expect(status(b)).toBe('confirmed')
})

test('without a list: full is full, for everybody alike', () => {
  const { db, come, apply, cancel } = world('none')
  const first = come('Ada')
  const count = () => db.select().from(registrations).all().length
  const mails = listMessages(db).length
  // Whoever types an address learns nothing about it: known or not, the answer is the same.
  expect(() => apply('nieuw@example.org')).toThrow('fully_booked')
  expect(() => apply('ada@example.org')).toThrow('fully_booked')
  expect([count(), listMessages(db).length]).toEqual([1, mails])
  cancel(first)
  // One place for two: nobody, rather than one of them.
  expect(() => apply('b@example.org', 'c@example.org')).toThrow('fully_booked')
  expect(count()).toBe(1)
  expect(apply('b@example.org').status).toBe('confirmed')
  expect(() => writeNow(db, tx => comeBack(tx, first, NOW))).toThrow('fully_booked')
})

test('without a list: whoever waited already when it ended still gets the next place', () => {
  const { db, event, come, status, cancel } = world('automatic')
  const [a, b] = [come('Ada'), come('Bea')]
  writeNow(db, tx => tx.update(events).set({ waitingRule: 'none' }).where(eq(events.id, event.id)).run())
  expect(() => come('Cas')).toThrow('fully_booked')
  cancel(a)
  expect(status(b)).toBe('confirmed')
})
