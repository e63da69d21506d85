// The newsletter: what is coming, each with a link to its page. To one person at a time, since the link that stops it is
// personal.
import type { ListedEvent } from '#src/domain/events.ts'
import type { OwnTexts } from '#src/domain/own-texts.ts'
import type { Person } from '#src/domain/people.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import type { House } from './about.ts'
import { footerOf } from './appointment.ts'
import { blocks, button, type Content, type Fact, facts, paragraph, paragraphs } from './content.ts'
import { createLinks, type Links } from './links.ts'
import { type Words, wordsOf } from './words.ts'

/** One newsletter to one person. */
export interface Issue {
  person: Person
  email: string
  locale: Locale
  /** Paragraphs in an organiser's own words, before the list. */
  words: string[]
  events: ListedEvent[]
  /** The words of the group at the top, where it has its own. */
  own?: OwnTexts
}

/** Comes from the installation, not from a group: its answers go to whoever sends it. */
export function newsletter(issue: Issue, { config, tokens }: House): Content {
  const { person, email, locale, events, own = {} } = issue
  const links = createLinks(config, tokens, locale)
  const brand = config.mailFrom.name
  const values = { website: () => brand }
  const words = wordsOf('newsletter', locale, values, own)
  const shared = wordsOf('shared', locale, values, own)
  const lead = events.length ? words.lead : words.nothing
  return {
    kind: 'newsletter',
    isByHand: true,
    locale,
    from: config.mailFrom,
    to: { name: '', email },
    subject: words.subject,
    preheader: events.map(event => event.title).join(' · ') || lead,
    brand,
    host: '',
    eyebrow: words.eyebrow,
    title: words.title,
    blocks: blocks(
      ...issue.words.map(text => paragraph(text)),
      paragraph(lead),
      ...paragraphs(words.extra),
      events.length > 0 && facts(...events.map(event => announcement(event, locale, shared, links))),
      button(words.button, links.agenda()),
    ),
    footer: footerOf(words.footer, shared, links),
    unsubscribe: { text: words.unsubscribe, url: links.unsubscribeNewsletter(person) },
  }
}

/** The day, the title as a link, and when, where and by whom in small. */
function announcement(event: ListedEvent, locale: Locale, { online }: Words<'shared'>, links: Links): Fact {
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
