// The picture above an event's page: put there, replaced, removed. Making it safe stands in `lib/images`.
import type { FastifyRequest } from 'fastify'
import { type Cover, nameCover, setCover } from '#src/domain/covers.ts'
import type { Event } from '#src/domain/events.ts'
import { keepFile, randomName, removeFile } from '#src/lib/files.ts'
import { remakePicture } from '#src/lib/images.ts'
import { paths } from '#src/lib/paths.ts'
import { cleanLine } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems } from '../forms.ts'
import { Id } from '../params.ts'
import { readUpload, type Upload } from '../plugins/uploads.ts'
import { editorOf, getMyEvent, seeOther } from './access.ts'
import { editorPage } from './editor-page.ts'

const LONGEST_ALT = 250

export function coverRoutes(app: App, deps: Deps): void {
  const { db, config, write, clock } = deps

  app.post('/console/events/:id/cover', { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const upload = await readUpload(request)
    const alt = cleanLine(upload.fields.coverAlt ?? '')
    const problems = await keep(request, event, upload, alt)
    if (!problems) return seeOther(request, reply, `${paths.console.event(event.id)}?done=cover#cover`)
    const cover = { values: { coverAlt: alt }, problems }
    return reply.code(422).page('console/event', editorPage(deps, request, event, undefined, { cover }))
  })

  app.post('/console/events/:id/cover/removal', { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    await put(request, event, null)
    return seeOther(request, reply, `${paths.console.event(event.id)}?done=cover#cover`)
  })

  /** What is wrong, by field; nothing when it stands there. */
  async function keep(request: FastifyRequest, event: Event, upload: Upload, alt: string) {
    const { fields } = request.t
    const wrongAlt = !alt ? fields.required : alt.length > LONGEST_ALT ? fields.too_long(LONGEST_ALT) : undefined
    const picture = upload.file && (await remakePicture(upload.file.bytes))
    const isMissing = !upload.file && !event.cover
    const wrongFile = upload.isTooLarge
      ? fields.picture_large
      : isMissing
        ? fields.picture_missing
        : upload.file && !picture && fields.picture
    const problems = { ...(wrongFile && { cover: wrongFile }), ...(wrongAlt && { coverAlt: wrongAlt }) }
    if (Object.keys(problems).length) return problems
    const file = picture ? nameCover(event, randomName(), picture) : (event.cover ?? '')
    if (picture) await keepFile(config.dataDir, file, picture.bytes)
    return put(request, event, { file, alt })
  }

  /** The file that is not the event's, the one before or the one that was refused, goes after the commit. */
  async function put(request: FastifyRequest, event: Event, cover: Cover | null) {
    let loose = event.cover === cover?.file ? null : event.cover
    const problems = await write(tx => {
      setCover(tx, event, cover, editorOf(request, event.revision), clock.now())
    }).catch(error => {
      loose = cover && cover.file !== event.cover ? cover.file : null
      return domainProblems(error, request.t.fields)
    })
    if (loose) await removeFile(config.dataDir, loose)
    return problems ?? undefined
  }
}
