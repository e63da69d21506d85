// Files on their way to somebody: what changes meanwhile, who hangs up, and what goes wrong halfway.
import { once } from 'node:events'
import { get as ask, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify, { type FastifyReply, LogController } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { eq, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { people, registrations } from '#db/schema.ts'
import { readTable } from '#src/lib/tables.ts'
import type { Row } from '#src/lib/xlsx.ts'
import { sendCsv, sendXlsx } from '#src/web/console/downloads.ts'
import { openConsole } from '../../support/console.ts'
import { unexpectedErrors, watchedLog } from '../../support/logs.ts'
import { makeEvent, makeRegistration, NOW } from '../../support/world.ts'

const GUESTS = 500

/** An event with Zoë on its list, and five hundred behind her: Gast 0 … Gast 499. */
async function openCrowd() {
  const world = await openConsole()
  const { db, group } = world
  const event = makeEvent(db, group)
  const { id: _, personId: __, queueNumber: ___, ...registration } = makeRegistration(db, event)
  for (let number = 0; number < GUESTS; number++) {
    const [person] = db
      .insert(people)
      .values({ email: `gast${number}@example.org`, createdAt: NOW })
      .returning()
      .all()
    db.insert(registrations)
      .values({ ...registration, name: `Gast ${number}`, personId: person?.id ?? 0, queueNumber: number + 2 })
      .run()
  }
  return { ...world, event, list: `/console/events/${event.id}/registrations` }
}

const guest = (number: number) => eq(registrations.name, `Gast ${number}`)

test('who is in a file is settled when it is asked for; they stand in it as they are when their part is made', async () => {
  const { app, me, db, list } = await openCrowd()
  const { stream } = await app.inject({ url: `${list}.csv`, headers: me, payloadAsStream: true } as const)
  const parts: Buffer[] = []
  for await (const part of stream() as AsyncIterable<Buffer>) {
    if (parts.push(part) > 1) continue
    db.delete(registrations).where(guest(399)).run()
    db.update(registrations).set({ name: 'Wie hij is', queueNumber: 5000 }).where(guest(401)).run()
    db.update(registrations).set({ name: 'Te laat' }).where(guest(3)).run()
  }
  const table = await readTable(Buffer.concat(parts))
  const names = typeof table === 'string' ? [] : table.map(({ cells }) => cells[0])
  const expected = Array.from({ length: GUESTS }, (_, number) => (number === 401 ? 'Wie hij is' : `Gast ${number}`))
  expect(names).toEqual(['Naam', 'Zoë de Vries', ...expected.toSpliced(399, 1)])
})

/** A moment that does not exist, on the row of this guest. */
const spoil = ({ db }: { db: Db }, number: number) =>
  db.update(registrations).set({ createdAt: sql`9e15` }).where(guest(number)).run()

test.each(['csv', 'xlsx'])(
  'a list of which a later part cannot be read is no whole .%s, and that is logged',
  async kind => {
    const world = await openCrowd()
    spoil(world, 450)
    await expect(world.get(`${world.list}.${kind}`)).rejects.toThrow('destroyed')
    expect(unexpectedErrors.splice(0).map(line => JSON.parse(line).err.type)).toEqual(['RangeError'])
  },
)

test('a list of which the first part cannot be read is a page that says so, and no file', async () => {
  const world = await openCrowd()
  spoil(world, 0)
  const { statusCode, headers, body } = await world.get(`${world.list}.csv`)
  expect([statusCode, headers['content-disposition']]).toEqual([500, undefined])
  expect(headers['content-type']).toContain('text/html')
  expect(body).toContain('</html>')
  expect(unexpectedErrors.splice(0).map(line => JSON.parse(line).err.type)).toEqual(['RangeError'])
})

const WAYS = [
  ['csv', (reply: FastifyReply, rows: Iterable<Row>) => sendCsv(reply, 'x', rows)],
  ['xlsx', (reply: FastifyReply, rows: Iterable<Row>) => sendXlsx(reply, 'x', [{ name: 'x', rows }])],
] as const

/** A server with one file, and the answer of somebody who asked for it. */
async function download(send: (typeof WAYS)[number][1], rows: Iterable<Row>) {
  const lines: string[] = []
  const app = fastify({
    logger: { stream: watchedLog(lines) },
    logController: new LogController({ disableRequestLogging: true }),
  })
  app.get('/', (_, reply) => send(reply, rows))
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  const [answer] = (await once(
    ask({ port: (app.server.address() as AddressInfo).port, agent: false }),
    'response',
  )) as [IncomingMessage]
  return { answer, bad: () => lines.map(line => JSON.parse(line)).filter(({ level }) => level >= 40) }
}

test.each(WAYS)('who hangs up ends the making of a .%s', async (_, send) => {
  const [started, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  function* endless(): Generator<Row> {
    started.resolve()
    try {
      for (;;) yield [String(Math.random())]
    } finally {
      ended.resolve()
    }
  }
  const { answer, bad } = await download(send, endless())
  await started.promise
  answer.destroy()
  await ended.promise
  expect(bad()).toEqual([])
})

test.each(WAYS)('an error halfway breaks a .%s off, and stands in the log once', async (_, send) => {
  function* failing(): Generator<Row> {
    for (let line = 0; line < 5000; line++) yield [String(Math.random())]
    throw new Error('halfway')
  }
  const { answer, bad } = await download(send, failing())
  await expect(Array.fromAsync(answer)).rejects.toThrow('aborted')
  expect(answer.complete).toBe(false)
  expect(bad().map(({ err }) => err.message)).toEqual(['halfway'])
  expect(unexpectedErrors.splice(0)).toHaveLength(1)
})

test('nobody is asked for more rows than somebody reads', async () => {
  let asked = 0
  function* endless(): Generator<Row> {
    for (;;) {
      asked++
      yield ['x'.repeat(1000)]
    }
  }
  const { answer } = await download(WAYS[0][1], endless())
  let before = -1
  // Until what lies between the two is full.
  while (asked > before && asked < 20_000) {
    before = asked
    await new Promise(done => setTimeout(done, 50))
  }
  expect(asked).toBeLessThan(20_000)
  answer.destroy()
})
