// A message that cannot wait, in two taps: the first chooses it and shows the exact mail and how many people get it, the
// second sends it to them. What is sent is what was shown.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { countAudiences, listReaders } from '#src/domain/audiences.ts'
import type { Event } from '#src/domain/events.ts'
import { cleanLetter, type Letter, MOST, problemsIn } from '#src/domain/letters.ts'
import { createMailing } from '#src/domain/mailings.ts'
import { release } from '#src/domain/releases.ts'
import { findSent, type Urgency, urgencyOf } from '#src/domain/urgent.ts'
import { Refusal } from '#src/lib/errors.ts'
import { maskLinks } from '#src/lib/masking.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { editorOf, getMyEvent, organiserOf, seeOther } from './access.ts'
import { Line, Revision, Shown } from './fields.ts'
import { readLetter } from './mailing-letters.ts'
import { problemText } from './mailings.ts'

const AUDIENCE = 'confirmed'
const UrgentForm = Type.Object({
  revision: Revision,
  recipients: Shown,
  message: Type.Enum(['soon', 'later', 'room', 'own']),
  time: Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d)?$', default: '' }),
  subject: Line(MOST.subject),
  body: Line(1000),
})
type Body = Static<typeof UrgentForm>

export interface UrgentPages {
  'console/urgent': {
    event: Event
    /** To choose from, before the first tap. */
    urgent: Urgency | undefined
    letter: Letter | undefined
    recipients: number
    mail: { to: string; subject: string; text: string } | undefined
    form: Form
    /** What kept it from being sent, in a sentence. */
    changed: string
  }
}

const nothingChosen = { letter: undefined, recipients: 0, mail: undefined, form: emptyForm(), changed: '' }

export function urgentRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.get('/console/events/:id/urgent', { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const urgent = urgencyOf(event, clock.now())
    if (!urgent) throw new Refusal('not_possible_now')
    return reply.page('console/urgent', { ...nothingChosen, event, urgent })
  })

  app.post(
    '/console/events/:id/urgent',
    { schema: { params: Id, body: UrgentForm }, attachValidation: true },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      if (!urgencyOf(event, clock.now())) throw new Refusal('not_possible_now')
      const { body } = request
      const letter = cleanLetter(letterOf(request, event, body))
      const problems = fieldProblems(request) ?? problemsOf(request, event, letter)
      if (problems) return show(request, reply.code(422), event, letter, { problems })
      if (body.recipients === undefined) return show(request, reply, event, letter)
      const sent = await send(request, event, letter, body)
      if (sent) return seeOther(request, reply, paths.console.mailing(sent.id))
      return show(request, reply.code(409), event, letter, { changed: whatChanged(request, event, body) })
    },
  )

  /** Nothing if what the page showed is no longer so. The same words twice in a row are one message: a thumb may press twice. */
  async function send(request: FastifyRequest<{ Params: { id: number } }>, event: Event, letter: Letter, body: Body) {
    const { id } = organiserOf(request)
    const written = { audience: AUDIENCE, isUrgent: true, ...letter } as const
    const shown = body.recipients ?? 0
    const work = (tx: Tx) => {
      const now = getMyEvent(tx, request)
      if (now.revision !== body.revision) throw new Refusal('changed_meanwhile')
      const same = findSent(tx, now, letter, clock.now())
      if (same) return same
      const mailing = createMailing(tx, now, written, id, clock.now())
      return release(tx, mailing, now, { ...editorOf(request, mailing.revision), shown }, clock.now())
    }
    return write(work).catch(error => {
      if (error instanceof Refusal && error.code === 'changed_meanwhile' && event) return undefined
      throw error
    })
  }

  function show(
    request: FastifyRequest,
    reply: FastifyReply,
    event: Event,
    letter: Letter,
    { problems = {}, changed = '' }: { problems?: Record<string, string>; changed?: string } = {},
  ) {
    const now = clock.now()
    const [reader] = listReaders(db, event, { audience: AUDIENCE, purpose: 'letter' }, '', now, 1)
    const { to, subject, text } = readLetter(deps, event, { ...letter, isUrgent: true }, reader, organiserOf(request))
    return reply.page('console/urgent', {
      event,
      urgent: undefined,
      letter,
      recipients: countAudiences(db, event, now)[AUDIENCE].reached,
      mail: { to: reader?.name ?? to, subject, text: maskLinks(text) },
      form: { values: { body: letter.body }, problems },
      changed,
    })
  }

  function whatChanged({ t }: FastifyRequest, event: Event, { revision, recipients = 0 }: Body): string {
    const { changed } = t.console.mailings
    const { reached } = countAudiences(db, event, clock.now())[AUDIENCE]
    return revision === event.revision ? changed.count(recipients, reached) : changed.event
  }

  function problemsOf(request: FastifyRequest, event: Event, letter: Letter) {
    const wrong = Object.values(problemsIn(db, event, letter)).map(problem => problemText(request, problem))
    return wrong[0] === undefined ? undefined : { body: wrong[0] }
  }
}

/** The ready text, or what was typed; on the second tap, what the first one showed. */
function letterOf({ t, f }: FastifyRequest, event: Event, { message, time, subject, body, recipients }: Body): Letter {
  const { texts } = t.console.mailings.quick
  if (recipients !== undefined && subject) return { subject, body }
  if (message === 'own') return { subject: texts.own, body }
  if (message === 'later')
    return texts.later(f.time({ localStart: `${event.localStart.slice(0, 11)}${time || '00:00'}` }))
  return texts[message]
}
