// What a mail holds before it is HTML or text: blocks without markup. Every string is plain; escaping belongs to `render`.
import type { Invite } from '#src/calendar/invite.ts'
import type { Mailbox } from '#src/config.ts'
import type { MessageKind } from '#src/domain/outbox.ts'
import { formatsIn, type When } from '#src/i18n/dates.ts'
import type { Locale } from '#src/i18n/index.ts'
import { domainOf } from '#src/lib/text.ts'
import { hash } from '#src/lib/tokens.ts'

export interface Fact {
  label: string
  /** A line break shows in HTML, and is a comma in plain text. */
  value: string
  /** Sentences, not a name or a time: set in ordinary weight. */
  isProse?: boolean
  /** Smaller lines under the value. */
  notes?: string[]
  /** What the value was before, as a sentence. */
  was?: string | undefined
  /** Makes a link of the value; in plain text the address follows it. */
  url?: string
}

/** A piece of running text; with an address, a link. */
export interface Span {
  text: string
  url?: string
}

export type Block =
  | { type: 'paragraph'; text: string }
  /** A paragraph with links in it. */
  | { type: 'prose'; spans: Span[] }
  | { type: 'facts'; facts: Fact[] }
  | { type: 'button'; text: string; url: string }
  | { type: 'link'; text: string; url: string }
  /** A paragraph that stands apart: about the mail itself rather than about the event. */
  | { type: 'note'; text: string }
  /** Something to type over. */
  | { type: 'code'; text: string }
  /** An address as a code to scan; the sentence under it also says what to do without the picture. */
  | { type: 'scan'; text: string; alt: string; url: string; cid: string }

export interface Content {
  kind: MessageKind
  locale: Locale
  from: Mailbox
  to: Mailbox
  replyTo?: Mailbox | undefined
  subject: string
  /** What a list of mails shows beside the subject. */
  preheader: string
  brand: string
  /** Who organises, under the brand. */
  host: string
  eyebrow: string
  title: string
  date?: { weekday: string; day: string; month: string } | undefined
  /** The event does not take place then: the date is shown struck through. */
  isOff?: boolean
  blocks: Block[]
  footer: { text: string; links: { text: string; url: string }[] }
  invite?: Invite | undefined
  /** A person decided to send it: it is not "auto-generated" (RFC 3834 §5.2). One that can be stopped names its list. */
  isByHand?: boolean
  /** Where one POST stops more of these (RFC 8058); on reminders and newsletters only. */
  unsubscribe?: { text: string; url: string } | undefined
}

export const paragraph = (...sentences: string[]): Block => ({
  type: 'paragraph',
  text: sentences.filter(Boolean).join(' '),
})
export const facts = (...list: (Fact | false | undefined)[]): Block => ({ type: 'facts', facts: list.filter(isGiven) })
export const button = (text: string, url: string): Block => ({ type: 'button', text, url })
export const link = (text: string, url: string): Block => ({ type: 'link', text, url })
export const note = (text: string): Block => ({ type: 'note', text })
export const code = (text: string): Block => ({ type: 'code', text })

/** The picture travels along in the mail, under an id that is the same whenever it is written (RFC 2392 §2). */
export function scan(text: string, alt: string, url: string, { email }: Mailbox): Block {
  return { type: 'scan', text, alt, url, cid: `${hash(url).slice(0, 22)}@${domainOf(email)}` }
}

/**
 * Leaves out what does not apply, and paragraphs without a word, so that a mail reads as a list:
 * `blocks(a, isOnline && b, c)`.
 */
export function blocks(...list: (Block | false | undefined)[]): Block[] {
  return list.filter(isGiven).filter(block => !('text' in block) || block.text !== '')
}

/** A text of one or more paragraphs, with an empty line between them. */
export const paragraphs = (text: string): Block[] => text.split('\n\n').map(part => paragraph(part))

/** An address ends before what belongs to the sentence around it. */
const ADDRESS = /https:\/\/[^\s<>"'{}]*[^\s<>"'{}.,;:!?)\]]/g

/** A paragraph as somebody typed it. Addresses are looked for before anything is filled in, so that nobody's name becomes a link. */
export function proseOf(text: string, say: (text: string) => string = same => same): Block & { type: 'prose' } {
  const spans: Span[] = []
  let end = 0
  for (const { 0: url, index } of text.matchAll(ADDRESS)) {
    if (index > end) spans.push({ text: say(text.slice(end, index)) })
    spans.push({ text: url, url })
    end = index + url.length
  }
  if (end < text.length) spans.push({ text: say(text.slice(end)) })
  return { type: 'prose', spans }
}

function isGiven<T>(value: T | false | undefined): value is T {
  return value !== false && value !== undefined
}

/** The parts of the date block. */
export function dateOf(when: When, locale: Locale): NonNullable<Content['date']> {
  const formats = formatsIn(locale, when.timeZone)
  return { weekday: formats.weekday(when), day: formats.dayNumber(when), month: formats.monthOf(when) }
}

/** Two wall times that read the same are the same appointment. */
export function isSameTime(a: When, b: When): boolean {
  return a.localStart === b.localStart && a.timeZone === b.timeZone && a.durationMinutes === b.durationMinutes
}
