// Mails that somebody asked for by typing an address: signing in, one's own page, a new address, a test.
import type { OwnTexts } from '#src/domain/own-texts.ts'
import type { Person } from '#src/domain/people.ts'
import type { TemplateKind } from '#src/domain/placeholders.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import type { Locale } from '#src/i18n/index.ts'
import type { About, House } from './about.ts'
import { footerOf, valuesOf } from './appointment.ts'
import { blocks, button, type Content, code, dateOf, facts, link, note, paragraph, paragraphs } from './content.ts'
import { createLinks } from './links.ts'
import { type Values, wordsOf } from './words.ts'

export interface To {
  email: string
  locale: Locale
  /** The words of the group at the top, where it has its own. */
  own?: OwnTexts
}

/** What these mails share. They greet nobody by name: whoever typed the address need not be who reads this. */
function deskFor<Kind extends TemplateKind>(kind: Kind, to: To, { config, tokens }: House, values: Values) {
  const { email, locale, own = {} } = to
  const links = createLinks(config, tokens, locale)
  const brand = config.mailFrom.name
  const shared = wordsOf('shared', locale, values, own)
  return {
    words: wordsOf(kind, locale, values, own),
    shared,
    links,
    frame: {
      locale,
      from: config.mailFrom,
      to: { name: '', email },
      brand,
      host: '',
      footer: footerOf(shared.footerAsked, shared, links),
    },
  }
}

export interface SignIn {
  token: string
  code: string
  expiresAt: Temporal.Instant
}

export function signInValues({ expiresAt }: Pick<SignIn, 'expiresAt'>, { locale }: To, { config }: House): Values {
  const formats = formatsIn(locale, config.timeZone)
  return { website: () => config.mailFrom.name, expires: () => formats.timeOf(config, expiresAt) }
}

/** The subject holds no code: subjects are kept, these secrets are not. */
export function signIn({ token, code: digits, expiresAt }: SignIn, to: To, house: House): Content {
  const { words, links, frame } = deskFor('sign_in', to, house, signInValues({ expiresAt }, to, house))
  return {
    ...frame,
    kind: 'sign_in',
    subject: words.subject,
    preheader: words.until,
    eyebrow: words.eyebrow,
    title: words.title,
    blocks: blocks(
      paragraph(words.lead),
      ...paragraphs(words.extra),
      button(words.button, links.signIn(token)),
      paragraph(words.code),
      code(digits),
      paragraph(words.until),
      note(words.notYou),
    ),
  }
}

export function myValues(person: Person, { locale }: To, { config, tokens }: House): Values {
  const links = createLinks(config, tokens, locale)
  return {
    website: () => config.mailFrom.name,
    ownList: () => links.my(person),
    ownFeed: () => links.feed(person),
  }
}

export function my(person: Person, to: To, house: House): Content {
  const { words, links, frame } = deskFor('my', to, house, myValues(person, to, house))
  return {
    ...frame,
    kind: 'my',
    subject: words.subject,
    preheader: words.lead,
    eyebrow: words.eyebrow,
    title: words.title,
    blocks: blocks(
      paragraph(words.lead),
      ...paragraphs(words.extra),
      button(words.button, links.my(person)),
      // Not the subscription itself: a click on that would put everything in by hand, once. The page has the buttons.
      link(words.feed, `${links.my(person)}#follow`),
      note(words.notYou),
    ),
  }
}

/** Goes to an address that somebody else may have typed, so it carries nothing they wrote: no name, no link to their page. */
export function address(about: About, to: To, house: House): Content {
  const { event, registration, own } = about
  const formats = formatsIn(to.locale, event.timeZone)
  const values = valuesOf(about, to.locale, house)
  const { words, shared, links, frame } = deskFor('address', { ...to, own }, house, values)
  return {
    ...frame,
    kind: 'address',
    subject: words.subject,
    preheader: words.lead,
    eyebrow: words.eyebrow,
    title: event.title,
    date: dateOf(event, to.locale),
    host: event.group.name,
    blocks: blocks(
      paragraph(words.lead),
      ...paragraphs(words.extra),
      facts({ label: shared.labelWhen, value: `${formats.day(event)}\n${formats.range(event)}` }),
      button(words.button, links.addressProof(registration, to.email)),
      note(words.notYou),
    ),
  }
}

export function test(to: To, house: House, now: Temporal.Instant): Content {
  const { config } = house
  const { words, frame } = deskFor('test', to, house, { website: () => config.mailFrom.name })
  return {
    ...frame,
    kind: 'test',
    subject: words.subject,
    preheader: words.lead,
    eyebrow: words.eyebrow,
    title: words.title,
    blocks: blocks(
      paragraph(words.lead),
      ...paragraphs(words.extra),
      facts(
        { label: words.labelSent, value: formatsIn(to.locale, config.timeZone).moment(now) },
        { label: words.labelFrom, value: `${config.mailFrom.name} <${config.mailFrom.email}>` },
        { label: words.labelSite, value: config.baseUrl, url: config.baseUrl },
      ),
    ),
  }
}
