// The page of an event, in every state it can be in, with the registration form.
import type { FastifyRequest } from 'fastify'
import { addLinks } from '#src/calendar/download.ts'
import { sizeOf } from '#src/domain/covers.ts'
import { findPublishedEvent, findSlugAfter, type ListedEvent, listSessions } from '#src/domain/events.ts'
import { listFormFields } from '#src/domain/form-fields.ts'
import { placesOf } from '#src/domain/places.ts'
import { monthsKeptBy } from '#src/domain/retention.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Slug } from '../params.ts'
import { hrefFor } from '../plugins/locale.ts'
import { accentPath } from './accents.ts'
import type { PublicPages } from './pages.ts'
import { likelyPresence, limitsOf, RegistrationForm } from './registration-form.ts'
import { daysUntil, openPlaces, rowOf } from './rows.ts'
import { structuredEvent } from './structured.ts'
import { windowTexts } from './windows.ts'

export function eventRoutes(app: App, deps: Deps): void {
  const { db } = deps

  app.get('/events/:slug', { schema: { params: Slug }, config: { content: 'places' } }, (request, reply) => {
    const { slug } = request.params
    const event = findPublishedEvent(db, slug)
    const newSlug = event ? undefined : findSlugAfter(db, slug)
    if (newSlug !== undefined) return reply.redirect(hrefFor(request, paths.event(newSlug)), 301)
    if (!event) throw new NotFound('event')
    return reply.page('public/event', eventPage(deps, request, event))
  })
}

/** The page, with an empty form or with one that is not right yet. */
export function eventPage(
  { db, clock, config }: Deps,
  request: FastifyRequest,
  event: ListedEvent,
  form?: Form,
): PublicPages['public/event'] {
  const now = clock.now()
  const places = placesOf(db, event)
  const open = openPlaces(event, places, now)
  const eventUrl = config.baseUrl + paths.event(event.slug)
  return {
    ...rowOf(event, places, now),
    open,
    daysLeft: daysUntil(event, now),
    isLive: !isBefore(now, event.startsAt) && isBefore(now, event.endsAt),
    sessions: listSessions(db, event.id),
    preview: null,
    coverSize: event.cover === null ? null : sizeOf(event.cover),
    formFields: listFormFields(db, event.id),
    keptMonths: monthsKeptBy(db, event.groupId),
    window: windowTexts(request, event),
    invitation: null,
    form: form ?? emptyForm({ attendance: likelyPresence(db, event) }),
    limits: limitsOf(RegistrationForm),
    addLinks: addLinks(event, { eventUrl, locale: request.locale }),
    structured: structuredEvent(event, places, config.baseUrl, request.f),
    accent: accentPath(event.group),
  }
}
