// What comes back: a raw mail, told apart into answers of calendars, reports of machines, automatic replies and letters of
// people. What follows from it stands in `domain`; here nothing is written, and nobody is answered.
import PostalMime, { type Attachment, type Email, type Header } from 'postal-mime'
import { readReply } from '#src/calendar/reply.ts'
import type { Config } from '#src/config.ts'
import type { Report } from '#src/domain/bounces.ts'
import type { Message } from '#src/domain/outbox.ts'
import type { Reply } from '#src/domain/replies.ts'
import type { Tokens } from '#src/lib/tokens.ts'
import { isAuthentic, senderOf } from './authenticity.ts'
import { readComplaint, readDeliveryReport, reportTypeOf } from './reports.ts'
import { isReturnAddress, rowIn } from './verp.ts'

export type Inbound =
  | { kind: 'reply'; reply: Reply }
  | { kind: 'report'; message: Message; report: Report }
  | { kind: 'complaint'; messageId: string }
  /** A machine wrote it and nothing follows from it. */
  | { kind: 'auto_reply' }
  /** For people to read. */
  | { kind: 'human' }

export interface InboundDeps {
  config: Pick<Config, 'authservId' | 'bounceAddress' | 'mailFrom'>
  tokens: Tokens
  findMessage(id: number): Message | undefined
}

/** A bigger mail is a letter with pictures. */
export const MOST_BYTES = 2 * 1024 * 1024
/** The reader takes its time over each line, and everything else waits meanwhile. */
const MOST_LINES = 50_000
/** Mails within mails stay closed: what somebody forwards or sends back is not what they say. */
const GUARDS = { forceRfc822Attachments: true, maxNestingDepth: 50, maxHeadersSize: 256 * 1024 }
/** Where a mail system writes whom a mail was for. */
const ENVELOPE = ['x-original-to', 'delivered-to', 'envelope-to', 'to']
const MOST_ADDRESSES = 50

/** Never throws: what cannot be read is for people. */
export async function readMail(raw: Buffer, deps: InboundDeps): Promise<Inbound> {
  if (raw.length > MOST_BYTES || hasTooManyLines(raw)) return { kind: 'human' }
  try {
    return sort(await PostalMime.parse(raw, GUARDS), deps)
  } catch {
    return { kind: 'human' }
  }
}

function hasTooManyLines(raw: Buffer): boolean {
  let lines = 0
  for (let at = raw.indexOf('\n'); at !== -1 && lines <= MOST_LINES; at = raw.indexOf('\n', at + 1)) lines++
  return lines > MOST_LINES
}

/** Reports come first, since they call themselves automatic too; and a calendar may answer for somebody who is away. */
function sort(mail: Email, deps: InboundDeps): Inbound {
  const type = reportTypeOf(mail)
  if (type === 'delivery-status') return deliveryReport(mail, deps) ?? { kind: 'human' }
  if (type === 'feedback-report') return complaint(mail) ?? { kind: 'auto_reply' }
  return calendarReply(mail, deps.config) ?? { kind: isAutomatic(mail.headers) ? 'auto_reply' : 'human' }
}

/** Only at an address that we gave out for that mail (`verp`) is a report about a mail of ours, and believed. */
function deliveryReport(mail: Email, { config, tokens, findMessage }: InboundDeps): Inbound | undefined {
  for (const address of addressesIn(mail.headers)) {
    const row = rowIn(address)
    const message = row === undefined ? undefined : findMessage(row)
    if (!message || !isReturnAddress(address, message, config, tokens)) continue
    const report = readDeliveryReport(mail, message.toAddress.toLowerCase())
    return report && { kind: 'report', message, report }
  }
}

function complaint(mail: Email): Inbound | undefined {
  const messageId = readComplaint(mail)
  return messageId === undefined ? undefined : { kind: 'complaint', messageId }
}

/**
 * An answer from somebody else than the attendee must be ignored (RFC 6047 §2.2.1): people may know why. One without a
 * sender is none, since what follows from it may be a mail.
 */
function calendarReply({ headers, attachments }: Email, { authservId }: InboundDeps['config']): Inbound | undefined {
  const content = onlyCalendar(attachments)
  const answer = content === undefined || isSenderless(headers) ? undefined : readReply(content).answer
  if (!answer) return undefined
  if (senderOf(headers) !== answer.attendee) return { kind: 'human' }
  return { kind: 'reply', reply: { ...answer, isProven: isAuthentic(headers, answer.attendee, authservId) } }
}

/** The calendar a mail carries; the same often stands beside it once more, as a file. Nothing if there are several. */
function onlyCalendar(attachments: Attachment[]): string | undefined {
  const inline = attachments.filter(({ mimeType }) => mimeType === 'text/calendar')
  const [part, ...others] = inline.length
    ? inline
    : attachments.filter(({ mimeType }) => mimeType === 'application/ics')
  if (!part || others.length) return undefined
  return typeof part.content === 'string' ? part.content : new TextDecoder().decode(part.content)
}

/** RFC 3834 §5, and what was usual before it. */
function isAutomatic(headers: Header[]): boolean {
  return (
    isSenderless(headers) ||
    headers.some(
      ({ key, value }) =>
        (key === 'auto-submitted' && !/^\s*no\b/i.test(value)) ||
        (key === 'precedence' && /^\s*auto_reply\b/i.test(value)) ||
        key === 'x-autoreply' ||
        key === 'x-autorespond',
    )
  )
}

/** With a null reverse-path (RFC 5321 §4.5.5), as the mailbox's own server wrote it on top. */
function isSenderless(headers: Header[]): boolean {
  return /^\s*<\s*>/.test(headers.find(({ key }) => key === 'return-path')?.value ?? '')
}

/** With the longest that either side may be (RFC 5321 §4.5.3.1): without, a long line is searched from each of its signs. */
const ADDRESS = /[^\s<>,;:"()@]{1,64}@[^\s<>,;:"()@]{1,255}/g

function addressesIn(headers: Header[]): string[] {
  const values = headers.filter(({ key }) => ENVELOPE.includes(key)).map(({ value }) => value)
  const found = values.flatMap(value => value.match(ADDRESS) ?? [])
  return [...new Set(found)].slice(0, MOST_ADDRESSES)
}
