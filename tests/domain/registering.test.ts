import { describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { claim } from '#src/domain/claiming.ts'
import { placesOf } from '#src/domain/places.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { applicant, listMessages, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

describe('registering', () => {
  test('a place, its confirmation and its reminders come together', () => {
    const { db } = openWorld()
    const event = makeEvent(db, makeGroup(db))
    const registration = makeRegistration(db, event)
    expect(registration).toMatchObject({ status: 'confirmed', queueNumber: 1, sequence: 0 })
    expect(listMessages(db).map(message => [message.kind, message.dueAt.toString()])).toEqual([
      ['confirmed', '2026-11-21T09:00:00Z'],
      ['reminder_day', '2026-12-02T11:00:00Z'],
      ['reminder_hour', '2026-12-03T10:00:00Z'],
    ])
  })

  test('twice is once', () => {
    const { db } = openWorld()
    const event = makeEvent(db, makeGroup(db))
    const first = makeRegistration(db, event)
    const second = makeRegistration(db, event, { name: 'Iemand anders' })
    expect(second).toEqual(first)
    expect(listMessages(db)).toHaveLength(3)
  })

  test('a full event has a waiting list in order, and a free place goes to the first', () => {
    const { db } = openWorld()
    const event = makeEvent(db, makeGroup(db), { capacityOnline: 1 })
    const [a, b, c] = ['a', 'b', 'c'].map(name => makeRegistration(db, event, { email: `${name}@example.org` }))
    if (!a || !b || !c) throw new Error('three')
    expect([a.status, b.status, c.status]).toEqual(['confirmed', 'waitlisted', 'waitlisted'])
    writeNow(db, tx => cancelRegistration(tx, a, 'attendee', NOW))
    expect([a, b, c].map(({ id }) => getRegistration(db, id).status)).toEqual(['cancelled', 'confirmed', 'waitlisted'])
    expect(placesOf(db, event)).toEqual([{ presence: 'online', capacity: 1, confirmed: 1, waiting: 1, left: 0 }])
  })

  test('cancelling and coming back before any mail left tells one thing only', () => {
    const { db } = openWorld()
    const event = makeEvent(db, makeGroup(db))
    const registration = makeRegistration(db, event)
    writeNow(db, tx => cancelRegistration(tx, registration, 'attendee', NOW))
    const back = writeNow(db, tx => register(tx, event, applicant(), NOW))
    expect(back).toMatchObject({ id: registration.id, status: 'confirmed', sequence: 2 })
    const due = writeNow(db, tx => claim(tx, 'test', { queue: 'ordinary', limit: 10 }, NOW))
    expect(due.map(message => message.kind)).toEqual(['confirmed'])
  })
})
