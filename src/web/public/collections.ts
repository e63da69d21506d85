// The pages of a group and a theme: what is coming, what has been, and the calendar that follows it. That of a series, which shows
// the same, stands in `series`.
import type { FastifyRequest } from 'fastify'
import { type EventFilter, listPast, listUpcoming } from '#src/domain/agenda.ts'
import { findGroup, getGroup, listChildren } from '#src/domain/groups.ts'
import type { Series } from '#src/domain/series.ts'
import { getTheme } from '#src/domain/themes.ts'
import { paths } from '#src/lib/paths.ts'
import type { App, Deps } from '../deps.ts'
import { Slug } from '../params.ts'
import { accentPath, accentStylesheet } from './accents.ts'
import { rowsOf } from './rows.ts'
import { stripOf } from './year.ts'

const FEW_PAST = 5
const FOR_EVER = 'public, max-age=31536000, immutable'

export function collectionRoutes(app: App, deps: Deps): void {
  const { db } = deps

  app.get('/groups/:slug', { schema: { params: Slug }, config: { content: 'places' } }, (request, reply) => {
    const group = getGroup(db, request.params.slug)
    const parent = group.parentId === null ? null : (findGroup(db, group.parentId) ?? null)
    return reply.page('public/group', {
      group,
      parent,
      children: listChildren(db, group),
      accent: accentPath(group),
      ...eventsIn(deps, request, { group: group.slug }),
    })
  })

  app.get('/themes/:slug', { schema: { params: Slug }, config: { content: 'places' } }, (request, reply) => {
    const theme = getTheme(db, request.params.slug)
    return reply.page('public/theme', { theme, ...eventsIn(deps, request, { theme: theme.slug }) })
  })

  app.get('/groups/:slug.css', { schema: { params: Slug }, config: { content: 'programme' } }, (request, reply) =>
    reply
      .header('cache-control', FOR_EVER)
      .type('text/css; charset=utf-8')
      .send(accentStylesheet(getGroup(db, request.params.slug))),
  )
}

/** What is coming and what has been in a collection, with the year of its series. */
export function eventsIn({ db, clock }: Deps, request: FastifyRequest, filter: EventFilter, series: Series[] = []) {
  const now = clock.now()
  const past = listPast(db, filter, now, FEW_PAST + 1)
  const rows = { upcoming: listUpcoming(db, filter, now), past: past.slice(0, FEW_PAST) }
  request.tellsOf = [...rows.upcoming, ...rows.past].map(({ id }) => id)
  return {
    upcoming: rowsOf(db, rows.upcoming, now),
    past: rowsOf(db, rows.past, now),
    strip: stripOf(db, series, now),
    older: past.length > FEW_PAST ? olderPath(filter) : null,
  }
}

function olderPath({ group, series, theme }: EventFilter): string {
  const chosen = Object.entries({ group, series, theme }).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return `${paths.archive()}?${new URLSearchParams(chosen)}`
}
