// From a question to an event and to what came of it. Whoever waits for it is mailed, so a page that shows whom comes first.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { getEventWith } from '#src/domain/organisers.ts'
import { answerQuestion, planQuestion, recallNews, unplanQuestion } from '#src/domain/question-plans.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { cleanText } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { editorOf, organiserOf, seeOther } from './access.ts'
import { Revision, Shown } from './fields.ts'
import { askOrDo, entriesOf } from './proposals.ts'
import { questionPage } from './question-page.ts'
import { getMyQuestion } from './questions.ts'

const PlanForm = Type.Object({ revision: Revision, eventId: Type.Integer({ minimum: 1 }), recipients: Shown })
const AnswerForm = Type.Object({
  revision: Revision,
  answer: Type.String({ minLength: 1, maxLength: 5000, pattern: '\\p{L}' }),
  recipients: Shown,
})
const RevisionForm = Type.Object({ revision: Revision })

export function questionActRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps
  const donePath = (id: number, done: string) => `${paths.console.question(id)}?done=${done}`

  const plan = { schema: { params: Id, body: PlanForm }, attachValidation: true }
  app.post('/console/questions/:id/plan', plan, async (request, reply) => {
    const question = getMyQuestion(db, request)
    const problems = fieldProblems(request)
    if (problems) {
      const page = { ...questionPage(deps, request, question), plan: formAgain(request, problems) }
      return reply.code(422).page('console/question', page)
    }
    const { revision, eventId, recipients: shown } = request.body
    const event = getEventWith(db, organiserOf(request), 'organiser', eventId)
    const act = (tx: Tx) => planQuestion(tx, question, event, editorOf(request, revision), clock.now())
    const asking = { shown, question: asked(request, question.id, 'plan', { revision, eventId }) }
    const { ask } = await askOrDo(deps, { event: question, reach: 'person', act }, asking)
    if (ask) return reply.page('console/proposal', { ...ask, waits: ask.recipients > 1 })
    return seeOther(request, reply, donePath(question.id, 'planned'))
  })

  const of = { schema: { params: Id, body: RevisionForm } }
  app.post('/console/questions/:id/plan/removal', of, async (request, reply) => {
    const question = getMyQuestion(db, request)
    await write(tx => unplanQuestion(tx, question, editorOf(request, request.body.revision), clock.now()))
    return seeOther(request, reply, donePath(question.id, 'unplanned'))
  })

  const answer = { schema: { params: Id, body: AnswerForm }, attachValidation: true }
  app.post('/console/questions/:id/answer', answer, async (request, reply) => {
    const question = getMyQuestion(db, request)
    const problems = fieldProblems(request)
    if (problems) {
      const page = { ...questionPage(deps, request, question), answer: formAgain(request, problems) }
      return reply.code(422).page('console/question', page)
    }
    const { revision, answer: text, recipients: shown } = request.body
    const act = (tx: Tx) => answerQuestion(tx, question, cleanText(text), editorOf(request, revision), clock.now())
    const asking = { shown, question: asked(request, question.id, 'answer', { revision, answer: text }) }
    const { ask } = await askOrDo(deps, { event: question, reach: 'person', act }, asking)
    if (ask) return reply.page('console/proposal', { ...ask, waits: ask.recipients > 1 })
    return seeOther(request, reply, donePath(question.id, 'answered'))
  })

  app.post('/console/questions/:id/recall', of, async (request, reply) => {
    const question = getMyQuestion(db, request)
    await write(tx => recallNews(tx, question, editorOf(request, request.body.revision), clock.now()))
    return seeOther(request, reply, donePath(question.id, 'recalled'))
  })
}

function asked({ t }: FastifyRequest, id: number, act: 'plan' | 'answer', fields: object) {
  const action = act === 'plan' ? paths.console.questionPlan(id) : paths.console.questionAnswer(id)
  return { ...t.questions.console.asking[act], action, fields: entriesOf(fields), back: paths.console.question(id) }
}
