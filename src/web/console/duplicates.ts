// An event made after another: the same texts, people and places on another day.
import { duplicateEvent } from '#src/domain/duplicating.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { getMyEvent, organiserOf, seeOther } from './access.ts'
import { editorPage } from './editor-page.ts'
import { atDate, Day } from './fields.ts'

const CopyForm = Type.Object({ date: Day })

export function duplicateRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  const form = { schema: { params: Id, body: CopyForm }, attachValidation: true }
  app.post('/console/events/:id/duplicate', form, async (request, reply) => {
    const event = getMyEvent(db, request)
    const again = (problems: Record<string, string>) => {
      const page = editorPage(deps, request, event, undefined, { copy: formAgain(request, problems) })
      return reply.code(422).page('console/event', page)
    }
    const problems = fieldProblems(request)
    if (problems) return again(problems)
    const localStart = `${request.body.date}${event.localStart.slice(10)}`
    const made = await write(tx =>
      duplicateEvent(tx, event, localStart, { organiserId: organiserOf(request).id }, clock.now()),
    )
      .catch(atDate)
      .catch(error => ({ id: undefined, problems: domainProblems(error, request.t.fields) }))
    if (made.id === undefined) return again(made.problems)
    return seeOther(request, reply, `${paths.console.event(made.id)}?done=duplicated`)
  })
}
