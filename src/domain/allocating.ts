// Giving the places in workshops by preference: to everybody at once, as the lot falls (`lots`), and taking that back as long as
// nobody has heard of it.
import { and, asc, eq, ne, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { choices, registrations, sessions } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { auditEvent } from './audit.ts'
import { change, type Editor } from './changes.ts'
import type { Choice } from './choices.ts'
import type { Event } from './events.ts'
import { allocateRounds } from './lots.ts'
import { dueFor, GRACE } from './outbox.ts'
import { apply, mark, onHold, outcomeOf } from './placing.ts'
import { awaitsAllocation, listRounds } from './workshops.ts'

/**
 * Gives all who have a place at the event what they chose, as the lot with this seed falls; from then on places go to who comes
 * first, and whoever still waits does so in the order of the lot. The mails wait two minutes, in which it can be taken back.
 * Refusal('not_possible_now') where places are not given by preference, or were given before.
 */
export function allocateAll(tx: Tx, event: Event, seed: string, editor: Editor, now: Temporal.Instant): Event {
  if (!awaitsAllocation(event) || event.cancelledAt || !isBefore(now, event.startsAt))
    throw new Refusal('not_possible_now')
  const allocated = change(tx, event, { allocatedAt: now, allocationSeed: seed, revisedAt: now }, editor)
  const wishes = Map.groupBy(listWishes(tx, event), ({ round }) => round)
  const rounds = listRounds(tx, event).map(({ round, workshops }) => ({
    ...{ round, places: workshops },
    wishers: wishersOf(wishes.get(round) ?? []),
  }))
  const people = new Set(rounds.flatMap(({ wishers }) => wishers.map(({ id }) => id))).size
  const dueAt = dueFor(people, now)
  for (const { inOrder, got } of allocateRounds(rounds, seed)) {
    inOrder.forEach(({ id, list }, index) => {
      const lined = list.map(choice => mark(tx, choice, { queueNumber: index + 1 }, now))
      const outcome = outcomeOf(lined, ({ sessionId }) => sessionId === got.get(id))
      apply(tx, lined, outcome, now, dueAt)
    })
  }
  auditEvent(tx, 'workshops_allocated', event, { ...editor, detail: seed }, now)
  return allocated
}

/** Until when the places can be taken back; nothing once the mails leave, or where none were given. */
export function takeBackUntil(
  { allocatedAt, cancelledAt }: Pick<Event, 'allocatedAt' | 'cancelledAt'>,
  now: Temporal.Instant,
): Temporal.Instant | undefined {
  const until = allocatedAt?.add(GRACE)
  return until && !cancelledAt && isBefore(now, until) ? until : undefined
}

/**
 * Takes all those places back: everybody waits again for the moment at which they are given, and mails that have not left leave no
 * more. Refusal('not_possible_now') once they do.
 */
export function takeBackAllocation(tx: Tx, event: Event, editor: Editor, now: Temporal.Instant): void {
  if (!takeBackUntil(event, now)) throw new Refusal('not_possible_now')
  change(tx, event, { allocatedAt: null, allocationSeed: '', revisedAt: now }, editor)
  for (const list of Map.groupBy(listWishes(tx, event), ({ round }) => round).values())
    for (const wisher of wishersOf(list)) apply(tx, wisher.list, onHold(wisher.list), now)
  auditEvent(tx, 'workshops_taken_back', event, editor, now)
}

function wishersOf(list: Choice[]) {
  const byPerson = Map.groupBy(list, ({ registrationId }) => registrationId)
  return [...byPerson].map(([id, list]) => ({ id, list, wanted: list.map(({ sessionId }) => sessionId) }))
}

/** What everybody with a place at the event wants, by round, person and rank. */
export function listWishes(db: Db, { id }: Pick<Event, 'id'>): Choice[] {
  return wishesAt(db)
    .all({ eventId: id })
    .map(row => row.choices)
}

const wishesAt = prepared(db =>
  db
    .select({ choices })
    .from(sessions)
    .innerJoin(choices, eq(choices.sessionId, sessions.id))
    .innerJoin(registrations, eq(registrations.id, choices.registrationId))
    .where(
      and(
        eq(sessions.eventId, sql.placeholder('eventId')),
        ne(choices.status, 'cancelled'),
        eq(registrations.status, 'confirmed'),
      ),
    )
    .orderBy(asc(choices.round), asc(choices.registrationId), asc(choices.rank))
    .prepare(),
)

/** How many got what they wanted most in a round, or their second choice, or wait. */
export interface RoundOutcome {
  round: number
  first: number
  second: number
  none: number
}

/** What became of the wishes at an event, by round: for who gives the places, before and after. */
export function listOutcomes(db: Db, event: Pick<Event, 'id'>): RoundOutcome[] {
  const byRound = Map.groupBy(listWishes(db, event), ({ round }) => round)
  return [...byRound].map(([round, list]) => {
    const placed = list.filter(({ status }) => status === 'confirmed')
    const first = placed.filter(({ rank }) => rank === 1).length
    const people = new Set(list.map(({ registrationId }) => registrationId)).size
    return { round, first, second: placed.length - first, none: people - placed.length }
  })
}
