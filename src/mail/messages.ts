// Every mail we send, by kind. Pure: what is known goes in, structured content comes out; nothing is read or written here.
import type { AboutInvitation } from '#src/domain/invitations.ts'
import type { MessageKind } from '#src/domain/outbox.ts'
import type { OwnWorkshop } from '#src/domain/own-workshops.ts'
import type { Person } from '#src/domain/people.ts'
import type { About, AboutEnrolment, AboutFollower, AboutInvitee, House } from './about.ts'
import { address, my, myValues, type SignIn, signIn, signInValues, type To, test } from './accounts.ts'
import { declined } from './answers.ts'
import { type Desk, deskFor, valuesOf } from './appointment.ts'
import { cancelled, changed, reinstated, unregistered } from './changes.ts'
import type { Content } from './content.ts'
import { asked, briefing } from './contributors.ts'
import { type AboutSeries, enrolmentValues, seriesMail } from './enrolments.ts'
import { invitation, invitationValues } from './invitations.ts'
import { invited, invitedValues } from './invitees.ts'
import { type Mailed, mailing } from './mailings.ts'
import { announcement, type Issue, issueValues, newsletter } from './newsletter.ts'
import { again, confirmed, placeFree, promoted, requested, waitlisted } from './places.ts'
import { answered, planned, proof, questionValues } from './questions.ts'
import { reminder } from './reminders.ts'
import { type Asking, askingValues, subscriptionProof } from './subscriptions.ts'
import { type Summary, summary } from './summaries.ts'
import type { Values } from './words.ts'
import {
  type WorkshopDesk,
  workshopCancelled,
  workshopChanged,
  workshopConfirmed,
  workshopDeskFor,
  workshopValues,
} from './workshops.ts'

export { isAboutSeries } from './enrolments.ts'
export type { Mailed } from './mailings.ts'

/** The mails about somebody's registration, to the person themselves. */
const ABOUT_REGISTRATION = {
  confirmed,
  waitlisted,
  requested,
  promoted,
  place_free: placeFree,
  changed,
  cancelled,
  reinstated,
  unregistered,
  declined,
  again,
  asked,
  briefing,
  reminder_day: desk => reminder('reminder_day', desk),
  reminder_hour: desk => reminder('reminder_hour', desk),
} satisfies Partial<Record<MessageKind, (desk: Desk, now: Temporal.Instant) => Content>>
export type AboutRegistration = keyof typeof ABOUT_REGISTRATION

/** The mails about a workshop they chose. */
const ABOUT_WORKSHOP = {
  workshop_confirmed: workshopConfirmed,
  workshop_changed: workshopChanged,
  workshop_cancelled: workshopCancelled,
} satisfies Partial<Record<MessageKind, (desk: WorkshopDesk, now: Temporal.Instant) => Content>>
export type AboutWorkshop = keyof typeof ABOUT_WORKSHOP

/** The mails about a question from practice. */
const ABOUT_QUESTION = {
  question_proof: proof,
  question_planned: planned,
  question_answered: answered,
} satisfies Partial<Record<MessageKind, (about: AboutFollower, house: House) => Content>>
export type AboutQuestion = keyof typeof ABOUT_QUESTION

/** The mails to who subscribed. */
const LETTERS = { announcement, newsletter } satisfies Partial<
  Record<MessageKind, (issue: Issue, house: House) => Content>
>
export type Letter = keyof typeof LETTERS

/** What a mail is written for. */
export type Occasion =
  | { kind: AboutRegistration; about: About }
  | { kind: AboutWorkshop; about: About; workshop: OwnWorkshop }
  | { kind: AboutSeries; enrolled: AboutEnrolment }
  | ({ kind: 'address'; about: About } & To)
  | ({ kind: 'sign_in'; signIn: SignIn } & To)
  | ({ kind: 'my'; person: Person } & To)
  | ({ kind: 'invitation'; invitation: AboutInvitation } & To)
  | { kind: 'invited'; invited: AboutInvitee }
  | { kind: AboutQuestion; about: AboutFollower }
  | { kind: 'mailing'; about: About; mailed: Mailed }
  | { kind: 'tasks'; summary: Summary }
  | ({ kind: 'subscription_proof'; asking: Asking } & To)
  | { kind: Letter; issue: Issue }
  | ({ kind: 'test' } & To)

export function isAboutRegistration(kind: MessageKind): kind is AboutRegistration {
  return Object.hasOwn(ABOUT_REGISTRATION, kind)
}

export function isAboutWorkshop(kind: MessageKind): kind is AboutWorkshop {
  return Object.hasOwn(ABOUT_WORKSHOP, kind)
}

export function isAboutQuestion(kind: MessageKind): kind is AboutQuestion {
  return Object.hasOwn(ABOUT_QUESTION, kind)
}

export function isLetter(kind: MessageKind): kind is Letter {
  return Object.hasOwn(LETTERS, kind)
}

/** What the mail says. The same occasion at the same moment gives the same content. */
export function contentOf(occasion: Occasion, house: House, now: Temporal.Instant): Content {
  if ('enrolled' in occasion) return seriesMail(occasion.kind, occasion.enrolled, house)
  switch (occasion.kind) {
    case 'sign_in':
      return signIn(occasion.signIn, occasion, house)
    case 'my':
      return my(occasion.person, occasion, house)
    case 'address':
      return address(occasion.about, occasion, house)
    case 'invitation':
      return invitation(occasion.invitation, occasion, house)
    case 'mailing':
      return mailing(deskFor(occasion.about, house), occasion.mailed, house, now)
    case 'tasks':
      return summary(occasion.summary, house)
    case 'invited':
      return invited(occasion.invited, house)
    case 'question_proof':
    case 'question_planned':
    case 'question_answered':
      return ABOUT_QUESTION[occasion.kind](occasion.about, house)
    case 'subscription_proof':
      return subscriptionProof(occasion.asking, occasion, house)
    case 'announcement':
    case 'newsletter':
      return LETTERS[occasion.kind](occasion.issue, house)
    case 'test':
      return test(occasion, house, now)
    case 'workshop_confirmed':
    case 'workshop_changed':
    case 'workshop_cancelled':
      return ABOUT_WORKSHOP[occasion.kind](workshopDeskFor(occasion.about, occasion.workshop, house), now)
    default:
      return ABOUT_REGISTRATION[occasion.kind](deskFor(occasion.about, house), now)
  }
}

/** What placeholders stand for in the mail, to show to who writes its texts. */
export function valuesIn(occasion: Occasion, house: House): Values {
  if ('enrolled' in occasion) return enrolmentValues(occasion.enrolled, house)
  switch (occasion.kind) {
    case 'sign_in':
      return signInValues(occasion.signIn, occasion, house)
    case 'my':
      return myValues(occasion.person, occasion, house)
    case 'invitation':
      return invitationValues(occasion.invitation, occasion, house)
    case 'invited':
      return invitedValues(occasion.invited, house)
    case 'question_proof':
    case 'question_planned':
    case 'question_answered':
      return questionValues(occasion.about, house)
    case 'subscription_proof':
      return askingValues(occasion.asking, occasion, house)
    case 'announcement':
    case 'newsletter':
      return issueValues(occasion.kind, occasion.issue, house)
    case 'tasks':
    case 'test':
      return { website: () => house.config.mailFrom.name }
    default: {
      const { about } = occasion
      const locale = 'locale' in occasion ? occasion.locale : about.registration.locale
      const more = 'workshop' in occasion ? workshopValues(about, occasion.workshop, locale) : {}
      return { ...valuesOf(about, locale, house), ...more }
    }
  }
}
