// A mail server that takes its time, and everybody else over the same database: pages, and other programs.
import { afterAll, expect, test } from 'vitest'
import { messages, settings } from '#db/schema.ts'
import { createPoster, makeDataDir, startServer } from '../support/server.ts'
import { openMailbox } from '../support/smtp.ts'
import { makeEvent, makeGroup } from '../support/world.ts'

const { dataDir, open, remove } = makeDataDir()
afterAll(remove)

test('§8.41 while the mail server holds every mail, the database is free: each write from elsewhere takes milliseconds', async () => {
  const db = open()
  const date = Temporal.Now.plainDateISO('Europe/Amsterdam').add({ days: 30 })
  const event = makeEvent(db, makeGroup(db), { localStart: `${date}T12:00` }, Temporal.Now.instant())
  const mailbox = await openMailbox()
  mailbox.always('hang')
  const server = await startServer({ DATA_DIR: dataDir, SMTP_URL: mailbox.url, TRUST_PROXY: 'true' })
  const { post, close } = createPoster(4)
  const register = (name: string) =>
    post(`${server.url}/events/${event.slug}/registrations`, { name, email: `${name}@example.org`, role: 'student' })
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k']) {
    expect((await register(name)).status).toBe(303)
  }
  await expect.poll(() => mailbox.received.length, { timeout: 10_000 }).toBe(5)
  const states = () => db.select().from(messages).all()
  expect(states().filter(({ state }) => state === 'sending').length).toBeGreaterThanOrEqual(5)

  // This connection hardly waits: a transaction left open by the program makes the write fail.
  db.$client.pragma('busy_timeout = 250')
  const times: number[] = []
  for (let index = 0; index < 200; index++) {
    const begun = performance.now()
    db.insert(settings)
      .values({ key: 'elsewhere', value: '0' })
      .onConflictDoUpdate({ target: settings.key, set: { value: String(index) } })
      .run()
    times.push(performance.now() - begun)
  }
  expect(times.toSorted((a, b) => a - b)[100]).toBeLessThan(20)
  const begun = performance.now()
  expect((await register('l')).status).toBe(303)
  expect(performance.now() - begun).toBeLessThan(1000)
  expect(mailbox.received).toHaveLength(5)
  expect(states().filter(({ state }) => state === 'sent')).toEqual([])
  close()
  expect(await server.stop()).toBe(0)
  await mailbox.close()
  db.$client.close()
})
