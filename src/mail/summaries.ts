// The daily summary to an organiser: what is overdue, by event, with a link to the run sheet of each.
import type { OwnTexts } from '#src/domain/own-texts.ts'
import type { Arrears } from '#src/domain/summaries.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import type { House } from './about.ts'
import { footerOf } from './appointment.ts'
import { blocks, button, type Content, type Fact, facts, paragraph, paragraphs } from './content.ts'
import { createLinks, type Links } from './links.ts'
import { wordsOf } from './words.ts'

/** One summary to one organiser. */
export interface Summary {
  organiserId: number
  email: string
  locale: Locale
  arrears: Arrears[]
  /** The words of the group at the top, where it has its own. */
  own?: OwnTexts
}

/** More of them make no better mail: the rest is in the console. */
const MOST = 15

export function summary(
  { organiserId, email, locale, arrears, own = {} }: Summary,
  { config, tokens }: House,
): Content {
  const links = createLinks(config, tokens, locale)
  const brand = config.mailFrom.name
  const values = { website: () => brand }
  const words = wordsOf('tasks', locale, values, own)
  const shared = wordsOf('shared', locale, values, own)
  return {
    kind: 'tasks',
    locale,
    from: config.mailFrom,
    to: { name: '', email },
    subject: words.subject,
    preheader: arrears.map(({ event }) => event.title).join(' · '),
    brand,
    host: '',
    eyebrow: words.eyebrow,
    title: words.title,
    blocks: blocks(
      paragraph(words.lead),
      ...paragraphs(words.extra),
      facts(...arrears.slice(0, MOST).map(one => lateFor(one, locale, links))),
      arrears.length > MOST && paragraph(words.rest),
      button(words.button, links.console()),
    ),
    footer: footerOf(words.footer, shared, links),
    unsubscribe: { text: words.unsubscribe, url: links.unsubscribeSummaries(organiserId) },
  }
}

/** The day and title of the event, and in small each line with the day it was due. */
function lateFor({ event, tasks }: Arrears, locale: Locale, links: Links): Fact {
  const formats = formatsIn(locale, event.timeZone)
  const words = messagesIn(locale).console.tasks
  const late = tasks.map(({ task, due, daysLeft }) => {
    const name = task.title || (task.proof ? words.proofs[task.proof] : '')
    return `${name}: ${words.wasDue(formats.dayTiny({ localStart: `${due}T12:00` }), -daysLeft)}`
  })
  return { label: formats.dayTiny(event), value: event.title, url: links.runSheet(event), notes: late }
}
