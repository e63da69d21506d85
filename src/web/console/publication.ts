// From draft to page: seeing it as an attendee will, publishing it, or removing it.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { deleteDraft, publishEvent } from '#src/domain/drafts.ts'
import { listDatesToCome } from '#src/domain/enrolments.ts'
import { type Event, getListedEvent } from '#src/domain/events.ts'
import { listMaterials } from '#src/domain/materials.ts'
import { removeFile } from '#src/lib/files.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { eventPage } from '../public/events.ts'
import { editorOf, getMyEvent, seeOther } from './access.ts'
import { Revision, Shown } from './fields.ts'
import type { Question } from './pages.ts'
import { askOrDo, entriesOf } from './proposals.ts'

const RevisionForm = Type.Object({ revision: Revision })
/** Whoever takes part in its series, or waits for a question that it is about, is mailed: they are shown first. */
const PublicationForm = Type.Object({ revision: Revision, recipients: Shown })

export function publicationRoutes(app: App, deps: Deps): void {
  const { db, config, write, clock } = deps

  /** The public page as it will be: only here, only for who may publish it. */
  app.get('/console/events/:id/preview', { schema: { params: Id } }, async (request, reply) => {
    const { id } = getMyEvent(db, request)
    const event = getListedEvent(db, id)
    const page = eventPage(deps, request, { ...event, publishedAt: event.publishedAt ?? clock.now() })
    return reply.page('public/event', { ...page, preview: 'draft' })
  })

  app.post(
    '/console/events/:id/publication',
    { schema: { params: Id, body: PublicationForm } },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      const { revision, recipients: shown } = request.body
      const act = (tx: Tx) => publishEvent(tx, event, editorOf(request, revision), clock.now())
      const undertaking = { event, also: datesBeside(event), reach: 'person', act } as const
      const { ask } = await askOrDo(deps, undertaking, { shown, question: questionOf(request, event, revision) })
      if (ask) return reply.page('console/proposal', { ...ask, waits: ask.recipients > 1 })
      return seeOther(request, reply, `${paths.console.event(event.id)}?done=published`)
    },
  )

  /** Whoever takes part in its whole series gets a place and a mail: of this date, or of all if they heard of none yet. */
  const datesBeside = ({ seriesId }: Event) =>
    seriesId === null ? [] : listDatesToCome(db, { id: seriesId }, clock.now())

  function questionOf({ t }: FastifyRequest, event: Event, revision: number): Question {
    const way = { action: paths.console.publication(event.id), back: paths.console.event(event.id) }
    return { ...t.console.publishing, ...way, fields: entriesOf({ revision }) }
  }

  app.post('/console/events/:id/deletion', { schema: { params: Id, body: RevisionForm } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const files = [event.cover, ...listMaterials(db, event.id).map(({ file }) => file)].filter(file => file !== null)
    await write(tx => deleteDraft(tx, event, editorOf(request, request.body.revision), clock.now()))
    for (const file of files) await removeFile(config.dataDir, file)
    return seeOther(request, reply, `${paths.console.events()}?when=drafts`)
  })
}
