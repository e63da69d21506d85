// Everything a program subscribes to or downloads: calendars and the Atom feed. No redirect, no cookie, no guessing of
// languages (`?lang=` says it); the bytes change only with what they tell, so a strong ETag is their hash.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { KINDS } from '#db/schema.ts'
import { eventFile, registrationFile } from '#src/calendar/download.ts'
import {
  FEED_LIMIT,
  type FeedContext,
  feedReachesTo,
  type Place,
  personalFeed,
  publicFeed,
} from '#src/calendar/feed.ts'
import { type EventFilter, listSince, listUpcoming } from '#src/domain/agenda.ts'
import { type Event, findSlugAfter, getEvent, getPublishedEvent } from '#src/domain/events.ts'
import { getGroup } from '#src/domain/groups.ts'
import { personalPaths } from '#src/domain/links.ts'
import { ownProgramme } from '#src/domain/own-programme.ts'
import { listChosen } from '#src/domain/own-workshops.ts'
import { findPersonByLink, listRegistrationsOf } from '#src/domain/people.ts'
import { getRegistrationByLink, type Registration } from '#src/domain/registrations.ts'
import { getSeries } from '#src/domain/series.ts'
import { getTheme } from '#src/domain/themes.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { Slug, Token } from '../params.ts'
import { FEED, PERSONAL_FEED } from '../plugins/headers.ts'
import { atomFeed } from './atom.ts'

const word = () => Type.Optional(Type.String({ maxLength: 100 }))
const Query = Type.Object({ lang: word(), vervallen: word() })
const FilterQuery = Type.Object({
  kind: Type.Optional(Type.Enum([...KINDS])),
  theme: word(),
  group: word(),
  ...Query.properties,
})

/** Calendar services fetch for many people from few addresses, so the limit is per personal link. */
const PER_LINK = {
  content: 'person' as const,
  rateLimit: {
    max: 60,
    timeWindow: '1 hour',
    // Asked before the address is checked: what is kept of it is no longer than a token.
    keyGenerator: (request: FastifyRequest) => (request.params as Static<typeof Token>).token.slice(0, 100),
  },
}

export function feedRoutes(app: App, deps: Deps): void {
  publicFeeds(app, deps)
  personalFeeds(app, deps)
  downloads(app, deps)
  atom(app, deps)
}

function publicFeeds(app: App, deps: Deps): void {
  const { db, clock } = deps
  const options = { schema: { params: Slug, querystring: Query }, config: { content: 'programme' } } as const
  const sendEvents = (request: FastifyRequest, reply: FastifyReply, filter: EventFilter, name: string) => {
    const now = clock.now()
    const events = listSince(db, filter, feedReachesTo(now), FEED_LIMIT)
    return sendCalendar(reply, FEED, publicFeed(events, feedContext(deps, request, name), now))
  }

  app.get(
    '/calendar.ics',
    { schema: { querystring: FilterQuery }, config: { content: 'programme' } },
    (request, reply) => {
      const { kind, theme, group } = request.query
      return sendEvents(request, reply, { kind, theme, group }, messagesIn(localeOf(deps, request)).calendar.all)
    },
  )
  app.get('/groups/:slug.ics', options, (request, reply) => {
    const { slug, name } = getGroup(db, request.params.slug)
    return sendEvents(request, reply, { group: slug }, name)
  })
  app.get('/series/:slug.ics', options, (request, reply) => {
    const { slug, title } = getSeries(db, request.params.slug)
    return sendEvents(request, reply, { series: slug }, title)
  })
  app.get('/themes/:slug.ics', options, (request, reply) => {
    const { slug, name } = getTheme(db, request.params.slug)
    return sendEvents(request, reply, { theme: slug }, name)
  })
}

function personalFeeds(app: App, deps: Deps): void {
  const { db, clock, tokens } = deps
  const options = { schema: { params: Token, querystring: Query }, config: PER_LINK }
  app.get('/people/:token.ics', options, (request, reply) => {
    const person = findPersonByLink(db, tokens.read('feed', request.params.token), 'feed')
    if (!person) throw new NotFound('feed')
    const places = listRegistrationsOf(db, person).map(place => ({ ...place, ...dayOf(db, place) }))
    const locale = localeOf(deps, request, places[0]?.registration.locale)
    const name = messagesIn(locale).calendar.mine
    const doorUrl = (registration: Registration) => urlsOf(deps).door(registration, locale)
    const context = { ...feedContext(deps, request, name, locale), doorUrl }
    return sendCalendar(reply, PERSONAL_FEED, personalFeed(places, context, clock.now()))
  })
}

function downloads(app: App, deps: Deps): void {
  const { db, tokens } = deps
  const urls = urlsOf(deps)
  const open = { schema: { params: Slug, querystring: Query }, config: { content: 'programme' } } as const
  app.get('/events/:slug.ics', open, (request, reply) => {
    const event = getPublishedEvent(db, findSlugAfter(db, request.params.slug) ?? request.params.slug)
    const locale = localeOf(deps, request)
    asDownload(reply, event)
    return sendCalendar(reply, FEED, eventFile(event, { eventUrl: urls.event(event, locale), locale }))
  })
  const options = { schema: { params: Token, querystring: Query }, config: PER_LINK }
  app.get('/registrations/:token.ics', options, (request, reply) => {
    const registration = getRegistrationByLink(db, tokens.read('registration', request.params.token))
    if (registration.status === 'cancelled') throw new NotFound('registration')
    const event = getEvent(db, registration.eventId)
    const locale = localeOf(deps, request, registration.locale)
    asDownload(reply, event)
    const content = registrationFile(event, registration, {
      eventUrl: urls.event(event, locale),
      doorUrl: urls.door(registration, locale),
      personalUrl: urls.personal(registration, locale),
      locale,
      programme: ownProgramme(db, event, registration),
    })
    return sendCalendar(reply, PERSONAL_FEED, content)
  })
}

function dayOf(db: Deps['db'], { event, registration }: Place) {
  return { workshops: listChosen(db, registration), programme: ownProgramme(db, event, registration) }
}

function atom(app: App, deps: Deps): void {
  const urls = urlsOf(deps)
  app.get('/feed.atom', { schema: { querystring: Query }, config: { content: 'programme' } }, (request, reply) => {
    const locale = localeOf(deps, request)
    const content = atomFeed(listUpcoming(deps.db, {}, deps.clock.now()), {
      t: messagesIn(locale),
      f: formatsIn(locale, deps.config.timeZone),
      selfUrl: urls.inLanguage(paths.atom(), locale),
      agendaUrl: urls.inLanguage(paths.agenda(), locale),
      eventUrl: event => urls.event(event, locale),
    })
    return reply.headers(FEED).type('application/atom+xml; charset=utf-8').send(content)
  })
}

/** Absolute addresses, in the reader's language where it is not the installation's own. */
function urlsOf({ config, tokens }: Deps) {
  const own = personalPaths(tokens)
  const inLanguage = (path: string, locale: Locale) =>
    `${config.baseUrl}${path}${locale === config.locale ? '' : `?lang=${locale}`}`
  return {
    inLanguage,
    /** Of a draft, which who speaks there has in their calendar, there is no page yet. */
    event: (event: Event, locale: Locale) =>
      inLanguage(event.publishedAt ? paths.event(event.slug) : paths.agenda(), locale),
    door: (registration: Registration, locale: Locale) => inLanguage(own.door(registration), locale),
    personal: (registration: Registration, locale: Locale) => inLanguage(own.registration(registration), locale),
  }
}

/** The language of a feed: what its address says, never what the program that fetches it prefers. */
function localeOf({ config }: Deps, request: FastifyRequest, own: Locale = config.locale): Locale {
  return request.choseLocale ? request.locale : own
}

function feedContext(deps: Deps, request: FastifyRequest, name: string, locale = localeOf(deps, request)): FeedContext {
  const { mailFrom, timeZone } = deps.config
  return {
    name,
    organizer: mailFrom,
    locale,
    timeZone,
    eventUrl: event => urlsOf(deps).event(event, locale),
    withoutCancelled: (request.query as Static<typeof Query>).vervallen === 'nee',
  }
}

function asDownload(reply: FastifyReply, { slug }: Event): void {
  reply.header('content-disposition', `attachment; filename="${slug}.ics"`)
}

function sendCalendar(reply: FastifyReply, headers: typeof FEED, content: string) {
  return reply.headers(headers).type('text/calendar; charset=utf-8').send(content)
}
