// Choosing workshops, changing that, and leaving them: by whoever comes, and by what happens to their registration or to a
// workshop. What is asked for stands in `wishes`, who gets a place in `placing`.
import { and, asc, eq, max, ne, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { placeholders, prepared } from '#db/prepared.ts'
import { choices } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { settleChoice } from './choice-telling.ts'
import { type Choice, listChoices, listChoicesEver } from './choices.ts'
import { type Event, getEvent, type Session } from './events.ts'
import { fillWorkshops, hasSeat, isOnHold, mark, onHold, outcomeOf, placeChoices } from './placing.ts'
import { getRegistration, type Registration } from './registrations.ts'
import { type Wish, wantedIn, wishesOf, wishProblems } from './wishes.ts'
import { canChoose, canChooseFor, listRounds } from './workshops.ts'

/**
 * Puts these wishes in the place of what somebody wanted in their rounds; a round that is not among them stays as it was. A
 * place is given if there is one, counted here and now; a place they have stays theirs as long as they want it and get nothing
 * better, and one they leave goes to who waits. Refusal('choosing_over') once choosing is over, which for an organiser is at the start, ('not_possible_now') for who does not
 * come or has a part of their own, ('changed_meanwhile') if a workshop is not offered any more.
 */
export function choose(
  tx: Tx,
  { id }: Pick<Registration, 'id'>,
  wishes: Wish[],
  now: Temporal.Instant,
  by: 'attendee' | 'organiser' = 'attendee',
): void {
  const registration = getRegistration(tx, id)
  const event = getEvent(tx, registration.eventId)
  if (registration.status === 'cancelled' || registration.part !== null) throw new Refusal('not_possible_now')
  const isOpen = by === 'organiser' ? canChooseFor : canChoose
  if (!isOpen(event, now)) throw new Refusal('choosing_over')
  const rounds = listRounds(tx, event)
  const known = listChoicesEver(tx, registration)
  const kept = wishesOf(rounds, known.filter(isWanted)).filter(({ round }) => !wishes.some(one => one.round === round))
  if (Object.keys(wishProblems(rounds, [...kept, ...wishes])).length) throw new Refusal('changed_meanwhile')
  const isLeft = wishes.map(wish => chooseOne(tx, event, registration, wish, known, now))
  if (isLeft.includes(true)) fillWorkshops(tx, event, now)
}

const isWanted = ({ status }: Choice) => status !== 'cancelled'

/** One round. Whether a place was left in it. */
function chooseOne(
  tx: Tx,
  event: Event,
  registration: Registration,
  wish: Wish,
  known: Choice[],
  now: Temporal.Instant,
): boolean {
  const wanted = wantedIn(wish)
  const before = known.filter(choice => isWanted(choice) && choice.round === wish.round)
  if (before.map(({ sessionId }) => sessionId).join() === wanted.join()) return false
  // All aside first: ranks may change places, and the place somebody has is one that they can have.
  if (before.length) setAside(tx).run({ registrationId: registration.id, round: wish.round })
  const outcome = isOnHold(event, registration) ? onHold(wanted) : outcomeOf(wanted, id => hasSeat(tx, id))
  const gone = before.filter(({ sessionId }) => !wanted.includes(sessionId))
  const changed = [
    ...gone.map(choice => mark(tx, choice, { status: 'cancelled' }, now)),
    ...wanted.map((sessionId, index) => {
      const values = { round: wish.round, rank: index + 1, status: outcome[index] ?? 'waitlisted' }
      return write(tx, registration, sessionId, known, values, now)
    }),
  ]
  for (const choice of changed) settleChoice(tx, choice, now)
  const placed = changed.find(({ status }) => status === 'confirmed')
  return before.some(({ id, status }) => status === 'confirmed' && id !== placed?.id)
}

/** One row for a person and a workshop, used again for ever. Chosen anew is at the end of the line. */
function write(
  tx: Tx,
  { id }: Registration,
  sessionId: number,
  known: Choice[],
  values: Pick<Choice, 'round' | 'rank' | 'status'>,
  now: Temporal.Instant,
): Choice {
  const earlier = known.find(choice => choice.sessionId === sessionId)
  if (earlier && isWanted(earlier)) return mark(tx, earlier, values, now)
  const queueNumber = (lastInLine(tx).get({ sessionId })?.last ?? 0) + 1
  if (earlier) return mark(tx, earlier, { ...values, queueNumber }, now)
  return insertion(tx).get({ ...values, registrationId: id, sessionId, queueNumber, revisedAt: now, createdAt: now })
}

const setAside = prepared(db =>
  db
    .update(choices)
    .set({ status: 'cancelled' })
    .where(
      and(
        eq(choices.registrationId, sql.placeholder('registrationId')),
        eq(choices.round, sql.placeholder('round')),
        ne(choices.status, 'cancelled'),
      ),
    )
    .prepare(),
)

const lastInLine = prepared(db =>
  db
    .select({ last: max(choices.queueNumber) })
    .from(choices)
    .where(eq(choices.sessionId, sql.placeholder('sessionId')))
    .prepare(),
)

const FIELDS = [
  ...(['registrationId', 'sessionId', 'round', 'rank', 'status', 'queueNumber', 'revisedAt', 'createdAt'] as const),
]
const insertion = prepared(db => db.insert(choices).values(placeholders(FIELDS)).returning().prepare())

/** Out of every workshop, for who comes no more. Their places stay empty until `fillWorkshops` is called. */
export function withdrawChoices(tx: Tx, registration: Pick<Registration, 'id'>, now: Temporal.Instant): void {
  for (const choice of listChoices(tx, registration))
    settleChoice(tx, mark(tx, choice, { status: 'cancelled' }, now), now)
}

/**
 * Everybody who chose a workshop that is called off is out of it, and gets their other choice of that round, in the order in
 * which they chose this one: a place if there is one, the waiting list if not. To be called once it has been called off.
 */
export function leaveWorkshop(tx: Tx, session: Pick<Session, 'id' | 'eventId'>, now: Temporal.Instant): void {
  for (const choice of activeIn(tx).all({ sessionId: session.id })) {
    settleChoice(tx, mark(tx, choice, { status: 'cancelled' }, now), now)
    placeChoices(tx, getRegistration(tx, choice.registrationId), now)
  }
  fillWorkshops(tx, getEvent(tx, session.eventId), now)
}

const activeIn = prepared(db =>
  db
    .select()
    .from(choices)
    .where(and(eq(choices.sessionId, sql.placeholder('sessionId')), ne(choices.status, 'cancelled')))
    .orderBy(asc(choices.queueNumber), asc(choices.id))
    .prepare(),
)

/**
 * Of one person with two registrations, of which one goes on: in every round in which that one wants nothing it takes over what
 * the other wanted, with its places and its turn. Nobody loses a place by it, and none is added. Who speaks or hosts by it is
 * in no workshop any more. Once the event has begun nothing changes any more. Returns the one that goes on, as it is then.
 */
export function handOverChoices(tx: Tx, from: Registration, to: Registration, now: Temporal.Instant): Registration {
  if (!isBefore(now, getEvent(tx, to.eventId).startsAt)) return to
  const handed = listChoices(tx, from)
  const own = new Set(listChoices(tx, to).map(({ round }) => round))
  withdrawChoices(tx, from, now)
  if (to.status === 'cancelled' || to.part !== null) {
    withdrawChoices(tx, to, now)
    return to
  }
  const known = listChoicesEver(tx, to)
  for (const { sessionId, round, rank, status, queueNumber } of handed.filter(choice => !own.has(choice.round))) {
    const taken = write(tx, to, sessionId, known, { round, rank, status }, now)
    settleChoice(tx, mark(tx, taken, { queueNumber }, now), now)
  }
  placeChoices(tx, to, now)
  return getRegistration(tx, to.id)
}
