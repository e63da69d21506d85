// Opens the one SQLite file: durable, strict, migrated. How it is written stands in `write`.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { fold } from '#src/lib/text.ts'
import * as schema from './schema.ts'

const require = createRequire(import.meta.url) // see drizzle.ts
const Sqlite = require('better-sqlite3') as typeof BetterSqlite3
const { drizzle } = require('drizzle-orm/better-sqlite3') as typeof import('drizzle-orm/better-sqlite3')
const { migrate } =
  require('drizzle-orm/better-sqlite3/migrator') as typeof import('drizzle-orm/better-sqlite3/migrator')

export type Db = BetterSQLite3Database<typeof schema> & { $client: BetterSqlite3.Database }
declare const inside: unique symbol
/** A database inside a write transaction: only `write`, `writeNow` and `preview` hand one out. */
export type Tx = Db & { [inside]: true }

const MIGRATIONS = join(import.meta.dirname, 'migrations')

export class NewerDatabase extends Error {}

/**
 * Opens (or makes) the database and brings it up to date; the bytes of one become a database in memory of its own. Refuses one
 * that a newer version of the program has migrated.
 */
export function openDatabase(file: string | Buffer): Db {
  if (typeof file === 'string' && file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  const client = new Sqlite(file)
  client.pragma('journal_mode = WAL')
  client.pragma('synchronous = FULL')
  client.pragma('foreign_keys = ON')
  client.pragma('busy_timeout = 5000')
  // So that a list is searched and sorted as people read names; no index or constraint may lean on it.
  client.function('fold', { deterministic: true }, (value: unknown) => fold(String(value ?? '')))
  const db = drizzle(client, { schema, casing: 'snake_case' }) as Db
  const newest = newestMigration()
  const applied = appliedMigration(client)
  if (applied > newest) {
    client.close()
    throw new NewerDatabase(
      `${file} was made by a newer version of Aanschuiven: start that version, or restore an older backup`,
    )
  }
  if (applied < newest) bringUpToDate(db)
  return db
}

/**
 * SQLite changes a table by building it anew, and for that references must not be enforced (lang_altertable, §7); the pragma
 * does nothing inside the migration's transaction, so it is set round it.
 */
function bringUpToDate(db: Db): void {
  const { $client: client } = db
  client.pragma('foreign_keys = OFF')
  migrate(db, { migrationsFolder: MIGRATIONS })
  const broken = client.pragma('foreign_key_check') as { table: string }[]
  if (broken.length) throw new Error(`after the migration ${broken[0]?.table} refers to what is not there`)
  client.pragma('foreign_keys = ON')
}

/** When the newest migration that a database holds was made (ms); 0 for an empty one. */
export function appliedMigration(client: BetterSqlite3.Database): number {
  const table = client.prepare("select 1 from sqlite_master where name = '__drizzle_migrations'").get()
  if (!table) return 0
  const row = client.prepare('select max(created_at) as newest from __drizzle_migrations').get() as {
    newest: number | null
  }
  return Number(row.newest ?? 0)
}

export function newestMigration(): number {
  const journal = `${MIGRATIONS}/meta/_journal.json`
  if (!existsSync(journal)) throw new Error(`${journal} is missing`)
  const { entries } = JSON.parse(readFileSync(journal, 'utf8')) as { entries: { when: number }[] }
  return Math.max(...entries.map(entry => entry.when))
}
