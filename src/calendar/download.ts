// Calendar entries somebody puts in by hand: the file beside an event's page, one's own entry, and links to web calendars.
// None of them follows a move. No METHOD, ORGANIZER or ATTENDEE: with those, programs would start mailing the organiser.
import type { Event } from '#src/domain/events.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { type PersonalContext, type PublicContext, personalEntry, publicEntry } from './entries.ts'
import { vcalendar, vevent } from './vevent.ts'

/** The event as anybody may have it. */
export function eventFile(event: Event, context: Omit<PublicContext, 'organizer'>): string {
  return vcalendar({}, [vevent(publicEntry(event, context))])
}

/**
 * One's own place, with the personal door where there is one. Workshops stand in its text: of a file with several entries
 * Outlook takes the first, or makes a calendar apart of it. In a subscription they have entries of their own.
 */
export function registrationFile(
  event: Event,
  registration: Registration,
  context: Omit<PersonalContext, 'organizer'>,
): string {
  return vcalendar({}, [vevent(personalEntry(event, registration, context))])
}

/** Where "add to my calendar" leads: Google, Outlook of work or school, Outlook at home. */
export interface AddLinks {
  google: string
  outlookWork: string
  outlookHome: string
}

export function addLinks(event: Event, context: Omit<PublicContext, 'organizer'>): AddLinks {
  const { summary, location, description, start, end } = publicEntry(event, context)
  const google = {
    action: 'TEMPLATE',
    text: summary,
    dates: `${basic(start)}/${basic(end)}`,
    ctz: event.timeZone,
    details: description,
    location,
  }
  const outlook = {
    path: '/calendar/action/compose',
    rru: 'addevent',
    subject: summary,
    startdt: start.toInstant().toString(),
    enddt: end.toInstant().toString(),
    body: description,
    location,
  }
  return {
    google: `https://calendar.google.com/calendar/render?${query(google)}`,
    outlookWork: `https://outlook.office.com/calendar/0/deeplink/compose?${query(outlook)}`,
    outlookHome: `https://outlook.live.com/calendar/0/deeplink/compose?${query(outlook)}`,
  }
}

/** 20261203T120000, the wall time; the zone goes along as `ctz`. */
function basic(moment: Temporal.ZonedDateTime): string {
  return moment.toPlainDateTime().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')
}

/** Outlook shows a `+` as it stands, so spaces are `%20`, as `encodeURIComponent` writes them. */
function query(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`)
    .join('&')
}
