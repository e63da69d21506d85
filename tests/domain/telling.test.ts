import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { messages, type Told } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { editEvent } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { assumeTold, dueTelling, sequenceOf } from '#src/domain/telling.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const told = (values: Partial<Told> = {}): Told => ({
  status: 'confirmed',
  sequence: 0,
  localStart: '2026-12-03T12:00',
  timeZone: 'Europe/Amsterdam',
  durationMinutes: 60,
  presence: 'online',
  place: '',
  ...values,
})

describe('which mail is due', () => {
  test.each([
    [null, told(), 'confirmed'],
    [null, told({ status: 'waitlisted' }), 'waitlisted'],
    [null, told({ status: 'cancelled' }), 'unregistered'],
    [told({ status: 'waitlisted' }), told(), 'promoted'],
    [told(), told(), undefined],
    [told(), told({ sequence: 4 }), undefined],
    [told(), told({ localStart: '2026-12-10T12:00' }), 'changed'],
    [told(), told({ place: 'Plein 1' }), 'changed'],
    [told(), told({ presence: 'in_person' }), 'changed'],
    [told(), told({ status: 'event_cancelled' }), 'cancelled'],
    [told({ status: 'event_cancelled' }), told({ status: 'event_cancelled' }), undefined],
    [told({ status: 'event_cancelled' }), told(), 'reinstated'],
    [told({ status: 'cancelled' }), told(), 'confirmed'],
    [told({ status: 'cancelled' }), told({ status: 'cancelled' }), undefined],
    [told({ status: 'event_cancelled' }), told({ status: 'cancelled' }), 'unregistered'],
  ] as const)('%#', (before, now, kind) => {
    expect(dueTelling(before, now)).toBe(kind)
  })
})

const editor = (event: Event) => ({ organiserId: null, revision: event.revision })
const to = (event: Event, localStart: string) => ({ ...event, localStart })
const waiting = (db: Db) =>
  db
    .select()
    .from(messages)
    .where(eq(messages.state, 'queued'))
    .all()
    .filter(row => !row.kind.startsWith('reminder'))

function world(people = 1) {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db))
  const all = Array.from({ length: people }, (_, index) =>
    makeRegistration(db, event, { email: `p${index}@example.org` }),
  )
  return { db, event, all }
}

describe('an event that changes', () => {
  test('moved before the confirmation left: one mail, with the new time', () => {
    const { db, event } = world()
    const moved = writeNow(db, tx => moveEvent(tx, event, to(event, '2026-12-10T12:00'), '', editor(event), NOW))
    expect(moved).toMatchObject({ sequence: 1, movedFrom: '2026-12-03T12:00' })
    expect(waiting(db).map(row => row.kind)).toEqual(['confirmed'])
  })

  test('moved and moved back within the two minutes: nobody hears of it', () => {
    const { db, event } = world(2)
    writeNow(db, tx => assumeTold(tx, NOW))
    const moved = writeNow(db, tx => moveEvent(tx, event, to(event, '2026-12-10T12:00'), '', editor(event), NOW))
    expect(waiting(db).map(row => [row.kind, row.dueAt.toString()])).toEqual([
      ['changed', '2026-11-21T09:02:00Z'],
      ['changed', '2026-11-21T09:02:00Z'],
    ])
    const back = writeNow(db, tx => moveEvent(tx, moved, to(moved, '2026-12-03T12:00'), '', editor(moved), NOW))
    expect(back.sequence).toBe(2)
    expect(waiting(db)).toEqual([])
  })

  test('moved once more while the mails wait: the second move gets two minutes of its own', () => {
    const { db, event } = world(2)
    writeNow(db, tx => assumeTold(tx, NOW))
    const moved = writeNow(db, tx => moveEvent(tx, event, to(event, '2026-12-10T12:00'), '', editor(event), NOW))
    const later = NOW.add({ seconds: 119 })
    writeNow(db, tx => moveEvent(tx, moved, to(moved, '2026-12-17T12:00'), '', editor(moved), later))
    expect(waiting(db).map(row => [row.kind, row.dueAt.toString()])).toEqual([
      ['changed', '2026-11-21T09:03:59Z'],
      ['changed', '2026-11-21T09:03:59Z'],
    ])
  })

  test('moved while a confirmation waits for many: the confirmation waits no longer for that', () => {
    const { db, event } = world(2)
    writeNow(db, tx => moveEvent(tx, event, to(event, '2026-12-10T12:00'), '', editor(event), NOW))
    expect(waiting(db).map(row => [row.kind, row.dueAt.equals(NOW)])).toEqual([
      ['confirmed', true],
      ['confirmed', true],
    ])
  })

  test('moved half a year ahead: what still has to be told is worth it until then', () => {
    const { db, event } = world()
    const moved = writeNow(db, tx => moveEvent(tx, event, to(event, '2027-06-03T12:00'), '', editor(event), NOW))
    expect(waiting(db).map(row => row.expiresAt.equals(moved.endsAt))).toEqual([true])
  })

  test('cancelled and reinstated: SEQUENCE rises each time, and the reminders come back', () => {
    const { db, event, all } = world()
    writeNow(db, tx => assumeTold(tx, NOW))
    const cancelled = writeNow(db, tx => cancelEvent(tx, event, 'ziek', editor(event), NOW))
    expect(
      db
        .select()
        .from(messages)
        .where(eq(messages.state, 'queued'))
        .all()
        .map(row => row.kind),
    ).toEqual(['cancelled'])
    writeNow(db, tx => assumeTold(tx, NOW))
    const back = writeNow(db, tx => reinstateEvent(tx, cancelled, editor(cancelled), NOW))
    const kinds = db
      .select()
      .from(messages)
      .where(eq(messages.state, 'queued'))
      .all()
      .map(row => row.kind)
    expect(kinds.sort()).toEqual(['reinstated', 'reminder_day', 'reminder_hour'])
    expect(sequenceOf(back, getRegistration(db, all[0]?.id ?? 0))).toBe(2)
  })

  test('another title mails nobody and raises nothing', () => {
    const { db, event } = world()
    writeNow(db, tx => assumeTold(tx, NOW))
    const edited = writeNow(db, tx =>
      editEvent(tx, event, { ...event, title: 'Anders', roomUrl: 'https://other.example.org' }, [], editor(event), NOW),
    )
    expect(edited).toMatchObject({ sequence: 0, slug: event.slug, title: 'Anders' })
    expect(waiting(db)).toEqual([])
  })

  test('two organisers do not overwrite each other', () => {
    const { db, event } = world()
    writeNow(db, tx => editEvent(tx, event, { ...event, title: 'Eén' }, [], editor(event), NOW))
    expect(() => writeNow(db, tx => editEvent(tx, event, { ...event, title: 'Twee' }, [], editor(event), NOW))).toThrow(
      'changed_meanwhile',
    )
    expect(getEvent(db, event.id).title).toBe('Eén')
  })
})
