// Prints papers, in a thread that is there only while there is something to print: what a PDF takes to make, in memory and in time,
// is then nobody else's.
import { getCompileCacheDir } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { Paper } from './paper.ts'

/** Makes a PDF of a paper. */
export type Print = (paper: Paper) => Promise<Buffer>

interface Waiting {
  resolve: (file: Buffer) => void
  reject: (error: Error) => void
}

/** So long a thread waits for more: those who come right after a mail come together. */
const IDLE_MS = 20_000

/** Whatever waits when its thread breaks fails; the next has a new one. */
export function createPress(): Print {
  const waiting = new Map<number, Waiting>()
  let thread: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let count = 0

  function start(): Worker {
    const started = new Worker(new URL('./drawing-thread.js', import.meta.url), {
      workerData: { cache: getCompileCacheDir() },
    })
    started.on('message', ({ id, file }: { id: number; file: Uint8Array }) => settle(id, file))
    started.on('error', fail)
    started.on('exit', () => {
      if (thread === started) thread = undefined
    })
    return started
  }

  function settle(id: number, file: Uint8Array): void {
    waiting.get(id)?.resolve(Buffer.from(file))
    waiting.delete(id)
    if (waiting.size) return
    thread?.unref()
    idle = setTimeout(end, IDLE_MS).unref()
  }

  function fail(error: Error): void {
    thread = undefined
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  function end(): void {
    thread?.terminate()
    thread = undefined
  }

  return paper => {
    clearTimeout(idle)
    thread ??= start()
    thread.ref()
    const id = ++count
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    waiting.set(id, { resolve, reject })
    thread.postMessage({ id, paper })
    return promise
  }
}
