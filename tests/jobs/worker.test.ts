// The worker as a part of the process: woken, paced, stopped, and without a mail server.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { messages, registrations } from '#db/schema.ts'
import { register } from '#src/domain/registering.ts'
import { openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { openMailbox } from '../support/smtp.ts'
import { applicant, makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

function registerMany(office: PostOffice, count: number) {
  const event = makeEvent(office.db, makeGroup(office.db), { capacityOnline: 1000 })
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      office.write(tx => register(tx, event, applicant({ email: `p${index}@example.org` }), office.clock.now())),
    ),
  )
}

test('wakes at once when something is committed', async () => {
  const office = await openPostOffice()
  office.nudged()
  await office.worker().idle()
  const begun = performance.now()
  await registerMany(office, 1)
  await expect.poll(() => office.mailbox.received.length, { interval: 5 }).toBe(1)
  expect(performance.now() - begun).toBeLessThan(1000)
  expect(office.worker().beat).toEqual(office.clock.now())
  await office.close()
})

test('sends a burst, each mail once', async () => {
  const office = await openPostOffice()
  office.nudged()
  await registerMany(office, 60)
  await expect.poll(() => office.mailbox.received.length, { timeout: 10_000 }).toBe(60)
  await office.worker().idle()
  expect(new Set(office.mailbox.received.map(({ to }) => to[0])).size).toBe(60)
  expect(new Set(office.mailbox.received.map(({ mail }) => mail.messageId)).size).toBe(60)
  await office.close()
})

test('§8.41 no write waits for a slow mail server', async () => {
  const office = await openPostOffice({ mailbox: await openMailbox({ delayMs: 600 }) })
  office.nudged()
  await registerMany(office, 1)
  await expect.poll(() => office.messages()[0]?.bytes).not.toBeNull()
  const begun = performance.now()
  await office.write(tx => tx.update(registrations).set({ organisation: 'Ander' }).run())
  expect(performance.now() - begun).toBeLessThan(200)
  expect(office.mailbox.received).toEqual([])
  await office.close()
})

describe('stopping', () => {
  test('finishes what is under way and starts nothing new', async () => {
    const office = await openPostOffice({ mailbox: await openMailbox({ delayMs: 200 }) })
    office.nudged()
    await registerMany(office, 44)
    await expect.poll(() => office.messages().filter(({ state }) => state === 'sending').length).toBe(40)
    await office.worker().stop()
    const states = office.messages().flatMap(({ kind, state }) => (kind === 'confirmed' ? [state] : []))
    expect(Object.groupBy(states, state => state)).toEqual({
      sent: Array(40).fill('sent'),
      queued: Array(4).fill('queued'),
    })
    await office.close()
  })

  test('does not wait for a mail server that is silent, and writes down that nobody knows', async () => {
    const office = await openPostOffice()
    office.mailbox.always('hang')
    office.nudged()
    await registerMany(office, 1)
    await expect.poll(() => office.mailbox.received.length).toBe(1)
    const begun = performance.now()
    await office.worker().stop()
    expect(performance.now() - begun).toBeLessThan(4900)
    expect(office.messages()[0]).toMatchObject({ kind: 'confirmed', state: 'queued', attempts: 1 })
    expect(office.messages()[0]?.reason).not.toBe('')
    await office.close()
  })
})

test('without a mail server each mail becomes a file that reads back', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'mail-'))
  const office = await openPostOffice({ config: { smtpUrl: undefined, dataDir } })
  makeRegistration(office.db, makeEvent(office.db, makeGroup(office.db)))
  await office.deliver()
  expect(readdirSync(join(dataDir, 'mail'))).toEqual(['1-confirmed.eml'])
  const bytes = readFileSync(join(dataDir, 'mail', '1-confirmed.eml'))
  const [message] = office.messages()
  expect(bytes.equals(message?.bytes ?? Buffer.alloc(0))).toBe(true)
  expect(await PostalMime.parse(bytes)).toMatchObject({
    subject: 'Je bent aangemeld: Eén gezin, één plan: lukt dat? (do 3 dec)',
    messageId: message?.messageId,
  })
  rmSync(dataDir, { recursive: true })
  await office.close()
})

test('a month later the bytes are gone, and a week after the event what somebody needed', async () => {
  const office = await openPostOffice()
  const event = makeEvent(office.db, makeGroup(office.db))
  const { id } = makeRegistration(office.db, event, { accessNeeds: 'Een tolk' })
  const needs = () => office.db.select().from(registrations).where(eq(registrations.id, id)).get()?.accessNeeds
  const bytes = () => office.db.select().from(messages).where(eq(messages.kind, 'confirmed')).get()?.bytes
  await office.deliver()
  office.clock.set('2026-12-10T10:59:00Z')
  await office.deliver()
  expect([needs(), bytes() !== null]).toEqual(['Een tolk', true])
  office.clock.set('2026-12-11T11:00:01Z')
  await office.deliver()
  expect([needs(), bytes() !== null]).toEqual(['', true])
  office.clock.set('2026-12-22T09:00:00Z')
  await office.deliver()
  expect(bytes()).toBeNull()
  await office.close()
})
