// `send-test-mail`: one mail of every kind, by the real way out, about something that is not there.
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { MESSAGE_KINDS, messages } from '#db/schema.ts'
import type { Config } from '#src/config.ts'
import type { MessageKind } from '#src/domain/outbox.ts'
import { sendTests, type Tried } from '#src/jobs/test-mail.ts'
import { isReturnAddress, rowIn } from '#src/mail/verp.ts'
import { openApp } from '../support/app.ts'
import { dumpOf } from '../support/dump.ts'
import { readInvitation } from '../support/itip.ts'
import { differences, openCalendar } from '../support/itip-client.ts'
import { type Mailbox, openMailbox } from '../support/smtp.ts'
import { makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

const ZOE = 'zoe@example.org'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
let folder: string
let mailbox: Mailbox
let world: Awaited<ReturnType<typeof openApp>>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aanschuiven-test-mail-'))
  // The key of `testTokens`, so that what the app would open is what the mails would have to be signed with.
  writeFileSync(join(folder, 'secret'), '07'.repeat(32))
  writeFileSync(join(folder, 'dkim.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  mailbox = await openMailbox()
  world = await openApp({
    dataDir: folder,
    smtpUrl: mailbox.url,
    baseUrl: 'https://agenda.example.org',
    mailFrom: { name: 'Aanschuiven', email: 'agenda@example.org' },
    bounceAddress: 'agenda@example.org',
    dkim: { domain: 'example.org', selector: 'mail', keyFile: join(folder, 'dkim.pem') },
  })
})
afterEach(async () => {
  await mailbox.close()
  rmSync(folder, { recursive: true, force: true })
})

async function send(only?: MessageKind, values: Partial<Config> = {}): Promise<Tried[]> {
  return Array.fromAsync(sendTests(world.db, { ...world.deps.config, ...values }, ZOE, only))
}
const kindOf = (raw: Buffer) => /^X-Aanschuiven-Message: (\w+)\r$/m.exec(raw.toString('latin1'))?.[1]

test('every kind is sent once, to one address, and the mail server took them all', async () => {
  const tried = await send()
  expect(tried.map(({ outcome }) => outcome.result)).toEqual(tried.map(() => 'sent'))
  expect(tried.map(({ kind }) => kind).toSorted()).toEqual([...MESSAGE_KINDS].toSorted())
  expect(mailbox.received.map(({ raw }) => kindOf(raw))).toEqual(tried.map(({ kind }) => kind))
  expect(new Set(mailbox.received.flatMap(({ to }) => to))).toEqual(new Set([ZOE]))
})

test('a calendar that takes the invites in ends as it began, and its SEQUENCE only rose', async () => {
  await send()
  const calendar = openCalendar(ZOE)
  const steps: [string, number, number][] = []
  const uids = new Set<string>()
  for (const { raw } of mailbox.received) {
    await calendar.receive(raw)
    const invitation = await readInvitation(raw)
    if (!invitation) continue
    uids.add(invitation.uid)
    steps.push([`${kindOf(raw)} ${invitation.method}`, invitation.sequence, calendar.entries.size])
  }
  expect(steps).toEqual([
    ['promoted REQUEST', 1, 1],
    ['confirmed REQUEST', 1, 1],
    ['again REQUEST', 1, 1],
    // A workshop comes beside it, under a UID of its own, and goes again.
    ['workshop_confirmed REQUEST', 0, 2],
    ['workshop_changed REQUEST', 1, 2],
    ['workshop_cancelled CANCEL', 2, 1],
    ['changed REQUEST', 2, 1],
    ['cancelled CANCEL', 3, 0],
    ['reinstated REQUEST', 4, 1],
    ['asked REQUEST', 5, 1],
    ['unregistered CANCEL', 7, 0],
  ])
  expect(uids.size).toBe(2)
  expect(differences(calendar, [])).toEqual([])
})

test('§8.28 §8.29 over the line only reminders, news of a question and letters say how to stop them, in both headers', async () => {
  await send()
  const headers = mailbox.received.map(({ raw, mail }): [string | undefined, boolean, boolean] => {
    const has = (name: string) => mail.headers.some(({ key }) => key === name)
    return [kindOf(raw), has('list-unsubscribe'), has('list-unsubscribe-post')]
  })
  const stoppable = ['reminder_day', 'reminder_hour', 'tasks', 'question_planned', 'question_answered']
  stoppable.push('announcement', 'newsletter')
  expect(headers.length).toBe(MESSAGE_KINDS.length)
  expect(headers).toEqual(
    headers.map(([kind]) => [kind, stoppable.includes(kind ?? ''), stoppable.includes(kind ?? '')]),
  )
})

test('they are signed, come back to an address of their own, and stand in one thread', async () => {
  await send()
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const rows = world.db.select().from(messages).all()
  const ids = mailbox.received.map(({ mail }) => mail.messageId)
  for (const { raw, from } of mailbox.received) {
    const { results } = await dkimVerify(raw, { resolver: async () => [[`v=DKIM1; p=${key}`]] })
    expect(results.map(({ status }) => status.result)).toEqual(['pass'])
    const row = rows.find(({ id }) => id === rowIn(from))
    expect(row && isReturnAddress(from, row, world.deps.config, world.tokens)).toBe(true)
  }
  const roots = mailbox.received.flatMap(({ mail }) => (mail.inReplyTo ? [mail.inReplyTo] : []))
  expect(new Set(roots).size).toBe(1)
  expect(ids).toContain(roots[0])
})

test('nothing stays behind but rows of kind test, whether or not there is a group or the person is known', async () => {
  const except = { without: ['messages', 'sqlite_sequence'] }
  const empty = dumpOf(world.db, except)
  await send()
  expect(dumpOf(world.db, except)).toBe(empty)
  expect(mailbox.received.find(({ raw }) => kindOf(raw) === 'confirmed')?.mail.from?.name).toBe(
    'Werkplaats Voorbeeld via Aanschuiven',
  )
  const registration = makeRegistration(world.db, makeEvent(world.db, makeGroup(world.db)), { email: ZOE })
  const before = dumpOf(world.db, except)
  mailbox.received.length = 0
  await send()
  expect(dumpOf(world.db, except)).toBe(before)
  expect(mailbox.received.find(({ raw }) => kindOf(raw) === 'confirmed')?.mail.from?.name).toBe(
    'Werkplaats Noord via Aanschuiven',
  )
  const added = world.db.select().from(messages).all()
  const others = added.filter(({ registrationId }) => registrationId === registration.id)
  expect(others.map(({ kind, state }) => [kind, state])).toEqual([
    ['confirmed', 'queued'],
    ['reminder_day', 'queued'],
    ['reminder_hour', 'queued'],
  ])
  const tests = added.filter(one => !others.includes(one))
  expect(tests.length).toBe(2 * MESSAGE_KINDS.length)
  for (const { kind, state, eventId, personId } of tests) {
    expect([kind, state, eventId, personId]).toEqual(['test', 'sent', null, null])
  }
})

test('no link opens anything, not even once real rows have the numbers of the example', async () => {
  const { app, db } = world
  await send()
  const event = makeEvent(db, makeGroup(db))
  makeRegistration(db, event, { email: 'eerst@example.org' })
  makeRegistration(db, event, { email: ZOE })
  const links = mailbox.received.flatMap(
    ({ mail }) => (mail.text ?? '').match(/https:\/\/agenda\.example\.org[^\s]*/g) ?? [],
  )
  const before = dumpOf(db)
  const answers: Record<string, string[]> = {}
  for (const { pathname } of links.map(link => new URL(link))) {
    const [, first = ''] = pathname.split('/')
    const opened = await app.inject(pathname)
    expect(opened.body).not.toContain(ZOE)
    const pressed = await app.inject({ method: 'POST', url: pathname, headers: { 'sec-fetch-site': 'same-origin' } })
    answers[first] = [...new Set([...(answers[first] ?? []), `${opened.statusCode} ${pressed.statusCode}`])]
  }
  expect(dumpOf(db)).toBe(before)
  // Of GET, and of POST. The agenda and the page about privacy are everybody's.
  expect(answers).toEqual({
    '': ['200 404'],
    addresses: ['404 404'],
    // To the page for signing in.
    console: ['303 403', '303 404'],
    enrolments: ['404 404'],
    events: ['404 404'],
    followers: ['404 404'],
    invitations: ['404 404'],
    invited: ['404 404'],
    join: ['404 404'],
    my: ['404 404'],
    people: ['404 404'],
    privacy: ['200 404'],
    questions: ['404 404'],
    registrations: ['404 404'],
    series: ['404 404'],
    'sign-in': ['410 410'],
    // To the page that says so.
    'subscription-proofs': ['200 200'],
    unsubscribe: ['200 200'],
  })
})

describe('one kind', () => {
  test.each(MESSAGE_KINDS)('%s alone', async kind => {
    expect(await send(kind)).toEqual([{ kind, outcome: { result: 'sent' } }])
    expect(mailbox.received.map(({ raw }) => kindOf(raw))).toEqual([kind])
  })
})

describe('a mail server that does not take them', () => {
  test('one refused mail stops no other', async () => {
    mailbox.next('accept', 'bad_content')
    const tried = await send()
    expect(tried.map(({ outcome }) => outcome.result).filter(result => result !== 'sent')).toEqual(['failed'])
    expect(tried[1]?.outcome).toEqual({ result: 'failed', reason: '550 5.7.1 Not wanted here' })
    expect(tried.length).toBe(MESSAGE_KINDS.length)
  })

  test.each([
    ['greylist', 'retry'],
    ['bad_sender', 'pause'],
  ] as const)('%s: the rest is not tried', async (behaviour, result) => {
    mailbox.always(behaviour)
    expect((await send()).map(({ outcome }) => outcome.result)).toEqual([result])
    expect(world.db.select().from(messages).where(eq(messages.state, 'queued')).all().length).toBe(1)
  })
})
