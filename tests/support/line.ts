// The line to a mail server, which can be cut: while it is down, whoever calls is hung up on.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Line {
  url: string
  /** Hangs up on everybody, and on who calls from now on. */
  cut(): void
  mend(): void
  close(): Promise<void>
}

export async function openLine(mailServer: string): Promise<Line> {
  const { hostname, port } = new URL(mailServer)
  const sockets = new Set<Socket>()
  let isUp = true
  const join = (one: Socket, other: Socket) => {
    sockets.add(one)
    one.pipe(other)
    one.on('error', () => one.destroy())
    one.on('close', () => {
      sockets.delete(one)
      other.destroy()
    })
  }
  const server = createServer(near => {
    if (!isUp) return void near.destroy()
    const far = connect(Number(port), hostname)
    join(near, far)
    join(far, near)
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const hangUp = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      isUp = false
      hangUp()
    },
    mend: () => {
      isUp = true
    },
    close: () => {
      hangUp()
      return new Promise(closed => server.close(() => closed()))
    },
  }
}
