// The files of an event, for everybody who may see its page. Whatever is in one, no browser runs it here: it is named what its
// bytes said it is, saved rather than opened, and shut off from the site if it is opened all the same.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Event, Material } from '#src/domain/events.ts'
import { findFileMaterial } from '#src/domain/materials.ts'
import { getEventWith } from '#src/domain/organisers.ts'
import { NotFound } from '#src/lib/errors.ts'
import { readPart } from '#src/lib/files.ts'
import { TYPES } from '#src/lib/formats.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { isKnown } from '../content.ts'
import type { App, Deps } from '../deps.ts'
import { MATERIAL } from '../plugins/headers.ts'
import { type Part, partOf } from '../ranges.ts'

const Name = Type.Object({ file: Type.String({ maxLength: 100 }) })
type Request = FastifyRequest<{ Params: Static<typeof Name> }>
/** Another file has another name; one that was removed is gone within the hour. */
const AN_HOUR = 'public, max-age=3600'

export function materialRoutes(app: App, { db, config }: Deps): void {
  // For its head alone no file is opened.
  app.get('/materials/:file', { schema: { params: Name }, exposeHeadRoute: false }, send)
  app.head('/materials/:file', { schema: { params: Name } }, send)

  async function send(request: Request, reply: FastifyReply) {
    const { file } = request.params
    const found = findFileMaterial(db, file)
    if (!found) throw new NotFound('material')
    checkSeen(request, found.event)
    const etag = `"${file}"`
    const isPublic = found.event.publishedAt !== null
    reply.headers({ ...MATERIAL, etag, 'cache-control': isPublic ? AN_HOUR : 'private, no-store' })
    if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return sendPart(request, reply, found.material, wantedPart(request, etag, found.material))
  }

  async function sendPart(
    { method }: Request,
    reply: FastifyReply,
    material: Material,
    part: Part | 'unsatisfiable' | undefined,
  ) {
    const { file, fileName, format, size } = material
    if (part === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${size}`).send()
    const { first, last } = part ?? { first: 0, last: size - 1 }
    const stream = method === 'HEAD' ? '' : await readPart(config.dataDir, file ?? '', first, last)
    if (stream === undefined || !format) throw new NotFound('material')
    if (part) reply.code(206).header('content-range', `bytes ${first}-${last}/${size}`)
    return reply
      .header('content-length', last - first + 1)
      .header('content-disposition', `attachment; filename="${fileName}"`)
      .type(TYPES[format])
      .send(stream)
  }

  /** A draft is its organisers' own. */
  function checkSeen({ organiser }: FastifyRequest, event: Event): void {
    if (event.publishedAt) return
    if (!organiser) throw new NotFound('material')
    getEventWith(db, organiser, 'viewer', event.id)
  }
}

/** Of a file that has changed meanwhile no part is any use (RFC 9110 §13.1.5); this one never does. */
function wantedPart({ headers }: FastifyRequest, etag: string, { size }: Material) {
  const condition = headers['if-range']
  return condition === undefined || condition === etag ? partOf(headers.range, size) : undefined
}
