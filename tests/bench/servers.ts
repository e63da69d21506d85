// Servers in processes of their own: the program as production runs it, and bare ones to compare it with. What they log goes
// to a file, as it would.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const MAIN = join(import.meta.dirname, '../../src/start.js')
const BARE = join(import.meta.dirname, 'bare.ts')
/** As `npm start` does. */
export const AS_PRODUCTION = [
  ...['--max-semi-space-size=4', '--v8-pool-size=1', '--heap-growing-percent=20'],
  '--no-allocation-site-pretenuring',
]
const PROBE = join(import.meta.dirname, 'probe.js')
/** The moment at which the filled databases are looked at. */
export const NOW = Temporal.Instant.from('2026-11-21T09:00:00Z')

export interface Cost {
  /** Milliseconds of processor, of all threads. */
  cpu: number
  /** MiB of resident memory. */
  memory: number
  /** The longest turn of the event loop since the last question (ms); the first question starts the watch. */
  turn: number
}

export interface Server {
  port: number
  pid: number
  /** What it cost since it started. */
  cost: () => Promise<Cost>
  stop: () => Promise<void>
}

/** What production has: every header, the log at `info`, and the limits, told apart by the address that a proxy forwards. */
export const production = (dataDir: string): Record<string, string> => ({
  ...{ PATH: process.env.PATH ?? '', TZ: 'UTC', PORT: '0', DATA_DIR: dataDir, CLOCK: NOW.toString() },
  ...{
    TRUST_PROXY: '1',
    LOG_LEVEL: 'info',
    BASE_URL: 'http://localhost:3000',
    MAIL_FROM: 'Agenda <agenda@example.org>',
  },
})

/** The whole program on a data folder. */
export const startSite = (dataDir: string, env: Record<string, string> = {}): Promise<Server> =>
  startServer([...AS_PRODUCTION, MAIN], join(dataDir, 'bench.log'), { ...production(dataDir), ...env })

/** One of `bare.ts`. */
export const startBare = (name: string, log: string): Promise<Server> =>
  startServer([BARE, name], log, { PATH: process.env.PATH ?? '', PORT: '0' })

async function startServer(script: string[], log: string, env: Record<string, string>): Promise<Server> {
  const file = openSync(log, 'a')
  const child = spawn(process.execPath, ['--import', PROBE, ...script], { env, stdio: ['ignore', file, file, 'ipc'] })
  closeSync(file)
  endWithUs(child)
  const exited = once(child, 'exit')
  const early = exited.then(([code]) => {
    throw new Error(
      `${script.join(' ')} ended with ${code} before it served:\n${readFileSync(log, 'utf8').slice(-2000)}`,
    )
  })
  const [{ port }] = (await Promise.race([once(child, 'message'), early])) as [{ port: number }]
  early.catch(() => {})
  return {
    port,
    pid: child.pid ?? 0,
    cost: async () => {
      child.send('cost')
      const [cost] = (await once(child, 'message')) as [Cost]
      return cost
    },
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** A run that stops halfway must leave no process behind. */
export function endWithUs(child: ChildProcess): void {
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
}
