// A database as an earlier version of the program made it: its tables, and nothing in them.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Sqlite from 'better-sqlite3'
import { fold } from '#src/lib/text.ts'

const MIGRATIONS = resolve(import.meta.dirname, '../../db/migrations')

/** The migrations there are, in order. */
export const VERSIONS = (
  JSON.parse(readFileSync(join(MIGRATIONS, 'meta/_journal.json'), 'utf8')) as {
    entries: { tag: string; when: number }[]
  }
).entries

/** Makes the file as the version whose newest migration is the `last` one made it, and leaves it open. */
export function makeOlder(file: string, last = VERSIONS.length - 2): Sqlite.Database {
  const client = new Sqlite(file)
  client.pragma('synchronous = off')
  client.function('fold', { deterministic: true }, value => fold(String(value ?? '')))
  client.exec('create table __drizzle_migrations (id integer primary key, hash text not null, created_at numeric)')
  for (const { tag, when } of VERSIONS.slice(0, last + 1)) {
    client.exec(readFileSync(join(MIGRATIONS, `${tag}.sql`), 'utf8').replaceAll('--> statement-breakpoint', ''))
    client.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run(tag, when)
  }
  return client
}
