// To the letter: what RFC 5545, 5546 and 7986 ask of each kind of calendar, held against every calendar of the story. Read
// by a reader that knows nothing of what wrote them.
import { describe, expect, test } from 'vitest'
import { isTimeZone } from '#src/lib/time.ts'
import { linesOf } from '../support/calendars.ts'
import { type Component, findProperty, getProperty, momentOf, readCalendar, textOf } from '../support/icalendar.ts'
import { readWithIcalJs } from '../support/readers.ts'
import { write } from './entry.ts'
import { ROOM, tellStory } from './story.ts'

const story = Object.entries(tellStory()).map(([name, content]) => ({ name, content, calendar: readCalendar(content) }))
const named = (...names: string[]) => story.filter(({ name }) => names.includes(name))
const requests = named(
  ...['request', 'request-asks', 'request-in-person', 'update', 'update-answered', 'update-speaker'],
  ...['request-programme', 'workshop-request', 'workshop-update'],
)
const cancels = named('cancel', 'un-invite', 'workshop-cancel', 'workshop-left')
const feeds = named('feed-public', 'feed-personal', 'feed-programme')
const downloads = named('download', 'download-own')

const eventsOf = ({ components }: Component) => components.filter(({ name }) => name === 'VEVENT')
const onlyEvent = (calendar: Component) => {
  const [event, ...more] = eventsOf(calendar)
  if (!event || more.length) throw new Error('not one event')
  return event
}
const namesOf = ({ properties }: Component) => properties.map(({ name }) => name).toSorted()
const rawOf = (component: Component, name: string) => findProperty(component, name)?.value
const everyProperty = (component: Component): Component['properties'] => [
  ...component.properties,
  ...component.components.flatMap(everyProperty),
]

const ALWAYS = [
  ...['CREATED', 'DESCRIPTION', 'DTEND', 'DTSTAMP', 'DTSTART', 'LAST-MODIFIED', 'LOCATION', 'SEQUENCE', 'SUMMARY'],
  ...['TRANSP', 'UID', 'URL'],
]
const INVITES = ['ATTENDEE', 'ORGANIZER', 'X-MICROSOFT-DISALLOW-COUNTER']
const HEAD = ['CALSCALE', 'PRODID', 'VERSION']

test('the story has a calendar of every kind', () => {
  expect([requests, cancels, feeds, downloads].map(list => list.length)).toEqual([9, 4, 3, 2])
  expect(story).toHaveLength(18)
})

describe('§8.1 the properties of a method, each once and no other', () => {
  const online = { request: true, 'request-asks': true, update: true, 'update-answered': true, 'update-speaker': true }

  test.each(requests)('REQUEST (RFC 5546 §3.2.2): $name', ({ name, calendar }) => {
    const conference = name in online ? ['CONFERENCE'] : []
    expect(namesOf(calendar)).toEqual([...HEAD, 'METHOD'].toSorted())
    expect(namesOf(onlyEvent(calendar))).toEqual([...ALWAYS, ...INVITES, ...conference, 'STATUS'].toSorted())
    expect(rawOf(calendar, 'METHOD')).toBe('REQUEST')
    expect(rawOf(onlyEvent(calendar), 'TRANSP')).toBe('OPAQUE')
  })

  test.each(cancels)('CANCEL (§3.2.5): $name', ({ name, calendar }) => {
    const status = name === 'cancel' || name === 'workshop-cancel' ? ['STATUS'] : []
    expect(namesOf(calendar)).toEqual([...HEAD, 'METHOD'].toSorted())
    expect(namesOf(onlyEvent(calendar))).toEqual([...ALWAYS, ...INVITES, ...status].toSorted())
    expect(rawOf(calendar, 'METHOD')).toBe('CANCEL')
  })

  test.each(feeds)('PUBLISH (§3.2.1; RFC 7986 §5.1, §5.7): $name', ({ calendar }) => {
    expect(namesOf(calendar)).toEqual(
      [...HEAD, 'METHOD', 'NAME', 'REFRESH-INTERVAL', 'X-PUBLISHED-TTL', 'X-WR-CALNAME'].toSorted(),
    )
    expect(['METHOD', 'REFRESH-INTERVAL', 'X-PUBLISHED-TTL'].map(name => rawOf(calendar, name))).toEqual([
      'PUBLISH',
      'PT1H',
      'PT1H',
    ])
    expect(getProperty(calendar, 'REFRESH-INTERVAL').params.get('VALUE')).toEqual(['DURATION'])
    expect(textOf(getProperty(calendar, 'NAME'))).toBe('Agenda; alles, altijd')
    expect(eventsOf(calendar).map(namesOf)).toEqual(
      eventsOf(calendar).map(() => [...ALWAYS, 'ORGANIZER', 'STATUS'].toSorted()),
    )
    expect(calendar.components.filter(({ name }) => name === 'VTIMEZONE')).toHaveLength(1)
  })

  test.each(story)('version, scale and product: $name', ({ calendar }) => {
    expect(HEAD.map(name => rawOf(calendar, name))).toEqual(['GREGORIAN', '-//Aanschuiven//Aanschuiven//NL', '2.0'])
    expect(calendar.components.filter(({ name }) => name !== 'VEVENT' && name !== 'VTIMEZONE')).toEqual([])
    expect(eventsOf(calendar).flatMap(({ components }) => components)).toEqual([])
  })

  test.each([...requests, ...cancels])(
    'who invites whom, by bare addresses (RFC 6047 §2.3): $name',
    ({ name, calendar }) => {
      const event = onlyEvent(calendar)
      const [organizer, attendee] = ['ORGANIZER', 'ATTENDEE'].map(one => getProperty(event, one))
      expect(organizer?.value).toBe('mailto:agenda@events.example')
      expect(Object.fromEntries(organizer?.params ?? [])).toEqual({ CN: ['Werkplaats ’Noord’'] })
      expect(attendee?.value).toBe('mailto:zoe@example.org')
      expect(Object.fromEntries(attendee?.params ?? [])).toEqual({
        CUTYPE: ['INDIVIDUAL'],
        ROLE: ['REQ-PARTICIPANT'],
        // Profile B asks; whoever answered keeps the answer.
        PARTSTAT: [name === 'request-asks' ? 'NEEDS-ACTION' : 'ACCEPTED'],
        RSVP: [['request-asks', 'update-answered', 'update-speaker'].includes(name) ? 'TRUE' : 'FALSE'],
        CN: ['Zoë de Vries'],
      })
      expect(rawOf(event, 'X-MICROSOFT-DISALLOW-COUNTER')).toBe('TRUE')
    },
  )

  test.each(story)(
    'what it says: a landing page, the way in or the page first, no more than 2 kB: $name',
    ({ name, calendar }) => {
      for (const event of eventsOf(calendar)) {
        expect(rawOf(event, 'URL')).toMatch(/^https:\/\/agenda\.example\/events\/[\w-]+$/)
        const description = textOf(getProperty(event, 'DESCRIPTION'))
        const conference = rawOf(event, 'CONFERENCE')
        expect(description.split('\n')[0]).toBe(conference ?? rawOf(event, 'URL'))
        expect(Buffer.byteLength(description)).toBeLessThan(2048)
        expect(`${name}: ${description}`).not.toContain(ROOM)
      }
    },
  )
})

test.each(story)('§8.2 lines of at most 75 octets, each valid UTF-8, CRLF to the end: $name', ({ content }) => {
  const lines = linesOf(content).map(line => Buffer.from(line))
  expect(lines.filter(line => line.length > 75)).toEqual([])
  expect(lines.map(line => new TextDecoder('utf-8', { fatal: true }).decode(line))).toEqual(linesOf(content))
  expect(content.endsWith('\r\nEND:VCALENDAR\r\n')).toBe(true)
})

describe('§8.3 zones', () => {
  test.each(story)('each that is used stands there once, and nothing floats: $name', ({ calendar }) => {
    const blocks = calendar.components.filter(({ name }) => name === 'VTIMEZONE')
    const used = eventsOf(calendar).flatMap(event =>
      everyProperty(event).flatMap(({ params }) => params.get('TZID') ?? []),
    )
    expect(blocks.map(block => rawOf(block, 'TZID'))).toEqual([...new Set(used)])
    expect(new Set(used)).toEqual(new Set(['Europe/Amsterdam']))
    for (const event of eventsOf(calendar)) {
      const moments = event.properties.filter(({ name }) => /^(DT|CREATED|LAST-)/.test(name))
      expect(moments).toHaveLength(5)
      for (const moment of moments) expect(() => momentOf(moment, calendar)).not.toThrow()
    }
  })

  test('a moment that the block would tell wrong is written in UTC', () => {
    const local = Temporal.ZonedDateTime.from('2026-07-01T12:00[Africa/Casablanca]')
    const content = write({ start: local, end: local.add({ hours: 1 }) })
    expect(content).toContain('DTSTART:20260701T110000Z\r\nDTEND:20260701T120000Z\r\n')
    expect(content).not.toContain('VTIMEZONE')
  })

  test('of every place in the world tell the right moment, in the block of that very name or in UTC', () => {
    const zones = Intl.supportedValuesOf('timeZone').filter(isTimeZone)
    expect(zones.length).toBeGreaterThan(400)
    for (const zone of zones)
      for (const local of ['2027-01-07T12:00', '2027-07-01T12:00']) {
        const start = Temporal.PlainDateTime.from(local).toZonedDateTime(zone)
        const content = write({ start, end: start.add({ hours: 1 }) })
        const calendar = readCalendar(content)
        const tzid = getProperty(onlyEvent(calendar), 'DTSTART').params.get('TZID')?.[0]
        const blocks = calendar.components.filter(({ name }) => name === 'VTIMEZONE')
        expect([zone, ...blocks.map(block => rawOf(block, 'TZID'))]).toEqual(tzid ? [zone, zone] : [zone])
        expect([zone, readWithIcalJs(content)[0]?.start]).toEqual([zone, start.toInstant().toString()])
      }
  })
})

test.each(story)('§8.4 DTSTAMP, CREATED and LAST-MODIFIED are in UTC: $name', ({ calendar }) => {
  const stamps = eventsOf(calendar).flatMap(event =>
    ['DTSTAMP', 'CREATED', 'LAST-MODIFIED'].map(name => rawOf(event, name)),
  )
  expect(stamps.length).toBeGreaterThanOrEqual(3)
  expect(stamps.filter(stamp => !/^\d{8}T\d{6}Z$/.test(stamp ?? ''))).toEqual([])
})

test.each(requests)('§8.7 one event, one organiser, one attendee, a title, a status: $name', ({ calendar }) => {
  const event = onlyEvent(calendar)
  const count = (name: string) => event.properties.filter(property => property.name === name).length
  expect(['ORGANIZER', 'ATTENDEE', 'SUMMARY', 'STATUS'].map(count)).toEqual([1, 1, 1, 1])
  expect(['CONFIRMED', 'TENTATIVE']).toContain(rawOf(event, 'STATUS'))
  expect(textOf(getProperty(event, 'SUMMARY'))).not.toBe('')
})

describe('what CANCEL says', () => {
  test.each(named('cancel', 'workshop-cancel'))('§8.8 of what does not take place: cancelled, no alarm: $name', one => {
    const event = onlyEvent(one.calendar)
    expect([rawOf(event, 'STATUS'), event.components]).toEqual(['CANCELLED', []])
  })
  test.each(named('un-invite', 'workshop-left'))('§8.9 for one person: nothing of its status: $name', one => {
    const event = onlyEvent(one.calendar)
    expect([rawOf(event, 'STATUS'), event.components]).toEqual([undefined, []])
  })
})

test.each(story)('§8.12 no backslash in an address: $name', ({ calendar }) => {
  const uris = everyProperty(calendar).filter(({ name }) => /^(URL|ATTACH|CONFERENCE|ORGANIZER|ATTENDEE)$/.test(name))
  expect(uris.length).toBeGreaterThan(0)
  for (const { value } of uris) {
    expect(value).not.toContain('\\')
    expect(URL.canParse(value)).toBe(true)
  }
})

test('§8.12 whatever an address holds, no backslash comes out and the address stays what it was', () => {
  const given = 'https://agenda.example/a,b;c\\d?q=52.3,4.9;x é"<>^`{|}#deel'
  const event = onlyEvent(readCalendar(write({ url: given, conference: given })))
  for (const name of ['URL', 'CONFERENCE']) {
    expect(rawOf(event, name)).not.toMatch(/[\\,;\s"<>^`{|}]|\P{ASCII}/u)
    expect(decodeURIComponent(rawOf(event, name) ?? '')).toBe(given)
  }
})

test.each(story)('§8.13 no quote and no circumflex in a name: $name', ({ calendar }) => {
  for (const { params } of everyProperty(calendar)) expect(params.get('CN')?.join() ?? '').not.toMatch(/["^]/)
})

test.each(story)('§8.14 nothing recurs but the clock change itself: $name', ({ content, calendar }) => {
  const names = eventsOf(calendar).flatMap(event => event.properties.map(({ name }) => name))
  expect(names.filter(name => /^(RRULE|RDATE|EXDATE|EXRULE|RECURRENCE-ID)$/.test(name))).toEqual([])
  expect(content).not.toMatch(/^(RDATE|EXDATE|EXRULE|RECURRENCE-ID)/m)
})

test.each(story)('§8.15 nothing that programs stumble over: $name', ({ content, calendar }) => {
  const properties = everyProperty(calendar)
  const parameters = properties.flatMap(({ params }) => [...params.keys()])
  expect(parameters.filter(name => /^(SCHEDULE-AGENT|SENT-BY)$/.test(name))).toEqual([])
  expect(content.replaceAll('\r\n', '')).not.toMatch(/\p{Cc}|\uFEFF/u)
  const strange = /^(TIMEZONE-ID|X-WR-TIMEZONE|X-LIC-LOCATION|X-GOOGLE-CONFERENCE|CLASS|PRIORITY|GEO)$/
  expect(properties.filter(({ name }) => strange.test(name))).toEqual([])
})

describe('§8.17 online', () => {
  test.each(named('request', 'request-asks', 'update', 'update-answered', 'download-own'))(
    'the personal door is the place, the conference and a line of its own: $name',
    ({ calendar }) => {
      const event = onlyEvent(calendar)
      const door = 'https://agenda.example/join/1-1-deur'
      const conference = getProperty(event, 'CONFERENCE')
      expect([conference.value, textOf(getProperty(event, 'LOCATION'))]).toEqual([door, door])
      expect(Object.fromEntries(conference.params)).toEqual({ VALUE: ['URI'], FEATURE: ['AUDIO', 'VIDEO'] })
      expect(textOf(getProperty(event, 'DESCRIPTION')).split('\n')).toContain(door)
    },
  )

  test.each(named('request-in-person', 'un-invite', 'cancel', 'download', 'feed-public'))(
    'and no door for who has none: $name',
    ({ calendar }) => {
      expect(
        everyProperty(calendar).filter(({ name, value }) => name === 'CONFERENCE' || value.includes('/join/')),
      ).toEqual([])
    },
  )
})

test.each(downloads)('§8.18 a download has no method, and nobody in it: $name', ({ calendar }) => {
  const names = [...namesOf(calendar), ...namesOf(onlyEvent(calendar))]
  expect(names.filter(name => /^(METHOD|ORGANIZER|ATTENDEE|X-MICROSOFT-DISALLOW-COUNTER)$/.test(name))).toEqual([])
})
