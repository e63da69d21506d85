// Half a migration: a database ends as the new version has it or stays as it was, whatever happens in between.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#db/open.ts'
import { settings } from '#db/schema.ts'
import { FailedMigration, MIGRATIONS, newestMigration } from '#db/versions.ts'

const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-migrating-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let number = 0

/** The migrations there are, and one more. */
function withOneMore(sql: string): string {
  const migrations = join(folder, `migrations-${++number}`)
  cpSync(MIGRATIONS, migrations, { recursive: true })
  const journal = join(migrations, 'meta', '_journal.json')
  const { entries, ...rest } = JSON.parse(readFileSync(journal, 'utf8'))
  const one = { ...entries.at(-1), idx: entries.length, when: newestMigration() + 1, tag: '0099_one_more' }
  writeFileSync(journal, JSON.stringify({ ...rest, entries: [...entries, one] }))
  writeFileSync(join(migrations, '0099_one_more.sql'), sql)
  return migrations
}

function makeUsed(): string {
  const file = join(folder, `used-${++number}.sqlite`)
  const db = openDatabase(file)
  db.insert(settings).values({ key: 'kept', value: 'yes' }).run()
  db.$client.close()
  return file
}

/** All it holds, in a word for each thing. */
function stateOf(file: string): string {
  const client = new Sqlite(file)
  const schema = client.prepare('select group_concat(sql, char(10)) from sqlite_schema').pluck().get()
  const rows = client.prepare("select group_concat(key || '=' || value) from settings").pluck().get()
  const versions = client.prepare('select count(*) from __drizzle_migrations').pluck().get()
  const integrity = client.pragma('integrity_check', { simple: true })
  client.close()
  return JSON.stringify([schema, rows, versions, integrity])
}

describe('a migration that fails', () => {
  test.each([
    [
      'halfway',
      'create table more (id integer) strict;\n--> statement-breakpoint\ndrop table groups;\n--> statement-breakpoint\ncreate table settings (x);',
      '0099_one_more: table `?settings`? already exists',
    ],
    [
      'in what it leaves',
      "insert into event_slugs (slug, event_id) values ('weg', 77);",
      'event_slugs refers to what is not there',
    ],
  ])('%s leaves the database whole and says one clear line', (_, sql, why) => {
    const file = makeUsed()
    const before = stateOf(file)
    const migrations = withOneMore(sql)
    const line = new RegExp(
      `^${file} could not be brought up to date: ${why}\\. Nothing was changed: the version that ran before still runs$`,
    )
    expect(() => openDatabase(file, migrations)).toThrow(FailedMigration)
    expect(() => openDatabase(file, migrations)).toThrow(line)
    expect(stateOf(file)).toBe(before)
    const db = openDatabase(file)
    expect(db.select().from(settings).all()).toEqual([{ key: 'kept', value: 'yes' }])
    expect(db.$client.pragma('foreign_keys', { simple: true })).toBe(1)
    db.$client.close()
  })
})

test('two that begin it together do it once', async () => {
  const file = makeUsed()
  const migrations = withOneMore('create table more (id integer) strict; insert into more values (1);')
  const ends = await Promise.all([1, 2].map(() => open(file, migrations).ended))
  expect(ends).toEqual([0, 0])
  const db = openDatabase(file, migrations)
  expect(db.$client.prepare('select count(*) from more').pluck().get()).toBe(1)
  db.$client.close()
})

/** Opens it in a process of its own. */
function open(file: string, migrations: string) {
  const opener = resolve(import.meta.dirname, '../../db/open.ts')
  const script = `const { openDatabase } = await import(process.argv[1]); openDatabase(process.argv[2], process.argv[3])`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, opener, file, migrations], {
    stdio: 'inherit',
  })
  return { child, ended: once(child, 'exit').then(([code]) => code as number | null) }
}

test('killed in the middle of it, again and again, the database is the old one or the new one', async () => {
  const used = makeUsed()
  const before = stateOf(used)
  // Work enough that it takes a while, and fills the log with pages that are in no commit.
  const migrations = withOneMore(`create table more (id integer primary key, text text not null) strict;
    insert into more with recursive n(i) as (select 1 union all select i + 1 from n where i < 60000)
      select i, hex(randomblob(100)) from n;
    --> statement-breakpoint
    create index more_text on more (text);
    --> statement-breakpoint
    insert into settings values ('migrated', 'yes');`)
  let [old, halfway] = [0, 0]
  for (let kill = 0; kill < 5; kill++) {
    const file = join(folder, `killed-${++number}.sqlite`)
    copyFileSync(used, file)
    const { child, ended } = open(file, migrations)
    const pages = () => (existsSync(`${file}-wal`) ? readFileSync(`${file}-wal`).length : 0)
    // In the middle: once so much of it is in the log.
    let isOver = false
    ended.then(() => {
      isOver = true
    })
    while (!isOver && pages() < 1_500_000 * kill) await new Promise(next => setTimeout(next, 2))
    if (pages() > 1_000_000) halfway++
    child.kill('SIGKILL')
    await ended
    const found = join(folder, `found-${number}`)
    mkdirSync(found)
    for (const end of ['', '-wal']) if (existsSync(file + end)) copyFileSync(file + end, join(found, `db${end}`))
    if (stateOf(join(found, 'db')) === before) old++
    // The next start finishes it.
    const db = openDatabase(file, migrations)
    expect(db.$client.prepare('select count(*) from more').pluck().get()).toBe(60_000)
    expect(
      db
        .select()
        .from(settings)
        .all()
        .map(({ key }) => key),
    ).toEqual(['kept', 'migrated'])
    expect(db.$client.pragma('integrity_check', { simple: true })).toBe('ok')
    db.$client.close()
  }
  console.log(`5 kills during a migration: ${halfway} with a part of it in the log, ${old} found as before`)
  expect(old).toBeGreaterThan(0)
  expect(halfway).toBeGreaterThan(0)
})
