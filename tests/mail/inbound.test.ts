import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findMessage } from '#src/domain/inbox.ts'
import { type Inbound, type InboundDeps, readMail } from '#src/mail/inbound.ts'
import { returnAddress } from '#src/mail/verp.ts'
import { AUTHSERV_ID, answer, listShapes, REPLIES, REPORTS, type Shape, type Values } from '../support/answers.ts'
import { house, listMessages, makeEvent, makeGroup, makeRegistration, openWorld } from '../support/world.ts'

const config = { ...house.config, bounceAddress: 'bounce@example.org', authservId: AUTHSERV_ID }

/** A mail that left to zoe@example.org, and the address it comes back to. */
function openHouse() {
  const { db, tokens } = openWorld()
  const registration = makeRegistration(db, makeEvent(db, makeGroup(db)))
  const [message] = listMessages(db)
  if (!message) throw new Error('no mail')
  const deps: InboundDeps = { config, tokens, findMessage: id => findMessage(db, id) }
  const RETURN_ADDRESS = returnAddress(message, config, tokens)
  return { db, registration, message, deps, RETURN_ADDRESS }
}

const { message, deps, RETURN_ADDRESS } = openHouse()
const read = (raw: string, changes: Partial<typeof config> = {}): Promise<Inbound> =>
  readMail(Buffer.from(raw), { ...deps, config: { ...config, ...changes } })
/** The same mail with one thing different; throws where that thing is not. */
const replaced = (raw: string, part: string | RegExp, by: string) => {
  const changed = raw.replace(part, by)
  if (changed === raw) throw new Error(`nothing to replace: ${part}`)
  return changed
}

test('each shape says after which public source it was constructed', () => {
  expect(listShapes().length).toBeGreaterThanOrEqual(10)
  for (const shape of listShapes()) {
    expect(answer(shape as Shape)).toMatch(/\r\nX-Constructed: constructed after .*(https:\/\/|RFC \d)/)
  }
})

describe('an answer of a calendar', () => {
  const REPLY = {
    uid: '00000000-0000-4000-8000-000000000000',
    attendee: 'zoe@example.org',
    partstat: 'declined',
    sequence: 0,
    stamp: Temporal.Instant.from('2026-11-21T09:05:11Z'),
    isProven: true,
  }

  test.each(REPLIES)('is read as %s sends it', async shape => {
    expect(await read(answer(shape))).toEqual({ kind: 'reply', reply: REPLY })
    const other = { PARTSTAT: 'TENTATIVE', SEQUENCE: '3', ATTENDEE: 'Anna.De.Boer@Example.NL' }
    expect(await read(answer(shape, other))).toEqual({
      kind: 'reply',
      reply: { ...REPLY, partstat: 'tentative', sequence: 3, attendee: 'anna.de.boer@example.nl' },
    })
  })

  test.each(REPLIES)('from somebody else than the attendee is left for people, as %s sends it', async shape => {
    expect(await read(answer(shape, { FROM: 'mallory@example.com' }))).toEqual({ kind: 'human' })
  })

  test.each([
    ['a bare address', 'zoe@example.org'],
    ['capitals', 'ZOE@Example.org'],
    ['a name between quotes', '"de Vries, Zoë (Gemeente)" <zoe@example.org>'],
    ['an address as name', '"zoe@example.org" <zoe@example.org>'],
    ['an escaped quote', '"Zo\\"e" <zoe@example.org>'],
    ['an encoded name', '=?UTF-8?Q?Zo=C3=AB?= de Vries <zoe@example.org>'],
    ['a bracket in the name', 'Zoe (Gemeente Voorbeeld) <zoe@example.org>'],
  ])('may be from %s', async (_, from) => {
    const { kind } = await read(replaced(answer('outlook'), /\r\nFrom: .*/, `\r\nFrom: ${from}`))
    expect(kind).toBe('reply')
  })

  test.each([
    ['two addresses', 'zoe@example.org, mallory@example.com'],
    ['two From fields', 'zoe@example.org\r\nFrom: mallory@example.com'],
    ['an address hidden in a name', 'zoe@example.org <mallory@example.com>'],
    ['the other way round', '"mallory@example.com" zoe@example.org'],
    ['a quoted bracket', '"Zoe <zoe@example.org>" <mallory@example.com>'],
    ['a trick with quotes', '"Zoe\\" <mallory@example.com>, "x" <zoe@example.org>'],
    ['a group', 'Zoe: zoe@example.org;'],
    ['a comment behind it', 'zoe@example.org (mallory@example.com)'],
    ['two pairs of brackets', '<zoe@example.org> <mallory@example.com>'],
    ['short lines', `From: a@example.org\r\n\r\n${'\n'.repeat(1_900_000)}`],
    ['nothing', ''],
  ])('with a sender open to doubt is left for people: %s', async (_, from) => {
    const raw = replaced(answer('outlook'), /\r\nFrom: .*/, `\r\nFrom: ${from}`)
    expect(await read(raw)).toEqual({ kind: 'human' })
  })

  test.each([
    ['METHOD:REQUEST', { METHOD: 'REQUEST' }],
    ['METHOD:COUNTER', { METHOD: 'COUNTER' }],
    ['no answer in it', { PARTSTAT: 'NEEDS-ACTION' }],
    ['no time', { STAMP: '20261121T090511' }],
  ])('is left for people when it has %s', async (_, values) => {
    expect(await read(answer('outlook', values))).toEqual({ kind: 'human' })
    expect(await read(answer('thunderbird', values))).toEqual({ kind: 'human' })
  })

  test('with several calendars is left for people; a second copy as a file is the same calendar', async () => {
    const part =
      /--0{27}3\r\nContent-Type: text\/calendar[\s\S]*?END:VCALENDAR\r\n\r\n/.exec(answer('google'))?.[0] ?? ''
    const google = replaced(answer('google'), 'Auto-Submitted: auto-generated\r\n', '')
    expect(await read(replaced(google, part, part + part))).toEqual({ kind: 'human' })
    const asFile = await read(replaced(google, part, ''))
    expect(asFile.kind).toBe('reply')
  })

  test('within a mail that somebody sends on is not an answer of theirs', async () => {
    const mail = [
      'From: zoe@example.org',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      'Content-Type: message/rfc822',
      '',
      answer('apple'),
      '--x--',
      '',
    ]
    expect(await read(mail.join('\r\n'))).toEqual({ kind: 'human' })
  })

  test('may be the whole mail', async () => {
    const calendar = /BEGIN:VCALENDAR[\s\S]*?END:VCALENDAR/.exec(answer('thunderbird'))?.[0] ?? ''
    const head = 'From: zoe@example.org\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n'
    expect(await read(head + calendar)).toEqual({ kind: 'reply', reply: { ...REPLY, isProven: false } })
  })

  test('without a sender to tell is no answer', async () => {
    const raw = replaced(answer('outlook'), /^Return-Path: .*/, 'Return-Path: <>')
    expect(await read(raw)).toEqual({ kind: 'auto_reply' })
  })

  test('of more than 512 kB, or in a mail of more than 2 MB, is left for people', async () => {
    const withMore = (letters: number) =>
      replaced(answer('thunderbird'), 'CREATED:', `X-A:${'a'.repeat(letters)}\r\nCREATED:`)
    expect((await read(withMore(500_000))).kind).toBe('reply')
    expect(await read(withMore(530_000))).toEqual({ kind: 'human' })
    expect((await read(answer('thunderbird') + ' '.repeat(1_900_000))).kind).toBe('reply')
    expect(await read(answer('thunderbird') + ' '.repeat(2_200_000))).toEqual({ kind: 'human' })
  })
})

describe('an answer is proven', () => {
  const proven = async (results: string, values: Values = {}, changes: Partial<typeof config> = {}) => {
    const raw = replaced(answer('outlook', values), /Authentication-Results: .*/, results)
    const found = await read(raw, changes)
    return found.kind === 'reply' ? found.reply.isProven : found.kind
  }
  const PASS = `Authentication-Results: ${AUTHSERV_ID}; dmarc=pass header.from=example.org`

  test.each([
    [
      'as Google writes it',
      `Authentication-Results: ${AUTHSERV_ID};\r\n       dkim=pass header.i=@a;\r\n       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.org`,
    ],
    ['with a version', `Authentication-Results: ${AUTHSERV_ID} 1; dmarc=pass`],
    ['in other letters', `authentication-results: MX.Example.ORG; DMARC = Pass header.from=Example.org`],
    [
      'with comments everywhere',
      `Authentication-Results: (a(b)\\)c) ${AUTHSERV_ID} (d) 1 (e); (f) dmarc (g) = (h) pass (i;j="k")`,
    ],
    ['with a quoted name', `Authentication-Results: "${AUTHSERV_ID}"; dmarc=pass`],
    ['with a version of the method', `Authentication-Results: ${AUTHSERV_ID}; dmarc/1=pass`],
    ['without a word on the domain', `Authentication-Results: ${AUTHSERV_ID}; dmarc=pass reason="a;b" policy.p=none`],
    ['with others below', `${PASS}\r\nAuthentication-Results: mx.example.com; dmarc=fail`],
  ])('by our own receiver: %s', async (_, results) => {
    expect(await proven(results)).toBe(true)
  })

  test.each([
    ['no result', 'X-Nothing: here'],
    ['a foreign one', 'Authentication-Results: mx.example.com; dmarc=pass'],
    ['ours below a foreign one', `Authentication-Results: mx.example.com; dmarc=fail\r\n${PASS}`],
    ['ours below one of ours that says nothing', `Authentication-Results: ${AUTHSERV_ID}; spf=pass\r\n${PASS}`],
    ['ours below one of ours that says no', `Authentication-Results: ${AUTHSERV_ID}; dmarc=fail\r\n${PASS}`],
    ['ours below one that cannot be read', `Authentication-Results: ${AUTHSERV_ID}; dmarc=none (\r\n${PASS}`],
    ['dmarc=fail', `Authentication-Results: ${AUTHSERV_ID}; dmarc=fail`],
    ['dmarc=none', `Authentication-Results: ${AUTHSERV_ID}; dkim=pass; spf=pass; dmarc=none`],
    ['both', `Authentication-Results: ${AUTHSERV_ID}; dmarc=pass; dmarc=fail`],
    ['another domain', `Authentication-Results: ${AUTHSERV_ID}; dmarc=pass header.from=example.com`],
    ['pass in a comment', `Authentication-Results: ${AUTHSERV_ID}; spf=fail (; dmarc=pass ) smtp.mailfrom=x`],
    ['pass in quotes', `Authentication-Results: ${AUTHSERV_ID}; spf=fail reason="x; dmarc=pass"`],
    ['pass as another method', `Authentication-Results: ${AUTHSERV_ID}; x-dmarc=pass`],
    ['another word', `Authentication-Results: ${AUTHSERV_ID}; dmarc=passable`],
    ['our name in another place', `Authentication-Results: mx.example.com ${AUTHSERV_ID}; dmarc=pass`],
    ['our name as a beginning', `Authentication-Results: ${AUTHSERV_ID}.example.com; dmarc=pass`],
    ['no name, as some leave it out', 'Authentication-Results: dmarc=pass action=none header.from=example.org'],
    ['only a chain of others (ARC)', `ARC-${PASS}`],
  ])('never by %s', async (_, results) => {
    expect(await proven(results)).toBe(false)
  })

  test('never while nobody has said under which name our receiver writes', async () => {
    expect(await proven(PASS)).toBe(true)
    expect(await proven(PASS, {}, { authservId: undefined as unknown as string })).toBe(false)
  })
})

describe('a delivery report', () => {
  const report = async (shape: Shape, values: Values = {}, changes: Partial<typeof config> = {}) => {
    const found = await read(answer(shape, { RETURN_ADDRESS, ...values }), changes)
    return found.kind === 'report' ? { id: found.message.id, ...found.report } : found.kind
  }

  test('is read as Exchange, Postfix and Gmail send it', async () => {
    const failed = { id: message.id, action: 'failed' }
    expect(await report('report-exchange')).toEqual({
      ...failed,
      status: '5.1.10',
      diagnostic: '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
    })
    expect(await report('report-postfix')).toEqual({ ...failed, status: '5.1.1', diagnostic: '550 5.1.1 User unknown' })
    expect(await report('report-gmail')).toEqual({
      ...failed,
      status: '5.1.1',
      diagnostic: expect.stringContaining('550-5.1.1 The email account that you tried to reach does not exist.'),
    })
  })

  test.each(['To', 'Delivered-To', 'X-Original-To', 'Envelope-To'])(
    'finds its mail by the address in %s',
    async field => {
      const raw = answer('report-postfix', { RETURN_ADDRESS: 'agenda@example.org' })
      const found = await read(`${field}: "x" <${RETURN_ADDRESS.toUpperCase()}>\r\n${raw}`)
      expect(found.kind === 'report' && found.message.id).toBe(message.id)
    },
  )

  test.each([
    ['with a forged signature', RETURN_ADDRESS.replace(/[0-9a-f]@/, digit => (digit === '0@' ? '1@' : '0@'))],
    ['for another row', RETURN_ADDRESS.replace('+1-', '+2-')],
    ['for a row that is not there', RETURN_ADDRESS.replace('+1-', '+999999999-')],
    ['at another domain', RETURN_ADDRESS.replace('example.org', 'example.com')],
    ['without any row', 'agenda@example.org'],
  ])('§8.42 %s is not about a mail of ours', async (_, address) => {
    for (const shape of REPORTS) expect(await report(shape, { RETURN_ADDRESS: address })).toBe('human')
  })

  test('is about nothing where mails have no return address of their own', async () => {
    expect(await report('report-postfix', {}, { bounceAddress: null as unknown as string })).toBe('human')
  })

  test.each([
    ['delayed', '4.4.1', 'connect timed out', { action: 'delayed', status: '4.4.1' }],
    ['Failed', '4.4.7', 'expired', { action: 'failed', status: '4.4.7' }],
    ['failed (for good)', '5.1.1 (no such user)', 'x', { action: 'failed', status: '5.1.1' }],
    ['relayed', '2.0.0', 'x', { action: 'relayed', status: '2.0.0' }],
    ['failed', '5.0.0', '550 5.7.1 Not allowed', { action: 'failed', status: '5.7.1' }],
    ['failed', '5.0.0', '450 4.2.2 Over quota', { action: 'failed', status: '5.0.0' }],
    ['failed', '', '550 5.2.1 Disabled', { action: 'failed', status: '5.2.1' }],
    ['failed', '', '452 Full', { action: 'failed', status: '4.0.0' }],
    ['failed', '', 'host 5.1.1.7 said nothing', { action: 'failed', status: '5.0.0' }],
    ['delayed', '', 'later', { action: 'delayed', status: '4.0.0' }],
    ['delivered', '', '', { action: 'delivered', status: '2.0.0' }],
  ])('Action %s, Status %j, %j', async (ACTION, STATUS, DIAGNOSTIC, expected) => {
    expect(await report('report-postfix', { ACTION, STATUS, DIAGNOSTIC })).toMatchObject(expected)
  })

  test.each(['', 'lost', 'faile'])('without an Action it knows (%j) is left for people', async ACTION => {
    expect(await report('report-postfix', { ACTION })).toBe('human')
  })

  test('about several recipients is about ours, or else about the best of them', async () => {
    const group = (recipient: string, action: string, status: string) =>
      `\r\nFinal-Recipient: rfc822; ${recipient}\r\nAction: ${action}\r\nStatus: ${status}\r\n`
    const about = async (...groups: string[]) => {
      const raw = answer('report-postfix', { RETURN_ADDRESS })
      const found = await read(replaced(raw, /\r\nFinal-Recipient:[\s\S]*?(?=\r\n--)/, groups.join('')))
      return found.kind === 'report' ? [found.report.action, found.report.status] : found.kind
    }
    const other = group('other@example.org', 'delivered', '2.0.0')
    expect(await about(other, group('ZOE@example.org', 'failed', '5.1.1'))).toEqual(['failed', '5.1.1'])
    const members = ['a', 'b'].map(name => group(`${name}@example.com`, 'failed', '5.1.1'))
    expect(await about(...members, other)).toEqual(['delivered', '2.0.0'])
    expect(await about(...members)).toEqual(['failed', '5.1.1'])
  })

  test('is one by its Content-Type only', async () => {
    const raw = answer('report-postfix', { RETURN_ADDRESS })
    expect((await read(replaced(raw, 'report-type=delivery-status', 'Report-Type="Delivery-Status"'))).kind).toBe(
      'report',
    )
    expect((await read(replaced(raw, 'multipart/report; report-type=delivery-status;', 'multipart/mixed;'))).kind).toBe(
      'auto_reply',
    )
    expect((await read(replaced(raw, 'message/delivery-status', 'text/x-nothing'))).kind).toBe('human')
  })
})

describe('a complaint', () => {
  const MESSAGE_ID = '<0123456789abcdef0123456789abcdef@example.org>'

  test('names our mail by its Message-ID', async () => {
    const found = { kind: 'complaint', messageId: MESSAGE_ID }
    expect(await read(answer('complaint', { MESSAGE_ID }))).toEqual(found)
    const headersOnly = replaced(answer('complaint', { MESSAGE_ID }), 'message/rfc822', 'text/rfc822-headers')
    expect(await read(headersOnly)).toEqual(found)
  })

  test('is none when the feedback is of another kind, or names no mail', async () => {
    for (const FEEDBACK of ['not-spam', 'auth-failure', 'other', '']) {
      expect(await read(answer('complaint', { FEEDBACK }))).toEqual({ kind: 'auto_reply' })
    }
    expect(await read(answer('complaint', { MESSAGE_ID: 'nothing' }))).toEqual({ kind: 'auto_reply' })
  })
})

describe('an automatic reply', () => {
  test('of Exchange asks nothing', async () => {
    expect(await read(answer('out-of-office'))).toEqual({ kind: 'auto_reply' })
  })

  test.each([
    'Auto-Submitted: auto-replied; owner-email="zoe@example.org"',
    'auto-submitted: AUTO-GENERATED',
    'X-Autoreply: yes',
    'X-Autorespond: Je bent aangemeld',
    'Precedence: auto_reply',
  ])('is known by %s', async field => {
    const letter = replaced(answer('letter'), 'Auto-Submitted: no\r\n', '')
    expect(await read(letter)).toEqual({ kind: 'human' })
    expect(await read(`${field}\r\n${letter}`)).toEqual({ kind: 'auto_reply' })
  })
})

describe('a letter', () => {
  test('is for people', async () => {
    expect(await read(answer('letter'))).toEqual({ kind: 'human' })
    expect(await read('')).toEqual({ kind: 'human' })
    expect(await read('Precedence: list\r\n\r\nhallo')).toEqual({ kind: 'human' })
  })
})

describe('hostile mail', () => {
  const known = new Set(['reply', 'report', 'complaint', 'auto_reply', 'human'])

  test('never throws, and answers for nobody else', async () => {
    const shapes = listShapes().map(shape => answer(shape as Shape, { RETURN_ADDRESS }))
    const cut = fc.tuple(fc.constantFrom(...shapes), fc.nat(), fc.nat({ max: 400 }), fc.string({ unit: 'binary' }))
    const mail = fc.oneof(
      cut.map(([raw, at, length, text]) => {
        const start = at % raw.length
        return raw.slice(0, start) + text + raw.slice(start + length)
      }),
      fc.string({ unit: 'binary', maxLength: 2000 }),
    )
    await fc.assert(
      fc.asyncProperty(mail, async raw => {
        const found = await read(raw)
        expect(known.has(found.kind)).toBe(true)
        if (found.kind === 'reply') expect(raw.toLowerCase()).toContain(found.reply.attendee)
        if (found.kind === 'report') expect(found.message.id).toBe(message.id)
      }),
      { numRuns: 1500 },
    )
  })

  const REPORT = 'Content-Type: multipart/report; report-type=delivery-status\r\n'
  const nested = (depth: number) =>
    Array.from({ length: depth }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`).join('')

  test.each([
    ['parts in parts', nested(2000)],
    ['headers without end', 'X-A: b\r\n'.repeat(200_000)],
    ['one header without end', `X-A: ${'b'.repeat(1_900_000)}`],
    ['a folded header', `From: a${'\r\n b'.repeat(400_000)}`],
    ['addresses', `${REPORT}To: ${`${RETURN_ADDRESS.replace('-', '-0')},`.repeat(5000)}\r\n\r\n`],
    ['an address without end', `${REPORT}To: ${'a'.repeat(250_000)}\r\n\r\n`],
    ['results', `Authentication-Results: ${AUTHSERV_ID}${'('.repeat(100_000)}\r\n${answer('letter')}`],
    ['brackets', `From: ${'"\\'.repeat(60_000)}\r\n${answer('letter')}`],
    ['names', `From: ${' '.repeat(120_000)}x\r\n${answer('letter')}`],
    ['tags', `Content-Type: text/html\r\n\r\n${'<a <!-- '.repeat(240_000)}`],
    [
      'report fields',
      replaced(answer('report-postfix', { RETURN_ADDRESS }), 'Action: ', `${'\r\n \r\n'.repeat(24_000)}Action : `),
    ],
    ['short lines', `From: a@example.org\r\n\r\n${'\n'.repeat(1_900_000)}`],
    ['nothing', '\0'.repeat(2_000_000)],
  ])('%s are dealt with in a moment', async (_, raw) => {
    const begun = performance.now()
    expect(['human', 'report']).toContain((await read(raw)).kind)
    expect(performance.now() - begun).toBeLessThan(20_000)
  })
})
