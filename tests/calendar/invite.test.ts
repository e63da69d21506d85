import { describe, expect, it } from 'vitest'
import { writeNow } from '#db/write.ts'
import { inviteCancel, inviteRequest } from '#src/calendar/invite.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { editEvent } from '#src/domain/editing.ts'
import type { Event } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { sequenceOf } from '#src/domain/telling.ts'
import { instantOf, parseCalendar, parseEvent, propertyOf } from '../support/calendars.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'
import { contextFor, ROOM } from './story.ts'

const VENUE = { name: 'Het Kopland', address: 'Eendrachtskade 2', postcode: '9726 CW', city: 'Groningen', access: '' }
const later = (minutes: number) => NOW.add({ minutes })
const by = (event: Event) => ({ organiserId: null, revision: event.revision })

function world(values: Parameters<typeof makeEvent>[2] = {}) {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { roomUrl: ROOM, ...values })
  return { db, event }
}

describe('the moment an invite shows', () => {
  it.each([
    ['2026-10-01T12:00', '2026-10-01T10:00:00.000Z'],
    ['2026-11-05T12:00', '2026-11-05T11:00:00.000Z'],
    ['2027-03-04T12:00', '2027-03-04T11:00:00.000Z'],
    ['2027-04-01T12:00', '2027-04-01T10:00:00.000Z'],
  ])('%s in Amsterdam is %s', (localStart, instant) => {
    const now = Temporal.Instant.from('2026-09-01T09:00:00Z')
    const { db } = openWorld()
    const event = makeEvent(db, makeGroup(db), { localStart }, now)
    const registration = makeRegistration(db, event, {}, now)
    const { startDate, endDate } = parseEvent(
      inviteRequest(event, registration, contextFor(event, registration)).content,
    )
    expect(instantOf(startDate)).toBe(instant)
    expect(endDate.subtractDate(startDate).toSeconds()).toBe(3600)
    expect(startDate.zone?.tzid).toBe('Europe/Amsterdam')
  })
})

describe('REQUEST', () => {
  it('has one event for one attendee, who has accepted already', () => {
    const { db, event } = world()
    const registration = makeRegistration(db, event)
    const { method, content } = inviteRequest(event, registration, contextFor(event, registration))
    const read = parseEvent(content)
    expect([method, parseCalendar(content).method]).toEqual(['REQUEST', 'REQUEST'])
    expect(read.attendees.map(attendee => attendee.getFirstValue())).toEqual(['mailto:zoe@example.org'])
    expect(read.attendees[0]?.getParameter('partstat')).toBe('ACCEPTED')
    expect(read.attendees[0]?.getParameter('rsvp')).toBe('FALSE')
    expect(read.organizer).toBe('mailto:agenda@events.example')
    expect(propertyOf(read, 'status')).toBe('CONFIRMED')
    expect(propertyOf(read, 'x-microsoft-disallow-counter')).toBe('TRUE')
    expect(content).toMatch(/^ATTENDEE;[^\r\n]*/m)
    expect(content.replaceAll('\r\n ', '')).toContain(':mailto:zoe@example.org\r\n')
  })

  it.each([
    ['nothing', {}, 'NEEDS-ACTION'],
    ['yes', { reply: 'accepted' }, 'ACCEPTED'],
    ['maybe', { reply: 'tentative' }, 'TENTATIVE'],
    ['no', { reply: 'declined', declinedAt: NOW }, 'DECLINED'],
    ['a no taken back', { reply: 'declined', declinedAt: null }, 'NEEDS-ACTION'],
  ] as const)('where answers are read: after %s it asks, and repeats what stands', (_, answer, partstat) => {
    const { db, event } = world()
    const registration: Registration = { ...makeRegistration(db, event), ...answer }
    const context = contextFor(event, registration, { asksReply: true })
    const [attendee] = parseEvent(inviteRequest(event, registration, context).content).attendees
    expect([attendee?.getParameter('partstat'), attendee?.getParameter('rsvp')]).toEqual([partstat, 'TRUE'])
    const [gone] = parseEvent(inviteCancel(event, registration, context, 'registration').content).attendees
    expect([gone?.getParameter('partstat'), gone?.getParameter('rsvp')]).toEqual([partstat, 'FALSE'])
  })

  it('leads online through the personal door: the place, the conference and the first line', () => {
    const { db, event } = world()
    const registration = makeRegistration(db, event)
    const context = contextFor(event, registration)
    const read = parseEvent(inviteRequest(event, registration, context).content)
    expect(read.location).toBe(context.doorUrl)
    expect(propertyOf(read, 'conference')).toBe(context.doorUrl)
    expect(read.description.split('\n')[0]).toBe(context.doorUrl)
    expect(read.description.split('\n').at(-1)).toBe(context.personalUrl)
    expect(propertyOf(read, 'url')).toBe(context.eventUrl)
  })

  it('of a hybrid event follows how this person takes part', () => {
    const { db, event } = world({ attendance: 'hybrid', venue: VENUE })
    const online = makeRegistration(db, event, { email: 'o@example.org', attendance: 'online' })
    const inPerson = makeRegistration(db, event, { email: 'p@example.org', attendance: 'in_person' })
    const [there, here] = [online, inPerson].map(registration =>
      parseEvent(inviteRequest(event, registration, contextFor(event, registration)).content),
    )
    expect(there?.location).toBe(contextFor(event, online).doorUrl)
    expect(here?.location).toBe('Het Kopland, Eendrachtskade 2, 9726 CW Groningen')
    expect(here && propertyOf(here, 'conference')).toBeNull()
    expect(here?.description).not.toContain('/join/')
  })
})

describe('what follows', () => {
  it('keeps the UID and raises SEQUENCE: move, cancel, reinstate; a change of words only brings a later DTSTAMP', () => {
    const { db, event } = world()
    const registration = makeRegistration(db, event, {}, later(1))
    const stamps: unknown[] = []
    const request = (now: Event) => {
      const read = parseEvent(inviteRequest(now, registration, contextFor(now, registration)).content)
      stamps.push([read.uid === event.uid, read.sequence, String(propertyOf(read, 'dtstamp'))])
    }
    request(event)
    const edited = writeNow(db, tx => editEvent(tx, event, { ...event, title: 'Anders' }, [], by(event), later(2)))
    request(edited)
    const moved = writeNow(db, tx =>
      moveEvent(tx, edited, { ...edited, localStart: '2026-12-04T12:00' }, '', by(edited), later(3)),
    )
    request(moved)
    const gone = writeNow(db, tx => cancelEvent(tx, moved, '', by(moved), later(4)))
    const cancel = parseEvent(inviteCancel(gone, registration, contextFor(gone, registration), 'event').content)
    stamps.push([cancel.uid === event.uid, cancel.sequence, String(propertyOf(cancel, 'dtstamp'))])
    request(writeNow(db, tx => reinstateEvent(tx, gone, by(gone), later(5))))
    expect(stamps).toEqual([
      [true, 0, '2026-11-21T09:01:00Z'],
      [true, 0, '2026-11-21T09:02:00Z'],
      [true, 1, '2026-11-21T09:03:00Z'],
      [true, 2, '2026-11-21T09:04:00Z'],
      [true, 3, '2026-11-21T09:05:00Z'],
    ])
  })

  it('CANCEL says STATUS:CANCELLED when nobody goes on, and nothing when one person leaves', () => {
    const { db, event } = world()
    const registration = makeRegistration(db, event)
    const left = writeNow(db, tx => cancelRegistration(tx, registration, 'attendee', later(1)))
    const context = contextFor(event, left)
    const whole = inviteCancel(event, left, context, 'event')
    const one = inviteCancel(event, left, context, 'registration')
    expect([whole.method, parseCalendar(whole.content).method]).toEqual(['CANCEL', 'CANCEL'])
    expect([one.method, parseCalendar(one.content).method]).toEqual(['CANCEL', 'CANCEL'])
    expect(propertyOf(parseEvent(whole.content), 'status')).toBe('CANCELLED')
    expect(propertyOf(parseEvent(one.content), 'status')).toBeNull()
    expect(parseEvent(one.content).sequence).toBe(sequenceOf(event, left))
    expect(parseEvent(one.content).sequence).toBe(1)
    expect(whole.content + one.content).not.toContain('/join/')
  })
})
