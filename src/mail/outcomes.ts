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
  command?: string | undefined
  responseCode?: number | undefined
  response?: string | undefined
}

const OUR_FAULT = new Set(['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ECONFIG', 'ETLS', 'EREQUIRETLS', 'EPROXY'])
const NOT_LET_IN = new Set([530, 534, 535, 538])
/** Errors over one mail: its recipient, its size, its content. */
const OVER_ONE_MAIL = new Set(['EENVELOPE', 'EMESSAGE'])

/**
 * `hasBegun` tells whether the server may have a part of the message: without a reply nodemailer cannot say whether it was
 * taken (it reports a line that drops before MAIL and one that drops after the final dot alike).
 */
export function outcomeOf(error: SmtpError, hasBegun: boolean): Outcome | Pause {
  const reason = reasonOf(error)
  const { code = '', command, responseCode: reply } = error
  if (reply !== undefined && reply >= 400 && reply < 500) return { result: 'retry', reason }
  if (OUR_FAULT.has(code) || NOT_LET_IN.has(reply ?? 0)) return { result: 'pause', reason }
  if (isPermanent(reply)) {
    if (command === 'MAIL FROM') return { result: 'pause', reason }
    return { result: command === 'RCPT TO' || command === 'DATA' ? 'failed' : 'retry', reason }
  }
  if (reply === undefined && OVER_ONE_MAIL.has(code) && !hasBegun) return { result: 'failed', reason }
  return { result: hasBegun ? 'uncertain' : 'retry', reason }
}

/** A 503 says that the session went wrong, not the message. */
function isPermanent(reply: number | undefined): boolean {
  return reply !== undefined && reply >= 500 && reply < 600 && reply !== 503
}

/** One line for the outbox page. */
export function reasonOf({ code, response, message }: SmtpError): string {
  return cleanLine(response ?? (code ? `${code}: ${message}` : message)).slice(0, 300)
}
