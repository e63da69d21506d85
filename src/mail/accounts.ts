// Mails that somebody asked for by typing an address: signing in, one's own page, a new address, a test.
import { placeOf } from '#src/domain/events.ts'
import type { Person } from '#src/domain/people.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import type { About, House } from './about.ts'
import { footerOf } from './appointment.ts'
import { blocks, button, type Content, code, dateOf, facts, link, note, paragraph } from './content.ts'
import { createLinks } from './links.ts'
import { type TextKind, type Values, wordsOf } from './words.ts'

interface To {
  email: string
  locale: Locale
}

/** What these mails share. They greet nobody by name: whoever typed the address need not be who reads this. */
function deskFor<Kind extends TextKind>(kind: Kind, { email, locale }: To, { config, tokens }: House, more: Values) {
  const links = createLinks(config, tokens, locale)
  const brand = config.mailFrom.name
  const values: Values = { ...more, website: () => brand }
  const shared = wordsOf('shared', locale, values)
  return {
    words: wordsOf(kind, locale, values),
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

/** The subject holds no code: subjects are kept, these secrets are not. */
export function signIn({ token, code: digits, expiresAt }: SignIn, to: To, house: House): Content {
  const localStart = expiresAt.toZonedDateTimeISO(house.config.timeZone).toPlainDateTime().toString()
  const expires = () => formatsIn(to.locale, house.config.timeZone).time({ localStart })
  const { words, links, frame } = deskFor('sign_in', to, house, { expires })
  return {
    ...frame,
    kind: 'sign_in',
    subject: words.subject,
    preheader: words.until,
    eyebrow: words.eyebrow,
    title: words.title,
    blocks: blocks(
      paragraph(words.lead),
      button(words.button, links.signIn(token)),
      paragraph(words.code),
      code(digits),
      paragraph(words.until),
      note(words.notYou),
    ),
  }
}

export function my(person: Person, to: To, house: House): Content {
  const own = createLinks(house.config, house.tokens, to.locale)
  const values = { ownList: () => own.my(person), ownFeed: () => own.feed(person) }
  const { words, links, frame } = deskFor('my', to, house, values)
  return {
    ...frame,
    kind: 'my',
    subject: words.subject,
    preheader: words.lead,
    eyebrow: words.eyebrow,
    title: words.title,
    blocks: blocks(
      paragraph(words.lead),
      button(words.button, links.my(person)),
      link(words.feed, links.feed(person)),
      note(words.notYou),
    ),
  }
}

/** Goes to an address that somebody else may have typed, so it carries nothing they wrote. */
export function address({ event, registration }: About, to: To, house: House): Content {
  const t = messagesIn(to.locale)
  const formats = formatsIn(to.locale, event.timeZone)
  const { words, shared, links, frame } = deskFor('address', to, house, {
    title: () => event.title,
    kind: () => t.mail.thisKind[event.kind],
    day: () => formats.dayTiny(event),
    date: () => formats.dayShort(event),
    time: () => formats.time(event),
    when: () => formats.when(event),
    where: () => placeOf(event, registration.attendance) || t.mail.texts.shared.online,
    group: () => event.group.name,
  })
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
      facts({ label: shared.labelWhen, value: `${formats.day(event)}\n${formats.range(event)}` }),
      button(words.button, links.addressProof(registration, to.email)),
      note(words.notYou),
    ),
  }
}

export function test(to: To, house: House, now: Temporal.Instant): Content {
  const { words, frame } = deskFor('test', to, house, {})
  const { config } = house
  return {
    ...frame,
    kind: 'test',
    subject: words.subject,
    preheader: words.lead,
    eyebrow: words.eyebrow,
    title: words.title,
    blocks: blocks(
      paragraph(words.lead),
      facts(
        { label: words.labelSent, value: formatsIn(to.locale, config.timeZone).moment(now) },
        { label: words.labelFrom, value: `${config.mailFrom.name} <${config.mailFrom.email}>` },
        { label: words.labelSite, value: config.baseUrl, url: config.baseUrl },
      ),
    ),
  }
}
