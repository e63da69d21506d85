// What must always hold, whatever happens in whatever order: never more people than places, and the list keeps its order.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import { messages, registrations } from '#db/schema.ts'
import { createWrite, writeNow } from '#db/write.ts'
import { editEvent } from '#src/domain/editing.ts'
import { getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { placesOf } from '#src/domain/places.ts'
import { cancelRegistration, changeDetails, register } from '#src/domain/registering.ts'
import { Refusal } from '#src/lib/errors.ts'
import { applicant, makeEvent, makeGroup, NOW, openWorld } from '../support/world.ts'

const person = fc.integer({ min: 0, max: 11 })
const presence = fc.constantFrom('online' as const, 'in_person' as const)
const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('register' as const), person, presence }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('cancel' as const), person }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('switch' as const), person, presence }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('resize' as const),
      online: fc.integer({ min: 1, max: 4 }),
      inPerson: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('move' as const), day: fc.integer({ min: 3, max: 28 }) }) },
)
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

test('whatever the interleaving: confirmed ≤ capacity, and who waited longest goes first', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 1, maxLength: 60 }),
      fc.array(fc.nat(3), { maxLength: 60 }),
      async (acts, pauses) => {
        const { db } = openWorld()
        const group = makeGroup(db)
        const event = makeEvent(db, group, {
          attendance: 'hybrid',
          capacityOnline: 3,
          capacityInPerson: 2,
          venue: { name: 'Huis', address: 'Plein 1', postcode: '9700 AA', city: 'Groningen', access: '' },
        })
        const write = createWrite(db)
        const pending: Promise<unknown>[] = []
        for (const [index, one] of acts.entries()) {
          pending.push(write(tx => perform(tx, event.id, one)).catch(onlyRefusals))
          // Some acts share one transaction, others come turns later.
          if (pauses[index] === 0) await new Promise(setImmediate)
        }
        await Promise.all(pending)
        const now = getEvent(db, event.id)
        for (const places of placesOf(db, now)) {
          expect(places.confirmed).toBeLessThanOrEqual(places.capacity ?? 0)
          // A place is never empty while somebody waits for it (it is weeks before the start).
          if (places.waiting > 0) expect(places.left).toBe(0)
        }
        const queue = db
          .select()
          .from(registrations)
          .where(eq(registrations.eventId, event.id))
          .orderBy(asc(registrations.queueNumber))
          .all()
        expect(new Set(queue.map(row => row.queueNumber)).size).toBe(queue.length)
        expect(new Set(queue.map(row => row.personId)).size).toBe(queue.length)
        // One telling at most waits per registration.
        const waiting = db
          .select()
          .from(messages)
          .where(eq(messages.state, 'queued'))
          .all()
          .filter(row => !row.kind.startsWith('reminder'))
        expect(new Set(waiting.map(row => row.registrationId)).size).toBe(waiting.length)
        db.$client.close()
      },
    ),
    { numRuns: 150 },
  )
})

function perform(tx: Parameters<typeof register>[0], eventId: number, one: Act): void {
  const event = getEvent(tx, eventId)
  const editor = { organiserId: null, revision: event.revision }
  const { durationMinutes, attendance, venue } = event
  if (one.does === 'resize') {
    editEvent(tx, event, { ...event, capacityOnline: one.online, capacityInPerson: one.inPerson }, [], editor, NOW)
    return
  }
  if (one.does === 'move') {
    const localStart = `2027-02-${String(one.day).padStart(2, '0')}T12:00`
    moveEvent(tx, event, { localStart, durationMinutes, attendance, venue }, '', editor, NOW)
    return
  }
  const email = `p${one.person}@example.org`
  if (one.does === 'register') {
    register(tx, event, applicant({ email, attendance: one.presence }), NOW)
    return
  }
  const mine = tx.query.people.findFirst({ where: (row, op) => op.eq(row.email, email) }).sync()
  const registration = mine && tx.select().from(registrations).where(eq(registrations.personId, mine.id)).get()
  if (!registration) return
  if (one.does === 'cancel') cancelRegistration(tx, registration, 'attendee', NOW)
  else changeDetails(tx, registration, { ...registration, attendance: one.presence }, NOW)
}

function onlyRefusals(error: unknown): void {
  if (!(error instanceof Refusal)) throw error
}

test('places come free in the order of the list', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 8 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (capacity, extra, cancels) => {
        const { db } = openWorld()
        const event = makeEvent(db, makeGroup(db), { capacityOnline: capacity })
        const all = Array.from({ length: capacity + extra }, (_, index) =>
          writeNow(db, tx => register(tx, event, applicant({ email: `p${index}@example.org` }), NOW)),
        )
        const gone = new Set<number>()
        for (const pick of cancels) {
          const registration = all[pick % all.length]
          if (!registration || gone.has(registration.id)) continue
          gone.add(registration.id)
          writeNow(db, tx => {
            const fresh = tx.select().from(registrations).where(eq(registrations.id, registration.id)).get()
            if (fresh) cancelRegistration(tx, fresh, 'attendee', NOW)
          })
        }
        const staying = all.filter(registration => !gone.has(registration.id)).map(registration => registration.id)
        const placed = db
          .select()
          .from(registrations)
          .where(eq(registrations.status, 'confirmed'))
          .orderBy(asc(registrations.queueNumber))
          .all()
        expect(placed.map(row => row.id)).toEqual(staying.slice(0, capacity))
        db.$client.close()
      },
    ),
    { numRuns: 60 },
  )
})
