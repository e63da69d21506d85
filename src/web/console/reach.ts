// What the network did, in figures: a year of all that somebody may see, of a group or of a series, and of one event.
import { setImmediate } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import { inParts } from '#db/read.ts'
import { getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import {
  getEventWith,
  getGroupWith,
  getSeriesWith,
  listGroupsWith,
  listSeriesWith,
  ownsEverything,
} from '#src/domain/organisers.ts'
import { changeableIds, receivableIds } from '#src/domain/overview.ts'
import { listYears, readEventGround, readGround } from '#src/domain/reach.ts'
import type { Messages } from '#src/i18n/index.ts'
import { type Numbers, numbersIn } from '#src/i18n/numbers.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import type { Row } from '#src/lib/xlsx.ts'
import { type Columns, columnsOf, type Pair, type Ranking, rankingOf } from '../charts.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { organiserOf } from './access.ts'
import { sendXlsx } from './downloads.ts'
import type { Options } from './pages.ts'
import { type Column, type Cut, everyEvent, type Line, type Report, reportOf } from './reach-report.ts'

const Query = Type.Object({
  year: Type.Optional(Type.Integer({ minimum: 1900, maximum: 2200 })),
  group: Type.Optional(Type.String({ maxLength: 100 })),
  series: Type.Optional(Type.String({ maxLength: 100 })),
})
type Wish = Static<typeof Query>

/** So many lines of a cut stand on the page and in its drawing; the file has all of them. */
const SHOWN = 25
const DRAWN = 12

export interface ShownCut {
  name: Cut['name']
  columns: string[]
  rows: { label: string; path: string | undefined; cells: string[] }[]
  more: number
  ranking: Ranking | undefined
  /** Of the months: a year from left to right. */
  chart: Columns | undefined
}

export interface ShownReport {
  figures: { label: string; value: string; note: string }[]
  cuts: ShownCut[]
  isEmpty: boolean
}

export interface ReachPages {
  'console/reach': ShownReport & {
    year: number
    chosen: { year: string; group: string; series: string }
    choices: Record<'years' | 'groups' | 'series', Options>
    file: string
    keepsNames: boolean
  }
  'console/event-reach': ShownReport & { event: ListedEvent; mayChange: boolean; seesPeople: boolean; file: string }
}

export function reachRoutes(app: App, { db, clock }: Deps): void {
  app.get(paths.console.reach(), { schema: { querystring: Query } }, async (request, reply) => {
    const me = organiserOf(request)
    const { scope, report } = await read(request, SHOWN)
    const { year, group, series } = scope
    const chosen = { year: String(year), group: group?.slug ?? '', series: series?.slug ?? '' }
    return reply.page('console/reach', {
      ...shown(request, report, year),
      year,
      chosen,
      choices: {
        years: listYears(db, clock.now()).map(one => [String(one), String(one)]),
        groups: listGroupsWith(db, me, 'viewer').map(({ slug, name }) => [slug, name]),
        series: listSeriesWith(db, me, 'viewer').map(({ slug, title }) => [slug, title]),
      },
      file: `${paths.console.reachSheet()}?${new URLSearchParams(chosen)}`,
      keepsNames: ownsEverything(db, me),
    })
  })

  app.get(paths.console.reachSheet(), { schema: { querystring: Query } }, async (request, reply) => {
    const { scope, ground, report } = await read(request, 0)
    // Finding the events of a year takes a turn of the event loop of its own.
    await setImmediate()
    const all = everyEvent(db, ground, request, clock.now())
    const name = [request.t.console.reach.title, scope.year, scope.group?.slug, scope.series?.slug].filter(Boolean)
    return sendXlsx(reply, name.join('-').toLowerCase(), sheetsOf(request.t, report, all))
  })

  app.get('/console/events/:id/reach', { schema: { params: Id } }, async (request, reply) => {
    const { event, report } = await readEvent(request)
    const me = organiserOf(request)
    return reply.page('console/event-reach', {
      ...shown(request, report, Number(event.localStart.slice(0, 4))),
      event: getListedEvent(db, event.id),
      mayChange: changeableIds(db, me, [event]).has(event.id),
      seesPeople: receivableIds(db, me, [event]).has(event.id),
      file: paths.console.eventReachSheet(event.id),
    })
  })

  app.get('/console/events/:id/reach.xlsx', { schema: { params: Id } }, async (request, reply) => {
    const { event, report } = await readEvent(request)
    const name = `${request.t.console.reach.title.toLowerCase()}-${event.slug}`
    return sendXlsx(reply, name, sheetsOf(request.t, report))
  })

  function read(request: FastifyRequest<{ Querystring: Wish }>, most: number) {
    const me = organiserOf(request)
    const now = clock.now()
    const { year = now.toZonedDateTimeISO('UTC').year, group, series } = request.query
    const scope = {
      year,
      group: group ? getGroupWith(db, me, 'viewer', group) : undefined,
      series: series ? getSeriesWith(db, me, 'viewer', series) : undefined,
    }
    return inParts(db, function* () {
      const ground = readGround(db, me, scope, now)
      return { scope, ground, report: yield* reportOf(db, ground, request, now, most) }
    })
  }

  function readEvent(request: FastifyRequest<{ Params: { id: number } }>) {
    const event = getEventWith(db, organiserOf(request), 'viewer', request.params.id)
    const now = clock.now()
    return inParts(db, function* () {
      return { event, report: yield* reportOf(db, readEventGround(db, event, now), request, now, SHOWN) }
    })
  }
}

/**
 * One sheet for the total and one for each cut; hours with their fractions, so that they can be added up. Of events come all
 * there are, a part at a time.
 */
function sheetsOf(
  { console: { reach: words } }: Messages,
  { total, held, coming, cuts }: Report,
  all?: Iterable<Line>,
) {
  const amountOf = ({ counts }: Line, column: Column) =>
    column === 'minutes' ? Math.round((counts.minutes / 60) * 100) / 100 : (counts[column] ?? 0)
  const columnsOfAll: Column[] = [
    'events',
    'registered',
    'placed',
    'attended',
    'absent',
    'waited',
    'waiting',
    'cancelled',
    'minutes',
  ]
  const sum: Line = { label: words.totalLine, counts: { ...total, events: held + coming } }
  function* rowsOf(head: string, columns: Column[], lines: Iterable<Line>): Generator<Row> {
    yield [head, ...columns.map(column => words.columns[column])]
    for (const line of lines) yield [line.label, ...columns.map(column => amountOf(line, column))]
  }
  return [
    { name: words.sheetTotal, rows: rowsOf('', columnsOfAll, [sum]) },
    ...cuts.map(({ name, columns, lines }) => {
      const shown = name === 'events' && all ? all : lines
      return { name: words.cuts[name], rows: rowsOf(words.heads[name], columns, shown) }
    }),
  ]
}

function shown(request: FastifyRequest, report: Report, year: number): ShownReport {
  const numbers = numbersIn(request.locale)
  return {
    figures: figuresOf(request.t, numbers, report),
    cuts: report.cuts.map(cut => shownCut(request, numbers, cut, year)),
    isEmpty: report.total.registered === 0,
  }
}

function figuresOf({ console: { reach: words } }: Messages, n: Numbers, { total, held, coming }: Report) {
  const { figure, note } = words
  const events = { label: figure.events, value: n.whole(held + coming) }
  return [
    ...(held + coming > 1 ? [{ ...events, note: note.events(n.whole(held), n.whole(coming)) }] : []),
    { label: figure.registered, value: n.whole(total.registered), note: '' },
    { label: figure.attended, value: n.whole(total.attended), note: '' },
    {
      label: figure.absent,
      value: n.whole(total.absent),
      note: total.absent ? note.absent(n.share(total.absent, total.absent + total.attended)) : '',
    },
    {
      label: figure.waited,
      value: n.whole(total.waited),
      note: total.waiting ? note.waiting(n.whole(total.waiting)) : '',
    },
    { label: figure.cancelled, value: n.whole(total.cancelled), note: '' },
    { label: figure.minutes, value: n.hours(total.minutes), note: '' },
  ]
}

function shownCut(request: FastifyRequest, n: Numbers, { name, columns, lines, more }: Cut, year: number): ShownCut {
  const words = request.t.console.reach
  const kept = lines.slice(0, SHOWN)
  const pairs = lines.map(({ label, counts }) => ({ label, whole: counts.registered, part: counts.attended }))
  const cell = ({ counts }: Line, column: Column) =>
    column === 'minutes' ? n.hours(counts.minutes) : n.whole(counts[column] ?? 0)
  const isDrawn = name !== 'months' && name !== 'events'
  return {
    name,
    columns: columns.map(column => words.columns[column]),
    rows: kept.map(line => ({
      label: line.label,
      path: line.eventId === undefined ? undefined : paths.console.eventReach(line.eventId),
      cells: columns.map(column => cell(line, column)),
    })),
    more: more + lines.length - kept.length,
    ranking: isDrawn ? rankingOf(pairs.slice(0, DRAWN), n.whole) : undefined,
    chart: name === 'months' ? chartOf(request, n, pairs, year) : undefined,
  }
}

function chartOf({ t, f }: FastifyRequest, n: Numbers, pairs: Pair[], year: number): Columns {
  const { monthsTitle, monthsSummary, noMonths } = t.console.reach
  const [most] = pairs.toSorted((a, b) => b.whole - a.whole)
  const summary = most?.whole ? monthsSummary(most.label, n.whole(most.whole), n.whole(most.part)) : noMonths
  const short = pairs.map((pair, index) => ({ ...pair, label: f.monthShort(index + 1) }))
  return { title: monthsTitle(year), summary, ...columnsOf(short, n.whole) }
}
