// A mail as the bytes that leave. The same input gives the same bytes, so that a retry repeats them exactly.
import { createHash, createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { type Config, ConfigError, type Mailbox } from '#src/config.ts'
import type { Message } from '#src/domain/outbox.ts'
import { qrPng } from '#src/lib/qr.ts'
import { cleanLine, domainOf } from '#src/lib/text.ts'
import type { Block, Content } from './content.ts'
import { render } from './render.ts'

/** What stands in the header beside the content. */
export interface Postmark {
  /** `<opaque@domain>`, the same for one outbox row for ever. */
  messageId: string
  date: Temporal.Instant
  /** Message-ID of the first mail this person had about the same thing. */
  threadId: string | null
}

/** Opaque, so that nothing can be read from it; on the domain that sends, as receivers expect. */
export function messageIdOf({ id, key, createdAt }: Message, { mailFrom }: Pick<Config, 'mailFrom'>): string {
  const opaque = createHash('sha256').update(`${id}:${key}:${createdAt.epochMilliseconds}`).digest('hex').slice(0, 32)
  return `<${opaque}@${domainOf(mailFrom.email)}>`
}

/** The signing key of a domain, in PEM. */
export interface Dkim {
  domain: string
  selector: string
  privateKey: string
}

/** Shorter ones count for nothing (RFC 8301 §3.2). */
const LEAST_BITS = 1024

/** Reads the key once. Throws ConfigError if it cannot sign: nodemailer would send unsigned and say nothing. */
export function readDkim({ dkim }: Pick<Config, 'dkim'>): Dkim | undefined {
  if (!dkim) return undefined
  const { domain, selector, keyFile } = dkim
  try {
    const privateKey = readFileSync(keyFile, 'utf8')
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(privateKey)
    // Ed25519 (RFC 8463) would sign for the few receivers that know it.
    if (asymmetricKeyType !== 'rsa') throw new Error(`holds an ${asymmetricKeyType} key; it must be an RSA key`)
    const bits = asymmetricKeyDetails?.modulusLength ?? 0
    if (bits < LEAST_BITS) throw new Error(`holds a key of ${bits} bits; it must have ${LEAST_BITS} at least`)
    return { domain, selector, privateKey }
  } catch (error) {
    throw new ConfigError([`DKIM_KEY_FILE=${keyFile}: ${(error as Error).message}`])
  }
}

/** One mail to one recipient. nodemailer is loaded when the first one is written: it costs 55 ms and 25 MiB. */
export async function compose(content: Content, postmark: Postmark, dkim?: Dkim) {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const { subject, html, text } = render(content)
  const composer = new MailComposer({
    from: mailbox(content.from),
    to: mailbox(content.to),
    ...(content.replyTo && { replyTo: mailbox(content.replyTo) }),
    subject,
    text: crlf(text),
    html: crlf(html),
    attachments: content.blocks.flatMap(picturesOf),
    // Never `headers` in here: nodemailer would share them with the inline part, and the buttons would go.
    ...(content.invite && { icalEvent: { ...content.invite, filename: 'invite.ics' } }),
    messageId: postmark.messageId,
    date: new Date(postmark.date.epochMilliseconds),
    ...(postmark.threadId && { inReplyTo: postmark.threadId, references: postmark.threadId }),
    headers: headersOf(content),
    baseBoundary: createHash('sha256').update(postmark.messageId).digest('hex').slice(0, 16),
    textEncoding: 'quoted-printable',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const bytes = await composer.compile().build()
  return { subject, bytes: dkim ? await sign(bytes, dkim) : bytes }
}

/** Stands with the HTML alone, in a multipart/related around it: nobody's list of attachments holds it. */
function picturesOf(block: Block) {
  if (block.type !== 'scan') return []
  const { cid, url } = block
  const inline = { contentType: 'image/png', contentDisposition: 'inline' as const, filename: 'code.png' }
  return [{ cid, content: qrPng(url, MODULE_PIXELS), ...inline }]
}

/** Twice what it is shown at, for screens that show more. */
const MODULE_PIXELS = 8

/** As SMTP wants it, so that what is stored is what leaves. */
const crlf = (text: string) => text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n')

/** In object form, so that nobody's name can become a second recipient. */
function mailbox({ name, email }: Mailbox): { name: string; address: string } {
  return { name: cleanLine(name), address: email }
}

/**
 * Who a person sends mail to by hand, and can be rid of it, is on a list (RFC 2919); whatever the program sends says so (RFC 3834 §5.2), to be
 * answered by no program. Exchange is asked for no other silence than that: its delivery reports are read.
 */
function headersOf({ kind, from, isByHand, unsubscribe }: Content) {
  return {
    ...(!isByHand && { 'Auto-Submitted': 'auto-generated' }),
    ...(isByHand && unsubscribe && { 'List-Id': `<${kind}.${domainOf(from.email)}>` }),
    'X-Auto-Response-Suppress': 'OOF, AutoReply',
    'X-Aanschuiven-Message': kind,
    ...(unsubscribe && {
      'List-Unsubscribe': { prepared: true as const, value: `<${unsubscribe.url}>` },
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }),
  }
}

/** nodemailer's own list lacks One-Click, over which RFC 8058 §3 asks for a signature, and what says who speaks. */
const SIGNED = [
  'from:reply-to:subject:date:message-id:to:mime-version:content-type:content-transfer-encoding:in-reply-to:references',
  'list-id:list-unsubscribe:list-unsubscribe-post:auto-submitted:feedback-id:x-aanschuiven-message',
].join(':')

/** Signed before it is stored: what left can be shown as it left, and a retry carries the same signature. */
async function sign(bytes: Buffer, { domain: domainName, selector: keySelector, privateKey }: Dkim): Promise<Buffer> {
  const { default: DKIM } = await import('nodemailer/lib/dkim')
  return buffer(new DKIM({ domainName, keySelector, privateKey, headerFieldNames: SIGNED }).sign(bytes))
}
