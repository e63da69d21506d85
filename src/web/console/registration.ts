// The page of one registration: what we know, what happened, and what an organiser writes down or puts right. What is done
// with it stands in `attendees`, merging it in `doubles`.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { PRESENCES, ROLES } from '#db/schema.ts'
import { correctAddress } from '#src/domain/addresses.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { correctDetails, writeNote } from '#src/domain/corrections.ts'
import type { Event } from '#src/domain/events.ts'
import { getRegistrationWith } from '#src/domain/organisers.ts'
import { findPersonById } from '#src/domain/people.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, cleanText, EMAIL_PATTERN, NAME_PATTERN, normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { Line, Shown } from './fields.ts'
import { askOrDo, entriesOf } from './proposals.ts'
import { registrationPage } from './registration-page.ts'

const Query = Type.Object({ done: Type.Optional(Type.Enum(['note', 'details', 'address', 'choices', 'merged'])) })
const NoteForm = Type.Object({ note: Line(5000) })
const DetailsForm = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120, pattern: NAME_PATTERN }),
  organisation: Line(150),
  role: Type.Enum([...ROLES]),
  attendance: Type.Enum([...PRESENCES]),
  accessNeeds: Line(1000),
  recipients: Shown,
})
const AddressForm = Type.Object({ email: Type.String({ maxLength: 200, pattern: EMAIL_PATTERN }), recipients: Shown })

type Found = { registration: Registration; event: Event }
type Refused = 'note' | 'details' | 'address'

export function oneRegistrationRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps
  const url = '/console/registrations/:id'

  app.get(url, { schema: { params: Id, querystring: Query } }, async (request, reply) => {
    return reply.page('console/registration', registrationPage(deps, request, find(request), request.query))
  })

  app.post(
    `${url}/note`,
    { schema: { params: Id, body: NoteForm }, attachValidation: true },
    async (request, reply) => {
      const { registration, event } = find(request)
      if (request.validationError) return refuse(request, reply, 'note')
      const { id: organiserId } = organiserOf(request)
      await write(tx => {
        writeNote(tx, registration, cleanText(request.body.note))
        auditEvent(tx, 'note_written', event, { organiserId, registrationId: registration.id }, clock.now())
      })
      return seeOther(request, reply, `${paths.console.registration(registration.id)}?done=note`)
    },
  )

  app.post(
    `${url}/details`,
    { schema: { params: Id, body: DetailsForm }, attachValidation: true },
    async (request, reply) => {
      const found = find(request)
      if (request.validationError) return refuse(request, reply, 'details')
      const { ask } = await details(request, found, request.body)
      if (ask) return reply.page('console/proposal', ask)
      return seeOther(request, reply, `${paths.console.registration(found.registration.id)}?done=details`)
    },
  )

  app.post(
    `${url}/address`,
    { schema: { params: Id, body: AddressForm }, attachValidation: true },
    async (request, reply) => {
      const found = find(request)
      if (request.validationError) return refuse(request, reply, 'address')
      const { ask, id } = await address(request, found, request.body)
      if (ask) return reply.page('console/proposal', ask)
      return seeOther(request, reply, `${paths.console.registration(id)}?done=address`)
    },
  )

  const find = (request: FastifyRequest<{ Params: { id: number } }>): Found =>
    getRegistrationWith(db, organiserOf(request), 'organiser', request.params.id)

  function refuse(request: FastifyRequest<{ Params: { id: number } }>, reply: FastifyReply, refused: Refused) {
    const form = formAgain(request, fieldProblems(request) ?? {})
    return reply
      .code(422)
      .page('console/registration', registrationPage(deps, request, find(request), { refused, form }))
  }

  function details(request: FastifyRequest, { registration, event }: Found, body: Static<typeof DetailsForm>) {
    const { recipients: shown, name, organisation, role, attendance, accessNeeds } = body
    const tidy = { name: cleanLine(name), organisation: cleanLine(organisation), role, attendance }
    const { title, ...words } = request.t.console.registration.detailsQuestion
    const act = (tx: Tx) => {
      correctDetails(tx, registration, { ...tidy, accessNeeds: cleanText(accessNeeds) }, clock.now())
      auditEvent(tx, 'registration_corrected', event, deedOn(request, registration.id), clock.now())
    }
    const action = paths.console.registrationDetails(registration.id)
    const way = { action, fields: entriesOf(body), back: paths.console.registration(registration.id) }
    const question = { title: title(registration.name), ...words, ...way }
    return askOrDo(deps, { event, reach: 'person', act }, { shown, question })
  }

  /** The page is shown also when nobody is mailed: links stop working. */
  async function address(request: FastifyRequest, { registration, event }: Found, body: Static<typeof AddressForm>) {
    const email = normaliseEmail(body.email)
    const { title, lead, button } = request.t.console.registration.addressQuestion
    let { id } = registration
    const act = (tx: Tx) => {
      id = correctAddress(tx, registration, email, clock.now()).id
      auditEvent(tx, 'address_corrected', event, deedOn(request, id), clock.now())
    }
    const words = { title: title(registration.name), lead: lead(emailOf(registration), email), button }
    const action = paths.console.registrationAddress(registration.id)
    const way = { action, fields: entriesOf(body), back: paths.console.registration(registration.id) }
    const asked = { shown: body.recipients, question: { ...words, ...way }, always: true }
    const { ask } = await askOrDo(deps, { event, reach: 'person', act }, asked)
    return { ask, id }
  }

  const emailOf = ({ personId }: Registration) => findPersonById(db, personId)?.email ?? null
}

const deedOn = (request: FastifyRequest, registrationId: number) => ({
  organiserId: organiserOf(request).id,
  registrationId,
})
