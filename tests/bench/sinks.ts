// The mail server's process, and what it took.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { endWithUs } from './servers.ts'
import type { SinkReport } from './sink.ts'

export interface Sink {
  url: string
  report: () => Promise<SinkReport>
  /** Resolves when so many different mails have come, or when the time is over. */
  reaches: (mails: number, seconds: number) => Promise<void>
  stop: () => void
}

export async function startSink(): Promise<Sink> {
  const child = fork(join(import.meta.dirname, 'sink.ts'), { env: { PATH: process.env.PATH ?? '', TZ: 'UTC' } })
  endWithUs(child)
  const [port] = (await once(child, 'message')) as [number]
  async function ask<Answer>(question: string): Promise<Answer> {
    child.send(question)
    const [answer] = (await once(child, 'message')) as [Answer]
    return answer
  }
  return {
    url: `smtp://127.0.0.1:${port}`,
    report: () => ask<SinkReport>('report'),
    reaches: async (mails, seconds) => {
      const until = performance.now() + seconds * 1000
      for (;;) {
        if ((await ask<number>('how many')) >= mails || performance.now() > until) return
        await sleep(250)
      }
    },
    stop: () => child.kill(),
  }
}
