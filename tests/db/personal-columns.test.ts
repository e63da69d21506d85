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

test('and every table of the database is in the schema, but for those that say of themselves what they are', () => {
  const { $client } = openDatabase(':memory:')
  const names = $client.prepare("select name from sqlite_schema where type = 'table'").pluck().all()
  expect(names.filter(name => !tables.some(([, table]) => getTableName(table) === name)).sort()).toEqual([
    '__drizzle_migrations',
    'sqlite_sequence',
  ])
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
    newsletterStoppedAt: null,
    undeliverableAt: null,
    undeliverableReason: '',
  })
  expect(personalColumns('people')).toContain('createdAt')
})
