// The programme of an event in the console: what is in it, by time, and a form to add to it that is ready for the next part as
// soon as one was added. Who hosts or looks, reads. One part stands in `sessions`, how people choose in `choosing`.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { heldMails } from '#src/domain/consequences.ts'
import type { Event } from '#src/domain/events.ts'
import { getListedEvent, type ListedEvent, listSessions, type Session } from '#src/domain/events.ts'
import { getEventWith } from '#src/domain/organisers.ts'
import { changeableIds, receivableIds } from '#src/domain/overview.ts'
import { MOST_ROUNDS, planSession } from '#src/domain/session-editing.ts'
import { listRounds, type Workshop } from '#src/domain/workshops.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { editorOf, getMyEvent, organiserOf, seeOther } from './access.ts'
import { type ChoosingPart, choosingPart } from './choosing-form.ts'
import { groupsFor } from './editor-page.ts'
import {
  copyValues,
  nextValues,
  readSession,
  type SessionChoices,
  SessionForm,
  sessionChoices,
} from './session-form.ts'

/** One line of the list. What is not chosen, or not any more, has no places. */
export interface Part {
  session: Session
  workshop: Workshop | undefined
  /** The round into which it can be copied. */
  nextRound: number | undefined
}

export const DONE = [
  'added',
  'changed',
  'removed',
  'cancelled',
  'reinstated',
  'choosing',
  'allocated',
  'taken_back',
] as const

export interface ProgrammePages {
  'console/programme': {
    event: ListedEvent
    mayChange: boolean
    seesPeople: boolean
    slots: Part[][]
    form: Form
    /** Somebody is entering one part after another. */
    isOn: boolean
    choices: SessionChoices
    choosing: ChoosingPart
    held: { count: number; until: Temporal.Instant } | undefined
    done: (typeof DONE)[number] | undefined
  }
}

const Query = Type.Object({
  done: Type.Optional(Type.Enum([...DONE])),
  after: Type.Optional(Type.Integer({ minimum: 1 })),
  copy: Type.Optional(Type.Integer({ minimum: 1 })),
})

export function programmeRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.get('/console/events/:id/programme', { schema: { params: Id, querystring: Query } }, (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'viewer', request.params.id)
    return reply.page('console/programme', programmePage(deps, request, event, request.query))
  })

  app.post(
    '/console/events/:id/programme',
    { schema: { params: Id, body: SessionForm }, attachValidation: true },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      const problems = fieldProblems(request)
      if (problems) return again(request, reply, event, problems)
      const made = await add(request, event, request.body)
      if ('problems' in made) return again(request, reply, event, made.problems)
      return seeOther(request, reply, `${paths.console.programme(event.id)}?done=added&after=${made.id}`)
    },
  )

  async function add(request: FastifyRequest, event: Event, body: Static<typeof SessionForm>) {
    try {
      const plan = readSession(body, event, groupsFor(deps, request, event))
      return await write(tx => planSession(tx, event, plan, editorOf(request, body.revision), clock.now()))
    } catch (error) {
      return { problems: domainProblems(error, request.t.fields) }
    }
  }

  function again(request: FastifyRequest, reply: FastifyReply, event: Event, problems: Record<string, string>) {
    const form = formAgain(request, problems)
    return reply.code(422).page('console/programme', programmePage(deps, request, event, {}, { form }))
  }
}

/** The whole page. A draft is nobody's business but its organisers'. */
export function programmePage(
  deps: Deps,
  request: FastifyRequest,
  event: Event,
  query: Static<typeof Query>,
  extra: { form?: Form; choosing?: Form } = {},
): ProgrammePages['console/programme'] {
  const { db, clock } = deps
  const me = organiserOf(request)
  const mayChange = changeableIds(db, me, [event]).has(event.id)
  if (!event.publishedAt && !mayChange) throw new NotFound('event')
  const sessions = listSessions(db, event.id)
  const find = (id: number | undefined) => sessions.find(session => session.id === id)
  const [after, copied] = [find(query.after), find(query.copy)]
  const values = copied ? copyValues(copied, sessions, event) : nextValues(after, event)
  return {
    event: getListedEvent(db, event.id),
    mayChange,
    seesPeople: receivableIds(db, me, [event]).has(event.id),
    slots: slotsOf(
      sessions,
      listRounds(db, event).flatMap(({ workshops }) => workshops),
    ),
    form: extra.form ?? emptyForm(values),
    isOn: after !== undefined || copied !== undefined,
    choices: sessionChoices(request, event, groupsFor(deps, request, event)),
    choosing: choosingPart(deps, request, event, extra.choosing),
    held: heldMails(db, event, clock.now()),
    done: query.done,
  }
}

function slotsOf(sessions: Session[], workshops: Workshop[]): Part[][] {
  const byId = new Map(workshops.map(workshop => [workshop.id, workshop]))
  const rounds = [...new Set(workshops.map(({ round }) => round))].sort((a, b) => a - b)
  const after = (round: number) => rounds.find(number => number > round) ?? round + 1
  const parts = sessions.map((session): Part => {
    const { round, cancelledAt } = session
    const isCopied = round !== null && round < MOST_ROUNDS && !cancelledAt
    return { session, workshop: byId.get(session.id), nextRound: isCopied ? after(round) : undefined }
  })
  return [...Map.groupBy(parts, ({ session }) => session.localStart).values()]
}
