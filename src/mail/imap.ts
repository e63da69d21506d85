// The way into the mailbox of IMAP_URL. imapflow is loaded when it is first needed.
import type { ImapFlow, ImapFlowOptions } from 'imapflow'
import { maskAddresses } from '#src/lib/masking.ts'
import { cleanLine } from '#src/lib/text.ts'
import { credentialsOf, isThisMachine, withoutPassword } from './server.ts'

const SECONDS = 1000
const LONGEST_REASON = 200

/**
 * `imaps:` is TLS from the start. `imap:` becomes TLS by STARTTLS, and to any other machine than this one nothing is said
 * without it: no password travels in clear. On this machine a certificate proves nothing and may be home-made.
 */
export function imapOptions(url: string): ImapFlowOptions {
  const { protocol, hostname, port } = new URL(url)
  const { user, password: pass } = credentialsOf(url)
  const secure = protocol === 'imaps:'
  const isHere = isThisMachine(url)
  return {
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: Number(port) || (secure ? 993 : 143),
    secure,
    ...(!secure && !isHere && { doSTARTTLS: true }),
    tls: { rejectUnauthorized: !isHere },
    auth: { user, pass },
    // What is said there is nobody's business, least of all a log's.
    logger: false,
    connectionTimeout: 30 * SECONDS,
    greetingTimeout: 30 * SECONDS,
    // Longer than the rest between two looks, so that only a dead line is cut.
    socketTimeout: 90 * SECONDS,
    // After each look the server may tell us of new mail by itself (IDLE).
    autoIdleDelay: SECONDS,
  }
}

/** A line to the mailbox that is still to be opened (`connect`). It never throws by itself: what breaks shows at the next use. */
export async function createImap(url: string): Promise<ImapFlow> {
  const { ImapFlow } = await import('imapflow')
  const imap = new ImapFlow(imapOptions(url))
  imap.on('error', () => {})
  return imap
}

/** What the server said, or what went wrong on the way to it, on one line, without addresses and without our password. */
export function imapReason(error: unknown, url: string): string {
  const { responseText, response, message, code } = error as Partial<Record<string, unknown>>
  const said = [responseText, response, message, code].find(text => typeof text === 'string' && text !== '')
  return maskAddresses(withoutPassword(cleanLine(String(said ?? error)), url)).slice(0, LONGEST_REASON)
}
