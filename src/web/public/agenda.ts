// The agenda: the next event on top, the rhythm of the year, and all that is coming by month. The archive: what has been.

import { listPast, listUpcoming } from '#src/domain/agenda.ts'
import type { ListedEvent } from '#src/domain/events.ts'
import { listSeries } from '#src/domain/series.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { Before, cursorText, readCursor } from '../params.ts'
import { FilterQuery, filterForm, filterOf } from './lists.ts'
import { byMonth, daysUntil, rowsOf } from './rows.ts'
import { stripOf } from './year.ts'

const ArchiveQuery = Type.Object({
  ...FilterQuery.properties,
  before: Before,
})
const PAGE = 20

export function agendaRoutes(app: App, { db, clock }: Deps): void {
  app.get('/', { schema: { querystring: FilterQuery }, config: { content: 'places' } }, (request, reply) => {
    const now = clock.now()
    const filter = filterForm(db, paths.agenda(), filterOf(request.query))
    const rows = rowsOf(db, listUpcoming(db, filterOf(request.query), now), now)
    request.tellsOf = rows.map(({ event }) => event.id)
    const next = filter.isActive ? undefined : rows.find(({ event }) => !event.cancelledAt)
    return reply.page('public/agenda', {
      next: next ?? null,
      daysToNext: next ? daysUntil(next.event, now) : 0,
      strip: filter.isActive ? null : stripOf(db, listSeries(db), now),
      months: byMonth(rows.filter(row => row !== next)),
      count: rows.length,
      hasPast: rows.length === 0 && listPast(db, {}, now, 1).length > 0,
      filter,
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
      filter: filterForm(db, paths.archive(), filterOf(request.query)),
      isFirst: before === undefined,
      older: list.length > PAGE ? olderThan(request.query, page.at(-1)) : null,
    })
  })
}

function olderThan(query: Static<typeof ArchiveQuery>, last: ListedEvent | undefined): string | null {
  if (!last) return null
  const { q = '', kind = '', group = '', theme = '', series = '' } = query
  const chosen = Object.entries({ q, kind, group, theme, series }).filter(([, value]) => value !== '')
  return `${paths.archive()}?${new URLSearchParams([...chosen, ['before', cursorText(last)]])}`
}
