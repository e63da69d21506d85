// What comes back, from the raw mail to the rows it changes or leaves alone; the mailbox itself is `inbox.test`'s.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { messages, people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { readConfig } from '#src/config.ts'
import { findMessage } from '#src/domain/inbox.ts'
import { bringAbout } from '#src/jobs/reading.ts'
import { readMail } from '#src/mail/inbound.ts'
import { returnAddress } from '#src/mail/verp.ts'
import { AUTHSERV_ID, answer, REPLIES, REPORTS, type Shape, type Values } from '../support/answers.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration, openWorld } from '../support/world.ts'

const MESSAGE_ID = '<0123456789abcdef0123456789abcdef@example.org>'

/** Somebody with a place, whose confirmation has left. */
function openPlace() {
  const world = openWorld()
  const { db, clock, tokens } = world
  const config = {
    ...readConfig({ MAIL_FROM: 'Aanschuiven <agenda@example.org>', BOUNCE_ADDRESS: 'bounce@example.org' }),
    authservId: AUTHSERV_ID as string | undefined,
  }
  const event = makeEvent(db, makeGroup(db))
  const registration = makeRegistration(db, event)
  const [message] = listMessages(db)
  if (!message) throw new Error('no mail')
  db.update(messages)
    .set({ state: 'sent', sentAt: clock.now(), messageId: MESSAGE_ID })
    .where(eq(messages.id, message.id))
    .run()
  const RETURN_ADDRESS = returnAddress(message, config, tokens)

  /** Reads a mail and does what follows. */
  async function receive(raw: string | Buffer): Promise<string> {
    const inbound = await readMail(Buffer.from(raw), { config, tokens, findMessage: id => findMessage(db, id) })
    return inbound.kind === 'human' ? 'human' : writeNow(db, tx => bringAbout(tx, inbound, clock.now()))
  }
  const mail = (shape: Shape, values: Values = {}) =>
    answer(shape, { UID: event.uid, RETURN_ADDRESS, MESSAGE_ID, ...values })
  return { ...world, config, event, registration, message, receive, mail, dump: () => dump(db) }
}

/** Every row that an answer could change. */
function dump(db: Db): string {
  return JSON.stringify([registrations, people, messages].map(table => db.select().from(table).all()))
}

const first = (db: Db) => db.select().from(registrations).all()[0]
const person = (db: Db) => db.select().from(people).all()[0]
const kindsSince = (db: Db, count: number) =>
  listMessages(db)
    .slice(count)
    .map(({ kind }) => kind)

describe('an answer of a calendar', () => {
  test.each(REPLIES)(
    '§8.53 as %s sends it is written down: yes, maybe, and a no that will free the place',
    async shape => {
      const { db, receive, mail } = openPlace()
      const count = listMessages(db).length
      expect(await receive(mail(shape, { PARTSTAT: 'TENTATIVE', STAMP: '20261121T090100Z' }))).toBe('applied')
      expect(first(db)).toMatchObject({ reply: 'tentative', replySequence: 0, declinedAt: null, freesAt: null })
      expect(await receive(mail(shape, { PARTSTAT: 'ACCEPTED', STAMP: '20261121T090200Z' }))).toBe('applied')
      expect(first(db)).toMatchObject({ reply: 'accepted', declinedAt: null, freesAt: null })
      expect(await receive(mail(shape, { PARTSTAT: 'DECLINED', STAMP: '20261121T090300Z' }))).toBe('applied')
      expect(first(db)).toMatchObject({
        status: 'confirmed',
        reply: 'declined',
        repliedAt: Temporal.Instant.from('2026-11-21T09:03:00Z'),
        declinedAt: expect.anything(),
        freesAt: expect.anything(),
      })
      expect(kindsSince(db, count)).toEqual(['declined'])
    },
  )

  test('§8.53 read twice changes nothing the second time', async () => {
    const { receive, mail, dump } = openPlace()
    expect(await receive(mail('google'))).toBe('applied')
    const before = dump()
    expect(await receive(mail('google'))).toBe('stale')
    expect(dump()).toBe(before)
  })

  const TWICE = 'ATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.org'
  test.each<
    [string, 'stale' | 'unknown' | 'human', (mail: (shape: Shape, values?: Values) => string) => string | Buffer]
  >([
    ['a stale SEQUENCE', 'stale', mail => mail('google', { SEQUENCE: '0', STAMP: '20261121T120000Z' })],
    ['a stale DTSTAMP', 'stale', mail => mail('google', { SEQUENCE: '1', STAMP: '20261121T080000Z' })],
    ['two ATTENDEEs', 'human', mail => mail('thunderbird', { STAMP: `20261121T120000Z\r\n${TWICE}` })],
    [
      'a forged From',
      'human',
      mail => mail('outlook', { FROM: 'mallory@example.com', SEQUENCE: '1', STAMP: '20261121T120000Z' }),
    ],
    [
      'METHOD:REQUEST',
      'human',
      mail => mail('google', { METHOD: 'REQUEST' }).replace('Auto-Submitted: auto-generated\r\n', ''),
    ],
    ['METHOD:COUNTER', 'human', mail => mail('outlook', { METHOD: 'COUNTER' })],
    ['METHOD:CANCEL', 'human', mail => mail('outlook', { METHOD: 'CANCEL' })],
    ['somebody who has no place', 'unknown', mail => mail('apple', { ATTENDEE: 'anna@example.org' })],
    ['another appointment', 'unknown', mail => mail('apple', { UID: '00000000-0000-4000-8000-000000000009' })],
    ['garbage for a calendar', 'human', mail => mail('thunderbird', { UID: 'x\r\nBEGIN:VEVENT\r\nEND:VCALENDAR' })],
    ['garbage', 'human', () => Buffer.from(Array.from({ length: 4000 }, (_, n) => (n * 7919) % 256))],
    ['nothing', 'human', () => ''],
  ])('§8.53 %s changes no row', async (_, expected, make) => {
    const { db, event, receive, mail, dump } = openPlace()
    // The event has moved once, and they have answered that: an answer to what was before is older.
    db.$client.prepare('update events set sequence = 1 where id = ?').run(event.id)
    expect(await receive(mail('google', { PARTSTAT: 'ACCEPTED', SEQUENCE: '1', STAMP: '20261121T090000Z' }))).toBe(
      'applied',
    )
    const before = dump()
    expect(await receive(make(mail))).toBe(expected)
    expect(dump()).toBe(before)
  })

  test('§8.53 a no to an older invitation is written down for the organiser, and frees nothing', async () => {
    const { db, event, receive, mail } = openPlace()
    const count = listMessages(db).length
    db.$client.prepare('update events set sequence = 1 where id = ?').run(event.id)
    expect(await receive(mail('outlook', { SEQUENCE: '0' }))).toBe('stale')
    expect(first(db)).toMatchObject({
      status: 'confirmed',
      reply: 'declined',
      replySequence: 0,
      declinedAt: null,
      freesAt: null,
    })
    expect(kindsSince(db, count)).toEqual([])
  })

  test('§8.53 a no that anybody may have sent frees nothing: they are asked', async () => {
    const { db, config, receive, mail } = openPlace()
    const count = listMessages(db).length
    config.authservId = undefined
    expect(await receive(mail('google'))).toBe('asked')
    expect(first(db)).toMatchObject({ status: 'confirmed', reply: null, freesAt: null })
    expect(kindsSince(db, count)).toEqual(['declined'])
  })
})

describe('a delivery report', () => {
  test.each(REPORTS)('§8.42 a failed delivery as %s reports it stops mail to the address', async shape => {
    const { db, message, receive, mail } = openPlace()
    expect(await receive(mail(shape))).toBe('hard')
    expect(person(db)).toMatchObject({
      undeliverableAt: expect.anything(),
      undeliverableReason: expect.stringContaining('5.1.1'),
    })
    expect(findMessage(db, message.id)).toMatchObject({ bounce: 'hard', bouncedAt: expect.anything() })
  })

  test.each<[string, string, Shape, Values]>([
    ['a forged return address', 'human', 'report-exchange', { RETURN_ADDRESS: 'bounce+1-0123456789@example.org' }],
    ['a return address of nobody', 'human', 'report-gmail', { RETURN_ADDRESS: 'agenda@example.org' }],
    ['a delay', 'nothing', 'report-postfix', { ACTION: 'delayed', STATUS: '4.4.1', DIAGNOSTIC: 'timed out' }],
    ['a delivery', 'nothing', 'report-postfix', { ACTION: 'delivered', STATUS: '2.0.0', DIAGNOSTIC: '250 ok' }],
    ['an out-of-office reply', 'ignored', 'out-of-office', {}],
    ['a letter', 'human', 'letter', {}],
  ])('§8.42 %s changes nothing', async (_, expected, shape, values) => {
    const { receive, mail, dump } = openPlace()
    const before = dump()
    expect(await receive(mail(shape, values))).toBe(expected)
    expect(dump()).toBe(before)
  })

  test('§8.42 read twice changes nothing the second time', async () => {
    const { receive, mail, dump } = openPlace()
    expect(await receive(mail('report-postfix', { STATUS: '5.2.2', DIAGNOSTIC: '552 5.2.2 Full' }))).toBe('soft')
    const before = dump()
    expect(await receive(mail('report-postfix', { STATUS: '5.2.2', DIAGNOSTIC: '552 5.2.2 Full' }))).toBe('nothing')
    expect(dump()).toBe(before)
  })
})

describe('a complaint', () => {
  test('about a mail of ours stops reminders, and takes no place', async () => {
    const { db, receive, mail } = openPlace()
    expect(await receive(mail('complaint'))).toBe('recorded')
    expect(person(db)).toMatchObject({ remindersStoppedAt: expect.anything() })
    expect(first(db)?.status).toBe('confirmed')
  })

  test('about a mail that is not ours, or that says it is no complaint, changes nothing', async () => {
    const { receive, mail, dump } = openPlace()
    const before = dump()
    expect(await receive(mail('complaint', { MESSAGE_ID: '<other@example.org>' }))).toBe('unknown')
    expect(await receive(mail('complaint', { FEEDBACK: 'not-spam' }))).toBe('ignored')
    expect(dump()).toBe(before)
  })
})
