// Events of an organiser's groups: the list, and a new one that belongs to no series.
import type { FastifyRequest } from 'fastify'
import { auditEvent } from '#src/domain/audit.ts'
import { createEvent } from '#src/domain/drafts.ts'
import type { Event, ListedEvent } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import { getQuestionWith } from '#src/domain/moderating.ts'
import { listGroupsWith } from '#src/domain/organisers.ts'
import { changeableIds, listComing, listDrafts, listEnded, receivableIds } from '#src/domain/overview.ts'
import { placesOfMany } from '#src/domain/places.ts'
import { beginEvent } from '#src/domain/question-plans.ts'
import type { ListedQuestion } from '#src/domain/questions.ts'
import { countOverdue } from '#src/domain/tasks.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { cleanLine } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain, typedValues } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { cursorText, EventCursor, readCursor } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import {
  atDate,
  Day,
  groupOptions,
  options,
  readSetting,
  Setting,
  settingValues,
  Time,
  Title,
  topOf,
} from './fields.ts'
import type { ConsolePages, ListedForMe } from './pages.ts'
import { shortened } from './question-page.ts'

const PAGE = 50
const WHEN = ['coming', 'drafts', 'past'] as const
const Query = Type.Object({
  when: Type.Optional(Type.Enum([...WHEN])),
  before: EventCursor,
  after: EventCursor,
})
/** The number of the question from practice that it begins with; 0 without one. */
const FromQuestion = Type.Integer({ minimum: 0, default: 0 })
const NewForm = Type.Object({ title: Title, date: Day, time: Time, question: FromQuestion, ...Setting })
const NewQuery = Type.Object({ question: FromQuestion })

export function eventListRoutes(app: App, { config, db, write, clock }: Deps): void {
  const groupsOf = (request: FastifyRequest) => listGroupsWith(db, organiserOf(request), 'organiser')

  app.get(paths.console.events(), { schema: { querystring: Query } }, async (request, reply) => {
    const me = organiserOf(request)
    const { when = 'coming' } = request.query
    const [before, after] = [readCursor(request.query.before), readCursor(request.query.after)]
    const found = {
      coming: () => listComing(db, me, 'viewer', clock.now(), PAGE + 1, after),
      drafts: () => listDrafts(db, me, PAGE + 1, after),
      past: () => listEnded(db, me, 'viewer', clock.now(), PAGE + 1, before),
    }[when]()
    const list = found.slice(0, PAGE)
    const last = found.length > PAGE ? list.at(-1) : undefined
    return reply.page('console/events', {
      when,
      rows: rowsFor(request, list),
      next: last && cursorText(last),
      mayMake: groupsOf(request).length > 0,
    })
  })

  const questionOf = (request: FastifyRequest, id: number) =>
    id ? getQuestionWith(db, organiserOf(request), id) : undefined
  const rowsFor = (request: FastifyRequest, list: ListedEvent[]) => listedForMe({ db, clock }, request, list)

  app.get(paths.console.newEvent(), { schema: { querystring: NewQuery } }, async (request, reply) => {
    const groups = groupsOf(request)
    const first = topOf(groups)
    if (!first) throw new NotFound('no group to make an event for')
    const question = questionOf(request, request.query.question)
    const form = emptyForm({ ...usualValues(first), ...(question && valuesFrom(question, groups)) })
    return reply.page('console/new-event', { ...newPage(request, form, groups), question })
  })

  app.post(paths.console.newEvent(), { schema: { body: NewForm }, attachValidation: true }, async (request, reply) => {
    const groups = groupsOf(request)
    const question = questionOf(request, Number(typedValues(request.body).question) || 0)
    const again = (problems: Record<string, string>) =>
      reply.code(422).page('console/new-event', { ...newPage(request, formAgain(request, problems), groups), question })
    const problems = fieldProblems(request)
    if (problems) return again(problems)
    const { title, date, time, question: _, ...setting } = request.body
    const [now, organiserId] = [clock.now(), organiserOf(request).id]
    const made = await write(tx => {
      const values = { ...readSetting(setting, groups), title: cleanLine(title), localStart: `${date}T${time}` }
      const event = createEvent(tx, { ...values, timeZone: config.timeZone }, now)
      auditEvent(tx, 'event_created', event, { organiserId }, now)
      if (question) beginEvent(tx, question, event, organiserId, now)
      return event
    })
      .catch(atDate)
      .catch(error => domainProblems(error, request.t.fields))
    if (!isEvent(made)) return again(made)
    return seeOther(request, reply, paths.console.event(made.id))
  })
}

const isEvent = (value: Event | Record<string, string>): value is Event => typeof value.id === 'number'

/** Events with their places, and whether this organiser may change them or only receive who comes. */
export function listedForMe(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  request: FastifyRequest,
  list: ListedEvent[],
): ListedForMe[] {
  const places = placesOfMany(db, list)
  const changeable = changeableIds(db, organiserOf(request), list)
  const receivable = receivableIds(db, organiserOf(request), list)
  const overdue = countOverdue(db, list, clock.now())
  return list.map(event => ({
    event,
    places: places.get(event.id) ?? [],
    mayChange: changeable.has(event.id),
    seesPeople: receivable.has(event.id),
    overdue: overdue.get(event.id) ?? 0,
    warnings: [],
  }))
}

function usualValues(group: Group): Record<string, string> {
  const usual = { kind: 'meeting', groupId: group.id, durationMinutes: 120, attendance: 'in_person' as const }
  return {
    ...settingValues({ ...usual, roomUrl: null, venue: null, capacityOnline: null, capacityInPerson: null }),
    time: '13:30',
  }
}

/** An event that begins with a question: called after it, and of the group that it is put to. */
function valuesFrom({ text, groupId }: ListedQuestion, groups: Group[]): Record<string, string> {
  const isMine = groups.some(({ id }) => id === groupId)
  return { title: shortened(text, 150), ...(isMine && { groupId: String(groupId) }) }
}

function newPage(
  { t }: FastifyRequest,
  form: Form,
  groups: Group[],
): Omit<ConsolePages['console/new-event'], 'question'> {
  const choices = {
    groups: groupOptions(groups),
    kinds: options(t.words.kinds),
    attendances: options(t.words.attendances),
  }
  return { form, choices }
}
