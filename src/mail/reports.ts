// Reports of machines about a mail of ours: how its delivery went (RFC 3464), or that its reader complained (RFC 5965).
// Which mail they are about stands in `inbound`, what follows from them in `domain`.
import type { Email } from 'postal-mime'
import type { Report } from '#src/domain/bounces.ts'
import { cleanLine } from '#src/lib/text.ts'

type Fields = Record<string, string>

/** From good to bad, so that a mail which reached somebody is not called lost. */
const ACTIONS = ['delivered', 'expanded', 'relayed', 'delayed', 'failed'] as const
const CLASSES = { delivered: 2, expanded: 2, relayed: 2, delayed: 4, failed: 5 }
/** An enhanced status code (RFC 3463), not a piece of an IP address. */
const STATUS = /(?<![\d.])([245])\.\d{1,3}\.\d{1,3}(?!\d|\.\d)/
const MOST_LETTERS = 300
/** Kinds of feedback that say that somebody wants no more of this (RFC 5965 §7.3, RFC 6650 §4). */
const COMPLAINTS = /^(?:abuse|fraud|opt-out)\b/i

/** What a multipart/report is about, in lower case: `delivery-status`, `feedback-report`; nothing for any other mail. */
export function reportTypeOf(mail: Email): string | undefined {
  const type = mail.headers.find(({ key }) => key === 'content-type')?.value ?? ''
  if (!/^\s*multipart\/report\s*(?:;|$)/i.test(type)) return undefined
  return /;\s*report-type\s*=\s*"?([\w-]+)/i.exec(type)?.[1]?.toLowerCase()
}

/**
 * How delivery to `recipient` went: Action first, then Status (RFC 3464 §2.3.3, §2.3.4). Where several recipients are
 * reported and none is called so, a list or an alias was behind it, and the best of them counts.
 */
export function readDeliveryReport(mail: Email, recipient: string): Report | undefined {
  const all = partOf(mail, /^message\/(?:global-)?delivery-status$/)
    .split(/\n(?:[ \t]*\n)+/)
    .map(fieldsOf)
    .filter(fields => actionOf(fields) !== undefined)
  const named = all.filter(fields => addressesOf(fields).includes(recipient))
  const [best] = (named.length ? named : all).toSorted((a, b) => rank(a) - rank(b))
  const action = best && actionOf(best)
  return action && { action, status: statusOf(best, action), diagnostic: diagnosticOf(best) }
}

/** The Message-ID of the mail that somebody complained about. */
export function readComplaint(mail: Email): string | undefined {
  const { 'feedback-type': type = '' } = fieldsOf(partOf(mail, /^message\/feedback-report$/))
  const returned = partOf(mail, /^(?:message\/(?:rfc822|global|rfc822-headers)|text\/rfc822-headers)$/)
  const [headers = ''] = returned.split(/\n\r?\n/, 1)
  return COMPLAINTS.test(type) ? /<[^<>\s]+>/.exec(fieldsOf(headers)['message-id'] ?? '')?.[0] : undefined
}

function actionOf({ action = '' }: Fields): Report['action'] | undefined {
  const word = /^\w+/.exec(action)?.[0]?.toLowerCase()
  return ACTIONS.find(known => known === word)
}

function rank(fields: Fields): number {
  return ACTIONS.indexOf(actionOf(fields) ?? 'failed')
}

function addressesOf(fields: Fields): string[] {
  return [fields['original-recipient'], fields['final-recipient']].map(
    field => field?.split(';').at(-1)?.replaceAll(/[<>]/g, '').trim().toLowerCase() ?? '',
  )
}

/** Status, or what the other side really said where it is missing or says nothing (x.0.0); at worst the class of the action. */
function statusOf(fields: Fields, action: Report['action']): string {
  const given = STATUS.exec(fields.status ?? '')
  const said = STATUS.exec(diagnosticOf(fields))
  const isVague = !given || given[0].endsWith('.0.0')
  if (isVague && said && (!given || given[1] === said[1])) return said[0]
  const reply = /(?<![\d.])([45])\d\d(?=[ -])/.exec(diagnosticOf(fields))?.[1]
  return given?.[0] ?? `${reply ?? CLASSES[action]}.0.0`
}

/** What the other side said, without the kind of language it is in (`smtp;`). */
function diagnosticOf(fields: Fields): string {
  const text = fields['diagnostic-code'] ?? ''
  return cleanLine(text.replace(/^\s*[\w-]+\s*;/, '')).slice(0, MOST_LETTERS)
}

/** The first part of this type, as text with bare line ends. */
function partOf(mail: Email, type: RegExp): string {
  const content = mail.attachments.find(({ mimeType }) => type.test(mimeType))?.content ?? ''
  return (typeof content === 'string' ? content : new TextDecoder().decode(content)).replaceAll('\r\n', '\n')
}

/** Header fields, unfolded; of a field that stands there twice the first. */
function fieldsOf(block: string): Fields {
  const lines = block.replaceAll(/\n[ \t]+/g, ' ').split('\n')
  const pairs = lines.flatMap(line => {
    const [, name, value] = /^([\w-]+)[ \t]*:(.*)$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value.trim()] as const]
  })
  return Object.fromEntries(pairs.toReversed())
}
