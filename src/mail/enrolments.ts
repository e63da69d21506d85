// Mails about somebody's part in a whole series: one for all its dates, with their own feed. They hold no entry for a calendar;
// whoever wants one gets it date by date (`places`).
import type { MessageKind } from '#src/domain/outbox.ts'
import type { TemplateKind } from '#src/domain/placeholders.ts'
import { hasEntry } from '#src/domain/registrations.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { messagesIn } from '#src/i18n/index.ts'
import { firstName } from '#src/lib/text.ts'
import type { AboutEnrolment, House } from './about.ts'
import { canReply, footerOf } from './appointment.ts'
import {
  type Block,
  blocks,
  button,
  type Content,
  type Fact,
  facts,
  link,
  note,
  paragraph,
  paragraphs,
} from './content.ts'
import { createLinks } from './links.ts'
import { type Values, wordsOf } from './words.ts'

export function enrolmentValues(
  { enrolment, series, group, person, position }: AboutEnrolment,
  { config, tokens }: House,
): Values {
  const links = createLinks(config, tokens, enrolment.locale)
  return {
    firstName: () => firstName(enrolment.name),
    title: () => series.title,
    group: () => group.name,
    website: () => config.mailFrom.name,
    position: () => (position ? String(position) : ''),
    ownPage: () => links.enrolment(enrolment),
    ownFeed: () => links.feed(person),
  }
}

function deskFor(about: AboutEnrolment, house: House) {
  const { enrolment, series, group, email, own } = about
  const { config, tokens } = house
  const { locale } = enrolment
  const t = messagesIn(locale)
  const values = enrolmentValues(about, house)
  const shared = wordsOf('shared', locale, values, own)
  const links = createLinks(config, tokens, locale)
  return {
    ...about,
    shared,
    links,
    states: t.enrolment.dateStates,
    formats: formatsIn(locale, series.timeZone),
    hello: paragraph(firstName(enrolment.name) ? shared.hello : shared.helloUnnamed),
    help: canReply(group.email, config.mailFrom) && note(shared.help),
    wordsOf: <Kind extends TemplateKind>(kind: Kind) => wordsOf(kind, locale, values, own),
    frame: {
      locale,
      from: { name: t.mail.from(group.name, config.mailFrom.name), email: config.mailFrom.email },
      to: { name: enrolment.name, email },
      replyTo: group.email ? { name: group.name, email: group.email } : undefined,
      title: series.title,
      brand: config.mailFrom.name,
      host: group.name,
      footer: footerOf(shared.footerRegistered, shared, links),
    },
  }
}
type Desk = ReturnType<typeof deskFor>

const WRITERS = {
  series_confirmed: (desk: Desk) => joined(desk, 'series_confirmed'),
  series_promoted: (desk: Desk) => joined(desk, 'series_promoted'),
  series_waitlisted: waiting,
  series_left: left,
  series_again: again,
} satisfies Partial<Record<MessageKind, (desk: Desk) => Content>>
export type AboutSeries = keyof typeof WRITERS

export function isAboutSeries(kind: MessageKind): kind is AboutSeries {
  return Object.hasOwn(WRITERS, kind)
}

export function seriesMail(kind: AboutSeries, about: AboutEnrolment, house: House): Content {
  return WRITERS[kind](deskFor(about, house))
}

function joined(desk: Desk, kind: 'series_confirmed' | 'series_promoted'): Content {
  const { subject, eyebrow, lead, extra } = desk.wordsOf(kind)
  return { ...desk.frame, kind, subject, eyebrow, preheader: lead, blocks: ofPart(desk, lead, extra) }
}

/** Every date at once, and the ways to have them in a calendar. */
function ofPart(desk: Desk, lead: string, extra: string): Block[] {
  const { enrolment, person, links } = desk
  const words = desk.wordsOf('series_confirmed')
  return blocks(
    desk.hello,
    paragraph(lead),
    ...paragraphs(extra),
    facts(...desk.dates.map(date => dateFact(desk, date))),
    paragraph(words.follow),
    link(words.labelFeed, links.feed(person)),
    paragraph(enrolment.invitesSince ? words.invitesCome : words.invitesAsk),
    paragraph(words.cannotCome),
    button(words.button, links.enrolment(enrolment)),
    desk.help,
  )
}

function dateFact({ formats, states }: Desk, { event, registration }: AboutEnrolment['dates'][number]): Fact {
  const state = event.cancelledAt ? 'off' : registration?.status
  const notes = state && state !== 'confirmed' ? [states[state]] : []
  return { label: formats.dayTiny(event), value: `${event.title}\n${formats.range(event)}`, notes }
}

function waiting(desk: Desk): Content {
  const { subject, eyebrow, lead, extra } = desk.wordsOf('series_waitlisted')
  const kind = 'series_waitlisted'
  return { ...desk.frame, kind, subject, eyebrow, preheader: lead, blocks: ofWaiting(desk, lead, extra) }
}

function ofWaiting(desk: Desk, lead: string, extra: string): Block[] {
  const words = desk.wordsOf('series_waitlisted')
  return blocks(
    desk.hello,
    paragraph(lead, words.turn),
    ...paragraphs(extra),
    facts(...desk.dates.map(date => dateFact(desk, date))),
    paragraph(words.noLonger),
    button(words.button, desk.links.enrolment(desk.enrolment)),
    desk.help,
  )
}

/** Whoever has entries in their calendar hears of each that it goes: an entry is taken away by a mail of its own. */
function left(desk: Desk): Content {
  const { enrolment, series, links, dates } = desk
  const words = desk.wordsOf('series_left')
  const isByOrganiser = enrolment.leftBy === 'organiser'
  const lead = isByOrganiser ? words.byOrganiser : words.byAttendee
  const hasEntries = dates.some(({ registration }) => registration && hasEntry(registration))
  return {
    ...desk.frame,
    kind: 'series_left',
    subject: words.subject,
    preheader: lead,
    eyebrow: words.eyebrow,
    blocks: blocks(
      desk.hello,
      paragraph(lead),
      ...paragraphs(words.extra),
      paragraph(words.gone, hasEntries ? words.goneInvites : ''),
      !isByOrganiser && paragraph(words.back),
      !isByOrganiser && button(words.button, links.series(series)),
      desk.help,
    ),
  }
}

function again(desk: Desk): Content {
  const words = desk.wordsOf('series_again')
  const isIn = desk.enrolment.status === 'confirmed'
  const lead = isIn ? words.confirmed : words.waitlisted
  return {
    ...desk.frame,
    kind: 'series_again',
    subject: words.subject,
    preheader: lead,
    eyebrow: isIn ? words.eyebrowConfirmed : words.eyebrowWaitlisted,
    blocks: isIn ? ofPart(desk, lead, words.extra) : ofWaiting(desk, lead, words.extra),
  }
}
