// One file that holds the whole installation: the database, and beside its tables the secret and the uploaded files. A
// backup is a SQLite file, so it needs no archive format and can be checked like any database.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'
import { appliedMigration, type Db, newestMigration } from './open.ts'

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3

const DATABASE = 'aanschuiven.sqlite'

export class BackupError extends Error {}

/** Copies a database that may be in use, and the folder's secret and files, into `file` (readable by its owner only). */
export async function backUp(db: Db, dataDir: string, file: string): Promise<void> {
  if (existsSync(file)) throw new BackupError(`${file} exists already: choose another name`)
  if (!existsSync(join(dataDir, 'secret'))) throw new BackupError(`${dataDir} holds no installation: set DATA_DIR`)
  mkdirSync(dirname(file), { recursive: true })
  const unfinished = `${file}.unfinished`
  writeFileSync(unfinished, '', { mode: 0o600 })
  await db.$client.backup(unfinished)
  const copy = new Sqlite(unfinished)
  copy.pragma('journal_mode = DELETE')
  copy.exec('create table backup_files (path text primary key, bytes blob not null) strict')
  const add = copy.prepare('insert into backup_files (path, bytes) values (?, ?)')
  for (const path of listFiles(dataDir)) add.run(path, readFileSync(join(dataDir, path)))
  copy.close()
  renameSync(unfinished, file)
}

function listFiles(dataDir: string): string[] {
  const files = join(dataDir, 'files')
  const below = existsSync(files) ? readdirSync(files, { recursive: true, withFileTypes: true }) : []
  const paths = below
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(dataDir.length + 1))
  return ['secret', ...paths]
}

/**
 * Puts a backup into an empty data folder. Refuses what is broken, newer than this program, or would overwrite anything; a
 * log that another database left behind would be read as if it were this one's.
 */
export function restore(file: string, dataDir: string): void {
  if (!existsSync(file)) throw new BackupError(`${file} does not exist`)
  const copy = openBackup(file)
  const target = join(dataDir, DATABASE)
  const files = copy.prepare('select path, bytes from backup_files').all() as { path: string; bytes: Buffer }[]
  const outside = files.find(({ path }) => isAbsolute(path) || path.split(/[\\/]/).includes('..'))
  if (outside) throw new BackupError(`${file} holds a path outside its folder: ${outside.path}`)
  const present = [DATABASE, `${DATABASE}-wal`, `${DATABASE}-shm`, ...files.map(({ path }) => path)]
    .map(path => join(dataDir, path))
    .find(path => existsSync(path))
  if (present) throw new BackupError(`${present} exists already: stop the program and move that folder away first`)
  for (const { path, bytes } of files) {
    mkdirSync(dirname(join(dataDir, path)), { recursive: true })
    writeFileSync(join(dataDir, path), bytes, { mode: 0o600 })
  }
  const unfinished = `${target}.unfinished`
  rmSync(unfinished, { force: true })
  copy.prepare('vacuum into ?').run(unfinished)
  copy.close()
  const restored = new Sqlite(unfinished)
  restored.exec('drop table backup_files')
  restored.close()
  renameSync(unfinished, target)
}

function openBackup(file: string): BetterSqlite3.Database {
  let copy: BetterSqlite3.Database
  try {
    copy = new Sqlite(file, { readonly: true })
    copy.prepare('select count(*) from backup_files').get()
  } catch {
    throw new BackupError(`${file} is no backup of Aanschuiven`)
  }
  if (copy.pragma('integrity_check', { simple: true }) !== 'ok') throw new BackupError(`${file} is damaged`)
  if (appliedMigration(copy) > newestMigration())
    throw new BackupError(`${file} was made by a newer version of Aanschuiven`)
  return copy
}
