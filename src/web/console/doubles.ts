// People who stand on the list twice: who they may be, both side by side, and one made of two.
import type { FastifyRequest } from 'fastify'
import type { Db, Tx } from '#db/open.ts'
import { type Attendee, findAttendee } from '#src/domain/attendees.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { listDoubles, mergeRegistrations } from '#src/domain/doubles.ts'
import { type Event, getListedEvent } from '#src/domain/events.ts'
import { getEventWith, getRegistrationWith } from '#src/domain/organisers.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { Shown } from './fields.ts'
import type { Question } from './pages.ts'
import { askOrDo } from './proposals.ts'

/** More than anybody looks through at once; once merged, they are gone from the list. */
const MOST = 100
const Other = Type.Integer({ minimum: 1 })
const MergeQuery = Type.Object({ other: Other })
const MergeForm = Type.Object({ other: Other, stays: Other, recipients: Shown })

type Both = [stays: Attendee, goes: Attendee]

export function doubleRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps

  app.get('/console/events/:id/doubles', { schema: { params: Id } }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'organiser', request.params.id)
    const pairs = listDoubles(db, event)
      .slice(0, MOST)
      .map(({ pair: [stays, goes], because }) => ({ both: bothOf(db, stays, goes), because }))
    return reply.page('console/doubles', { event: getListedEvent(db, event.id), pairs })
  })

  const url = '/console/registrations/:id/merge'

  app.get(url, { schema: { params: Id, querystring: MergeQuery } }, async (request, reply) => {
    const { event, both } = find(request, request.query.other)
    return reply.page('console/merge', { event, both, stays: request.params.id })
  })

  app.post(url, { schema: { params: Id, body: MergeForm } }, async (request, reply) => {
    const { other, stays, recipients: shown } = request.body
    const { event, both } = find(request, other)
    const [kept, gone] = stays === other ? both.toReversed() : both
    if (!kept || !gone || kept.registration.id !== stays) throw new NotFound('registration')
    const question = questionOf(request, [kept, gone], request.params.id, other)
    const act = (tx: Tx) => merge(tx, event, [kept, gone], organiserOf(request).id)
    const { ask } = await askOrDo(deps, { event, reach: 'person', act }, { shown, question, always: true })
    if (ask) return reply.page('console/proposal', ask)
    return seeOther(request, reply, `${paths.console.registration(stays)}?done=merged`)
  })

  /** Both of the same event, which this organiser may change. */
  function find(request: FastifyRequest<{ Params: { id: number } }>, other: number): { event: Event; both: Both } {
    const { id } = request.params
    const { event } = getRegistrationWith(db, organiserOf(request), 'organiser', id)
    const second = getRegistrationWith(db, organiserOf(request), 'organiser', other)
    if (second.event.id !== event.id || id === other) throw new NotFound('registration')
    return { event, both: bothOf(db, id, other) }
  }

  function merge(tx: Tx, event: Event, [kept, gone]: Both, organiserId: number): void {
    const now = clock.now()
    const { id: registrationId } = mergeRegistrations(tx, kept.registration.id, gone.registration.id, now)
    const detail = String(gone.registration.id)
    auditEvent(tx, 'registrations_merged', event, { organiserId, registrationId, detail }, now)
  }
}

const bothOf = (db: Db, stays: number, goes: number): Both => [
  findAttendee(db, { id: stays }),
  findAttendee(db, { id: goes }),
]

function questionOf({ t }: FastifyRequest, [kept, gone]: Both, id: number, other: number): Question {
  const words = t.console.doubles.merge
  const isReached = kept.email !== null && kept.undeliverable === null
  const address = ({ email }: Attendee) => email ?? t.console.doubles.noEmail
  return {
    title: words.question.title(kept.registration.name),
    lead: words.question.lead,
    button: words.question.button,
    facts: [{ label: words.facts.address, before: `${address(kept)} + ${address(gone)}`, after: address(kept) }],
    warnings: [words.gone, ...(isReached ? [] : [words.noMail])],
    action: paths.console.merge(id),
    fields: [
      ['other', String(other)],
      ['stays', String(kept.registration.id)],
    ],
    back: `${paths.console.merge(id)}?other=${other}`,
  }
}
