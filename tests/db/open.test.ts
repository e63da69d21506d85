import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { appliedMigration, NewerDatabase, newestMigration, openDatabase } from '#db/open.ts'
import { settings } from '#db/schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-open-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a database', () => {
  test('is durable and keeps its own rules', () => {
    const { $client } = openDatabase(join(folder, 'deep', 'down', 'new.sqlite'))
    const pragma = (name: string) => $client.pragma(name, { simple: true })
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('synchronous')).toBe(2) // FULL
    expect(pragma('foreign_keys')).toBe(1)
    expect(pragma('busy_timeout')).toBe(5000)
  })

  test('has STRICT tables only, but for the two that are not ours', () => {
    const { $client } = openDatabase(':memory:')
    const tables = $client
      .prepare("select name, strict from pragma_table_list where schema = 'main' order by name")
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
