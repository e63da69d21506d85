// A line to a server that can be cut, as the wireless of a hall is: what is under way breaks off, and nothing new gets through.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export async function openRelay(to: string) {
  const { hostname, port } = new URL(to)
  const sockets = new Set<Socket>()
  let isUp = true
  const server = createServer(near => {
    if (!isUp) return near.destroy()
    const far = connect(Number(port), hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => sockets.delete(one))
      one.pipe(other)
    }
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    drop: () => {
      isUp = false
      cut()
    },
    restore: () => {
      isUp = true
    },
    close: async () => {
      cut()
      server.close()
    },
  }
}
