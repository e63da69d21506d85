// What the page of one registration shows.
import type { FastifyRequest } from 'fastify'
import { answersOfOne } from '#src/domain/answers.ts'
import { findAttendee, listMergedInto } from '#src/domain/attendees.ts'
import { findDoublesOf } from '#src/domain/doubles.ts'
import { canStillCome, type Event, getListedEvent } from '#src/domain/events.ts'
import { listFormFields } from '#src/domain/form-fields.ts'
import { placesOf, presencesOf } from '#src/domain/places.ts'
import { type Happening, historyOf, type Milestone } from '#src/domain/registration-history.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { answerOf } from '#src/domain/replies.ts'
import { canChooseFor } from '#src/domain/workshops.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Deps } from '../deps.ts'
import { emptyForm, type Form } from '../pages.ts'
import { ownChoicesOf } from '../public/choice-fields.ts'
import { options } from './fields.ts'
import type { ConsolePages } from './pages.ts'
import type { HistoryLine } from './people-pages.ts'
import { answerText } from './registration-files.ts'

type RegistrationPage = ConsolePages['console/registration']

export function registrationPage(
  { db, clock }: Deps,
  request: FastifyRequest,
  { registration: one, event }: { registration: Registration; event: Event },
  { done, refused, form }: { done?: RegistrationPage['done']; refused?: RegistrationPage['refused']; form?: Form },
): RegistrationPage {
  const { t } = request
  const now = clock.now()
  const { email, undeliverable } = findAttendee(db, one)
  return {
    event: getListedEvent(db, event.id),
    one,
    email,
    undeliverable,
    answer: answerOf(event, one),
    places: placesOf(db, event),
    answers: answersIn(db, request, one),
    history: historyOf(db, one).map(happening => lineOf(request, event, one, happening)),
    goesOn: one.mergedIntoId === null ? undefined : getRegistration(db, one.mergedIntoId),
    merged: listMergedInto(db, one),
    doubles: findDoublesOf(db, event, one).map(({ id, because }) => ({
      id,
      name: getRegistration(db, id).name,
      because,
    })),
    isOpen: canStillCome(event, one.attendance, now),
    isToCome: isBefore(now, event.startsAt),
    done,
    refused,
    workshops: ownChoicesOf(db, event, one, now, refused === 'choices' ? form : undefined),
    canChooseFor: canChooseFor(event, now),
    forms: {
      note: emptyForm({ note: one.note }),
      details: emptyForm(detailsOf(one)),
      address: emptyForm({ email: email ?? '' }),
      ...(refused && form && { [refused]: form }),
    },
    choices: { roles: options(t.words.roles), attendances: options(t.words.attendances, presencesOf(event)) },
  }
}

function detailsOf({ name, organisation, role, attendance, accessNeeds }: Registration) {
  return { name, organisation, role, attendance, accessNeeds }
}

function answersIn(db: Deps['db'], { t }: FastifyRequest, one: Registration) {
  const answers = answersOfOne(db, one)
  return listFormFields(db, one.eventId)
    .map(field => ({ label: field.label, value: answerText(t, field, answers.get(field.id) ?? []) }))
    .filter(({ value }) => value !== '')
}

function lineOf(request: FastifyRequest, event: Event, one: Registration, happening: Happening): HistoryLine {
  const { t } = request
  const words = t.console.registration
  const { at } = happening
  if (happening.what === 'milestone') {
    return { at, text: milestoneText(request, one, happening.milestone), mail: undefined }
  }
  if (happening.what === 'deed') return { at, text: deedText(request, event, one, happening.deed), mail: undefined }
  const { id, kind, state, subject, bouncedAt } = happening.mail
  const mail = {
    id,
    state: bouncedAt ? t.console.outbox.cameBack : t.console.outbox.states[state],
    isTrouble: bouncedAt !== null || state === 'failed' || state === 'uncertain',
    isComing: state === 'queued',
  }
  return { at, text: words.mail(subject ?? t.console.proposal.kinds[kind]), mail }
}

function milestoneText({ t }: FastifyRequest, one: Registration, milestone: Milestone): string {
  const words = t.console.registration.milestones
  if (milestone === 'attended') return words.attended[one.attendanceSource ?? 'by_hand']
  if (milestone === 'replied') return words.replied[one.reply ?? 'accepted']
  return words[milestone]
}

function deedText(
  { t }: FastifyRequest,
  event: Event,
  one: Registration,
  { action, who, detail }: { action: string; who: string | null; detail: string },
): string {
  const words = t.console.audit
  const known: Record<string, (happened: Parameters<typeof words.actions.registration_added>[0]) => string> =
    words.actions
  return (
    known[action]?.({
      who: who === null ? words.byItself : who || words.former,
      what: words.quoted(event.title),
      person: one.name || words.attendee,
      group: '',
      parts: [detail],
    }) ?? action
  )
}
