// The daily backup, made at night by the process itself, or as soon as it runs again; in a thread of its own, so that nobody is
// held up. So many are kept, and the older ones go.
import { readdirSync, rmSync, statSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Db } from '#db/open.ts'
import { StoreTrouble, type Write } from '#db/write.ts'
import type { Config } from '#src/config.ts'
import { backupDay, claimBackup, isBackupDue, noteBackup, noteFailedBackup } from '#src/domain/backups.ts'
import type { Clock } from '#src/lib/clock.ts'
import { keepErased } from './erased.ts'
import type { Log } from './log.ts'
import { isGone, ownerName } from './owners.ts'

export interface BackupDeps {
  config: Pick<Config, 'dataDir' | 'timeZone' | 'backupsKept' | 'isDemo'>
  db: Db
  write: Write
  clock: Clock
  log: Log
  make?: (dataDir: string, file: string) => Promise<void>
}

/** A start has better things to do first. */
const FIRST_MS = 3000
const EVERY_MS = 60_000
const DAILY = /^\d{4}-\d\d-\d\d\.sqlite$/
const OURS = /^(\d{4}-\d\d-\d\d|before-\w+)\.sqlite((\.[\da-f]+)?\.unfinished(-journal)?)?$/

export function createBackups({ config, db, write, clock, log, make = makeInThread }: BackupDeps) {
  const folder = join(config.dataDir, 'backups')
  const me = ownerName()
  const isWanted = config.backupsKept > 0 && !config.isDemo
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let isMaking = false

  function start(): void {
    timer = setTimeout(rounds, FIRST_MS).unref()
  }

  /** Looks at the clock ever anew, so that it does not matter how that is set. */
  function rounds(): void {
    timer = setTimeout(rounds, EVERY_MS).unref()
    look()
  }

  /** Resolves when what is due has been made, or has failed. */
  async function look(): Promise<void> {
    try {
      keepErased(db, config.dataDir)
      await makeIfDue(clock.now())
    } catch (error) {
      if (!isStopped && !(error instanceof StoreTrouble)) log.error({ err: error }, 'the backups were not looked after')
    }
  }

  /** One that takes very long is waited for: another would take its file away. */
  async function makeIfDue(now: Temporal.Instant): Promise<void> {
    if (isMaking || !isWanted || !isBackupDue(db, config.timeZone, now, isGone)) return
    isMaking = true
    try {
      if (await write(tx => claimBackup(tx, me, config.timeZone, now, isGone))) await makeOne(now)
    } finally {
      isMaking = false
    }
  }

  async function makeOne(now: Temporal.Instant): Promise<void> {
    const day = backupDay(now, config.timeZone)
    const file = join(folder, `${day}.sqlite`)
    try {
      // Of the same day, where the state was lost: the newer one counts.
      rmSync(file, { force: true })
      await make(config.dataDir, file)
      await write(tx => noteBackup(tx, day, clock.now()))
      log.info({ file }, 'a backup was made')
      removeOld(folder, config.backupsKept)
    } catch (error) {
      if (isStopped) return
      const reason = (error as Error).message
      log.error({ reason }, 'no backup could be made: it is tried again in an hour')
      await write(tx => noteFailedBackup(tx, reason, clock.now()))
    }
  }

  /** What is under way is left, and done anew at the next start. */
  function stop(): void {
    isStopped = true
    clearTimeout(timer)
  }

  return { start, stop, look }
}

function makeInThread(dataDir: string, file: string): Promise<void> {
  return new Promise((made, failed) => {
    const script = new URL('../../db/backup-thread.js', import.meta.url)
    const thread = new Worker(script, { workerData: { dataDir, file, cache: getCompileCacheDir() } })
    thread.once('error', failed)
    thread.once('exit', code => (code === 0 ? made() : failed(new Error(`the backup ended with ${code}`))))
    thread.unref()
  })
}

/** The newest so many days stay; of what was made before an upgrade, what is no older; and nothing that was left half. */
function removeOld(folder: string, kept: number): void {
  const madeAt = (name: string) => statSync(join(folder, name)).mtimeMs
  const ours = readdirSync(folder).filter(name => OURS.test(name))
  const days = ours.filter(name => DAILY.test(name)).sort()
  const oldest = days.at(-kept)
  const isOld = (name: string) => oldest !== undefined && madeAt(name) < madeAt(oldest)
  const upgrades = ours.filter(name => name.startsWith('before-') && isOld(name))
  const gone = [...days.slice(0, -kept), ...upgrades, ...ours.filter(name => name.includes('.unfinished'))]
  for (const name of gone) rmSync(join(folder, name), { force: true })
}
