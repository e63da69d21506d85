// Loaded before a server that is measured (`node --import`): tells where it listens, and when asked what it cost so far. The
// server itself is the one that production runs.
import { subscribe } from 'node:diagnostics_channel'
import type { Server } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface Cost {
  /** Milliseconds of processor, of all threads. */
  cpu: number
  /** MiB of resident memory. */
  memory: number
  /** The longest turn of the event loop since the last question (ms); the first question starts the watch. */
  turn: number
}

const loop = monitorEventLoopDelay({ samplePerIteration: true })

subscribe('tracing:net.server.listen:asyncEnd', message => {
  const address = (message as { server: Server }).server.address()
  if (typeof address === 'object') process.send?.({ port: address?.port })
})

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  const cost: Cost = {
    cpu: (user + system) / 1000,
    memory: process.memoryUsage.rss() / 2 ** 20,
    turn: loop.count ? loop.max / 1e6 : 0,
  }
  loop.reset()
  loop.enable()
  process.send?.(cost)
})
// The parent's questions must not keep a server alive that was told to stop.
process.channel?.unref()
