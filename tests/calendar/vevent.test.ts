// Fourteen defects of the libraries that calendars are written with (ical-generator, timezones-ical-library), F1 to F14, and
// what is written in spite of them. Without its guard a test here fails; F4, the zone of the machine, stands in `golden`.
import { describe, expect, test } from 'vitest'
import { vcalendar, vevent } from '#src/calendar/vevent.ts'
import { instantOf, parseCalendar, parseEvent } from '../support/calendars.ts'
import { entry, start, write } from './entry.ts'

const flat = (content: string) => content.replaceAll('\r\n ', '')
const lines = (content: string, name: string) => flat(content).match(new RegExp(`^${name}[;:].*(?=\\r$)`, 'gm')) ?? []

describe('zones and moments', () => {
  test.each(['Europe/Amsterdam', 'Europe/Oslo', 'Europe/Luxembourg', 'America/New_York', 'Asia/Kolkata'])(
    'F1 %s stands under its own name, with nothing but its two rules',
    zone => {
      const local = Temporal.ZonedDateTime.from(`2027-07-01T12:00[${zone}]`)
      const content = write({ start: local, end: local.add({ hours: 1 }) })
      expect(lines(content, 'TZID')).toEqual([`TZID:${zone}`])
      expect(content).toContain(`DTSTART;TZID=${zone}:20270701T120000\r\n`)
      expect(content.split('BEGIN:VEVENT')[0]).not.toMatch(/X-LIC-LOCATION|LAST-MODIFIED|RDATE/)
      expect(instantOf(parseEvent(content).startDate)).toBe(new Date(local.epochMilliseconds).toISOString())
    },
  )

  test('F2 the zone stands on the event: no floating time', () => {
    expect([...lines(write(), 'DTSTART'), ...lines(write(), 'DTEND')].filter(line => !line.includes(':1970'))).toEqual([
      'DTSTART;TZID=Europe/Amsterdam:20261203T120000',
      'DTEND;TZID=Europe/Amsterdam:20261203T130000',
    ])
  })

  test('F3 stamps stay in UTC beside it', () => {
    const stamps = ['DTSTAMP', 'CREATED', 'LAST-MODIFIED'].flatMap(name => lines(write(), name))
    expect(stamps).toEqual(['DTSTAMP:20261121T090000Z', 'CREATED:20261121T090000Z', 'LAST-MODIFIED:20261121T090000Z'])
  })

  test.each([30, 60, 90])(
    '%d minutes that end where the clock strikes twice are written in UTC: programs differ on which',
    minutes => {
      const night = Temporal.ZonedDateTime.from('2026-10-25T01:30[Europe/Amsterdam]')
      const end = night.add({ minutes })
      const event = parseEvent(write({ start: night, end }))
      expect([event.startDate, event.endDate].map(instantOf)).toEqual(
        [night, end].map(moment => new Date(moment.epochMilliseconds).toISOString()),
      )
      expect(event.endDate.zone.tzid).toBe('UTC')
    },
  )

  test('F9 an end before the start is refused, not turned round', () => {
    expect(() => write({ end: start.subtract({ minutes: 1 }) })).toThrow('ends before it starts')
    expect(() => write({ end: start })).toThrow('ends before it starts')
  })
})

describe('what is printed as it is given', () => {
  test('F5 the name of a calendar is escaped, and stays on its line', () => {
    const name = 'Zorg; welzijn, en meer\\\r\nX-EVIL:1\r\nBEGIN:VEVENT'
    const content = vcalendar({ method: 'PUBLISH', name }, [vevent(entry)])
    for (const property of ['NAME', 'X-WR-CALNAME'])
      expect(lines(content, property)).toEqual([`${property}:Zorg\\; welzijn\\, en meer\\\\ X-EVIL:1 BEGIN:VEVENT`])
    expect(parseCalendar(content).events).toHaveLength(1)
  })

  test('F5 an address stays on its line', () => {
    expect(lines(write({ url: 'https://agenda.example/\r\nX-EVIL:1' }), 'URL')).toEqual([
      'URL;VALUE=URI:https://agenda.example/%20X-EVIL:1',
    ])
  })

  test.each(['a\r\nX-EVIL:1', 'reg-12@events.example', '', 'a b', 'x'.repeat(255)])(
    'F5 %j is no UID, and is refused',
    uid => expect(() => write({ uid })).toThrow('not a UID'),
  )
})

describe('addresses are URIs, not text', () => {
  test('F6 F12 what text would escape is percent-encoded, in URL and in CONFERENCE', () => {
    const url = 'https://agenda.example/a,b;c\\d?q=52.3,4.9;x é'
    const encoded = 'https://agenda.example/a%2Cb%3Bc%5Cd?q=52.3%2C4.9%3Bx%20%C3%A9'
    const content = write({ url, conference: url })
    expect(lines(content, 'URL')).toEqual([`URL;VALUE=URI:${encoded}`])
    expect(lines(content, 'CONFERENCE')).toEqual([`CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:${encoded}`])
  })

  test.each(['a@x,b@y', 'a@x;b@y', '"a b"@x', 'a<b>@x', 'a@x\r\nATTENDEE:b@y', 'nothing', 'a b@x'])(
    'F6 %j is no mailbox, and is refused',
    email => {
      expect(() => write({ attendee: { ...entry.attendee, email } })).toThrow('not an address')
      expect(() => write({ organizer: { name: 'Noord', email } })).toThrow('not an address')
    },
  )

  test('F6 a mailbox that would read as a query stays one mailbox', () => {
    const content = write({ attendee: { ...entry.attendee, name: '', email: "o'neil+x?cc=a&b=c@example.org" } })
    expect(lines(content, 'ATTENDEE').join()).toMatch(/:mailto:o'neil\+x%3Fcc%3Da%26b%3Dc@example\.org$/)
  })
})

describe('the rest', () => {
  test('F7 the last line ends', () => expect(write().endsWith('\r\nEND:VCALENDAR\r\n')).toBe(true))

  test('F8 F13 nothing wakes anybody, and nothing recurs', () => {
    expect(write().split('BEGIN:VEVENT')[1]).not.toMatch(/VALARM|TRIGGER|RRULE|BYDAY/)
  })

  test('F10 quotes in a name become quotes that may stand there', () => {
    const content = write({ attendee: { ...entry.attendee, name: 'Zoë "de ^Vries^" \\n' } })
    expect(lines(content, 'ATTENDEE').join()).toContain(';CN="Zoë ’de Vries’ /n":')
  })

  test('F11 control characters are gone from every text', () => {
    const bell = 'a\u0007b\u0000c\u001B[1m\u0085'
    const content = write({
      summary: bell,
      description: bell,
      location: bell,
      attendee: { ...entry.attendee, name: bell },
    })
    expect(content.replaceAll('\r\n', '')).not.toMatch(/\p{Cc}/u)
    expect(parseEvent(content).summary).toBe('abc[1m')
  })

  test('F14 no TIMEZONE-ID, which libical takes for an error', () => {
    expect(vcalendar({ method: 'PUBLISH', name: 'Agenda', zone: 'Europe/Amsterdam' }, [vevent(entry)])).not.toMatch(
      /TIMEZONE-ID|X-WR-TIMEZONE/,
    )
  })
})
