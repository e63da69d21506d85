// Killed in the middle of a burst, again and again: every answered registration is there, every mail leaves, and none
// twice but what SMTP itself leaves uncertain (RFC 5321 §6.1).
import { createHash } from 'node:crypto'
import { SMTPServer } from 'smtp-server'
import { afterAll, describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { messages, people, registrations } from '#db/schema.ts'
import { createPoster, makeDataDir, type Server, startServer } from '../support/server.ts'
import { makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

const ROUNDS = 8
const MOST_PER_LANE = 60

interface Delivery {
  to: string
  kind: string
  messageId: string
  date: string
  digest: string
}

/** A mail server that tells of each mail right after its 250. */
async function openMailServer(onAccept: (delivery: Delivery) => void) {
  const delivered: Delivery[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', chunk => chunks.push(chunk))
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const field = (name: string) =>
          new RegExp(`^${name}: (.+?)\\r\\n`, 'im').exec(bytes.toString('latin1'))?.[1] ?? ''
        const delivery = {
          to: session.envelope.rcptTo[0]?.address ?? '',
          kind: field('X-Aanschuiven-Message'),
          messageId: field('Message-ID'),
          date: field('Date'),
          digest: createHash('sha256').update(bytes).digest('hex'),
        }
        delivered.push(delivery)
        done()
        onAccept(delivery)
      })
    },
  })
  // A client that is killed resets its connections; that is what this test is about.
  server.on('error', () => {})
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const { port } = server.server.address() as { port: number }
  return { delivered, url: `smtp://127.0.0.1:${port}`, close: () => new Promise<void>(closed => server.close(closed)) }
}

const folders: ReturnType<typeof makeDataDir>[] = []
afterAll(() => {
  for (const { remove } of folders) remove()
})
function makeFolder() {
  const folder = makeDataDir()
  folders.push(folder)
  return folder
}

test('§8.33 SIGKILL in a burst of registrations and mails loses nothing', async () => {
  const { dataDir, open } = makeFolder()
  const db = open()
  const date = Temporal.Now.zonedDateTimeISO('Europe/Amsterdam').add({ days: 30 }).toPlainDate()
  const event = makeEvent(
    db,
    makeGroup(db),
    { capacityOnline: null, localStart: `${date}T12:00` },
    Temporal.Now.instant(),
  )
  let running: Server | undefined
  let untilKill = Number.POSITIVE_INFINITY
  const mail = await openMailServer(() => {
    if (--untilKill === 0) running?.kill()
  })
  const env = { DATA_DIR: dataDir, TRUST_PROXY: 'true', SMTP_URL: mail.url }
  const answered: string[] = []
  let inFlight = 0
  let accepted = 0
  /** Mails taken by the mail server whose commit a kill prevented, once per kill. */
  const uncertain: string[] = []

  for (let round = 0; round < ROUNDS; round++) {
    running = await startServer(env)
    untilKill = 5 + ((round * 7) % 11)
    const before = mail.delivered.length
    inFlight += await burst(running, event.slug, round, answered)
    const sent = new Set(
      db
        .select()
        .from(messages)
        .where(eq(messages.state, 'sent'))
        .all()
        .map(row => row.messageId),
    )
    const unsure = new Set(mail.delivered.slice(before).map(({ messageId }) => messageId)).difference(sent)
    for (const messageId of unsure) uncertain.push(messageId)
    accepted += unsure.size > 0 ? 1 : 0
  }
  // What was uncertain is tried again after five minutes; the last start says that they have passed.
  untilKill = Number.POSITIVE_INFINITY
  running = await startServer({ ...env, CLOCK: Temporal.Now.instant().add({ minutes: 10 }).toString() })
  const confirmations = () =>
    db
      .select()
      .from(messages)
      .all()
      .filter(row => row.kind === 'confirmed')
  await until(() => confirmations().every(row => row.state === 'sent'))
  expect(await running.stop()).toBe(0)
  await mail.close()

  console.log(
    `kills: ${ROUNDS}; between a request and its answer: ${inFlight}; between the mail server's 250 and our commit: ${accepted}`,
  )
  expect(inFlight).toBeGreaterThan(0)
  expect(accepted).toBeGreaterThan(0)
  const registered = db
    .select({ email: people.email })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .all()
  expect(answered.filter(email => !registered.some(row => row.email === email))).toEqual([])
  expect(
    confirmations()
      .map(row => row.toAddress)
      .sort(),
  ).toEqual(registered.map(row => String(row.email)).sort())
  const byMessage = Map.groupBy(mail.delivered, ({ messageId }) => messageId)
  // A mail comes again only when a kill left it uncertain, once per kill, and then byte for byte.
  const excess = [...byMessage].filter(
    ([id, copies]) => copies.length > 1 + uncertain.filter(other => other === id).length,
  )
  expect(excess).toEqual([])
  const changed = [...byMessage.values()].filter(copies => new Set(copies.map(({ digest }) => digest)).size > 1)
  expect(changed).toEqual([])
  expect(new Set(mail.delivered.map(({ to, messageId }) => `${to} ${messageId}`)).size).toBe(registered.length)
  db.$client.close()
}, 300_000)

describe('§8.33 SIGKILL after the 250, before our commit', () => {
  /** Somebody registered two days ago for an event in 23 hours: a confirmation is due, and after it the reminder. */
  async function openDeath(dies: string) {
    const { dataDir, open } = makeFolder()
    const db = open()
    const now = Temporal.Now.instant()
    const localStart = now.add({ hours: 23 }).toZonedDateTimeISO('Europe/Amsterdam').toPlainDateTime().toString()
    const twoDaysAgo = now.subtract({ hours: 48 })
    const event = makeEvent(db, makeGroup(db), { localStart: localStart.slice(0, 16) }, twoDaysAgo)
    makeRegistration(db, event, {}, twoDaysAgo)
    let running: Server | undefined
    let isDeadly = true
    const mail = await openMailServer(({ kind }) => {
      if (isDeadly && kind === dies) running?.kill()
      if (kind === dies) isDeadly = false
    })
    const rowOf = () =>
      db
        .select()
        .from(messages)
        .all()
        .find(row => row.kind === dies)
    const start = async (clock?: Temporal.Instant) => {
      running = await startServer({ DATA_DIR: dataDir, SMTP_URL: mail.url, ...(clock && { CLOCK: String(clock) }) })
      return running
    }
    const copies = () => mail.delivered.filter(({ kind }) => kind === dies)
    const close = async () => {
      expect(await running?.stop()).toBe(0)
      await mail.close()
      db.$client.close()
    }
    await (await start()).exited
    expect(rowOf()).toMatchObject({ state: 'sending', attempts: 1 })
    expect(copies()).toHaveLength(1)
    /** The next start, a minute later. */
    const restart = () => start(Temporal.Now.instant().add({ minutes: 1 }))
    return { rowOf, copies, restart, close }
  }

  test('a confirmation comes once more, the same to the last octet', async () => {
    const { rowOf, copies, restart, close } = await openDeath('confirmed')
    await restart()
    await until(() => rowOf()?.state === 'sent')
    const [first, second] = copies()
    expect(copies()).toHaveLength(2)
    expect(second).toEqual(first)
    expect(first).toMatchObject({ messageId: rowOf()?.messageId, to: 'zoe@example.org' })
    expect(new Date(first?.date ?? '').getTime()).toBe(
      Math.floor(Number(rowOf()?.datedAt?.epochMilliseconds) / 1000) * 1000,
    )
    await close()
  })

  test('a reminder came once, and stands there as uncertain', async () => {
    const { rowOf, copies, restart, close } = await openDeath('reminder_day')
    await restart()
    await until(() => rowOf()?.state !== 'sending')
    expect(rowOf()).toMatchObject({ state: 'uncertain', attempts: 1, reason: 'interrupted' })
    expect(copies()).toHaveLength(1)
    await close()
    expect(copies()).toHaveLength(1)
  })
})

/** Sends until the server dies. Returns 1 if requests were waiting for an answer at that moment. */
async function burst(server: Server, slug: string, round: number, answered: string[]): Promise<number> {
  const { post, close } = createPoster(20)
  let unanswered = 0
  let dead = false
  server.exited.then(() => {
    dead = true
  })
  const sender = async (lane: number) => {
    for (let number = 0; !dead && number < MOST_PER_LANE; number++) {
      const email = `d${round}-${lane}-${number}@example.org`
      try {
        const { status } = await post(`${server.url}/events/${slug}/registrations`, {
          name: `Deelnemer ${number}`,
          email,
          role: 'student',
        })
        if (status === 303) answered.push(email)
      } catch {
        unanswered++
        return
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, lane) => sender(lane)))
  await server.exited
  close()
  return unanswered > 0 ? 1 : 0
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 150_000
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error('it took too long')
    await new Promise(next => setTimeout(next, 100))
  }
}
