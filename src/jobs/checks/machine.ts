// This machine: the store, the disk, the clock, and who else may come at what is kept.
import { access, constants, readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Db } from '#db/open.ts'
import { appliedMigration, newestMigration } from '#db/versions.ts'
import type { Config } from '#src/config.ts'
import { DAILY_BACKUP, findBackupTrouble } from '#src/domain/backups.ts'
import { isBefore } from '#src/lib/time.ts'
import { type Check, ok, warning, wrong } from './verdict.ts'

const LEAST_NODE = 26
const LEAST_FREE_BYTES = 200 * 1024 * 1024

export function checkDatabase(db: Db): Check {
  const answer = String(db.$client.pragma('integrity_check', { simple: true }))
  if (answer !== 'ok') return wrong('database', answer)
  const [broken] = db.$client.pragma('foreign_key_check') as { table: string }[]
  return broken ? wrong('database', `${broken.table} refers to what is not there`) : ok('database', 'ok')
}

const OLD = { hours: 48 }

/** By the files themselves: what a process remembers of them may be of another folder. */
export async function checkBackups(db: Db, { dataDir, backupsKept }: Config, now: Temporal.Instant): Promise<Check> {
  if (backupsKept === 0) return warning('backup', 'BACKUPS_KEPT=0: none is made by itself')
  const folder = join(dataDir, 'backups')
  const names = await readdir(folder).catch(() => [])
  const [newest] = names
    .filter(name => DAILY_BACKUP.test(name))
    .sort()
    .reverse()
  if (!newest) return warning('backup', 'none yet: one is made every night while the program runs')
  const { mtimeMs } = await stat(join(folder, newest))
  const madeAt = Temporal.Instant.fromEpochMilliseconds(Math.floor(mtimeMs))
  const says = `the last one is ${join(folder, newest)}, of ${madeAt.toString({ smallestUnit: 'second' })}`
  if (!isBefore(madeAt, now.subtract(OLD))) return ok('backup', says)
  const reason = findBackupTrouble(db, now)?.reason
  return warning('backup', `${says}: too long ago${reason ? ` (${reason})` : ''}`)
}

export function checkMigrations(db: Db): Check {
  const isNewest = appliedMigration(db.$client) === newestMigration()
  return isNewest ? ok('migrations', 'up to date') : wrong('migrations', 'not those of this version')
}

export async function checkDisk({ dataDir }: Pick<Config, 'dataDir'>): Promise<Check> {
  try {
    await access(dataDir, constants.W_OK)
    const { bavail, bsize } = await statfs(dataDir)
    const says = `${Math.round((bavail * bsize) / 1024 / 1024)} MB free`
    return bavail * bsize < LEAST_FREE_BYTES ? warning('disk', says) : ok('disk', says)
  } catch (error) {
    return wrong('disk', (error as Error).message)
  }
}

export function checkClock(now: Temporal.Instant): Check {
  const { year } = now.toZonedDateTimeISO('UTC')
  const says = now.toString({ smallestUnit: 'second' })
  return year >= 2026 && year < 2100 ? ok('clock', says) : wrong('clock', says)
}

export function checkNode(version: string): Check {
  const isNew = Number.parseInt(version, 10) >= LEAST_NODE
  return isNew ? ok('node', version) : wrong('node', `${version}: ${LEAST_NODE} or newer is needed`)
}

/** Files in a folder that nobody else can enter are safe; the key to every personal link is to be safe by itself. */
export async function checkOthers({ dataDir }: Pick<Config, 'dataDir'>): Promise<Check> {
  const secret = join(dataDir, 'secret')
  if (await isOpenToOthers(secret)) return wrong('permissions', `others can read the key: chmod 600 ${secret}`)
  if (await isOpenToOthers(dataDir)) return warning('permissions', `others can enter the data: chmod 700 ${dataDir}`)
  return ok('permissions', 'the data is open to its owner only')
}

/** Windows has no such modes: there it always looks closed, and who may enter is set elsewhere. */
async function isOpenToOthers(path: string): Promise<boolean> {
  if (process.platform === 'win32') return false
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && (found.mode & 0o077) !== 0
}
