// The reader of the mailbox against a real IMAP server, and against ones that misbehave.
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { messages, people, registrations } from '#db/schema.ts'
import { createWrite, type Write } from '#db/write.ts'
import { readConfig } from '#src/config.ts'
import { findCursor } from '#src/domain/inbox.ts'
import { createInbox } from '#src/jobs/inbox.ts'
import { createImap, imapOptions, imapReason } from '#src/mail/imap.ts'
import { returnAddress } from '#src/mail/verp.ts'
import { AUTHSERV_ID, answer, type Shape, type Values } from '../support/answers.ts'
import { type Dovecot, hasDovecot, openDovecot } from '../support/dovecot.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration, openWorld } from '../support/world.ts'

interface Line {
  level: 'info' | 'warn' | 'error'
  text: string
  fields: Record<string, unknown>
}

/** A world with people who answer, and a reader of their answers. */
function openReader(
  imapUrl: string,
  { everyMs, write: given }: { everyMs?: number; write?: (real: Write) => Write } = {},
) {
  const world = openWorld()
  const { db, tokens } = world
  const config = {
    ...readConfig({ MAIL_FROM: 'Aanschuiven <agenda@example.org>', BOUNCE_ADDRESS: 'bounce@example.org' }),
    authservId: AUTHSERV_ID,
  }
  const event = makeEvent(db, makeGroup(db))
  const lines: Line[] = []
  const line = (level: Line['level']) => (fields: object, text: string) =>
    void lines.push({ level, text, fields: { ...fields } })
  const log = { info: line('info'), warn: line('warn'), error: line('error') }
  const real = createWrite(db)
  const write = given ? given(real) : real
  const open = (url = imapUrl) =>
    createInbox({ ...world, config, write, log, imapUrl: url, ...(everyMs && { everyMs }) })
  let inbox = open()
  inboxes.push(inbox)

  /** Somebody with a place, and their mails as they come back. */
  function add(name: string) {
    const email = `${name}@example.org`
    const registration = makeRegistration(db, event, { name, email })
    const message = listMessages(db).find(({ toAddress }) => toAddress === email)
    const RETURN_ADDRESS = message ? returnAddress(message, config, tokens) : ''
    const values = { UID: event.uid, ATTENDEE: email, RECIPIENT: email, RETURN_ADDRESS }
    return { id: registration.id, mail: (shape: Shape, more: Values = {}) => answer(shape, { ...values, ...more }) }
  }

  return {
    ...world,
    event,
    lines,
    add,
    inbox: () => inbox,
    /** Looks into the mailbox now; resolves when all is dealt with. */
    look: async () => {
      inbox.start()
      await inbox.idle()
    },
    reopen: async (url?: string) => {
      await inbox.stop()
      inbox = open(url)
      inboxes.push(inbox)
    },
    /** What came of each message, in order. */
    outcomes: () =>
      lines.filter(({ text }) => text === 'a message was read').map(({ fields }) => [fields.uid, fields.outcome]),
    replyOf: (id: number) =>
      db
        .select()
        .from(registrations)
        .all()
        .find(row => row.id === id)?.reply,
    dump: () => JSON.stringify([registrations, people, messages].map(table => db.select().from(table).all())),
  }
}
const inboxes: { stop: () => Promise<void> }[] = []
afterEach(async () => {
  for (const inbox of inboxes.splice(0)) await inbox.stop()
})

/** Never for long: what it waits for is on its way. */
async function until(isTrue: () => boolean | Promise<boolean>, deadline = 20_000): Promise<void> {
  const begun = performance.now()
  while (!(await isTrue())) {
    if (performance.now() - begun > deadline) throw new Error('it took too long')
    await sleep(20)
  }
}

const cursorOf = (db: Db) => findCursor(db)?.uid

describe.skipIf(!hasDovecot())('in a real mailbox', () => {
  let dovecot: Dovecot
  beforeEach(async () => {
    dovecot = await openDovecot()
  })
  afterEach(() => dovecot.close())

  test('machines are answered for and marked as read; letters of people stay unread', async () => {
    const reader = openReader(dovecot.url)
    const [zoe, anna, bob] = [reader.add('zoe'), reader.add('anna'), reader.add('bob')]
    await dovecot.deliver([
      zoe.mail('google', { PARTSTAT: 'TENTATIVE' }),
      zoe.mail('letter'),
      anna.mail('report-postfix'),
      bob.mail('out-of-office'),
      bob.mail('outlook'),
      bob.mail('apple', { FROM: 'mallory@example.com' }),
      anna.mail('report-exchange', { RETURN_ADDRESS: 'bounce+1-0123456789@example.org' }),
      bob.mail('complaint'),
    ])
    await reader.look()
    expect((await dovecot.list()).map(({ isSeen }) => isSeen)).toEqual([
      true,
      false,
      true,
      true,
      true,
      false,
      false,
      true,
    ])
    expect(reader.outcomes()).toEqual([
      [1, 'applied'],
      [3, 'hard'],
      [4, 'ignored'],
      [5, 'applied'],
      [8, 'unknown'],
    ])
    expect([zoe, bob].map(({ id }) => reader.replyOf(id))).toEqual(['tentative', 'declined'])
    expect(cursorOf(reader.db)).toBe(8)
    expect(reader.inbox().trouble).toBeUndefined()
  })

  test('§8.53 §8.42 only true answers and true reports change a row', async () => {
    const reader = openReader(dovecot.url)
    const zoe = reader.add('zoe')
    await dovecot.deliver([zoe.mail('outlook', { PARTSTAT: 'ACCEPTED', SEQUENCE: '0', STAMP: '20261121T080000Z' })])
    await reader.look()
    expect(reader.replyOf(zoe.id)).toBe('accepted')
    const before = reader.dump()
    await dovecot.deliver([
      zoe.mail('google', { STAMP: '20261121T070000Z' }),
      zoe.mail('google', { FROM: 'mallory@example.com' }),
      zoe.mail('google', { METHOD: 'REQUEST' }),
      zoe.mail('thunderbird', { STAMP: '20261121T120000Z\r\nATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.org' }),
      zoe.mail('report-gmail', { RETURN_ADDRESS: 'bounce+1-0123456789@example.org' }),
      zoe.mail('report-postfix', { ACTION: 'delayed', STATUS: '4.4.1' }),
      zoe.mail('out-of-office'),
      Buffer.from(Array.from({ length: 4000 }, (_, n) => (n * 7919) % 256)),
    ])
    reader.inbox().wake()
    await reader.inbox().idle()
    expect(cursorOf(reader.db)).toBe(9)
    expect(reader.dump()).toBe(before)
  })

  test('two looks, and two readers one after the other, deal with a message once', async () => {
    const reader = openReader(dovecot.url)
    const zoe = reader.add('zoe')
    await dovecot.deliver([zoe.mail('google')])
    await reader.look()
    reader.inbox().wake()
    await reader.inbox().idle()
    await reader.reopen()
    await reader.look()
    expect(reader.outcomes()).toEqual([[1, 'applied']])
    expect(listMessages(reader.db).filter(({ kind }) => kind === 'declined')).toHaveLength(1)
  })

  test('broken and oversized messages do not stop the ones behind them, and stay for people', async () => {
    const reader = openReader(dovecot.url)
    const [zoe, anna] = [reader.add('zoe'), reader.add('anna')]
    const nested = Array.from(
      { length: 400 },
      (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
    )
    await dovecot.deliver([
      zoe.mail('google'),
      nested.join(''),
      Buffer.concat([Buffer.from('From: zoe@example.org\r\n\r\n'), Buffer.alloc(5000, 255)]),
      `${zoe.mail('outlook')}${'x'.repeat(3_000_000)}`,
      anna.mail('google'),
    ])
    await reader.look()
    expect(reader.outcomes()).toEqual([
      [1, 'applied'],
      [5, 'applied'],
    ])
    expect((await dovecot.list()).map(({ isSeen }) => isSeen)).toEqual([true, false, false, false, true])
  })

  test('a message that brings out a bug is passed over, said aloud without anybody’s address, and left unread', async () => {
    const reader = openReader(dovecot.url)
    const [zoe, anna] = [reader.add('zoe'), reader.add('anna')]
    reader.db.$client.exec(
      `create trigger bug before update on registrations when new.id = ${zoe.id} begin select raise(abort, 'zoe@example.org'); end`,
    )
    await dovecot.deliver([zoe.mail('google'), anna.mail('google')])
    await reader.look()
    expect(reader.outcomes()).toEqual([[2, 'applied']])
    expect((await dovecot.list()).map(({ isSeen }) => isSeen)).toEqual([false, true])
    const errors = reader.lines.filter(({ level }) => level === 'error')
    expect(errors).toMatchObject([
      { text: 'a message could not be dealt with: it is left for people', fields: { uid: 1 } },
    ])
    expect(reader.replyOf(zoe.id)).toBeNull()
    expect(listMessages(reader.db).filter(({ kind }) => kind === 'declined')).toHaveLength(1)
    expect(JSON.stringify(reader.lines)).not.toContain('@')
  })

  test('when the database cannot be written, nothing is lost and nothing is done twice', async () => {
    let failures = 3
    const write =
      (real: Write): Write =>
      work =>
        failures-- > 0 ? Promise.reject(new Error('disk I/O error')) : real(work)
    const reader = openReader(dovecot.url, { write })
    const zoe = reader.add('zoe')
    await dovecot.deliver([zoe.mail('google')])
    for (const _ of [1, 2, 3]) {
      reader.inbox().start()
      await reader.inbox().idle()
      expect(reader.inbox().trouble?.reason).toBe('disk I/O error')
    }
    expect([reader.replyOf(zoe.id), cursorOf(reader.db)]).toEqual([null, undefined])
    expect((await dovecot.list()).map(({ isSeen }) => isSeen)).toEqual([true])
    reader.inbox().wake()
    await reader.inbox().idle()
    expect(reader.outcomes()).toEqual([[1, 'applied']])
    expect(reader.inbox().trouble).toBeUndefined()
  })

  test('the first look goes back 30 days', async () => {
    const reader = openReader(dovecot.url)
    const [zoe, anna] = [reader.add('zoe'), reader.add('anna')]
    const now = reader.clock.now()
    await dovecot.deliver([anna.mail('google')], now.subtract({ hours: 32 * 24 }))
    await reader.look()
    expect([reader.outcomes(), cursorOf(reader.db)]).toEqual([[], 1])
    await reader.reopen()
    await dovecot.deliver([zoe.mail('google')], now.subtract({ hours: 29 * 24 }))
    await reader.look()
    expect(reader.outcomes()).toEqual([[2, 'applied']])
    expect((await dovecot.list()).map(({ isSeen }) => isSeen)).toEqual([false, true])
  })

  test('a mailbox that is numbered anew is read again, to the same result', async () => {
    const reader = openReader(dovecot.url)
    const [zoe, anna, bob] = [reader.add('zoe'), reader.add('anna'), reader.add('bob')]
    await dovecot.deliver([bob.mail('letter'), zoe.mail('google'), bob.mail('report-postfix')])
    await reader.look()
    const { uidValidity } = findCursor(reader.db) ?? {}
    const before = reader.dump()
    await reader.inbox().stop()
    await dovecot.renumber()
    await reader.reopen()
    await reader.look()
    expect(reader.dump()).toBe(before)
    expect(reader.outcomes()).toEqual([
      [2, 'applied'],
      [3, 'hard'],
      [2, 'stale'],
      [3, 'nothing'],
    ])
    expect(findCursor(reader.db)?.uidValidity).not.toBe(uidValidity)
    await dovecot.deliver([anna.mail('outlook')])
    reader.inbox().wake()
    await reader.inbox().idle()
    expect(reader.outcomes().at(-1)).toEqual([4, 'applied'])
  })

  test('a server that goes away is trouble, said once; when it is back, everything is read', async () => {
    const reader = openReader(dovecot.url)
    const zoe = reader.add('zoe')
    await reader.look()
    await dovecot.stop()
    for (const _ of [1, 2, 3]) {
      reader.inbox().wake()
      await reader.inbox().idle()
    }
    const { trouble } = reader.inbox()
    expect(trouble).toEqual({ since: reader.clock.now(), reason: expect.stringContaining('ECONNREFUSED') })
    await dovecot.start()
    await dovecot.deliver([zoe.mail('google')])
    reader.inbox().wake()
    await reader.inbox().idle()
    expect(reader.inbox().trouble).toBeUndefined()
    expect(reader.outcomes()).toEqual([[1, 'applied']])
    expect(reader.lines.map(({ text }) => text)).toEqual([
      'the mailbox of answers cannot be read',
      'a message was read',
      'the mailbox of answers is read again',
    ])
  })

  test('a wrong password is trouble in the server’s words; nothing is lost', async () => {
    const wrong = new URL(dovecot.url)
    wrong.password = 'geraden'
    const reader = openReader(wrong.href)
    const zoe = reader.add('zoe')
    await dovecot.deliver([zoe.mail('google')])
    await reader.look()
    expect(reader.inbox().trouble).toEqual({
      since: reader.clock.now(),
      reason: expect.stringMatching(/authentication failed/i),
    })
    expect(JSON.stringify(reader.lines)).not.toMatch(/geraden|agenda/)
    expect((await dovecot.list()).map(({ isSeen }) => isSeen)).toEqual([false])
    await reader.reopen(dovecot.url)
    await reader.look()
    expect(reader.outcomes()).toEqual([[1, 'applied']])
  })

  test('new mail is read when the server says so, long before the next look', async () => {
    const reader = openReader(dovecot.url)
    const zoe = reader.add('zoe')
    await reader.look()
    await dovecot.deliver([zoe.mail('google')])
    await until(() => reader.replyOf(zoe.id) === 'declined')
    await reader.inbox().idle()
    expect(reader.outcomes()).toEqual([[1, 'applied']])
  })

  /** A line to the mailbox that breaks when the client says what it should not. */
  async function openLine(breaksAt: (said: string) => boolean) {
    const line = createServer(client => {
      const there = connect(dovecot.port, '127.0.0.1')
      const end = () => {
        client.destroy()
        there.destroy()
      }
      for (const socket of [client, there]) socket.on('error', end).on('close', end)
      client.on('data', data => (breaksAt(String(data)) ? end() : there.write(data)))
      there.on('data', data => client.write(data))
    })
    await new Promise<void>(done => line.listen(0, '127.0.0.1', done))
    const url = new URL(dovecot.url)
    url.port = String((line.address() as { port: number }).port)
    return { url: url.href, close: () => line.close() }
  }

  test('a line that breaks at any moment loses nothing and does nothing twice', async () => {
    const reader = openReader(dovecot.url)
    const [zoe, anna] = [reader.add('zoe'), reader.add('anna')]
    await dovecot.deliver([zoe.mail('google'), anna.mail('report-postfix')])
    const breaks: string[] = []
    for (let breakAt = 1; reader.outcomes().length < 2; breakAt++) {
      let count = 0
      const line = await openLine(said => {
        if (++count === breakAt) breaks.push(said.replace(/^\S+ /, '').trim())
        return count === breakAt
      })
      await reader.reopen(line.url)
      await reader.look()
      expect(reader.inbox().trouble !== undefined).toBe(count >= breakAt)
      await reader.inbox().stop()
      line.close()
    }
    await reader.reopen(dovecot.url)
    await reader.look()
    for (const command of [
      /SELECT/,
      /UID SEARCH/,
      /UID FETCH 1 .*SIZE/,
      /UID FETCH 1 .*BODY/,
      /UID STORE 1 /,
      /UID FETCH 2 /,
    ]) {
      expect(breaks).toContainEqual(expect.stringMatching(command))
    }
    expect(reader.outcomes()).toEqual([
      [1, 'applied'],
      [2, 'hard'],
    ])
    expect((await dovecot.list()).map(({ isSeen }) => isSeen)).toEqual([true, true])
  })

  test('a message over which the line breaks every time is given up after three, and the next one is read', async () => {
    const reader = openReader(dovecot.url)
    const [zoe, anna] = [reader.add('zoe'), reader.add('anna')]
    await dovecot.deliver([zoe.mail('google'), zoe.mail('letter'), anna.mail('google')])
    const line = await openLine(said => /UID FETCH 2 .*BODY/.test(said))
    await reader.reopen(line.url)
    for (const _ of [1, 2, 3]) {
      reader.inbox().start()
      await reader.inbox().idle()
      expect([reader.inbox().trouble !== undefined, cursorOf(reader.db)]).toEqual([true, 1])
    }
    reader.inbox().wake()
    await reader.inbox().idle()
    expect(reader.outcomes()).toEqual([
      [1, 'applied'],
      [3, 'applied'],
    ])
    expect(reader.lines.filter(({ text }) => text.startsWith('a message cannot be fetched'))).toHaveLength(1)
    expect((await dovecot.list()).map(({ isSeen }) => isSeen)).toEqual([true, false, true])
    line.close()
  })

  test('a line that broke while it rested is no trouble', async () => {
    const reader = openReader(dovecot.url)
    const zoe = reader.add('zoe')
    let rests = false
    let breaks = 0
    const line = await openLine(said => rests && /SELECT/.test(said) && ++breaks === 1)
    await reader.reopen(line.url)
    await reader.look()
    await dovecot.deliver([zoe.mail('google')])
    rests = true
    reader.inbox().wake()
    await reader.inbox().idle()
    expect(breaks).toBe(2)
    expect(reader.outcomes()).toEqual([[1, 'applied']])
    expect(reader.lines.map(({ text }) => text)).toEqual(['a message was read'])
    line.close()
  })

  test('a broken line is mended at the next look by itself', async () => {
    const reader = openReader(dovecot.url, { everyMs: 100 })
    const zoe = reader.add('zoe')
    await reader.look()
    await dovecot.stop()
    await until(() => reader.inbox().trouble !== undefined)
    await dovecot.start()
    await dovecot.deliver([zoe.mail('google')])
    await until(() => reader.replyOf(zoe.id) === 'declined')
    await until(() => reader.inbox().trouble === undefined)
  })
})

describe.skipIf(!hasDovecot())('in a mailbox that offers TLS', () => {
  let dovecot: Dovecot
  beforeAll(async () => {
    dovecot = await openDovecot({ tls: true })
  })
  afterAll(() => dovecot.close())

  test('it is used: from the first byte for imaps:, by STARTTLS for imap:', async () => {
    const secure = new URL(dovecot.url.replace('imap:', 'imaps:'))
    secure.port = String(dovecot.tlsPort)
    for (const url of [secure.href, dovecot.url]) {
      const imap = await createImap(url)
      await imap.connect()
      expect(imap.tls).toMatchObject({ authorized: false })
      await imap.logout()
    }
  })

  test('a certificate that nobody signed is enough on this machine only', async () => {
    const away = openReader(dovecot.url.replace('127.0.0.1', '0.0.0.0'))
    await away.look()
    expect(away.inbox().trouble?.reason).toMatch(/self-signed certificate/)
  })
})

describe('a server that misbehaves', () => {
  const said: string[] = []
  let greeting: string | undefined
  let answers: Record<string, string> = {}
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    if (greeting) socket.write(greeting)
    socket.on('data', data => {
      said.push(String(data))
      const [tag, command = ''] = String(data).split(/\s+/)
      const found = answers[command.toUpperCase()]
      if (found) socket.write(found.replaceAll('TAG', tag ?? ''))
    })
  })
  beforeAll(() => new Promise<void>(done => server.listen(0, '0.0.0.0', done)))
  beforeEach(() => {
    said.length = 0
    greeting = undefined
    answers = {}
  })
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const urlAt = (host: string) => `imap://agenda:geheim@${host}:${(server.address() as { port: number }).port}`
  const INSECURE = {
    CAPABILITY: '* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n',
    LOGIN: 'TAG NO no\r\n',
    AUTHENTICATE: 'TAG NO no\r\n',
    ID: 'TAG BAD no\r\n',
  }

  test('and knows no TLS never hears a password, unless it is this machine', async () => {
    greeting = '* OK ready\r\n'
    answers = INSECURE
    // The same server, by an address that is not known to be this machine.
    const away = openReader(urlAt('0.0.0.0'))
    await away.look()
    expect(away.inbox().trouble?.reason).toMatch(/STARTTLS/)
    expect(said.join('')).not.toMatch(/LOGIN|AUTHENTICATE|geheim|Z2VoZWlt/i)
    const here = openReader(urlAt('127.0.0.1'))
    await here.look()
    expect(said.join('')).toMatch(/LOGIN|AUTHENTICATE/i)
    expect(JSON.stringify([away.lines, here.lines])).not.toMatch(/geheim/)
  })

  test('and says nothing does not hold up a stop', async () => {
    const reader = openReader(urlAt('127.0.0.1'))
    reader.inbox().start()
    await until(() => sockets.size > 0)
    const begun = performance.now()
    await reader.inbox().stop()
    expect(performance.now() - begun).toBeLessThan(3500)
    await reader.inbox().idle()
    expect(reader.inbox().trouble).toBeUndefined()
    expect(reader.lines).toEqual([])
  })

  test('is tried ever less often: after 1, 2, 5 and 10 rests', async () => {
    const everyMs = 60
    const begun: number[] = []
    server.on('connection', socket => {
      begun.push(performance.now())
      socket.destroy()
    })
    const reader = openReader(urlAt('127.0.0.1'), { everyMs })
    reader.inbox().start()
    await until(() => begun.length >= 6)
    await reader.inbox().stop()
    const rests = begun.slice(1).map((at, index) => Math.floor((at - (begun[index] ?? 0)) / everyMs))
    expect(rests.slice(0, 5).map((rest, index) => rest >= ([1, 2, 5, 10, 10][index] ?? 0))).toEqual(Array(5).fill(true))
    expect(reader.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
  })
})

describe('IMAP_URL', () => {
  test.each([
    [
      'imaps://agenda:geheim@mail.example.org',
      { host: 'mail.example.org', port: 993, secure: true, tls: { rejectUnauthorized: true } },
    ],
    ['imaps://agenda:geheim@mail.example.org:1993/', { port: 1993, secure: true }],
    [
      'imap://agenda:geheim@mail.example.org',
      { port: 143, secure: false, doSTARTTLS: true, tls: { rejectUnauthorized: true } },
    ],
    [
      'imap://agenda%40example.org:p%25%2F%3A%20w@mail.example.org',
      { auth: { user: 'agenda@example.org', pass: 'p%/: w' } },
    ],
    ['imap://agenda@example.org:100%@mail.example.org', { auth: { user: 'agenda@example.org', pass: '100%' } }],
    ['imap://agenda:geheim@[::1]:1143', { host: '::1', port: 1143, tls: { rejectUnauthorized: false } }],
  ])('%s', (url, expected) => {
    expect(imapOptions(url)).toMatchObject({ ...expected, logger: false })
  })

  test.each(['localhost', '127.0.0.1', '127.1.2.3', '[::1]'])('may be without TLS at %s, this machine', host => {
    expect(imapOptions(`imap://a:b@${host}`)).not.toHaveProperty('doSTARTTLS')
  })

  test.each(['127.0.0.1.example.org', 'localhost.example.org', '0.0.0.0', '10.0.0.1', '[::2]', '127.evil.example'])(
    'never without TLS at %s',
    host => {
      expect(imapOptions(`imap://a:b@${host}`)).toMatchObject({ doSTARTTLS: true, tls: { rejectUnauthorized: true } })
    },
  )

  test('trouble is told on one line, without addresses and without the password', () => {
    const url = 'imap://agenda:geheim@mail.example.org'
    const said = { responseText: 'No such user\r\n<agenda@example.org> geheim' }
    expect(imapReason(Object.assign(new Error('Command failed'), said), url)).toBe('No such user <•••> •••')
    expect(imapReason(Object.assign(new Error(''), { code: 'ECONNREFUSED' }), url)).toBe('ECONNREFUSED')
    expect(imapReason('x'.repeat(500), url)).toHaveLength(200)
  })
})
