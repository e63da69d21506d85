// Loaded before a server that is measured (`node --import`): tells where it listens, and when asked what it cost so far. The
// server itself is the one that production runs. JavaScript, since taking the types off would load what production does not: 18 MiB.
import { subscribe } from 'node:diagnostics_channel'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getBuiltinModule } from 'node:process'

// Imported, it would bring its WebSocket along, and the fetch behind that: what production does not load, 8 MiB.
const { Server } = getBuiltinModule('node:http')

const loop = monitorEventLoopDelay({ samplePerIteration: true })

subscribe('tracing:net.server.listen:asyncEnd', message => {
  // Not those that only let people in for it.
  const address = message.server instanceof Server && message.server.address()
  if (address && typeof address === 'object') process.send?.({ port: address.port })
})

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  const cost = {
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
