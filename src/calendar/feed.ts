// Calendars that others subscribe to: everything public, or what one person registered for. The same content gives the
// same bytes (subscribers compare), and a change is a change of the events themselves, never of the moment of asking.
import type { Mailbox } from '#src/config.ts'
import type { Event } from '#src/domain/events.ts'
import type { Part } from '#src/domain/own-programme.ts'
import { type Chosen, isOff } from '#src/domain/own-workshops.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { awaitsAllocation } from '#src/domain/workshops.ts'
import type { Locale } from '#src/i18n/index.ts'
import { isBefore } from '#src/lib/time.ts'
import { personalEntry, publicEntry } from './entries.ts'
import { type Entry, type Vevent, vcalendar, vevent } from './vevent.ts'
import { workshopEntry } from './workshops.ts'

/** The most a feed holds; the oldest events go first. */
export const FEED_LIMIT = 500
const REFRESH = 3600
const CANCELLED_STAYS = { hours: 14 * 24 }

export interface FeedContext {
  /** As the subscriber's calendar is called. */
  name: string
  /** From of our mails; a published event must have one (RFC 5546 §3.2.1). */
  organizer: Mailbox
  locale: Locale
  /** Zone of the installation. */
  timeZone: string
  /** Absolute address of an event's page. */
  eventUrl: (event: Event) => string
  /** Leaves cancelled events out, for programs that show them as if they went on. */
  withoutCancelled?: boolean
}

/** A person's place at an event, and the workshops they chose there. */
export interface Place {
  event: Event
  registration: Registration
  workshops?: Chosen[]
  programme?: Part[]
}

export interface PersonalFeedContext extends FeedContext {
  doorUrl: (registration: Registration) => string
}

/** How far back a feed reaches: twelve months, so that a subscriber's calendar keeps its past. */
export function feedReachesTo(now: Temporal.Instant): Temporal.Instant {
  return now.toZonedDateTimeISO('UTC').subtract({ months: 12 }).startOfDay().toInstant()
}

/** Published events, without anything personal and without any way in. */
export function publicFeed(events: Event[], context: FeedContext, now: Temporal.Instant): string {
  const shown = events.filter(event => isShown(event, context, now)).toSorted(byStart)
  return feed(
    shown.map(event => finished(event, context)),
    context,
  )
}

/**
 * What one person registered for, each workshop beside its event, without links to change it: subscriptions get shared. What
 * they cancelled is gone.
 */
export function personalFeed(places: Place[], context: PersonalFeedContext, now: Temporal.Instant): string {
  const since = feedReachesTo(now)
  const shown = places
    .filter(({ registration }) => registration.status !== 'cancelled')
    .filter(({ event }) => !isBefore(event.startsAt, since) && isShown(event, context, now))
    .flatMap(place => [own(place, context), ...ownWorkshops(place, context, now)])
    .toSorted(byStartOfEntry)
    .slice(-FEED_LIMIT)
  return feed(shown.map(vevent), context)
}

/** What is cancelled stays, and says so, until a fortnight after its event would have ended. */
function isShown(
  { cancelledAt, endsAt }: Pick<Event, 'cancelledAt' | 'endsAt'>,
  { withoutCancelled }: FeedContext,
  now: Temporal.Instant,
): boolean {
  if (!cancelledAt) return true
  return !withoutCancelled && isBefore(now, endsAt.add(CANCELLED_STAYS))
}

function byStart(a: Event, b: Event): number {
  return Temporal.Instant.compare(a.startsAt, b.startsAt) || (a.uid < b.uid ? -1 : 1)
}

function byStartOfEntry(a: Entry, b: Entry): number {
  return Temporal.ZonedDateTime.compare(a.start, b.start) || (a.uid < b.uid ? -1 : 1)
}

function own({ event, registration, programme = [] }: Place, context: PersonalFeedContext): Entry {
  return personalEntry(event, registration, { ...contextOf({ event, registration }, context), programme })
}

/** Where they have a place, and what they wait for; of what is off, what stood in their calendar. */
function ownWorkshops(
  { event, registration, workshops = [] }: Place,
  context: PersonalFeedContext,
  now: Temporal.Instant,
): Entry[] {
  if (registration.status !== 'confirmed' || awaitsAllocation(event)) return []
  const cancelledAt = (session: Chosen['session']) => event.cancelledAt ?? session.cancelledAt
  return workshops
    .filter(chosen => (isOff({ event, ...chosen }) ? hasStood(chosen) : isWanted(chosen)))
    .filter(({ session }) => isShown({ ...event, cancelledAt: cancelledAt(session) }, context, now))
    .map(chosen => workshopEntry({ event, registration, ...chosen }, contextOf({ event, registration }, context)))
}

const isWanted = ({ choice: { status } }: Chosen) => status === 'confirmed' || status === 'waitlisted'
const hasStood = ({ choice: { status, told } }: Chosen) =>
  status === 'confirmed' || told?.status === 'confirmed' || told?.status === 'event_cancelled'

function contextOf({ event, registration }: Place, { organizer, locale, ...context }: PersonalFeedContext) {
  return { organizer, locale, eventUrl: context.eventUrl(event), doorUrl: context.doorUrl(registration) }
}

const KEPT = 4000
const kept = new Map<string, Vevent>()

/** Writing an entry costs a hundred times reading it, and it changes only with the event's revision. */
function finished(event: Event, context: FeedContext): Vevent {
  const { organizer, locale } = context
  const eventUrl = context.eventUrl(event)
  const key = JSON.stringify([event.uid, event.revision, locale, eventUrl, organizer])
  const found = kept.get(key) ?? vevent(publicEntry(event, { organizer, eventUrl, locale }))
  if (kept.size >= KEPT) kept.clear()
  kept.set(key, found)
  return found
}

function feed(vevents: Vevent[], { name, timeZone }: FeedContext): string {
  return vcalendar({ method: 'PUBLISH', name, refresh: REFRESH, zone: timeZone }, vevents)
}
