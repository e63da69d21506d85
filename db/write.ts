// Every write of the program passes here, so that it is durable, alone and cheap.
import { setTimeout as sleep } from 'node:timers/promises'
import { BUSY_TIMEOUT_MS, type Db, type Tx } from './open.ts'
import { forgetRevision } from './revision.ts'

export interface Write {
  /** `patience`: how many milliseconds it may wait for others to share its commit. */
  <T>(work: (tx: Tx) => T, patience?: number): Promise<T>
  /** Why nothing can be written now, as far as the last write knows; one that wrote something shows that it can. */
  readonly trouble?: StoreTrouble | undefined
}

interface Job {
  work: (tx: Tx) => unknown
  resolve: (value: never) => void
  reject: (error: unknown) => void
  since: number
}

export interface WriteOptions {
  /** After each commit. */
  committed?: () => void
  /** Once when the store cannot be written, and once when it can again. */
  troubled?: (trouble: StoreTrouble) => void
  recovered?: () => void
  /** How long a write waits for another process. */
  patienceMs?: number
}

/** The disk is full or failing, the file may not be written, or another process holds it: nobody's fault who asked. */
export class StoreTrouble extends Error {
  readonly code: string
  constructor(cause: Error & { code: string }) {
    super(`${cause.code}: ${cause.message}`, { cause })
    this.code = cause.code
  }
}

const TROUBLES = /^SQLITE_(FULL|IOERR|READONLY|BUSY|LOCKED|CANTOPEN|PERM|NOMEM)/

/** What was thrown; as trouble of the store, where it is that. */
export function troubleIn(error: unknown): unknown {
  return isFromStore(error) ? new StoreTrouble(error) : error
}

const BUSY = Object.assign(new Error('another process holds the database'), { code: 'SQLITE_BUSY' })

function isBusy(error: unknown): boolean {
  return isFromStore(error) && error.code.startsWith('SQLITE_BUSY')
}

function isFromStore(error: unknown): error is Error & { code: string } {
  return (
    error instanceof Error && !(error instanceof StoreTrouble) && 'code' in error && TROUBLES.test(String(error.code))
  )
}

/** While another process writes, pages go on: it is waited for in turns of this much, and not in one piece. */
const TURN_MS = 10
const PATIENCE_MS = 5000
/** A preview answers at once, so it can only stand still. */
const PREVIEW_MS = 250

/**
 * Group commit: what arrives in one turn of the event loop shares one BEGIN IMMEDIATE transaction, each in its own
 * savepoint, so that one failure undoes only itself. A promise resolves after the commit has reached the disk. While another
 * process holds the database, what arrives waits up to five seconds, and holds up nothing else.
 */
export function createWrite(db: Db, { patienceMs = PATIENCE_MS, ...events }: WriteOptions = {}): Write {
  const begin = db.$client.prepare('begin immediate')
  const commit = db.$client.prepare('commit')
  const savepoint = db.$client.prepare('savepoint job')
  const release = db.$client.prepare('release job')
  const changes = db.$client.prepare('select total_changes()').pluck()
  let waiting: Job[] = []
  let isAtHand = false
  /** Another process is waited for; whatever comes meanwhile is written with the rest. */
  let isOpening = false
  let timer: NodeJS.Timeout | undefined
  let trouble: StoreTrouble | undefined

  function run(job: Job): (() => void) | undefined {
    savepoint.run()
    try {
      const value = job.work(db as Tx)
      release.run()
      return () => job.resolve(value as never)
    } catch (error) {
      // With the whole transaction gone, the jobs before are undone as well and those after would commit one by one.
      if (!db.$client.inTransaction) throw error
      db.$client.exec('rollback to job')
      forgetRevision(db)
      db.$client.exec('release job')
      job.reject(note(error))
    }
  }

  /** Takes the lock, if nobody else has it. */
  function begins(): boolean {
    try {
      waitFor(db, TURN_MS)
      begin.run()
      return true
    } catch (error) {
      if (isBusy(error)) return false
      throw error
    } finally {
      waitFor(db, BUSY_TIMEOUT_MS)
    }
  }

  /** Those who have waited for too long are told so. Whether anybody is left. */
  function isWorthWaiting(): boolean {
    const isLate = ({ since }: Job) => performance.now() - since >= patienceMs
    const late = waiting.filter(isLate)
    waiting = waiting.filter(job => !isLate(job))
    if (late.length) fail(late, BUSY)
    return waiting.length > 0
  }

  function fail(jobs: Job[], error: unknown): void {
    const why = note(error)
    for (const job of jobs) job.reject(why)
  }

  function note(error: unknown): unknown {
    const why = troubleIn(error)
    if (!(why instanceof StoreTrouble)) return why
    if (!trouble) events.troubled?.(why)
    trouble = why
    return why
  }

  async function flush(): Promise<void> {
    isAtHand = false
    clearTimeout(timer)
    timer = undefined
    if (isOpening || waiting.length === 0) return
    isOpening = true
    try {
      while (!begins()) {
        if (!isWorthWaiting()) return
        await sleep(TURN_MS)
      }
    } catch (error) {
      return fail(waiting.splice(0), error)
    } finally {
      isOpening = false
    }
    // From here on until the commit nothing else runs: the connection is everybody's.
    settle(waiting.splice(0))
  }

  function settle(jobs: Job[]): void {
    try {
      const before = trouble && changes.get()
      const done = jobs.map(run)
      commit.run()
      forgetRevision(db)
      if (trouble && changes.get() !== before) recover()
      for (const answer of done) answer?.()
    } catch (error) {
      undo(db)
      fail(jobs, error)
      return
    }
    events.committed?.()
  }

  function recover(): void {
    trouble = undefined
    events.recovered?.()
  }

  const write = <T>(work: (tx: Tx) => T, patience = 0): Promise<T> =>
    new Promise((resolve, reject) => {
      waiting.push({ work, resolve, reject, since: performance.now() } as Job)
      if (patience > 0) timer ??= setTimeout(flush, patience)
      else if (!isAtHand) setImmediate(flush)
      if (patience === 0) isAtHand = true
    })
  return Object.defineProperty(write, 'trouble', { get: () => trouble }) as Write
}

/** One write, at once: for the command line, the seed and tests, where nothing else waits. */
export function writeNow<T>(db: Db, work: (tx: Tx) => T): T {
  const value = db.$client.transaction(() => work(db as Tx)).immediate()
  forgetRevision(db)
  return value
}

/** What a change would do: the change itself, in a transaction that is rolled back. */
export function preview<T>(db: Db, work: (tx: Tx) => T): T {
  waitFor(db, PREVIEW_MS)
  try {
    db.$client.exec('begin immediate')
  } finally {
    waitFor(db, BUSY_TIMEOUT_MS)
  }
  try {
    return work(db as Tx)
  } finally {
    undo(db)
  }
}

/** Not prepared once: this pragma does its work when it is compiled. */
function waitFor(db: Db, ms: number): void {
  db.$client.pragma(`busy_timeout = ${ms}`)
}

/** SQLite ends a transaction by itself on a full disk or an I/O error; then there is nothing left to undo. */
function undo(db: Db) {
  if (db.$client.inTransaction) db.$client.exec('rollback')
  forgetRevision(db)
}
