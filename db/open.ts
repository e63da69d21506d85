// Opens the one SQLite file: durable, strict, migrated. How it is written stands in `write`.
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { fold } from '#src/lib/text.ts'
import * as schema from './schema.ts'
import { bringUpToDate } from './versions.ts'

const require = createRequire(import.meta.url) // see drizzle.ts
const Sqlite = require('better-sqlite3') as typeof BetterSqlite3
const { drizzle } = require('drizzle-orm/better-sqlite3') as typeof import('drizzle-orm/better-sqlite3')

export type Db = BetterSQLite3Database<typeof schema> & { $client: BetterSqlite3.Database }
declare const inside: unique symbol
/** A database inside a write transaction: only `write`, `writeNow` and `preview` hand one out. */
export type Tx = Db & { [inside]: true }

/** Half of what better-sqlite3 takes by itself: of what is not in it the system holds most, a microsecond away. */
const CACHE_KIB = 8000
/** How long a process that can stand still waits for another one to finish writing. */
export const BUSY_TIMEOUT_MS = 5000

/**
 * Opens (or makes) the database and brings it up to date; the bytes of one become a database in memory of its own. Refuses one
 * that a newer version of the program has migrated, and leaves one that cannot be brought up to date as it was.
 */
export function openDatabase(file: string | Buffer, migrations?: string): Db {
  if (typeof file === 'string' && file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  const client = new Sqlite(file)
  try {
    client.pragma('journal_mode = WAL')
    client.pragma('synchronous = FULL')
    client.pragma('foreign_keys = ON')
    client.pragma(`cache_size = -${CACHE_KIB}`)
    client.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
    // So that a list is searched and sorted as people read names; no index or constraint may lean on it.
    client.function('fold', { deterministic: true }, (value: unknown) => fold(String(value ?? '')))
    bringUpToDate(client, migrations)
  } catch (error) {
    client.close()
    throw error
  }
  return drizzle(client, { schema, casing: 'snake_case' }) as Db
}
