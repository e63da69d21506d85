// What an organiser does to a bulletin: its words, its items, a test, letting it go to as many people as the page said, calling it
// back, removing a draft.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { changeItem, deleteBulletin, editBulletin, ITEM_ACTS, LONGEST } from '#src/domain/bulletin-edits.ts'
import { withItems } from '#src/domain/bulletin-items.ts'
import { getBulletinWith } from '#src/domain/bulletins.ts'
import { refill } from '#src/domain/newsletters.ts'
import { countReaders } from '#src/domain/readers.ts'
import { recallBulletin, releaseBulletin, testBulletin } from '#src/domain/spreading.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { FRAMING_CSP } from '../plugins/headers.ts'
import { editorOf, organiserOf, seeOther } from './access.ts'
import { bulletinPage } from './bulletins.ts'
import { Line, Revision } from './fields.ts'
import { unlessChanged } from './unless-changed.ts'

const EditForm = Type.Object({ revision: Revision, subject: Line(LONGEST.subject), intro: Line(LONGEST.intro) })
const OneRevision = Type.Object({ revision: Revision })
const Release = Type.Object({ revision: Revision, recipients: Type.Integer({ minimum: 0 }) })
const ItemParams = Type.Object({ id: Type.Integer({ minimum: 1 }), event: Type.Integer({ minimum: 1 }) })
const ItemForm = Type.Object({ revision: Revision, act: Type.Enum([...ITEM_ACTS]) })

type Request = FastifyRequest<{ Params: { id: number } }>

export function bulletinActRoutes(app: App, deps: Deps): void {
  const { write, clock } = deps
  const one = '/console/bulletins/:id'
  const mine = (request: Request, db: Deps['db'] | Tx = deps.db) =>
    getBulletinWith(db, organiserOf(request), request.params.id)
  const back = (request: Request, reply: FastifyReply, done?: string, hash = '') =>
    seeOther(request, reply, `${paths.console.bulletin(request.params.id)}${done ? `?done=${done}` : ''}${hash}`)

  app.post(one, { schema: { params: Id, body: EditForm }, attachValidation: true }, async (request, reply) => {
    mine(request)
    const problems = fieldProblems(request)
    if (problems) return again(request, reply, problems)
    const { revision, subject, intro } = request.body
    const texts = { subject: cleanLine(subject), intro: cleanText(intro) }
    const work = (tx: Tx) => {
      editBulletin(tx, mine(request, tx).bulletin, texts, editorOf(request, revision), clock.now())
    }
    try {
      return (await unlessChanged(deps, work)) ? back(request, reply, 'saved') : changed(request, reply, revision)
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      return again(request, reply, domainProblems(error, request.t.fields))
    }
  })

  app.post(`${one}/items`, { schema: { params: Id } }, async (request, reply) => {
    await write(tx => {
      const { bulletin } = mine(request, tx)
      if (bulletin.releasedAt) throw new Refusal('not_possible_now')
      refill(tx, bulletin, clock.now())
    })
    return back(request, reply, 'saved', '#items')
  })

  app.post(`${one}/items/:event`, { schema: { params: ItemParams, body: ItemForm } }, async (request, reply) => {
    const { revision, act } = request.body
    const isDone = await unlessChanged(deps, tx => {
      const { bulletin } = mine(request, tx)
      changeItem(tx, bulletin, request.params.event, act, editorOf(request, revision), clock.now())
    })
    return isDone ? back(request, reply, undefined, '#items') : changed(request, reply, revision)
  })

  app.post(`${one}/test`, { schema: { params: Id } }, async (request, reply) => {
    await write(tx => testBulletin(tx, mine(request, tx).bulletin, organiserOf(request), clock.now()))
    return back(request, reply, 'tested')
  })

  app.post(`${one}/release`, { schema: { params: Id, body: Release } }, async (request, reply) => {
    const { revision, recipients: shown } = request.body
    const isDone = await unlessChanged(deps, tx => {
      releaseBulletin(tx, mine(request, tx).bulletin, { ...editorOf(request, revision), shown }, clock.now())
    })
    return isDone ? back(request, reply) : changed(request, reply, revision, shown)
  })

  app.post(`${one}/recall`, { schema: { params: Id } }, async (request, reply) => {
    await write(tx => recallBulletin(tx, mine(request, tx).bulletin, organiserOf(request), clock.now()))
    return back(request, reply)
  })

  app.post(`${one}/deletion`, { schema: { params: Id, body: OneRevision } }, async (request, reply) => {
    const { revision } = request.body
    const isDone = await unlessChanged(deps, tx =>
      deleteBulletin(tx, mine(request, tx).bulletin, editorOf(request, revision), clock.now()),
    )
    return isDone ? seeOther(request, reply, paths.console.bulletins()) : changed(request, reply, revision)
  })

  /** The page as it is now, with what changed since it was looked at. */
  function changed(request: Request, reply: FastifyReply, revision: number, shown?: number) {
    const found = mine(request)
    const words = request.t.console.bulletins.changed
    const isOther = found.bulletin.revision !== revision || shown === undefined
    const reached = countReaders(deps.db, withItems(deps.db, found.bulletin), clock.now())
    const why = isOther ? words.text : words.count(shown, reached)
    const page = bulletinPage(deps, request, found)
    reply.header('content-security-policy', FRAMING_CSP)
    return reply.code(409).page('console/bulletin', { ...page, changed: found.bulletin.releasedAt ? words.left : why })
  }

  function again(request: Request, reply: FastifyReply, problems: Record<string, string>) {
    reply.header('content-security-policy', FRAMING_CSP)
    const page = bulletinPage(deps, request, mine(request))
    return reply.code(422).page('console/bulletin', { ...page, form: formAgain(request, problems) })
  }
}
