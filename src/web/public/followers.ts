// Hearing what becomes of a question: an address is typed, and proven behind the link that was mailed to it.
import { findFollowerByLink, follow, proveFollower } from '#src/domain/followers.ts'
import { getListedQuestion, getPublicQuestion } from '#src/domain/questions.ts'
import { writeSomething } from '#src/domain/silence.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import { normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { FEW } from '../plugins/limits.ts'
import { hrefFor } from '../plugins/locale.ts'
import { FollowForm, idOf, QuestionId, questionPage } from './questions.ts'

export function followerRoutes(app: App, deps: Deps): void {
  const { db, write, clock, tokens } = deps
  const find = (token: string, at = db) => {
    const follower = findFollowerByLink(at, tokens.read('follower', token))
    if (!follower) throw new NotFound('follower')
    return follower
  }

  const form = { schema: { params: QuestionId, body: FollowForm }, attachValidation: true, config: FEW }
  app.post('/questions/:id/followers', form, async (request, reply) => {
    const id = idOf(request.params.id)
    const question = getPublicQuestion(db, id)
    const problems = fieldProblems(request)
    if (problems) {
      return reply.code(422).page('public/question', questionPage(deps, request, id, formAgain(request, problems)))
    }
    const { email, website } = request.body
    const following = { kind: 'recognised', email: normaliseEmail(email), locale: request.locale } as const
    await write(tx => {
      if (website) writeSomething(tx)
      else follow(tx, question, following, clock.now())
    })
    return reply.redirect(hrefFor(request, `${paths.question(id)}?sent=1#follow`), 303)
  })

  app.get('/questions/:id/followers', { schema: { params: QuestionId } }, (request, reply) =>
    reply.redirect(hrefFor(request, paths.question(idOf(request.params.id))), 303),
  )

  app.get('/followers/:token', { schema: { params: Token } }, (request, reply) => {
    const { token } = request.params
    const follower = find(token)
    const question = getListedQuestion(db, follower.questionId)
    const isRead = !['new', 'rejected'].includes(question.state)
    return reply.headers(TOKEN_PAGE).page('public/follower', { token, follower, question: isRead ? question : null })
  })

  app.post('/followers/:token', { schema: { params: Token } }, async (request, reply) => {
    const { token } = request.params
    await write(tx => proveFollower(tx, find(token, tx), clock.now()))
    return reply.redirect(hrefFor(request, paths.follower(token)), 303)
  })
}
