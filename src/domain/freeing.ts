// Places that come free because somebody said no in their calendar: when they do, and how. What becomes of the answer
// itself stands in `replies`.
import { and, eq, isNotNull, lte, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { given, prepared } from '#db/prepared.ts'
import { events, registrations } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import { cancelRegistration } from './registering.ts'
import { type Registration, update } from './registrations.ts'
import { findSeriesOf } from './series.ts'
import { dueTelling, toldNow } from './telling.ts'

const USUAL_HOURS = 24

/** As the series has it, but never later than halfway to the start: who waits must be able to come. */
export function whenFreed(tx: Tx, event: Event, now: Temporal.Instant): Temporal.Instant | null {
  const settings = findSeriesOf(tx, event)
  const hours = settings ? settings.declineHours : USUAL_HOURS
  if (hours === null) return null
  const half = Math.floor((event.startsAt.epochMilliseconds - now.epochMilliseconds) / 2)
  return now.add({ milliseconds: Math.min(hours * 3_600_000, half) })
}

/** Whether `freeDeclined` would do something. A read, so that the worker opens no transaction for nothing. */
export function isAnyToFree(db: Db, now: Temporal.Instant): boolean {
  return anyToFree(db).get({ now: now.epochMilliseconds }) !== undefined
}

const isDue = and(isNotNull(registrations.freesAt), lte(registrations.freesAt, given('now')))
const anyToFree = prepared(db =>
  db.select({ id: registrations.id }).from(registrations).where(isDue).limit(1).prepare(),
)

const NEWS_WAITS = { hours: 1 }

/**
 * Frees the places of who said no and did not come back on it: cancelled like any other, with a CANCEL, and the place goes
 * on to who waits. Once an event has begun or is cancelled nobody's place is taken; nor before somebody has heard what
 * changed since they said no, as they are asked again then.
 */
export function freeDeclined(tx: Tx, now: Temporal.Instant): void {
  for (const { event, registration } of toFree(tx).all({ now: now.epochMilliseconds })) {
    if (event.cancelledAt || !isBefore(now, event.startsAt)) update(tx, registration, { freesAt: null })
    else if (hasNews(event, registration)) update(tx, registration, { freesAt: now.add(NEWS_WAITS) })
    else cancelRegistration(tx, registration, 'attendee', now)
  }
}

function hasNews(event: Event, registration: Registration): boolean {
  return dueTelling(registration.told, toldNow(event, registration)) !== undefined
}

const toFree = prepared(db =>
  db
    .select({ event: events, registration: registrations })
    .from(registrations)
    .innerJoin(events, eq(events.id, registrations.eventId))
    .where(isDue)
    .orderBy(sql`${registrations.freesAt}, ${registrations.id}`)
    .prepare(),
)
