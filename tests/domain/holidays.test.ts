import { expect, test } from 'vitest'
import { easterOf, holidaysOn } from '#src/domain/holidays.ts'
import { datesOf, parseRule } from '#src/domain/rules.ts'

const day = (text: string) => Temporal.PlainDate.from(text)
const dates = (rule: string, from: string, until: string) => {
  const parsed = parseRule(rule)
  if (!parsed) throw new Error('no rule')
  return datesOf(parsed, day(from), day(until)).map(String)
}

test('Easter, where the tables say', () => {
  const years = [2024, 2025, 2026, 2027, 2028, 2038, 2049]
  expect(years.map(year => easterOf(year).toString())).toEqual([
    '2024-03-31',
    '2025-04-20',
    '2026-04-05',
    '2027-03-28',
    '2028-04-16',
    '2038-04-25',
    '2049-04-18',
  ])
})

test('§8.51 first Thursdays on free or delicate days until 2035, 6 May 2027 among them', () => {
  const hits = dates('FREQ=MONTHLY;BYDAY=1TH', '2026-01-01', '2035-12-31').flatMap(date =>
    holidaysOn(day(date)).map(name => `${date} ${name}`),
  )
  expect(hits).toEqual([
    '2026-01-01 new_year',
    '2027-05-06 ascension',
    '2028-05-04 remembrance',
    '2030-12-05 st_nicholas',
    '2032-01-01 new_year',
    '2032-05-06 ascension',
    '2033-05-05 liberation',
    '2034-05-04 remembrance',
    '2035-05-03 ascension',
  ])
})

test('Koningsdag moves to Saturday when the 27th is a Sunday', () => {
  expect(holidaysOn(day('2025-04-26'))).toEqual(['kings_day'])
  expect(holidaysOn(day('2025-04-27'))).toEqual([])
  expect(holidaysOn(day('2026-04-27'))).toEqual(['kings_day'])
})

test('rules give their dates', () => {
  expect(dates('FREQ=MONTHLY;BYDAY=1TH', '2026-11-21', '2027-03-31')).toEqual([
    '2026-12-03',
    '2027-01-07',
    '2027-02-04',
    '2027-03-04',
  ])
  expect(dates('FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=3TU', '2026-11-21', '2027-12-31')).toEqual([
    '2026-12-15',
    '2027-03-16',
    '2027-06-15',
    '2027-09-21',
    '2027-12-21',
  ])
  expect(dates('FREQ=MONTHLY;BYDAY=-1FR', '2027-01-01', '2027-03-31')).toEqual([
    '2027-01-29',
    '2027-02-26',
    '2027-03-26',
  ])
  expect(dates('FREQ=WEEKLY;INTERVAL=3;BYDAY=TU;COUNT=5', '2026-12-26', '2028-01-01')).toEqual([
    '2026-12-29',
    '2027-01-19',
    '2027-02-09',
    '2027-03-02',
    '2027-03-23',
  ])
})

test('what is no rule of ours is refused', () => {
  expect(
    [
      '',
      'FREQ=DAILY',
      'FREQ=MONTHLY;BYDAY=5TH',
      'FREQ=MONTHLY;BYMONTH=13;BYDAY=1TH',
      'FREQ=WEEKLY;INTERVAL=0;BYDAY=TU',
    ].map(parseRule),
  ).toEqual(Array(5).fill(undefined))
})
