// Who gets a place in a workshop. Only whoever has a place at the event; one in each round; the first choice if there is room,
// else the second, and the first still if a place there comes free. Counted in the transaction that gives it.
import { and, asc, eq, isNull, type SQL, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { choices, registrations, sessions } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import { settleChoice } from './choice-telling.ts'
import { type Choice, type ChoiceStatus, listChoices } from './choices.ts'
import { type Event, getEvent } from './events.ts'
import { getRegistration, type Registration } from './registrations.ts'
import { awaitsAllocation, choicesEnd, confirmedIn } from './workshops.ts'

/** Waits with all they chose: for a place at the event, or for the moment at which the places are given. */
export function isOnHold(event: Event, { status }: Pick<Registration, 'status'>): boolean {
  return status !== 'confirmed' || awaitsAllocation(event)
}

/** What becomes of what somebody chose in one round, in order of rank; `isFree`: they can have a place there. */
export function outcomeOf<Wanted>(list: Wanted[], isFree: (wanted: Wanted) => boolean): ChoiceStatus[] {
  let isPlaced = false
  return list.map(wanted => {
    if (isPlaced) return 'spare'
    isPlaced = isFree(wanted)
    return isPlaced ? 'confirmed' : 'waitlisted'
  })
}

/** The same for whoever is on hold: the second choice is not needed yet. */
export const onHold = (list: unknown[]): ChoiceStatus[] => list.map((_, index) => (index ? 'spare' : 'waitlisted'))

/** One more fits. */
export function hasSeat(tx: Tx, sessionId: number): boolean {
  const found = seats(tx).get({ sessionId })
  return found !== undefined && (found.capacity === null || found.confirmed < found.capacity)
}

const seats = prepared(db =>
  db
    .select({ capacity: sessions.capacity, confirmed: confirmedIn })
    .from(sessions)
    .where(eq(sessions.id, sql.placeholder('sessionId')))
    .prepare(),
)

/** Gives somebody who has just got a place at the event what they chose. Whoever waits for a workshop longer is not passed: while they wait it is full. */
export function placeChoices(tx: Tx, registration: Registration, now: Temporal.Instant): void {
  const event = getEvent(tx, registration.eventId)
  for (const list of Map.groupBy(listChoices(tx, registration), ({ round }) => round).values())
    place(tx, event, registration, list, now)
}

/**
 * Gives away every free place in a workshop that somebody waits for, to who chose it first; a second choice that is no longer
 * needed goes on to the next. Until choosing is over whoever has their second choice moves to their first; after that only who
 * has nothing in a round. To be called whenever a place may have come free. Everybody gets what they would rather have, or
 * keeps what they have.
 */
export function fillWorkshops(tx: Tx, event: Event, now: Temporal.Instant): void {
  if (awaitsAllocation(event) || event.cancelledAt || !isBefore(now, event.endsAt)) return
  const line = isBefore(now, choicesEnd(event)) ? anybodyInLine(tx) : placelessInLine(tx)
  for (let next = line.get({ eventId: event.id }); next; next = line.get({ eventId: event.id })) {
    const { registrationId, round } = next
    const list = listChoices(tx, { id: registrationId }).filter(choice => choice.round === round)
    const moved = place(tx, event, getRegistration(tx, registrationId), list, now)
    if (!moved) throw new Error(`there is room for registration ${registrationId} in round ${round}, and no way to it`)
  }
}

/** Whoever chose first among those who wait where there is room. */
const inLine = (condition?: SQL) =>
  prepared(db =>
    db
      .select({ registrationId: choices.registrationId, round: choices.round })
      .from(sessions)
      .innerJoin(choices, eq(choices.sessionId, sessions.id))
      .innerJoin(registrations, eq(registrations.id, choices.registrationId))
      .where(
        and(
          eq(sessions.eventId, sql.placeholder('eventId')),
          isNull(sessions.cancelledAt),
          eq(choices.status, 'waitlisted'),
          eq(registrations.status, 'confirmed'),
          sql`(${sessions.capacity} is null or ${confirmedIn} < ${sessions.capacity})`,
          condition,
        ),
      )
      .orderBy(asc(choices.queueNumber), asc(choices.id))
      .limit(1)
      .prepare(),
  )

const anybodyInLine = inLine()
const placelessInLine = inLine(
  sql`not exists (select 1 from ${choices} as held where held.registration_id = ${choices.registrationId}
    and held.round = ${choices.round} and held.status = 'confirmed')`,
)

/** Never takes a place from whoever has it, unless for a better one of their own. How many of their choices changed. */
function place(tx: Tx, event: Event, registration: Registration, list: Choice[], now: Temporal.Instant): number {
  const isFree = ({ status, sessionId }: Choice) => status === 'confirmed' || hasSeat(tx, sessionId)
  return apply(tx, list, isOnHold(event, registration) ? onHold(list) : outcomeOf(list, isFree), now)
}

/** Writes what became of a round; mails about it are due then. What somebody leaves goes first: nobody has two places in it, not even for a moment. */
export function apply(tx: Tx, list: Choice[], outcome: ChoiceStatus[], now: Temporal.Instant, dueAt = now): number {
  const changed = list
    .map((choice, index) => ({ choice, status: outcome[index] ?? choice.status }))
    .filter(({ choice, status }) => status !== choice.status)
    .toSorted((a, b) => Number(a.status === 'confirmed') - Number(b.status === 'confirmed'))
    .map(({ choice, status }) => mark(tx, choice, { status }, now))
  for (const choice of changed) settleChoice(tx, choice, now, dueAt)
  return changed.length
}

/** Another status is another entry in somebody's calendar. Whoever marks settles as well. */
export function mark(
  tx: Tx,
  choice: Choice,
  values: Partial<Pick<Choice, 'status' | 'rank' | 'round' | 'queueNumber'>>,
  now: Temporal.Instant,
): Choice {
  const isOther = values.status !== undefined && values.status !== choice.status
  const raise = isOther && { sequence: sql`${choices.sequence} + 1`, revisedAt: now }
  return tx
    .update(choices)
    .set({ ...values, ...raise })
    .where(eq(choices.id, choice.id))
    .returning()
    .get()
}
