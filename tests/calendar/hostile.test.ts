// Whatever people type stays text: one event, one attendee, and every program reads what was typed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inviteCancel } from '#src/calendar/invite.ts'
import { vcalendar } from '#src/calendar/vevent.ts'
import { cleanLine } from '#src/lib/text.ts'
import { linesOf, parseCalendar } from '../support/calendars.ts'
import { readCalendar } from '../support/icalendar.ts'
import { nodeIcalName, nodeIcalText, readerOf, readWithIcalJs, readWithNodeIcal } from '../support/readers.ts'
import { nasty, registration, requestWith, texts, withTexts } from './hostile.ts'
import { contextFor } from './story.ts'

const libical = readerOf('libical')

describe('1,000 requests with titles, texts, places, speakers and names that try everything', () => {
  test('§8.2 §8.11 §8.13 §8.14 §8.15 read back in ical.js and node-ical as they were typed, cleaned', () => {
    fc.assert(
      fc.property(texts, typed => {
        const { content, read } = requestWith(typed)
        expect(readWithIcalJs(content)).toEqual([read])
        const { summary, description, location, names } = read
        expect(readWithNodeIcal(content)).toEqual([
          {
            ...read,
            summary: nodeIcalText(summary),
            description: nodeIcalText(description),
            location: nodeIcalText(location),
            names: names.map(nodeIcalName),
          },
        ])
        expectPlain(content)
      }),
      { numRuns: 1000, examples: [[{ title: '"T"', summary: '', speakers: [], place: '', name: '' }]] },
    )
  })

  test.skipIf(!libical)('§8.11 read back in libical, which finds nothing to complain of', () => {
    const requests = fc.sample(texts, 1000).map(requestWith)
    expect(libical?.(requests.map(({ content }) => content))).toEqual(requests.map(({ read }) => [read]))
  })
})

/** Each line on its own: whole characters, no control character, and no property or parameter that somebody typed. */
function expectPlain(content: string): void {
  const bytes = linesOf(content).map(line => Buffer.from(line))
  expect(bytes.filter(line => line.length > 75)).toEqual([])
  expect(bytes.map(line => new TextDecoder('utf-8', { fatal: true }).decode(line))).toEqual(linesOf(content))
  expect(content.replaceAll('\r\n', '')).not.toMatch(/\p{Cc}|\uFEFF/u)
  const { components } = readCalendar(content)
  expect(components.map(({ name }) => name)).toEqual(['VTIMEZONE', 'VEVENT'])
  const properties = components[1]?.properties ?? []
  expect(properties.map(({ name }) => name)).toEqual([
    ...['UID', 'SEQUENCE', 'DTSTAMP', 'DTSTART', 'DTEND', 'SUMMARY', 'TRANSP', 'LOCATION', 'DESCRIPTION', 'ORGANIZER'],
    ...['ATTENDEE', 'URL', 'STATUS', 'X-MICROSOFT-DISALLOW-COUNTER', 'CREATED', 'LAST-MODIFIED'],
  ])
  const attendee = properties.find(({ name }) => name === 'ATTENDEE')
  expect([...(attendee?.params.keys() ?? [])]).toEqual(['ROLE', 'CUTYPE', 'PARTSTAT', 'RSVP', 'CN'])
  expect(attendee?.params.get('CN')?.join()).not.toMatch(/["^\\]/)
}

test('§8.11 the reason of a cancellation and the name of a calendar stay text as well', () => {
  fc.assert(
    fc.property(texts, nasty, (typed, reason) => {
      const { event, vevents } = withTexts(typed, reason)
      const gone = inviteCancel(event, registration, contextFor(event, registration), 'event').content
      expect(readWithIcalJs(gone)).toMatchObject([
        { summary: cleanLine(typed.title), attendees: ['mailto:zoe@example.org'] },
      ])
      const { calendar, events } = parseCalendar(vcalendar({ method: 'PUBLISH', name: reason }, vevents))
      expect(events.map(({ uid }) => uid)).toEqual([event.uid, event.uid])
      // ical.js gives an X- property as it stands, so what comes back still has its escapes.
      const name = String(calendar.getFirstPropertyValue('x-wr-calname') ?? '')
      expect(name.replaceAll(/\\(.)/g, '$1')).toBe(cleanLine(reason))
    }),
    { numRuns: 300 },
  )
})
