// One VEVENT, and the VCALENDAR round it. The only file that calls ical-generator, and only in the ways that are known to
// be right: Temporal values, the zone on the event and never on the calendar, every string guarded, CRLF to the end.
import ical, {
  foldLines,
  ICalAttendeeRole,
  type ICalAttendeeStatus,
  ICalAttendeeType,
  type ICalCalendarData,
  type ICalCalendarMethod,
  type ICalEventData,
  type ICalEventStatus,
  ICalEventTransparency,
} from 'ical-generator'
import type { Mailbox } from '#src/config.ts'
import { address, commonName, line, rawText, text, uid, uri } from './guards.ts'
import { isInBlock, vtimezone } from './zones.ts'

/** What a calendar entry says. Plain strings: they are made safe here. */
export interface Entry {
  uid: string
  sequence: number
  /** Stored moments, never "now": the same content must give the same bytes. */
  stamp: Temporal.Instant
  created: Temporal.Instant
  start: Temporal.ZonedDateTime
  end: Temporal.ZonedDateTime
  summary: string
  description: string
  location: string
  url: string
  /** Address of the online meeting; only for who takes part online. */
  conference?: string | undefined
  /** Absent in a CANCEL to one attendee (RFC 5546 §3.2.5). */
  status?: `${ICalEventStatus}` | undefined
  isFree?: boolean
  organizer?: Mailbox
  attendee?: Attendee
}

/** Whose answer is known, or asked for: PARTSTAT and RSVP (RFC 5545 §3.2.12, §3.2.17). */
export interface Attendee extends Mailbox {
  partstat: 'ACCEPTED' | 'TENTATIVE' | 'DECLINED' | 'NEEDS-ACTION'
  rsvp: boolean
}

/** An entry as text, folded and ready to stand in a calendar. */
export interface Vevent {
  zone: string | null
  content: string
}

/** The entry as one VEVENT. Throws when it ends before it starts, which ical-generator would silently turn round. */
export function vevent(entry: Entry): Vevent {
  if (Temporal.ZonedDateTime.compare(entry.start, entry.end) >= 0) throw new Error(`${entry.uid} ends before it starts`)
  const zone = isInBlock(entry.start) && isInBlock(entry.end) ? entry.start.timeZoneId : null
  const content = ical()
    .createEvent({ ...when(entry, zone), ...what(entry), ...who(entry) })
    .toString()
  return { zone, content: foldLines(content.replace(/^(ATTENDEE.*):MAILTO:/m, '$1:mailto:')) }
}

function when({ start, end, stamp, created }: Entry, timezone: string | null) {
  return { start, end, timezone, stamp, created, lastModified: stamp }
}

function what(entry: Entry): Omit<ICalEventData, 'start'> {
  const { conference, attendee } = entry
  return {
    id: uid(entry.uid),
    sequence: entry.sequence,
    summary: line(entry.summary),
    description: text(entry.description),
    location: line(entry.location),
    url: uri(entry.url),
    status: (entry.status ?? null) as ICalEventStatus | null,
    transparency: entry.isFree ? ICalEventTransparency.TRANSPARENT : ICalEventTransparency.OPAQUE,
    x: [
      // A tuple, since ical-generator does not know CONFERENCE (RFC 7986 §5.11); `uri` leaves nothing in it to escape.
      ...(conference ? [['CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO', uri(conference)] as [string, string]] : []),
      ...(attendee ? [['X-MICROSOFT-DISALLOW-COUNTER', 'TRUE'] as [string, string]] : []),
    ],
  }
}

function who({ organizer, attendee }: Entry): Pick<ICalEventData, 'organizer' | 'attendees'> {
  return {
    ...(organizer && { organizer: mailbox(organizer) }),
    ...(attendee && {
      attendees: [
        {
          ...mailbox(attendee),
          type: ICalAttendeeType.INDIVIDUAL,
          role: ICalAttendeeRole.REQ,
          status: attendee.partstat as ICalAttendeeStatus,
          rsvp: attendee.rsvp,
          x: [],
        },
      ],
    }),
  }
}

function mailbox({ name, email }: Mailbox): Mailbox {
  return { name: commonName(name) || commonName(email), email: address(email) }
}

export interface CalendarHead {
  method?: `${ICalCalendarMethod}`
  name?: string
  /** How often a subscriber should look again, in seconds. */
  refresh?: number
  /** Named when there is no event to name one: a calendar must hold something (RFC 5545 §3.6). */
  zone?: string
}

/** A whole calendar: its head, one VTIMEZONE per zone used, the events in the order given, CRLF at the very end. */
export function vcalendar({ method, name, refresh, zone }: CalendarHead, vevents: Vevent[]): string {
  const head: ICalCalendarData = { prodId: '//Aanschuiven//Aanschuiven//NL', scale: 'GREGORIAN' }
  const empty = ical({
    ...head,
    ...(method && { method: method as ICalCalendarMethod }),
    ...(name && { name: rawText(name) }),
    ...(refresh && { ttl: refresh }),
  }).toString()
  const end = empty.lastIndexOf('END:VCALENDAR')
  const zones = new Set(vevents.length ? vevents.flatMap(({ zone: used }) => used ?? []) : zone ? [zone] : [])
  return [
    empty.slice(0, end),
    ...[...zones].sort().map(vtimezone),
    ...vevents.map(({ content }) => content),
    'END:VCALENDAR\r\n',
  ].join('')
}
