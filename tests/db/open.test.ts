import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#db/open.ts'
import { settings } from '#db/schema.ts'
import { appliedMigration, NewerDatabase, newestMigration } from '#db/versions.ts'
import { listLines } from '#src/domain/run-sheets.ts'
import { makeGroup, makeSeries, openWorld } from '../support/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-open-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function firstMigration(): number {
  const journal = join(import.meta.dirname, '../../db/migrations/meta/_journal.json')
  return JSON.parse(readFileSync(journal, 'utf8')).entries[0].when
}

describe('a database', () => {
  test('is durable and keeps its own rules', () => {
    const { $client } = openDatabase(join(folder, 'deep', 'down', 'new.sqlite'))
    const pragma = (name: string) => $client.pragma(name, { simple: true })
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('synchronous')).toBe(2) // FULL
    expect(pragma('foreign_keys')).toBe(1)
    expect(pragma('busy_timeout')).toBe(5000)
  })

  test('has STRICT tables only, but for those that are not ours', () => {
    const { $client } = openDatabase(':memory:')
    const tables = $client
      .prepare(
        "select name, strict from pragma_table_list where schema = 'main' and type <> 'view' and name not like 'event_search%' order by name",
      )
      .all()
    const loose = (tables as { name: string; strict: number }[]).filter(({ strict }) => strict === 0)
    expect(loose.map(({ name }) => name)).toEqual(['__drizzle_migrations', 'sqlite_schema', 'sqlite_sequence'])
    expect(tables.length - loose.length).toBeGreaterThan(15)
  })

  test('is migrated once: opening it again changes nothing', () => {
    const file = join(folder, 'twice.sqlite')
    const first = openDatabase(file)
    first.insert(settings).values({ key: 'kept', value: 'yes' }).run()
    first.$client.close()
    const again = openDatabase(file)
    expect(again.select().from(settings).all()).toEqual([{ key: 'kept', value: 'yes' }])
    expect(appliedMigration(again.$client)).toBe(newestMigration())
  })

  test('of an older version keeps every row, and never gives an id out twice', () => {
    const file = join(folder, 'older.sqlite')
    const older = new Sqlite(file)
    const first = readFileSync(join(import.meta.dirname, '../../db/migrations/0000_first.sql'), 'utf8')
    older.exec(first.replaceAll('--> statement-breakpoint', ''))
    older.exec(`create table __drizzle_migrations (id integer primary key, hash text not null, created_at numeric);
      insert into __drizzle_migrations (hash, created_at) values ('first', ${firstMigration()});
      insert into groups (id, slug, name) values (1, 'noord', 'Noord');
      insert into people (id, email, created_at) values (1, 'zoe@example.org', 1);
      insert into events (id, uid, slug, group_id, kind, time_zone, duration_minutes, attendance, title, local_start,
        starts_at, ends_at, revised_at, created_at)
        values (1, 'u-1', 'webinar', 1, 'webinar', 'Europe/Amsterdam', 60, 'online', 'Webinar', '2026-12-03T12:00', 1, 2, 1, 1);
      insert into series (id, slug, title, group_id, kind, time_zone, duration_minutes, attendance, rule, local_time, created_at)
        values (5, 'reeks', 'Reeks', 1, 'webinar', 'Europe/Amsterdam', 60, 'online', 'FREQ=MONTHLY;BYDAY=1TH', '12:00', 1);
      insert into registrations (id, event_id, person_id, name, role, attendance, locale, status, queue_number, revised_at, created_at,
        attended_at) values (7, 1, 1, 'Zoë', 'practice', 'online', 'nl', 'confirmed', 1, 1, 1, 1);
      insert into messages (id, key, kind, lane, state, to_address, locale, registration_id, created_at, due_at, expires_at)
        values (3, 'a', 'confirmed', 3, 'sent', 'zoe@example.org', 'nl', 7, 1, 1, 1), (4, 'b', 'my', 3, 'sent', 'x', 'nl', null, 1, 1, 1);
      delete from messages where id = 4`)
    older.close()
    const { $client } = openDatabase(file)
    expect($client.prepare('select name, reply, frees_at from registrations').all()).toEqual([
      { name: 'Zoë', reply: null, frees_at: null },
    ])
    expect($client.prepare('select id, kind, registration_id, bounce from messages').all()).toEqual([
      { id: 3, kind: 'confirmed', registration_id: 7, bounce: null },
    ])
    expect(
      $client.prepare("select name, seq from sqlite_sequence where name in ('messages', 'registrations')").all(),
    ).toEqual(
      expect.arrayContaining([
        { name: 'messages', seq: 4 },
        { name: 'registrations', seq: 7 },
      ]),
    )
    // Who was there before it was kept how we knew, was there by the door.
    const seen = 'select registration_id, is_present, source, at from check_ins'
    expect($client.prepare(seen).all()).toEqual([{ registration_id: 7, is_present: 1, source: 'door', at: 1 }])
    expect($client.prepare('select attended_at, attendance_source from registrations').all()).toEqual([
      { attended_at: 1, attendance_source: 'door' },
    ])
    // What was there before run sheets has the usual one, as what is made from now on.
    const linesOf = (column: string, id: number) =>
      $client.prepare(`select days, proof from tasks where ${column} = ? order by id`).all(id)
    const { db } = openWorld()
    const { id: seriesId } = makeSeries(db, makeGroup(db))
    const usual = listLines(db, { seriesId }).map(({ days, proof }) => ({ days, proof }))
    expect([linesOf('series_id', 5), linesOf('event_id', 1)]).toEqual([usual, usual])
    expect($client.pragma('foreign_keys', { simple: true })).toBe(1)
    expect($client.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  test('of a newer version is refused, and left as it is', () => {
    const file = join(folder, 'newer.sqlite')
    const db = openDatabase(file)
    const newer = newestMigration() + 1
    db.$client.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run('later', newer)
    db.$client.close()
    expect(() => openDatabase(file)).toThrow(NewerDatabase)
    expect(() => openDatabase(file)).toThrow(`${file} was made by a newer version of Aanschuiven`)
  })
})
