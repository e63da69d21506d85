import { describe, expect, test } from 'vitest'
import { asc } from '#db/drizzle.ts'
import { events } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { dateOf, enterEvents, readEvents, timeOf } from '#src/domain/event-lists.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { createTheme, listThemes } from '#src/domain/themes.ts'
import { readTable } from '#src/lib/tables.ts'
import { csvFile, xlsxFile } from '../support/tables.ts'
import { listMessages, makeGroup, NOW, openWorld } from '../support/world.ts'

const HEAD = [
  'Titel',
  'Datum',
  'Tijd',
  'Eindtijd',
  'Soort',
  'Groep',
  'Locatie',
  'Plaats',
  'Sprekers',
  "Thema's",
  'Code',
]

function openGroups() {
  const { db } = openWorld()
  const groups = [makeGroup(db), makeGroup(db, { slug: 'friesland', name: 'Friesland' })]
  writeNow(db, tx => createTheme(tx, { slug: 'armoede', name: 'Armoede' }))
  const usual = { groups, themes: listThemes(db), timeZone: 'Europe/Amsterdam' }
  const read = async (bytes: Buffer) => {
    const table = await readTable(bytes)
    return typeof table === 'string' ? undefined : readEvents(table, usual)
  }
  return { db, groups, read }
}

test('a list is read row by row, with usual values for what it does not say', async () => {
  const { groups, read } = openGroups()
  const rows = [
    [
      'Eén gezin',
      '6-3-2025',
      '12.00 uur',
      '13:30',
      'webinar',
      '',
      '',
      '',
      'Onderzoeker; Docent',
      'armoede, iets anders',
      'x',
    ],
    ['Werkbezoek', '2025-09-11', '', '', 'bijeenkomst', 'friesland', 'Buurthuis', 'Leeuwarden', '', '', ''],
  ]
  const list = await read(csvFile([HEAD, ...rows]))
  expect(list?.problems).toEqual([])
  expect(list?.unknown).toEqual(['Code'])
  expect(list?.entries).toEqual([
    {
      ...{ line: 2, title: 'Eén gezin', localStart: '2025-03-06T12:00', durationMinutes: 90, kind: 'webinar' },
      ...{
        group: groups[0],
        attendance: 'online',
        venue: null,
        summary: '',
        speakers: ['Onderzoeker', 'Docent'],
        themeIds: [1],
      },
    },
    {
      ...{ line: 3, title: 'Werkbezoek', localStart: '2025-09-11T12:00', durationMinutes: 60, kind: 'meeting' },
      ...{ group: groups[1], attendance: 'in_person', summary: '', speakers: [], themeIds: [] },
      venue: { name: 'Buurthuis', address: '', postcode: '', city: 'Leeuwarden', access: '' },
    },
  ])
})

test('a thousand rows of which fifty are wrong report exactly those', async () => {
  const { read } = openGroups()
  const wrong = [
    ['', '6-3-2025', '12:00'],
    ['Titel', '31-2-2025', '12:00'],
    ['Titel', '6-3-2025', '25:00'],
    ['Titel', '30-3-2025', '02:30'],
    ['Titel', '6-3-2025', '12:00', '11:00'],
  ]
  const rows = Array.from({ length: 1000 }, (_, index) =>
    index % 20 === 19 ? (wrong[Math.floor(index / 20) % 5] ?? []) : [`Webinar ${index}`, '6-3-2025', '12:00', '13:00'],
  )
  const list = await read(await xlsxFile({ name: 'Agenda', rows: [HEAD.slice(0, 4), ...rows] }))
  expect(list?.entries).toHaveLength(950)
  expect(list?.problems.map(({ line }) => line)).toEqual(Array.from({ length: 50 }, (_, index) => index * 20 + 21))
  expect(list?.problems.slice(0, 5).map(({ problems }) => problems)).toEqual([
    [{ field: 'title', why: 'missing' }],
    [{ field: 'date', why: 'unknown' }],
    [{ field: 'time', why: 'unknown' }],
    [{ field: 'time', why: 'no_such_time' }],
    [{ field: 'end', why: 'unknown' }],
  ])
})

test('what is over gets its page, what is to come is a draft, what is there stays; nobody is mailed', async () => {
  const { db, read } = openGroups()
  const rows = [
    ['Geweest', '6-3-2025', '12:00'],
    ['Komt nog', '4-3-2027', '12:00'],
  ]
  const list = await read(csvFile([HEAD.slice(0, 3), ...rows]))
  const enter = (name: string) =>
    writeNow(db, tx => {
      const { id } = createOrganiser(tx, `${name}@example.org`, '', NOW)
      return enterEvents(tx, list?.entries ?? [], { timeZone: 'Europe/Amsterdam', organiserId: id }, NOW)
    })
  expect(enter('een')).toEqual({ past: 1, coming: 1 })
  expect(enter('twee')).toEqual({ past: 0, coming: 0 })
  const laid = db.select().from(events).orderBy(asc(events.startsAt)).all()
  expect(laid.map(({ title, publishedAt }) => [title, publishedAt !== null])).toEqual([
    ['Geweest', true],
    ['Komt nog', false],
  ])
  expect(listMessages(db)).toEqual([])
})

test('what does not fit is named', async () => {
  const { read } = openGroups()
  const long = 'x'.repeat(3001)
  const head = ['Titel', 'Datum', 'Locatie', 'Sprekers', 'Samenvatting']
  const rows = [[long.slice(0, 151), '6-3-2025', long.slice(0, 151), long, long.slice(0, 501)]]
  const list = await read(csvFile([head, ...rows]))
  expect(list?.problems[0]?.problems).toEqual(
    ['title', 'venue', 'speakers', 'summary'].map(field => ({ field, why: 'too_long' })),
  )
})

describe('what people type', () => {
  test('as a date', () => {
    const dates = [
      '2025-03-06',
      '6-3-2025',
      '06/03/2025',
      '6.3.2025',
      '6 maart 2025',
      'do 6 mrt. 2025',
      'donderdag 6 maart 2025',
    ]
    expect(dates.map(dateOf)).toEqual(dates.map(() => '2025-03-06'))
    expect(['6 mei 2025', '6 okt 2025', '2025-03-06T12:00'].map(dateOf)).toEqual([
      '2025-05-06',
      '2025-10-06',
      '2025-03-06',
    ])
    expect(['31-2-2025', 'morgen', '6-3-25', '', '45722', '6 foo 2025'].map(dateOf)).toEqual(Array(6).fill(undefined))
  })

  test('as a time', () => {
    const times = ['9:30', '09.30', '9.30 uur', '9u30', '09:30:00', '0.395833333', '1899-12-30T09:30']
    expect(times.map(timeOf)).toEqual(times.map(() => '09:30'))
    expect(['12', '12 uur', '12u', '0,5'].map(timeOf)).toEqual(Array(4).fill('12:00'))
    expect(['24:00', '12:60', 'middag', '', '123'].map(timeOf)).toEqual(Array(5).fill(undefined))
  })
})
