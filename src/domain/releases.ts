// How a mailing leaves: at once after two minutes in which it can be called back, or by itself at a moment; and whether each
// copy of it is still due when its turn comes. Each of its people gets one row of the outbox, ever.
import { and, asc, eq, gt, isNotNull, isNull, lte, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { given, prepared } from '#db/prepared.ts'
import { mailings, messages } from '#db/schema.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { isBefore, localTimeProblem, zoned } from '#src/lib/time.ts'
import { countAudiences, isFollowUp, isRecipient, listRecipients } from './audiences.ts'
import { auditEvent } from './audit.ts'
import type { Editor } from './changes.ts'
import { type Event, getEvent } from './events.ts'
import { problemsIn, refuseLetter } from './letters.ts'
import { countCopies } from './mailing-copies.ts'
import { changeMailing, type Mailing } from './mailings.ts'
import { isAnythingKept } from './materials.ts'
import type { Organiser } from './organisers.ts'
import { enqueue, enqueueAbout, GRACE } from './outbox.ts'
import type { Registration } from './registrations.ts'

/** Goes before reminders, as news of a change does. */
const FAST_LANE = 2
/** Somebody waits in front of the screen for a test. */
const TEST_LANE = 1

/** Who releases, and how many people the page said would get it. */
export interface Releaser extends Editor {
  shown: number
}

/**
 * Puts one copy for everybody it reaches in the outbox, to leave in two minutes. Refusal('changed_meanwhile') if it was
 * changed or released since it was shown, or if it reaches another number of people; so whoever releases second sends nothing.
 */
export function release(tx: Tx, mailing: Mailing, event: Event, releaser: Releaser, now: Temporal.Instant): Mailing {
  if (isTooEarly(mailing, event, now)) throw new Refusal('not_possible_now')
  const released = changeMailing(tx, mailing, { releasedAt: now }, releaser)
  // The room may have come to be what was written.
  refuseLetter(tx, event, released)
  const count = addCopies(tx, released, event, now, now.add(GRACE))
  if (count !== releaser.shown) throw new Refusal('changed_meanwhile')
  if (count === 0) throw new Refusal('not_possible_now')
  auditEvent(tx, 'mailing_released', event, { ...releaser, detail: String(count) }, now)
  return released
}

/** What follows up on an event comes after it. */
const isTooEarly = ({ purpose }: Mailing, event: Event, at: Temporal.Instant) =>
  purpose === 'follow_up' && !isFollowUp(event, at)

/** How many copies it made. */
function addCopies(tx: Tx, mailing: Mailing, event: Event, now: Temporal.Instant, dueAt: Temporal.Instant): number {
  const recipients = listRecipients(tx, event, mailing, now)
  const common = {
    kind: 'mailing',
    mailingId: mailing.id,
    dueAt,
    expiresAt: worthUntil(mailing, event, dueAt),
  } as const
  const lane = mailing.isUrgent ? FAST_LANE : undefined
  for (const recipient of recipients) {
    const { id, email: toAddress } = recipient
    enqueueAbout(tx, recipient, { ...common, key: `mailing:${mailing.id}:${id}`, toAddress, lane }, now)
  }
  return recipients.length
}

/** What is said before or during an event is worth sending until it ends; what is said after it, for four days. */
function worthUntil({ isUrgent }: Mailing, { endsAt }: Event, dueAt: Temporal.Instant): Temporal.Instant {
  return isUrgent || isBefore(dueAt, endsAt) ? endsAt : dueAt.add({ hours: 96 })
}

/**
 * Has it leave by itself at a wall time of the event's zone. Whom it reaches is looked up then. Until then it can be changed
 * or withdrawn, so it does not wait again. Invalid for a time that does not exist, is nearer than two minutes, or comes before
 * the end of the event that it follows up on.
 */
export function schedule(
  tx: Tx,
  mailing: Mailing,
  event: Event,
  localTime: string,
  editor: Editor,
  now: Temporal.Instant,
): Mailing {
  if (event.cancelledAt) throw new Refusal('not_possible_now')
  const { timeZone } = event
  const problem = localTimeProblem(localTime, timeZone)
  if (problem) throw new Invalid({ date: problem })
  const scheduledFor = zoned({ localStart: localTime, timeZone }).toInstant()
  if (isBefore(scheduledFor, now.add(GRACE))) throw new Invalid({ date: 'moment_past' })
  if (isTooEarly(mailing, event, scheduledFor)) throw new Invalid({ date: 'moment_before_end' })
  const scheduled = changeMailing(tx, mailing, { scheduledFor }, editor)
  const { reached } = countAudiences(tx, event, now, mailing.purpose)[mailing.audience]
  auditEvent(tx, 'mailing_scheduled', event, { ...editor, detail: String(reached) }, now)
  return scheduled
}

/** Back to a draft: it no longer leaves by itself. */
export function withdraw(tx: Tx, mailing: Mailing, event: Event, editor: Editor, now: Temporal.Instant): Mailing {
  const withdrawn = changeMailing(tx, mailing, { scheduledFor: null }, editor)
  auditEvent(tx, 'mailing_withdrawn', event, editor, now)
  return withdrawn
}

/** Whether `releaseScheduled` would do something. A read, so that the worker opens no transaction for nothing. */
export function isAnyToRelease(db: Db, now: Temporal.Instant): boolean {
  return anyToRelease(db).get({ now: now.epochMilliseconds }) !== undefined
}

const isDue = and(
  isNotNull(mailings.scheduledFor),
  isNull(mailings.releasedAt),
  lte(mailings.scheduledFor, given('now')),
)
const anyToRelease = prepared(db => db.select({ id: mailings.id }).from(mailings).where(isDue).limit(1).prepare())
const toRelease = prepared(db => db.select().from(mailings).where(isDue).orderBy(asc(mailings.scheduledFor)).prepare())

/**
 * Releases what is due by itself, to leave at once. Of an event that was cancelled meanwhile nothing leaves, nor does what holds
 * the room by now, nor what follows up on an event that is not over or of which nothing is kept: the mailing is a draft again,
 * for somebody to look at.
 */
export function releaseScheduled(tx: Tx, now: Temporal.Instant): void {
  for (const mailing of toRelease(tx).all({ now: now.epochMilliseconds })) {
    const event = getEvent(tx, mailing.eventId)
    const { revision, scheduledFor } = mailing
    const why = whyHeld(tx, mailing, event, now)
    if (why) {
      changeMailing(tx, mailing, { scheduledFor: null }, { revision })
      auditEvent(tx, 'mailing_held', event, { ...BY_ITSELF, detail: why === 'cancelled' ? '' : why }, now)
      continue
    }
    const released = changeMailing(tx, mailing, { releasedAt: now }, { revision })
    const count = addCopies(tx, released, event, now, scheduledFor ?? now)
    auditEvent(tx, 'mailing_released', event, { ...BY_ITSELF, detail: String(count) }, now)
  }
}

const BY_ITSELF = { organiserId: null }

function whyHeld(tx: Tx, mailing: Mailing, event: Event, now: Temporal.Instant): string | undefined {
  if (event.cancelledAt) return 'cancelled'
  if (Object.keys(problemsIn(tx, event, mailing)).length) return 'text'
  if (isTooEarly(mailing, event, now)) return 'early'
  return mailing.purpose === 'follow_up' && !isAnythingKept(tx, event) ? 'empty' : undefined
}

/** What a recall did: how many will not get it, and how many had it. */
export interface Recalled {
  dropped: number
  left: number
}

/**
 * Takes every copy out of the outbox that has not left. One that is with the mail server at this moment counts as left; if the
 * server does not take it after all, it is not offered again. With nothing to take back nothing changes.
 */
export function recall(
  tx: Tx,
  mailing: Mailing,
  event: Event,
  { id: organiserId }: Pick<Organiser, 'id'>,
  now: Temporal.Instant,
): Recalled {
  const { changes: dropped } = tx
    .update(messages)
    .set({ state: 'dropped', reason: 'recalled', bytes: null, leasedBy: null, leasedUntil: null })
    .where(and(isCopyOf(mailing), eq(messages.state, 'queued')))
    .run()
  const copies = countCopies(tx, [mailing.id]).get(mailing.id)
  const left = copies ? copies.sent + copies.sending + copies.uncertain : 0
  if (dropped === 0) return { dropped, left }
  tx.update(mailings)
    .set({ recalledAt: now, revision: sql`${mailings.revision} + 1` })
    .where(eq(mailings.id, mailing.id))
    .run()
  auditEvent(tx, 'mailing_recalled', event, { organiserId, detail: `${dropped}/${left}` }, now)
  return { dropped, left }
}

/** Ends the two minutes: what waits leaves now. */
export function hurry(
  tx: Tx,
  mailing: Mailing,
  event: Event,
  { id: organiserId }: Pick<Organiser, 'id'>,
  now: Temporal.Instant,
): void {
  const { changes } = tx
    .update(messages)
    .set({ dueAt: now })
    .where(and(isCopyOf(mailing), eq(messages.state, 'queued'), eq(messages.attempts, 0), gt(messages.dueAt, now)))
    .run()
  if (changes) auditEvent(tx, 'mailing_hurried', event, { organiserId, detail: String(changes) }, now)
}

const isCopyOf = ({ id }: Mailing) => and(eq(messages.mailingId, id), isNotNull(messages.registrationId))

/** Mails it to the organiser alone, at once, as it would read. Not more than once per version and minute. */
export function testMailing(tx: Tx, mailing: Mailing, event: Event, to: Organiser, now: Temporal.Instant): void {
  const minute = Math.floor(now.epochMilliseconds / 60_000)
  const key = `mailing:${mailing.id}:test:${to.id}:${mailing.revision}:${minute}`
  const { id: organiserId, email: toAddress, locale } = to
  const about = { eventId: event.id, mailingId: mailing.id, organiserId }
  const expiresAt = now.add({ hours: 1 })
  enqueue(tx, { key, kind: 'mailing', toAddress, locale, ...about, lane: TEST_LANE, expiresAt }, now)
  auditEvent(tx, 'mailing_tested', event, { organiserId }, now)
}

/** Why a copy should not leave after all; nothing if it should. */
export function whyNotMail(
  db: Db,
  mailing: Mailing | undefined,
  event: Event,
  registration: Registration,
  now: Temporal.Instant,
): string | undefined {
  if (!mailing?.releasedAt) return 'gone'
  if (mailing.recalledAt) return 'recalled'
  // Whoever writes after a cancellation knows of it.
  if (event.cancelledAt && isBefore(mailing.releasedAt, event.cancelledAt)) return 'event_cancelled'
  if (isRecipient(db, event, mailing, registration.id, now)) return undefined
  return registration.status === 'cancelled' ? 'cancelled' : 'not_theirs'
}
