// Being reachable. libuv takes one waiting connection in a turn of the event loop (since 1.45), so when a whole conference comes
// at once it would let in one visitor per turn, and each turn is as long as the work of all who are in. Where the system can
// share a port, several listeners share ours: as many come in per turn, and share a commit.
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type ListenOptions, type Server } from 'node:net'
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
  await app.ready()
  const [first = host, ...others] = await addressesOf(host)
  const free = CAN_SHARE ? await findFree(port, first) : port
  const claim = CAN_SHARE ? [await claimed(first, free)] : []
  const where = { port: free, host: first, backlog: BACKLOG, reusePort: CAN_SHARE }
  await app.listen(where)
  const { address, port: given } = app.server.address() as { address: string; port: number }
  const more = await Promise.all([
    ...Array.from({ length: CAN_SHARE ? LISTENERS - 1 : 0 }, () =>
      listening(handOver(app), { port: given, host: address, reusePort: true }),
    ),
    // A machine may know a name for an address that it does not have.
    ...others.map(other => listening(handOver(app), { port: given, host: other }).catch(() => [])),
  ])
  return {
    port: given,
    close: () =>
      Promise.all([app.close(), ...[...more.flat(), ...claim].map(each => new Promise(done => each.close(done)))]),
  }
}

/** `localhost` may be two, and a browser may try either. Fastify would open the second itself, and not cut it off at a stop. */
async function addressesOf(host: string): Promise<string[]> {
  if (host !== 'localhost') return [host]
  const found = await lookup(host, { all: true })
  return [...new Set(found.map(({ address }) => address))]
}

/** A port that can be shared could be shared with another program by mistake: first it must be ours alone. */
async function findFree(port: number, host: string): Promise<number> {
  const alone = await listening(createServer(), { port, host })
  const { port: free } = alone.address() as { port: number }
  await new Promise(done => alone.close(done))
  return free
}

/** A copy of this program that starts at the same moment finds it free as well, but a name (unix(7), abstract) is had by one. */
function claimed(host: string, port: number): Promise<Server> {
  return listening(
    createServer(socket => socket.destroy()),
    { path: `\0aanschuiven ${host}:${port}` },
  )
}

/** A listener that opens connections as Node's own HTTP server does, and leaves them to ours. */
function handOver(app: App): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, socket => app.server.emit('connection', socket))
}

async function listening(server: Server, where: ListenOptions): Promise<Server> {
  server.listen({ ...where, backlog: BACKLOG })
  await once(server, 'listening')
  return server
}
