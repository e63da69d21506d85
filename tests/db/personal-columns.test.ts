// Every column says whether it holds personal data: the type check finds one that is missing, this finds what it cannot see.
import { is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { getTableColumns, getTableName } from '#db/drizzle.ts'
import { openDatabase } from '#db/open.ts'
import { emptied, PERSONAL_COLUMNS, personalColumns, type TableName } from '#db/personal-columns.ts'
import { DATA, DATA_KINDS } from '#db/personal-data.ts'
import * as schema from '#db/schema.ts'

const tables = Object.entries(schema).flatMap(([name, table]) =>
  is(table, SQLiteTable) ? [[name as TableName, table] as const] : [],
)

test('every column of the schema is in one list, and no other is', () => {
  expect(Object.keys(PERSONAL_COLUMNS).sort()).toEqual(tables.map(([name]) => name).sort())
  for (const [name, table] of tables) {
    expect(Object.keys(PERSONAL_COLUMNS[name]).sort(), name).toEqual(Object.keys(getTableColumns(table)).sort())
  }
})

/** Tables and views that are none of the schema, and what they hold. */
const OTHERS = {
  __drizzle_migrations: 'how far the schema is',
  sqlite_sequence: 'the last number of each table',
  // Of migration 0004_finding. The words of events are data of the kind `published`: they go when the event changes or goes.
  event_words: 'a view: the words of an event, from columns that stand in the lists',
  event_search: 'the index of those words; it keeps no text of its own',
  event_search_config: 'the version of that index',
  event_search_data: 'the words, and in which events they stand',
  event_search_docsize: 'how many words each event has',
  event_search_idx: 'where in the index a word begins',
  // Of migration 0007_years: numbers by group, series, theme, role and organisation, and where changes of them are put.
  event_cells: 'a view: the cells of a year that an event counts in',
  event_shares: 'a view: what an event adds to each',
  organisation_shares: 'a view: what its organisations add',
  added_to_year: 'a view to write to: adds to the sums of a year',
  added_to_organisations: 'a view to write to: the same for organisations',
}

test('and every table and view of the database is in the schema, but for those named here with what they hold', () => {
  const { $client } = openDatabase(':memory:')
  const names = $client.prepare("select name from sqlite_schema where type in ('table', 'view')").pluck().all()
  const others = names.filter(name => !tables.some(([, table]) => getTableName(table) === name))
  expect(others.sort()).toEqual(Object.keys(OTHERS).sort())
})

test('what events are searched by holds their public words only', () => {
  const { $client } = openDatabase(':memory:')
  const view = String($client.prepare("select sql from sqlite_schema where name = 'event_words'").pluck().get())
  const columns = Object.entries(PERSONAL_COLUMNS.events).filter(([name]) => view.includes(`\`${name}\``))
  expect(columns.flatMap(([name, kind]) => (kind === 'none' ? [] : [[name, kind]]))).toEqual(
    ['title', 'summary', 'description', 'speakers', 'yield'].map(name => [name, 'published']),
  )
})

test('no column stands in two lists', () => {
  const lists = Object.values(PERSONAL_COLUMNS).flatMap(columns => Object.values(columns))
  expect(lists).toHaveLength(tables.reduce((sum, [, table]) => sum + Object.keys(getTableColumns(table)).length, 0))
})

test('every kind of data is held somewhere, and ends', () => {
  const held = new Set(Object.values(PERSONAL_COLUMNS).flatMap(columns => Object.values(columns)))
  expect([...held].filter(kind => kind !== 'none').sort()).toEqual([...DATA_KINDS].sort())
  expect(DATA_KINDS.filter(kind => ['never', 'removal'].includes(DATA[kind].end.after))).toEqual(['published', 'count'])
})

test('what is emptied can be stored', () => {
  expect(emptied('people', 'address')).toEqual({
    email: null,
    remindersStoppedAt: null,
    undeliverableAt: null,
    undeliverableReason: '',
  })
  expect(personalColumns('people')).toContain('createdAt')
})
