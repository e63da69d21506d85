// The whole programme of an event: by time and room on a desk, by time on a phone, on one sheet on paper.
import type { FastifyRequest } from 'fastify'
import { keeperOf } from '#db/revision.ts'
import { findPublishedEvent, findSlugAfter, type ListedEvent, listSessions, type Session } from '#src/domain/events.ts'
import { placesOf } from '#src/domain/places.ts'
import { takesPlace } from '#src/domain/programmes.ts'
import { awaitsAllocation, listRounds } from '#src/domain/workshops.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import type { App, Deps } from '../deps.ts'
import { Slug } from '../params.ts'
import { hrefFor } from '../plugins/locale.ts'
import { accentPath } from './accents.ts'
import type { PublicPages } from './pages.ts'
import { type Fit, fitOf, type Grid, gridOf } from './programme-grid.ts'
import { openPlaces } from './rows.ts'
import { structuredEvent, subEvents } from './structured.ts'

export interface ProgrammePage {
  'public/programme': {
    event: ListedEvent
    grid: Grid
    fit: Fit
    /** What is left of each workshop, by its id; none where there is no limit. Nothing before places are given. */
    left: Map<number, number>
    canRegister: boolean
    structured: object
    accent: string | null
  }
}

const MOST_KEPT = 100

export function programmeRoutes(app: App, deps: Deps): void {
  const { db } = deps
  const keep = keeperOf<Kept>(db, MOST_KEPT)

  app.get('/events/:slug/programme', { schema: { params: Slug }, config: { content: 'places' } }, (request, reply) => {
    const { slug } = request.params
    const kept = keep(`${request.locale} ${slug}`, () => {
      const event = findPublishedEvent(db, slug)
      return event && { event, sessions: listSessions(db, event.id) }
    })
    const newSlug = kept ? undefined : findSlugAfter(db, slug)
    if (newSlug !== undefined) return reply.redirect(hrefFor(request, paths.programme(newSlug)), 301)
    if (!kept) throw new NotFound('event')
    request.tellsOf = [kept.event.id]
    return reply.page('public/programme', pageOf(deps, request, kept))
  })
}

interface Kept {
  event: ListedEvent
  sessions: Session[]
}

function pageOf(
  { db, clock, config }: Deps,
  request: FastifyRequest,
  { event, sessions }: Kept,
): PublicPages['public/programme'] {
  const places = placesOf(db, event)
  const grid = gridOf(sessions, event)
  const parts = subEvents(event, sessions.filter(takesPlace), config.baseUrl, request.f)
  return {
    event,
    grid,
    fit: fitOf(grid, event),
    left: leftOf(db, event),
    canRegister: openPlaces(event, places, clock.now()).length > 0,
    structured: {
      ...structuredEvent(event, places, config.baseUrl, request.f),
      ...(parts.length && { subEvent: parts }),
    },
    accent: accentPath(event.group),
  }
}

function leftOf(db: Deps['db'], event: ListedEvent): Map<number, number> {
  if (awaitsAllocation(event)) return new Map()
  const workshops = listRounds(db, event).flatMap(round => round.workshops)
  return new Map(workshops.flatMap(({ id, left }): [number, number][] => (left === null ? [] : [[id, left]])))
}
