// The personal page behind the mailed link: see, change, cancel, take a place that came free. A GET changes nothing.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db, Tx } from '#db/open.ts'
import { requestAddress } from '#src/domain/addresses.ts'
import { type Answers, answersOfOne, setAnswers } from '#src/domain/answers.ts'
import { isSure } from '#src/domain/declines.ts'
import { doorOpensAt } from '#src/domain/door.ts'
import { getListedEvent, isOpenFor } from '#src/domain/events.ts'
import { feedbackTurn } from '#src/domain/feedback.ts'
import { type FormField, listFormFields } from '#src/domain/form-fields.ts'
import { personalPaths } from '#src/domain/links.ts'
import { findPersonById } from '#src/domain/people.ts'
import { hasRoom, outlookFor, placesFor, placesOf } from '#src/domain/places.ts'
import { cancelRegistration, changeDetails } from '#src/domain/registering.ts'
import { getRegistrationByLink, isRequest, type Registration, waitingPosition } from '#src/domain/registrations.ts'
import { comeBack } from '#src/domain/replies.ts'
import { resumeReminders, stoppedFor } from '#src/domain/stopping.ts'
import { takePlace } from '#src/domain/waiting.ts'
import { paths } from '#src/lib/paths.ts'
import { qrPath } from '#src/lib/qr.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, cleanText, normaliseEmail } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { hrefFor } from '../plugins/locale.ts'
import { accentPath } from './accents.ts'
import { AnswerFields, answerProblems, answersAgain, answerValues, givenAnswers } from './answer-fields.ts'
import { ownCertificate } from './certificates.ts'
import { ownChoicesOf } from './choice-fields.ts'
import { contributionOf } from './own-contribution.ts'
import type { PublicPages } from './pages.ts'
import { Details, limitsOf } from './registration-form.ts'

const ChangesForm = Type.Object(Details, AnswerFields)
const SavedQuery = Type.Object({ saved: Type.Optional(Type.String({ maxLength: 1 })) })

export function ownRegistrationRoutes(app: App, deps: Deps): void {
  const { db, write, clock, tokens } = deps
  const find = (token: string, at: Db = db) => getRegistrationByLink(at, tokens.read('registration', token))
  const home = (request: FastifyRequest, reply: FastifyReply, token: string, query = '') =>
    reply.redirect(hrefFor(request, paths.registration(token) + query), 303)

  app.get('/registrations/:token', { schema: { params: Token, querystring: SavedQuery } }, (request, reply) => {
    const page = registrationPage(deps, request.params.token, find(request.params.token))
    return reply
      .headers(TOKEN_PAGE)
      .page('public/registration', { ...page, isSaved: request.query.saved !== undefined })
  })

  const changes = { params: Token, body: ChangesForm }
  app.post('/registrations/:token/changes', { schema: changes, attachValidation: true }, async (request, reply) => {
    const { token } = request.params
    const registration = find(token)
    const asked = fieldsFor(db, registration)
    const problems = changeProblems(deps, request, registration, asked)
    if (problems) {
      const page = registrationPage(deps, token, registration, { details: answersAgain(request, asked, problems) })
      return reply.code(422).headers(TOKEN_PAGE).page('public/registration', page)
    }
    const { answers } = givenAnswers(request, asked)
    await write(tx => change(tx, find(token, tx), request.body, answers, clock.now()))
    return home(request, reply, token, '?saved=1')
  })

  app.post('/registrations/:token/cancellation', { schema: { params: Token } }, async (request, reply) => {
    await write(tx => cancelRegistration(tx, find(request.params.token, tx), 'attendee', clock.now()))
    return home(request, reply, request.params.token)
  })

  app.post('/registrations/:token/place', { schema: { params: Token } }, async (request, reply) => {
    await write(tx => takePlace(tx, find(request.params.token, tx), clock.now()))
    return home(request, reply, request.params.token)
  })

  app.post('/registrations/:token/return', { schema: { params: Token } }, async (request, reply) => {
    await write(tx => comeBack(tx, find(request.params.token, tx), clock.now()))
    return home(request, reply, request.params.token)
  })

  app.post('/registrations/:token/reminders', { schema: { params: Token } }, async (request, reply) => {
    await write(tx => resumeReminders(tx, find(request.params.token, tx), clock.now()))
    return home(request, reply, request.params.token)
  })

  /** The addresses of the forms, opened or reloaded: back to the page they stand on. */
  for (const form of ['changes', 'cancellation', 'place', 'return', 'reminders'] as const) {
    app.get<{ Params: { token: string } }>(`/registrations/:token/${form}`, (request, reply) => {
      find(request.params.token)
      return home(request, reply, request.params.token)
    })
  }
}

/** Details at once; another address only after its proof. */
function change(
  tx: Tx,
  registration: Registration,
  body: Static<typeof ChangesForm>,
  answers: Answers | undefined,
  now: Temporal.Instant,
): void {
  const details = {
    name: cleanLine(body.name),
    organisation: cleanLine(body.organisation),
    role: body.role,
    accessNeeds: cleanText(body.access_needs),
    attendance: body.attendance ?? registration.attendance,
  }
  const changed = changeDetails(tx, registration, details, now)
  if (answers) setAnswers(tx, changed, answers)
  const email = normaliseEmail(body.email)
  if (email !== findPersonById(tx, registration.personId)?.email) requestAddress(tx, changed, email, now)
}

function changeProblems(deps: Deps, request: FastifyRequest, registration: Registration, asked: FormField[]) {
  const found = { ...fieldProblems(request), ...answerProblems(request, asked) }
  // What is no form at all has no field that is wrong.
  if (request.validationError || Object.keys(found).length) return found
  return presenceProblem(deps, request, registration)
}

/** Extra questions are for who attends. */
function fieldsFor(db: Db, { eventId, part }: Registration): FormField[] {
  return part === null ? listFormFields(db, eventId) : []
}

/** Another way to take part needs a free place there; who waits may wait anywhere. */
function presenceProblem({ db }: Deps, request: FastifyRequest, registration: Registration) {
  const { attendance } = request.body as { attendance?: Registration['attendance'] }
  const event = getListedEvent(db, registration.eventId)
  const isOther = attendance !== undefined && attendance !== registration.attendance && event.attendance === 'hybrid'
  if (!isOther || registration.status !== 'confirmed' || registration.part !== null) return undefined
  if (outlookFor(event, placesFor(db, event, attendance)) === 'confirmed') return undefined
  return { attendance: request.t.fields.full }
}

/** The page, with what is not right yet of one of its forms. */
export function registrationPage(
  deps: Deps,
  token: string,
  registration: Registration,
  forms: { details?: Form; choices?: Form } = {},
): PublicPages['public/registration'] {
  const { config, db, clock, tokens } = deps
  const now = clock.now()
  const event = getListedEvent(db, registration.eventId)
  const person = findPersonById(db, registration.personId)
  const own = personalPaths(tokens)
  const { status, attendance, name, organisation, role, accessNeeds } = registration
  const email = person?.email ?? ''
  const isWaiting = status === 'waitlisted' && !isRequest(registration)
  const { approvalAskedAt, approvedAt, cancelledBy } = registration
  const isRefused = status === 'cancelled' && cancelledBy === 'organiser' && approvalAskedAt !== null && !approvedAt
  const isChangeable = isBefore(now, event.startsAt) && !event.cancelledAt
  const isOpen = isChangeable && status !== 'cancelled'
  const isExpected = status === 'confirmed' && attendance === 'in_person' && !event.cancelledAt
  return {
    token,
    registration,
    event,
    email,
    isRequest: isRequest(registration),
    isRefused,
    position: isWaiting ? waitingPosition(db, registration) : 0,
    isPast: !isBefore(now, event.endsAt),
    isOpen,
    contribution: contributionOf({ db }, event, registration),
    canReturn:
      isChangeable &&
      !isRefused &&
      status === 'cancelled' &&
      email !== '' &&
      registration.part === null &&
      isOpenFor(event, attendance, now) &&
      outlookFor(event, placesFor(db, event, attendance)) !== undefined,
    isSure: isSure(registration),
    canTakePlace: isWaiting && isOpen && event.waitingRule !== 'by_hand' && hasRoom(placesFor(db, event, attendance)),
    door: status === 'confirmed' ? own.door(registration) : null,
    code: isExpected ? qrPath(config.baseUrl + own.checkIn(registration)) : null,
    doorOpensAt: doorOpensAt(event),
    feed: person ? own.feed(person) : null,
    certificate: ownCertificate(deps, event, registration),
    stopped: isOpen && status === 'confirmed' ? stoppedFor(db, registration) : null,
    places: placesOf(db, event),
    formFields: fieldsFor(db, registration),
    choices: ownChoicesOf(db, event, registration, now, forms.choices),
    form:
      forms.details ??
      emptyForm({
        ...{ name, email, organisation, role, attendance, access_needs: accessNeeds },
        ...answerValues(answersOfOne(db, registration)),
      }),
    limits: limitsOf(ChangesForm),
    accent: accentPath(event.group),
    isSaved: false,
    feedback: { turn: feedbackTurn(db, event, registration, now), path: own.feedback(registration) },
  }
}
