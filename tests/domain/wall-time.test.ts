// Twelve o'clock is twelve o'clock, on both sides of a clock change and whatever becomes of the rules: in the store, in
// calendars, on pages and in reminders.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { publicFeed } from '#src/calendar/feed.ts'
import { inviteRequest } from '#src/calendar/invite.ts'
import { listSince } from '#src/domain/agenda.ts'
import { publishEvent } from '#src/domain/drafts.ts'
import { getEvent } from '#src/domain/events.ts'
import { planDates, proposeDates } from '#src/domain/planning.ts'
import { followZoneRules } from '#src/domain/zones.ts'
import { zoned } from '#src/lib/time.ts'
import { contextFor, feedContext } from '../calendar/story.ts'
import { openApp } from '../support/app.ts'
import { openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { readWithIcalJs } from '../support/readers.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, openWorld } from '../support/world.ts'

const FIRST_THURSDAYS: [string, string][] = [
  ['2026-10-01', '10:00'],
  ['2026-11-05', '11:00'],
  ['2026-12-03', '11:00'],
  ['2027-01-07', '11:00'],
  ['2027-02-04', '11:00'],
  ['2027-03-04', '11:00'],
  ['2027-04-01', '10:00'],
  ['2027-05-06', '10:00'],
]
const INSTANTS = FIRST_THURSDAYS.map(([date, time]) => `${date}T${time}:00Z`)

test('§8.48 a planned year of first Thursdays at 12.00 is at 10 or 11 o’clock UTC: stored, in the feed and in invites', () => {
  const { db } = openWorld()
  const now = Temporal.Instant.from('2026-09-01T09:00:00Z')
  const series = makeSeries(db, makeGroup(db))
  const [from, until] = ['2026-10-01', '2027-05-31'].map(day => Temporal.PlainDate.from(day)) as [
    Temporal.PlainDate,
    Temporal.PlainDate,
  ]
  const dates = proposeDates(db, series, from, until)
  expect(dates.map(({ date }) => date.toString())).toEqual(FIRST_THURSDAYS.map(([date]) => date))
  const planned = writeNow(db, tx => planDates(tx, series, dates, null, now)).map(draft =>
    writeNow(db, tx => publishEvent(tx, draft, { organiserId: null, revision: draft.revision }, now)),
  )
  expect(planned.map(({ localStart }) => localStart.slice(11))).toEqual(FIRST_THURSDAYS.map(() => '12:00'))
  expect(planned.map(({ startsAt }) => startsAt.toString())).toEqual(INSTANTS)
  const feed = publicFeed(listSince(db, {}, now, 500), feedContext, now)
  expect(readWithIcalJs(feed).map(({ start }) => start)).toEqual(INSTANTS)
  const invites = planned.map(event => {
    const registration = makeRegistration(db, event, {}, now)
    return inviteRequest(event, registration, contextFor(event, registration)).content
  })
  expect(invites.map(content => readWithIcalJs(content)[0]?.start)).toEqual(INSTANTS)
})

describe('a day before', () => {
  let office: PostOffice
  beforeAll(async () => {
    office = await openPostOffice()
  })
  afterAll(() => office.close())

  test('§8.50 Sunday 28 March 2027, 12.00 is Saturday, 12.00: the clock that changes that night has no say', async () => {
    const { db, clock, mailbox, deliver } = office
    const event = makeEvent(db, makeGroup(db), { localStart: '2027-03-28T12:00' })
    makeRegistration(db, event)
    await deliver()
    const reminders = () => mailbox.received.filter(({ raw }) => raw.includes('X-Aanschuiven-Message: reminder_day'))
    clock.set('2027-03-27T10:59:59Z')
    await deliver()
    expect(reminders()).toHaveLength(0)
    clock.set('2027-03-27T11:00:00Z')
    expect(clock.now().toZonedDateTimeISO('Europe/Amsterdam').toPlainDateTime().toString()).toBe('2027-03-27T12:00:00')
    await deliver()
    expect(reminders().map(({ mail }) => mail.date)).toEqual(['2027-03-27T11:00:00.000Z'])
  })
})

describe('§8.52 a wall time whose offset is no longer right', () => {
  const STORED = '2027-07-01T12:00+01:00[Europe/Amsterdam]'

  test('loads as that wall time, without an exception', () => {
    expect(zoned({ localStart: STORED, timeZone: 'Europe/Amsterdam' }).toString()).toBe(
      '2027-07-01T12:00:00+02:00[Europe/Amsterdam]',
    )
  })

  test('is 12.00 on its page, in the agenda and in calendars, and its instant follows', async () => {
    const { db, app, clock } = await openApp()
    const { id, slug } = makeEvent(db, makeGroup(db), { localStart: '2027-07-01T12:00' })
    const registration = makeRegistration(db, getEvent(db, id))
    // As a program with other rules had left it: an hour too late.
    const stale = Temporal.Instant.from('2027-07-01T11:00:00Z')
    const values = { localStart: STORED, startsAt: stale, endsAt: stale.add({ hours: 1 }) }
    db.update(events).set(values).where(eq(events.id, id)).run()
    writeNow(db, tx => followZoneRules(tx, 'another', clock.now()))
    const event = getEvent(db, id)
    expect(event.startsAt.toString()).toBe('2027-07-01T10:00:00Z')
    for (const url of ['/', `/events/${slug}`]) {
      const { statusCode, body } = await app.inject(url)
      expect([url, statusCode]).toEqual([url, 200])
      expect(body).toContain('12.00')
      expect(body).not.toContain('11.00')
    }
    const invite = inviteRequest(event, registration, contextFor(event, registration)).content
    expect(invite).toContain('\r\nDTSTART;TZID=Europe/Amsterdam:20270701T120000\r\n')
    for (const url of ['/calendar.ics', `/events/${slug}.ics`])
      expect(readWithIcalJs((await app.inject(url)).body).map(({ start }) => start)).toEqual(['2027-07-01T10:00:00Z'])
  })
})
