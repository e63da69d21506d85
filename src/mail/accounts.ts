// Mails that somebody asked for by typing an address: signing in, one's own page, a new address, a test.
import type { Person } from '#src/domain/people.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import type { About, House } from './about.ts'
import { footerOf } from './appointment.ts'
import { blocks, button, type Content, code, dateOf, facts, link, note, paragraph } from './content.ts'
import { createLinks } from './links.ts'

interface To {
  email: string
  locale: Locale
}

/** What these mails share. They greet nobody by name: whoever typed the address need not be who reads this. */
function deskFor({ email, locale }: To, { config, tokens }: House) {
  const words = messagesIn(locale).mail
  const links = createLinks(config, tokens, locale)
  const brand = config.mailFrom.name
  const frame = { locale, from: config.mailFrom, to: { name: '', email }, brand, host: '' }
  return { words, links, brand, frame: { ...frame, footer: footerOf(words.footer.asked(brand), words, links) } }
}

export interface SignIn {
  token: string
  code: string
  expiresAt: Temporal.Instant
}

/** The subject holds no code: subjects are kept, these secrets are not. */
export function signIn({ token, code: digits, expiresAt }: SignIn, to: To, house: House): Content {
  const { words, links, brand, frame } = deskFor(to, house)
  const { subject, eyebrow, title, lead, ...more } = words.sign_in
  const localStart = expiresAt.toZonedDateTimeISO(house.config.timeZone).toPlainDateTime().toString()
  const until = more.until(formatsIn(to.locale, house.config.timeZone).time({ localStart }))
  return {
    ...frame,
    kind: 'sign_in',
    subject: subject(brand),
    preheader: until,
    eyebrow,
    title,
    blocks: blocks(
      paragraph(lead),
      button(more.button, links.signIn(token)),
      paragraph(more.code),
      code(digits),
      paragraph(until),
      note(more.notYou),
    ),
  }
}

export function my(person: Person, to: To, house: House): Content {
  const { words, links, frame } = deskFor(to, house)
  const { subject, eyebrow, title, lead, button: text, feed, notYou } = words.my
  return {
    ...frame,
    kind: 'my',
    subject,
    preheader: lead,
    eyebrow,
    title,
    blocks: blocks(paragraph(lead), button(text, links.my(person)), link(feed, links.feed(person)), note(notYou)),
  }
}

/** Goes to an address that somebody else may have typed, so it carries nothing they wrote. */
export function address({ event, registration }: About, to: To, house: House): Content {
  const { words, links, frame } = deskFor(to, house)
  const { subject, eyebrow, lead, button: text, notYou } = words.address
  const formats = formatsIn(to.locale, event.timeZone)
  return {
    ...frame,
    kind: 'address',
    subject,
    preheader: lead,
    eyebrow,
    title: event.title,
    date: dateOf(event, to.locale),
    host: event.group.name,
    blocks: blocks(
      paragraph(lead),
      facts({ label: words.labels.when, value: `${formats.day(event)}\n${formats.range(event)}` }),
      button(text, links.addressProof(registration, to.email)),
      note(notYou),
    ),
  }
}

export function test(to: To, house: House, now: Temporal.Instant): Content {
  const { words, brand, frame } = deskFor(to, house)
  const { subject, eyebrow, title, lead, labels } = words.test
  const { config } = house
  return {
    ...frame,
    kind: 'test',
    subject: subject(brand),
    preheader: lead,
    eyebrow,
    title,
    blocks: blocks(
      paragraph(lead),
      facts(
        { label: labels.sent, value: formatsIn(to.locale, config.timeZone).moment(now) },
        { label: labels.from, value: `${config.mailFrom.name} <${config.mailFrom.email}>` },
        { label: labels.site, value: config.baseUrl, url: config.baseUrl },
      ),
    ),
  }
}
