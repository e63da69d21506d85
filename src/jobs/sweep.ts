// What has served its time goes, every night by itself: in short writes with everything else between them, so that it holds
// nobody up. What goes stands in `domain/endings`; afterwards a line in the log and a report for owners say how much that was.
import type { Db } from '#db/open.ts'
import { StoreTrouble, type Write } from '#db/write.ts'
import { WALKS } from '#src/domain/endings.ts'
import { forgetIn, stretchesOf, type Walk } from '#src/domain/forgetting.ts'
import { listLoose } from '#src/domain/loose-files.ts'
import { type Limits, limitsAt } from '#src/domain/retention.ts'
import { beginSweep, countGone, endSweep, isSweepDue, type Sweep, totalsOf } from '#src/domain/sweeps.ts'
import type { Clock } from '#src/lib/clock.ts'
import { listFiles, removeFile } from '#src/lib/files.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Log } from './log.ts'

export interface SweepDeps {
  db: Db
  write: Write
  clock: Clock
  log: Log
  timeZone: string
  dataDir: string
}

/** After trouble: not at once again, and the same night still. */
const AGAIN_AFTER = { hours: 1 }

export function createSweeper({ db, write, clock, log, timeZone, dataDir }: SweepDeps) {
  let underWay: Promise<void> | undefined
  let isStopped = false
  let notBefore: Temporal.Instant | undefined

  /** Begins one if it is time. Costs next to nothing if it is not. */
  function wake(now: Temporal.Instant): void {
    if (underWay || isStopped || (notBefore && isBefore(now, notBefore)) || !isSweepDue(db, timeZone, now)) return
    notBefore = now.add(AGAIN_AFTER)
    underWay = sweep(now)
      .then(isWhole => {
        if (isWhole) notBefore = undefined
      })
      .catch(tell)
      .finally(() => {
        underWay = undefined
      })
  }

  /** Of trouble with the store the write has told the log, and it may be over at any moment: the next wake tries again. */
  function tell(error: unknown): void {
    if (error instanceof StoreTrouble) notBefore = undefined
    else log.error({ err: error }, 'the sweep failed')
  }

  /** True if it came to its end: stopped or in trouble, the next one goes on where it is still needed. */
  async function sweep(now: Temporal.Instant): Promise<boolean> {
    const begun = performance.now()
    const found = await write(tx => beginSweep(tx, now))
    const limits = limitsAt(db, now)
    const failed: string[] = []
    for (const walk of WALKS) {
      if (!(await go(walk, found, limits))) failed.push(walk.name)
    }
    if (isStopped) return false
    if (!(await takeLooseFiles())) failed.push('files')
    await write(tx => endSweep(tx, found, failed.join(', '), clock.now()))
    const gone = totalsOf(db, found)
    log.info({ sweep: found.id, ms: Math.round(performance.now() - begun), gone, failed }, 'swept')
    return failed.length === 0
  }

  /** One table, stretch by stretch. Trouble there is told, and keeps the other tables from nothing. */
  async function go(walk: Walk, found: Sweep, limits: Limits): Promise<boolean> {
    try {
      for (const stretch of stretchesOf(db, walk)) {
        if (isStopped) return true
        await write(tx => countGone(tx, found, forgetIn(tx, walk, stretch, limits)))
      }
      return true
    } catch (error) {
      // There the other tables would fare no better.
      if (error instanceof StoreTrouble) throw error
      log.error({ err: error, table: walk.name }, 'what has served its time could not be taken away')
      return false
    }
  }

  async function takeLooseFiles(): Promise<boolean> {
    try {
      const loose = listLoose(db, await listFiles(dataDir), clock.now())
      for (const name of loose) await removeFile(dataDir, name)
      return true
    } catch (error) {
      log.error({ err: error }, 'files that nothing leads to could not be taken away')
      return false
    }
  }

  return {
    wake,
    /** Resolves when none is under way. */
    idle: () => underWay ?? Promise.resolve(),
    /** Ends after the part under way. */
    stop: () => {
      isStopped = true
    },
  }
}
