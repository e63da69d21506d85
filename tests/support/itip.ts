// The calendar message in a mail, read as RFC 5546 and RFC 6047 have it. It imports nothing of ours, so that it cannot
// share our mistakes; what the RFCs forbid is refused.
import PostalMime, { type Address } from 'postal-mime'
import { type Component, Forbidden, findProperty, getProperty, momentOf, readCalendar, textOf } from './icalendar.ts'

export type Method = 'REQUEST' | 'CANCEL'

/** What a calendar shows. */
export interface Entry {
  sequence: number
  stamp: Temporal.Instant
  start: Temporal.Instant
  end: Temporal.Instant
  summary: string
  location: string
  status: string
}

export interface Invitation {
  method: Method
  from: string
  to: string[]
  uid: string
  sequence: number
  stamp: Temporal.Instant
  organizer: string
  attendees: string[]
  /** What a REQUEST puts in the calendar. */
  entry: Entry | undefined
  /** Every line of the VEVENT, to tell two contents apart. */
  content: string
}

/** The invitation in a mail; nothing if it carries none. Throws Forbidden on one that is malformed. */
export async function readInvitation(raw: Uint8Array): Promise<Invitation | undefined> {
  const email = await PostalMime.parse(raw)
  // An attached copy is for who opens it by hand; only the part that is shown acts (RFC 6047 §2.4).
  const parts = email.attachments.filter(part => part.mimeType === 'text/calendar' && part.disposition === null)
  const [part] = parts
  if (!part) return undefined
  if (parts.length > 1) throw new Forbidden(`${parts.length} calendar parts`)
  const calendar = readCalendar(textIn(part.content))
  const method = getProperty(calendar, 'METHOD').value
  if (method !== part.method) throw new Forbidden(`method=${part.method} in the header, METHOD:${method} in the body`)
  if (method !== 'REQUEST' && method !== 'CANCEL') throw new Forbidden(`METHOD:${method} is no invitation`)
  const [from] = addressesIn(email.from ? [email.from] : [])
  return { method, from: from ?? '', to: addressesIn(email.to ?? []), ...readEvent(calendar, method) }
}

function textIn(content: ArrayBuffer | Uint8Array | string): string {
  return typeof content === 'string' ? content : new TextDecoder('utf-8', { fatal: true }).decode(content)
}

function addressesIn(list: Address[]): string[] {
  return list.map(({ address }) => (address ?? '').toLowerCase())
}

/** The VEVENT of a message: one, since all of a message have the same UID and ours never recur (RFC 5546 §3.2.2, §3.2.5). */
function readEvent(calendar: Component, method: Method) {
  const events = calendar.components.filter(({ name }) => name === 'VEVENT')
  const [event] = events
  if (!event) throw new Forbidden('no VEVENT')
  if (events.length > 1)
    throw new Forbidden(`VEVENTs of ${events.map(one => getProperty(one, 'UID').value).join(' and ')}`)
  if (method === 'CANCEL' && event.components.length) throw new Forbidden('an alarm in a CANCEL')
  const sequence = sequenceOf(event, method)
  const stamp = stampOf(event)
  refuseStatus(event, method)
  for (const property of event.properties) if (/^(DTSTART|DTEND)$/.test(property.name)) momentOf(property, calendar)
  return {
    uid: getProperty(event, 'UID').value,
    sequence,
    stamp,
    organizer: mailboxOf(getProperty(event, 'ORGANIZER').value),
    attendees: event.properties.filter(({ name }) => name === 'ATTENDEE').map(({ value }) => mailboxOf(value)),
    entry: method === 'REQUEST' ? { sequence, stamp, ...readEntry(calendar, event) } : undefined,
    content: event.properties.map(({ name, params, value }) => JSON.stringify([name, [...params], value])).join('\n'),
  }
}

/** Without SEQUENCE a REQUEST has 0 (RFC 5545 §3.8.7.4); a CANCEL must say (RFC 5546 §3.2.5). */
function sequenceOf(event: Component, method: Method): number {
  const value = findProperty(event, 'SEQUENCE')?.value ?? (method === 'REQUEST' ? '0' : '')
  if (!/^\d+$/.test(value)) throw new Forbidden(`no SEQUENCE in a ${method}`)
  return Number(value)
}

/** In UTC, always (RFC 5545 §3.8.7.2). */
function stampOf(event: Component): Temporal.Instant {
  const property = getProperty(event, 'DTSTAMP')
  if (!property.value.endsWith('Z')) throw new Forbidden(`DTSTAMP is not in UTC: ${property.value}`)
  return momentOf(property, event)
}

const STATUS: Record<Method, (string | undefined)[]> = {
  REQUEST: [undefined, 'CONFIRMED', 'TENTATIVE'],
  CANCEL: [undefined, 'CANCELLED'],
}

function refuseStatus(event: Component, method: Method): void {
  const status = findProperty(event, 'STATUS')?.value
  if (!STATUS[method].includes(status)) throw new Forbidden(`STATUS:${status} in a ${method}`)
}

function readEntry(calendar: Component, event: Component) {
  const start = momentOf(getProperty(event, 'DTSTART'), calendar)
  const end = momentOf(getProperty(event, 'DTEND'), calendar)
  if (Temporal.Instant.compare(start, end) >= 0) throw new Forbidden('DTEND is not after DTSTART')
  const location = findProperty(event, 'LOCATION')
  return {
    start,
    end,
    summary: textOf(getProperty(event, 'SUMMARY')),
    location: location ? textOf(location) : '',
    status: findProperty(event, 'STATUS')?.value ?? '',
  }
}

/** A bare address and nothing else (RFC 6047 §2.3). */
function mailboxOf(uri: string): string {
  const [, address] = /^mailto:([^<>\s?]+)$/.exec(uri) ?? []
  if (!address) throw new Forbidden(`no bare mailto: address: ${uri}`)
  return decodeURIComponent(address).toLowerCase()
}
