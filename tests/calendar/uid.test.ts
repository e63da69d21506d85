// One appointment, one UID, for ever: a program that meets another one makes a second appointment of it.
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { backUp } from '#db/backup.ts'
import { type Db, openDatabase } from '#db/open.ts'
import { EXAMPLE, readProgramme } from '#db/programme.ts'
import { restore } from '#db/restore.ts'
import { events, sessions } from '#db/schema.ts'
import { layProgramme } from '#db/seed.ts'
import { writeNow } from '#db/write.ts'
import { eventFile, registrationFile } from '#src/calendar/download.ts'
import { personalFeed, publicFeed } from '#src/calendar/feed.ts'
import { inviteCancel, inviteRequest } from '#src/calendar/invite.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { publishEvent } from '#src/domain/drafts.ts'
import { editEvent } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { planDates } from '#src/domain/planning.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { getSeries, updateSeries } from '#src/domain/series.ts'
import { readSecret } from '#src/lib/tokens.ts'
import { parseCalendar } from '../support/calendars.ts'
import { makeDataDir } from '../support/server.ts'
import { makeGroup, makeRegistration, makeSeries, NOW, openWorld } from '../support/world.ts'
import { contextFor, feedContext } from './story.ts'

const WELL_FORMED = /^[A-Za-z0-9-]{1,254}$/
const { dataDir, open, remove } = makeDataDir()
afterAll(remove)

/** The UID in every calendar that is ever made of an event. */
function uidsOf(db: Db, { id }: Event, { id: registrationId }: Registration): string[] {
  const event = getEvent(db, id)
  const registration = getRegistration(db, registrationId)
  const context = contextFor(event, registration)
  const calendars = [
    inviteRequest(event, registration, context).content,
    inviteCancel(event, registration, context, 'event').content,
    inviteCancel(event, registration, context, 'registration').content,
    eventFile(event, context),
    registrationFile(event, registration, context),
    publicFeed([event], feedContext, NOW),
    personalFeed([{ event, registration: { ...registration, status: 'confirmed' } }], feedContext, NOW),
  ]
  return calendars.flatMap(content => parseCalendar(content).events.map(({ uid }) => uid))
}

const DATES = ['2026-12-03', '2027-01-07', '2027-02-04'].map(date => ({ date: Temporal.PlainDate.from(date) }))

test('§8.6 invite, update, cancellation, feeds and downloads carry one UID, whatever is done to the event', async () => {
  const db = open()
  readSecret(dataDir)
  const series = makeSeries(db, makeGroup(db))
  const planned = writeNow(db, tx => planDates(tx, series, DATES, null, NOW))
  const uids = planned.map(({ uid }) => uid)
  expect(new Set(uids).size).toBe(3)
  const [first] = planned as [Event, Event, Event]
  const now = () => getEvent(db, first.id)
  const editor = () => ({ organiserId: null, revision: now().revision })
  writeNow(db, tx => publishEvent(tx, first, editor(), NOW))
  const registration = makeRegistration(db, first)
  const seven = Array.from({ length: 7 }, () => first.uid)
  const look = (at = db) => expect(uidsOf(at, first, registration)).toEqual(seven)
  look()
  expect(first.uid).toMatch(WELL_FORMED)

  writeNow(db, tx => moveEvent(tx, now(), { ...now(), localStart: '2026-12-10T13:30' }, 'zaal', editor(), NOW))
  look()
  writeNow(db, tx => editEvent(tx, now(), { ...now(), title: 'Heel anders' }, [], editor(), NOW))
  look()
  writeNow(db, tx => cancelEvent(tx, now(), '', editor(), NOW))
  look()
  writeNow(db, tx => reinstateEvent(tx, now(), editor(), NOW))
  look()
  writeNow(db, tx => cancelRegistration(tx, registration, 'attendee', NOW))
  look()
  expect(makeRegistration(db, now()).id).toBe(registration.id)
  look()

  const changed = { rule: 'FREQ=MONTHLY;BYDAY=2TU', localTime: '15:00', title: 'Tweede dinsdag' }
  writeNow(db, tx => updateSeries(tx, getSeries(tx, series.slug), changed))
  const more = writeNow(db, tx => planDates(tx, getSeries(tx, series.slug), DATES, null, NOW))
  const again = writeNow(db, tx => planDates(tx, series, DATES, null, NOW))
  expect(planned.map(({ id }) => getEvent(db, id).uid)).toEqual(uids)
  expect([...more, ...again].filter(({ uid }) => uids.includes(uid))).toEqual([])
  look()

  const file = join(dataDir, 'backup.sqlite')
  backUp(dataDir, file)
  restore(file, join(dataDir, 'restored'), () => undefined)
  look(openDatabase(join(dataDir, 'restored', 'aanschuiven.sqlite')))
})

test('§8.6 an imported programme gets random UIDs, which a second import leaves as they are', () => {
  const lay = (db: Db) => writeNow(db, tx => layProgramme(tx, readProgramme(EXAMPLE), 'Europe/Amsterdam', NOW))
  const uidsIn = (db: Db) =>
    [
      ...db.select({ uid: events.uid }).from(events).all(),
      ...db.select({ uid: sessions.uid }).from(sessions).all(),
    ].map(({ uid }) => uid)
  const [one, other] = [openWorld().db, openWorld().db]
  lay(one)
  lay(other)
  const uids = uidsIn(one)
  expect(uids.length).toBeGreaterThan(20)
  expect(uids.filter(uid => !WELL_FORMED.test(uid))).toEqual([])
  // The same titles, dates and organisers: nothing of them is in the UID.
  expect(new Set([...uids, ...uidsIn(other)]).size).toBe(uids.length + uidsIn(other).length)
  expect(() => lay(one)).toThrow('already_there')
  expect(uidsIn(one)).toEqual(uids)
})
