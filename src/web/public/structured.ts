// What search engines read of an event (schema.org/Event). Plain data; the layout writes it safely.
import { type Event, type ListedEvent, placeOf, type Session } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import { hasRoom, type Places } from '#src/domain/places.ts'
import type { Formats } from '#src/i18n/dates.ts'
import { paths } from '#src/lib/paths.ts'
import { instantsOf } from '#src/lib/time.ts'

const MODES = { online: 'Online', in_person: 'Offline', hybrid: 'Mixed' } as const

export function structuredEvent(event: ListedEvent, places: Places[], baseUrl: string, f: Formats) {
  const url = baseUrl + paths.event(event.slug)
  const organisation = ({ name, slug }: Group) => ({ '@type': 'Organization', name, url: baseUrl + paths.group(slug) })
  return {
    '@context': 'https://schema.org',
    '@type': 'Event',
    name: event.title,
    ...(event.summary && { description: event.summary }),
    url,
    startDate: f.machine(event),
    endDate: endOf(event),
    ...(event.movedFrom && { previousStartDate: f.machine({ ...event, localStart: event.movedFrom }) }),
    eventStatus: `https://schema.org/Event${statusOf(event)}`,
    eventAttendanceMode: `https://schema.org/${MODES[event.attendance]}EventAttendanceMode`,
    location: locationOf(event, url),
    organizer: event.cohosts.length ? [event.group, ...event.cohosts].map(organisation) : organisation(event.group),
    ...(event.cover && { image: baseUrl + paths.cover(event.cover) }),
    isAccessibleForFree: true,
    offers: {
      '@type': 'Offer',
      price: 0,
      priceCurrency: 'EUR',
      url,
      availability: `https://schema.org/${places.some(hasRoom) ? 'InStock' : 'SoldOut'}`,
    },
  }
}

/** What takes place within an event, each at its own time and in its own room. */
export function subEvents(event: ListedEvent, parts: Session[], baseUrl: string, f: Formats) {
  const location = locationOf(event, baseUrl + paths.event(event.slug))
  return parts
    .filter(({ kind }) => kind !== 'break')
    .map(({ title, summary, localStart, durationMinutes, room, speakers }) => ({
      '@type': 'Event',
      name: title,
      ...(summary && { description: summary }),
      startDate: f.machine({ ...event, localStart }),
      endDate: endOf({ ...event, ...instantsOf({ ...event, localStart, durationMinutes }) }),
      location: room ? { '@type': 'Place', name: [room, event.venue?.name].filter(Boolean).join(', ') } : location,
      ...(speakers.length && { performer: speakers.map(name => ({ '@type': 'Person', name })) }),
    }))
}

/** From the instant: a night in which the clock changes has an hour more or less. */
function endOf({ endsAt, timeZone }: Pick<Event, 'endsAt' | 'timeZone'>): string {
  return endsAt.toZonedDateTimeISO(timeZone).toString({ timeZoneName: 'never', smallestUnit: 'minute' })
}

function statusOf({ cancelledAt, movedAt }: Event): string {
  if (cancelledAt) return 'Cancelled'
  return movedAt ? 'Rescheduled' : 'Scheduled'
}

/** Online it is the event's own page: the room is nobody's to find. */
function locationOf(event: ListedEvent, url: string) {
  const online = { '@type': 'VirtualLocation', url }
  if (event.attendance === 'online' || !event.venue) return online
  const { name, address, postcode, city } = event.venue
  const postal = { '@type': 'PostalAddress', streetAddress: address, postalCode: postcode, addressLocality: city }
  const place = { '@type': 'Place', name: name || placeOf(event, 'in_person'), address: postal }
  return event.attendance === 'hybrid' ? [place, online] : place
}
