// A person's workshops in what they subscribe to and download, over HTTP: each beside its event, and nowhere else.
import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { choices, sessions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { allocateAll } from '#src/domain/allocating.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { settleSession } from '#src/domain/choice-telling.ts'
import { choose } from '#src/domain/choosing.ts'
import { getEvent } from '#src/domain/events.ts'
import { findPerson, type Person } from '#src/domain/people.ts'
import { paths } from '#src/lib/paths.ts'
import { openApp } from '../../support/app.ts'
import { parseCalendar, propertyOf } from '../../support/calendars.ts'
import { makeChooser, makeConference, wish } from '../../support/workshops.ts'
import { NOW } from '../../support/world.ts'

async function open(
  values: Parameters<typeof makeConference>[2] = {},
  attendance: 'in_person' | 'online' = 'in_person',
) {
  const { app, db, tokens } = await openApp()
  const made = makeConference(db, [[1, 1], [null]], values)
  const [[a, b], [c]] = made.rounds as [[number, number], [number]]
  const event = () => getEvent(db, made.event.id)
  const editor = () => ({ organiserId: null, revision: event().revision })
  makeChooser(db, event(), 'Bo', [wish(1, a)], { attendance })
  const zoe = makeChooser(db, event(), 'Zoe', [wish(1, a, b), wish(2, c)], { attendance })
  const person = findPerson(db, 'zoe@example.org') as Person
  const feedUrl = paths.personFeed(tokens.sign('feed', { id: person.id, version: 1 }))
  const ownUrl = paths.registrationFile(tokens.sign('registration', { id: zoe.id, version: 1 }))
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  const entries = async (url = feedUrl) =>
    parseCalendar((await get(url)).body).events.map(one => `${one.summary} ${propertyOf(one, 'status')}`)
  return { db, a, b, c, event, editor, zoe, feedUrl, ownUrl, get, entries }
}

const ALL = [
  'Werkconferentie CONFIRMED',
  'Wachtlijst: Workshop 1A TENTATIVE',
  'Workshop 1B CONFIRMED',
  'Workshop 2A CONFIRMED',
]

test('a place, a turn in the line, and no choice that is not needed; in the public feed the event alone', async () => {
  const { entries, get, feedUrl } = await open()
  expect((await entries()).toSorted()).toEqual(ALL.toSorted())
  expect(await entries('/calendar.ics')).toEqual(['Werkconferentie CONFIRMED'])
  const { body } = await get(feedUrl)
  expect(body).not.toMatch(/ATTENDEE|\/registrations\//)
  const uids = parseCalendar(body).events.map(({ uid }) => uid)
  expect(new Set(uids).size).toBe(uids.length)
})

test('the file of one’s own place holds the event alone, with one’s day in its text', async () => {
  const { entries, get, ownUrl } = await open()
  expect(await entries(ownUrl)).toEqual(['Werkconferentie CONFIRMED'])
  const [event] = parseCalendar((await get(ownUrl)).body).events
  expect(event?.description).toContain(
    [
      'Jouw programma:',
      '10.00–11.00 Welkom',
      '11.00–12.00 Workshop 1B (Zaal 2)',
      '11.00–12.00 Wachtlijst: Workshop 1A (Zaal 1)',
      '14.00–15.00 Workshop 2A (Zaal 1)',
    ].join('\n'),
  )
})

test('§8.43 the same until something changes; then another ETag, also when a workshop goes', async () => {
  const { db, zoe, get, feedUrl, entries } = await open()
  const etag = async () => String((await get(feedUrl)).headers.etag)
  const first = await etag()
  expect(first).toMatch(/^"/)
  expect([await etag(), (await get(feedUrl, { 'if-none-match': first })).statusCode]).toEqual([first, 304])
  writeNow(db, tx => choose(tx, zoe, [wish(2, undefined)], NOW.add({ minutes: 1 })))
  const second = await etag()
  expect([second === first, (await get(feedUrl, { 'if-none-match': first })).statusCode]).toEqual([false, 200])
  expect(await entries()).not.toContain('Workshop 2A CONFIRMED')
})

test('what is called off says so, as events do, and can be left out', async () => {
  const { db, c, event, editor, entries, feedUrl } = await open()
  writeNow(db, tx => {
    tx.update(sessions).set({ cancelledAt: NOW, sequence: 1 }).where(eq(sessions.id, c)).run()
    settleSession(tx, { id: c }, NOW)
  })
  expect(await entries()).toContain('Geannuleerd: Workshop 2A CANCELLED')
  expect(await entries(`${feedUrl}?vervallen=nee`)).not.toContain('Geannuleerd: Workshop 2A CANCELLED')
  // Whoever was told, and has lost their choice since, sees that it is off and not that it never was.
  writeNow(db, tx => tx.update(choices).set({ status: 'cancelled' }).where(eq(choices.sessionId, c)).run())
  expect(await entries()).not.toContain('Geannuleerd: Workshop 2A CANCELLED')
  writeNow(db, tx => cancelEvent(tx, event(), '', editor(), NOW))
  expect((await entries()).toSorted()).toEqual([
    'Geannuleerd: Werkconferentie CANCELLED',
    'Geannuleerd: Workshop 1B CANCELLED',
  ])
})

test('until places are given by preference the feed names none; the text says that they are to come', async () => {
  const { db, event, editor, entries, get, feedUrl } = await open({ allocation: 'by_preference' })
  expect(await entries()).toEqual(['Werkconferentie CONFIRMED'])
  const described = async () => parseCalendar((await get(feedUrl)).body).events[0]?.description ?? ''
  expect(await described()).toContain('11.00–12.00 Je hoort later welke workshop het wordt')
  const stamp = async () =>
    String(parseCalendar((await get(feedUrl)).body).events[0]?.component.getFirstPropertyValue('dtstamp'))
  const before = await stamp()
  writeNow(db, tx => allocateAll(tx, event(), 'zaad', editor(), NOW.add({ minutes: 5 })))
  expect((await entries()).length).toBeGreaterThan(2)
  expect((await stamp()) > before).toBe(true)
})

test('online a workshop is behind one’s own door, and has no room', async () => {
  const { get, feedUrl } = await open({ attendance: 'online', venue: null, capacityOnline: 40 }, 'online')
  const { events } = parseCalendar((await get(feedUrl)).body)
  const workshop = events.find(({ summary }) => summary === 'Workshop 2A')
  expect(workshop?.location).toMatch(/\/join\//)
  expect(String(workshop && propertyOf(workshop, 'conference'))).toBe(workshop?.location)
  expect(workshop?.description.split('\n')[0]).toBe(workshop?.location)
})
