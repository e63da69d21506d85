// The process that makes the load, and what it reports.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Report, Stream } from './load.ts'
import { endWithUs } from './servers.ts'

export interface Load {
  /** Runs the streams side by side until all have ended. */
  run: (...streams: Stream[]) => Promise<Report[]>
  /** The part of its processor that it needed at most; near 1 it was the load that was slow, and not the server. */
  busiest: () => number
  stop: () => void
}

export function startLoad(): Load {
  const child = fork(join(import.meta.dirname, 'load.ts'), { env: { PATH: process.env.PATH ?? '', TZ: 'UTC' } })
  endWithUs(child)
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the load ended with ${code}`)
  })
  ended.catch(() => {})
  let busiest = 0
  return {
    run: async (...streams) => {
      child.send(streams)
      const [{ reports, busy }] = (await Promise.race([once(child, 'message'), ended])) as [
        { reports: Report[]; busy: number },
      ]
      busiest = Math.max(busiest, busy)
      return reports
    },
    busiest: () => busiest,
    stop: () => child.kill(),
  }
}

/** What went otherwise than it should have; nothing if every answer had the status that was expected. */
export function wrongIn({ name, statuses }: Report, expected: number): string | undefined {
  const others = Object.entries(statuses).filter(([status]) => Number(status) !== expected)
  if (others.length === 0) return undefined
  return `${name}: ${others.map(([status, count]) => `${count} × ${status}`).join(', ')} instead of ${expected}`
}
