// Versions of the schema: which one a database has, which one the program brings, and the way from the one to the other. The
// program's own runner rather than drizzle's, so that what a migration leaves is looked at before it is committed.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'

type Client = BetterSqlite3.Database

export const MIGRATIONS = join(import.meta.dirname, 'migrations')

export class NewerDatabase extends Error {}
export class FailedMigration extends Error {}

interface Entry {
  tag: string
  when: number
}

/** When the newest migration that a database holds was made (ms); 0 for an empty one. */
export function appliedMigration(client: Client): number {
  const table = client.prepare("select 1 from sqlite_master where name = '__drizzle_migrations'").get()
  if (!table) return 0
  return Number(client.prepare('select max(created_at) from __drizzle_migrations').pluck().get() ?? 0)
}

export function newestMigration(folder = MIGRATIONS): number {
  return Math.max(...listMigrations(folder).map(({ when }) => when))
}

/** The first migration that a database in use has yet to get; nothing for an empty one, or one that is up to date. */
export function nextMigration(client: Client, folder = MIGRATIONS): string | undefined {
  const applied = appliedMigration(client)
  return applied ? listMigrations(folder).find(({ when }) => when > applied)?.tag : undefined
}

function listMigrations(folder: string): Entry[] {
  return (JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as { entries: Entry[] }).entries
}

/**
 * Brings a database up to date in one transaction: it ends as the new version has it, or stays as it was. Refuses one that a
 * newer version of the program has migrated. Two processes that start together do it once.
 */
export function bringUpToDate(client: Client, folder = MIGRATIONS): void {
  const newest = newestMigration(folder)
  refuseNewer(client, newest)
  if (appliedMigration(client) === newest) return
  // SQLite changes a table by building it anew, and for that references must not be enforced (lang_altertable, §7); the
  // pragma does nothing inside a transaction.
  client.pragma('foreign_keys = OFF')
  client.exec('begin immediate')
  try {
    refuseNewer(client, newest)
    const applied = appliedMigration(client)
    for (const entry of listMigrations(folder)) if (entry.when > applied) apply(client, folder, entry)
    const [broken] = client.pragma('foreign_key_check') as { table: string }[]
    if (broken) throw failed(client, `${broken.table} refers to what is not there`)
    client.exec('commit')
  } catch (error) {
    if (client.inTransaction) client.exec('rollback')
    throw error
  } finally {
    client.pragma('foreign_keys = ON')
  }
}

function refuseNewer(client: Client, newest: number): void {
  if (appliedMigration(client) <= newest) return
  throw new NewerDatabase(
    `${client.name} was made by a newer version of Aanschuiven: start that version, or restore an older backup`,
  )
}

function failed({ name }: Client, why: string): FailedMigration {
  const text = `${name} could not be brought up to date: ${why}.`
  return new FailedMigration(`${text} Nothing was changed: the version that ran before still runs`)
}

/** The table is drizzle's, as older versions of the program made it. */
function apply(client: Client, folder: string, { tag, when }: Entry): void {
  const text = readFileSync(join(folder, `${tag}.sql`), 'utf8')
  try {
    client.exec(text.replaceAll('--> statement-breakpoint', ''))
  } catch (error) {
    throw failed(client, `${tag}: ${(error as Error).message}`)
  }
  client.exec(
    'create table if not exists __drizzle_migrations (id integer primary key, hash text not null, created_at numeric)',
  )
  const hash = createHash('sha256').update(text).digest('hex')
  client.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run(hash, when)
}
