// The mail server: pools of connections that hand over stored bytes as they are. What is urgent has a pool of its own, so
// that no mail that hangs stands in its way.
import type { Readable } from 'node:stream'
import type { Queue } from '#src/domain/claiming.ts'
import { isUrgent } from '#src/domain/outbox.ts'
import { EMAIL_PATTERN } from '#src/lib/text.ts'
import type { Tokens } from '#src/lib/tokens.ts'
import { outcomeOf, type SmtpError } from './outcomes.ts'
import { isThisMachine, withoutPassword } from './server.ts'
import type { Outgoing, Transport, TransportConfig } from './transport.ts'
import { returnAddress } from './verp.ts'

/** As many as the worker has under way. */
export const CONNECTIONS: Record<Queue, number> = { urgent: 2, ordinary: 5 }
const SECONDS = 1000
/**
 * A server may take ten minutes over the final dot (RFC 5321 §4.5.3.2.6). A mail that somebody waits for had better come
 * twice than block the next one for so long.
 */
const SILENCE: Record<Queue, number> = { urgent: 60 * SECONDS, ordinary: 600 * SECONDS }

/** Each pool loads nodemailer when it is opened. Nothing is requeued behind our back: the outbox decides about retries. */
export async function openPool(url: string, queue: Queue = 'ordinary') {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS[queue],
    maxMessages: 100,
    maxRequeues: 0,
    connectionTimeout: 30 * SECONDS,
    greetingTimeout: 30 * SECONDS,
    socketTimeout: SILENCE[queue],
    requireTLS: isForTlsOnly(url),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

/**
 * A password crosses the network under TLS or not at all, whatever the line between lets the server offer (RFC 8314 §4.1).
 * The address can say otherwise: `?requireTLS=false`, `?ignoreTLS=true`.
 */
function isForTlsOnly(url: string): boolean {
  const { password, searchParams } = new URL(url)
  return password !== '' && !isThisMachine(url) && searchParams.get('ignoreTLS') !== 'true'
}

const ONE_ADDRESS = new RegExp(EMAIL_PATTERN)

type Pool = Awaited<ReturnType<typeof openPool>>

export function smtpTransport(config: TransportConfig, url: string, tokens: Tokens): Transport {
  const bodies = new WeakMap<Buffer, Readable>()
  const opening: Partial<Record<Queue, Promise<Pool>>> = {}

  async function open(queue: Queue): Promise<Pool> {
    const pool = await openPool(url, queue)
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

  function poolFor(mail: Outgoing): Promise<Pool> {
    const queue = isUrgent(mail) ? 'urgent' : 'ordinary'
    opening[queue] ??= open(queue)
    return opening[queue]
  }

  return {
    async send(mail) {
      const raw = mail.bytes
      // nodemailer would read a list of addresses as so many recipients.
      if (!ONE_ADDRESS.test(mail.toAddress)) return { result: 'failed', reason: 'not one e-mail address' }
      try {
        const pool = await poolFor(mail)
        const { rejected } = await pool.sendMail({ raw, ...letterFor(mail, config, tokens) })
        if (rejected.length) return { result: 'failed', reason: `not accepted: ${rejected.length}` }
        return { result: 'sent' }
      } catch (error) {
        return outcomeOf(harmless(error as SmtpError, url), bodies.get(raw)?.readableDidRead ?? false)
      }
    },
    close() {
      for (const pool of Object.values(opening)) pool.then(open => open.close({ force: true })).catch(() => {})
    },
  }
}

/** The envelope, and which reports we ask for where the server knows how to (RFC 3461): never those of success. */
function letterFor(mail: Outgoing, config: TransportConfig, tokens: Tokens) {
  const envelope = { from: returnAddress(mail, config, tokens), to: [mail.toAddress] }
  const id = mail.messageId?.replaceAll(/[<>]/g, '')
  return {
    envelope,
    // It stands in the bytes as well; unless told, nodemailer thinks of one, and random numbers take time.
    ...(mail.messageId && { messageId: mail.messageId }),
    dsn: { ...(id && { id }), return: 'headers' as const, notify: ['failure' as const, 'delay' as const] },
  }
}

/** A server that did not understand how we signed in may repeat it. */
function harmless(error: SmtpError, url: string): SmtpError {
  return Object.assign(error, {
    message: withoutPassword(error.message, url),
    ...(error.response !== undefined && { response: withoutPassword(error.response, url) }),
  })
}
