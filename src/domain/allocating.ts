// Giving the places in workshops by preference: to everybody at once, in an order drawn by lot. Why nobody could be made happier
// without making somebody sadder: whoever's turn it is takes what they want most of what is left, so what they would rather
// have went to somebody before them, who would have to give it up.
import { createHash } from 'node:crypto'
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
import { apply, mark, outcomeOf } from './placing.ts'
import { awaitsAllocation, listRounds } from './workshops.ts'

/** What somebody wants in one round: workshops, what they want most first.  */
export interface Wisher {
  id: number
  wanted: number[]
}

/** A workshop and how many places are left in it; null: no limit. */
interface Place {
  id: number
  left: number | null
}

/** The workshop each got in a round; nobody is in it who got none. */
export type Allocated = Map<number, number>

/**
 * One round: each in this order gets the first of their wishes where a place is left. Nobody can be made happier by swapping
 * places, or by one that is left, without somebody else getting less than they have.
 */
export function allocateRound(places: Place[], inOrder: Wisher[]): Allocated {
  const left = new Map(places.map(place => [place.id, place.left ?? Number.POSITIVE_INFINITY]))
  const got: Allocated = new Map()
  for (const { id, wanted } of inOrder) {
    const found = wanted.find(workshop => (left.get(workshop) ?? 0) > 0)
    if (found === undefined) continue
    left.set(found, (left.get(found) ?? 0) - 1)
    got.set(id, found)
  }
  return got
}

/**
 * Whose turn it is in a round: who got least in the rounds before it first (`missed`), and of those who got as much, as the lot
 * falls. The lot follows from the seed, the round and the person alone, so whoever draws again draws the same.
 */
export function drawOrder<Drawn extends { id: number }>(
  list: Drawn[],
  seed: string,
  round: number,
  missed: (id: number) => number,
): Drawn[] {
  const lots = new Map(list.map(({ id }) => [id, lotOf(seed, round, id)]))
  const lot = ({ id }: Drawn) => lots.get(id) ?? ''
  return list.toSorted((a, b) => missed(b.id) - missed(a.id) || (lot(a) < lot(b) ? -1 : 1))
}

function lotOf(seed: string, round: number, id: number): string {
  return createHash('sha256').update(`${seed}/${round}/${id}`).digest('hex')
}

/** Every round in turn. `missed` of a round: 0 for a first choice, 1 for a second, 2 for nothing. */
export function allocateRounds<One extends Wisher>(
  rounds: { round: number; places: Place[]; wishers: One[] }[],
  seed: string,
): { round: number; inOrder: One[]; got: Allocated }[] {
  const missed = new Map<number, number>()
  return rounds.map(({ round, places, wishers }) => {
    const inOrder = drawOrder(wishers, seed, round, id => missed.get(id) ?? 0)
    const got = allocateRound(places, inOrder)
    for (const { id, wanted } of inOrder) {
      const index = wanted.indexOf(got.get(id) ?? Number.NaN)
      missed.set(id, (missed.get(id) ?? 0) + (index < 0 ? MISSED_ALL : index))
    }
    return { round, inOrder, got }
  })
}

const MISSED_ALL = 2

/**
 * Gives all who have a place at the event what they chose, as the lot with this seed falls; from then on places go to who comes
 * first, and whoever still waits does so in the order of the lot. Refusal('not_possible_now') where places are not given by
 * preference, or were given before.
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
  for (const { inOrder, got } of allocateRounds(rounds, seed)) {
    inOrder.forEach(({ id, list }, index) => {
      const lined = list.map(choice => mark(tx, choice, { queueNumber: index + 1 }, now))
      const outcome = outcomeOf(lined, ({ sessionId }) => sessionId === got.get(id))
      apply(tx, lined, outcome, now)
    })
  }
  auditEvent(tx, 'workshops_allocated', event, { ...editor, detail: seed }, now)
  return allocated
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
