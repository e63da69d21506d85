// One event: everything on its page but when and where (`moves`), whether (`cancellations`) and its picture (`covers`).
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { preview } from '#db/write.ts'
import { type EventEdit, saveEvent } from '#src/domain/editing.ts'
import { type Event, getListedEvent } from '#src/domain/events.ts'
import { countLostAnswers } from '#src/domain/form-fields.ts'
import { listThemes } from '#src/domain/themes.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain, typedValues } from '../forms.ts'
import { Id } from '../params.ts'
import { eventPage } from '../public/events.ts'
import { editorOf, getMyEvent, seeOther } from './access.ts'
import { cohostsFor, DONE, editorPage, groupsFor, mergedPage } from './editor-page.ts'
import { type EventBody, EventForm, readEvent } from './event-form.ts'
import { askOrDo, entriesOf, orProblems } from './proposals.ts'

const Query = Type.Object({
  done: Type.Optional(Type.Enum([...DONE])),
  undo: Type.Optional(Type.String({ maxLength: 4000 })),
})
/** Long texts and a dozen questions, each letter of which may take nine bytes on its way. */
const LARGE = 512 * 1024

export function editorRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps

  app.get('/console/events/:id', { schema: { params: Id, querystring: Query } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    return reply.page('console/event', editorPage(deps, request, event, undefined, request.query))
  })

  const form = { schema: { params: Id, body: EventForm }, attachValidation: true, bodyLimit: LARGE }
  app.post('/console/events/:id', form, async (request, reply) => {
    const event = getMyEvent(db, request)
    const body = request.body as EventBody
    const problems = fieldProblems(request)
    if (problems) return again(request, reply, event, problems)
    // What was typed is kept: it takes an organiser's evening to write it again.
    const isStale = body.revision !== event.revision
    const merged = isStale && mergedPage(deps, request, event, typedValues(body))
    if (merged) return reply.code(409).page('console/event', merged)
    const { ask, problems: wrong, lost } = await save(request, event, body)
    if (wrong) return again(request, reply, event, wrong)
    if (lost) return again(request, reply, event, {}, lost)
    if (ask) return reply.page('console/proposal', ask)
    return seeOther(request, reply, `${paths.console.event(event.id)}?done=saved`)
  })

  /** The public page as the form would make it; the change itself, in a transaction that is rolled back. */
  app.post('/console/events/:id/preview', form, async (request, reply) => {
    const event = getMyEvent(db, request)
    const problems = fieldProblems(request)
    if (problems) return again(request, reply, event, problems)
    const shown = previewed(request, event, request.body as EventBody)
    if ('problems' in shown) return again(request, reply, event, shown.problems)
    return reply.page('public/event', shown.page)
  })

  function previewed(request: FastifyRequest, event: Event, body: EventBody) {
    try {
      const edit = read(request, event, body)
      return preview(db, tx => {
        const lostAnswers = countLostAnswers(tx, event.id, edit.formFields)
        saveEvent(tx, event, { ...edit, lostAnswers }, editorOf(request, event.revision), clock.now())
        const changed = getListedEvent(tx, event.id)
        const page = eventPage(deps, request, { ...changed, publishedAt: changed.publishedAt ?? clock.now() })
        return { page: { ...page, preview: 'unsaved' as const } }
      })
    } catch (error) {
      return { problems: domainProblems(error, request.t.fields) }
    }
  }

  /** Answers that would go are counted first; more places may go to people who wait, and the page that says so comes before. */
  async function save(request: FastifyRequest, event: Event, body: EventBody) {
    let lost = 0
    const outcome = await orProblems(request, async () => {
      const edit = read(request, event, body)
      lost = countLostAnswers(db, event.id, edit.formFields)
      if (lost > 0 && lost !== edit.lostAnswers) return {}
      // Told of some that are meanwhile gone: then none go.
      if (lost === 0) edit.lostAnswers = 0
      lost = 0
      return ask(request, event, body, edit)
    })
    return { ...outcome, lost }
  }

  function ask(request: FastifyRequest, event: Event, body: EventBody, edit: EventEdit) {
    const path = paths.console.event(event.id)
    // A form that another's change does not touch is as good as one made after it.
    const fields = entriesOf({ ...body, revision: event.revision })
    const question = { ...request.t.console.edit.question, action: path, fields, back: path }
    const act = (tx: Tx) => saveEvent(tx, event, edit, editorOf(request, event.revision), clock.now())
    return askOrDo(deps, { event, reach: 'person', act }, { shown: body.recipients, question })
  }

  function read(request: FastifyRequest, event: Event, body: EventBody): EventEdit {
    const idsOf = (list: { id: number }[]) => new Set(list.map(({ id }) => id))
    return readEvent(body, event, {
      groupIds: idsOf(groupsFor(deps, request, event)),
      cohostIds: idsOf(cohostsFor(deps, request, getListedEvent(db, event.id))),
      themeIds: idsOf(listThemes(db)),
      untitled: request.t.console.editor.untitled,
    })
  }

  function again(
    request: FastifyRequest,
    reply: FastifyReply,
    event: Event,
    problems: Record<string, string>,
    lost = 0,
  ) {
    const typed = formAgain(request, problems)
    const values = { revision: String(event.revision), ...typed.values, ...(lost > 0 && { lost: String(lost) }) }
    return reply.code(422).page('console/event', editorPage(deps, request, event, { ...typed, values }, { lost }))
  }
}
