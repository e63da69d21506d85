// Two questions that ask the same: which one stays is chosen with both in sight.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { getQuestionWith } from '#src/domain/moderating.ts'
import { mergeQuestions } from '#src/domain/question-doubles.ts'
import type { ListedQuestion } from '#src/domain/questions.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { editorOf, organiserOf, seeOther } from './access.ts'
import { Shown } from './fields.ts'
import { askOrDo, entriesOf } from './proposals.ts'
import { getMyQuestion } from './questions.ts'

const number = Type.Integer({ minimum: 1 })
const MergeQuery = Type.Object({ other: number })
/** `stays`: the number of the one that stays, and its revision as it was shown. */
const MergeForm = Type.Object({
  other: number,
  stays: Type.String({ pattern: '^\\d{1,15}-\\d{1,15}$' }),
  recipients: Shown,
})

export interface QuestionMergePages {
  'console/question-merge': { both: [ListedQuestion, ListedQuestion]; stays: number }
}

export function questionMergeRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps
  const pairOf = (
    request: FastifyRequest<{ Params: { id: number } }>,
    other: number,
  ): [ListedQuestion, ListedQuestion] => [getMyQuestion(db, request), getQuestionWith(db, organiserOf(request), other)]

  app.get(
    '/console/questions/:id/merge',
    { schema: { params: Id, querystring: MergeQuery } },
    async (request, reply) => {
      const both = pairOf(request, request.query.other)
      return reply.page('console/question-merge', { both, stays: likely(both).id })
    },
  )

  app.post('/console/questions/:id/merge', { schema: { params: Id, body: MergeForm } }, async (request, reply) => {
    const both = pairOf(request, request.body.other)
    const [stays = 0, revision = 0] = request.body.stays.split('-').map(Number)
    const [kept, gone] = both[0].id === stays ? both : [both[1], both[0]]
    const act = (tx: Tx) => mergeQuestions(tx, kept, gone, editorOf(request, revision), clock.now())
    const question = {
      ...request.t.questions.console.asking.merge,
      action: paths.console.questionMerge(both[0].id),
      fields: entriesOf(request.body),
      back: paths.console.question(kept.id),
    }
    const { ask } = await askOrDo(
      deps,
      { event: kept, reach: 'person', act },
      { shown: request.body.recipients, question },
    )
    if (ask) return reply.page('console/proposal', { ...ask, waits: ask.recipients > 1 })
    return seeOther(request, reply, `${paths.console.question(kept.id)}?done=merged`)
  })
}

/** What all may read stays before what nobody has read yet; then what more people recognise, and what was asked first. */
function likely([one, other]: [ListedQuestion, ListedQuestion]): ListedQuestion {
  const rank = ({ approvedAt, recognised, id }: ListedQuestion) => [approvedAt ? 1 : 0, recognised, -id]
  const [a, b] = [rank(one), rank(other)]
  const index = a.findIndex((value, at) => value !== b[at])
  return (a[index] ?? 0) < (b[index] ?? 0) ? other : one
}
