// Whatever people and organisers do, in whatever order: what must always hold of the places in workshops.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { choices, registrations, sessions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { allocateAll, takeBackAllocation } from '#src/domain/allocating.ts'
import { choose, leaveWorkshop } from '#src/domain/choosing.ts'
import { addContributor, becomeAttendee } from '#src/domain/contributing.ts'
import { mergeRegistrations } from '#src/domain/doubles.ts'
import { getEvent } from '#src/domain/events.ts'
import { fillWorkshops } from '#src/domain/placing.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import { comeBack } from '#src/domain/replies.ts'
import type { Wish } from '#src/domain/wishes.ts'
import { Refusal } from '#src/lib/errors.ts'
import { makeConference } from '../support/workshops.ts'
import { applicant, candidate, NOW, openWorld } from '../support/world.ts'

const PEOPLE = 6
const who = fc.nat(PEOPLE - 1)
const pick = fc.uniqueArray(fc.nat(2), { maxLength: 2 })
const wishes = fc.tuple(pick, pick)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constantFrom('register', 'choose'), who, wishes }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('leave', 'come_back', 'ask', 'attend'), who }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('merge'), who, to: who }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constantFrom('allocate', 'take_back', 'enlarge', 'call_off'), which: fc.nat(5) }),
  },
)
type Step = { does: string; who?: number; to?: number; which?: number; wishes?: [number[], number[]] }

test('no workshop is over its places, nobody is in two of one round, and no place is empty that somebody waits for', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { minLength: 5, maxLength: 25 }), (isByLot, steps) => {
      const { db } = openWorld()
      const allocation = isByLot ? ('by_preference' as const) : ('first_come' as const)
      const rounds = [
        [1, 2, null],
        [2, 1, 1],
      ]
      const conference = makeConference(db, rounds, { allocation, capacityInPerson: 4 })
      for (const one of steps) {
        take(db, conference, one as Step)
        expectSound(db, conference.event.id)
      }
      db.$client.close()
    }),
    { numRuns: 40 },
  )
})

type Conference = ReturnType<typeof makeConference>

/** What is refused does not happen. */
function take(db: Db, { event: { id }, rounds }: Conference, { does, who = 0, to = 0, which = 0, wishes }: Step): void {
  const email = (number: number) => `p${number}@example.org`
  const all = db.select().from(registrations).orderBy(registrations.id).all()
  const own = all[who]
  const wanted = (wishes ?? []).map((list, index): Wish => {
    const [first = null, second = null] = list.map(number => rounds[index]?.[number] ?? null)
    return { round: index + 1, first, second }
  })
  const session = rounds.flat()[which] ?? 0
  try {
    writeNow(db, tx => {
      const event = getEvent(tx, id)
      const person = applicant({ email: email(who), name: email(who), attendance: 'in_person', wishes: wanted })
      if (does === 'register') register(tx, event, person, NOW)
      if (does === 'choose' && own) choose(tx, own, wanted, NOW)
      if (does === 'leave' && own) cancelRegistration(tx, own, 'attendee', NOW)
      if (does === 'come_back' && own) comeBack(tx, own, NOW)
      if (does === 'ask') addContributor(tx, event, { ...candidate(email(who)), attendance: 'in_person' }, NOW)
      if (does === 'attend' && own) becomeAttendee(tx, own, NOW)
      if (does === 'merge' && own && all[to]) mergeRegistrations(tx, own.id, all[to].id, NOW)
      if (does === 'allocate') allocateAll(tx, event, 'zaad', { organiserId: null, revision: event.revision }, NOW)
      if (does === 'take_back') takeBackAllocation(tx, event, { organiserId: null, revision: event.revision }, NOW)
      if (does === 'enlarge') {
        tx.update(sessions).set({ capacity: 3 }).where(eq(sessions.id, session)).run()
        fillWorkshops(tx, event, NOW)
      }
      if (does === 'call_off') {
        const off = tx.update(sessions).set({ cancelledAt: NOW }).where(eq(sessions.id, session)).returning().get()
        leaveWorkshop(tx, off, NOW)
      }
    })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

function expectSound(db: Db, eventId: number): void {
  const event = getEvent(db, eventId)
  const isOnHold = event.allocation === 'by_preference' && event.allocatedAt === null
  const people = new Map(
    db
      .select()
      .from(registrations)
      .all()
      .map(row => [row.id, row]),
  )
  const workshops = new Map(
    db
      .select()
      .from(sessions)
      .all()
      .map(row => [row.id, row]),
  )
  const active = db
    .select()
    .from(choices)
    .all()
    .filter(({ status }) => status !== 'cancelled')
  const takenIn = (id: number) => active.filter(one => one.sessionId === id && one.status === 'confirmed').length
  const hasRoom = (id: number) => takenIn(id) < (workshops.get(id)?.capacity ?? Number.POSITIVE_INFINITY)
  for (const { id, capacity } of workshops.values()) expect(takenIn(id)).toBeLessThanOrEqual(capacity ?? PEOPLE)
  for (const { registrationId, sessionId, status } of active) {
    const person = people.get(registrationId)
    expect(workshops.get(sessionId)?.cancelledAt).toBeNull()
    expect([person?.status === 'cancelled', person?.part]).toEqual([false, null])
    if (status === 'confirmed') expect([person?.status, isOnHold]).toEqual(['confirmed', false])
    // Nobody waits where there is room, unless they wait for the event, or for the lot to fall.
    if (status === 'waitlisted' && person?.status === 'confirmed' && !isOnHold) expect(hasRoom(sessionId)).toBe(false)
  }
  for (const own of Map.groupBy(active, ({ registrationId, round }) => `${registrationId} ${round}`).values()) {
    const statuses = own.toSorted((a, b) => a.rank - b.rank).map(({ status }) => status)
    const sound = [
      ['confirmed'],
      ['confirmed', 'spare'],
      ['waitlisted', 'confirmed'],
      ['waitlisted'],
      ['waitlisted', 'waitlisted'],
    ]
    expect(isOnHold ? [['waitlisted'], ['waitlisted', 'spare']] : [...sound, ['waitlisted', 'spare']]).toContainEqual(
      statuses,
    )
  }
}
