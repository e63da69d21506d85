// This machine: the store, the disk, the clock.
import { access, constants, statfs } from 'node:fs/promises'
import { appliedMigration, type Db, newestMigration } from '#db/open.ts'
import type { Config } from '#src/config.ts'
import { type Check, ok, warning, wrong } from './verdict.ts'

const LEAST_FREE_BYTES = 200 * 1024 * 1024

export function checkDatabase(db: Db): Check {
  const answer = String(db.$client.pragma('integrity_check', { simple: true }))
  return answer === 'ok' ? ok('database', 'ok') : wrong('database', answer)
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
