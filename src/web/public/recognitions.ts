// "Herkenbaar": one of each visitor. Whoever presses the button is given a cookie, and nobody before that.
import { recognise, takeBack } from '#src/domain/recognitions.ts'
import { Refusal } from '#src/lib/errors.ts'
import { createLimit } from '#src/lib/limit.ts'
import { paths } from '#src/lib/paths.ts'
import type { App, Deps } from '../deps.ts'
import { hrefFor } from '../plugins/locale.ts'
import { newVisitor, visitorOf } from '../plugins/visitor.ts'
import { idOf, QuestionId } from './questions.ts'

/** New visitors from one address: a classroom is one, and so is whoever throws their cookie away each time. */
const NEW_AN_HOUR = 40

export function recognitionRoutes(app: App, deps: Deps): void {
  const { write, clock } = deps
  const isWithinLimit = createLimit(NEW_AN_HOUR, { hours: 1 })

  app.post('/questions/:id/recognition', { schema: { params: QuestionId } }, async (request, reply) => {
    const id = idOf(request.params.id)
    const known = visitorOf(deps, request)
    if (!known && !isWithinLimit(request.ip, clock.now())) throw new Refusal('too_many')
    const { visitor, give } = known ? { visitor: known, give: undefined } : newVisitor(deps)
    await write(tx => recognise(tx, id, visitor, clock.now()))
    give?.(reply)
    return reply.redirect(hrefFor(request, paths.question(id)), 303)
  })

  app.post('/questions/:id/recognition/removal', { schema: { params: QuestionId } }, async (request, reply) => {
    const id = idOf(request.params.id)
    const visitor = visitorOf(deps, request)
    if (visitor !== undefined) await write(tx => takeBack(tx, id, visitor))
    return reply.redirect(hrefFor(request, paths.question(id)), 303)
  })

  /** The addresses of forms, opened or reloaded: back to the page they stand on. */
  for (const form of ['recognition', 'recognition/removal'] as const) {
    app.get<{ Params: { id: string } }>(
      `/questions/:id/${form}`,
      { schema: { params: QuestionId } },
      (request, reply) => reply.redirect(hrefFor(request, paths.question(idOf(request.params.id))), 303),
    )
  }
}
