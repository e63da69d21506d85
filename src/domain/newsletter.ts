// The newsletter "Wat eraan komt": what it announces. Who gets it, and when, comes with subscribing to it.
import type { Db } from '#db/open.ts'
import { isBefore } from '#src/lib/time.ts'
import { listUpcoming } from './agenda.ts'
import type { ListedEvent } from './events.ts'

const WEEKS = 6

/** What begins in the coming six weeks and takes place, the first one first. */
export function listAnnounced(db: Db, now: Temporal.Instant): ListedEvent[] {
  const until = now.add({ hours: WEEKS * 7 * 24 })
  return listUpcoming(db, {}, now).filter(
    event => !event.cancelledAt && isBefore(now, event.startsAt) && isBefore(event.startsAt, until),
  )
}
