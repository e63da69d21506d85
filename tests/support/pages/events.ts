// Events in each state that a visitor meets them in, and the pages that gather them.
import { asc } from '#db/drizzle.ts'
import { events } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import type { Event } from '#src/domain/events.ts'
import type { Site } from '../site.ts'
import type { Address } from './address.ts'

export function eventStates(site: Site): Address[] {
  const { db, clock } = site
  const now = clock.now()
  const byDate = db.select().from(events).orderBy(asc(events.startsAt)).all()
  const find = (state: string, test: (event: Event) => boolean): Address => {
    const event = byDate.find(test)
    if (!event) throw new Error(`the example has no event that is ${state}`)
    return ['/events/:slug', `/events/${event.slug}`, state]
  }
  const isComing = (event: Event) => Temporal.Instant.compare(event.startsAt, now) > 0
  const webinars = byDate.filter(event => event.kind === 'webinar' && isComing(event))
  const last = webinars.at(-1) as Event
  writeNow(db, tx => cancelEvent(tx, last, 'De spreker is ziek.', { organiserId: null, revision: last.revision }, now))
  return [
    find('open', event => event.id === webinars[0]?.id),
    find('full', event => event.id === webinars[1]?.id),
    find('nearly full', event => event.id === webinars[2]?.id),
    find('moved', event => event.movedAt !== null),
    ['/events/:slug', `/events/${last.slug}`, 'cancelled'],
    find('past', event => !isComing(event)),
    find('hybrid', event => event.attendance === 'hybrid' && isComing(event)),
    find('conference', event => event.kind === 'conference'),
  ]
}

export function collections(): Address[] {
  return [
    ['/groups/:slug', '/groups/noord'],
    ['/series/:slug', '/series/eerste-donderdag'],
    ['/themes/:slug', '/themes/armoede'],
  ]
}
