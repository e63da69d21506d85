// What is done with one registration: cancel it, give it a place, mail it again, mark that somebody was there.
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Tx } from '#db/open.ts'
import { type Action, auditEvent } from '#src/domain/audit.ts'
import { markAttended, unmarkAttended } from '#src/domain/check-ins.ts'
import type { Event } from '#src/domain/events.ts'
import { getRegistrationWith } from '#src/domain/organisers.ts'
import { findPersonById } from '#src/domain/people.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { trustAddress } from '#src/domain/retrying.ts'
import { givePlace } from '#src/domain/waiting.ts'
import { paths } from '#src/lib/paths.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { Shown } from './fields.ts'
import type { Question } from './pages.ts'
import { askOrDo } from './proposals.ts'

const Confirmation = Type.Object({ recipients: Shown })
const Presence = Type.Object({ present: Type.Enum(['yes', 'no']) })

export function attendeeRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.post(
    '/console/registrations/:id/cancellation',
    { schema: { params: Id, body: Confirmation } },
    async (request, reply) => {
      const { registration, event } = getRegistrationWith(db, organiserOf(request), 'organiser', request.params.id)
      const cancel = (tx: Tx) => cancelRegistration(tx, registration, 'organiser', clock.now())
      const act = audited(request, event, 'registration_cancelled', cancel)
      const action = paths.console.registrationCancellation(registration.id)
      const question = { ...ask(request, 'unregister', event, registration, action), isDanger: true }
      const { ask: page } = await askOrDo(
        deps,
        { event, reach: 'person', act },
        { shown: request.body.recipients, question, always: true },
      )
      if (page) return reply.page('console/proposal', page)
      return seeOther(request, reply, backTo(event, registration))
    },
  )

  app.post(
    '/console/registrations/:id/promotion',
    { schema: { params: Id, body: Confirmation } },
    async (request, reply) => {
      const { registration, event } = getRegistrationWith(db, organiserOf(request), 'organiser', request.params.id)
      const promote = (tx: Tx) => givePlace(tx, registration, clock.now())
      const act = audited(request, event, 'registration_promoted', promote)
      const question = ask(request, 'promote', event, registration, paths.console.promotion(registration.id))
      const { ask: page } = await askOrDo(
        deps,
        { event, reach: 'person', act },
        { shown: request.body.recipients, question },
      )
      if (page) return reply.page('console/proposal', page)
      return seeOther(request, reply, backTo(event, registration))
    },
  )

  app.post(
    '/console/registrations/:id/delivery',
    { schema: { params: Id, body: Confirmation } },
    async (request, reply) => {
      const { registration, event } = getRegistrationWith(db, organiserOf(request), 'organiser', request.params.id)
      const trust = (tx: Tx) => trustAddress(tx, registration.personId, clock.now())
      const act = audited(request, event, 'address_trusted', trust)
      const email = findPersonById(db, registration.personId)?.email ?? ''
      const question = askTrust(request, event, registration, email)
      const { ask: page } = await askOrDo(
        deps,
        { event, reach: 'person', act },
        { shown: request.body.recipients, question, always: true },
      )
      if (page) return reply.page('console/proposal', page)
      return seeOther(request, reply, backTo(event, registration))
    },
  )

  app.post(
    '/console/registrations/:id/attendance',
    { schema: { params: Id, body: Presence } },
    async (request, reply) => {
      const { registration, event } = getRegistrationWith(db, organiserOf(request), 'host', request.params.id)
      const isThere = request.body.present === 'yes'
      const witness = { source: 'by_hand', organiserId: organiserOf(request).id } as const
      const mark = (tx: Tx) => (isThere ? markAttended : unmarkAttended)(tx, registration, witness, clock.now())
      await write(audited(request, event, isThere ? 'attendance_marked' : 'attendance_unmarked', mark))
      return seeOther(request, reply, backTo(event, registration))
    },
  )

  function audited(request: FastifyRequest, event: Event, action: Action, act: (tx: Tx) => unknown) {
    const { id: organiserId } = organiserOf(request)
    return (tx: Tx) => {
      act(tx)
      auditEvent(tx, action, event, { organiserId }, clock.now())
    }
  }

  function ask(
    { t }: FastifyRequest,
    what: 'unregister' | 'promote',
    event: Event,
    { name }: Registration,
    action: string,
  ): Question {
    const { title, lead, button } = t.console[what].question
    return { title: title(name), lead, button, action, fields: [], back: paths.console.registrations(event.id) }
  }
}

function askTrust({ t }: FastifyRequest, event: Event, { id, name }: Registration, email: string): Question {
  const { title, lead, otherwise, button } = t.console.trust.question
  const back = paths.console.registrations(event.id)
  const question = { title: title(name), lead: lead(email), warnings: [otherwise], button }
  return { ...question, action: paths.console.delivery(id), fields: [], back }
}

/** The list, at the person it was about. */
const backTo = (event: Event, { id }: Registration) => `${paths.console.registrations(event.id)}#r${id}`
