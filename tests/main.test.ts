// The process itself: how it starts or refuses to, and how it stops while people and mail servers keep it waiting.
import { spawnSync } from 'node:child_process'
import { type AddressInfo, connect } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { afterEach, describe, expect, test } from 'vitest'
import { messages } from '#db/schema.ts'
import { newestMigration } from '#db/versions.ts'
import { writeNow } from '#db/write.ts'
import { enqueue } from '#src/domain/outbox.ts'
import { createPoster, makeDataDir, serve, startServer } from './support/server.ts'
import { openMailbox } from './support/smtp.ts'
import { makeEvent, makeGroup } from './support/world.ts'

const START = resolve(import.meta.dirname, '../src/start.js')
let folder = makeDataDir()
afterEach(() => {
  folder.remove()
  folder = makeDataDir()
})

/** Starts it and waits for its end: for starts that are refused. */
function tryStart(env: Record<string, string>) {
  const { status, stderr } = spawnSync(process.execPath, [START], {
    env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: folder.dataDir, ...env },
    encoding: 'utf8',
    timeout: 20_000,
  })
  return { status, stderr }
}

describe('a start is refused in plain words', () => {
  test('with every problem of the environment named', () => {
    const { status, stderr } = tryStart({ PORT: '99999', LOCALE: 'fy', CLOCK: 'noon', MAIL_RATE: '-1' })
    expect(status).toBe(1)
    expect(stderr.match(/^ {2}- \w+/gm)).toEqual(['  - PORT', '  - LOCALE', '  - MAIL_RATE', '  - CLOCK'])
    expect(stderr).not.toContain('    at ')
  })

  test('on a database of a newer version', () => {
    const db = folder.open()
    const newer = newestMigration() + 1
    db.$client.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run('later', newer)
    db.$client.close()
    const { status, stderr } = tryStart({})
    const file = join(folder.dataDir, 'aanschuiven.sqlite')
    expect(status).toBe(1)
    expect(stderr).toBe(
      `${file} was made by a newer version of Aanschuiven: start that version, or restore an older backup\n`,
    )
  })

  test('with a test clock in production', () => {
    const { status, stderr } = tryStart({ NODE_ENV: 'production', CLOCK: '2026-12-01T09:00:00Z' })
    expect([status, stderr.includes('CLOCK')]).toEqual([1, true])
  })
})

describe('SIGTERM ends it within five seconds, and well', () => {
  async function timed(stop: () => Promise<number | null>) {
    const begun = performance.now()
    const code = await stop()
    return { code, isInTime: performance.now() - begun < 5000 }
  }

  test('while a slow mail server holds mails, which leave at the next start', async () => {
    const mailbox = await openMailbox()
    mailbox.always('hang')
    const db = folder.open()
    const date = Temporal.Now.plainDateISO('Europe/Amsterdam').add({ days: 30 })
    const event = makeEvent(db, makeGroup(db), { localStart: `${date}T12:00` }, Temporal.Now.instant())
    db.$client.close()
    const server = await startServer({ DATA_DIR: folder.dataDir, SMTP_URL: mailbox.url })
    const poster = createPoster(2)
    for (const name of ['a', 'b', 'c']) {
      const form = { name, email: `${name}@example.org`, role: 'practice' }
      expect((await poster.post(`${server.url}/events/${event.slug}/registrations`, form)).status).toBe(303)
    }
    poster.close()
    while (mailbox.received.length < 3) await sleep(20)
    expect(await timed(server.stop)).toEqual({ code: 0, isInTime: true })
    mailbox.always('accept')
    const again = await startServer({ DATA_DIR: folder.dataDir, SMTP_URL: mailbox.url, CLOCK: later() })
    while (mailbox.received.length < 6) await sleep(20)
    expect(await again.stop()).toBe(0)
    const digest = (list: typeof mailbox.received) => list.map(({ raw }) => raw.toString()).sort()
    expect(digest(mailbox.received.slice(3))).toEqual(digest(mailbox.received.slice(0, 3)))
    const after = folder.open()
    expect(
      after
        .select()
        .from(messages)
        .all()
        .filter(({ kind }) => kind === 'confirmed')
        .map(({ state }) => state),
    ).toEqual(['sent', 'sent', 'sent'])
    after.$client.close()
    await mailbox.close()
  })

  /** Beyond the wait after a silence of the mail server. */
  const later = () => Temporal.Now.instant().add({ minutes: 6 }).toString()

  test('when somebody’s registration waits for the disk and a mail is on its way: both are finished', async () => {
    const mailbox = await openMailbox({ delayMs: 400 })
    const db = folder.open()
    const date = Temporal.Now.plainDateISO('Europe/Amsterdam').add({ days: 30 })
    const event = makeEvent(db, makeGroup(db), { localStart: `${date}T12:00` }, Temporal.Now.instant())
    const server = await startServer({ DATA_DIR: folder.dataDir, SMTP_URL: mailbox.url })
    const poster = createPoster(2)
    const register = (name: string) => {
      const form = { name, email: `${name}@example.org`, role: 'practice' }
      return poster.post(`${server.url}/events/${event.slug}/registrations`, form)
    }
    const states = () =>
      db
        .select()
        .from(messages)
        .all()
        .flatMap(({ kind, state, toAddress }) => (kind === 'confirmed' ? [`${toAddress} ${state}`] : []))
    expect((await register('anna')).status).toBe(303)
    while (!states().includes('anna@example.org sending')) await sleep(5)
    db.$client.exec('begin immediate')
    let isAnswered = false
    const asked = register('bea').finally(() => (isAnswered = true))
    await sleep(150)
    const stopping = timed(server.stop)
    await sleep(150)
    expect(isAnswered).toBe(false)
    db.$client.exec('rollback')
    expect((await asked).status).toBe(303)
    expect(await stopping).toEqual({ code: 0, isInTime: true })
    expect(mailbox.received.map(({ to }) => to[0])).toContain('anna@example.org')
    // What came last may have left as well; it is known in any case.
    expect(states().filter(line => !line.startsWith('bea'))).toEqual(['anna@example.org sent'])
    expect(states()).toHaveLength(2)
    poster.close()
    db.$client.close()
    await mailbox.close()
  })

  test('while a visitor is halfway a form', async () => {
    const server = await startServer({ DATA_DIR: folder.dataDir })
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST /my HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n')
    socket.write('Content-Type: application/x-www-form-urlencoded\r\n\r\nemail=')
    await sleep(200)
    expect(await timed(server.stop)).toEqual({ code: 0, isInTime: true })
    socket.destroy()
  })
})

/** Says at its end which packages were loaded. */
const TELLS = `
  import { registerHooks } from 'node:module'
  const seen = new Set()
  registerHooks({
    load(url, context, next) {
      const name = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1]
      if (name) seen.add(name)
      return next(url, context)
    },
  })
  process.on('exit', () => console.log('loaded ' + [...seen].join(' ') + '.'))
`

test('a start and the first pages load nothing of what only mail, pictures, tables, passkeys and measuring need', async () => {
  const hooks = `data:text/javascript,${encodeURIComponent(TELLS)}`
  const loadedBy = async (...paths: string[]) => {
    const server = await serve(['--import', hooks, START], { PORT: '0', DATA_DIR: folder.dataDir })
    for (const path of paths) expect((await fetch(server.url + path)).status).toBe(200)
    expect(await server.stop()).toBe(0)
    return /loaded (.*)\./.exec(server.output())?.[1]?.split(' ') ?? []
  }
  const late = ['@simplewebauthn/server', 'csv-parse', 'imapflow', 'nodemailer', 'postal-mime', 'prom-client']
  late.push('read-excel-file', 'sharp')
  const usual = await loadedBy('/', '/calendar.ics', '/sign-in')
  expect(usual).toEqual(expect.arrayContaining(['fastify', 'better-sqlite3', 'eta']))
  expect(usual.filter(name => late.includes(name))).toEqual([])
  // And it would be seen.
  expect((await loadedBy('/metrics')).filter(name => late.includes(name))).toEqual(['prom-client'])
})

test('the log says what became of a mail, and not who it was for, though the mail server repeats that', async () => {
  const refuser = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo: ({ address }, _session, done) =>
      done(Object.assign(new Error(`5.1.1 <${address}>: User unknown`), { responseCode: 550 })),
  })
  await new Promise<void>(done => refuser.listen(0, '127.0.0.1', done))
  const { port } = refuser.server.address() as AddressInfo
  const db = folder.open()
  const now = Temporal.Now.instant()
  writeNow(db, tx => enqueue(tx, { key: 'own', kind: 'test', toAddress: 'zoe@example.org', locale: 'nl' }, now))
  const server = await startServer({
    DATA_DIR: folder.dataDir,
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    MAIL_FROM: 'agenda@example.org',
    LOG_LEVEL: 'info',
  })
  while (!server.output().includes('"msg":"mail"')) await sleep(20)
  expect(await server.stop()).toBe(0)
  const lines = server
    .output()
    .split('\n')
    .filter(line => line.includes('"msg":"mail"'))
  expect(lines.map(line => JSON.parse(line))).toMatchObject([
    { kind: 'test', result: 'failed', reason: '550 5.1.1 <•••>: User unknown' },
  ])
  expect(server.output()).not.toContain('zoe@')
  db.$client.close()
  await new Promise<void>(done => refuser.close(() => done()))
})
