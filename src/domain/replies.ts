// What people answer in their calendars (RFC 5546 §3.2.3), and what becomes of it. A yes or a maybe is written down and
// no more; a no frees the place after a while, unless it is taken back. How an answer is read stands in `jobs`.
import { and, eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { choices, events, people, type REPLIES, registrations, sessions } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { dateIn, isBefore } from '#src/lib/time.ts'
import { confirmPart } from './contributing.ts'
import { isSure, sequenceToAnswer, standingReply, takeBack } from './declines.ts'
import { type Event, getEvent } from './events.ts'
import { whenFreed } from './freeing.ts'
import { askedAs } from './invitees.ts'
import { enqueueAbout } from './outbox.ts'
import { findPersonById } from './people.ts'
import { register } from './registering.ts'
import { getRegistration, NOT_DECLINED, type Registration, update } from './registrations.ts'
import { sequenceOf } from './telling.ts'

export interface Reply {
  uid: string
  /** Lower-cased, without `mailto:`. */
  attendee: string
  partstat: (typeof REPLIES)[number]
  sequence: number
  /** DTSTAMP. */
  stamp: Temporal.Instant
  /** From is the attendee, and our own receiver saw DMARC pass (RFC 6047 §2.2.1). */
  isProven: boolean
}

export type Applied = 'applied' | 'asked' | 'stale' | 'unknown' | 'workshop'

interface Invited {
  event: Event
  registration: Registration
}

/**
 * Applies an answer, once: it must be newer than the last one by SEQUENCE and then DTSTAMP (RFC 5546 §2.1.5). `applied`;
 * `asked` when somebody has to say first whether it was theirs; `stale` when it is old, or answers an older invitation
 * (which is written down, and changes nothing); `unknown` when it is about no place that can still be given up. `workshop`
 * when it is about a workshop: that is chosen and left on one's own page only, so the answer changes nothing, least of all
 * whether they come to the event.
 */
export function applyReply(tx: Tx, reply: Reply, now: Temporal.Instant): Applied {
  const invited = findInvited(tx, reply, now)
  if (!invited) return isAboutWorkshop(tx, reply) ? 'workshop' : 'unknown'
  const { event, registration } = invited
  const answer = withinReason(reply, sequenceOf(event, registration), now)
  if (!isNewer(answer, registration)) return 'stale'
  if (answer.sequence < sequenceToAnswer(event, registration)) {
    if (answer.isProven) writeDown(tx, registration, answer, { reply: answer.partstat }, now)
    return 'stale'
  }
  return answer.partstat === 'declined' ? decline(tx, invited, answer, now) : keep(tx, invited, answer, now)
}

/** The place an answer is about: of somebody confirmed who has not come in yet, in an event that is still to begin. */
function findInvited(tx: Tx, { uid, attendee }: Reply, now: Temporal.Instant): Invited | undefined {
  const found = tx
    .select({ event: events, registration: registrations })
    .from(registrations)
    .innerJoin(events, eq(events.id, registrations.eventId))
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(and(eq(events.uid, uid), eq(people.email, attendee), eq(registrations.status, 'confirmed')))
    .get()
  if (!found || found.event.cancelledAt || found.registration.attendedAt) return undefined
  return isBefore(now, found.event.startsAt) ? found : undefined
}

/** Of somebody who chose it, now or before: its entry may well be in their calendar still. */
function isAboutWorkshop(tx: Tx, { uid, attendee }: Reply): boolean {
  const found = tx
    .select({ id: choices.id })
    .from(sessions)
    .innerJoin(choices, eq(choices.sessionId, sessions.id))
    .innerJoin(registrations, eq(registrations.id, choices.registrationId))
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(and(eq(sessions.uid, uid), eq(people.email, attendee)))
    .get()
  return found !== undefined
}

/**
 * Nobody can answer what was never sent: a higher SEQUENCE counts as the present one. And what anybody may have sent cannot
 * come from the future: it would make every answer after it look old.
 */
function withinReason(reply: Reply, current: number, now: Temporal.Instant): Reply {
  const isAhead = !reply.isProven && isBefore(now, reply.stamp)
  return { ...reply, sequence: Math.min(reply.sequence, current), stamp: isAhead ? now : reply.stamp }
}

function isNewer({ sequence, stamp }: Reply, { replySequence, repliedAt }: Registration): boolean {
  if (replySequence === null || repliedAt === null) return true
  return sequence === replySequence ? isBefore(repliedAt, stamp) : sequence > replySequence
}

/** The next invite repeats the answer, so it gets a later DTSTAMP; the answer alone brings about neither SEQUENCE nor mail. */
function writeDown(
  tx: Tx,
  registration: Registration,
  { sequence, stamp }: Reply,
  values: Partial<Pick<Registration, 'reply' | 'declinedAt' | 'freesAt' | 'partConfirmedAt'>>,
  now: Temporal.Instant,
): Registration {
  const changed = { ...registration, ...values }
  const isOther =
    changed.reply !== registration.reply ||
    Boolean(changed.declinedAt) !== Boolean(registration.declinedAt) ||
    Boolean(changed.freesAt) !== Boolean(registration.freesAt)
  const marks = { replySequence: sequence, repliedAt: stamp, ...(isOther && { revisedAt: now }) }
  return update(tx, registration, { ...values, ...marks })
}

/** Yes or maybe. One that anybody may have sent undoes no proven no: it stops the clock, and leaves the rest to people. */
function keep(tx: Tx, { registration }: Invited, answer: Reply, now: Temporal.Instant): 'applied' | 'asked' {
  const isInDoubt = !answer.isProven && isSure(registration)
  const isYes = registration.part !== null && answer.partstat === 'accepted' && answer.isProven
  const said = { reply: answer.partstat, ...NOT_DECLINED, ...(isYes && { partConfirmedAt: now }) }
  const values = isInDoubt ? { freesAt: null } : said
  writeDown(tx, registration, answer, values, now)
  return isInDoubt ? 'asked' : 'applied'
}

/** No. A second no moves no clock that runs already; one that anybody may have sent starts none, and is repeated in no invite. */
function decline(tx: Tx, { event, registration }: Invited, answer: Reply, now: Temporal.Instant): 'applied' | 'asked' {
  const declinedAt = registration.declinedAt ?? now
  // Nobody waits to speak: that is for people to undo.
  const freesAt = registration.part === null ? (registration.freesAt ?? whenFreed(tx, event, now)) : null
  const values = answer.isProven
    ? { reply: answer.partstat, declinedAt, freesAt }
    : { reply: standingReply(registration), declinedAt }
  ask(tx, event, writeDown(tx, registration, answer, values, now), answer.attendee, now)
  return answer.isProven ? 'applied' : 'asked'
}

/**
 * Tells what happens now and how to stop it, once a day at most for one invitation: two programs that answer each other must
 * not go on.
 */
function ask(tx: Tx, event: Event, registration: Registration, toAddress: string, now: Temporal.Instant): void {
  const key = `declined:${registration.id}:${sequenceToAnswer(event, registration)}:${dateIn(now, event.timeZone)}`
  enqueueAbout(tx, registration, { key, kind: 'declined', toAddress, expiresAt: event.startsAt }, now)
}

/** What an organiser should know of somebody's answer. */
export type Answer =
  /** The place frees itself at `freesAt`. */
  | 'frees'
  /** They said no; only people free the place. */
  | 'declined'
  /** Somebody said no for them, and they have been asked. */
  | 'asked'
  | 'maybe'
  /** They answered an older invitation than the one that stands. */
  | 'older'

/** A yes to an older time matters only if it was given after the move: then they may not know of it. */
export function answerOf(event: Event, registration: Registration): Answer | undefined {
  const { status, declinedAt, freesAt, reply, replySequence, repliedAt } = registration
  if (status !== 'confirmed') return undefined
  if (declinedAt) return freesAt ? 'frees' : isSure(registration) ? 'declined' : 'asked'
  if (reply === null || replySequence === null || repliedAt === null) return undefined
  const isOlder = replySequence < sequenceToAnswer(event, registration)
  const isLate = event.movedAt !== null && isBefore(event.movedAt, repliedAt)
  if (isOlder && (reply !== 'accepted' || isLate)) return 'older'
  return reply === 'tentative' ? 'maybe' : undefined
}

/**
 * Somebody comes after all: a no in their calendar is taken back; who was cancelled registers again with the same details,
 * for a place or for the waiting list. Doing it twice is doing it once. Refusal('past') once the event has begun,
 * Refusal('closed') when it takes no registrations.
 */
export function comeBack(tx: Tx, { id }: Pick<Registration, 'id'>, now: Temporal.Instant): Registration {
  const registration = getRegistration(tx, id)
  const event = getEvent(tx, registration.eventId)
  if (!isBefore(now, event.startsAt)) throw new Refusal('past')
  if (registration.part !== null && registration.cancelledBy !== 'organiser') return confirmPart(tx, registration, now)
  if (registration.status !== 'cancelled') {
    return registration.declinedAt ? takeBack(tx, registration, now) : registration
  }
  const email = findPersonById(tx, registration.personId)?.email
  if (!email) throw new Refusal('not_possible_now')
  const { name, organisation, role, attendance, accessNeeds, locale, addedBy } = registration
  const details = { name, organisation, role, attendance, accessNeeds, locale }
  return register(
    tx,
    event,
    { ...details, email, ...(addedBy !== null && { addedBy }), ...askedAs(tx, registration) },
    now,
  )
}
