// One event: its texts and places. When and where stands in `moves`, whether in `cancellations`.
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import type { Tx } from '#db/open.ts'
import { KINDS } from '#db/schema.ts'
import { heldMails } from '#src/domain/consequences.ts'
import { editEvent } from '#src/domain/editing.ts'
import { type Event, getListedEvent, listSessions } from '#src/domain/events.ts'
import { findGroup } from '#src/domain/groups.ts'
import { listGroupsWith } from '#src/domain/organisers.ts'
import { placesOf } from '#src/domain/places.ts'
import { listThemes } from '#src/domain/themes.ts'
import { Invalid } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { editorOf, getMyEvent, organiserOf, seeOther } from './access.ts'
import {
  Capacities,
  Choices,
  groupOptions,
  Line,
  options,
  Revision,
  readCapacities,
  roomProblems,
  Shown,
  Title,
} from './fields.ts'
import type { ConsolePages } from './pages.ts'
import { askOrDo, entriesOf, orProblems } from './proposals.ts'
import { warningsFor } from './warnings.ts'

const DONE = ['saved', 'published', 'moved', 'cancelled', 'reinstated'] as const
const Query = Type.Object({
  done: Type.Optional(Type.Enum([...DONE])),
  undo: Type.Optional(Type.String({ maxLength: 4000 })),
})
const EventForm = Type.Object({
  revision: Revision,
  recipients: Shown,
  title: Title,
  summary: Line(500),
  description: Line(20_000),
  speakers: Line(3000),
  kind: Type.Enum([...KINDS]),
  groupId: Type.Integer({ minimum: 1 }),
  themes: Choices,
  roomUrl: Line(500),
  yield: Line(5000),
  ...Capacities,
})
type EventBody = Static<typeof EventForm>

export function editorRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps

  app.get('/console/events/:id', { schema: { params: Id, querystring: Query } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    return reply.page('console/event', page(request, event, emptyForm(valuesOf(event)), request.query))
  })

  app.post(
    '/console/events/:id',
    { schema: { params: Id, body: EventForm }, attachValidation: true },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      const problems = fieldProblems(request)
      if (problems) return again(request, reply, event, problems, 422)
      // What was typed is kept: it takes an organiser's evening to write it again.
      if (request.body.revision !== event.revision) return again(request, reply, event, {}, 409)
      const { ask, problems: wrong } = await orProblems(request, () => save(request, event, request.body))
      if (wrong) return again(request, reply, event, wrong, 422)
      if (ask) return reply.page('console/proposal', ask)
      return seeOther(request, reply, `${paths.console.event(event.id)}?done=saved`)
    },
  )

  /** More places may go to people who wait, and that mails them: then the page that says so comes first. */
  async function save(request: FastifyRequest, event: Event, body: EventBody) {
    const text = readText(body, groupsFor(request, event))
    const known = new Set(listThemes(db).map(theme => theme.id))
    const themeIds = body.themes.filter(id => known.has(id))
    const editor = editorOf(request, body.revision)
    const act = (tx: Tx) => editEvent(tx, event, text, themeIds, editor, clock.now())
    const path = paths.console.event(event.id)
    const question = { ...request.t.console.edit.question, action: path, fields: entriesOf(body), back: path }
    return askOrDo(deps, { event, reach: 'person', act }, { shown: body.recipients, question })
  }

  /** The groups this organiser may let host; the present one stays possible, whoever it is. */
  function groupsFor(request: FastifyRequest, event: Event) {
    const mine = listGroupsWith(db, organiserOf(request), 'organiser')
    const present = findGroup(db, event.groupId)
    return present && !mine.some(group => group.id === present.id) ? [...mine, present] : mine
  }

  function again(
    request: FastifyRequest,
    reply: FastifyReply,
    event: Event,
    problems: Record<string, string>,
    status: 409 | 422,
  ) {
    const form = formAgain(request, problems)
    form.values.revision = String(event.revision)
    const data = page(request, event, form, {})
    return reply.code(status).page('console/event', { ...data, isStale: status === 409 })
  }

  function valuesOf(event: Event): Record<string, string> {
    const listed = getListedEvent(db, event.id)
    return {
      revision: String(event.revision),
      title: event.title,
      summary: event.summary,
      description: event.description,
      speakers: event.speakers.join('\n'),
      kind: event.kind,
      groupId: String(event.groupId),
      themes: listed.themes.map(theme => theme.id).join(','),
      roomUrl: event.roomUrl ?? '',
      yield: event.yield,
      capacityOnline: String(event.capacityOnline ?? ''),
      capacityInPerson: String(event.capacityInPerson ?? ''),
    }
  }

  function page(
    request: FastifyRequest,
    event: Event,
    form: Form,
    { done, undo }: Static<typeof Query>,
  ): ConsolePages['console/event'] {
    const now = clock.now()
    const hasEnded = !isBefore(now, event.endsAt)
    return {
      event: getListedEvent(db, event.id),
      form,
      places: placesOf(db, event),
      sessions: listSessions(db, event.id),
      held: heldMails(db, event, now),
      warnings: event.publishedAt ? [] : warningsFor(deps, request, event, event),
      done,
      undo,
      isStale: false,
      hasStarted: !isBefore(now, event.startsAt),
      hasEnded,
      choices: {
        groups: groupOptions(groupsFor(request, event)),
        kinds: options(request.t.words.kinds),
        themes: listThemes(db).map(({ id, name }): [string, string] => [String(id), name]),
      },
    }
  }
}

function readText(body: EventBody, groups: { id: number }[]) {
  const problems = roomProblems(body.roomUrl)
  if (!groups.some(group => group.id === body.groupId)) problems.groupId = 'choice'
  if (Object.keys(problems).length) throw new Invalid(problems)
  return {
    title: cleanLine(body.title),
    summary: cleanText(body.summary),
    description: cleanText(body.description),
    speakers: body.speakers.split('\n').map(cleanLine).filter(Boolean).slice(0, 30),
    kind: body.kind,
    groupId: body.groupId,
    roomUrl: body.roomUrl.trim() || null,
    yield: cleanText(body.yield),
    ...readCapacities(body),
  }
}
