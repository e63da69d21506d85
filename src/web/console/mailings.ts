// Mail to participants in an organiser's own words: the list, writing one, and its page. How it leaves stands in `releases`.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AUDIENCES } from '#db/schema.ts'
import { countAudiences, hasBegun } from '#src/domain/audiences.ts'
import type { Event } from '#src/domain/events.ts'
import { cleanLetter, MOST, problemsIn } from '#src/domain/letters.ts'
import { type Copies, countCopies, type Phase, phaseOf } from '#src/domain/mailing-copies.ts'
import {
  copyMailing,
  createMailing,
  deleteMailing,
  editMailing,
  getMailingWith,
  listMailings,
  type Mailing,
} from '#src/domain/mailings.ts'
import { PLACEHOLDERS } from '#src/domain/placeholders.ts'
import { type Urgency, urgencyOf } from '#src/domain/urgent.ts'
import type { TextProblem } from '#src/domain/wording.ts'
import { Refusal } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { FRAMING_CSP } from '../plugins/headers.ts'
import { editorOf, getMyEvent, organiserOf, seeOther } from './access.ts'
import { Revision } from './fields.ts'
import { Look, type MailingPage, mailingPage } from './mailing-page.ts'
import { titleOf } from './mailing-title.ts'
import type { Options } from './pages.ts'

export interface MailingPages {
  'console/mailings': {
    event: Event
    urgent: Urgency | undefined
    rows: { mailing: Mailing; title: string; copies: Copies; phase: Phase }[]
    next: number | undefined
  }
  'console/mailing-form': {
    event: Event
    mailing: Mailing | undefined
    form: Form
    /** What somebody else did to it meanwhile, in a sentence. */
    stale: string
    gaps: { name: string; means: string }[]
    choices: { audiences: Options }
  }
  'console/mailing': MailingPage
}

const PAGE = 50
const Before = Type.Object({ before: Type.Optional(Type.Integer({ minimum: 1 })) })
const Fields = {
  audience: Type.Enum([...AUDIENCES]),
  subject: Type.String({ maxLength: MOST.subject * 2 }),
  body: Type.String({ maxLength: MOST.body * 2 }),
}
const NewForm = Type.Object(Fields)
const EditForm = Type.Object({ revision: Revision, ...Fields })
const OneRevision = Type.Object({ revision: Revision })

export function mailingRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps
  const list = '/console/events/:id/mailings'
  const one = '/console/mailings/:id'

  app.get(list, { schema: { params: Id, querystring: Before } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const found = listMailings(db, event, request.query.before, PAGE)
    const copies = countCopies(
      db,
      found.map(({ id }) => id),
    )
    const rows = found.flatMap(mailing => {
      const own = copies.get(mailing.id)
      const title = titleOf(mailing, event, request.locale)
      return own ? [{ mailing, title, copies: own, phase: phaseOf(mailing, own, clock.now()) }] : []
    })
    const next = found.length === PAGE ? found.at(-1)?.id : undefined
    return reply.page('console/mailings', { event, urgent: urgencyOf(event, clock.now()), rows, next })
  })

  app.get(`${list}/new`, { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    if (!event.publishedAt) throw new Refusal('not_possible_now')
    const audience = hasBegun(event, clock.now()) ? 'attended' : 'confirmed'
    return reply.page('console/mailing-form', formPage(request, event, undefined, emptyForm({ audience })))
  })

  app.post(list, { schema: { params: Id, body: NewForm }, attachValidation: true }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const problems = problemsOf(request, event, request.body)
    if (problems) return again(request, reply, event, undefined, problems)
    const written = { audience: request.body.audience, ...cleanLetter(request.body) }
    const mailing = await write(tx =>
      createMailing(tx, getMyEvent(tx, request), written, organiserOf(request).id, clock.now()),
    )
    return seeOther(request, reply, `${paths.console.mailing(mailing.id)}?done=saved`)
  })

  app.get(one, { schema: { params: Id, querystring: Look } }, async (request, reply) => {
    const found = getMailingWith(db, organiserOf(request), 'organiser', request.params.id)
    reply.header('content-security-policy', FRAMING_CSP)
    return reply.page('console/mailing', mailingPage(deps, request, found, request.query))
  })

  app.get(`${one}/edit`, { schema: { params: Id } }, async (request, reply) => {
    const { mailing, event } = getMailingWith(db, organiserOf(request), 'organiser', request.params.id)
    if (mailing.releasedAt) throw new Refusal('not_possible_now')
    return reply.page('console/mailing-form', formPage(request, event, mailing, emptyForm(valuesOf(mailing))))
  })

  app.post(one, { schema: { params: Id, body: EditForm }, attachValidation: true }, async (request, reply) => {
    const { mailing, event } = getMailingWith(db, organiserOf(request), 'organiser', request.params.id)
    if (mailing.releasedAt) return again(request, reply, event, undefined, undefined)
    const problems = problemsOf(request, event, request.body)
    if (problems) return again(request, reply, event, mailing, problems)
    const { revision, audience } = request.body
    if (revision !== mailing.revision) return again(request, reply, event, mailing, undefined)
    const written = { audience, ...cleanLetter(request.body) }
    await write(tx => editMailing(tx, mailing, event, written, editorOf(request, revision), clock.now()))
    return seeOther(request, reply, `${paths.console.mailing(mailing.id)}?done=saved`)
  })

  app.post(`${one}/copy`, { schema: { params: Id } }, async (request, reply) => {
    const me = organiserOf(request)
    const copy = await write(tx => {
      const { mailing, event } = getMailingWith(tx, me, 'organiser', request.params.id)
      return copyMailing(tx, mailing, event, me.id, clock.now())
    })
    return seeOther(request, reply, `${paths.console.mailing(copy.id)}?done=copied`)
  })

  app.post(`${one}/deletion`, { schema: { params: Id, body: OneRevision } }, async (request, reply) => {
    const { mailing, event } = getMailingWith(db, organiserOf(request), 'organiser', request.params.id)
    await write(tx => deleteMailing(tx, mailing, event, editorOf(request, request.body.revision), clock.now()))
    return seeOther(request, reply, paths.console.mailings(event.id))
  })

  /** What the schema found, or what may not be mailed; nothing if it can be kept. */
  function problemsOf(request: FastifyRequest, event: Event, body: Static<typeof NewForm>) {
    const found = fieldProblems(request)
    if (found) return found
    const wrong = Object.entries(problemsIn(db, event, cleanLetter(body)))
    const said = wrong.map(([field, problem]) => [field, problemText(request, problem)])
    return said.length ? (Object.fromEntries(said) as Record<string, string>) : undefined
  }

  /** The form with all that was typed: 422 with what is wrong; 409 when it was changed meanwhile, or sent, and so is no more. */
  function again(
    request: FastifyRequest,
    reply: FastifyReply,
    event: Event,
    mailing: Mailing | undefined,
    problems: Record<string, string> | undefined,
  ) {
    const form = formAgain(request, problems ?? {})
    if (mailing) form.values.revision = problems ? (form.values.revision ?? '') : String(mailing.revision)
    const page = formPage(request, event, mailing, form)
    if (problems) return reply.code(422).page('console/mailing-form', page)
    const { stale, left } = request.t.console.mailings.form
    return reply.code(409).page('console/mailing-form', { ...page, stale: mailing ? stale : left })
  }

  function formPage({ t }: FastifyRequest, event: Event, mailing: Mailing | undefined, form: Form) {
    const reach = countAudiences(db, event, clock.now())
    const words = t.console.mailings
    const known = AUDIENCES.filter(
      audience => hasBegun(event, clock.now()) || !['attended', 'absent'].includes(audience),
    )
    const audiences = known.map((audience): [string, string] => [
      audience,
      `${words.audiences[audience]} (${reach[audience].people})`,
    ])
    const gaps = PLACEHOLDERS.mailing.map(name => ({
      name: `{${t.mail.placeholders[name]}}`,
      means: t.console.mails.gapNames[name],
    }))
    return { event, mailing, form, stale: '', gaps, choices: { audiences } }
  }
}

const valuesOf = ({ revision, audience, subject, body }: Mailing) => ({
  revision: String(revision),
  audience,
  subject,
  body,
})

/** What is wrong with a text that is to be mailed, in the organiser's words. */
export function problemText({ t }: FastifyRequest, problem: TextProblem): string {
  const words = t.console.mails.problems
  if (problem.code === 'too_long') return words.too_long(problem.most)
  if (problem.code === 'required') return t.fields.required
  if (!('name' in problem)) return words[problem.code]
  const names = PLACEHOLDERS.mailing.map(name => `{${t.mail.placeholders[name]}}`)
  return words[problem.code](`{${problem.name}}`, words.known(names))
}
