// Files for an event: taken in as they come, looked at, and placed. What one may be stands in `lib/formats`.
import type { FastifyRequest } from 'fastify'
import { MATERIAL_KINDS } from '#db/schema.ts'
import type { Event, Material } from '#src/domain/events.ts'
import { addFile, LONGEST_TITLE, nameMaterial, savedAs, titleFrom } from '#src/domain/materials.ts'
import { keepReceived, openFile, randomName, removeFile } from '#src/lib/files.ts'
import { bytesOf, type Format, judge } from '#src/lib/formats.ts'
import { paths } from '#src/lib/paths.ts'
import { cleanLine } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems } from '../forms.ts'
import { Id } from '../params.ts'
import { FEW } from '../plugins/limits.ts'
import { type Received, receiveUpload } from '../plugins/uploads.ts'
import { getMyEvent, organiserOf, seeOther } from './access.ts'
import { materialsPage } from './materials-page.ts'

type Problems = Record<string, string>
type Read =
  | { problems: Problems }
  | (Pick<Material, 'kind' | 'title'> & { received: string; sent: string; format: Format; size: number })

export function materialFileRoutes(app: App, deps: Deps): void {
  const { db, config, write, clock } = deps

  app.post('/console/events/:id/materials/files', { schema: { params: Id }, config: FEW }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const upload = await receiveUpload(request, config.dataDir)
    const problems = await place(request, event, upload)
    if (!problems) return seeOther(request, reply, `${paths.console.materials(event.id)}?done=added`)
    const wrong = { form: 'file', values: upload.fields, problems }
    return reply.code(422).page('console/materials', materialsPage(deps, request, event, { wrong }))
  })

  /** What is wrong, by field; nothing when it stands there. Whatever happens, no file stays that no row names. */
  async function place(request: FastifyRequest<{ Params: { id: number } }>, event: Event, upload: Received) {
    const wanted = await read(request, upload)
    if ('problems' in wanted) return drop(upload, wanted.problems)
    const { kind, title, format, size, received, sent } = wanted
    const file = nameMaterial(event, randomName(), format)
    await keepReceived(config.dataDir, received, file)
    try {
      const material = { kind, title, file, fileName: savedAs(sent, format), format, size }
      await write(tx => {
        addFile(tx, getMyEvent(tx, request), material, organiserOf(request).id, clock.now())
      })
      return undefined
    } catch (error) {
      await removeFile(config.dataDir, file)
      return domainProblems(error, request.t.fields)
    }
  }

  async function drop({ file }: Received, problems: Problems): Promise<Problems> {
    if (file) await removeFile(config.dataDir, file.received)
    return problems
  }

  /** What is to be placed, or what is wrong with it. */
  async function read({ t }: FastifyRequest, { file, isTooLarge, fields }: Received): Promise<Read> {
    const kind = MATERIAL_KINDS.find(one => one === fields.kind)
    const title = cleanLine(fields.title ?? '') || titleFrom(file?.name ?? '')
    const found = file && (await look(file.received))
    const wrongFile = isTooLarge
      ? t.fields.file_large
      : !found
        ? t.fields.file_missing
        : 'problem' in found && (found.problem === 'macros' ? t.fields.file_macros : t.fields.file_unknown)
    const problems = {
      ...(wrongFile && { file: wrongFile }),
      ...(!kind && { kind: t.fields.choice }),
      ...(!title && !wrongFile && { title: t.fields.required }),
      ...(title.length > LONGEST_TITLE && { title: t.fields.too_long(LONGEST_TITLE) }),
    }
    if (Object.keys(problems).length || !found || 'problem' in found || !kind || !file) return { problems }
    return { kind, title, received: file.received, sent: file.name, ...found }
  }

  async function look(received: string) {
    const handle = await openFile(config.dataDir, received)
    try {
      const bytes = await bytesOf(handle)
      return { ...(await judge(bytes)), size: bytes.size }
    } finally {
      await handle.close()
    }
  }
}
