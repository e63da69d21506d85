// How a mailing leaves: a test to oneself, now, later, called back, or at once while it waits. What is sent goes to as many
// people as the page said; where that is no longer so the page comes back and says what changed.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { countAudiences } from '#src/domain/audiences.ts'
import { getMailingWith } from '#src/domain/mailings.ts'
import { hurry, recall, release, schedule, testMailing, withdraw } from '#src/domain/releases.ts'
import { Invalid } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { FRAMING_CSP } from '../plugins/headers.ts'
import { editorOf, organiserOf, seeOther } from './access.ts'
import { Day, Revision, Time } from './fields.ts'
import { mailingPage } from './mailing-page.ts'
import { unlessChanged } from './unless-changed.ts'

const Release = Type.Object({ revision: Revision, recipients: Type.Integer({ minimum: 0 }) })
const Schedule = Type.Object({ revision: Revision, date: Day, time: Time })
const OneRevision = Type.Object({ revision: Revision })

type Request = FastifyRequest<{ Params: { id: number } }>

export function releaseRoutes(app: App, deps: Deps): void {
  const { write, clock } = deps
  const one = '/console/mailings/:id'
  const mine = (request: Request, db: Deps['db'] | Tx = deps.db) =>
    getMailingWith(db, organiserOf(request), 'organiser', request.params.id)
  const back = (request: Request, reply: FastifyReply, done?: string) =>
    seeOther(request, reply, `${paths.console.mailing(request.params.id)}${done ? `?done=${done}` : ''}`)

  app.post(`${one}/test`, { schema: { params: Id } }, async (request, reply) => {
    await write(tx => {
      const { mailing, event } = mine(request, tx)
      testMailing(tx, mailing, event, organiserOf(request), clock.now())
    })
    return back(request, reply, 'tested')
  })

  app.post(`${one}/release`, { schema: { params: Id, body: Release } }, async (request, reply) => {
    const { revision, recipients: shown } = request.body
    const isDone = await unlessChanged(deps, tx => {
      const { mailing, event } = mine(request, tx)
      release(tx, mailing, event, { ...editorOf(request, revision), shown }, clock.now())
    })
    return isDone ? back(request, reply) : changed(request, reply, revision, shown)
  })

  app.post(
    `${one}/schedule`,
    { schema: { params: Id, body: Schedule }, attachValidation: true },
    async (request, reply) => {
      mine(request)
      const problems = fieldProblems(request)
      if (problems) return again(request, reply, problems)
      const { revision, date, time } = request.body
      const work = (tx: Tx) => {
        const { mailing, event } = mine(request, tx)
        schedule(tx, mailing, event, `${date}T${time}`, editorOf(request, revision), clock.now())
      }
      try {
        if (!(await unlessChanged(deps, work))) return changed(request, reply, revision)
      } catch (error) {
        if (!(error instanceof Invalid)) throw error
        return again(request, reply, domainProblems(error, request.t.fields))
      }
      return back(request, reply, 'scheduled')
    },
  )

  app.post(`${one}/withdrawal`, { schema: { params: Id, body: OneRevision } }, async (request, reply) => {
    const { revision } = request.body
    const isDone = await unlessChanged(deps, tx => {
      const { mailing, event } = mine(request, tx)
      withdraw(tx, mailing, event, editorOf(request, revision), clock.now())
    })
    return isDone ? back(request, reply, 'withdrawn') : changed(request, reply, revision)
  })

  app.post(`${one}/departure`, { schema: { params: Id } }, async (request, reply) => {
    await write(tx => {
      const { mailing, event } = mine(request, tx)
      hurry(tx, mailing, event, organiserOf(request), clock.now())
    })
    return back(request, reply)
  })

  app.post(`${one}/recall`, { schema: { params: Id } }, async (request, reply) => {
    const { dropped } = await write(tx => {
      const { mailing, event } = mine(request, tx)
      return recall(tx, mailing, event, organiserOf(request), clock.now())
    })
    return back(request, reply, dropped ? undefined : 'late')
  })

  /** The page as it is now, with what changed since it was looked at. */
  function changed(request: Request, reply: FastifyReply, revision: number, shown?: number) {
    const found = mine(request)
    const { mailing, event } = found
    const words = request.t.console.mailings.changed
    const { reached } = countAudiences(deps.db, event, clock.now(), mailing.purpose)[mailing.audience]
    const isOtherText = mailing.revision !== revision || shown === undefined
    const why = isOtherText ? words.text : words.count(shown, reached)
    reply.header('content-security-policy', FRAMING_CSP)
    return reply
      .code(409)
      .page('console/mailing', { ...mailingPage(deps, request, found), changed: mailing.releasedAt ? words.left : why })
  }

  function again(request: Request, reply: FastifyReply, problems: Record<string, string>) {
    reply.header('content-security-policy', FRAMING_CSP)
    const page = mailingPage(deps, request, mine(request))
    return reply.code(422).page('console/mailing', { ...page, form: formAgain(request, problems) })
  }
}
