// Being reachable. libuv takes one waiting connection in a turn of the event loop (since 1.45), so when a whole conference comes
// at once it would let in one visitor per turn, and each turn is as long as the work of all who are in. Where the system can
// share a port, several listeners share ours: as many come in per turn, and share a commit.
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { App } from './web/deps.ts'

/** Connections that may wait to be accepted (Node's own is 511). */
const BACKLOG = 4096
const LISTENERS = 16
const CAN_SHARE = process.platform === 'linux'

export interface Listening {
  port: number
  /** Lets nobody in any more; resolves when the last who came is gone. */
  close: () => Promise<unknown>
}

/** Listens on a port, or on a free one (0). Rejects with EADDRINUSE where somebody else does. */
export async function listen(app: App, { port, host }: { port: number; host: string }): Promise<Listening> {
  const free = CAN_SHARE ? await findFree(port, host) : port
  const where = { port: free, host, backlog: BACKLOG, reusePort: CAN_SHARE }
  await app.listen(where)
  const { address, port: given } = app.server.address() as { address: string; port: number }
  const more = Array.from({ length: CAN_SHARE ? LISTENERS - 1 : 0 }, () => handOver(app))
  await Promise.all(more.map(each => listening(each, { port: given, host: address, reusePort: true })))
  return {
    port: given,
    close: () => Promise.all([app.close(), ...more.map(each => new Promise(done => each.close(done)))]),
  }
}

/** A port that is shared could be shared with a second copy of this program by mistake: first it must be ours alone. */
async function findFree(port: number, host: string): Promise<number> {
  const alone = createServer()
  await listening(alone, { port, host })
  const { port: free } = alone.address() as { port: number }
  await new Promise(done => alone.close(done))
  return free
}

/** A listener that opens connections as Node's own HTTP server does, and leaves them to ours. */
function handOver(app: App): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, socket => app.server.emit('connection', socket))
}

async function listening(server: Server, where: { port: number; host: string; reusePort?: boolean }): Promise<void> {
  server.listen({ ...where, backlog: BACKLOG })
  await once(server, 'listening')
}
