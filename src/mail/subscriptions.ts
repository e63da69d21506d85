// The mail that asks whether an address is really of who typed it, before it gets any letters. It goes to an address that somebody
// else may have typed, so it carries nothing they wrote.
import type { SubscriptionRequest } from '#src/domain/subscribing.ts'
import type { Letter } from '#src/domain/topics.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { messagesIn } from '#src/i18n/index.ts'
import type { House } from './about.ts'
import type { To } from './accounts.ts'
import { footerOf } from './appointment.ts'
import { blocks, button, type Content, facts, note, paragraph, paragraphs } from './content.ts'
import { createLinks } from './links.ts'
import { type Values, wordsOf } from './words.ts'

export interface Asking extends Pick<SubscriptionRequest, 'id' | 'expiresAt'> {
  /** What was asked for, in names. */
  named: { letter: Letter; name: string }[]
}

export function askingValues({ expiresAt }: Asking, { locale }: To, { config }: House): Values {
  const formats = formatsIn(locale, config.timeZone)
  return { website: () => config.mailFrom.name, expires: () => formats.moment(expiresAt) }
}

export function subscriptionProof(asking: Asking, to: To, house: House): Content {
  const { config, tokens } = house
  const { email, locale, own = {} } = to
  const values = askingValues(asking, to, house)
  const [words, shared] = [wordsOf('subscription_proof', locale, values, own), wordsOf('shared', locale, values, own)]
  const links = createLinks(config, tokens, locale)
  const { letters } = messagesIn(locale).letters
  const named = (letter: Letter) => asking.named.filter(one => one.letter === letter).map(({ name }) => name)
  const chosen = (['newsletter', 'announcement'] as const).filter(letter => named(letter).length)
  return {
    kind: 'subscription_proof',
    locale,
    from: config.mailFrom,
    to: { name: '', email },
    subject: words.subject,
    preheader: words.lead,
    brand: config.mailFrom.name,
    host: '',
    eyebrow: words.eyebrow,
    title: words.title,
    blocks: blocks(
      paragraph(words.lead),
      facts(...chosen.map(letter => ({ label: letters[letter], value: named(letter).join('\n') }))),
      ...paragraphs(words.extra),
      button(words.button, links.subscriptionProof(asking)),
      paragraph(words.until),
      note(words.notYou),
    ),
    footer: footerOf(shared.footerAsked, shared, links),
  }
}
