import { expect, test } from 'vitest'
import { instantsOf, isTimeZone, localTimeProblem, wallBefore } from '#src/lib/time.ts'

const at = (localStart: string) => ({ localStart, timeZone: 'Europe/Amsterdam', durationMinutes: 60 })

test('§8.48 first Thursdays at 12.00 stay 12.00 on both sides of the clock change', () => {
  const dates = [
    '2026-10-01',
    '2026-11-05',
    '2026-12-03',
    '2027-01-07',
    '2027-02-04',
    '2027-03-04',
    '2027-04-01',
    '2027-05-06',
  ]
  const hours = dates.map(date =>
    instantsOf(at(`${date}T12:00`))
      .startsAt.toString()
      .slice(11, 16),
  )
  expect(hours).toEqual(['10:00', '11:00', '11:00', '11:00', '11:00', '11:00', '10:00', '10:00'])
})

test('§8.49 a time that does not exist, or exists twice, is told apart', () => {
  expect(localTimeProblem('2027-03-28T02:30', 'Europe/Amsterdam')).toBe('time_missing')
  expect(localTimeProblem('2026-10-25T02:30', 'Europe/Amsterdam')).toBe('time_twice')
  expect(localTimeProblem('2026-10-25T12:00', 'Europe/Amsterdam')).toBeUndefined()
  expect(localTimeProblem('2026-02-30T12:00', 'Europe/Amsterdam')).toBe('time_invalid')
})

test('§8.50 one day before is by the wall clock', () => {
  expect(wallBefore(at('2027-03-28T12:00'), { days: 1 }).toString()).toBe('2027-03-27T11:00:00Z')
  expect(wallBefore(at('2027-03-28T12:00'), { hours: 1 }).toString()).toBe('2027-03-28T09:00:00Z')
})

test('only places are zones', () => {
  expect(['Europe/Amsterdam', 'America/Argentina/Buenos_Aires'].map(isTimeZone)).toEqual([true, true])
  expect(['CET', '+01:00', 'Etc/GMT-1', 'W. Europe Standard Time', 'Europe/Amsterdm', ''].map(isTimeZone)).toEqual(
    Array(6).fill(false),
  )
})
