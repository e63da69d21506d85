// The page of an event, in every state it can be in, with the registration form.
import type { FastifyRequest } from 'fastify'
import { keeperOf } from '#db/revision.ts'
import { addLinks } from '#src/calendar/download.ts'
import { sizeOf } from '#src/domain/covers.ts'
import { findPublishedEvent, findSlugAfter, type ListedEvent, listSessions } from '#src/domain/events.ts'
import { listFormFields } from '#src/domain/form-fields.ts'
import { recordingsFirst } from '#src/domain/materials.ts'
import { placesOf } from '#src/domain/places.ts'
import { takesPlace } from '#src/domain/programmes.ts'
import { listQuestionsOf } from '#src/domain/questions.ts'
import { monthsKeptBy } from '#src/domain/retention.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Slug } from '../params.ts'
import { hrefFor } from '../plugins/locale.ts'
import { accentPath } from './accents.ts'
import { choosingAt } from './choice-fields.ts'
import type { PublicPages } from './pages.ts'
import { likelyPresence, limitsOf, RegistrationForm } from './registration-form.ts'
import { daysUntil, openPlaces, rowOf } from './rows.ts'
import { structuredEvent } from './structured.ts'
import { windowTexts } from './windows.ts'

const MOST_KEPT = 400

export function eventRoutes(app: App, deps: Deps): void {
  const { db } = deps
  const keep = keeperOf<EventProgramme>(db, MOST_KEPT)

  app.get('/events/:slug', { schema: { params: Slug }, config: { content: 'places' } }, (request, reply) => {
    const { slug } = request.params
    const programme = keep(`${request.locale} ${slug}`, () => {
      const event = findPublishedEvent(db, slug)
      return event && programmeOf(deps, request, event)
    })
    const newSlug = programme ? undefined : findSlugAfter(db, slug)
    if (newSlug !== undefined) return reply.redirect(hrefFor(request, paths.event(newSlug)), 301)
    if (!programme) throw new NotFound('event')
    request.tellsOf = [programme.event.id]
    return reply.page('public/event', pageOf(deps, request, programme))
  })
}

/** What its page says that a registration does not change. */
function programmeOf({ db, config }: Deps, request: FastifyRequest, event: ListedEvent) {
  const eventUrl = config.baseUrl + paths.event(event.slug)
  return {
    event,
    sessions: listSessions(db, event.id).filter(takesPlace),
    questions: listQuestionsOf(db, event.id),
    kept: recordingsFirst(event.materials),
    coverSize: event.cover === null ? null : sizeOf(event.cover),
    formFields: listFormFields(db, event.id),
    keptMonths: monthsKeptBy(db, event.groupId),
    window: windowTexts(request, event),
    limits: limitsOf(RegistrationForm),
    addLinks: addLinks(event, { eventUrl, locale: request.locale }),
    accent: accentPath(event.group),
  }
}
type EventProgramme = ReturnType<typeof programmeOf>

/** Most events have none, and are not asked for their places. */
const hasWorkshops = ({ sessions }: EventProgramme) => sessions.some(({ kind }) => kind === 'workshop')

/** The page, with an empty form or with one that is not right yet. */
export function eventPage(deps: Deps, request: FastifyRequest, event: ListedEvent, form?: Form) {
  return pageOf(deps, request, programmeOf(deps, request, event), form)
}

function pageOf(
  { db, clock, config }: Deps,
  request: FastifyRequest,
  programme: EventProgramme,
  form?: Form,
): PublicPages['public/event'] {
  const now = clock.now()
  const { event } = programme
  const places = placesOf(db, event)
  return {
    ...programme,
    ...rowOf(event, places, now),
    open: openPlaces(event, places, now),
    choosing: hasWorkshops(programme) ? choosingAt(db, event, now) : null,
    daysLeft: daysUntil(event, now),
    isLive: !isBefore(now, event.startsAt) && isBefore(now, event.endsAt),
    preview: null,
    invitation: null,
    form: form ?? emptyForm({ attendance: likelyPresence(db, event) }),
    structured: structuredEvent(event, places, config.baseUrl, request.f),
  }
}
