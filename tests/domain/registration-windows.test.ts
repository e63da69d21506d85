// When people can register, by the clock on the wall of the event.
import { expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { isOpenFor } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { register } from '#src/domain/registering.ts'
import { movedWindow, windowProblems, windowState } from '#src/domain/registration-windows.ts'
import { applicant, makeEvent, makeGroup, NOW, openWorld } from '../support/world.ts'

const at = (text: string) => Temporal.Instant.from(text)
const zone = { timeZone: 'Europe/Amsterdam' }

test.each([
  ['2026-11-30T07:59:59Z', 'before'],
  ['2026-11-30T08:00:00Z', 'open'],
  ['2026-12-02T22:59:59Z', 'open'],
  ['2026-12-02T23:00:00Z', 'after'],
])('from 9.00 on Monday up to and including Wednesday: at %s %s', (now, state) => {
  const event = { ...zone, registrationFrom: '2026-11-30T09:00', registrationUntil: '2026-12-02T23:59' }
  expect(windowState(event, at(now))).toBe(state)
})

test('a time of day ends it at that time; an open side never does', () => {
  const until = { ...zone, registrationFrom: null, registrationUntil: '2026-12-02T17:00' }
  expect(windowState(until, at('2026-12-02T15:59:59Z'))).toBe('open')
  expect(windowState(until, at('2026-12-02T16:00:00Z'))).toBe('after')
  expect(windowState({ ...zone, registrationFrom: null, registrationUntil: null }, NOW)).toBe('open')
})

test('it must begin before it ends, and before the event is over; the last day may be that of the event', () => {
  const event = { ...zone, endsAt: at('2026-12-03T12:00:00Z') }
  const problems = (registrationFrom: string | null, registrationUntil: string | null) =>
    windowProblems({ registrationFrom, registrationUntil }, event)
  expect(problems('2026-12-01T00:00', '2026-12-03T23:59')).toEqual({})
  expect(problems('2026-12-02T09:00', '2026-12-02T09:00')).toEqual({ registrationUntilDate: 'window_order' })
  expect(problems(null, '2026-12-03T13:00')).toEqual({ registrationUntilDate: 'window_late' })
  expect(problems('2026-12-04T00:00', null)).toEqual({ registrationFromDate: 'window_late' })
})

test('on a move its end goes along by as many days, over a change of the clock as well', () => {
  const event = {
    localStart: '2027-03-25T12:00',
    registrationFrom: '2027-03-01T00:00',
    registrationUntil: '2027-03-24T17:00',
  }
  expect(movedWindow(event, '2027-04-01T15:00')).toEqual({
    registrationFrom: '2027-03-01T00:00',
    registrationUntil: '2027-03-31T17:00',
  })
  // Never closed before it has opened.
  expect(movedWindow(event, '2027-03-01T12:00')).toEqual({
    registrationFrom: '2027-02-05T00:00',
    registrationUntil: '2027-02-28T17:00',
  })
  expect(movedWindow({ ...event, registrationUntil: null }, '2027-04-01T15:00').registrationUntil).toBe(null)
})

test('outside it nobody registers, but an organiser adds whoever they like', () => {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { registrationFrom: '2026-12-01T09:00' })
  expect(isOpenFor(event, 'online', NOW)).toBe(false)
  expect(() => writeNow(db, tx => register(tx, event, applicant(), NOW))).toThrow('closed')
  const office = writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  const added = applicant({ email: 'bea@example.org', addedBy: office.id })
  expect(writeNow(db, tx => register(tx, event, added, NOW)).status).toBe('confirmed')
  expect(writeNow(db, tx => register(tx, event, applicant(), at('2026-12-01T08:00:00Z'))).status).toBe('confirmed')
})

test('moving an event moves it in the store, and moving it back brings it back', () => {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { registrationUntil: '2026-12-02T23:59' })
  const move = (from: typeof event, localStart: string) => {
    const { durationMinutes, attendance, venue, revision } = from
    const to = { localStart, durationMinutes, attendance, venue }
    return writeNow(db, tx => moveEvent(tx, from, to, '', { organiserId: null, revision }, NOW))
  }
  const moved = move(event, '2026-12-10T12:00')
  expect(moved.registrationUntil).toBe('2026-12-09T23:59')
  expect(move(moved, event.localStart).registrationUntil).toBe('2026-12-02T23:59')
})
