// The mail that tells speakers and hosts everything: what organisers write in it, sending it, and calling it back.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { lastBriefings, recallBriefings, sendBriefing, writeBriefing } from '#src/domain/briefings.ts'
import { listContributors } from '#src/domain/contributors.ts'
import type { Event } from '#src/domain/events.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanText } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { getMyEvent, organiserOf, seeOther } from './access.ts'
import { contributorsPage } from './contributors.ts'
import { Line, Shown } from './fields.ts'
import type { Question } from './pages.ts'
import { askOrDo, entriesOf, orProblems } from './proposals.ts'

const WordsForm = Type.Object({ briefing: Line(3000) })
/** `to`: one of them, by registration; without it all of them. With the text as it stands in the form, if it comes from there. */
const SendForm = Type.Object({
  to: Type.Optional(Type.Integer({ minimum: 1 })),
  briefing: Type.Optional(Type.String({ maxLength: 3000 })),
  recipients: Shown,
})

export function briefingRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.post(
    '/console/events/:id/briefing',
    { schema: { params: Id, body: WordsForm }, attachValidation: true },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      const problems = fieldProblems(request)
      if (problems) return again(request, reply, event, problems)
      const wrong = await write(tx => keepWords(tx, request, event, request.body.briefing)).catch(error =>
        domainProblems(error, request.t.fields),
      )
      if (wrong) return again(request, reply, event, wrong)
      return seeOther(request, reply, `${paths.console.contributors(event.id)}?done=saved`)
    },
  )

  app.post(
    '/console/events/:id/briefings',
    { schema: { params: Id, body: SendForm }, attachValidation: true },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      const problems = fieldProblems(request)
      if (problems) return again(request, reply, event, problems)
      const { ask: page, problems: wrong } = await orProblems(request, () => send(request, event, request.body))
      if (wrong) return again(request, reply, event, wrong)
      if (page) return reply.page('console/proposal', page)
      return seeOther(request, reply, `${paths.console.contributors(event.id)}?done=sent`)
    },
  )

  app.post('/console/events/:id/briefings/recall', { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const { id: organiserId } = organiserOf(request)
    await write(tx => {
      if (recallBriefings(tx, event)) auditEvent(tx, 'briefing_recalled', event, { organiserId }, clock.now())
    })
    return seeOther(request, reply, `${paths.console.contributors(event.id)}?done=recalled`)
  })

  function send(request: FastifyRequest, event: Event, { to, briefing, recipients: shown }: Static<typeof SendForm>) {
    const { id: organiserId } = organiserOf(request)
    const now = clock.now()
    const act = (tx: Tx) => {
      if (briefing !== undefined) keepWords(tx, request, event, briefing)
      sendBriefing(tx, event, to, now)
      auditEvent(tx, 'briefing_sent', event, { organiserId, registrationId: to ?? null }, now)
    }
    return askOrDo(deps, { event, reach: 'person', act }, { shown, question: ask(request, event, to), always: true })
  }

  /** Text that is the same is no change. */
  function keepWords(tx: Tx, request: FastifyRequest, event: Event, words: string): undefined {
    const { id: organiserId } = organiserOf(request)
    if (cleanText(words) === event.briefing) return
    writeBriefing(tx, event, words, organiserId)
    auditEvent(tx, 'briefing_written', event, { organiserId }, clock.now())
  }

  function again(request: FastifyRequest, reply: FastifyReply, event: Event, problems: Record<string, string>) {
    const page = contributorsPage(deps, request, event, undefined, formAgain(request, problems))
    return reply.code(422).page('console/contributors', page)
  }

  /** Whoever got it before is named: the same mail twice is worth a thought. NotFound for one of another event. */
  function ask({ t, f, body }: FastifyRequest, event: Event, to: number | undefined): Question {
    const { title, lead, hosts, before, button } = t.console.contributors.briefing.question
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
    const isToHost = readers.some(({ registration: { part, status } }) => part === 'host' && status !== 'cancelled')
    return {
      title,
      lead: isToHost ? `${lead} ${hosts}` : lead,
      warnings,
      button,
      action: paths.console.briefings(event.id),
      fields,
      back,
    }
  }
}
