// Two processes on one data folder, as while a new version takes over from the old one: whichever of them somebody asks, the
// answer is that of the whole.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { and, eq, like } from '#db/drizzle.ts'
import { type Db, openDatabase } from '#db/open.ts'
import { messages, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { createSignIn, signInByToken } from '#src/domain/sign-ins.ts'
import { fieldsOf } from '../support/console.ts'
import { createPoster, makeDataDir, type Server, startServer } from '../support/server.ts'
import { type Mailbox, openMailbox } from '../support/smtp.ts'
import { makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

const folder = makeDataDir()
const poster = createPoster(100)
const now = Temporal.Now.instant()
const inDays = (days: number) => `${Temporal.Now.plainDateISO('Europe/Amsterdam').add({ days })}T12:00`
let mailbox: Mailbox
let db: Db
let event: Event
let cookie: string
let old: Server
let fresh: Server
let env: Record<string, string>
const SOON = { timeout: 20_000, interval: 20 }

beforeAll(async () => {
  mailbox = await openMailbox()
  db = folder.open()
  const group = makeGroup(db)
  event = makeEvent(db, group, { capacityOnline: 30, localStart: inDays(30) }, now)
  cookie = writeNow(db, tx => {
    const organiser = createOrganiser(tx, 'otto@example.org', 'Otto', now)
    grant(tx, organiser, group, 'organiser')
    return `session=${signInByToken(tx, createSignIn(tx, organiser, now), now)}`
  })
  layReminder(group)
  env = { DATA_DIR: folder.dataDir, SMTP_URL: mailbox.url, TRUST_PROXY: 'true' }
  ;[old, fresh] = await Promise.all([startServer(env), startServer(env)])
})
afterAll(async () => {
  poster.close()
  await Promise.all([old?.stop(), fresh?.stop()])
  await mailbox.close()
  db.$client.close()
  folder.remove()
})

/** Somebody registered two days ago for an event in 23 hours: both processes find at their start that a reminder is due. */
function layReminder(group: ReturnType<typeof makeGroup>) {
  const before = now.subtract({ hours: 48 })
  const localStart = now.add({ hours: 23 }).toZonedDateTimeISO('Europe/Amsterdam').toPlainDateTime().toString()
  const soon = makeEvent(db, group, { localStart: localStart.slice(0, 16), slug: 'morgen' }, before)
  makeRegistration(db, soon, { email: 'morgen@example.org' }, before)
}

const read = async (server: Server, path: string) => (await fetch(server.url + path)).text()
const register = (server: Server, email: string, slug = event.slug) =>
  poster.post(`${server.url}/events/${slug}/registrations`, { name: 'Deelnemer', email, role: 'practice' })
const taken = () => mailbox.received.map(({ to, mail }) => `${to[0]} ${kindOf(mail)}`)
const mailsTo = (email: string) => mailbox.received.filter(({ to }) => to[0] === email)
const kindOf = ({ headers }: { headers: { key: string; value: string }[] }) =>
  headers.find(({ key }) => key === 'x-aanschuiven-message')?.value

test('a reminder that both find due leaves once', async () => {
  await expect
    .poll(() => taken().toSorted(), SOON)
    .toEqual(['morgen@example.org confirmed', 'morgen@example.org reminder_day'])
})

test('whichever is killed with a mail in hand, another sends that mail, byte for byte', async () => {
  mailbox.always('hang')
  expect((await register(old, 'nu@example.org', 'morgen')).status).toBe(303)
  await expect.poll(() => mailsTo('nu@example.org').length, SOON).toBe(1)
  const [row] = db.select().from(messages).where(eq(messages.state, 'sending')).all()
  const dies = row?.leasedBy?.includes(`/${fresh.pid}/`) ? fresh : old
  dies.kill()
  await dies.exited
  mailbox.always('accept')
  // Whoever runs already looks round every ten seconds; whoever starts does so at once.
  ;[old, fresh] = [dies === old ? fresh : old, await startServer(env)]
  await expect.poll(() => mailsTo('nu@example.org').length, SOON).toBe(2)
  const [first, second] = mailsTo('nu@example.org')
  expect(second?.raw.equals(first?.raw ?? Buffer.alloc(0))).toBe(true)
})

describe('registrations through both at once', () => {
  test('take each place once, wait in one row, and never see that the other is writing', async () => {
    const emails = Array.from({ length: 60 }, (_, index) => `p${index}@example.org`)
    // Every sixth person presses twice, and is answered by both.
    const asked = emails.flatMap((email, index) => {
      const [one, other] = index % 2 ? [old, fresh] : [fresh, old]
      return index % 6 ? [register(one, email)] : [register(one, email), register(other, email)]
    })
    expect((await Promise.all(asked)).filter(({ status }) => status !== 303)).toEqual([])
    const rows = db.select().from(registrations).where(eq(registrations.eventId, event.id)).all()
    const queue = rows.toSorted((a, b) => a.queueNumber - b.queueNumber)
    expect(queue.map(({ queueNumber }) => queueNumber)).toEqual(emails.map((_, index) => index + 1))
    expect(queue.map(({ status }) => status)).toEqual(
      emails.map((_, index) => (index < 30 ? 'confirmed' : 'waitlisted')),
    )
    expect(await read(old, `/events/${event.slug}`)).toContain('data-left="0"')
    expect(await read(fresh, `/events/${event.slug}`)).toContain('data-left="0"')
  })

  test('bring each person their mail once, whichever process sends it', async () => {
    const told = () => taken().filter(line => line.startsWith('p'))
    await expect.poll(() => told().length, SOON).toBeGreaterThanOrEqual(60)
    const ours = and(eq(messages.state, 'sending'), like(messages.toAddress, 'p%'))
    const waiting = db.select().from(messages).where(ours)
    await expect.poll(() => waiting.all(), SOON).toEqual([])
    expect(new Set(told().map(line => line.split(' ')[0])).size).toBe(60)
    expect(told().length).toBe(60)
  })

  test('wait for whoever holds the database for a while, and do not fail', async () => {
    const other = openDatabase(`${folder.dataDir}/aanschuiven.sqlite`).$client
    other.exec('begin immediate')
    const asked = [register(old, 'later@example.org'), register(fresh, 'nog-later@example.org')]
    await new Promise(next => setTimeout(next, 500))
    other.exec('commit')
    other.close()
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([303, 303])
  })
})

describe('what an organiser changes through one', () => {
  const PLACES = [() => `/events/${event.slug}`, () => '/', () => '/calendar.ics', () => '/feed.atom'] as const

  async function rename(server: Server, title: string) {
    const path = `/console/events/${event.id}`
    const html = await (await fetch(server.url + path, { headers: { cookie } })).text()
    const { groupId, summary, description } = getEvent(db, event.id)
    const form = {
      ...(fieldsOf(html, path) as Record<string, string>),
      ...{ kind: 'webinar', groupId: String(groupId), summary, description, speakers: '', yield: '', title },
    }
    const { status } = await fetch(server.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    })
    expect(status).toBe(303)
  }

  test('stands at once on every page and in every feed of the other, time after time', async () => {
    const both = [old, fresh] as const
    for (const [index, title] of ['Eerste titel', 'Tweede titel', 'Derde titel'].entries()) {
      const [writer, reader] = index % 2 ? both : both.toReversed()
      if (!writer || !reader) throw new Error('two of them')
      // Whatever it keeps, it has kept by now.
      for (const path of PLACES) await read(reader, path())
      await rename(writer, title)
      for (const path of PLACES) expect(await read(reader, path())).toContain(title)
      for (const path of PLACES) expect(await read(writer, path())).toContain(title)
    }
  })
})

test('measuring costs nothing that stays, and both stop as they should', async () => {
  const metrics = await read(old, '/metrics')
  expect(metrics).toMatch(/^aanschuiven_database_wal_bytes [1-9]\d+$/m)
  expect(metrics).toMatch(/^aanschuiven_worker_beat_timestamp_seconds \d+/m)
  expect(await old.stop()).toBe(0)
  expect((await register(fresh, 'na-de-wissel@example.org')).status).toBe(303)
  await expect.poll(() => mailsTo('na-de-wissel@example.org').length, SOON).toBe(1)
  expect(await fresh.stop()).toBe(0)
  expect([old, fresh].filter(({ output }) => output().includes('"level":'))).toEqual([])
})
