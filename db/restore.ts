// Puts a backup back into an empty data folder. What has to be seen to before anybody is served (who was erased since, mail
// that may have left) is done by who calls, on the new database, before it gets its name.
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'
import { BackupError, DATABASE, sync } from './backup.ts'
import { type Db, openDatabase } from './open.ts'
import { isDatabase, isIntact } from './seal.ts'
import { appliedMigration, newestMigration } from './versions.ts'

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3

interface Kept {
  path: string
  bytes: Buffer
}

/**
 * Refuses what is broken, newer than this program, or would overwrite anything; a log that another database left behind would be
 * read as if it were this one's. Interrupted, it has made no installation, and can be done again.
 */
export function restore<T>(file: string, dataDir: string, finish: (db: Db) => T): T {
  if (!existsSync(file)) throw new BackupError(`${file} does not exist`)
  const copy = openBackup(file)
  try {
    const files = copy.prepare('select path, bytes from backup_files').all() as Kept[]
    refusePaths(file, dataDir, files)
    for (const { path, bytes } of files) keep(join(dataDir, path), bytes)
    const unfinished = join(dataDir, `${DATABASE}.unfinished`)
    removeDatabase(unfinished)
    writeFileSync(unfinished, '', { mode: 0o600 })
    chmodSync(unfinished, 0o600)
    copy.prepare('vacuum into ?').run(unfinished)
    const result = bringIn(unfinished, finish)
    sync(unfinished)
    renameSync(unfinished, join(dataDir, DATABASE))
    sync(dataDir)
    return result
  } finally {
    copy.close()
  }
}

/** Of this version, and seen to by who restores it. */
function bringIn<T>(unfinished: string, finish: (db: Db) => T): T {
  const db = openDatabase(unfinished)
  try {
    db.$client.exec('drop table backup_files; pragma user_version = 0')
    return finish(db)
  } finally {
    // No log may stay behind under the name that it is about to lose.
    db.$client.pragma('journal_mode = DELETE')
    db.$client.close()
  }
}

function removeDatabase(path: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(path + end, { force: true })
}

function keep(path: string, bytes: Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, bytes, { mode: 0o600 })
  sync(path)
  sync(dirname(path))
}

/** A file that is there already and the same may be from a restore that was interrupted. */
function refusePaths(file: string, dataDir: string, files: Kept[]): void {
  const outside = files.find(({ path }) => isAbsolute(path) || path.split(/[\\/]/).includes('..'))
  if (outside) throw new BackupError(`${file} holds a path outside its folder: ${outside.path}`)
  const databases = ['', '-wal', '-shm'].map(end => join(dataDir, DATABASE + end)).filter(path => existsSync(path))
  const others = files.flatMap(({ path, bytes }) => {
    const target = join(dataDir, path)
    return existsSync(target) && !readFileSync(target).equals(bytes) ? [target] : []
  })
  const [present] = [...databases, ...others]
  if (present) throw new BackupError(`${present} exists already: stop the program and move that folder away first`)
}

function openBackup(file: string): BetterSqlite3.Database {
  let copy: BetterSqlite3.Database
  try {
    copy = new Sqlite(file, { readonly: true })
    copy.prepare('select count(*) from backup_files').get()
  } catch {
    throw isDatabase(file) && !isIntact(file) ? damaged(file) : new BackupError(`${file} is no backup of Aanschuiven`)
  }
  try {
    refuseBroken(file, copy)
    return copy
  } catch (error) {
    copy.close()
    throw error
  }
}

function refuseBroken(file: string, copy: BetterSqlite3.Database): void {
  const isSound =
    isIntact(file) &&
    copy.pragma('integrity_check', { simple: true }) === 'ok' &&
    (copy.pragma('foreign_key_check') as unknown[]).length === 0
  if (!isSound) throw damaged(file)
  if (appliedMigration(copy) > newestMigration())
    throw new BackupError(`${file} was made by a newer version of Aanschuiven`)
}

function damaged(file: string): BackupError {
  return new BackupError(`${file} is damaged: take an older one`)
}
