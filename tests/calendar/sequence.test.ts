// When SEQUENCE rises and when it must not, by the mails that arrive: a program throws away what has a lower one, and takes
// two contents under one SEQUENCE and DTSTAMP for the same.
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { personalFeed } from '#src/calendar/feed.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { editEvent } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { updateGroup } from '#src/domain/groups.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { findPerson, listRegistrationsOf, type Person } from '#src/domain/people.ts'
import { cancelRegistration, changeDetails, register } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { sequenceOf } from '#src/domain/telling.ts'
import { parseEvent, propertyOf } from '../support/calendars.ts'
import { editing, inviteIn, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { type Mailbox, openMailbox } from '../support/smtp.ts'
import { applicant, makeEvent, makeGroup, makeRegistration } from '../support/world.ts'
import { feedContext } from './story.ts'

const VENUE = { name: 'Het Kopland', address: 'Plein 1', postcode: '1234 AB', city: 'Groningen', access: '' }

let mailbox: Mailbox
let office: PostOffice
beforeAll(async () => {
  mailbox = await openMailbox()
})
afterEach(() => office.worker().stop())
afterAll(() => mailbox.close())

/** A hybrid event with two people who have their confirmation: Zoë online, Bo in the room. */
async function open() {
  mailbox.received.length = 0
  office = await openPostOffice({ mailbox })
  const places = { attendance: 'hybrid', venue: VENUE, capacityOnline: 40, capacityInPerson: 40 } as const
  const group = makeGroup(office.db)
  const event = makeEvent(office.db, group, places)
  const zoe = makeRegistration(office.db, event, {})
  makeRegistration(office.db, event, { email: 'bo@example.org', attendance: 'in_person' })
  await office.deliver()
  return { group, event, zoe }
}

interface Shown {
  sequence: number
  stamp: string
}

/** What stands in somebody's feed: the same numbers as in the mails. */
function shownTo(email: string): Shown {
  const { db, clock } = office
  const places = listRegistrationsOf(db, findPerson(db, email) as Person)
  const event = parseEvent(personalFeed(places, feedContext, clock.now()))
  return { sequence: event.sequence ?? 0, stamp: String(propertyOf(event, 'dtstamp')) }
}

const invitesTo = (email: string) =>
  mailbox.received.filter(({ to }) => to[0] === email).flatMap(received => inviteIn(received) ?? [])

/** An hour later: does something as an organiser, and lets the mails of it leave. */
async function later(work: (event: Event, now: Temporal.Instant) => void, event: Event): Promise<void> {
  office.clock.advance({ hours: 1 })
  work(getEvent(office.db, event.id), office.clock.now())
  office.clock.advance({ minutes: 3 })
  await office.deliver()
}

type Change = (event: Event, now: Temporal.Instant) => void
const edit =
  (values: Partial<Event>): Change =>
  (event, now) =>
    void writeNow(office.db, tx => editEvent(tx, event, { ...event, ...values }, [], editing(office, event), now))
const move =
  (values: Partial<Event>): Change =>
  (event, now) =>
    void writeNow(office.db, tx => moveEvent(tx, event, { ...event, ...values }, '', editing(office, event), now))
const cancel: Change = (event, now) =>
  void writeNow(office.db, tx => cancelEvent(tx, event, '', editing(office, event), now))
const reinstate: Change = (event, now) =>
  void writeNow(office.db, tx => reinstateEvent(tx, event, editing(office, event), now))

describe('§8.10 SEQUENCE rises', () => {
  test.each<[string, Change, 0 | 1]>([
    ['by one when the event moves in time', move({ localStart: '2026-12-10T12:00' }), 1],
    ['by one when it lasts longer', move({ durationMinutes: 90 }), 1],
    ['by one when it goes to another venue', move({ venue: { ...VENUE, name: 'De Brug' } }), 1],
    ['by one when the attendance mode changes', move({ attendance: 'online', venue: null }), 1],
    ['by one when it is cancelled', cancel, 1],
    ['not for a new room behind the door', edit({ roomUrl: 'https://meet.example.org/andere-kamer' }), 0],
    ['not for another title', edit({ title: 'Een andere titel' }), 0],
    ['not for another text', edit({ summary: 'Een andere samenvatting.' }), 0],
    ['not for more places', edit({ capacityOnline: 60 }), 0],
  ])('%s, and DTSTAMP is later', async (_, change, raise) => {
    const { event } = await open()
    // Who is in the room is told of everything; for who takes part online another venue changes nothing.
    const before = shownTo('bo@example.org')
    expect(before.sequence).toBe(0)
    await later(change, event)
    const after = shownTo('bo@example.org')
    expect(after.sequence).toBe(before.sequence + raise)
    expect(after.stamp > before.stamp).toBe(true)
    // Who has to know, knows the same numbers by mail.
    const told = invitesTo('bo@example.org').slice(1)
    expect(told.map(({ sequence, stamp }) => ({ sequence, stamp }))).toEqual(raise ? [after] : [])
  })

  test('by one again when it is taken back, never back to what it was', async () => {
    const { event } = await open()
    await later(cancel, event)
    await later(reinstate, event)
    await later(move({ localStart: '2026-12-10T12:00' }), event)
    await later(move({ localStart: '2026-12-03T12:00' }), event)
    const invites = invitesTo('zoe@example.org')
    expect(invites.map(({ method, status, sequence }) => [method, status, sequence])).toEqual([
      ['REQUEST', 'CONFIRMED', 0],
      ['CANCEL', 'CANCELLED', 1],
      ['REQUEST', 'CONFIRMED', 2],
      ['REQUEST', 'CONFIRMED', 3],
      ['REQUEST', 'CONFIRMED', 4],
    ])
    const stamps = invites.map(({ stamp }) => stamp)
    expect(stamps).toEqual(stamps.toSorted())
    expect(new Set(stamps).size).toBe(5)
  })

  test('for one person when that person changes how to take part, leaves and comes back', async () => {
    const { event, zoe } = await open()
    const { db } = office
    const now = () => office.clock.now()
    await later(() => writeNow(db, tx => changeDetails(tx, zoe, { ...zoe, attendance: 'in_person' }, now())), event)
    await later(() => writeNow(db, tx => cancelRegistration(tx, zoe, 'attendee', now())), event)
    await later(() => writeNow(db, tx => register(tx, event, applicant(), now())), event)
    expect(invitesTo('zoe@example.org').map(({ method, sequence }) => [method, sequence])).toEqual([
      ['REQUEST', 0],
      ['REQUEST', 1],
      ['CANCEL', 2],
      ['REQUEST', 3],
    ])
    expect(invitesTo('bo@example.org').map(({ sequence }) => sequence)).toEqual([0])
  })

  test('for who comes late: their first invite carries what the event has by then', async () => {
    const { event } = await open()
    await later(move({ localStart: '2026-12-10T12:00' }), event)
    await later(
      (_, now) => writeNow(office.db, tx => register(tx, event, applicant({ email: 'laat@example.org' }), now)),
      event,
    )
    expect(invitesTo('laat@example.org').map(({ sequence }) => sequence)).toEqual([1])
  })
})

describe('§8.10 the same again', () => {
  test('has an equal SEQUENCE and DTSTAMP when somebody registers twice', async () => {
    const { event } = await open()
    await later((_, now) => writeNow(office.db, tx => register(tx, event, applicant(), now)), event)
    const [first, second, ...more] = invitesTo('zoe@example.org')
    expect(first?.sequence).toBe(0)
    expect([second, more]).toEqual([{ ...first, subject: second?.subject }, []])
  })

  test('has a later DTSTAMP when the group has another name by then: the organiser in the calendar has it too', async () => {
    const { event, group } = await open()
    await later((_, now) => {
      writeNow(office.db, tx => updateGroup(tx, group, { ...group, name: 'Werkplaats Oost' }, now))
      writeNow(office.db, tx => register(tx, event, applicant(), now))
    }, event)
    const [first, second, ...more] = invitesTo('zoe@example.org')
    expect([first?.sequence, second?.sequence, more]).toEqual([0, 0, []])
    expect(String(second?.stamp) > String(first?.stamp)).toBe(true)
  })

  test('has equal bytes when nobody knows whether it arrived', async () => {
    const { event } = await open()
    mailbox.received.length = 0
    mailbox.next('drop_at_end')
    await later(move({ localStart: '2026-12-10T12:00' }), event)
    await later(() => {}, event)
    const sent = Map.groupBy(mailbox.received, ({ to }) => to.join())
    expect([...sent.values()].map(list => list.length).toSorted()).toEqual([1, 2])
    for (const [first, second] of sent.values()) expect(second?.raw ?? first?.raw).toEqual(first?.raw)
    expect(new Set(mailbox.received.map(received => inviteIn(received)?.stamp)).size).toBe(1)
  })
})

describe('what CANCEL carries', () => {
  test('§8.8 of an event: more than was ever sent, STATUS:CANCELLED, to everybody with a place', async () => {
    const { event } = await open()
    await later(move({ localStart: '2026-12-10T12:00' }), event)
    await later(cancel, event)
    for (const email of ['zoe@example.org', 'bo@example.org']) {
      const invites = invitesTo(email)
      const last = invites.pop()
      expect([last?.method, last?.status]).toEqual(['CANCEL', 'CANCELLED'])
      expect(invites.map(({ method }) => method)).toEqual(['REQUEST', 'REQUEST'])
      for (const { sequence } of invites) expect(last?.sequence).toBeGreaterThan(sequence)
    }
    expect(mailbox.received.map(({ raw }) => raw.toString()).join()).not.toContain('VALARM')
  })

  test('§8.9 for one person: more than was ever sent to them, no STATUS, and nobody else hears of it', async () => {
    const { event, zoe } = await open()
    await later(move({ localStart: '2026-12-10T12:00' }), event)
    const before = mailbox.received.length
    await later((_, now) => writeNow(office.db, tx => cancelRegistration(tx, zoe, 'attendee', now)), event)
    expect(mailbox.received.slice(before).map(({ to }) => to)).toEqual([['zoe@example.org']])
    const invites = invitesTo('zoe@example.org')
    const last = invites.pop()
    expect([last?.method, last?.status, last?.attendees]).toEqual(['CANCEL', null, ['mailto:zoe@example.org']])
    for (const { sequence } of invites) expect(last?.sequence).toBeGreaterThan(sequence)
  })
})

test('§8.10 whatever happens in whatever order, nobody’s SEQUENCE ever falls, and none is used for two states', async () => {
  const { group } = await open()
  const { db, clock } = office
  const steps = ['move', 'cancel', 'reinstate', 'edit', 'leave', 'come', 'switch'] as const
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 12 }), taken => {
      const { id } = makeEvent(db, group, { attendance: 'hybrid', venue: VENUE })
      const { id: ownId } = makeRegistration(db, getEvent(db, id))
      const seen = new Map<number, string>()
      let last = -1
      for (const step of ['edit' as const, ...taken]) {
        clock.advance({ seconds: 1 })
        take(step, getEvent(db, id), getRegistration(db, ownId), clock.now())
        const [event, own] = [getEvent(db, id), getRegistration(db, ownId)]
        const sequence = sequenceOf(event, own)
        const state = JSON.stringify([event.localStart, event.cancelledAt !== null, own.status, own.attendance])
        expect(sequence).toBeGreaterThanOrEqual(last)
        expect(seen.get(sequence) ?? state).toBe(state)
        seen.set(sequence, state)
        last = sequence
      }
    }),
    { numRuns: 60 },
  )
})

function take(step: string, event: Event, own: Registration, now: Temporal.Instant): void {
  const { db } = office
  const other = own.attendance === 'online' ? ('in_person' as const) : ('online' as const)
  if (step === 'edit') edit({ title: `${event.title}!` })(event, now)
  else if (step === 'cancel') cancel(event, now)
  else if (step === 'reinstate') reinstate(event, now)
  else if (event.cancelledAt) return
  else if (step === 'move')
    move({ localStart: event.localStart === '2026-12-03T12:00' ? '2026-12-10T12:00' : '2026-12-03T12:00' })(event, now)
  else if (step === 'come') writeNow(db, tx => register(tx, event, applicant(), now))
  else if (step === 'leave') writeNow(db, tx => cancelRegistration(tx, own, 'attendee', now))
  else if (own.status !== 'cancelled') writeNow(db, tx => changeDetails(tx, own, { ...own, attendance: other }, now))
}
