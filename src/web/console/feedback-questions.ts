// What is asked after an event, and after every event of a series: shown and changed by who organises it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { audit, auditEvent } from '#src/domain/audit.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { type FeedbackOf, findForm, saveQuestions } from '#src/domain/feedback-questions.ts'
import { type FeedbackResults, seriesResults } from '#src/domain/feedback-results.ts'
import { getEventWith, getSeriesWith } from '#src/domain/organisers.ts'
import { refuseSecrets } from '#src/domain/secrets.ts'
import type { Series } from '#src/domain/series.ts'
import { numbersIn } from '#src/i18n/numbers.ts'
import { Invalid } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import type { Form } from '../pages.ts'
import { Id, Slug } from '../params.ts'
import { getMyEvent, organiserOf, seeOther } from './access.ts'
import { QuestionForm, type QuestionRows, questionRows, readQuestions } from './feedback-form.ts'

export interface FeedbackQuestionPages {
  'console/feedback-questions': QuestionRows & {
    event: ListedEvent
    mayChange: true
    /** They are those of its series. */
    isInherited: boolean
    isSaved: boolean
  }
  'console/series-feedback': QuestionRows & {
    found: Series
    isSaved: boolean
    /** Of its latest events: how many answered, and the average figure where it is shown. */
    results: { event: Event; given: string; average: string | null }[]
  }
}

const Saved = Type.Object({ saved: Type.Optional(Type.String({ maxLength: 10 })) })
/** So many events of a series are looked at on its page. */
const LATEST = 12

export function feedbackQuestionRoutes(app: App, { db, write, clock }: Deps): void {
  app.get('/console/events/:id/feedback/questions', { schema: { params: Id, querystring: Saved } }, (request, reply) =>
    showEvent(request, reply, getMyEvent(db, request)),
  )

  app.post(
    '/console/events/:id/feedback/questions',
    { schema: { params: Id, body: QuestionForm }, attachValidation: true },
    async (request, reply) => {
      const me = organiserOf(request)
      const event = getMyEvent(db, request)
      const problems = await save(request, { eventId: event.id }, tx => {
        const { roomUrl, hostUrl } = getEventWith(tx, me, 'organiser', event.id)
        auditEvent(tx, 'feedback_questions_saved', event, { organiserId: me.id }, clock.now())
        return [roomUrl, hostUrl]
      })
      if (problems) return showEvent(request, reply.code(422), event, formAgain(request, problems))
      return seeOther(request, reply, `${paths.console.feedbackQuestions(event.id)}?saved=1`)
    },
  )

  app.get('/console/series/:slug/feedback', { schema: { params: Slug, querystring: Saved } }, (request, reply) =>
    showSeries(request, reply, getSeriesWith(db, organiserOf(request), 'organiser', request.params.slug)),
  )

  app.post(
    '/console/series/:slug/feedback',
    { schema: { params: Slug, body: QuestionForm }, attachValidation: true },
    async (request, reply) => {
      const me = organiserOf(request)
      const found = getSeriesWith(db, me, 'organiser', request.params.slug)
      const problems = await save(request, { seriesId: found.id }, tx => {
        const { roomUrl, groupId, title } = getSeriesWith(tx, me, 'organiser', found.slug)
        const deed = { action: 'series_feedback_saved', organiserId: me.id, groupId, detail: title } as const
        audit(tx, deed, clock.now())
        return [roomUrl]
      })
      if (problems) return showSeries(request, reply.code(422), found, formAgain(request, problems))
      return seeOther(request, reply, `${paths.console.seriesFeedback(found.slug)}?saved=1`)
    },
  )

  /** Nothing if it is done, and else what is wrong with the form. `mayDo` writes down who did it and names the rooms that no question may tell. */
  async function save(request: FastifyRequest, of: FeedbackOf, mayDo: (tx: Tx) => (string | null)[]) {
    const found = fieldProblems(request)
    if (found) return found
    const body = request.body as Static<typeof QuestionForm>
    const { questions, problems, texts } = readQuestions(request, body)
    return write((tx): undefined => {
      if (Object.keys(problems).length) throw new Invalid(problems)
      refuseSecrets(texts, ...mayDo(tx))
      saveQuestions(tx, of, { questions, version: body.version }, clock.now())
    }).catch(error => domainProblems(error, request.t.fields))
  }

  function showEvent(request: FastifyRequest, reply: FastifyReply, { id, seriesId }: Event, wrong?: Form) {
    return reply.page('console/feedback-questions', {
      ...questionRows(db, request, { eventId: id }, wrong),
      event: getListedEvent(db, id),
      mayChange: true,
      isInherited: seriesId !== null && findForm(db, { eventId: id }) === undefined,
      isSaved: isSaved(request),
    })
  }

  function showSeries(request: FastifyRequest, reply: FastifyReply, found: Series, wrong?: Form) {
    return reply.page('console/series-feedback', {
      ...questionRows(db, request, { seriesId: found.id }, wrong),
      ...{ found, isSaved: isSaved(request) },
      results: seriesResults(db, found, clock.now(), LATEST).map(one => resultOf(request, one)),
    })
  }
}

function resultOf({ locale }: FastifyRequest, { event, results }: { event: Event; results: FeedbackResults }) {
  const n = numbersIn(locale)
  const average = results.questions.find(one => one.average !== null)?.average ?? null
  return {
    event,
    given: `${n.whole(results.given)} / ${n.whole(results.asked)}`,
    average: average === null ? null : n.tenths(average),
  }
}

const isSaved = ({ query }: FastifyRequest) => (query as Static<typeof Saved>).saved !== undefined
