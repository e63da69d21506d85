import { describe, expect, test } from 'vitest'
import { formatsIn } from '#src/i18n/dates.ts'
import { instantsOf } from '#src/lib/time.ts'

const at = (localStart: string, durationMinutes: number, timeZone = 'Europe/Amsterdam') => ({
  localStart,
  durationMinutes,
  timeZone,
})

describe('from when to when', () => {
  test.each([
    [at('2026-12-03T12:00', 60), '12.00–13.00 uur'],
    [at('2026-12-31T23:00', 120), '23.00–1.00 uur'],
    [at('2026-12-03T00:00', 1440), '0.00–0.00 uur'],
    // The night of 28 March 2027 has no 2.30; that of 25 October 2026 has it twice.
    [at('2027-03-28T01:00', 120), '1.00–4.00 uur'],
    [at('2026-10-25T01:00', 180), '1.00–3.00 uur'],
    [at('2027-03-14T01:00', 120, 'America/New_York'), '1.00–4.00 uur'],
    [at('2027-03-28T01:00', 120, 'America/New_York'), '1.00–3.00 uur'],
  ])('%o', (when, text) => {
    expect(formatsIn('nl', 'Europe/Amsterdam').range(when)).toBe(text)
    const end = instantsOf(when).endsAt.toZonedDateTimeISO(when.timeZone).toPlainTime()
    expect(text).toContain(`–${end.hour}.${String(end.minute).padStart(2, '0')}`)
  })
})

test('a moment that belongs to an event reads on the event’s clock, wherever the installation stands', () => {
  const instant = Temporal.Instant.from('2026-12-03T23:30:00Z')
  const event = { timeZone: 'Europe/Amsterdam' }
  for (const zone of ['Europe/Amsterdam', 'America/New_York']) {
    const formats = formatsIn('nl', zone)
    expect([formats.momentOf(event, instant), formats.timeOf(event, instant)]).toEqual([
      'vrijdag 4 december, 0.30',
      '0.30',
    ])
  }
  expect(formatsIn('en', 'UTC').timeOf(event, instant)).toBe('0:30')
})
