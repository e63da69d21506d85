// Who speaks and hosts.
import { asc, isNull } from '#db/drizzle.ts'
import { events } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import type { Event } from '#src/domain/events.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import type { Registration } from '#src/domain/registrations.ts'
import type { Site } from '../site.ts'
import { makeContributor } from '../world.ts'
import type { Address } from './address.ts'

/** Who speaks and hosts, in every state that there is; and a draft for which nobody was asked. */
export function contributing({ db, clock, tokens }: Site): Address[] {
  const now = clock.now()
  const list = db.select().from(events).where(isNull(events.cancelledAt)).orderBy(asc(events.startsAt)).all()
  const event = list.filter(({ publishedAt }) => publishedAt).at(-1) as Event
  const draft = list.filter(({ publishedAt }) => !publishedAt).at(-1) as Event
  const ask = (values: Parameters<typeof makeContributor>[2]) => makeContributor(db, event, values, now)
  const asked = ask({ name: 'Anna Gevraagd', email: 'anna@example.org' })
  const host = ask({ name: 'Hedda', email: 'hedda@example.org', part: 'host', hasSaidYes: true })
  const unable = ask({ name: 'Nora Nee', email: 'nora@example.org' })
  ask({ name: 'Zonder Adres', email: null })
  writeNow(db, tx => cancelRegistration(tx, unable, 'attendee', now))
  const own = ({ id, linkVersion: version }: Registration) =>
    `/registrations/${tokens.sign('registration', { id, version })}`
  return [
    ['/console/events/:id/contributors', `/console/events/${event.id}/contributors?done=saved`],
    ['/console/events/:id/contributors', `/console/events/${draft.id}/contributors`, 'draft'],
    ['/console/contributors/:id', `/console/contributors/${asked.id}`],
    ['/registrations/:token', own(asked), 'asked to speak'],
    ['/registrations/:token', own(host), 'hosts'],
    ['/registrations/:token', own(unable), 'cannot speak'],
  ]
}
