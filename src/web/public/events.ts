// The page of an event, in every state it can be in, with the registration form.
import type { FastifyRequest } from 'fastify'
import type { Db } from '#db/open.ts'
import { keptWithProgramme } from '#db/revision.ts'
import { addLinks } from '#src/calendar/download.ts'
import { sizeOf } from '#src/domain/covers.ts'
import { findPublishedEvent, findSlugAfter, type ListedEvent, listSessions, type Session } from '#src/domain/events.ts'
import { type FormField, listFormFields } from '#src/domain/form-fields.ts'
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
  const findProgramme = keptWithProgramme(db, (slug: string) => {
    const event = findPublishedEvent(db, slug)
    return event && programmeOf(db, event)
  })

  app.get('/events/:slug', { schema: { params: Slug }, config: { content: 'places' } }, (request, reply) => {
    const { slug } = request.params
    const programme = findProgramme(slug)
    const newSlug = programme ? undefined : findSlugAfter(db, slug)
    if (newSlug !== undefined) return reply.redirect(hrefFor(request, paths.event(newSlug)), 301)
    if (!programme) throw new NotFound('event')
    request.tellsOf = [programme.event.id]
    return reply.page('public/event', pageOf(deps, request, programme))
  })
}

/** What its page says that a registration does not change. */
interface EventProgramme {
  event: ListedEvent
  sessions: Session[]
  formFields: FormField[]
  keptMonths: number
}

function programmeOf(db: Db, event: ListedEvent): EventProgramme {
  return {
    event,
    sessions: listSessions(db, event.id),
    formFields: listFormFields(db, event.id),
    keptMonths: monthsKeptBy(db, event.groupId),
  }
}

/** The page, with an empty form or with one that is not right yet. */
export function eventPage(deps: Deps, request: FastifyRequest, event: ListedEvent, form?: Form) {
  return pageOf(deps, request, programmeOf(deps.db, event), form)
}

function pageOf(
  { db, clock, config }: Deps,
  request: FastifyRequest,
  { event, ...programme }: EventProgramme,
  form?: Form,
): PublicPages['public/event'] {
  const now = clock.now()
  const places = placesOf(db, event)
  const open = openPlaces(event, places, now)
  const eventUrl = config.baseUrl + paths.event(event.slug)
  return {
    ...rowOf(event, places, now),
    ...programme,
    open,
    daysLeft: daysUntil(event, now),
    isLive: !isBefore(now, event.startsAt) && isBefore(now, event.endsAt),
    preview: null,
    coverSize: event.cover === null ? null : sizeOf(event.cover),
    window: windowTexts(request, event),
    invitation: null,
    form: form ?? emptyForm({ attendance: likelyPresence(db, event) }),
    limits: limitsOf(RegistrationForm),
    addLinks: addLinks(event, { eventUrl, locale: request.locale }),
    structured: structuredEvent(event, places, config.baseUrl, request.f),
    accent: accentPath(event.group),
  }
}
