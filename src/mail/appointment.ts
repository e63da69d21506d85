// What all mails about a registration share: who writes to whom, the facts of the appointment, the invite, the footer.
import { type Invite, type InviteContext, inviteCancel, inviteRequest } from '#src/calendar/invite.ts'
import type { Mailbox } from '#src/config.ts'
import { doorOpensAt } from '#src/domain/door.ts'
import { placeOf } from '#src/domain/events.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { type Messages, messagesIn } from '#src/i18n/index.ts'
import { firstName } from '#src/lib/text.ts'
import type { About, House } from './about.ts'
import { type Content, dateOf, type Fact, facts, isSameTime, note } from './content.ts'
import { createLinks, type Links } from './links.ts'

/** Everything the writers of mails about registrations work with. */
export function deskFor(about: About, { config, tokens }: House) {
  const { event, registration, email } = about
  const { locale } = registration
  const t = messagesIn(locale)
  const words = t.mail
  const formats = formatsIn(locale, event.timeZone)
  const links = createLinks(config, tokens, locale)
  const from = { name: words.from(event.group.name, config.mailFrom.name), email: config.mailFrom.email }
  const context: InviteContext = {
    organizer: from,
    attendee: { name: registration.name, email },
    eventUrl: links.event(event),
    doorUrl: links.door(registration),
    personalUrl: links.personal(registration),
    asksReply: config.imapUrl !== undefined,
    locale,
  }
  return {
    ...about,
    words,
    formats,
    links,
    config,
    zone: t.words.timeZone(event.timeZone),
    thisKind: words.thisKind[event.kind],
    day: formats.dayTiny(event),
    // Nothing more than the first name: whole names belong in the calendar.
    hello: words.hello(firstName(registration.name)),
    isPlaced: registration.status === 'confirmed',
    isOnline: registration.attendance === 'online',
    request: (): Invite => inviteRequest(event, registration, context),
    cancel: (scope: 'event' | 'registration'): Invite => inviteCancel(event, registration, context, scope),
    help: canReply(event.group.email, config.mailFrom) && note(words.help),
    frame: frameOf(about, from, config.mailFrom.name, words, links),
  }
}
export type Desk = ReturnType<typeof deskFor>

/** The parts of a mail that are the same whatever it says. */
function frameOf(
  { event, registration, email }: About,
  from: Mailbox,
  brand: string,
  words: Messages['mail'],
  links: Links,
) {
  const group = event.group
  return {
    locale: registration.locale,
    from,
    to: { name: registration.name, email },
    replyTo: group.email ? { name: group.name, email: group.email } : undefined,
    title: event.title,
    date: dateOf(event, registration.locale),
    brand,
    host: group.name,
    footer: footerOf(words.footer.registered(brand), words, links),
  }
}

export function footerOf(why: string, words: Messages['mail'], links: Links): Content['footer'] {
  return {
    text: why,
    links: [
      { text: words.footer.agenda, url: links.agenda() },
      { text: words.footer.privacy, url: links.privacy() },
    ],
  }
}

function canReply(groupEmail: string | null, from: Mailbox): boolean {
  return groupEmail !== null || !/^no-?reply@/i.test(from.email)
}

/** Short form for the preheader: when and where. */
export function inShort({ formats, event, words, registration }: Desk): string {
  return `${formats.when(event)} · ${placeOf(event, registration.attendance) || words.online}`
}

/** When, where, how to get in and by whom; with what was told before where that is no longer true. */
export function appointmentFacts(desk: Desk, { compare = false, door = desk.isPlaced, reason = '' } = {}) {
  const { event, registration, words, isOnline } = desk
  const access = event.venue?.access
  return facts(
    whenFact(desk, compare),
    whereFact(desk, compare),
    reasonFact(desk, reason),
    door &&
      isOnline && {
        label: words.labels.join,
        value: words.door,
        url: desk.links.door(registration),
        notes: [opens(desk)],
      },
    !isOnline && Boolean(access) && { label: words.labels.access, value: access ?? '', isProse: true },
    { label: words.labels.host, value: event.group.name },
  )
}

export function whenFact({ event, registration: { told }, words, formats, zone }: Desk, compare = false): Fact {
  const was = compare && told && !isSameTime(told, event) ? words.was(formats.when(told)) : undefined
  return { label: words.labels.when, value: `${formats.day(event)}\n${formats.range(event)}`, notes: [zone], was }
}

function whereFact({ event, registration: { attendance, told }, words }: Desk, compare: boolean): Fact {
  const place = placeOf(event, attendance)
  const was = compare && told && told.place !== place ? words.was(told.place || words.online) : undefined
  return { label: words.labels.where, value: place || words.online, was }
}

export function reasonFact({ words }: Desk, reason: string): Fact | false {
  return reason !== '' && { label: words.labels.reason, value: reason, isProse: true }
}

/** The door's opening as it reads on the clock of the event. */
export function opens({ event, words, formats }: Desk): string {
  const local = doorOpensAt(event).toZonedDateTimeISO(event.timeZone).toPlainDateTime()
  return words.doorOpens(formats.time({ localStart: local.toString() }))
}
