// The agenda: the next event on top, the rhythm of the year, and all that is coming by month. The archive: what has been.
import type { Db } from '#db/open.ts'
import { keeperOf } from '#db/revision.ts'
import { type EventFilter, firstYear, listPast, listUpcoming } from '#src/domain/agenda.ts'
import type { ListedEvent } from '#src/domain/events.ts'
import { listSeries } from '#src/domain/series.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { minuteOf } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { cursorText, EventCursor, readCursor } from '../params.ts'
import { FilterQuery, filterForm, filterOf, PastQuery } from './lists.ts'
import { byMonth, daysUntil, rowsOf } from './rows.ts'
import { stripOf } from './year.ts'

const ArchiveQuery = Type.Object({
  ...PastQuery.properties,
  before: EventCursor,
})
const PAGE = 20

export function agendaRoutes(app: App, { db, clock }: Deps): void {
  const keep = keeperOf<AgendaProgramme>(db, 1)

  app.get('/', { schema: { querystring: FilterQuery }, config: { content: 'places' } }, (request, reply) => {
    const now = clock.now()
    const chosen = filterOf(request.query)
    const isWhole = Object.values(chosen).every(value => value === undefined)
    const find = () => programmeOf(db, chosen, now)
    const { list, ...programme } = isWhole ? keep(minuteOf(now), find) : find()
    const rows = rowsOf(db, list, now)
    request.tellsOf = rows.map(({ event }) => event.id)
    const next = programme.filter.isActive ? undefined : rows.find(({ event }) => !event.cancelledAt)
    return reply.page('public/agenda', {
      ...programme,
      next: next ?? null,
      daysToNext: next ? daysUntil(next.event, now) : 0,
      months: byMonth(rows.filter(row => row !== next)),
      count: rows.length,
      hasPast: rows.length === 0 && listPast(db, {}, now, 1).length > 0,
    })
  })

  app.get('/archive', { schema: { querystring: ArchiveQuery }, config: { content: 'places' } }, (request, reply) => {
    const now = clock.now()
    const { before } = request.query
    const list = listPast(db, filterOf(request.query), now, PAGE + 1, readCursor(before))
    const page = list.slice(0, PAGE)
    request.tellsOf = page.map(({ id }) => id)
    return reply.page('public/archive', {
      months: byMonth(rowsOf(db, page, now)),
      filter: filterForm(db, paths.archive(), filterOf(request.query), yearsUntil(db, now)),
      isFirst: before === undefined,
      older: list.length > PAGE ? olderThan(request.query, page.at(-1)) : null,
    })
  })
}

/** What a registration does not change. */
function programmeOf(db: Db, chosen: EventFilter, now: Temporal.Instant) {
  const filter = filterForm(db, paths.agenda(), chosen)
  const strip = filter.isActive ? null : stripOf(db, listSeries(db), now)
  return { list: listUpcoming(db, chosen, now), filter, strip }
}
type AgendaProgramme = ReturnType<typeof programmeOf>

/** From this one back to that of the first event. */
function yearsUntil(db: Db, now: Temporal.Instant): number[] {
  const { year } = now.toZonedDateTimeISO('UTC')
  const first = firstYear(db) ?? year
  return Array.from({ length: Math.max(0, year - first) + 1 }, (_, index) => year - index)
}

function olderThan(query: Static<typeof ArchiveQuery>, last: ListedEvent | undefined): string | null {
  if (!last) return null
  const { q = '', kind = '', group = '', theme = '', series = '', year = '', kept = '' } = query
  const chosen = Object.entries({ q, kind, group, theme, series, year, kept }).filter(([, value]) => value !== '')
  return `${paths.archive()}?${new URLSearchParams([...chosen, ['before', cursorText(last)]])}`
}
