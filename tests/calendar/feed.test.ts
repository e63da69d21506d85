import { describe, expect, it } from 'vitest'
import { writeNow } from '#db/write.ts'
import { FEED_LIMIT, feedReachesTo, personalFeed, publicFeed } from '#src/calendar/feed.ts'
import { listSince } from '#src/domain/agenda.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import type { Event } from '#src/domain/events.ts'
import { findPerson, listRegistrationsOf, type Person } from '#src/domain/people.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { instantOf, parseCalendar, propertyOf } from '../support/calendars.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'
import { feedContext, ROOM } from './story.ts'

function open() {
  const { db } = openWorld()
  const group = makeGroup(db)
  const makeOne = (title: string, localStart: string, values = {}) =>
    makeEvent(db, group, { title, localStart, roomUrl: ROOM, ...values })
  const everything = (now = NOW, context = feedContext) =>
    publicFeed(listSince(db, {}, feedReachesTo(now), FEED_LIMIT), context, now)
  const cancel = (event: Event) =>
    writeNow(db, tx => cancelEvent(tx, event, '', { organiserId: null, revision: event.revision }, NOW))
  return { db, makeOne, everything, cancel }
}
const titles = (content: string) => parseCalendar(content).events.map(event => event.summary)

describe('the public feed', () => {
  it('holds a year back and all that comes, by start, cancelled ones marked and left out on request', () => {
    const { makeOne, everything, cancel } = open()
    makeOne('Volgend jaar', '2027-11-04T12:00')
    makeOne('Net te oud', '2025-11-20T12:00')
    makeOne('Een jaar geleden', '2025-11-21T12:00')
    cancel(makeOne('Gaat niet door', '2026-12-03T12:00'))
    expect(titles(everything())).toEqual(['Een jaar geleden', 'Geannuleerd: Gaat niet door', 'Volgend jaar'])
    expect(titles(everything(NOW, { ...feedContext, locale: 'en' }))[1]).toBe('Cancelled: Gaat niet door')
    expect(titles(everything(NOW, { ...feedContext, withoutCancelled: true }))).toEqual([
      'Een jaar geleden',
      'Volgend jaar',
    ])
  })

  it('keeps a cancelled event until fourteen days after its end, free and with a higher SEQUENCE', () => {
    const { makeOne, everything, cancel } = open()
    const { endsAt } = cancel(makeOne('Gaat niet door', '2026-12-03T12:00'))
    const [event] = parseCalendar(everything()).events
    expect(event && ['status', 'transp', 'sequence'].map(name => propertyOf(event, name))).toEqual([
      'CANCELLED',
      'TRANSPARENT',
      1,
    ])
    expect(titles(everything(endsAt.add({ hours: 14 * 24 - 1 })))).toHaveLength(1)
    expect(titles(everything(endsAt.add({ hours: 14 * 24 })))).toHaveLength(0)
  })

  it('is the same whenever it is asked for, and names the organiser but no attendee and no way in', () => {
    const { db, makeOne, everything } = open()
    makeRegistration(db, makeOne('Met deelnemer', '2026-12-03T12:00'))
    const content = everything()
    expect(everything(NOW.add({ hours: 5 }))).toBe(content)
    expect(content).toContain('\r\nMETHOD:PUBLISH\r\n')
    expect(content).toContain('\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n')
    expect(content.match(/^ORGANIZER/gm)).toHaveLength(1)
    expect(content).not.toMatch(/ATTENDEE|CONFERENCE|join|zoe/i)
  })

  it('puts both sides of a clock change at the right moment, with one VTIMEZONE', () => {
    const { makeOne, everything } = open()
    for (const date of ['2026-10-01', '2026-11-05', '2027-04-01']) makeOne(date, `${date}T12:00`)
    const content = everything()
    expect(parseCalendar(content).events.map(event => instantOf(event.startDate))).toEqual([
      '2026-10-01T10:00:00.000Z',
      '2026-11-05T11:00:00.000Z',
      '2027-04-01T10:00:00.000Z',
    ])
    expect(content.match(/BEGIN:VTIMEZONE/g)).toHaveLength(1)
  })

  it('is a calendar also when nothing is planned', () => {
    const { calendar } = parseCalendar(open().everything())
    expect(calendar.getAllSubcomponents().map(({ name }) => name)).toEqual(['vtimezone'])
  })
})

describe('the personal feed', () => {
  const personal = ({ db }: ReturnType<typeof open>, now = NOW) =>
    personalFeed(listRegistrationsOf(db, findPerson(db, 'zoe@example.org') as Person), feedContext, now)

  it('holds what this person registered for: the door as place, the waiting list as tentative, what they cancelled not', () => {
    const world = open()
    const [online, full, left, gone] = ['Online', 'Vol', 'Afgemeld', 'Vervalt'].map((title, index) =>
      world.makeOne(title, `2026-12-0${index + 1}T12:00`, { capacityOnline: title === 'Vol' ? 1 : 40 }),
    ) as [Event, Event, Event, Event]
    makeRegistration(world.db, online, { email: 'ander@example.org' })
    makeRegistration(world.db, full, { email: 'eerste@example.org' })
    const mine = [online, full, left, gone].map(event => makeRegistration(world.db, event))
    world.cancel(gone)
    writeNow(world.db, tx => cancelRegistration(tx, mine[2] as (typeof mine)[number], 'attendee', NOW))
    const { events } = parseCalendar(personal(world))
    expect(events.map(event => [event.summary, propertyOf(event, 'status'), event.location])).toEqual([
      ['Online', 'CONFIRMED', `https://agenda.example/join/${mine[0]?.id}-1-deur`],
      ['Wachtlijst: Vol', 'TENTATIVE', 'Online'],
      ['Geannuleerd: Vervalt', 'CANCELLED', 'Online'],
    ])
  })

  it('carries the same SEQUENCE and UID as the invite, no attendee and no link to change anything', () => {
    const world = open()
    const event = world.makeOne('Terug', '2026-12-03T12:00')
    const first = makeRegistration(world.db, event)
    writeNow(world.db, tx => cancelRegistration(tx, first, 'attendee', NOW))
    makeRegistration(world.db, event)
    const content = personal(world)
    const [read] = parseCalendar(content).events
    expect([read?.uid, read?.sequence]).toEqual([event.uid, 2])
    expect(content).not.toMatch(/ATTENDEE|registrations/)
    expect(content).not.toContain(ROOM)
  })

  it('forgets what was more than a year ago', () => {
    const world = open()
    makeRegistration(world.db, world.makeOne('Nu', '2026-12-03T12:00'))
    expect(titles(personal(world, Temporal.Instant.from('2027-12-03T09:00:00Z')))).toEqual(['Nu'])
    expect(titles(personal(world, Temporal.Instant.from('2027-12-04T09:00:00Z')))).toEqual([])
  })
})
