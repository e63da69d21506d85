// A list of events from a spreadsheet, so that the first year is not empty: chosen, shown with its problem rows, then laid.
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  type EventList,
  type EventProblem,
  enterEvents,
  type ListedEntry,
  readEvents,
  sortEntries,
} from '#src/domain/event-lists.ts'
import type { Group } from '#src/domain/groups.ts'
import { listGroupsWith } from '#src/domain/organisers.ts'
import { listThemes } from '#src/domain/themes.ts'
import { NotFound, Refusal } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { TableRow } from '#src/lib/tables.ts'
import type { App, Deps } from '../deps.ts'
import { organiserOf, seeOther } from './access.ts'
import { groupOptions, topOf } from './fields.ts'
import type { Options } from './pages.ts'
import { type FileProblem, MOST_TEXT, packRows, unpackRows, uploadedTable, WITH_ROWS } from './table-files.ts'

const Count = Type.Optional(Type.Integer({ minimum: 0 }))
const Query = Type.Object({ past: Count, coming: Count })
const Confirmed = Type.Object({ rows: Type.String({ maxLength: MOST_TEXT }), groupId: Type.Integer({ minimum: 1 }) })

export interface EventImportPages {
  'console/event-import': {
    problem: FileProblem | undefined
    groups: Options
    groupId: string
    /** How many pages and drafts came of the file before this page. */
    laid: { past: number; coming: number } | undefined
  }
  'console/event-import-preview': {
    groupId: string
    past: ListedEntry[]
    coming: ListedEntry[]
    known: number
    problems: { line: number; text: string; problems: EventProblem[] }[]
    unknown: string[]
    rows: string
  }
}

export function eventImportRoutes(app: App, { config, db, write, clock }: Deps): void {
  const path = paths.console.eventImport()

  app.get(path, { schema: { querystring: Query } }, async (request, reply) => {
    const { past, coming } = request.query
    const laid = past === undefined ? undefined : { past, coming: coming ?? 0 }
    return reply.page('console/event-import', page(request, undefined, laid))
  })

  app.post(path, async (request, reply) => {
    const groups = groupsOf(request)
    const read = await uploadedTable(request)
    if (typeof read === 'string') return again(request, reply, read)
    const groupId = Number(read.fields.groupId) || topOf(groups)?.id || 0
    const list = readEvents(read.table, usual(groups, groupId))
    if (!list) return again(request, reply, 'no_heading')
    return reply.page('console/event-import-preview', preview(read.table, list, groupId))
  })

  app.post(`${path}/confirmation`, { ...WITH_ROWS, schema: { body: Confirmed } }, async (request, reply) => {
    const table = unpackRows(request.body.rows)
    const list = table && readEvents(table, usual(groupsOf(request), request.body.groupId))
    if (!list || list.problems.length) throw new Refusal('not_possible_now')
    const who = { timeZone: config.timeZone, organiserId: organiserOf(request).id }
    const { past, coming } = await write(tx => enterEvents(tx, list.entries, who, clock.now()))
    return seeOther(request, reply, `${path}?past=${past}&coming=${coming}`)
  })

  function groupsOf(request: FastifyRequest): Group[] {
    const groups = listGroupsWith(db, organiserOf(request), 'organiser')
    if (!groups.length) throw new NotFound('no group to lay events for')
    return groups
  }

  /** The chosen group first: it holds what names no group of its own. */
  function usual(groups: Group[], groupId: number) {
    const chosen = groups.filter(({ id }) => id === groupId)
    const others = groups.filter(({ id }) => id !== groupId)
    return { groups: [...chosen, ...others], themes: listThemes(db), timeZone: config.timeZone }
  }

  function page(
    request: FastifyRequest,
    problem: FileProblem | undefined,
    laid: { past: number; coming: number } | undefined,
  ): EventImportPages['console/event-import'] {
    const groups = groupsOf(request)
    return { problem, groups: groupOptions(groups), groupId: String(topOf(groups)?.id ?? ''), laid }
  }

  const again = (request: FastifyRequest, reply: FastifyReply, problem: FileProblem) =>
    reply.code(422).page('console/event-import', page(request, problem, undefined))

  function preview(
    table: TableRow[],
    list: EventList,
    groupId: number,
  ): EventImportPages['console/event-import-preview'] {
    const wrong = new Set(list.problems.map(({ line }) => line))
    const { known, past, coming } = sortEntries(db, list.entries, config, clock.now())
    return {
      ...{ groupId: String(groupId), past, coming, known: known.length },
      ...{ problems: list.problems, unknown: list.unknown },
      rows: packRows(table.filter(({ line }) => !wrong.has(line))),
    }
  }
}
