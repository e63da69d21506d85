// A mail with an organiser's own words: their paragraphs between our greeting and our links. What they typed is plain text; an
// https address in it becomes a link, one in a name or a title does not. One that follows up on an event brings what is kept of it.
import { isFollowUp } from '#src/domain/audiences.ts'
import type { Material } from '#src/domain/events.ts'
import { type Letter, placeholderIn } from '#src/domain/letters.ts'
import type { Locale } from '#src/i18n/index.ts'
import { fill } from '#src/lib/placeholders.ts'
import { cleanLine } from '#src/lib/text.ts'
import type { House } from './about.ts'
import { appointmentFacts, type Desk, inShort, valuesOf } from './appointment.ts'
import {
  type Block,
  blocks,
  button,
  type Content,
  link,
  note,
  paragraph,
  paragraphs,
  proseOf,
  type Span,
} from './content.ts'
import { harvest } from './follow-ups.ts'
import type { Values } from './words.ts'

export interface Mailed extends Letter {
  isUrgent: boolean
  /** What there is to look at: of the mail that follows up on an event. */
  materials?: Material[]
  /** To the organiser alone, who has no page of their own. */
  isTest?: boolean
}

export function mailing(desk: Desk, mailed: Mailed, house: House, now: Temporal.Instant): Content {
  const { event, registration, links } = desk
  const words = desk.wordsOf('mailing')
  const say = filler(desk, house)
  const prose = mailed.body.split('\n\n').map(text => proseOf(text, say))
  const isOver = isFollowUp(event, now)
  return {
    ...desk.frame,
    kind: 'mailing',
    isByHand: !mailed.materials,
    isOff: event.cancelledAt !== null,
    subject: say(mailed.subject),
    preheader: prose[0] ? textOf(prose[0]) : inShort(desk),
    eyebrow: mailed.materials ? words.followUpEyebrow : mailed.isUrgent ? words.urgentEyebrow : words.eyebrow,
    blocks: blocks(
      Boolean(mailed.isTest) && note(words.test),
      paragraph(desk.hello),
      ...prose,
      ...paragraphs(words.extra),
      ...(mailed.materials ? harvest(desk, mailed.materials) : []),
      ...(mailed.isTest ? testWays(desk, mailed) : ways(desk, mailed, isOver)),
      desk.help,
    ),
    ...(isOver && !mailed.isTest && { unsubscribe: { text: words.unsubscribe, url: links.unsubscribe(registration) } }),
  }
}

/** Whoever tests has no page of their own; one that follows up leads to the public page already. */
const testWays = ({ shared, links, event }: Desk, { materials }: Mailed): Block[] =>
  materials ? [] : [button(shared.manage, links.event(event))]

/** When it cannot wait, the door comes first for who goes through it. Afterwards there is no appointment to repeat. */
function ways(desk: Desk, { isUrgent, materials }: Mailed, isOver: boolean): Block[] {
  const { registration, links, shared, isPlaced, isOnline } = desk
  const page = links.personal(registration)
  if (isUrgent && isPlaced && isOnline && !isOver) {
    return [button(desk.wordsOf('mailing').button, links.door(registration)), link(shared.manage, page)]
  }
  if (materials) return [link(shared.manage, page)]
  const isComing = !isOver && !isUrgent && desk.event.cancelledAt === null
  return [...(isComing ? [appointmentFacts(desk)] : []), button(shared.manage, page)]
}

/** Fills a text, each placeholder in the language of its own name, and in the reader's where that leaves a choice. */
function filler(desk: Desk, house: House): (text: string) => string {
  const { locale } = desk.registration
  const values = new Map<Locale, Values>()
  const valuesIn = (language: Locale): Values => {
    const known = values.get(language) ?? valuesOf(desk, language, house)
    values.set(language, known)
    return known
  }
  const standsFor = (name: string) => {
    const found = placeholderIn(name)
    const language = found?.locales.includes(locale) ? locale : found?.locales[0]
    return found && language && cleanLine(valuesIn(language)[found.placeholder]?.() ?? '')
  }
  return text => fill(text, standsFor)
}

const textOf = ({ spans }: { spans: Span[] }) => spans.map(({ text }) => text).join('')
