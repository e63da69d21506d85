// Texts with everything in them that has broken a calendar before, the REQUEST we make of them, and what a program should
// read in it: the same texts, cleaned.
import fc from 'fast-check'
import { personalEntry, publicEntry } from '#src/calendar/entries.ts'
import { inviteRequest } from '#src/calendar/invite.ts'
import { vevent } from '#src/calendar/vevent.ts'
import type { Event } from '#src/domain/events.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { messagesIn } from '#src/i18n/index.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import type { Read } from '../support/readers.ts'
import { makeEvent, makeGroup, makeRegistration, openWorld } from '../support/world.ts'
import { contextFor } from './story.ts'

const PIECES = [
  ...['\r\n', '\n', '\r', '\n ', '\r\n\t', '\u0085', '\u2028', '\u2029', '\u000B', '\u000C'],
  ...['BEGIN:VEVENT\r\n', '\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n', '\r\nATTENDEE:mailto:x@example.org\r\n', ':MAILTO:'],
  ...[
    '"',
    '^',
    "^'",
    '^n',
    '^^',
    '\\',
    '\\n',
    '\\N',
    '\\\\',
    '\\,',
    '\\;',
    ';',
    ',',
    ':',
    '=',
    '%0D%0A',
    '&amp;',
    '<b>',
  ],
  ...['\0', '\u0007', '\u001B', '\u007F', '\uD800', '\uDC00x', '\uFFFE', '\uFEFF', '\u202E', '\u2066', '\u200F'],
  ...[
    '👩‍👩‍👧‍👦',
    '🏳️‍🌈',
    '🇳🇱',
    'é',
    'e\u0301',
    'ë',
    'ﷺ',
    'नि',
    '\t',
    ' ',
    '\u00A0',
    '\u3000',
    'x'.repeat(73),
    'ë'.repeat(40),
  ],
]

/** Up to eight pieces of trouble in any order. */
export const nasty = fc
  .array(fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom(...PIECES)), { maxLength: 8 })
  .map(pieces => pieces.join(''))

export interface Texts {
  title: string
  summary: string
  speakers: string[]
  place: string
  name: string
}

export const texts: fc.Arbitrary<Texts> = fc.record({
  // The editor takes no title without a letter or a figure.
  title: fc.tuple(nasty, nasty).map(([before, after]) => `${before}T${after}`),
  summary: nasty,
  speakers: fc.array(nasty, { maxLength: 3 }),
  place: nasty,
  name: nasty,
})

const { db } = openWorld()
const venue = { name: 'Zaal', address: 'Plein 1', postcode: '1234 AB', city: 'Groningen', access: '' }
const plain = makeEvent(db, makeGroup(db), { attendance: 'in_person', capacityInPerson: 40, venue })
export const registration = makeRegistration(db, plain, { attendance: 'in_person' })

/** As it would be if nobody had cleaned anything on the way in: the calendar is the last to stand guard. */
function eventWith({ title, summary, speakers, place }: Texts): Event {
  return { ...plain, title, summary, speakers, venue: { ...venue, name: place } }
}

/** The same event cancelled for a reason, and what the two feeds make of it. */
export function withTexts(typed: Texts, cancelReason: string) {
  const event: Event = { ...eventWith(typed), cancelledAt: plain.createdAt, cancelReason }
  const guest: Registration = { ...registration, name: typed.name }
  const context = contextFor(event, guest)
  return { event, vevents: [vevent(publicEntry(event, context)), vevent(personalEntry(event, guest, context))] }
}

export function requestWith(typed: Texts) {
  const { title, summary, speakers, place, name } = typed
  const invited = eventWith(typed)
  const guest: Registration = { ...registration, name }
  const context = contextFor(invited, guest)
  const words = messagesIn('nl').calendar
  const met = speakers.join(', ')
  const change = `${words.change}\n${context.personalUrl}`
  const description = [context.eventUrl, summary, met && words.speakers(met), change]
  const read: Read = {
    uid: plain.uid,
    start: '2026-12-03T11:00:00Z',
    end: '2026-12-03T12:00:00Z',
    summary: cleanLine(title),
    description: cleanText(description.filter(Boolean).join('\n\n')),
    location: cleanLine([place, venue.address, `${venue.postcode} ${venue.city}`].filter(Boolean).join(', ')),
    attendees: ['mailto:zoe@example.org'],
    names: [nameIn(name) || 'zoe@example.org'],
  }
  return { content: inviteRequest(invited, guest, context).content, read }
}

/** A name as a parameter can hold it: neither DQUOTE nor `^`, and no backslash, which ends it for ical.js. */
const nameIn = (name: string) => cleanLine(name.replaceAll('"', '’').replaceAll('\\', '/').replaceAll('^', ''))
