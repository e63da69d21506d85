// One file that holds the whole installation: the database, and beside its tables the secret and the uploaded files. A
// backup is a SQLite file, so it needs no archive format and can be checked like any database. How one is put back stands in
// `restore`, how its bytes are vouched for in `seal`.
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'
import { seal } from './seal.ts'
import { nextMigration } from './versions.ts'

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3

export const DATABASE = 'aanschuiven.sqlite'

export class BackupError extends Error {}

/**
 * Copies a database that may be in use, and the folder's secret and files, into `file`: one moment of it, readable by its
 * owner only, whole or not at all, and on the disk when this returns. Holds up no other process; in this one it stands still.
 */
export function backUp(dataDir: string, file: string): void {
  const exists = new BackupError(`${file} exists already: choose another name`)
  if (existsSync(file)) throw exists
  if (![DATABASE, 'secret'].every(name => existsSync(join(dataDir, name))))
    throw new BackupError(`${dataDir} holds no installation: set DATA_DIR`)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  try {
    write(dataDir, file)
  } catch (error) {
    // Another was ready first, and took away what this one had.
    throw existsSync(file) ? exists : error
  }
  removeLeft(file)
}

const LEFT = /^\.[\da-f]{8}\.unfinished(-journal)?$/

/** What those left that were killed while they made this file. */
function removeLeft(file: string): void {
  const name = basename(file)
  const left = readdirSync(dirname(file)).filter(other => other.startsWith(name) && LEFT.test(other.slice(name.length)))
  for (const other of left) rmSync(join(dirname(file), other), { force: true })
}

/** What `isWanted` says no to is dropped: the copy as it is before it becomes the file. */
function write(dataDir: string, file: string, isWanted: (copy: string) => boolean = () => true): void {
  // Of its own: two that start side by side make the same file, in two containers under the same process id.
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.unfinished`
  try {
    do snapshot(dataDir, unfinished)
    while (!addFiles(dataDir, unfinished))
    if (!isWanted(unfinished)) {
      rmSync(unfinished)
      return
    }
    seal(unfinished)
    sync(unfinished)
    renameSync(unfinished, file)
    sync(dirname(file))
  } catch (error) {
    for (const left of [unfinished, `${unfinished}-journal`]) rmSync(left, { force: true })
    throw error
  }
}

/** One read transaction, whatever is written meanwhile; and nothing of what was deleted, as a copy of the pages would have. */
function snapshot(dataDir: string, unfinished: string): void {
  rmSync(unfinished, { force: true })
  writeFileSync(unfinished, '', { mode: 0o600, flag: 'wx' })
  chmodSync(unfinished, 0o600)
  const source = new Sqlite(join(dataDir, DATABASE), { fileMustExist: true })
  try {
    source.prepare('vacuum into ?').run(unfinished)
  } finally {
    source.close()
  }
}

/**
 * Adds what lies beside the database, after it: a file is kept before a row names it. False when one was removed meanwhile, which
 * the rows may still name: then it has to be done again.
 */
function addFiles(dataDir: string, unfinished: string): boolean {
  const copy = new Sqlite(unfinished, { fileMustExist: true })
  try {
    copy.exec('create table backup_files (path text primary key, bytes blob not null) strict')
    const add = copy.prepare('insert into backup_files (path, bytes) values (?, ?)')
    copy.transaction(() => {
      for (const path of listFiles(dataDir)) add.run(path, readFileSync(join(dataDir, path)))
    })()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  } finally {
    copy.close()
  }
}

function listFiles(dataDir: string): string[] {
  const files = join(dataDir, 'files')
  const below = existsSync(files) ? readdirSync(files, { recursive: true, withFileTypes: true }) : []
  const paths = below
    .filter(entry => entry.isFile() && !entry.name.endsWith('.unfinished'))
    .map(entry => join(entry.parentPath, entry.name).slice(dataDir.length + 1))
  return ['secret', ...paths]
}

/** What was written, or renamed in a folder, is on the disk when this returns. */
export function sync(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/**
 * Before a new version changes a database in use: `backups/before-<migration>.sqlite`, so that an upgrade can be undone. One
 * from an earlier try gives way: people may have registered since. But not to one that another process changed meanwhile.
 */
export function backUpBeforeMigrating(dataDir: string, migrations?: string): void {
  const path = join(dataDir, DATABASE)
  if (!existsSync(path) && existsSync(`${path}.unfinished`))
    throw new BackupError(`restoring into ${dataDir} was interrupted: do it again`)
  if (!existsSync(path) || !existsSync(join(dataDir, 'secret'))) return
  const next = migrationAfter(path, migrations)
  if (!next) return
  mkdirSync(join(dataDir, 'backups'), { recursive: true, mode: 0o700 })
  const file = join(dataDir, 'backups', `before-${next}.sqlite`)
  write(dataDir, file, copy => migrationAfter(copy, migrations) === next)
}

function migrationAfter(path: string, migrations: string | undefined): string | undefined {
  const client = new Sqlite(path)
  try {
    return nextMigration(client, migrations)
  } finally {
    client.close()
  }
}
