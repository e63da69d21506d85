// What the lists of pages share: how a page is named, and the next event, which most of them are about.
import { asc, isNull } from '#db/drizzle.ts'
import { events } from '#db/schema.ts'
import type { Event } from '#src/domain/events.ts'
import type { Site } from '../site.ts'

/** A route, an address that fits it, and the state in which it shows its page. */
export type Address = [route: string, path: string, state?: string]

/** The first event that is still to begin and was not called off. */
export function findNext(db: Site['db'], now: Temporal.Instant): Event {
  const list = db.select().from(events).where(isNull(events.cancelledAt)).orderBy(asc(events.startsAt)).all()
  return list.find(event => Temporal.Instant.compare(event.startsAt, now) > 0) as Event
}
