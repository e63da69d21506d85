// The letters that go to who subscribed: the newsletter, with what is coming and what came out, and the announcement of what is new.
// To one person at a time, since the link that stops them is personal; the others say nothing of who opens them.

import type { Item } from '#src/domain/bulletin-items.ts'
import { type ListedEvent, placeOf } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import type { OwnTexts } from '#src/domain/own-texts.ts'
import type { Subscription } from '#src/domain/subscriptions.ts'
import type { Letter } from '#src/domain/topics.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import type { House } from './about.ts'
import { footerOf } from './appointment.ts'
import {
  blocks,
  button,
  type Content,
  dateOf,
  type Fact,
  facts,
  note,
  paragraph,
  paragraphs,
  proseOf,
} from './content.ts'
import { createLinks, type Links } from './links.ts'
import { type Values, type Words, wordsOf } from './words.ts'

/** One letter to one person. */
export interface Issue {
  subscription: Pick<Subscription, 'id'>
  group: Group
  email: string
  locale: Locale
  /** An organiser's own words: the subject, or none for ours, and paragraphs before the list. */
  subject: string
  intro: string
  items: Pick<Item, 'event' | 'part'>[]
  /** The words of the group, where it has its own. */
  own?: OwnTexts
  /** To the organiser alone. */
  isTest?: boolean
}

/** What its words may name; of an announcement of several dates the first one. */
export function issueValues(kind: Letter, { group, locale, items }: Issue, { config }: House): Values {
  const event = items[0]?.event
  const formats = event && formatsIn(locale, event.timeZone)
  return {
    group: () => group.name,
    website: () => config.mailFrom.name,
    ...(kind === 'announcement' &&
      event &&
      formats && {
        title: () => event.title,
        day: () => formats.dayTiny(event),
        date: () => formats.dayShort(event),
      }),
  }
}

function deskFor<Kind extends Letter>(kind: Kind, issue: Issue, house: House) {
  const { group, email, locale, own = {}, intro } = issue
  const { config, tokens } = house
  const values = issueValues(kind, issue, house)
  const links = createLinks(config, tokens, locale)
  const [words, shared] = [wordsOf(kind, locale, values, own), wordsOf('shared', locale, values, own)]
  const prose = intro
    .split('\n\n')
    .filter(Boolean)
    .map(text => proseOf(text))
  return {
    words,
    shared,
    links,
    before: [Boolean(issue.isTest) && note(messagesIn(locale).letters.test), ...prose],
    frame: {
      isByHand: true as const,
      locale,
      from: { name: messagesIn(locale).mail.from(group.name, config.mailFrom.name), email: config.mailFrom.email },
      to: { name: '', email },
      replyTo: group.email ? { name: group.name, email: group.email } : undefined,
      brand: config.mailFrom.name,
      host: group.name,
      footer: footerOf(words.footer, shared, links),
    },
  }
}

export function newsletter(issue: Issue, house: House): Content {
  const { words, shared, links, before, frame } = deskFor('newsletter', issue, house)
  const of = (part: Item['part']) => issue.items.filter(item => item.part === part).map(({ event }) => event)
  const [coming, past] = [of('coming'), of('past')]
  return {
    ...frame,
    kind: 'newsletter',
    subject: issue.subject || words.subject,
    preheader: issue.items.map(({ event }) => event.title).join(' · '),
    eyebrow: words.eyebrow,
    title: issue.subject || words.title,
    blocks: blocks(
      ...before,
      coming.length > 0 && paragraph(words.lead),
      coming.length > 0 && facts(...coming.map(event => comingFact(event, issue.locale, shared, links))),
      past.length > 0 && paragraph(words.past),
      past.length > 0 && facts(...past.map(event => pastFact(event, issue.locale, links))),
      ...paragraphs(words.extra),
      button(words.button, links.agenda()),
    ),
    unsubscribe: { text: words.unsubscribe, url: links.unsubscribeNewsletter(issue.subscription, issue.group) },
  }
}

export function announcement(issue: Issue, house: House): Content {
  const { words, shared, links, before, frame } = deskFor('announcement', issue, house)
  const list = issue.items.map(({ event }) => event)
  const [first] = list
  if (!first) throw new Error('nothing is announced')
  const isOne = list.length === 1
  return {
    ...frame,
    kind: 'announcement',
    subject: isOne ? words.subject : words.subjectMany,
    preheader: list.map(({ title }) => title).join(' · '),
    eyebrow: words.eyebrow,
    title: isOne ? first.title : words.titleMany,
    ...(isOne && { date: dateOf(first, issue.locale) }),
    blocks: blocks(
      ...before,
      paragraph(isOne ? words.lead : words.leadMany),
      isOne && paragraph(first.summary),
      ...paragraphs(words.extra),
      isOne
        ? facts(...factsOf(first, issue.locale, shared))
        : facts(...list.map(event => comingFact(event, issue.locale, shared, links))),
      button(isOne ? words.button : words.buttonMany, isOne ? links.event(first) : links.agenda()),
    ),
    unsubscribe: { text: words.unsubscribe, url: links.unsubscribeAnnouncements(issue.subscription) },
  }
}

function factsOf(event: ListedEvent, locale: Locale, shared: Words<'shared'>): Fact[] {
  const formats = formatsIn(locale, event.timeZone)
  const where = event.attendance === 'online' ? '' : placeOf(event, 'in_person')
  return [
    {
      label: shared.labelWhen,
      value: `${formats.day(event)}\n${formats.range(event)}`,
      notes: [messagesIn(locale).words.timeZone(event.timeZone)],
    },
    { label: shared.labelWhere, value: where || shared.online },
    { label: shared.labelHost, value: event.group.name },
  ]
}

/** The day, the title as a link, and when, where and by whom in small. */
function comingFact(event: ListedEvent, locale: Locale, { online }: Words<'shared'>, links: Links): Fact {
  const formats = formatsIn(locale, event.timeZone)
  const { shortPlace } = messagesIn(locale).event
  const where =
    event.attendance === 'online' ? online : shortPlace(event.venue?.city ?? '', event.attendance === 'hybrid')
  return {
    label: formats.dayTiny(event),
    value: event.title,
    url: links.event(event),
    notes: [[formats.range(event), where, event.group.name].filter(Boolean).join(' · '), event.summary].filter(Boolean),
  }
}

/** What came out of it, and what is kept; the page has it all. */
function pastFact(event: ListedEvent, locale: Locale, links: Links): Fact {
  const kept = event.materials.map(({ title }) => title).join(' · ')
  return {
    label: formatsIn(locale, event.timeZone).dayTiny(event),
    value: event.title,
    url: links.event(event),
    notes: [beginning(event.yield), kept].filter(Boolean),
  }
}

const MOST = 240

/** The first paragraph, and of a long one its first words. */
function beginning(text: string): string {
  const [first = ''] = text.split('\n\n')
  if (first.length <= MOST) return first
  return `${first.slice(0, MOST).replace(/\s+\S*$/, '')}…`
}
