// Every write of the program passes here, so that it is durable, alone and cheap.
import type { Db, Tx } from './open.ts'

/** `patience`: how many milliseconds it may wait for others to share its commit. */
export type Write = <T>(work: (tx: Tx) => T, patience?: number) => Promise<T>

interface Job {
  work: (tx: Tx) => unknown
  resolve: (value: never) => void
  reject: (error: unknown) => void
}

/**
 * Group commit: what arrives in one turn of the event loop shares one BEGIN IMMEDIATE transaction, each in its own
 * savepoint, so that one failure undoes only itself. A promise resolves after the commit has reached the disk.
 */
export function createWrite(db: Db, committed: () => void = () => {}): Write {
  const begin = db.$client.prepare('begin immediate')
  const commit = db.$client.prepare('commit')
  const savepoint = db.$client.prepare('savepoint job')
  const release = db.$client.prepare('release job')
  let waiting: Job[] = []
  let isAtHand = false
  let timer: NodeJS.Timeout | undefined

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
      db.$client.exec('release job')
      job.reject(error)
    }
  }

  function flush() {
    const jobs = waiting
    waiting = []
    isAtHand = false
    clearTimeout(timer)
    timer = undefined
    if (jobs.length === 0) return
    try {
      begin.run()
      const done = jobs.map(run)
      commit.run()
      for (const answer of done) answer?.()
    } catch (error) {
      undo(db)
      for (const job of jobs) job.reject(error)
      return
    }
    committed()
  }

  return (work, patience = 0) =>
    new Promise((resolve, reject) => {
      waiting.push({ work, resolve, reject } as Job)
      if (patience > 0) timer ??= setTimeout(flush, patience)
      else if (!isAtHand) setImmediate(flush)
      if (patience === 0) isAtHand = true
    })
}

/** One write, at once: for the command line, the seed and tests, where nothing else waits. */
export function writeNow<T>(db: Db, work: (tx: Tx) => T): T {
  return db.$client.transaction(() => work(db as Tx)).immediate()
}

/** What a change would do: the change itself, in a transaction that is rolled back. */
export function preview<T>(db: Db, work: (tx: Tx) => T): T {
  db.$client.exec('begin immediate')
  try {
    return work(db as Tx)
  } finally {
    undo(db)
  }
}

/** SQLite ends a transaction by itself on a full disk or an I/O error; then there is nothing left to undo. */
function undo(db: Db) {
  if (db.$client.inTransaction) db.$client.exec('rollback')
}
