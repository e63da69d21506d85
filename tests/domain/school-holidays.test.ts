import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { createGroup } from '#src/domain/groups.ts'
import {
  keepSchoolHolidays,
  listSchoolHolidays,
  readSchoolHolidays,
  schoolHolidaysBetween,
  schoolHolidaysOn,
  schoolRegionOf,
} from '#src/domain/school-holidays.ts'
import { openWorld } from '../support/world.ts'

const FILE = readFileSync(join(import.meta.dirname, '../fixtures/school-holidays/two-years.json'), 'utf8')
const day = (text: string) => Temporal.PlainDate.from(text)

function openHolidays() {
  const { db } = openWorld()
  const list = readSchoolHolidays(FILE) ?? []
  writeNow(db, tx => keepSchoolHolidays(tx, list))
  const on = (date: string, region?: 'north' | 'central' | 'south') =>
    schoolHolidaysOn(schoolHolidaysBetween(db, region, day(date), day(date)), day(date))
  return { db, list, on }
}

test('the open data is read by its days in Amsterdam, winter and summer, with the whole country as three regions', () => {
  const { list } = openHolidays()
  expect(list).toHaveLength(3 + 3 + 3 + 3 + 3)
  expect(list[0]).toEqual({ name: 'Herfstvakantie', region: 'north', startsOn: '2026-10-10', endsOn: '2026-10-18' })
  expect(list.filter(({ name }) => name === 'Kerstvakantie')).toEqual(
    ['north', 'central', 'south'].map(region => ({
      ...{ name: 'Kerstvakantie', region, startsOn: '2026-12-19', endsOn: '2027-01-03' },
    })),
  )
})

test('a day is asked of one region or of all, first and last day included', () => {
  const { on } = openHolidays()
  expect(on('2026-10-09')).toEqual([])
  expect(on('2026-10-10')).toEqual([{ name: 'Herfstvakantie', regions: ['north'] }])
  expect(on('2026-10-18')).toEqual([{ name: 'Herfstvakantie', regions: ['north', 'central', 'south'] }])
  expect(on('2026-10-18', 'south')).toEqual([{ name: 'Herfstvakantie', regions: ['south'] }])
  expect(on('2026-10-25', 'south')).toEqual([{ name: 'Herfstvakantie', regions: ['south'] }])
  expect(on('2026-10-26', 'south')).toEqual([])
  expect(on('2027-05-06', 'north')).toEqual([{ name: 'Meivakantie', regions: ['north'] }])
})

test('read again it holds nothing twice, and a corrected date replaces the old one', () => {
  const { db, list } = openHolidays()
  const before = listSchoolHolidays(db)
  writeNow(db, tx => keepSchoolHolidays(tx, list))
  expect(listSchoolHolidays(db)).toEqual(before)
  const corrected = list.map(one => (one.name === 'Zomervakantie' ? { ...one, startsOn: '2027-07-12' } : one))
  writeNow(db, tx => keepSchoolHolidays(tx, corrected))
  expect(listSchoolHolidays(db)).toHaveLength(before.length)
  expect(listSchoolHolidays(db).filter(({ startsOn }) => startsOn === '2027-07-17')).toEqual([])
})

test('one school year read later leaves the other as it was', () => {
  const { db } = openHolidays()
  const [first] = JSON.parse(FILE)
  const oneYear = readSchoolHolidays(JSON.stringify(first)) ?? []
  expect(oneYear).toHaveLength(12)
  const before = listSchoolHolidays(db)
  writeNow(db, tx => keepSchoolHolidays(tx, oneYear))
  expect(listSchoolHolidays(db)).toEqual(before)
})

test('what is no such data is nothing, whatever it is', () => {
  for (const text of ['', '<xml/>', '[]', '{}', 'null', '[{"content":[{"vacations":[{}]}]}]', '{"content":"x"}'])
    expect(readSchoolHolidays(text)).toBeUndefined()
  // Nothing that JSON can say makes it throw.
  fc.assert(fc.property(fc.json(), text => (readSchoolHolidays(text) ?? [undefined]).length > 0))
})

test('the region is the group’s own, or that of the nearest group above it', () => {
  const { db } = openHolidays()
  const make = (slug: string, parentId: number | null, schoolRegion: 'north' | 'south' | null) =>
    writeNow(db, tx => createGroup(tx, { slug, name: slug, parentId, schoolRegion })).id
  const top = make('top', null, 'south')
  const middle = make('middle', top, null)
  const own = make('own', middle, 'north')
  const leaf = make('leaf', own, null)
  const lone = make('lone', null, null)
  expect([top, middle, own, leaf, lone].map(id => schoolRegionOf(db, id))).toEqual([
    'south',
    'south',
    'north',
    'north',
    undefined,
  ])
})
