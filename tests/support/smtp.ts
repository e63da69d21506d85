// A real SMTP server that keeps what it takes and misbehaves on request.
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'

/** How the server treats the next transaction. */
export type Behaviour =
  | 'accept'
  | 'greylist' // 451 4.7.1 at RCPT
  | 'local_error' // 451 4.3.0 after the final dot
  | 'too_many' // 421 at MAIL FROM
  | 'too_fast' // 450 4.7.1 at RCPT, because of the rate
  | 'shutdown' // 421 after the final dot
  | 'unknown_user' // 550 at RCPT
  | 'bad_sender' // 550 at MAIL FROM
  | 'bad_content' // 550 after the final dot
  | 'bad_password' // 535 at AUTH
  | 'drop_at_mail' // the line drops before the message
  | 'drop_at_end' // the line drops after the final dot, the message kept
  | 'hang' // no answer after the final dot, the message kept
  | 'slow' // every answer after a while

export interface Received {
  from: string
  to: string[]
  raw: Buffer
  mail: Email
  /** It came under TLS. */
  isSecure: boolean
}

export interface Mailbox {
  url: string
  received: Received[]
  /** What happens to the transactions to come, in order; after the last one everything is accepted. */
  next(...behaviours: Behaviour[]): void
  /** How often somebody signed in, or tried to. */
  signIns(): number
  /** What happens from now on. */
  always(behaviour: Behaviour): void
  close(): Promise<void>
}

export interface MailboxOptions {
  port?: number
  auth?: boolean
  delayMs?: number
  /** TLS with a certificate that nobody signed: from the first byte, or by STARTTLS. */
  tls?: 'smtps' | 'starttls'
}

const SLOWLY_MS = 250

export async function openMailbox(options: MailboxOptions = {}): Promise<Mailbox> {
  const received: Received[] = []
  let queue: Behaviour[] = []
  let standing: Behaviour = 'accept'
  let signIns = 0
  const next = () => queue[0] ?? standing
  const takeIf = (behaviour: Behaviour) => {
    if (next() !== behaviour) return false
    queue.shift()
    return true
  }

  const handlers: SMTPServerOptions = {
    onAuth({ username, password }, _session, done) {
      signIns++
      if (takeIf('bad_password'))
        done(refusal(535, `Authentication failed: ${username} ${plainOf(username, password)}`))
      else done(null, { user: 'agenda' })
    },
    onMailFrom(_address, session, done) {
      if (takeIf('drop_at_mail')) hangUp(session.id)
      else if (takeIf('bad_sender')) done(refusal(550, 'Sender not allowed'))
      else if (takeIf('too_many')) done(refusal(421, '4.7.0 Too many messages, slow down'))
      else if (next() === 'slow') setTimeout(done, SLOWLY_MS)
      else done()
    },
    onRcptTo(_address, _session, done) {
      if (takeIf('greylist')) done(refusal(451, '4.7.1 Try again later'))
      else if (takeIf('too_fast')) done(refusal(450, '4.7.1 Rate of mails exceeded'))
      else if (takeIf('unknown_user')) done(refusal(550, '5.1.1 No such user'))
      else if (next() === 'slow') setTimeout(done, SLOWLY_MS)
      else done()
    },
    onData(stream, session, done) {
      buffer(stream).then(async raw => {
        await sleep(next() === 'slow' ? SLOWLY_MS : (options.delayMs ?? 0))
        if (takeIf('bad_content')) return done(refusal(550, '5.7.1 Not wanted here'))
        if (takeIf('local_error')) return done(refusal(451, '4.3.0 Local error in processing'))
        if (takeIf('shutdown')) return done(refusal(421, 'Closing down'))
        received.push(await asReceived(session, raw))
        if (takeIf('drop_at_end')) return hangUp(session.id)
        if (takeIf('hang')) return
        takeIf('accept')
        takeIf('slow')
        done()
      }, done)
    },
  }
  const disabledCommands = [options.tls ? [] : 'STARTTLS', options.auth ? [] : 'AUTH'].flat()
  const server = new SMTPServer({
    secure: options.tls === 'smtps',
    // Its own certificate is the bad one we want; it need not warn us.
    logger: false,
    disabledCommands,
    allowInsecureAuth: true,
    hideSTARTTLS: options.tls !== 'starttls',
    disableReverseLookup: true,
    maxAllowedUnauthenticatedCommands: 1000,
    closeTimeout: 100,
    ...handlers,
  })
  server.on('error', () => {})
  const hangUp = (id: string) => {
    for (const connection of server.connections) if (connection.id === id) connection._socket.destroy()
  }
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    url: `${options.tls === 'smtps' ? 'smtps' : 'smtp'}://${options.auth ? 'agenda:secret@' : ''}127.0.0.1:${port}`,
    received,
    signIns: () => signIns,
    next: (...behaviours) => {
      queue = behaviours
    },
    always: behaviour => {
      standing = behaviour
    },
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}

/** What came with AUTH PLAIN (RFC 4616): some servers repeat it. */
function plainOf(username?: string | null, password?: string | null): string {
  return Buffer.from(`\0${username}\0${password}`).toString('base64')
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

async function asReceived({ envelope, secure }: SMTPServerSession, raw: Buffer): Promise<Received> {
  const { mailFrom, rcptTo } = envelope
  return {
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map(({ address }) => address),
    raw,
    mail: await PostalMime.parse(raw),
    isSecure: secure,
  }
}

/** The parts of a mail in order, depth first: their headers and decoded content. */
export interface Part {
  type: string
  headers: Record<string, string>
  content: string
}

/** Reads the structure by hand: what matters here is the order and the headers that a reader throws away. */
export function partsOf(raw: Buffer): Part[] {
  return split(raw.toString('latin1'))
}

function split(text: string): Part[] {
  const end = text.indexOf('\r\n\r\n')
  const headers = headersOf(text.slice(0, end))
  const body = text.slice(end + 4)
  const type = headers['content-type'] ?? ''
  const boundary = /boundary="([^"]+)"/.exec(type)?.[1]
  const own = { type: type.split(';')[0] ?? '', headers, content: boundary ? '' : decode(body, headers) }
  if (!boundary) return [own]
  const inner = body.split(new RegExp(`(?:^|\\r\\n)--${RegExp.escape(boundary)}(?:--)?\\r\\n`)).slice(1, -1)
  return [own, ...inner.flatMap(split)]
}

export function headersOf(block: string): Record<string, string> {
  const lines = block.replaceAll(/\r\n(?=[ \t])/g, '').split('\r\n')
  return Object.fromEntries(
    lines.map(line => [line.split(':')[0]?.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
}

function decode(body: string, headers: Record<string, string>): string {
  const how = headers['content-transfer-encoding']
  if (how === 'base64') return Buffer.from(body, 'base64').toString()
  if (how !== 'quoted-printable') return Buffer.from(body, 'latin1').toString()
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
