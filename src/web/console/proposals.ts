// Rule 11: before an organiser's act mails anybody, a page shows who, how many and the mail itself. The first POST brings
// that page; the second one carries the number that was shown, and the act is done only if it is still true.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { preview } from '#db/write.ts'
import { type Act, carryOut, type Matter, mailsOf, type Reach, recipientsOf } from '#src/domain/consequences.ts'
import { findEnrolment } from '#src/domain/enrolments.ts'
import { getEvent } from '#src/domain/events.ts'
import { findInvitee } from '#src/domain/invitees.ts'
import type { Message, MessageKind } from '#src/domain/outbox.ts'
import { getOwnWorkshop } from '#src/domain/own-workshops.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { maskLinks } from '#src/lib/masking.ts'
import { isBefore } from '#src/lib/time.ts'
import { type About, readAbout, readAboutEnrolment, readFollower, readInvited } from '#src/mail/about.ts'
import {
  contentOf,
  isAboutQuestion,
  isAboutRegistration,
  isAboutSeries,
  isAboutWorkshop,
  type Occasion,
} from '#src/mail/messages.ts'
import { render } from '#src/mail/render.ts'
import type { Deps } from '../deps.ts'
import { domainProblems } from '../forms.ts'
import { readCopy } from './mailing-letters.ts'
import type { PreviewedMail, ProposalPage, Question } from './pages.ts'

/** One thing an organiser is about to do, as a rule to an event. */
export interface Undertaking {
  event: Matter
  /** Other events that it is about as well. */
  also?: Matter[]
  reach: Reach
  act: Act
}

/** What the act would do to people's mailboxes: found by doing it, in a transaction that is rolled back. */
export function propose(deps: Deps, { event, also = [], reach, act }: Undertaking, question: Question): ProposalPage {
  const { db, clock } = deps
  return preview(db, tx => {
    const mails = mailsOf(tx, [event, ...also], reach, act)
    const recipients = recipientsOf(mails)
    return {
      facts: [],
      figures: [],
      warnings: [],
      isDanger: false,
      about: 'uid' in event ? event.title : event.text,
      alternative: undefined,
      ...question,
      event,
      recipients,
      people: mails.map(mail => ({ name: nameOf(tx, mail), email: mail.toAddress, kind: mail.kind })),
      mails: onePerKind(mails).flatMap(mail => writeMail(tx, deps, mail) ?? []),
      waits: recipients > 1 && mails.some(({ dueAt }) => isBefore(clock.now(), dueAt)),
    }
  })
}

/** What came of a form that may have to be shown first: nothing if it is done. */
export interface Outcome {
  ask?: ProposalPage
  problems?: Record<string, string>
}

/**
 * Does the act if the page with its mails has been shown, and if what was shown is still true. Otherwise returns that page;
 * an act that mails nobody needs no page, unless `always`.
 */
export async function askOrDo(
  deps: Deps,
  undertaking: Undertaking,
  { shown, question, always = false }: { shown: number | undefined; question: Question; always?: boolean },
): Promise<Outcome> {
  if (shown === undefined) {
    const ask = propose(deps, undertaking, question)
    if (always || ask.recipients > 0) return { ask }
  }
  const { event, also = [], reach, act } = undertaking
  await deps.write(tx => carryOut(tx, [event, ...also], reach, act, shown ?? 0))
  return {}
}

/** Problems that the domain finds, as fields of the form. */
export function orProblems(request: FastifyRequest, work: () => Promise<Outcome>): Promise<Outcome> {
  return work().catch(error => ({ problems: domainProblems(error, request.t.fields) }))
}

/** One example of each kind of mail: the first of it. */
function onePerKind(mails: Message[]): Message[] {
  const first = new Map<MessageKind, Message>()
  for (const mail of mails) if (!first.has(mail.kind)) first.set(mail.kind, mail)
  return [...first.values()]
}

function nameOf(tx: Tx, { registrationId, inviteeId, enrolmentId }: Message): string {
  if (enrolmentId !== null) return findEnrolment(tx, enrolmentId)?.name ?? ''
  if (inviteeId !== null) return findInvitee(tx, inviteeId)?.name ?? ''
  return registrationId === null ? '' : getRegistration(tx, registrationId).name
}

/** A mail about a registration as it would leave now, with its personal links closed. */
export function writeMail(tx: Tx, deps: Deps, message: Message): PreviewedMail | undefined {
  const mail = renderMail(tx, deps, message)
  return mail && { kind: message.kind, to: mail.to, subject: mail.subject, text: maskLinks(mail.text) }
}

/** The same with its links open: for who closes them. */
export function renderMail(tx: Tx, deps: Deps, message: Message) {
  const { kind, registrationId, eventId } = message
  if (kind === 'mailing') return eventId === null ? undefined : readCopy(tx, deps, message, getEvent(tx, eventId))
  const invited = kind === 'invited' ? readInvited(tx, message.inviteeId) : undefined
  if (invited) {
    const mail = render(contentOf({ kind: 'invited', invited }, deps, deps.clock.now()))
    return { to: invited.invitee.email, ...mail }
  }
  if (isAboutQuestion(kind)) {
    const about = readFollower(tx, message)
    return about && { to: about.follower.email, ...render(contentOf({ kind, about }, deps, deps.clock.now())) }
  }
  const enrolment = message.enrolmentId === null ? undefined : findEnrolment(tx, message.enrolmentId)
  const enrolled = enrolment && readAboutEnrolment(tx, enrolment, deps.clock.now())
  if (enrolled && isAboutSeries(kind)) {
    return { to: enrolled.email, ...render(contentOf({ kind, enrolled }, deps, deps.clock.now())) }
  }
  const about = registrationId === null ? undefined : readAbout(tx, getRegistration(tx, registrationId))
  const occasion = about && occasionAbout(tx, about, message)
  return occasion && { to: about.email, ...render(contentOf(occasion, deps, deps.clock.now())) }
}

/** Nothing for a kind that is about no registration and no workshop. */
function occasionAbout(tx: Tx, about: About, { kind, choiceId }: Message): Occasion | undefined {
  if (isAboutRegistration(kind)) return { kind, about }
  if (choiceId === null || !isAboutWorkshop(kind)) return undefined
  return { kind, about, workshop: getOwnWorkshop(tx, choiceId) }
}

/** A form's fields, to be sent once more; the number shown is added by the page. */
export function entriesOf(body: object): [string, string][] {
  return Object.entries(body)
    .filter(([name]) => name !== 'recipients')
    .flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, String(one)]))
}
