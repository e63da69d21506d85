// The page of what comes after an event: what it yielded, what there is to watch and read, and where the mail about it stands.
// Files come in by `material-files`; preparing and planning the mail stands in `follow-ups`.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { MATERIAL_KINDS } from '#db/schema.ts'
import type { Event, Material } from '#src/domain/events.ts'
import {
  addLink,
  changeMaterial,
  getMaterialWith,
  LONGEST_TITLE,
  moveMaterial,
  removeMaterial,
  writeYield,
} from '#src/domain/materials.ts'
import { removeFile } from '#src/lib/files.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { editorOf, getMyEvent, organiserOf, seeOther } from './access.ts'
import { Line } from './fields.ts'
import { DONE, type Extra, materialsPage, versionOfYield } from './materials-page.ts'

const Done = Type.Object({ done: Type.Optional(Type.Enum([...DONE])) })
const YieldForm = Type.Object({ yield: Line(5000), version: Line(20) })
const LinkForm = Type.Object({
  kind: Type.Enum([...MATERIAL_KINDS]),
  title: Type.String({ minLength: 1, maxLength: LONGEST_TITLE }),
  url: Line(500),
})
const PlaceForm = Type.Object({ to: Type.Enum(['up', 'down']) })

export function materialRoutes(app: App, deps: Deps): void {
  const { db, config, write, clock } = deps

  app.get('/console/events/:id/materials', { schema: { params: Id, querystring: Done } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    return reply.page('console/materials', materialsPage(deps, request, event, request.query))
  })

  app.post(
    '/console/events/:id/yield',
    { schema: { params: Id, body: YieldForm }, attachValidation: true },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      const problems = fieldProblems(request)
      if (problems) return again(request, reply, event, { yield: problems })
      const { yield: text, version } = request.body
      if (version !== versionOfYield(event)) return stale(request, reply, event)
      const act = (tx: Tx) => {
        const now = getMyEvent(tx, request)
        writeYield(tx, now, cleanText(text), editorOf(request, now.revision), clock.now())
      }
      const wrong = await attempt(request, act)
      return wrong ? again(request, reply, event, { yield: wrong }) : back(request, reply, event, 'yield')
    },
  )

  app.post(
    '/console/events/:id/materials',
    { schema: { params: Id, body: LinkForm }, attachValidation: true },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      const act = (tx: Tx) => {
        const link = readLink(request.body)
        addLink(tx, getMyEvent(tx, request), link, organiserOf(request).id, clock.now())
      }
      const wrong = problemsOf(request, true) ?? (await attempt(request, act))
      return wrong ? again(request, reply, event, { link: wrong }) : back(request, reply, event, 'added')
    },
  )

  app.post(
    '/console/materials/:id',
    { schema: { params: Id, body: LinkForm }, attachValidation: true },
    async (request, reply) => {
      const { material, event } = mine(request)
      const act = (tx: Tx) => {
        const found = mine(request, tx)
        const { id } = organiserOf(request)
        changeMaterial(tx, found.material, found.event, readLink(request.body), id, clock.now())
      }
      const wrong = problemsOf(request, material.file === null) ?? (await attempt(request, act))
      return wrong
        ? again(request, reply, event, { [material.id]: wrong })
        : back(request, reply, event, 'changed', material)
    },
  )

  app.post('/console/materials/:id/place', { schema: { params: Id, body: PlaceForm } }, async (request, reply) => {
    const { material, event } = mine(request)
    await write(tx => moveMaterial(tx, mine(request, tx).material, request.body.to))
    return back(request, reply, event, 'moved', material)
  })

  app.post('/console/materials/:id/removal', { schema: { params: Id } }, async (request, reply) => {
    const { material, event } = mine(request)
    await write(tx => {
      const found = mine(request, tx)
      removeMaterial(tx, found.material, found.event, organiserOf(request).id, clock.now())
    })
    if (material.file !== null) await removeFile(config.dataDir, material.file)
    return back(request, reply, event, 'removed')
  })

  function mine(request: FastifyRequest<{ Params: { id: number } }>, on: Deps['db'] | Tx = db) {
    return getMaterialWith(on, organiserOf(request), request.params.id)
  }

  /** What is wrong, by field; nothing if it is done. */
  function attempt(request: FastifyRequest, act: (tx: Tx) => void): Promise<Record<string, string> | undefined> {
    return write((tx): undefined => void act(tx)).catch(error => domainProblems(error, request.t.fields))
  }

  function again(
    request: FastifyRequest,
    reply: FastifyReply,
    event: Event,
    wrong: Record<string, Record<string, string>>,
  ) {
    const [[form = '', problems = {}] = []] = Object.entries(wrong)
    const page = materialsPage(deps, request, event, { wrong: { form, ...formAgain(request, problems) } })
    return reply.code(422).page('console/materials', page)
  }

  function stale(request: FastifyRequest, reply: FastifyReply, event: Event) {
    const values = { ...formAgain(request, {}).values, version: versionOfYield(event) }
    const extra: Extra = { stale: event.yield, wrong: { form: 'yield', values, problems: {} } }
    return reply.code(409).page('console/materials', materialsPage(deps, request, event, extra))
  }
}

function back(
  request: FastifyRequest,
  reply: FastifyReply,
  event: Event,
  done: (typeof DONE)[number],
  material?: Material,
) {
  const at = material ? `#m-${material.id}` : ''
  return seeOther(request, reply, `${paths.console.materials(event.id)}?done=${done}${at}`)
}

function readLink({ kind, title, url }: Static<typeof LinkForm>) {
  return { kind, title: cleanLine(title), url: url.trim() }
}

/** What the schema found, or an address that is none; nothing if it can be kept. */
function problemsOf(request: FastifyRequest<{ Body: Static<typeof LinkForm> }>, isLink: boolean) {
  const found = fieldProblems(request)
  if (found) return found
  const { title, url } = readLink(request.body)
  const { fields } = request.t
  const problems = {
    ...(!title && { title: fields.required }),
    ...(isLink && URL.parse(url)?.protocol !== 'https:' && { url: fields.url }),
  }
  return Object.keys(problems).length ? problems : undefined
}
