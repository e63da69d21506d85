// The mail that tells speakers and hosts everything: what organisers write in it, sending it, and calling it back.
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Tx } from '#db/open.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { lastBriefings, recallBriefings, sendBriefing, writeBriefing } from '#src/domain/briefings.ts'
import { listContributors } from '#src/domain/contributors.ts'
import type { Event } from '#src/domain/events.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { getMyEvent, organiserOf, seeOther } from './access.ts'
import { contributorsPage } from './contributors.ts'
import { Line, Shown } from './fields.ts'
import type { Question } from './pages.ts'
import { askOrDo, entriesOf } from './proposals.ts'

const WordsForm = Type.Object({ briefing: Line(3000) })
/** `to`: one of them, by registration; without it all of them. */
const SendForm = Type.Object({ to: Type.Optional(Type.Integer({ minimum: 1 })), recipients: Shown })

export function briefingRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.post(
    '/console/events/:id/briefing',
    { schema: { params: Id, body: WordsForm }, attachValidation: true },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      const again = (problems: Record<string, string>) => {
        const page = contributorsPage(deps, request, event, undefined, formAgain(request, problems))
        return reply.code(422).page('console/contributors', page)
      }
      const problems = fieldProblems(request)
      if (problems) return again(problems)
      const { id: organiserId } = organiserOf(request)
      const wrong = await write(tx => {
        writeBriefing(tx, event, request.body.briefing, organiserId)
        auditEvent(tx, 'briefing_written', event, { organiserId }, clock.now())
      }).catch(error => domainProblems(error, request.t.fields))
      if (wrong) return again(wrong)
      return seeOther(request, reply, `${paths.console.contributors(event.id)}?done=saved`)
    },
  )

  app.post('/console/events/:id/briefings', { schema: { params: Id, body: SendForm } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const { to, recipients: shown } = request.body
    const { id: organiserId } = organiserOf(request)
    const now = clock.now()
    const act = (tx: Tx) => {
      sendBriefing(tx, event, to, now)
      const registrationId = to ?? null
      auditEvent(tx, 'briefing_sent', event, { organiserId, registrationId }, now)
    }
    const question = ask(request, event, to)
    const { ask: page } = await askOrDo(deps, { event, reach: 'person', act }, { shown, question, always: true })
    if (page) return reply.page('console/proposal', page)
    return seeOther(request, reply, `${paths.console.contributors(event.id)}?done=sent`)
  })

  app.post('/console/events/:id/briefings/recall', { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const { id: organiserId } = organiserOf(request)
    await write(tx => {
      if (recallBriefings(tx, event)) auditEvent(tx, 'briefing_recalled', event, { organiserId }, clock.now())
    })
    return seeOther(request, reply, `${paths.console.contributors(event.id)}?done=recalled`)
  })

  /** Whoever got it before is named: the same mail twice is worth a thought. NotFound for one of another event. */
  function ask({ t, f, body }: FastifyRequest, event: Event, to: number | undefined): Question {
    const { title, lead, before, button } = t.console.contributors.briefing.question
    const sent = lastBriefings(db, event)
    const readers = listContributors(db, event).filter(
      ({ registration }) => (to ?? registration.id) === registration.id,
    )
    if (to !== undefined && readers.length === 0) throw new NotFound('contributor')
    const warnings = readers.flatMap(({ registration: { id, name, status } }) => {
      const at = sent.get(id)
      return at && status !== 'cancelled' ? [before(name, f.momentOf(event, at))] : []
    })
    const fields = entriesOf(body as object)
    const back = paths.console.contributors(event.id)
    return { title, lead, warnings, button, action: paths.console.briefings(event.id), fields, back }
  }
}
