// What an error of the mail server means for a mail, and for all others. Pure.
import type { Outcome } from '#src/domain/sending.ts'
import { cleanLine } from '#src/lib/text.ts'

/** Nothing can leave until somebody mends the set-up; no recipient is to blame. */
export interface Pause {
  result: 'pause'
  reason: string
}

/** The fields nodemailer puts on its errors. */
export interface SmtpError extends Error {
  code?: string | undefined
  /** The system's own code, where nodemailer has put `ESOCKET` over it. */
  originalCode?: string | undefined
  command?: string | undefined
  responseCode?: number | undefined
  response?: string | undefined
}

const OUR_FAULT = new Set(['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ECONFIG', 'ETLS', 'EREQUIRETLS', 'EPROXY'])
const NOT_LET_IN = new Set([530, 534, 535, 538])
/** Errors over one mail: its recipient, its size, its content. */
const OVER_ONE_MAIL = new Set(['EENVELOPE', 'EMESSAGE'])
/** Said to MAIL FROM it is over the mail all the same (RFC 1870 §6.1). */
const TOO_LARGE = 552
const BY_MAIL = new Set(['MAIL FROM', 'RCPT TO', 'DATA'])
/** Node's words for a certificate we do not trust, or for no TLS where there should be. */
const BAD_TLS =
  /^(ERR_TLS|ERR_SSL|CERT_|EPROTO$|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_OSSL)/

/**
 * `hasBegun` tells whether the server may have a part of the message: without a reply nodemailer cannot say whether it was
 * taken (it reports a line that drops before MAIL and one that drops after the final dot alike).
 */
export function outcomeOf(error: SmtpError, hasBegun: boolean): Outcome | Pause {
  const reason = reasonOf(error)
  const { code = '', command, responseCode: reply } = error
  if (reply === undefined) return withoutReply(error, hasBegun, reason)
  if (reply >= 400 && reply < 500)
    return { result: 'retry', reason, ...(isTooMuch(reply, reason) && { isTooMuch: true }) }
  if (OUR_FAULT.has(code) || NOT_LET_IN.has(reply)) return { result: 'pause', reason }
  if (!isPermanent(reply)) return { result: hasBegun ? 'uncertain' : 'retry', reason }
  if (command === 'MAIL FROM' && reply !== TOO_LARGE) return { result: 'pause', reason }
  return { result: BY_MAIL.has(command ?? '') ? 'failed' : 'retry', reason }
}

function withoutReply(error: SmtpError, hasBegun: boolean, reason: string): Outcome | Pause {
  const { code = '', originalCode = '' } = error
  if (hasBegun) return { result: 'uncertain', reason }
  if (OUR_FAULT.has(code) || BAD_TLS.test(originalCode)) return { result: 'pause', reason }
  return { result: OVER_ONE_MAIL.has(code) ? 'failed' : 'retry', reason }
}

/** A 503 says that the session went wrong, not the message. */
function isPermanent(reply: number): boolean {
  return reply >= 500 && reply < 600 && reply !== 503
}

const ASKS_FOR_LESS = /\b(too many|too fast|rate|limit\w*|throttl\w*|slow down)\b/i
/** Over a mailbox (RFC 3463 §3.3): what one recipient can bear says nothing about the others. */
const OVER_A_MAILBOX = /^\d{3}[ -]4\.[12]\./

/** Whether the mail server asks us to send less: it says so in words, or it shuts the door (421, 454). */
function isTooMuch(reply: number, reason: string): boolean {
  return reply === 421 || reply === 454 || (ASKS_FOR_LESS.test(reason) && !OVER_A_MAILBOX.test(reason))
}

/** One line for the outbox page. */
export function reasonOf({ code, response, message }: SmtpError): string {
  return cleanLine(response ?? (code ? `${code}: ${message}` : message)).slice(0, 300)
}
