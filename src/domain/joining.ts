// One person with two registrations for one event: one goes on, the other steps aside. What makes them one stands in
// `addresses` (a new address) and in `doubles` (two registrations that turn out to be of the same person).
import { and, eq, gt, or } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { answers, type CANCELLERS, messages } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import { answersOfOne, setAnswers } from './answers.ts'
import { moveCheckIns } from './check-ins.ts'
import { getEvent } from './events.ts'
import { carryFeedback } from './feedback.ts'
import { redirectCopies } from './mailing-copies.ts'
import { getRegistration, NOT_DECLINED, type Registration, update } from './registrations.ts'
import { dropReminders } from './reminders.ts'
import { settle, toldNow } from './telling.ts'

/**
 * Out of the calendar of whoever stands aside. The place is not given to anybody else: what goes on takes it, or frees it.
 * The old links stop working. Who has heard of nothing hears nothing; nor does anybody once the event has begun.
 */
export function stepAside(
  tx: Tx,
  registration: Registration,
  by: (typeof CANCELLERS)[number],
  now: Temporal.Instant,
): Registration {
  if (registration.status === 'cancelled') return registration
  const event = getEvent(tx, registration.eventId)
  const aside = update(tx, registration, {
    status: 'cancelled',
    cancelledAt: now,
    cancelledBy: by,
    partConfirmedAt: null,
    newEmail: null,
    ...NOT_DECLINED,
    sequence: registration.sequence + 1,
    revisedAt: now,
    linkVersion: registration.linkVersion + 1,
    doorVersion: registration.doorVersion + 1,
  })
  dropReminders(tx, [aside.id], 'cancelled')
  const isTold = isBefore(now, event.startsAt) && !hasHeardNothing(tx, aside)
  const known = isTold ? aside : update(tx, aside, { told: toldNow(event, aside) })
  settle(tx, known, now)
  return known
}

/** No mail about it has left, or may have. */
function hasHeardNothing(tx: Tx, { id, told }: Registration): boolean {
  if (told !== null) return false
  const mayHaveLeft = or(gt(messages.attempts, 0), eq(messages.state, 'sending'))
  return !tx
    .select({ id: messages.id })
    .from(messages)
    .where(and(eq(messages.registrationId, id), mayHaveLeft))
    .limit(1)
    .get()
}

/**
 * What was said and seen goes along to the registration that goes on: notes and needs are joined, answers fill what is not
 * answered there, feedback was given once, and attendance counts once.
 */
export function carryAlong(tx: Tx, from: Registration, to: Registration): Registration {
  setAnswers(tx, to, new Map([...answersOfOne(tx, from), ...answersOfOne(tx, to)]))
  tx.delete(answers).where(eq(answers.registrationId, from.id)).run()
  moveCheckIns(tx, from, to)
  carryFeedback(tx, from, to)
  redirectCopies(tx, from, to)
  update(tx, from, { note: '', accessNeeds: '', attendedMinutes: null, mergedIntoId: to.id })
  return update(tx, getRegistration(tx, to.id), {
    note: joined(to.note, from.note),
    accessNeeds: joined(to.accessNeeds, from.accessNeeds),
    organisation: to.organisation || from.organisation,
    attendedMinutes: longest(to.attendedMinutes, from.attendedMinutes),
    waitedAt: to.waitedAt ?? from.waitedAt,
    enrolmentId: to.enrolmentId ?? from.enrolmentId,
  })
}

function joined(text: string, other: string): string {
  if (text.includes(other)) return text
  return other.includes(text) ? other : `${text}\n${other}`
}

/** In the room twice at the same time is not twice as long. */
function longest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
