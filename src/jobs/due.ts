// Judges what is claimed, in the same transaction: is it still due, is what was written still true, what is it written from?
import type { Tx } from '#db/open.ts'
import type { Told } from '#db/schema.ts'
import { isUndeliverable } from '#src/domain/bounces.ts'
import { whyNotBrief } from '#src/domain/briefings.ts'
import { standing, withItems } from '#src/domain/bulletin-items.ts'
import { findBulletin } from '#src/domain/bulletins.ts'
import { claim, type Wanted } from '#src/domain/claiming.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { findInvitation, stateOf } from '#src/domain/invitations.ts'
import { whyNotAsk } from '#src/domain/invitees.ts'
import { findMailing } from '#src/domain/mailings.ts'
import { findOrganiserById } from '#src/domain/organisers.ts'
import { isExpired, type Message } from '#src/domain/outbox.ts'
import { readOwnTexts, readTopTexts } from '#src/domain/own-texts.ts'
import { findPersonById } from '#src/domain/people.ts'
import { itemsFor } from '#src/domain/readers.ts'
import { getRegistration, isRequest, type Registration } from '#src/domain/registrations.ts'
import { whyNotMail } from '#src/domain/releases.ts'
import { whyNotRemind } from '#src/domain/reminders.ts'
import { discard, recordOutcome, replace } from '#src/domain/sending.ts'
import { findSignIn, mint } from '#src/domain/sign-ins.ts'
import { isStillSo, whyNotSend } from '#src/domain/spreading.ts'
import { findRequestOf } from '#src/domain/subscribing.ts'
import { findSubscription, nameWishes } from '#src/domain/subscriptions.ts'
import { findReader, listArrears, whyNotSummarise } from '#src/domain/summaries.ts'
import { dueTelling, isStillTrue, isTelling, settle, toldNow } from '#src/domain/telling.ts'
import { isBefore } from '#src/lib/time.ts'
import { readAbout, readInvited, readIssue, readStandIn } from '#src/mail/about.ts'
import { isAboutRegistration, type Occasion } from '#src/mail/messages.ts'

/** What a mail that has not been written yet is written from, as it was at one moment. */
export interface Draft {
  occasion: Occasion
  told: Told | null
  threadId: string | null
}

/** A mail that is to leave now; without a draft it has been written before. */
export interface Task {
  message: Message
  draft?: Draft
  at: Temporal.Instant
}

interface Subject {
  event: Event
  registration: Registration
}

/** Claims what is due and keeps what should leave. One row that cannot be judged stops no other. */
export function takeDue(
  tx: Tx,
  worker: string,
  wanted: Wanted,
  at: Temporal.Instant,
  broken: (error: unknown, message: Message) => void,
) {
  return claim(tx, worker, wanted, at).flatMap((message): Task[] => {
    try {
      return judge(tx, message, at)
    } catch (error) {
      recordOutcome(tx, message, { result: 'failed', reason: 'could not be written' }, at)
      broken(error, message)
      return []
    }
  })
}

function judge(tx: Tx, message: Message, at: Temporal.Instant): Task[] {
  const subject = subjectOf(tx, message)
  const why = whyNot(tx, message, subject, at)
  if (why) discard(tx, message, why)
  else if (subject && !isStillTrue(message, subject.event, subject.registration)) replace(tx, message, at)
  else if (isLetter(message) && message.bytes !== null && !isStillSo(tx, message)) replace(tx, message, at)
  else return [{ message, at, ...(isToBeWritten(message) && { draft: draftOf(tx, message, subject, at) }) }]
  if (subject) settle(tx, subject.registration, at)
  return []
}

/** A mail stays as it was written; only what is overdue is looked at anew, since somebody may have seen to it by the next try. */
function isToBeWritten({ bytes, kind }: Message): boolean {
  return bytes === null || kind === 'tasks'
}

/** To who subscribed. */
function isLetter({ kind }: Message): boolean {
  return kind === 'newsletter' || kind === 'announcement'
}

function subjectOf(tx: Tx, { registrationId }: Message): Subject | undefined {
  if (registrationId === null) return undefined
  const registration = getRegistration(tx, registrationId)
  return { registration, event: getEvent(tx, registration.eventId) }
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
  if (message.kind === 'subscription_proof') return findRequestOf(tx, message, now) ? undefined : 'gone'
  if (isLetter(message)) return whyNotSend(tx, message, now)
  if (message.kind === 'my') return emailOf(tx, message.personId) === message.toAddress ? undefined : 'gone'
  return subject ? whyNotAbout(tx, message, subject, now) : 'gone'
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
      return dueTelling(registration.told, toldNow(event, registration)) ? 'superseded' : undefined
    case 'briefing':
      return whyNotBrief(event, registration, now)
    case 'mailing':
      return whyNotMail(tx, findMailing(tx, message.mailingId), event, registration, now)
    default:
      return whyNotTell(message, subject)
  }
}

/**
 * A telling mail must be the one that is due; an organiser may send again what was told already. `again` gives way to any
 * mail that tells something new.
 */
function whyNotTell(message: Message, { event, registration }: Subject): string | undefined {
  const due = dueTelling(registration.told, toldNow(event, registration))
  if (message.kind === 'again') {
    if (event.cancelledAt) return 'event_cancelled'
    if (registration.status === 'cancelled') return 'cancelled'
    return due ? 'superseded' : undefined
  }
  const isTrue = message.bytes === null || isStillTrue(message, event, registration)
  const isRepeat = due === undefined && message.bytes !== null
  return isTrue && (due === message.kind || isRepeat) ? undefined : 'superseded'
}

function draftOf(tx: Tx, message: Message, subject: Subject | undefined, at: Temporal.Instant): Draft {
  const tells = isTelling(message.kind) || message.kind === 'again'
  return {
    occasion: occasionOf(tx, message, subject, at),
    told: subject && tells ? toldNow(subject.event, subject.registration) : null,
    threadId: subject && message.kind !== 'address' ? subject.registration.threadId : null,
  }
}

function occasionOf(tx: Tx, message: Message, subject: Subject | undefined, at: Temporal.Instant): Occasion {
  const { kind, toAddress: email, locale, personId, signInId } = message
  const own = subject ? {} : readTopTexts(tx, locale)
  if (kind === 'test') return { kind, email, locale, own }
  if (kind === 'tasks') {
    const reader = findReader(tx, message)
    if (reader) {
      return { kind, summary: { organiserId: reader.id, email, locale, arrears: listArrears(tx, reader, at), own } }
    }
  }
  if (kind === 'my') {
    const person = personId === null ? undefined : findPersonById(tx, personId)
    if (person) return { kind, person, email, locale, own }
  }
  if (kind === 'sign_in' && signInId !== null) {
    const signIn = findSignIn(tx, signInId)
    if (signIn) return { kind, signIn: { ...mint(tx, signInId), expiresAt: signIn.expiresAt }, email, locale, own }
  }
  if (kind === 'invitation') return invitationOccasion(tx, message)
  if (kind === 'invited') {
    const invited = readInvited(tx, message.inviteeId)
    if (invited) return { kind, invited }
  }
  if (kind === 'subscription_proof') {
    const request = findRequestOf(tx, message, at)
    if (request) return { kind, asking: { ...request, named: nameWishes(tx, request.wishes) }, email, locale, own }
  }
  if (kind === 'newsletter' || kind === 'announcement') return letterOccasion(tx, message, kind, at)
  if (kind === 'mailing') return mailingOccasion(tx, message, subject)
  const about = subject && readAbout(tx, subject.registration, locale)
  if (about && kind === 'address') return { kind, about, email, locale }
  if (about && isAboutRegistration(kind)) return { kind, about }
  throw new Error(`message ${message.id} (${kind}) has nothing to be written from`)
}

function invitationOccasion(tx: Tx, { id, toAddress: email, locale, invitationId }: Message): Occasion {
  const invitation = invitationId === null ? undefined : findInvitation(tx, invitationId)
  if (!invitation) throw new Error(`message ${id} (invitation) has nothing to be written from`)
  return { kind: 'invitation', invitation, email, locale, own: readOwnTexts(tx, invitation.group.id, locale) }
}

/** To a subscriber what they follow; to the organiser who tests it, all of it. */
function letterOccasion(
  tx: Tx,
  { id, toAddress: email, locale, bulletinId, personId, organiserId }: Message,
  kind: 'newsletter' | 'announcement',
  at: Temporal.Instant,
): Occasion {
  const bulletin = findBulletin(tx, bulletinId)
  const subscription = personId === null ? undefined : findSubscription(tx, personId)
  if (bulletin && subscription) {
    const items = itemsFor(tx, withItems(tx, bulletin), subscription, at)
    return { kind, issue: readIssue(tx, bulletin, { subscription, email, locale, items }) }
  }
  if (bulletin && organiserId !== null) {
    const items = standing(withItems(tx, bulletin).items, at)
    // No subscription has this number, so the link under it stops nothing.
    const issue = readIssue(tx, bulletin, { subscription: { id: 0 }, email, locale, items })
    return { kind, issue: { ...issue, isTest: true } }
  }
  throw new Error(`message ${id} (${kind}) has nothing to be written from`)
}

function mailingOccasion(tx: Tx, message: Message, subject: Subject | undefined): Occasion {
  const mailed = findMailing(tx, message.mailingId)
  const organiser = message.organiserId === null ? undefined : findOrganiserById(tx, message.organiserId)
  if (mailed && subject) {
    const about = readAbout(tx, subject.registration)
    if (about) return { kind: 'mailing', about, mailed }
  } else if (mailed && organiser) {
    const about = readStandIn(tx, getEvent(tx, mailed.eventId), organiser, message.createdAt)
    return { kind: 'mailing', about, mailed: { ...mailed, isTest: true } }
  }
  throw new Error(`message ${message.id} (mailing) has nothing to be written from`)
}
