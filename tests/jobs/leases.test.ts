// Two processes over one database, as at every upgrade: whose mail is whose, and what becomes of those of a process that
// died.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { claim, claimOwn } from '#src/domain/claiming.ts'
import { reclaim } from '#src/domain/leases.ts'
import { enqueue } from '#src/domain/outbox.ts'
import { createWorker } from '#src/jobs/worker.ts'
import { openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { openMailbox } from '../support/smtp.ts'
import { makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

type Worker = ReturnType<typeof createWorker>

let office: PostOffice
let second: Worker
beforeEach(async () => {
  office = await openPostOffice()
  const { db, write, clock, tokens, counts, config } = office
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  second = createWorker({ db, write, clock, tokens, counts, config, log })
})
afterEach(async () => {
  await second.stop()
  await office.close()
})

const received = () => office.mailbox.received
const confirmed = () => office.messages().find(({ kind }) => kind === 'confirmed')
const pass = (seconds: number) => office.clock.advance({ seconds })
/** One round of a worker, whatever it has under way. */
async function round(worker: Worker): Promise<void> {
  worker.start()
  await office.write(() => {})
  await office.write(() => {})
}

/** The first process has the confirmation with a mail server that does not answer. */
async function leaveHanging(): Promise<void> {
  makeRegistration(office.db, makeEvent(office.db, makeGroup(office.db)))
  office.mailbox.next('hang')
  office.worker().start()
  await expect.poll(() => received().length).toBe(1)
}

test('what a living process has under way stays its own, however long the mail server is silent', async () => {
  await leaveHanging()
  for (let seconds = 0; seconds < 20 * 60; seconds += 10) {
    pass(10)
    await round(office.worker())
    await round(second)
  }
  expect(confirmed()).toMatchObject({ state: 'sending', attempts: 1 })
  expect(received()).toHaveLength(1)
})

test('a machine that slept for an hour still owns what it had', async () => {
  await leaveHanging()
  pass(3600)
  await round(office.worker())
  expect(confirmed()).toMatchObject({ state: 'sending', attempts: 1 })
})

test('what a dead process had under way leaves half a minute later, without anybody starting anew', async () => {
  await round(second)
  await leaveHanging()
  const bytes = confirmed()?.bytes
  pass(29)
  await round(second)
  expect(confirmed()).toMatchObject({ state: 'sending', attempts: 1 })
  pass(10)
  await round(second)
  await second.idle()
  expect(confirmed()).toMatchObject({ state: 'sent', attempts: 2 })
  expect(received().map(({ raw }) => raw.equals(bytes as Buffer))).toEqual([true, true])
})

test('a process that only stood still learns that its mail is no longer its own, and changes nothing', async () => {
  await leaveHanging()
  pass(31)
  await round(second)
  await second.idle()
  expect(confirmed()).toMatchObject({ state: 'sent', attempts: 2 })
  const before = confirmed()
  await office.worker().stop()
  expect(office.lines.map(({ fields }) => fields)).toContainEqual(expect.objectContaining({ result: 'uncertain' }))
  expect(confirmed()).toEqual(before)
})

test('a mail from the command line, whose lease nobody renews, is left alone for a quarter of an hour', () => {
  const { db, clock } = office
  makeRegistration(db, makeEvent(db, makeGroup(db)))
  const lost = () => writeNow(db, tx => reclaim(tx, clock.now(), () => false)).map(({ kind }) => kind)
  writeNow(db, tx => {
    enqueue(tx, { key: 'test:1', kind: 'test', toAddress: 'org@example.org', locale: 'nl' }, clock.now())
    claimOwn(tx, 'cli', 'test:1', clock.now())
    claim(tx, 'worker', { queue: 'ordinary', limit: 1 }, clock.now())
  })
  pass(31)
  expect(lost()).toEqual(['confirmed'])
  pass(14 * 60)
  expect(lost()).toEqual([])
  pass(60)
  expect(lost()).toEqual(['test'])
})

test('two processes over one outbox send each mail once', async () => {
  const mailbox = await openMailbox({ delayMs: 5 })
  const other = await openPostOffice({ mailbox })
  const { db, write, clock, tokens, counts, config } = other
  const event = makeEvent(db, makeGroup(db), { capacityOnline: 100 })
  for (let index = 0; index < 60; index++) makeRegistration(db, event, { email: `p${index}@example.org` })
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const twin = createWorker({ db, write, clock, tokens, counts, config, log })
  twin.start()
  other.worker().start()
  await Promise.all([twin.idle(), other.worker().idle()])
  expect(mailbox.received).toHaveLength(60)
  expect(new Set(mailbox.received.map(({ to }) => to[0]))).toHaveLength(60)
  await twin.stop()
  await other.close()
})
