// The mail server: a pool of connections that hands over stored bytes as they are.
import type { Readable } from 'node:stream'
import type { Tokens } from '#src/lib/tokens.ts'
import type { SmtpError } from './outcomes.ts'
import { outcomeOf } from './outcomes.ts'
import type { Outgoing, Transport, TransportConfig } from './transport.ts'
import { returnAddress } from './verp.ts'

/** As many as the worker has under way. */
export const CONNECTIONS = 5
const SECONDS = 1000

/** Each pool loads nodemailer when it is opened. Nothing is requeued behind our back: the outbox decides about retries. */
export async function openPool({ mailRate }: TransportConfig, url: string) {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: 100,
    maxRequeues: 0,
    connectionTimeout: 30 * SECONDS,
    greetingTimeout: 30 * SECONDS,
    socketTimeout: 600 * SECONDS, // RFC 5321 §4.5.3.2.6: a server may take ten minutes over the final dot
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(mailRate && rateLimit(mailRate)),
  })
}

/** Less than one a second is one in so many seconds. */
function rateLimit(perSecond: number) {
  const limit = Math.max(1, Math.floor(perSecond))
  return { rateLimit: limit, rateDelta: (limit / perSecond) * SECONDS }
}

export function smtpTransport(config: TransportConfig, url: string, tokens: Tokens): Transport {
  const bodies = new WeakMap<Buffer, Readable>()
  let opening: ReturnType<typeof openPool> | undefined

  async function open() {
    const pool = await openPool(config, url)
    // Whether the server asked for a message (354) shows in whether its stream has been read.
    pool.use('stream', (mail, done) => {
      mail.message?.processFunc(input => {
        if (Buffer.isBuffer(mail.data.raw)) bodies.set(mail.data.raw, input)
        return input
      })
      done()
    })
    // An error without a mail: the next mail meets it too, and is told.
    pool.on('error', () => {})
    return pool
  }

  return {
    async send(mail) {
      const raw = mail.bytes
      try {
        opening ??= open()
        const pool = await opening
        const { rejected } = await pool.sendMail({ raw, ...letterFor(mail, config, tokens) })
        if (rejected.length) return { result: 'failed', reason: `not accepted: ${rejected.length}` }
        return { result: 'sent' }
      } catch (error) {
        return outcomeOf(error as SmtpError, bodies.get(raw)?.readableDidRead ?? false)
      }
    },
    close() {
      opening?.then(pool => pool.close({ force: true })).catch(() => {})
    },
  }
}

/** The envelope, and which reports we ask for where the server knows how to (RFC 3461): never those of success. */
function letterFor(mail: Outgoing, config: TransportConfig, tokens: Tokens) {
  const envelope = { from: returnAddress(mail, config, tokens), to: [mail.toAddress] }
  const id = mail.messageId?.replaceAll(/[<>]/g, '')
  return {
    envelope,
    dsn: { ...(id && { id }), return: 'headers' as const, notify: ['failure' as const, 'delay' as const] },
  }
}
