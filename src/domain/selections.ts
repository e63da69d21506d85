// What is done with many registrations at once: with each as it would be done alone. Whoever it cannot be done with is left
// as they are, with the reason.
import { and, asc, eq, inArray, isNotNull, isNull, or } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { people, registrations } from '#db/schema.ts'
import { Refusal, type RefusalCode } from '#src/lib/errors.ts'
import { hash } from '#src/lib/tokens.ts'
import { type Action, auditEvent } from './audit.ts'
import { markAttended, unmarkAttended } from './check-ins.ts'
import type { Event } from './events.ts'
import { withdraw } from './registering.ts'
import type { Registration } from './registrations.ts'
import { fillPlaces, givePlace } from './waiting.ts'

export const SELECTION_ACTS = ['promote', 'cancel', 'present', 'absent'] as const
export type SelectionAct = (typeof SELECTION_ACTS)[number]

/** `already`: there was nothing to do. */
export type WhyNot = RefusalCode | 'already'

export interface Selected {
  done: number[]
  left: { id: number; name: string; why: WhyNot }[]
}

/** Whether the page that was shown would say the same of an act that is done now. */
export function sealOf({ done, left }: Selected): string {
  return hash(JSON.stringify([done, left.map(({ id, why }) => [id, why])])).slice(0, 16)
}

/**
 * Does it with each of these people of the event: who waits longest gets a place first, and nobody over capacity; places that
 * come free go to who waits after the last of them is cancelled, so that none of them is given one for a moment.
 */
export function applyToAll(
  tx: Tx,
  event: Event,
  act: SelectionAct,
  ids: number[],
  organiserId: number,
  now: Temporal.Instant,
): Selected {
  const selected: Selected = { done: [], left: [] }
  for (const registration of listChosen(tx, event, ids)) {
    const { id, name } = registration
    const why = whyNot(registration, act) ?? attempt(() => DEEDS[act](tx, registration, organiserId, now))
    if (why) selected.left.push({ id, name, why })
    else {
      selected.done.push(id)
      auditEvent(tx, ACTIONS[act], event, { organiserId, registrationId: id }, now)
    }
  }
  if (act === 'cancel' && selected.done.length > 0) fillPlaces(tx, event, now)
  return selected
}

function listChosen(db: Db, { id }: Event, ids: number[]): Registration[] {
  return db
    .select()
    .from(registrations)
    .where(and(eq(registrations.eventId, id), inArray(registrations.id, ids)))
    .orderBy(asc(registrations.queueNumber), asc(registrations.id))
    .all()
}

const ACTIONS: Record<SelectionAct, Action> = {
  promote: 'registration_promoted',
  cancel: 'registration_cancelled',
  present: 'attendance_marked',
  absent: 'attendance_unmarked',
}

const DEEDS: Record<
  SelectionAct,
  (tx: Tx, registration: Registration, organiserId: number, now: Temporal.Instant) => unknown
> = {
  promote: (tx, registration, _, now) => givePlace(tx, registration, now),
  cancel: (tx, registration, _, now) => withdraw(tx, registration, 'organiser', now),
  present: (tx, registration, organiserId, now) =>
    markAttended(tx, registration, { source: 'by_hand', organiserId }, now),
  absent: (tx, registration, organiserId, now) =>
    unmarkAttended(tx, registration, { source: 'by_hand', organiserId }, now),
}

function whyNot({ status, attendedAt }: Registration, act: SelectionAct): WhyNot | undefined {
  const isDone = {
    promote: status === 'confirmed',
    cancel: status === 'cancelled',
    present: attendedAt !== null,
    absent: attendedAt === null,
  }
  return isDone[act] ? 'already' : undefined
}

/** Each of these refuses before it has changed anything. */
function attempt(deed: () => unknown): RefusalCode | undefined {
  try {
    deed()
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

/** The names of these, in the order of the list. */
export function namesOf(db: Db, ids: number[]): string[] {
  return db
    .select({ name: registrations.name })
    .from(registrations)
    .where(inArray(registrations.id, ids))
    .orderBy(asc(registrations.queueNumber), asc(registrations.id))
    .all()
    .map(({ name }) => name)
}

/** The names of those whom no mail reaches: without an address, or with one that does not work. */
export function listUnreached(db: Db, ids: number[]): string[] {
  return db
    .select({ name: registrations.name })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(and(inArray(registrations.id, ids), or(isNull(people.email), isNotNull(people.undeliverableAt))))
    .orderBy(asc(registrations.queueNumber), asc(registrations.id))
    .all()
    .map(({ name }) => name)
}
