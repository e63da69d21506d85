// Mails about somebody's part in a whole series: one for all its dates, with their own feed. They hold no entry for a calendar;
// whoever wants one gets it date by date (`places`).
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { groups, series } from '#db/schema.ts'
import { type Enrolment, listDatesToCome, turnOf } from '#src/domain/enrolments.ts'
import type { Event } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import type { MessageKind } from '#src/domain/outbox.ts'
import { type OwnTexts, readOwnTexts } from '#src/domain/own-texts.ts'
import { findPersonById, type Person } from '#src/domain/people.ts'
import type { TemplateKind } from '#src/domain/placeholders.ts'
import { hasEntry, type Registration } from '#src/domain/registrations.ts'
import type { Series } from '#src/domain/series.ts'
import { listTold } from '#src/domain/series-telling.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import { firstName } from '#src/lib/text.ts'
import type { House } from './about.ts'
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

/** What these mails are written from: read once, in the transaction that decides that one is due. */
export interface AboutEnrolment {
  enrolment: Enrolment
  series: Series
  group: Group
  person: Person
  email: string
  /** Place in the queue, from 1; of no meaning to who takes part. */
  position: number
  /** The dates that are not over; without a place for who waits. */
  dates: { event: Event; registration?: Registration }[]
  /** The words of the group of the series, where it has its own. */
  own: OwnTexts
}

/** Nothing if the person has no address. */
export function readAboutEnrolment(
  db: Db,
  enrolment: Enrolment,
  now: Temporal.Instant,
  locale: Locale = enrolment.locale,
): AboutEnrolment | undefined {
  const person = findPersonById(db, enrolment.personId)
  const { seriesId } = enrolment
  const row = db
    .select({ series, group: groups })
    .from(series)
    .innerJoin(groups, eq(groups.id, series.groupId))
    .where(eq(series.id, seriesId))
    .get()
  if (!person?.email || !row) return undefined
  const isIn = enrolment.status !== 'waitlisted'
  const position = turnOf(db, enrolment)
  const dates = isIn ? listTold(db, enrolment, now) : listDatesToCome(db, row.series, now).map(event => ({ event }))
  return {
    ...row,
    enrolment,
    person,
    email: person.email,
    position,
    dates,
    own: readOwnTexts(db, row.group.id, locale),
  }
}

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
  return { label: formats.dayShort(event), value: `${event.title}\n${formats.range(event)}`, notes }
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
