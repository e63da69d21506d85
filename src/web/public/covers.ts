// The picture of an event, for everybody who may see its page.
import type { FastifyRequest } from 'fastify'
import { findEventWithCover } from '#src/domain/covers.ts'
import type { Event } from '#src/domain/events.ts'
import { getEventWith } from '#src/domain/organisers.ts'
import { NotFound } from '#src/lib/errors.ts'
import { findFile } from '#src/lib/files.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'

const Name = Type.Object({ file: Type.String({ maxLength: 100 }) })
/** Another picture has another name. */
const FOR_EVER = 'public, max-age=31536000, immutable'

export function coverRoutes(app: App, { db, config }: Deps): void {
  app.get('/covers/:file', { schema: { params: Name } }, async (request, reply) => {
    const { file } = request.params
    const event = findEventWithCover(db, file)
    if (!event) throw new NotFound('cover')
    checkSeen(request, event)
    const bytes = await findFile(config.dataDir, file)
    if (!bytes) throw new NotFound('cover')
    return reply
      .header('cache-control', event.publishedAt ? FOR_EVER : 'private, no-store')
      .type('image/webp')
      .send(bytes)
  })

  /** A draft is its organisers' own. */
  function checkSeen({ organiser }: FastifyRequest, event: Event): void {
    if (event.publishedAt) return
    if (!organiser) throw new NotFound('cover')
    getEventWith(db, organiser, 'viewer', event.id)
  }
}
