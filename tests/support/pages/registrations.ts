// Who comes: on the list twice, in person, and after answers and bounces.
import { and, eq } from '#db/drizzle.ts'
import { events, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { listAttendees } from '#src/domain/attendees.ts'
import { writeNote } from '#src/domain/corrections.ts'
import type { Event } from '#src/domain/events.ts'
import { register } from '#src/domain/registering.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { answerAll } from '../answered.ts'
import type { Site } from '../site.ts'
import { type Address, findNext } from './address.ts'

/** Somebody who stands on the list twice, once without an address. */
export function peoplePages(db: Site['db'], event: Event, now: Temporal.Instant): Address[] {
  const [first] = listAttendees(db, event, { status: 'confirmed' }, { limit: 1 })
  if (!first) throw new Error('nobody is on the list')
  const { name, organisation, role, attendance, locale } = first.registration
  const again = { name, organisation, role, attendance, locale, email: null, accessNeeds: 'Een plaats vooraan.' }
  const other = writeNow(db, tx => {
    writeNote(tx, first.registration, 'Belde: komt met de trein, en is er misschien iets later.')
    return register(tx, event, again, now)
  })
  const { id } = first.registration
  return [
    ['/console/registrations/:id', `/console/registrations/${id}`],
    ['/console/registrations/:id', `/console/registrations/${other.id}?done=note`, 'no address'],
    ['/console/events/:id/doubles', `/console/events/${event.id}/doubles`],
    ['/console/registrations/:id/merge', `/console/registrations/${id}/merge?other=${other.id}`],
    ['/console/events/:id/registrations', `/console/events/${event.id}/registrations?mark=note&order=name`, 'narrowed'],
    ['/console/events/:id/registrations', `/console/events/${event.id}/registrations?q=xyzzy`, 'nobody'],
  ]
}

/** What only those have who come in person: a code to scan, and a badge. */
export function inPerson({ db, clock, tokens }: Site): Address[] {
  const row = db
    .select({ registration: registrations, event: events })
    .from(registrations)
    .innerJoin(events, eq(events.id, registrations.eventId))
    .where(and(eq(registrations.attendance, 'in_person'), eq(registrations.status, 'confirmed')))
    .all()
    .find(({ event }) => Temporal.Instant.compare(event.startsAt, clock.now()) > 0)
  if (!row) throw new Error('nobody comes in person')
  const { registration, event } = row
  const token = tokens.sign('registration', { id: registration.id, version: registration.linkVersion })
  return [
    ['/registrations/:token', `/registrations/${token}`, 'in person'],
    ['/console/events/:id/check-in', `/console/events/${event.id}/check-in`, 'in person'],
    ['/console/events/:id/badges', `/console/events/${event.id}/badges`, 'in person'],
  ]
}

/** After answers and bounces; the list of registrations shows them all. */
export function answered(site: Site): Address[] {
  const event = findNext(site.db, site.clock.now())
  const { declined, asked, cancelled, bounced } = answerAll(site, event)
  const own = ({ id, linkVersion: version }: Registration) =>
    `/registrations/${site.tokens.sign('registration', { id, version })}`
  return [
    ['/registrations/:token', own(declined), 'declined'],
    ['/registrations/:token', own(asked), 'asked'],
    ['/registrations/:token', own(cancelled), 'cancelled'],
    ['/console/events/:id/registrations', `/console/events/${event.id}/registrations?status=confirmed`, 'answers'],
    ['/console/outbox/:id', `/console/outbox/${bounced.id}`, 'came back'],
    ['/console/outbox', '/console/outbox?state=back', 'came back'],
  ]
}
