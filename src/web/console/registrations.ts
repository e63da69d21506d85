// Who comes to an event: the list, and adding somebody by hand. Its files stand in `registration-files`, what is done with
// many in `selections`, with one in `attendees`.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { PRESENCES, ROLES } from '#db/schema.ts'
import { auditEvent } from '#src/domain/audit.ts'
import type { Event } from '#src/domain/events.ts'
import { getEventWith } from '#src/domain/organisers.ts'
import { register } from '#src/domain/registering.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, EMAIL_PATTERN, NAME_PATTERN, normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { Line, Shown } from './fields.ts'
import { NO_FILTER, PeopleFields } from './people-filter.ts'
import { peoplePage } from './people-list.ts'
import { LIST_ACTS } from './people-pages.ts'
import { askOrDo, entriesOf } from './proposals.ts'

const Query = Type.Object({
  ...PeopleFields,
  after: Type.Optional(Type.Integer({ minimum: 1 })),
  /** What the POST before this page did, and to how many. */
  done: Type.Optional(Type.Enum([...LIST_ACTS])),
  count: Type.Integer({ minimum: 0, default: 0 }),
  left: Type.Integer({ minimum: 0, default: 0 }),
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
    const { after, done, count, left, ...filter } = request.query
    const result = done && { act: done, count, left }
    return reply.page('console/registrations', peoplePage(deps, request, { event, filter, after, result }))
  })

  app.post(url, { schema: { params: Id, body: AddForm }, attachValidation: true }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'organiser', request.params.id)
    const problems = fieldProblems(request)
    if (problems) {
      const shown = { event, filter: NO_FILTER, form: formAgain(request, problems) }
      return reply.code(422).page('console/registrations', peoplePage(deps, request, shown))
    }
    const { ask } = await add(request, event, request.body)
    if (ask) return reply.page('console/proposal', ask)
    return seeOther(request, reply, `${paths.console.registrations(event.id)}?done=added`)
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
      const { id: registrationId } = register(tx, event, applicant, now)
      auditEvent(tx, 'registration_added', event, { organiserId, registrationId }, now)
    }
    const path = paths.console.registrations(event.id)
    const question = { ...request.t.console.add.question, action: path, fields: entriesOf(body), back: path }
    return askOrDo(deps, { event, reach: 'person', act }, { shown, question })
  }
}
