// Coming in: many at a time, on a port that is ours alone, and out again when all have been answered.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import fastify from 'fastify'
import { afterEach, expect, test, vi } from 'vitest'
import { type Listening, listen } from '#src/listening.ts'
import type { App } from '#src/web/deps.ts'

// Not every machine has two addresses by that name.
vi.mock('node:dns/promises', () => ({
  lookup: async () => ['127.0.0.1', '127.0.0.2', '192.0.2.1'].map(address => ({ address, family: 4 })),
}))

const HERE = { port: 0, host: '127.0.0.1' }
const open: Listening[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

/** Answers each visitor when `wait` is over. */
async function openApp(wait: Promise<unknown> = Promise.resolve(), where = HERE) {
  const app = fastify() as unknown as App
  let inside = 0
  app.get('/', async () => {
    inside++
    await wait
    return 'welkom'
  })
  const listening = await listen(app, where)
  open.push(listening)
  return { ...listening, app, inside: () => inside }
}

/** Visitors who all come at once and ask for the same page; each gives what it was answered. */
function visit(port: number, count: number, host = HERE.host): Promise<string[]> {
  const visitor = (done: (text: string) => void) => {
    let text = ''
    const socket: Socket = connect(port, host)
    socket.on('data', chunk => {
      text += chunk
    })
    socket.on('error', error => done(String(error)))
    socket.on('close', () => done(text))
    socket.write('GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n')
  }
  return Promise.all(Array.from({ length: count }, () => new Promise(visitor)))
}

test.skipIf(process.platform !== 'linux')('lets in many visitors in one turn of the event loop', async () => {
  const { port } = await openApp()
  let turns = 0
  const turn = () => {
    turns++
    spinning = setImmediate(turn)
  }
  let spinning = setImmediate(turn)
  const answers = await visit(port, 400)
  clearImmediate(spinning)
  expect(answers.filter(answer => !answer.endsWith('welkom'))).toEqual([])
  // One at a time would take a turn for each.
  expect(turns).toBeLessThan(200)
})

test('shares its port with nobody, not even with a second one of its own', async () => {
  const { port } = await openApp()
  await expect(openApp(undefined, { ...HERE, port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('lets one of two have it that start at the same moment', async () => {
  const { port, close } = await openApp()
  await close()
  const starts = await Promise.allSettled([1, 2].map(() => openApp(undefined, { ...HERE, port })))
  expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(starts.find(start => start.status === 'rejected')?.reason).toMatchObject({ code: 'EADDRINUSE' })
})

test('answers all who are in before it is closed, and lets nobody else in', async () => {
  let answer = () => {}
  const wait = new Promise<void>(resolve => {
    answer = resolve
  })
  const { port, close, inside } = await openApp(wait)
  const visitors = visit(port, 60)
  while (inside() < 60) await new Promise(setImmediate)
  let isClosed = false
  const closing = close().then(() => {
    isClosed = true
  })
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(isClosed).toBe(false)
  expect(await visit(port, 1)).toEqual([expect.stringContaining('ECONNREFUSED')])
  answer()
  await closing
  expect((await visitors).filter(text => !text.endsWith('welkom'))).toEqual([])
})

test.skipIf(process.platform !== 'linux')(
  'has both addresses of localhost, and cuts off who came by either',
  async () => {
    const { app, port, close } = await openApp(undefined, { ...HERE, host: 'localhost' })
    for (const host of ['127.0.0.1', '127.0.0.2'])
      expect(await visit(port, 1, host)).toEqual([expect.stringMatching(/welkom$/)])
    const unfinished = connect(port, '127.0.0.2')
    unfinished.on('error', () => {}).write('GET / HTTP/1.1\r\n')
    const cut = once(unfinished, 'close')
    await once(unfinished, 'connect')
    // Until the server has seen it come.
    expect(await visit(port, 1, '127.0.0.2')).toHaveLength(1)
    const closing = close()
    app.server.closeAllConnections()
    await Promise.all([closing, cut])
  },
)
