// An answer from somebody's calendar: what a METHOD:REPLY says, if it is one that can be about us (RFC 5546 §3.2.3). It comes
// from anywhere, so it is read by a library and believed in nothing: what is doubled, missing or of another kind is no answer.
import ICAL from 'ical.js'
import { REPLIES } from '#db/schema.ts'
import type { Reply } from '#src/domain/replies.ts'
import { EMAIL_PATTERN, normaliseEmail } from '#src/lib/text.ts'

/** What the calendar says; whether that was really the attendee is for the mail round it to show. */
export type Answer = Omit<Reply, 'isProven'>

/** Why it is not an answer to us. */
export type Problem =
  | 'too_big'
  | 'unreadable'
  | 'not_a_reply'
  | 'not_one_event'
  | 'one_occurrence'
  | 'not_one_attendee'
  | 'no_answer'
  | 'incomplete'

/** More than any answer needs. */
const MOST_BYTES = 512 * 1024
const email = new RegExp(EMAIL_PATTERN)

/**
 * Reads a calendar text: one VEVENT with one ATTENDEE, by the METHOD in its body. ORGANIZER is not asked for, since Exchange
 * leaves it out. Never throws, whatever the text.
 */
export function readReply(content: string): { answer: Answer } | { answer?: undefined; problem: Problem } {
  if (Buffer.byteLength(content) > MOST_BYTES) return { problem: 'too_big' }
  try {
    const read = answerIn(new ICAL.Component(ICAL.parse(content)))
    return typeof read === 'string' ? { problem: read } : { answer: read }
  } catch {
    return { problem: 'unreadable' }
  }
}

function answerIn(calendar: ICAL.Component): Answer | Problem {
  const events = calendar
    .getAllSubcomponents('vevent')
    .flatMap(event => [event, ...event.getAllSubcomponents('vevent')])
  const [event] = events
  if (calendar.name !== 'vcalendar' || textOf(calendar, 'method')?.toUpperCase() !== 'REPLY') return 'not_a_reply'
  if (!event || events.length > 1) return 'not_one_event'
  if (event.hasProperty('recurrence-id')) return 'one_occurrence'
  const attendees = event.getAllProperties('attendee')
  const [attendee] = attendees
  if (!attendee || attendees.length > 1) return 'not_one_attendee'
  const partstat = REPLIES.find(reply => reply === String(attendee.getFirstParameter('partstat')).toLowerCase())
  return partstat ? (complete(event, attendee, partstat) ?? 'incomplete') : 'no_answer'
}

function complete(event: ICAL.Component, attendee: ICAL.Property, partstat: Answer['partstat']): Answer | undefined {
  const uid = textOf(event, 'uid')
  const address = mailboxOf(String(rawOf(attendee)))
  const sequence = event.hasProperty('sequence') ? numberOf(event, 'sequence') : 0
  const stamp = instantOf(textOf(event, 'dtstamp'))
  if (!uid || !address || sequence === undefined || !stamp) return undefined
  return { uid, attendee: address, partstat, sequence, stamp }
}

/** A value as it was written; the library makes objects of some. */
function rawOf(property: ICAL.Property): unknown {
  return property.jCal[3]
}

/** The value of a property that stands there once. */
function onlyValueOf(component: ICAL.Component, name: string): unknown {
  const properties = component.getAllProperties(name)
  return properties[0] && properties.length === 1 ? rawOf(properties[0]) : undefined
}

function textOf(component: ICAL.Component, name: string): string | undefined {
  const value = onlyValueOf(component, name)
  return typeof value === 'string' ? value.trim() : undefined
}

/** An INTEGER that can be a SEQUENCE (RFC 5545 §3.3.8, §3.8.7.4). */
function numberOf(component: ICAL.Component, name: string): number | undefined {
  const value = onlyValueOf(component, name)
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : undefined
}

/** The mailbox of a `mailto:` URI, whose address may be percent-encoded (RFC 6068 §2). */
function mailboxOf(uri: string): string | undefined {
  const [, address] = /^mailto:([^?]{1,320})$/i.exec(uri.trim()) ?? []
  const plain = address && normaliseEmail(decodeURIComponent(address))
  return plain && email.test(plain) ? plain : undefined
}

/** DTSTAMP is in UTC (RFC 5545 §3.8.7.2); any other time would be a guess. */
function instantOf(text: string | undefined): Temporal.Instant | undefined {
  return text && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Temporal.Instant.from(text) : undefined
}
