import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Entry, vcalendar, vevent } from '#src/calendar/vevent.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import { instantOf, linesOf, parseCalendar, parseEvent } from '../support/calendars.ts'

const start = Temporal.ZonedDateTime.from('2026-12-03T12:00[Europe/Amsterdam]')
const entry = {
  uid: '0b0c5f2e-6f0f-4a53-8f5e-5d3a3f4f9f10',
  sequence: 0,
  stamp: Temporal.Instant.from('2026-11-21T09:00:00Z'),
  created: Temporal.Instant.from('2026-11-21T09:00:00Z'),
  start,
  end: start.add({ minutes: 60 }),
  summary: 'Titel',
  description: '',
  location: '',
  url: 'https://agenda.example/events/titel',
  organizer: { name: 'Noord', email: 'agenda@events.example' },
  attendee: { name: 'Zoë', email: 'zoe@example.org', partstat: 'ACCEPTED', rsvp: false },
} satisfies Entry
const write = (values: Partial<Entry> = {}) => vcalendar({ method: 'REQUEST' }, [vevent({ ...entry, ...values })])

/** Text with everything in it that has broken a calendar before. */
const nasty = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        '\r\n',
        '\n',
        '\r',
        'BEGIN:VEVENT\r\n',
        '\r\nEND:VCALENDAR\r\n',
        '\r\nATTENDEE:mailto:x@example.org\r\n',
        '"',
        '^',
        "^'",
        '\\',
        '\\n',
        ';',
        ',',
        ':',
        '\0',
        '\u0007',
        '\u0085',
        '\u2028',
        '\uD800',
        '\uDC00x',
        '👩‍👩‍👧‍👦',
        'é',
        'e\u0301',
        '\uFEFF',
        '\u202E',
        '\t',
        ' ',
        'x'.repeat(73),
        ':MAILTO:',
      ),
    ),
    { maxLength: 8 },
  )
  .map(parts => parts.join(''))

describe('whatever people type', () => {
  it('stays one event with one attendee, in lines that fit, and reads back as it was', () => {
    fc.assert(
      fc.property(nasty, nasty, nasty, nasty, (summary, description, location, name) => {
        const content = write({ summary, description, location, attendee: { ...entry.attendee, name } })
        expect(linesOf(content).filter(line => Buffer.byteLength(line) > 75)).toEqual([])
        const read = parseEvent(content)
        expect(read.summary).toBe(cleanLine(summary))
        expect(read.description ?? '').toBe(cleanText(description))
        expect(read.location ?? '').toBe(cleanLine(location))
        expect(read.attendees.map(attendee => attendee.getFirstValue())).toEqual(['mailto:zoe@example.org'])
        expect(content.match(/^BEGIN:VEVENT\r$/gm)).toHaveLength(1)
        expect(
          content.replaceAll('\r\n ', '').match(/^ATTENDEE[^\r]*CN="([^"\r]*)":mailto:zoe@example.org\r$/m)?.[1],
        ).not.toContain('^')
      }),
      { numRuns: 500 },
    )
  })

  it('cannot leave the name of a calendar', () => {
    fc.assert(
      fc.property(nasty, name => {
        const { calendar, events } = parseCalendar(vcalendar({ method: 'PUBLISH', name }, [vevent(entry)]))
        expect(events).toHaveLength(1)
        // ical.js gives an X- property as it stands, so what comes back still has its escapes.
        const read = String(calendar.getFirstPropertyValue('x-wr-calname') ?? '')
        expect(read.replaceAll(/\\(.)/g, '$1')).toBe(cleanLine(name))
      }),
      { numRuns: 300 },
    )
  })
})

describe('addresses', () => {
  it('are URIs: what TEXT would escape is percent-encoded', () => {
    const read = parseEvent(write({ url: 'https://agenda.example/a,b;c\\d?q=52.3,4.9;x é' }))
    expect(read.component.getFirstPropertyValue('url')).toBe(
      'https://agenda.example/a%2Cb%3Bc%5Cd?q=52.3%2C4.9%3Bx%20%C3%A9',
    )
  })

  it.each(['a@x,b@y', 'a@x;b@y', '"a b"@x', 'a<b>@x', 'a@x\r\nATTENDEE:b@y', 'nothing', 'a b@x'])(
    '%j is refused',
    email => {
      expect(() => write({ attendee: { ...entry.attendee, email } })).toThrow('not an address')
    },
  )

  it('keep a mailbox that would read as a query one mailbox', () => {
    expect(
      write({ attendee: { ...entry.attendee, name: '', email: "o'neil+x?cc=a&b=c@example.org" } }).replaceAll(
        '\r\n ',
        '',
      ),
    ).toContain(`:mailto:o'neil+x%3Fcc%3Da%26b%3Dc@example.org\r\n`)
  })
})

describe('what is refused rather than written wrong', () => {
  it('an end before the start', () =>
    expect(() => write({ end: start.subtract({ minutes: 1 }) })).toThrow('ends before it starts'))
  it('a UID with a line break', () => expect(() => write({ uid: 'a\r\nX:y' })).toThrow('not a UID'))
})

describe('zones', () => {
  it.each(['Europe/Amsterdam', 'Europe/Oslo', 'America/New_York', 'Asia/Kolkata', 'Europe/Dublin'])(
    '%s stands under its own name',
    zone => {
      const local = Temporal.ZonedDateTime.from(`2027-07-01T12:00[${zone}]`)
      const content = write({ start: local, end: local.add({ hours: 1 }) })
      expect(content.match(/(?<=^TZID:).+(?=\r$)/gm)).toEqual([zone])
      expect(content).toContain(`DTSTART;TZID=${zone}:20270701T120000\r\n`)
      expect(instantOf(parseEvent(content).startDate)).toBe(new Date(local.epochMilliseconds).toISOString())
    },
  )

  it('a moment the block would tell wrong is written in UTC', () => {
    const local = Temporal.ZonedDateTime.from('2026-07-01T12:00[Africa/Casablanca]')
    const content = write({ start: local, end: local.add({ hours: 1 }) })
    expect(content).toContain('DTSTART:20260701T110000Z\r\nDTEND:20260701T120000Z\r\n')
    expect(content).not.toContain('VTIMEZONE')
  })
})
