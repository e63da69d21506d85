// Who comes to an event: the list, adding somebody by hand, the file for a spreadsheet. What is done with one registration
// stands in `attendees`.
import type { FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import type { Tx } from '#db/open.ts'
import { PRESENCES, ROLES, STATUSES } from '#db/schema.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { standingReply } from '#src/domain/declines.ts'
import { type Event, getListedEvent, isOpenFor } from '#src/domain/events.ts'
import { getEventWith } from '#src/domain/organisers.ts'
import { changeableIds } from '#src/domain/overview.ts'
import { placesOf, presencesOf } from '#src/domain/places.ts'
import { register } from '#src/domain/registering.ts'
import { listRegistrations, type Registration } from '#src/domain/registrations.ts'
import { answerOf } from '#src/domain/replies.ts'
import type { Messages } from '#src/i18n/index.ts'
import { csv } from '#src/lib/csv.ts'
import { paths } from '#src/lib/paths.ts'
import { cleanLine, EMAIL_PATTERN, NAME_PATTERN, normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { Line, options, Shown } from './fields.ts'
import type { ConsolePages } from './pages.ts'
import { askOrDo, entriesOf } from './proposals.ts'

const Query = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 100 })),
  status: Type.Optional(Type.Enum(['', ...STATUSES])),
})
const AddForm = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120, pattern: NAME_PATTERN }),
  email: Type.Union([Type.Literal(''), Type.String({ maxLength: 200, pattern: EMAIL_PATTERN })]),
  organisation: Line(150),
  role: Type.Enum([...ROLES]),
  attendance: Type.Enum([...PRESENCES]),
  recipients: Shown,
})

export function registrationListRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps
  const url = '/console/events/:id/registrations'

  app.get(url, { schema: { params: Id, querystring: Query } }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'host', request.params.id)
    return reply.page('console/registrations', page(request, event, request.query, emptyForm(usualValues(event))))
  })

  app.post(url, { schema: { params: Id, body: AddForm }, attachValidation: true }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'organiser', request.params.id)
    const problems = fieldProblems(request)
    if (problems) {
      return reply.code(422).page('console/registrations', page(request, event, {}, formAgain(request, problems)))
    }
    const { ask } = await add(request, event, request.body)
    if (ask) return reply.page('console/proposal', ask)
    return seeOther(request, reply, paths.console.registrations(event.id))
  })

  /** Goes the way of every registration: a place if there is one, the waiting list if not. */
  function add(request: FastifyRequest, event: Event, body: Static<typeof AddForm>) {
    const { name, email, organisation, role, attendance, recipients: shown } = body
    const now = clock.now()
    const { id: organiserId } = organiserOf(request)
    const applicant = {
      name: cleanLine(name),
      email: email ? normaliseEmail(email) : null,
      organisation: cleanLine(organisation),
      role,
      attendance,
      accessNeeds: '',
      locale: request.locale,
      addedBy: organiserId,
    }
    const act = (tx: Tx) => {
      register(tx, event, applicant, now)
      auditEvent(tx, 'registration_added', event, { organiserId }, now)
    }
    const path = paths.console.registrations(event.id)
    const question = { ...request.t.console.add.question, action: path, fields: entriesOf(body), back: path }
    return askOrDo(deps, { event, reach: 'person', act }, { shown, question })
  }

  app.get('/console/events/:id/registrations.csv', { schema: { params: Id } }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'organiser', request.params.id)
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${event.slug}.csv"`)
      .send(fileOf(request, event))
  })

  function fileOf({ t, f }: FastifyRequest, event: Event): string {
    const { file } = t.console.registrations
    const rows = listRegistrations(db, event).map(({ registration: one, email }) => [
      one.name,
      email ?? '',
      one.organisation,
      t.words.roles[one.role],
      t.words.attendances[one.attendance],
      t.words.statuses[one.status],
      answerIn(t, one),
      one.accessNeeds,
      one.attendedAt ? file.yes : '',
      f.moment(one.createdAt),
    ])
    return csv([file.columns, ...rows])
  }

  function page(
    request: FastifyRequest,
    event: Event,
    { q = '', status = '' }: Static<typeof Query>,
    form: Form,
  ): ConsolePages['console/registrations'] {
    const { t } = request
    const mayChange = changeableIds(db, organiserOf(request), [event]).has(event.id)
    const rows = listRegistrations(db, event, { q, byAddress: mayChange, ...(status && { status }) })
    return {
      event: getListedEvent(db, event.id),
      places: placesOf(db, event),
      // Who only receives people needs their names, not their addresses or what they asked for in confidence.
      rows: rows.map(({ registration, email, undeliverable }) => ({
        registration: mayChange ? registration : { ...registration, accessNeeds: '' },
        email: mayChange ? email : null,
        undeliverable: mayChange ? undeliverable : null,
        answer: answerOf(event, registration),
      })),
      q,
      status,
      mayChange,
      isOpen: presencesOf(event).some(presence => isOpenFor(event, presence, clock.now())),
      form,
      choices: {
        statuses: options(t.words.statuses),
        roles: options(t.words.roles),
        attendances: options(t.words.attendances, presencesOf(event)),
      },
    }
  }
}

function answerIn({ console: { registrations } }: Messages, one: Registration): string {
  const reply = standingReply(one)
  return reply ? registrations.replies[reply] : ''
}

const usualValues = (event: Event) => ({ attendance: presencesOf(event)[0] ?? 'online', role: 'practice' })
