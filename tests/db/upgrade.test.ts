// From each version that was ever released to this one: a database full of people, events and mails, as that version kept
// them, opens and holds every row as it was. A migration that loses or turns over anything fails here by itself.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { layAttendees } from '#db/attendees.ts'
import { openDatabase } from '#db/open.ts'
import { EXAMPLE, readProgramme } from '#db/programme.ts'
import { layProgramme } from '#db/seed.ts'
import { appliedMigration, newestMigration } from '#db/versions.ts'
import { writeNow } from '#db/write.ts'
import { makeOlder, VERSIONS } from '../support/older.ts'
import { NOW } from '../support/world.ts'

const older = VERSIONS.slice(0, -1).map(({ tag }, index): [string, number] => [tag, index])
const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-upgrade-'))
const example = join(folder, 'example.sqlite')
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(() => {
  const db = openDatabase(example)
  writeNow(db, tx => layAttendees(tx, layProgramme(tx, readProgramme(EXAMPLE), 'Europe/Amsterdam', NOW), NOW))
  db.$client.close()
})

/** The file as the version whose newest migration is `last` made it, with as much of the example as it could hold. */
function makeFilled(last: number): string {
  const file = join(folder, `${last}.sqlite`)
  const client = makeOlder(file, last)
  client.exec(`pragma foreign_keys = off; attach '${example}' as example`)
  for (const [table, columns] of Object.entries(sharedWith(client))) {
    const names = columns.join(', ')
    client.exec(`delete from "${table}"; insert into "${table}" (${names}) select ${names} from example."${table}"`)
  }
  expect(client.pragma('foreign_key_check')).toEqual([])
  client.close()
  return file
}

type Client = InstanceType<typeof Sqlite>

function columnsOf(client: Client, schema: string): Record<string, string[]> {
  const rows = client
    .prepare(
      `select t.name as "table", c.name as "column" from pragma_table_list t, pragma_table_xinfo(t.name, t.schema) c
        where t.schema = ? and t.type = 'table' and t.name not like 'sqlite_%' and t.name not like '\\_\\_%' escape '\\'
          and c.hidden = 0`,
    )
    .all(schema) as { table: string; column: string }[]
  const byTable = Object.groupBy(rows, ({ table }) => table)
  return Object.fromEntries(Object.entries(byTable).map(([table, list = []]) => [table, list.map(one => one.column)]))
}

/** By table the columns that stand in both. */
function sharedWith(client: Client): Record<string, string[]> {
  const [here, there] = [columnsOf(client, 'main'), columnsOf(client, 'example')]
  return Object.fromEntries(
    Object.entries(here).flatMap(([table, columns]) => {
      const shared = columns.filter(column => there[table]?.includes(column))
      return shared.length ? [[table, shared]] : []
    }),
  )
}

/** Of these columns every row as text, in the order in which they were made. */
function rowsOf(client: Client, columns: Record<string, string[]>) {
  return Object.fromEntries(
    Object.entries(columns).map(([table, names]) => [
      table,
      client
        .prepare(`select ${names.join(', ')} from "${table}" order by rowid`)
        .raw()
        .all()
        .map(row => JSON.stringify(row)),
    ]),
  )
}

describe.each(older)('a database of %s', (_tag, last) => {
  test('opens, is brought up to date, and keeps every row', () => {
    const file = makeFilled(last)
    const before = new Sqlite(file)
    before.exec(`attach '${example}' as example`)
    const shared = sharedWith(before)
    const kept = rowsOf(before, shared)
    before.close()
    const { $client: client } = openDatabase(file)
    const rows = rowsOf(client, shared)
    const different = (table: string) => kept[table]?.filter((row, index) => row !== rows[table]?.[index]) ?? []
    expect(Object.keys(shared).flatMap(table => different(table).map(row => `${table}: ${row}`))).toEqual([])
    expect(Object.keys(shared).filter(table => rows[table]?.length !== kept[table]?.length)).toEqual([])
    expect(kept.registrations?.length).toBeGreaterThan(100)
    expect(appliedMigration(client)).toBe(newestMigration())
    expect(client.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(client.pragma('foreign_key_check')).toEqual([])
    client.close()
  })
})
