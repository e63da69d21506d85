// Judges what is claimed, in the same transaction: is it still due, is what was written still true, what is it written from?
import type { Tx } from '#db/open.ts'
import type { Told, ToldSeries } from '#db/schema.ts'
import { isUndeliverable } from '#src/domain/bounces.ts'
import { whyNotBrief } from '#src/domain/briefings.ts'
import { claim, type Wanted } from '#src/domain/claiming.ts'
import { findInvitation, stateOf } from '#src/domain/invitations.ts'
import { whyNotAsk } from '#src/domain/invitees.ts'
import { findMailing } from '#src/domain/mailings.ts'
import { isExpired, type Message } from '#src/domain/outbox.ts'
import { findPersonById } from '#src/domain/people.ts'
import { isOutdated, whyNotFollow } from '#src/domain/question-news.ts'
import { bulletinsAt } from '#src/domain/readers.ts'
import { isRequest } from '#src/domain/registrations.ts'
import { whyNotMail } from '#src/domain/releases.ts'
import { whyNotRemind } from '#src/domain/reminders.ts'
import { discard, recordOutcome, replace } from '#src/domain/sending.ts'
import { findSignIn } from '#src/domain/sign-ins.ts'
import { isStillSo, whyNotSend } from '#src/domain/spreading.ts'
import { findRequestOf } from '#src/domain/subscribing.ts'
import { whyNotSummarise } from '#src/domain/summaries.ts'
import { settle } from '#src/domain/telling.ts'
import { isBefore } from '#src/lib/time.ts'
import { isAboutQuestion, isAboutSeries, isLetter, type Occasion } from '#src/mail/messages.ts'
import { judgeSeriesMail } from './due-enrolments.ts'
import { letterOccasion, occasionOf } from './occasions.ts'
import { dueOf, isTrueOf, type Subject, subjectOf, tellsOf } from './subjects.ts'

/** What a mail that has not been written yet is written from, as it was at one moment. */
export interface Draft {
  occasion: Occasion
  told: Told | null
  toldSeries?: ToldSeries
  threadId: string | null
}

/** A mail that is to leave now; without a draft it has been written before. */
export interface Task {
  message: Message
  draft?: Draft
  at: Temporal.Instant
}

/** Claims what is due and keeps what should leave. One row that cannot be judged stops no other. */
export function takeDue(
  tx: Tx,
  worker: string,
  wanted: Wanted,
  at: Temporal.Instant,
  broken: (error: unknown, message: Message) => void,
) {
  const bulletins = bulletinsAt(tx, at)
  return claim(tx, worker, wanted, at).flatMap((message): Task[] => {
    try {
      return judge(tx, message, bulletins, at)
    } catch (error) {
      recordOutcome(tx, message, { result: 'failed', reason: 'could not be written' }, at)
      broken(error, message)
      return []
    }
  })
}

type Bulletins = ReturnType<typeof bulletinsAt>

function judge(tx: Tx, message: Message, bulletins: Bulletins, at: Temporal.Instant): Task[] {
  if (isAboutSeries(message.kind)) return judgeSeriesMail(tx, message, at)
  const subject = subjectOf(tx, message)
  const why = isLetter(message.kind) ? whyNotLetter(tx, message, bulletins, at) : whyNot(tx, message, subject, at)
  if (why) discard(tx, message, why)
  else if (isNoLongerTrue(tx, message, subject, bulletins, at)) replace(tx, message, at)
  else return [{ message, at, ...(isToBeWritten(message) && { draft: draftOf(tx, message, subject, bulletins, at) }) }]
  if (subject) settle(tx, subject.registration, at)
  return []
}

function isNoLongerTrue(
  tx: Tx,
  message: Message,
  subject: Subject | undefined,
  bulletins: Bulletins,
  now: Temporal.Instant,
): boolean {
  if (isAboutQuestion(message.kind)) return isOutdated(tx, message)
  if (isLetter(message.kind)) return !isStillSo(message, bulletins(message.bulletinId), now)
  return subject !== undefined && !isTrueOf(message, subject)
}

/** A mail stays as it was written; only what is overdue is looked at anew, since somebody may have seen to it by the next try. */
function isToBeWritten({ bytes, kind }: Message): boolean {
  return bytes === null || kind === 'tasks'
}

/** Why a claimed mail should not leave after all; nothing if it should. */
function whyNot(tx: Tx, message: Message, subject: Subject | undefined, now: Temporal.Instant): string | undefined {
  if (isExpired(message, now)) return 'expired'
  if (message.kind === 'test') return undefined
  if (message.kind === 'sign_in') return isLiveSignIn(tx, message, now) ? undefined : 'expired'
  if (isUndeliverable(tx, message.toAddress)) return 'undeliverable'
  if (message.kind === 'tasks') return whyNotSummarise(tx, message, now)
  if (isTestOfMailing(message)) return findMailing(tx, message.mailingId) ? undefined : 'gone'
  if (message.kind === 'invitation') return whyNotInvite(tx, message, now)
  if (message.kind === 'invited') return whyNotAsk(tx, message.inviteeId, now)
  if (isAboutQuestion(message.kind)) return whyNotFollow(tx, message, now)
  if (message.kind === 'subscription_proof') return findRequestOf(tx, message, now) ? undefined : 'gone'
  if (message.kind === 'my') return emailOf(tx, message.personId) === message.toAddress ? undefined : 'gone'
  return subject ? whyNotAbout(tx, message, subject, now) : 'gone'
}

function whyNotLetter(tx: Tx, message: Message, bulletins: Bulletins, now: Temporal.Instant): string | undefined {
  if (isExpired(message, now)) return 'expired'
  if (isUndeliverable(tx, message.toAddress)) return 'undeliverable'
  return whyNotSend(tx, message, bulletins(message.bulletinId))
}

/** To the organiser who writes it; a copy is about somebody's registration. */
function isTestOfMailing({ kind, registrationId }: Message): boolean {
  return kind === 'mailing' && registrationId === null
}

function isLiveSignIn(tx: Tx, { signInId }: Message, now: Temporal.Instant): boolean {
  const signIn = signInId === null ? undefined : findSignIn(tx, signInId)
  return signIn !== undefined && signIn.usedAt === null && isBefore(now, signIn.expiresAt)
}

function whyNotInvite(tx: Tx, { invitationId }: Message, now: Temporal.Instant): string | undefined {
  const invitation = invitationId === null ? undefined : findInvitation(tx, invitationId)
  if (!invitation) return 'gone'
  return stateOf(tx, invitation, now) === 'open' ? undefined : 'superseded'
}

function emailOf(tx: Tx, personId: number | null): string | null | undefined {
  return personId === null ? undefined : findPersonById(tx, personId)?.email
}

function whyNotAbout(tx: Tx, message: Message, subject: Subject, now: Temporal.Instant): string | undefined {
  const { event, registration } = subject
  if (message.kind === 'address') return registration.newEmail === message.toAddress ? undefined : 'superseded'
  if (emailOf(tx, registration.personId) !== message.toAddress) return 'gone'
  switch (message.kind) {
    case 'reminder_day':
    case 'reminder_hour':
      return whyNotRemind(tx, message, event, registration, now)
    case 'place_free':
      if (event.cancelledAt) return 'event_cancelled'
      if (!isBefore(now, event.startsAt)) return 'past'
      return registration.status === 'waitlisted' && !isRequest(registration) ? undefined : 'superseded'
    case 'declined':
      if (event.cancelledAt) return 'event_cancelled'
      if (registration.status !== 'confirmed') return 'cancelled'
      if (!registration.declinedAt) return 'answered'
      // They are about to be asked again.
      return dueOf(subject, now) ? 'superseded' : undefined
    case 'briefing':
      return whyNotBrief(event, registration, now)
    case 'mailing':
      return whyNotMail(tx, findMailing(tx, message.mailingId), event, registration, now)
    default:
      return whyNotTell(message, subject, now)
  }
}

/**
 * A telling mail must be the one that is due; an organiser may send again what was told already. `again` gives way to any
 * mail that tells something new.
 */
function whyNotTell(message: Message, subject: Subject, now: Temporal.Instant): string | undefined {
  const due = dueOf(subject, now)
  if (message.kind === 'again') {
    if (subject.event.cancelledAt) return 'event_cancelled'
    if (subject.registration.status === 'cancelled') return 'cancelled'
    return due ? 'superseded' : undefined
  }
  const isTrue = message.bytes === null || isTrueOf(message, subject)
  const isRepeat = due === undefined && message.bytes !== null
  return isTrue && (due === message.kind || isRepeat) ? undefined : 'superseded'
}

function draftOf(
  tx: Tx,
  message: Message,
  subject: Subject | undefined,
  bulletins: Bulletins,
  at: Temporal.Instant,
): Draft {
  return {
    occasion: isLetter(message.kind)
      ? letterOccasion(tx, message, message.kind, bulletins(message.bulletinId), at)
      : occasionOf(tx, message, subject, at),
    told: subject ? tellsOf(message.kind, subject) : null,
    threadId: subject && message.kind !== 'address' ? subject.registration.threadId : null,
  }
}
