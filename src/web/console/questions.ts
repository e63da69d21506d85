// Questions from practice for organisers: the list, new ones first, and one of them with its words. What is done with it besides
// (an event, an answer, a recall) stands in `question-acts`, two that ask the same in `question-merges`.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '#db/open.ts'
import {
  approveQuestion,
  countMyQuestions,
  editQuestion,
  getQuestionWith,
  listMyQuestions,
  type QuestionView,
  rejectQuestion,
  VIEWS,
  type Wording,
} from '#src/domain/moderating.ts'
import { listGroupsWith } from '#src/domain/organisers.ts'
import type { ListedQuestion } from '#src/domain/questions.ts'
import { listThemes } from '#src/domain/themes.ts'
import { Invalid } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { editorOf, organiserOf, seeOther } from './access.ts'
import { Choices, Line, Revision } from './fields.ts'
import { QUESTION_DONE, questionPage } from './question-page.ts'

const ListQuery = Type.Object({
  view: Type.Optional(Type.Enum([...VIEWS])),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
})
const OneQuery = Type.Object({ done: Type.Optional(Type.Enum([...QUESTION_DONE])) })
const WordingForm = Type.Object({
  revision: Revision,
  question: Type.String({ minLength: 1, maxLength: 500, pattern: '\\p{L}' }),
  place: Line(80),
  /** Empty: the group at the top. */
  groupId: Type.String({ maxLength: 15, pattern: '^\\d*$', default: '' }),
  themes: Choices,
})
const RejectionForm = Type.Object({ revision: Revision, reason: Line(300) })

const PAGE = 50

export function questionListRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.get(paths.console.questions(), { schema: { querystring: ListQuery } }, async (request, reply) => {
    const me = organiserOf(request)
    const { view = 'new', before } = request.query
    const found = listMyQuestions(db, me, { view, before }, PAGE + 1)
    const counts = Object.fromEntries(VIEWS.map(one => [one, countMyQuestions(db, me, one)]))
    const next = found.length > PAGE ? found.at(PAGE - 1)?.id : undefined
    const page = { view, counts: counts as Record<QuestionView, number>, list: found.slice(0, PAGE), next }
    return reply.page('console/questions', page)
  })

  app.get('/console/questions/:id', { schema: { params: Id, querystring: OneQuery } }, async (request, reply) => {
    const question = getMyQuestion(db, request)
    return reply.page('console/question', { ...questionPage(deps, request, question), done: request.query.done })
  })

  const form = { schema: { params: Id, body: WordingForm }, attachValidation: true }
  for (const [end, act, done] of [
    ['', editQuestion, 'saved'],
    ['/approval', approveQuestion, 'approved'],
  ] as const) {
    app.post<{ Params: Static<typeof Id>; Body: Static<typeof WordingForm> }>(
      `/console/questions/:id${end}`,
      form,
      async (request, reply) => {
        const question = getMyQuestion(db, request)
        const problems = fieldProblems(request)
        if (problems) return again(request, reply, question, problems)
        const editor = editorOf(request, request.body.revision)
        const wrong = await write(
          tx => void act(tx, question, wordingIn(request, question), editor, clock.now()),
        ).catch(error => domainProblems(error, request.t.fields))
        if (wrong) return again(request, reply, question, wrong)
        return seeOther(request, reply, `${paths.console.question(question.id)}?done=${done}`)
      },
    )
  }

  app.post(
    '/console/questions/:id/rejection',
    { schema: { params: Id, body: RejectionForm } },
    async (request, reply) => {
      const question = getMyQuestion(db, request)
      const { revision, reason } = request.body
      await write(tx => rejectQuestion(tx, question, cleanLine(reason), editorOf(request, revision), clock.now()))
      return seeOther(request, reply, `${paths.console.question(question.id)}?done=rejected`)
    },
  )

  function again(
    request: FastifyRequest,
    reply: FastifyReply,
    question: ListedQuestion,
    problems: Record<string, string>,
  ) {
    const form = formAgain(request, problems)
    return reply.code(422).page('console/question', { ...questionPage(deps, request, question), form })
  }

  /** Invalid for a group that is not this organiser's to put it to. */
  function wordingIn(request: FastifyRequest<{ Body: Static<typeof WordingForm> }>, question: ListedQuestion): Wording {
    const { question: text, place, groupId, themes } = request.body
    const id = Number(groupId) || null
    const isMine = listGroupsWith(db, organiserOf(request), 'organiser').some(group => group.id === id)
    if (id !== null && id !== question.groupId && !isMine) throw new Invalid({ groupId: 'choice' })
    const known = new Set(listThemes(db).map(theme => theme.id))
    return {
      text: cleanLine(text),
      place: cleanLine(place),
      groupId: id,
      themeIds: themes.filter(theme => known.has(theme)),
    }
  }
}

export function getMyQuestion(db: Db, request: FastifyRequest<{ Params: { id: number } }>): ListedQuestion {
  return getQuestionWith(db, organiserOf(request), request.params.id)
}
