// What a mail is written from: read in the transaction that decided that it is due, whatever kind it is of.
import type { Tx } from '#db/open.ts'
import { standing } from '#src/domain/bulletin-items.ts'
import { getEvent } from '#src/domain/events.ts'
import { withMaterials } from '#src/domain/follow-ups.ts'
import { findInvitation } from '#src/domain/invitations.ts'
import { findMailing } from '#src/domain/mailings.ts'
import { findOrganiserById } from '#src/domain/organisers.ts'
import type { Message } from '#src/domain/outbox.ts'
import { readOwnTexts, readTopTexts } from '#src/domain/own-texts.ts'
import { findPersonById } from '#src/domain/people.ts'
import { itemsFor, type Opened } from '#src/domain/readers.ts'
import { findSignIn, mint } from '#src/domain/sign-ins.ts'
import { findRequestOf } from '#src/domain/subscribing.ts'
import { findSubscription, nameWishes } from '#src/domain/subscriptions.ts'
import { findReader, listArrears } from '#src/domain/summaries.ts'
import { readAbout, readFollower, readInvited, readIssue, readMailed, readStandIn } from '#src/mail/about.ts'
import {
  type AboutQuestion,
  isAboutQuestion,
  isAboutRegistration,
  isAboutWorkshop,
  type Letter,
  type Occasion,
} from '#src/mail/messages.ts'
import type { Subject } from './subjects.ts'

/** Throws when what it is about is no longer there. */
export function occasionOf(tx: Tx, message: Message, subject: Subject | undefined, at: Temporal.Instant): Occasion {
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
  if (isAboutQuestion(kind)) return questionOccasion(tx, message, kind)
  if (kind === 'subscription_proof') {
    const request = findRequestOf(tx, message, at)
    if (request) return { kind, asking: { ...request, named: nameWishes(tx, request.wishes) }, email, locale, own }
  }
  if (kind === 'mailing') return mailingOccasion(tx, message, subject, at)
  const about = subject && readAbout(tx, subject.registration, locale)
  if (about && kind === 'address') return { kind, about, email, locale }
  if (about && isAboutRegistration(kind)) return { kind, about }
  if (about && subject.workshop && isAboutWorkshop(kind)) return { kind, about, workshop: subject.workshop }
  throw new Error(`message ${message.id} (${kind}) has nothing to be written from`)
}

function invitationOccasion(tx: Tx, { id, toAddress: email, locale, invitationId }: Message): Occasion {
  const invitation = invitationId === null ? undefined : findInvitation(tx, invitationId)
  if (!invitation) throw new Error(`message ${id} (invitation) has nothing to be written from`)
  return { kind: 'invitation', invitation, email, locale, own: readOwnTexts(tx, invitation.group.id, locale) }
}

function questionOccasion(tx: Tx, message: Message, kind: AboutQuestion): Occasion {
  const about = readFollower(tx, message)
  if (!about) throw new Error(`message ${message.id} (${kind}) has nothing to be written from`)
  return { kind, about }
}

/** To a subscriber what they follow; to the organiser who tests it, all of it. */
export function letterOccasion(
  tx: Tx,
  { id, toAddress: email, locale, personId, organiserId }: Message,
  kind: Letter,
  bulletin: Opened | undefined,
  at: Temporal.Instant,
): Occasion {
  const subscription = personId === null ? undefined : findSubscription(tx, personId)
  if (bulletin && subscription) {
    const items = itemsFor(tx, bulletin, subscription)
    return { kind, issue: readIssue(tx, bulletin, { subscription, email, locale, items }) }
  }
  if (bulletin && organiserId !== null) {
    const items = standing(bulletin.items, at)
    // No subscription has this number, so the link under it stops nothing.
    const issue = readIssue(tx, bulletin, { subscription: { id: 0 }, email, locale, items })
    return { kind, issue: { ...issue, isTest: true } }
  }
  throw new Error(`message ${id} (${kind}) has nothing to be written from`)
}

function mailingOccasion(tx: Tx, message: Message, subject: Subject | undefined, at: Temporal.Instant): Occasion {
  const mailing = findMailing(tx, message.mailingId)
  const mailed = mailing && withMaterials(tx, mailing)
  const organiser = message.organiserId === null ? undefined : findOrganiserById(tx, message.organiserId)
  if (mailed && subject) {
    const about = readMailed(tx, subject.registration, mailed, at)
    if (about) return { kind: 'mailing', about, mailed }
  } else if (mailed && organiser) {
    const about = readStandIn(tx, getEvent(tx, mailed.eventId), organiser, message.createdAt)
    return { kind: 'mailing', about, mailed: { ...mailed, isTest: true } }
  }
  throw new Error(`message ${message.id} (mailing) has nothing to be written from`)
}
