// Every kind of mail as it comes off the wire: header, envelope, structure and signature. The table names every kind there
// is, so that a new one cannot escape it.
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MESSAGE_KINDS } from '#db/schema.ts'
import { type Config, readConfig } from '#src/config.ts'
import type { MessageKind } from '#src/domain/outbox.ts'
import { sendTests } from '#src/jobs/test-mail.ts'
import { parseCalendar, parseEvent, propertyOf } from '../support/calendars.ts'
import { headersOf, openMailbox, type Part, partsOf, type Received } from '../support/smtp.ts'
import { listMessages, openWorld } from '../support/world.ts'

interface Expected {
  /** What the calendar is told. */
  method?: 'REQUEST' | 'CANCEL'
  /** Stands in the thread of the registration, as its root or as an answer to it. */
  thread?: 'root' | 'answer'
  /** Can be stopped with one POST. */
  stops?: true
  /** A person sent it; if it can be stopped too, to a list. */
  isByHand?: true
}

const EXPECTED: Record<MessageKind, Expected> = {
  sign_in: {},
  my: {},
  address: {},
  invitation: {},
  invited: {},
  test: {},
  requested: { thread: 'root' },
  waitlisted: { thread: 'answer' },
  place_free: { thread: 'answer' },
  promoted: { thread: 'answer', method: 'REQUEST' },
  confirmed: { thread: 'answer', method: 'REQUEST' },
  again: { thread: 'answer', method: 'REQUEST' },
  series_waitlisted: {},
  series_confirmed: {},
  series_promoted: {},
  series_again: {},
  series_left: {},
  reminder_day: { thread: 'answer', stops: true },
  reminder_hour: { thread: 'answer', stops: true },
  changed: { thread: 'answer', method: 'REQUEST' },
  cancelled: { thread: 'answer', method: 'CANCEL' },
  reinstated: { thread: 'answer', method: 'REQUEST' },
  declined: { thread: 'answer' },
  asked: { thread: 'answer', method: 'REQUEST' },
  briefing: { thread: 'answer' },
  unregistered: { thread: 'answer', method: 'CANCEL' },
  workshop_confirmed: { thread: 'answer', method: 'REQUEST' },
  workshop_changed: { thread: 'answer', method: 'REQUEST' },
  workshop_cancelled: { thread: 'answer', method: 'CANCEL' },
  tasks: { stops: true },
  mailing: { thread: 'answer', isByHand: true },
  subscription_proof: {},
  announcement: { stops: true, isByHand: true },
  newsletter: { stops: true, isByHand: true },
  question_proof: {},
  question_planned: { stops: true },
  question_answered: { stops: true },
}
const TO = 'zoe@example.org'
const FROM = 'agenda@example.org'

const folder = mkdtempSync(join(tmpdir(), 'wire-'))
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const world = openWorld()
const mails = new Map<string, Received>()

beforeAll(async () => {
  const keyFile = join(folder, 'key.pem')
  mkdirSync(folder, { recursive: true })
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const mailbox = await openMailbox()
  const config: Config = {
    ...readConfig({ BASE_URL: 'https://agenda.example.org', MAIL_FROM: `Aanschuiven <${FROM}>`, DATA_DIR: folder }),
    smtpUrl: mailbox.url,
    dkim: { domain: 'example.org', selector: 'mail', keyFile },
  }
  for await (const { outcome } of sendTests(world.db, config, TO)) expect(outcome.result).toBe('sent')
  for (const received of mailbox.received) mails.set(headerOf(received)['x-aanschuiven-message'] ?? '', received)
  await mailbox.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the table holds every kind of mail there is, and so did the mailbox', () => {
  expect(Object.keys(EXPECTED).toSorted()).toEqual([...MESSAGE_KINDS].toSorted())
  expect([...mails.keys()].toSorted()).toEqual([...MESSAGE_KINDS].toSorted())
})

function mailOf(kind: MessageKind): Received {
  const found = mails.get(kind)
  if (!found) throw new Error(`no mail of kind ${kind}`)
  return found
}

const blockOf = ({ raw }: Received) => raw.toString('latin1').split('\r\n\r\n')[0] ?? ''
const headerOf = (received: Received) => headersOf(blockOf(received))
const namesIn = (received: Received) =>
  blockOf(received)
    .replaceAll(/\r\n[ \t]/g, ' ')
    .split('\r\n')
    .map(line => line.split(':')[0]?.toLowerCase())
const calendarOf = (received: Received) => partsOf(received.raw).find(({ type }) => type === 'text/calendar')

describe.each(MESSAGE_KINDS)('%s', kind => {
  const { method, thread, stops, isByHand } = EXPECTED[kind]

  test('§8.19 goes to one recipient, who alone is named in it', () => {
    const received = mailOf(kind)
    const { mail, to } = received
    expect([to, mail.to?.map(({ address }) => address)]).toEqual([[TO], [TO]])
    expect([mail.cc, mail.bcc]).toEqual([undefined, undefined])
    expect(namesIn(received).filter(name => name === 'cc' || name === 'bcc')).toEqual([])
    const calendar = calendarOf(received)
    const attendees = calendar && parseEvent(calendar.content).attendees.map(one => one.getFirstValue())
    expect(attendees).toEqual(method && [`mailto:${TO}`])
  })

  test(`§8.20 ${method ? `brings a ${method} where calendars look for it` : 'brings no calendar'}`, () => {
    const { raw } = mailOf(kind)
    const parts = partsOf(raw)
    if (!method)
      return expect(parts.map(({ type }) => type)).toEqual(['multipart/alternative', 'text/plain', 'text/html'])
    expect(parts.map(({ type }) => type)).toEqual([
      'multipart/mixed',
      'multipart/alternative',
      'text/plain',
      'text/html',
      'text/calendar',
      'application/ics',
    ])
    const [inline, attached] = parts.slice(4) as [Part, Part]
    expect(inline.headers['content-type']).toBe(`text/calendar; charset=utf-8; method=${method}`)
    expect(inline.headers['content-disposition']).toBeUndefined()
    expect(parseCalendar(inline.content).method).toBe(method)
    expect(attached.headers['content-disposition']).toBe('attachment; filename=invite.ics')
    expect(Buffer.from(attached.content).equals(Buffer.from(inline.content))).toBe(true)
  })

  test('§8.21 is from the organiser of its invite, on the domain that signs', () => {
    const received = mailOf(kind)
    const [, domain] = /; d=([^;]+);/.exec(headerOf(received)['dkim-signature'] ?? '') ?? []
    expect([received.mail.from?.address, domain]).toEqual([FROM, 'example.org'])
    expect(received.from).toMatch(/^agenda\+\d+-[0-9a-f]{10}@example\.org$/)
    const calendar = calendarOf(received)
    if (calendar) expect(propertyOf(parseEvent(calendar.content), 'organizer')).toBe(`mailto:${FROM}`)
  })

  test('§8.22 has the same links in its text as in its HTML, over https, and neither script nor form', () => {
    const [text = '', html = ''] = ['text/plain', 'text/html'].map(
      type => partsOf(mailOf(kind).raw).find(part => part.type === type)?.content,
    )
    const linksIn = (body: string) => [...new Set(body.match(/\b[a-z][a-z+.-]*:\/\/[^\s"<>]+/gi))].toSorted()
    expect(linksIn(text)).toEqual(linksIn(html.replaceAll('&amp;', '&')))
    for (const link of linksIn(text)) expect(link).toMatch(/^https:\/\/agenda\.example\.org(\/|$)/)
    expect(html).not.toMatch(/<script|<form|<input|<iframe|<object|javascript:|\son\w+=/i)
    expect(text.trim().length).toBeGreaterThan(100)
  })

  test(`§8.23 says that ${isByHand ? 'nobody but a person sent it' : 'a program sent it'}, and asks for no receipt`, () => {
    const header = headerOf(mailOf(kind))
    expect(header['auto-submitted']).toBe(isByHand ? undefined : 'auto-generated')
    expect(header['list-id']).toBe(isByHand && stops ? `<${kind}.example.org>` : undefined)
    // Of Exchange's own silence only what answers by itself: delivery reports are read.
    expect(header['x-auto-response-suppress']).toBe('OOF, AutoReply')
    const asking = /^(precedence|disposition-notification-to|return-receipt-to|x-confirm-reading-to|read-receipt-to)$/
    expect(namesIn(mailOf(kind)).filter(name => asking.test(name ?? ''))).toEqual([])
  })

  test('§8.25 has a header in seven bits, each field once, each line short enough', () => {
    const received = mailOf(kind)
    const names = namesIn(received)
    for (const name of ['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type'])
      expect([name, names.filter(other => other === name).length]).toEqual([name, 1])
    expect(names.length).toBe(new Set(names).size)
    const block = blockOf(received)
    expect(block).toMatch(/^[\x20-\x7e\r\n\t]+$/)
    for (const line of block.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998)
    expect(received.raw.includes(0)).toBe(false)
    expect(received.raw.toString('latin1')).not.toMatch(/[^\r]\n|\r[^\n]/)
  })

  test(`§8.27 §8.28 §8.29 ${stops ? 'can be stopped with one POST' : 'has nothing to unsubscribe from'}`, () => {
    const header = headerOf(mailOf(kind))
    if (!stops) return expect(namesIn(mailOf(kind)).filter(name => name?.startsWith('list-'))).toEqual([])
    expect(header['list-unsubscribe']).toMatch(/^<https:\/\/agenda\.example\.org\/unsubscribe\/[\w-]{40,}>$/)
    expect(header['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click')
    expect(mailOf(kind).mail.text).toContain(header['list-unsubscribe']?.slice(1, -1))
  })

  test(`stands ${thread ? `in the thread as its ${thread}` : 'by itself'}`, () => {
    const { 'in-reply-to': answers, references } = headerOf(mailOf(kind))
    const root = thread === 'answer' ? headerOf(mailOf('requested'))['message-id'] : undefined
    expect([answers, references]).toEqual([root, root])
  })

  test('§8.27 is signed so that a receiver believes it, over all that matters', async () => {
    const received = mailOf(kind)
    expect(await verdictOn(received.raw)).toEqual({ result: 'pass', domain: 'example.org' })
    const signature = headerOf(received)['dkim-signature'] ?? ''
    expect(signature).toMatch(/^v=1; a=rsa-sha256; c=relaxed\/relaxed; d=example\.org; q=dns\/txt; s=mail;/)
    const signed = / h=([^;]+);/.exec(signature)?.[1]?.replaceAll(/\s/g, '').split(':') ?? []
    // Every field there is, but what mail programs never act upon.
    const present = namesIn(received).filter(name => name !== 'dkim-signature' && name !== 'x-auto-response-suppress')
    expect(signed.toSorted()).toEqual(present.toSorted())
  })
})

test('§8.24 each row has a Message-ID of its own on the sending domain, and the Date at which it was written', () => {
  const rows = listMessages(world.db)
  const byId = new Map([...mails.values()].map(received => [headerOf(received)['message-id'], received]))
  expect(byId.size).toBe(MESSAGE_KINDS.length)
  expect(rows).toHaveLength(MESSAGE_KINDS.length)
  for (const { messageId, datedAt, bytes } of rows) {
    const received = byId.get(messageId ?? '') as Received
    expect(messageId).toMatch(/^<[0-9a-f]{32}@example\.org>$/)
    expect(Date.parse(headerOf(received).date ?? '')).toBe(Math.floor(Number(datedAt?.epochMilliseconds) / 1000) * 1000)
    expect(received.raw.equals(bytes as Buffer)).toBe(true)
  }
})

/** As a receiver checks a signature, with our DNS. */
async function verdictOn(raw: Buffer) {
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const { results } = await dkimVerify(raw, {
    resolver: async (name: string, type: string) => {
      expect([name, type]).toEqual(['mail._domainkey.example.org', 'TXT'])
      return [[`v=DKIM1; k=rsa; p=${key}`]]
    },
  })
  expect(results).toHaveLength(1)
  const [verdict] = results
  return { result: verdict?.status.result, domain: verdict?.signingDomain }
}

describe('a signature breaks when somebody changes', () => {
  test.each([
    ['One-Click', 'newsletter', 'List-Unsubscribe=One-Click', 'List-Unsubscribe=Two-Clicks'],
    [
      'where one unsubscribes',
      'reminder_day',
      'List-Unsubscribe: <https://agenda',
      'List-Unsubscribe: <https://andere',
    ],
    ['who it is from', 'confirmed', 'From: ', 'From: Iemand '],
    ['to whom it is', 'confirmed', `<${TO}>`, '<bo@example.org>'],
    ['the subject', 'sign_in', 'Subject: ', 'Subject: Re: '],
    ['the thread', 'changed', 'In-Reply-To: <', 'In-Reply-To: <0'],
    ['that a program sent it', 'my', 'auto-generated', 'no'],
    ['the list', 'newsletter', 'List-ID: <newsletter', 'List-ID: <andere'],
    ['the invite', 'confirmed', 'METHOD:REQUEST', 'METHOD:PUBLISH'],
  ] as const)('§8.27 %s', async (_, kind, from, to) => {
    const text = mailOf(kind).raw.toString('latin1')
    expect(text.split(from).length).toBeGreaterThan(1)
    expect((await verdictOn(Buffer.from(text.replace(from, to), 'latin1'))).result).toMatch(/^(fail|neutral)$/)
  })
})
