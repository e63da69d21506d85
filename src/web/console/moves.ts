// When and where an event is. Moving it may mail everybody, so the page that shows the mails comes first.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { heldMails } from '#src/domain/consequences.ts'
import { type Event, getEvent, placeOf } from '#src/domain/events.ts'
import { type Appointment, moveEvent } from '#src/domain/moves.ts'
import { Invalid, NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanText } from '#src/lib/text.ts'
import { localTimeProblem } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { editorOf, getMyEvent, seeOther } from './access.ts'
import {
  atDate,
  Day,
  Line,
  Minutes,
  options,
  PlaceFields,
  placeProblems,
  placeValues,
  Revision,
  readVenue,
  Shown,
  Time,
} from './fields.ts'
import type { ConsolePages, Question } from './pages.ts'
import { askOrDo, entriesOf, type Outcome, orProblems, propose } from './proposals.ts'
import { warningsFor } from './warnings.ts'

const Sealed = Type.Object({ undo: Type.Optional(Type.String({ maxLength: 4000 })) })
const MoveForm = Type.Object({
  revision: Revision,
  recipients: Shown,
  date: Day,
  time: Time,
  durationMinutes: Minutes,
  ...PlaceFields,
  reason: Line(500),
})
type Move = Static<typeof MoveForm>

export function moveRoutes(app: App, deps: Deps): void {
  const { db, clock, tokens } = deps

  app.get('/console/events/:id/move', { schema: { params: Id, querystring: Sealed } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const before = request.query.undo && readUndo(request.query.undo, event)
    if (!before) return reply.page('console/move', movePage(request, event, emptyForm(moveValues(event, event))))
    const form = {
      ...moveValues(event, before),
      revision: event.revision,
      durationMinutes: before.durationMinutes,
      reason: '',
    }
    return reply.page(
      'console/proposal',
      propose(deps, moving(request, event, before, form), moveQuestion(request, event, before, form)),
    )
  })

  app.post(
    '/console/events/:id/move',
    { schema: { params: Id, body: MoveForm }, attachValidation: true },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      const again = (problems: Record<string, string>) =>
        reply.code(422).page('console/move', movePage(request, event, formAgain(request, problems)))
      const problems = fieldProblems(request)
      if (problems) return again(problems)
      const { ask, problems: wrong } = await orProblems(request, () => move(request, event, request.body))
      if (wrong) return again(wrong)
      if (ask) return reply.page('console/proposal', ask)
      return seeOther(request, reply, afterMove(event))
    },
  )

  async function move(request: FastifyRequest, event: Event, body: Move): Promise<Outcome> {
    const to = readAppointment(body, event)
    const question = moveQuestion(request, event, to, body)
    // A draft is nobody's business yet: its page comes first only if something is against the new day.
    const always = event.publishedAt !== null || Boolean(question.warnings?.length)
    return askOrDo(deps, moving(request, event, to, body), { shown: body.recipients, question, always }).catch(atDate)
  }

  function moving(
    request: FastifyRequest,
    event: Event,
    to: Appointment,
    { revision, reason }: Pick<Move, 'revision' | 'reason'>,
  ) {
    const act = (tx: Tx) => moveEvent(tx, event, to, cleanText(reason), editorOf(request, revision), clock.now())
    return { event, reach: 'event' as const, act }
  }

  function moveQuestion(request: FastifyRequest, event: Event, to: Appointment, form: object): Question {
    const { t, f } = request
    const { title, lead, button, labels } = t.console.move.question
    const [placeBefore, placeAfter] = [event, to].map(one => placeWords(one, t.console.online))
    return {
      title,
      lead,
      button,
      facts: [
        { label: labels.when, before: f.when(event), after: f.when({ ...event, ...to }) },
        { label: labels.where, before: placeBefore ?? '', after: placeAfter ?? '' },
      ],
      warnings: warningsFor(deps, request, event, to),
      action: paths.console.move(event.id),
      fields: entriesOf(form),
      back: paths.console.move(event.id),
    }
  }

  /** While its mails wait, a move can be undone: the page after it is given the way back, sealed. */
  function afterMove(before: Event): string {
    const path = `${paths.console.event(before.id)}?done=moved`
    const { id, localStart, durationMinutes, attendance, venue } = before
    if (!heldMails(db, getEvent(db, id), clock.now())) return path
    return `${path}&undo=${tokens.seal({ undo: id, to: { localStart, durationMinutes, attendance, venue } })}`
  }

  function readUndo(sealed: string, event: Event): Appointment {
    const found = tokens.unseal(sealed) as { undo?: number; to: Appointment } | undefined
    if (found?.undo !== event.id) throw new NotFound('undo')
    return found.to
  }

  function movePage({ t }: FastifyRequest, event: Event, form: Form): ConsolePages['console/move'] {
    form.values.revision = String(event.revision)
    return { event, form, choices: { attendances: options(t.words.attendances) } }
  }
}

function moveValues(event: Event, to: Appointment): Record<string, string> {
  const [date = '', time = ''] = to.localStart.split('T')
  const durationMinutes = String(to.durationMinutes)
  return {
    ...placeValues(to),
    date,
    time: time.slice(0, 5),
    durationMinutes,
    reason: '',
    revision: String(event.revision),
  }
}

function readAppointment(body: Move, { timeZone }: Event): Appointment {
  const { date, time, durationMinutes, attendance } = body
  const localStart = `${date}T${time}`
  const problem = localTimeProblem(localStart, timeZone)
  const problems = { ...placeProblems(body), ...(problem && { date: problem }) }
  if (Object.keys(problems).length) throw new Invalid(problems)
  return { localStart, durationMinutes, attendance, venue: readVenue(body) }
}

function placeWords(event: Pick<Event, 'attendance' | 'venue'>, online: string): string {
  const place = placeOf(event, 'in_person')
  if (event.attendance === 'online') return online
  return event.attendance === 'hybrid' ? `${place} · ${online}` : place
}
