// Rule 3 and the queue while everything about an event changes: where it is, how many may come, when it is, and people who
// switch, leave, come back, move to another address or are erased.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { and, asc, eq, ne } from '#db/drizzle.ts'
import { registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { proveAddress, requestAddress } from '#src/domain/addresses.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { editEvent } from '#src/domain/editing.ts'
import { getEvent, isOpenFor, promotionEnds } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { findPersonById } from '#src/domain/people.ts'
import { placesOf } from '#src/domain/places.ts'
import { erasePerson } from '#src/domain/privacy.ts'
import { cancelRegistration, changeDetails, register } from '#src/domain/registering.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { takePlace } from '#src/domain/waiting.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { applicant, makeEvent, makeGroup, openWorld } from '../support/world.ts'

const VENUE = { name: 'De Zaal', address: '', postcode: '', city: '', access: '' }
const who = fc.integer({ min: 0, max: 7 })
const presence = fc.constantFrom('online' as const, 'in_person' as const)
const capacity = fc.constantFrom(null, 1, 2, 3)
const start = fc.constantFrom('2026-12-03T12:00', '2026-12-10T12:00', '2027-01-07T12:00')
const act = fc.oneof(
  fc.record({ act: fc.constant('register' as const), who, presence }),
  fc.record({ act: fc.constant('cancel' as const), who }),
  fc.record({ act: fc.constant('switch' as const), who, presence }),
  fc.record({ act: fc.constant('take' as const), who }),
  fc.record({ act: fc.constant('address' as const), who, to: who }),
  fc.record({ act: fc.constant('erase' as const), who }),
  fc.record({ act: fc.constant('places' as const), online: capacity, inPerson: capacity }),
  fc.record({
    act: fc.constant('move' as const),
    attendance: fc.constantFrom('online' as const, 'in_person' as const, 'hybrid' as const),
    start,
  }),
  fc.record({ act: fc.constantFrom('off' as const, 'on' as const) }),
  fc.record({ act: fc.constant('wait' as const), hours: fc.constantFrom(1, 24, 200, 240) }),
)

function openEvent() {
  const { db, clock } = openWorld()
  const event = makeEvent(db, makeGroup(db), {
    attendance: 'hybrid',
    venue: VENUE,
    capacityOnline: 2,
    capacityInPerson: 1,
  })
  const now = () => clock.now()
  const fresh = () => getEvent(db, event.id)
  const editor = () => ({ organiserId: null, revision: fresh().revision })
  /** The last registration made with the number of a person, if it still stands under their name. */
  const all = () => db.select().from(registrations).orderBy(asc(registrations.queueNumber)).all()
  const of = (number: number) => all().findLast(({ name, status }) => name === `P${number}` && status !== 'cancelled')

  function perform(step: typeof act extends fc.Arbitrary<infer T> ? T : never): void {
    writeNow(db, tx => {
      const mine = 'who' in step ? of(step.who) : undefined
      switch (step.act) {
        case 'register': {
          const { who: number, presence: attendance } = step
          const values = { name: `P${number}`, email: `p${number}@example.org`, attendance }
          return register(tx, fresh(), applicant(values), now())
        }
        case 'cancel':
          return mine && cancelRegistration(tx, mine, 'attendee', now())
        case 'switch':
          return mine && changeDetails(tx, mine, { ...mine, attendance: step.presence }, now())
        case 'take':
          return mine && takePlace(tx, mine, now())
        case 'address': {
          if (!mine) return
          requestAddress(tx, mine, `p${step.to}@example.org`, now())
          return proveAddress(tx, getRegistration(tx, mine.id), now())
        }
        case 'erase': {
          const person = mine && findPersonById(tx, mine.personId)
          return person && erasePerson(tx, person, now())
        }
        case 'places': {
          const places = { capacityOnline: step.online, capacityInPerson: step.inPerson }
          return editEvent(tx, fresh(), { ...fresh(), ...places }, [], editor(), now())
        }
        case 'move': {
          const to = { localStart: step.start, durationMinutes: 60, attendance: step.attendance, venue: VENUE }
          return moveEvent(tx, fresh(), to, '', editor(), now())
        }
        case 'off':
          return cancelEvent(tx, fresh(), '', editor(), now())
        case 'on':
          return reinstateEvent(tx, fresh(), editor(), now())
        case 'wait':
          return clock.advance({ hours: step.hours })
      }
    })
  }

  /** What must be true whatever has happened. */
  function check(): void {
    const current = fresh()
    const active = db
      .select()
      .from(registrations)
      .where(and(eq(registrations.eventId, event.id), ne(registrations.status, 'cancelled')))
      .all()
    const places = placesOf(db, current)
    const known = places.map(one => one.presence)
    expect(active.every(({ attendance }) => known.includes(attendance))).toBe(true)
    for (const { presence: way, capacity: most, confirmed, waiting, left } of places) {
      expect(confirmed).toBeLessThanOrEqual(most ?? Number.POSITIVE_INFINITY)
      const isPromoting = isOpenFor(current, way, now()) && now().since(promotionEnds(current, undefined, way)).sign < 0
      // Until the last hours nobody waits for a place that is free.
      if (isPromoting) expect(waiting === 0 || left === 0).toBe(true)
    }
    const numbers = active.map(({ queueNumber }) => queueNumber)
    expect(new Set(numbers).size).toBe(numbers.length)
  }
  return { perform, check, all }
}

test('nobody is ever placed over capacity, lost between two ways to take part, or left waiting for a free place', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 5, maxLength: 40 }), steps => {
      const { perform, check } = openEvent()
      for (let who = 0; who < 8; who++) perform({ act: 'register', who, presence: who % 2 ? 'online' : 'in_person' })
      for (const step of steps) {
        try {
          perform(step)
        } catch (error) {
          if (!(error instanceof Refusal || error instanceof Invalid)) throw error
        }
        check()
      }
    }),
    { numRuns: 150 },
  )
})
