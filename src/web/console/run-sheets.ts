// The run sheet of a series, and that of one event: what is to be done and by when. Who hosts sees it, who organises ticks
// and changes.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { getEventWith, getSeriesWith } from '#src/domain/organisers.ts'
import { changeableIds, receivableIds } from '#src/domain/overview.ts'
import {
  addLine,
  changeLine,
  getLineWith,
  listLines,
  removeLine,
  type Task,
  tick,
  untick,
} from '#src/domain/run-sheets.ts'
import type { Series } from '#src/domain/series.ts'
import { type DueTask, listTasks } from '#src/domain/tasks.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { Id, Slug } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { formsOf, type LineForms, NEW, readLine, TaskForm, type Wrong } from './task-form.ts'

export interface RunSheetPages {
  'console/series-run-sheet': LineForms & { found: Series; lines: Task[]; isSaved: boolean }
  'console/run-sheet': LineForms & {
    event: ListedEvent
    rows: DueTask[]
    mayChange: boolean
    seesPeople: boolean
    isSaved: boolean
  }
}

const Saved = Type.Object({ saved: Type.Optional(Type.String({ maxLength: 10 })) })
const Ticked = Type.Object({ id: Type.Integer({ minimum: 1 }), task: Type.Integer({ minimum: 1 }) })
const TickForm = Type.Object({ done: Type.Enum(['yes', 'no']) })

export function runSheetRoutes(app: App, { db, write, clock }: Deps): void {
  app.get('/console/series/:slug/run-sheet', { schema: { params: Slug, querystring: Saved } }, (request, reply) => {
    const found = getSeriesWith(db, organiserOf(request), 'organiser', request.params.slug)
    return showSeries(request, reply, found)
  })

  app.post(
    '/console/series/:slug/run-sheet',
    { schema: { params: Slug, body: TaskForm }, attachValidation: true },
    async (request, reply) => {
      const me = organiserOf(request)
      const found = getSeriesWith(db, me, 'organiser', request.params.slug)
      const problems = await save(request, tx => {
        const { id: seriesId } = getSeriesWith(tx, me, 'organiser', found.slug)
        addLine(tx, { seriesId }, readLine(request.body), me.id, clock.now())
      })
      if (problems) return showSeries(request, reply, found, { id: NEW, form: formAgain(request, problems) })
      return seeOther(request, reply, `${paths.console.runSheet(found.slug)}?saved=1`)
    },
  )

  app.get('/console/events/:id/run-sheet', { schema: { params: Id, querystring: Saved } }, (request, reply) => {
    return showEvent(request, reply, getEventWith(db, organiserOf(request), 'viewer', request.params.id))
  })

  app.post(
    '/console/events/:id/run-sheet',
    { schema: { params: Id, body: TaskForm }, attachValidation: true },
    async (request, reply) => {
      const me = organiserOf(request)
      const event = getEventWith(db, me, 'organiser', request.params.id)
      const problems = await save(request, tx => {
        const { id: eventId } = getEventWith(tx, me, 'organiser', event.id)
        addLine(tx, { eventId }, readLine(request.body), me.id, clock.now())
      })
      if (problems) return showEvent(request, reply, event, { id: NEW, form: formAgain(request, problems) })
      return seeOther(request, reply, `${paths.console.eventRunSheet(event.id)}?saved=1`)
    },
  )

  app.post(
    '/console/tasks/:id',
    { schema: { params: Id, body: TaskForm }, attachValidation: true },
    async (request, reply) => {
      const me = organiserOf(request)
      const found = getLineWith(db, me, request.params.id)
      const problems = await save(request, tx => {
        const { task } = getLineWith(tx, me, request.params.id)
        const { version } = request.body
        changeLine(tx, task, { ...readLine(request.body), version }, me.id, clock.now())
      })
      if (!problems) return seeOther(request, reply, `${sheetOf(found)}?saved=1`)
      return showLine(request, reply, found, { id: String(found.task.id), form: formAgain(request, problems) })
    },
  )

  app.post('/console/tasks/:id/deletion', { schema: { params: Id } }, async (request, reply) => {
    const me = organiserOf(request)
    const found = await write(tx => {
      const line = getLineWith(tx, me, request.params.id)
      removeLine(tx, line.task, me.id, clock.now())
      return line
    })
    return seeOther(request, reply, `${sheetOf(found)}?saved=1`)
  })

  app.post(
    '/console/events/:id/ticks/:task',
    { schema: { params: Ticked, body: TickForm } },
    async (request, reply) => {
      const me = organiserOf(request)
      const { id, task } = request.params
      const act = request.body.done === 'yes' ? tick : untick
      await write(tx => act(tx, getEventWith(tx, me, 'organiser', id), task, me.id, clock.now()))
      return seeOther(request, reply, `${paths.console.eventRunSheet(id)}#t-${task}`)
    },
  )

  /** Does what a form asks; nothing if it is done, and else what is wrong with the form. */
  async function save(request: FastifyRequest, act: (tx: Tx) => void): Promise<Record<string, string> | undefined> {
    const problems = fieldProblems(request)
    if (problems) return problems
    return write((tx): undefined => void act(tx)).catch(error => domainProblems(error, request.t.fields))
  }

  function showLine(request: FastifyRequest, reply: FastifyReply, { series, event }: Found, wrong: Wrong) {
    if (series) return showSeries(request, reply, series, wrong)
    if (event) return showEvent(request, reply, event, wrong)
    throw new NotFound('task')
  }

  function showSeries(request: FastifyRequest, reply: FastifyReply, found: Series, wrong?: Wrong) {
    const lines = listLines(db, { seriesId: found.id })
    const data = { found, lines, isSaved: isSaved(request), ...formsOf(request, lines, wrong) }
    return reply.code(wrong ? 422 : 200).page('console/series-run-sheet', data)
  }

  /** A draft is nobody's business but its organisers'. */
  function showEvent(request: FastifyRequest, reply: FastifyReply, event: Event, wrong?: Wrong) {
    const mayChange = changeableIds(db, organiserOf(request), [event]).has(event.id)
    if (!event.publishedAt && !mayChange) throw new NotFound('event')
    const seesPeople = receivableIds(db, organiserOf(request), [event]).has(event.id)
    const rows = listTasks(db, event, clock.now()).map(row => (seesPeople ? row : { ...row, tickedBy: null }))
    const own = rows.flatMap(({ task }) => (task.eventId === null ? [] : [task]))
    const data = { event: getListedEvent(db, event.id), rows, mayChange, seesPeople, isSaved: isSaved(request) }
    return reply.code(wrong ? 422 : 200).page('console/run-sheet', { ...data, ...formsOf(request, own, wrong) })
  }
}

type Found = ReturnType<typeof getLineWith>
const isSaved = ({ query }: FastifyRequest) => (query as Static<typeof Saved>).saved !== undefined

function sheetOf({ series, event }: Found): string {
  return series ? paths.console.runSheet(series.slug) : paths.console.eventRunSheet(event?.id ?? 0)
}
