// The mail that asks somebody to come to an event. They have not registered: it holds no entry for a calendar, and one link that
// opens the form, on which they can also say no.
import { type ListedEvent, placeOf } from '#src/domain/events.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { messagesIn } from '#src/i18n/index.ts'
import { firstName } from '#src/lib/text.ts'
import type { AboutInvitee, House } from './about.ts'
import { footerOf } from './appointment.ts'
import { blocks, button, type Content, dateOf, type Fact, facts, paragraph, paragraphs } from './content.ts'
import { createLinks } from './links.ts'
import { textsOf, type Values, type Words, wordsOf } from './words.ts'

export function invitedValues({ invitee, event, own }: AboutInvitee, { config }: House): Values {
  const { locale } = invitee
  const formats = formatsIn(locale, event.timeZone)
  return {
    firstName: () => firstName(invitee.name),
    title: () => event.title,
    kind: () => messagesIn(locale).mail.thisKind[event.kind],
    day: () => formats.dayTiny(event),
    date: () => formats.dayShort(event),
    time: () => formats.time(event),
    when: () => formats.when(event),
    where: () => whereOf(event) || textsOf('shared', locale, own).online,
    group: () => event.group.name,
    website: () => config.mailFrom.name,
  }
}

const whereOf = (event: ListedEvent) => (event.attendance === 'online' ? '' : placeOf(event, 'in_person'))

export function invited(about: AboutInvitee, house: House): Content {
  const { invitee, event, own } = about
  const { config, tokens } = house
  const { locale, email, name } = invitee
  const { group } = event
  const links = createLinks(config, tokens, locale)
  const values = invitedValues(about, house)
  const [words, shared] = [wordsOf('invited', locale, values, own), wordsOf('shared', locale, values, own)]
  return {
    kind: 'invited',
    locale,
    from: { name: messagesIn(locale).mail.from(group.name, config.mailFrom.name), email: config.mailFrom.email },
    to: { name, email },
    replyTo: group.email ? { name: group.name, email: group.email } : undefined,
    subject: words.subject,
    preheader: event.summary || words.lead,
    brand: config.mailFrom.name,
    host: group.name,
    eyebrow: words.eyebrow,
    title: event.title,
    date: dateOf(event, locale),
    blocks: blocks(
      paragraph(firstName(name) ? shared.hello : shared.helloUnnamed),
      paragraph(words.lead),
      paragraph(event.summary),
      ...paragraphs(words.extra),
      facts(...factsOf(about, shared)),
      button(words.button, links.invited(invitee)),
      paragraph(words.cannot),
    ),
    footer: footerOf(words.footer, shared, links),
  }
}

function factsOf({ invitee: { locale }, event }: AboutInvitee, shared: Words<'shared'>): Fact[] {
  const formats = formatsIn(locale, event.timeZone)
  const zone = messagesIn(locale).words.timeZone(event.timeZone)
  return [
    { label: shared.labelWhen, value: `${formats.day(event)}\n${formats.range(event)}`, notes: [zone] },
    { label: shared.labelWhere, value: whereOf(event) || shared.online },
    { label: shared.labelHost, value: event.group.name },
  ]
}
