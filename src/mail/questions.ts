// The mails about a question from practice: a proof of the address first, then that an event is about it, then what came of it.
// The first may go to somebody who asked for nothing: it holds nothing that anybody typed, unless all may read it already.
import { type ListedEvent, placeOf } from '#src/domain/events.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { messagesIn } from '#src/i18n/index.ts'
import type { AboutFollower, House } from './about.ts'
import { footerOf } from './appointment.ts'
import { blocks, button, type Content, dateOf, facts, link, note, paragraph, paragraphs } from './content.ts'
import { createLinks } from './links.ts'
import { textsOf, type Values, type Words, wordsOf } from './words.ts'

const whereOf = (event: ListedEvent) => (event.attendance === 'online' ? '' : placeOf(event, 'in_person'))

type Kind = 'question_proof' | 'question_planned' | 'question_answered'

export function questionValues({ follower, question, event, own }: AboutFollower, { config }: House): Values {
  const { locale } = follower
  const website = () => config.mailFrom.name
  const group = () => event?.group.name ?? question.group?.name ?? config.mailFrom.name
  if (!event) return { website, group, question: () => question.text }
  const formats = formatsIn(locale, event.timeZone)
  return {
    website,
    group,
    question: () => question.text,
    title: () => event.title,
    kind: () => messagesIn(locale).mail.thisKind[event.kind],
    day: () => formats.dayTiny(event),
    date: () => formats.dayShort(event),
    time: () => formats.time(event),
    when: () => formats.when(event),
    where: () => whereOf(event) || textsOf('shared', locale, own).online,
  }
}

/** What these mails share. They greet nobody by name: an address is all that is known of who reads them. */
function deskFor<K extends Kind>(kind: K, about: AboutFollower, house: House) {
  const { follower, event, question, own } = about
  const { config, tokens } = house
  const { locale, email } = follower
  const values = questionValues(about, house)
  const [words, shared] = [wordsOf(kind, locale, values, own), wordsOf('shared', locale, values, own)]
  const links = createLinks(config, tokens, locale)
  const group = event?.group ?? question.group
  return {
    words,
    shared,
    links,
    frame: {
      locale,
      from: group
        ? { name: messagesIn(locale).mail.from(group.name, config.mailFrom.name), email: config.mailFrom.email }
        : config.mailFrom,
      to: { name: '', email },
      replyTo: group?.email ? { name: group.name, email: group.email } : undefined,
      brand: config.mailFrom.name,
      host: group?.name ?? '',
    },
  }
}

const quoted = ({ labelQuestion: label }: { labelQuestion: string }, { question }: AboutFollower) => ({
  label,
  value: question.text,
  isProse: true,
})

/** `host` and the answers to it are left out as well: which group it is put to was chosen by whoever typed the address. */
export function proof(about: AboutFollower, house: House): Content {
  const { words, shared, links, frame } = deskFor('question_proof', about, house)
  const isRead = !['new', 'rejected'].includes(about.question.state)
  return {
    ...frame,
    from: house.config.mailFrom,
    replyTo: undefined,
    host: '',
    kind: 'question_proof',
    subject: words.subject,
    preheader: words.lead,
    eyebrow: words.eyebrow,
    title: words.title,
    blocks: blocks(
      paragraph(words.lead),
      ...paragraphs(words.extra),
      isRead && facts(quoted(words, about)),
      button(words.button, links.follower(about.follower)),
      paragraph(words.after),
      note(words.notYou),
    ),
    footer: footerOf(shared.footerAsked, shared, links),
  }
}

export function planned(about: AboutFollower, house: House): Content {
  const { follower, event } = about
  if (!event) throw new Error('a mail about an event without one')
  const { words, shared, links, frame } = deskFor('question_planned', about, house)
  const lead = follower.kind === 'asked' ? words.byAsker : words.byOthers
  return {
    ...frame,
    kind: 'question_planned',
    subject: words.subject,
    preheader: lead,
    eyebrow: words.eyebrow,
    title: event.title,
    date: dateOf(event, follower.locale),
    blocks: blocks(
      paragraph(shared.helloUnnamed),
      paragraph(lead),
      ...paragraphs(words.extra),
      facts(quoted(words, about), ...appointment(about, event, shared)),
      button(words.button, links.event(event)),
      paragraph(words.later),
    ),
    footer: footerOf(words.footer, shared, links),
    unsubscribe: { text: words.unsubscribe, url: links.unsubscribeFollower(follower) },
  }
}

function appointment({ follower }: AboutFollower, event: ListedEvent, shared: Words<'shared'>) {
  const formats = formatsIn(follower.locale, event.timeZone)
  const zone = messagesIn(follower.locale).words.timeZone(event.timeZone)
  return [
    { label: shared.labelWhen, value: `${formats.day(event)}\n${formats.range(event)}`, notes: [zone] },
    { label: shared.labelWhere, value: whereOf(event) || shared.online },
    { label: shared.labelHost, value: event.group.name },
  ]
}

export function answered(about: AboutFollower, house: House): Content {
  const { follower, question, event } = about
  const { words, shared, links, frame } = deskFor('question_answered', about, house)
  const lead = follower.kind === 'asked' ? words.byAsker : words.byOthers
  return {
    ...frame,
    kind: 'question_answered',
    subject: words.subject,
    preheader: question.answer.slice(0, 140),
    eyebrow: words.eyebrow,
    title: words.title,
    blocks: blocks(
      paragraph(shared.helloUnnamed),
      paragraph(lead),
      ...paragraphs(words.extra),
      facts(quoted(words, about)),
      ...paragraphs(question.answer),
      button(words.button, links.question(question)),
      event?.publishedAt ? link(event.title, links.event(event)) : false,
      paragraph(words.last),
    ),
    footer: footerOf(words.footer, shared, links),
    unsubscribe: { text: words.unsubscribe, url: links.unsubscribeFollower(follower) },
  }
}
