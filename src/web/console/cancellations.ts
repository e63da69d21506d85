// Whether an event takes place. Cancelling and reinstating may mail everybody, so the page that shows the mails comes first.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import type { Event } from '#src/domain/events.ts'
import { Refusal } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { cleanText } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { formAgain } from '../forms.ts'
import { emptyForm } from '../pages.ts'
import { Id } from '../params.ts'
import { editorOf, getMyEvent, seeOther } from './access.ts'
import { Line, Revision, Shown } from './fields.ts'
import type { Question } from './pages.ts'
import { askOrDo, entriesOf, type Outcome, orProblems, propose } from './proposals.ts'
import { warningsFor } from './warnings.ts'

const CancelForm = Type.Object({ revision: Revision, recipients: Shown, reason: Line(500) })
const ReinstateForm = Type.Object({ revision: Revision, recipients: Shown })

export function cancellationRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps

  app.get('/console/events/:id/cancellation', { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    if (!event.publishedAt || event.cancelledAt) throw new Refusal('not_possible_now')
    return reply.page('console/cancel', { event, form: emptyForm({ revision: String(event.revision) }) })
  })

  app.post('/console/events/:id/cancellation', { schema: { params: Id, body: CancelForm } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const { revision, recipients: shown, reason } = request.body
    const act = (tx: Tx) => cancelEvent(tx, event, cleanText(reason), editorOf(request, revision), clock.now())
    const question = { ...ask(request, event, 'cancel', request.body), isDanger: true }
    const outcome = await orProblems(request, () =>
      askOrDo(deps, { event, reach: 'event', act }, { shown, question, always: true }),
    )
    if (!outcome.problems) return answer(request, reply, event, 'cancelled', outcome)
    const form = formAgain(request, outcome.problems)
    form.values.revision = String(event.revision)
    return reply.code(422).page('console/cancel', { event, form })
  })

  app.get('/console/events/:id/reinstatement', { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    if (!event.cancelledAt) throw new Refusal('not_possible_now')
    const body = { revision: event.revision }
    return reply.page(
      'console/proposal',
      propose(deps, reinstating(request, event, body), ask(request, event, 'reinstate', body)),
    )
  })

  app.post(
    '/console/events/:id/reinstatement',
    { schema: { params: Id, body: ReinstateForm } },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      const { body } = request
      const question = ask(request, event, 'reinstate', body)
      const asking = { shown: body.recipients, question, always: true }
      const outcome = await askOrDo(deps, reinstating(request, event, body), asking)
      return answer(request, reply, event, 'reinstated', outcome)
    },
  )

  function reinstating(request: FastifyRequest, event: Event, { revision }: { revision: number }) {
    const act = (tx: Tx) => reinstateEvent(tx, event, editorOf(request, revision), clock.now())
    return { event, reach: 'event' as const, act }
  }

  function ask(request: FastifyRequest, event: Event, what: 'cancel' | 'reinstate', body: object): Question {
    const action = what === 'cancel' ? paths.console.cancellation(event.id) : paths.console.reinstatement(event.id)
    const warnings = what === 'reinstate' ? warningsFor(deps, request, event, event) : []
    const kind = request.t.mail.thisKind[event.kind]
    const { title, lead, button } = request.t.console[what].question
    return {
      title: title(kind),
      lead,
      button: button(kind),
      warnings,
      action,
      fields: entriesOf(body),
      back: paths.console.event(event.id),
    }
  }

  function answer(request: FastifyRequest, reply: FastifyReply, event: Event, done: string, { ask: page }: Outcome) {
    if (page) return reply.page('console/proposal', page)
    return seeOther(request, reply, `${paths.console.event(event.id)}?done=${done}`)
  }
}
