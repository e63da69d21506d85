// What all mails about a registration share: who writes to whom, the facts of the appointment, the invite, the footer.
import type { Told } from '#db/schema.ts'
import { type Invite, type InviteContext, inviteCancel, inviteRequest } from '#src/calendar/invite.ts'
import { nameOfPart, timeOfPart } from '#src/calendar/programme.ts'
import type { Mailbox } from '#src/config.ts'
import { doorOpensAt } from '#src/domain/door.ts'
import { placeOf, promotionEnds } from '#src/domain/events.ts'
import type { TemplateKind } from '#src/domain/placeholders.ts'
import { isInvited } from '#src/domain/registrations.ts'
import { formatsIn, type When } from '#src/i18n/dates.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import { firstName } from '#src/lib/text.ts'
import type { About, House } from './about.ts'
import { type Block, type Content, dateOf, type Fact, facts, isSameTime, note, paragraph, scan } from './content.ts'
import { createLinks, type Links } from './links.ts'
import { textsOf, type Values, type Words, wordsOf } from './words.ts'

/** Everything the writers of mails about registrations work with. */
export function deskFor(about: About, house: House, more: Values = {}) {
  const { config, tokens } = house
  const { event, registration, email, programme, own } = about
  const { locale } = registration
  const t = messagesIn(locale)
  const formats = formatsIn(locale, event.timeZone)
  const links = createLinks(config, tokens, locale)
  const from = { name: t.mail.from(event.group.name, config.mailFrom.name), email: config.mailFrom.email }
  const context: InviteContext = {
    organizer: from,
    attendee: { name: registration.name, email },
    eventUrl: links.event(event),
    doorUrl: links.door(registration),
    personalUrl: links.personal(registration),
    asksReply: config.imapUrl !== undefined,
    locale,
    programme,
  }
  const isInCalendar = isInvited(registration)
  const values = { ...valuesOf(about, locale, house), ...more }
  const shared = wordsOf('shared', locale, values, own)
  return {
    ...about,
    /** The texts of one kind of mail, and those that stand in many. */
    wordsOf: <Kind extends TemplateKind>(kind: Kind) => wordsOf(kind, locale, values, own),
    shared,
    formats,
    links,
    config,
    context,
    zone: t.words.timeZone(event.timeZone),
    hello: firstName(registration.name) ? shared.hello : shared.helloUnnamed,
    isPlaced: registration.status === 'confirmed',
    /** Speaks or hosts: what is said to attendees about their place is not said to them. */
    hasPart: registration.part !== null,
    isOnline: registration.attendance === 'online',
    /** Nothing where no entry of ours stands in their calendar, or is to. */
    request: (): Invite | undefined => (isInCalendar ? inviteRequest(event, registration, context) : undefined),
    cancel: (scope: 'event' | 'registration'): Invite | undefined =>
      isInCalendar ? inviteCancel(event, registration, context, scope) : undefined,
    /** What the mail does for their calendar; for who follows a series by their feed, what that does. */
    calendar: (key: 'inviteFirst' | 'inviteNext' | 'inviteGone') => shared[isInCalendar ? key : 'feedFollows'],
    help: canReply(event.group.email, config.mailFrom) && note(shared.help),
    frame: frameOf(about, from, config.mailFrom.name, shared, links),
  }
}
export type Desk = ReturnType<typeof deskFor>

/** What every placeholder stands for in a mail about a registration. */
export function valuesOf(about: About, locale: Locale, { config, tokens }: House): Values {
  const { event, registration, position, own } = about
  const links = createLinks(config, tokens, locale)
  const formats = formatsIn(locale, event.timeZone)
  return {
    // Nothing more than the first name: whole names belong in the calendar.
    firstName: () => firstName(registration.name),
    part: () => (registration.part ? messagesIn(locale).words.parts[registration.part] : ''),
    title: () => event.title,
    kind: () => messagesIn(locale).mail.thisKind[event.kind],
    day: () => formats.dayTiny(event),
    date: () => formats.dayShort(event),
    time: () => formats.time(event),
    when: () => formats.when(event),
    where: () => placeOf(event, registration.attendance) || textsOf('shared', locale, own).online,
    group: () => event.group.name,
    website: () => config.mailFrom.name,
    position: () => (position ? String(position) : ''),
    moment: () => formats.momentOf(event, promotionEnds(event, event.series, registration.attendance)),
    reason: () => (event.cancelledAt ? event.cancelReason : whyMoved(event, registration)),
    doorTime: () => (registration.attendance === 'online' ? formats.timeOf(event, doorOpensAt(event)) : ''),
    frees: () => (registration.freesAt ? formats.momentOf(event, registration.freesAt) : ''),
    ownPage: () => links.personal(registration),
    ownDoor: () => (registration.attendance === 'online' ? links.door(registration) : ''),
  }
}

/** The organiser's reason belongs to the organiser's change, not to somebody's own switch from room to online. */
export function whyMoved(event: About['event'], { told, attendance }: About['registration']): string {
  const isOwnSwitch = told !== null && isSameTime(told, event) && told.presence !== attendance
  return isOwnSwitch ? '' : event.moveReason
}

/** The parts of a mail that are the same whatever it says. */
function frameOf(
  { event, registration, email }: About,
  from: Mailbox,
  brand: string,
  shared: Words<'shared'>,
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
    footer: footerOf(registration.part ? shared.footerPart : shared.footerRegistered, shared, links),
  }
}

export function footerOf(why: string, shared: Words<'shared'>, links: Links): Content['footer'] {
  return {
    text: why,
    links: [
      { text: shared.footerAgenda, url: links.agenda() },
      { text: shared.footerPrivacy, url: links.privacy() },
    ],
  }
}

/** Whether an answer to this mail reaches anybody. */
export function canReply(groupEmail: string | null, from: Mailbox): boolean {
  return groupEmail !== null || !/^no-?reply@/i.test(from.email)
}

/** Short form for the preheader: when and where. */
export function inShort({ formats, event, shared, registration }: Desk): string {
  return `${formats.when(event)} · ${placeOf(event, registration.attendance) || shared.online}`
}

/** When, where, how to get in and by whom; with what was told before where that is no longer true. */
export function appointmentFacts(desk: Desk, { compare = false, door = desk.isPlaced, reason = '' } = {}) {
  const { event, registration, shared, isOnline } = desk
  const access = event.venue?.access
  return facts(
    whenFact(desk, compare),
    whereFact(desk, compare),
    reasonFact(desk, reason),
    door &&
      isOnline && {
        label: shared.labelJoin,
        value: shared.door,
        url: desk.links.door(registration),
        notes: [shared.doorOpens].filter(Boolean),
      },
    !isOnline && Boolean(access) && { label: shared.labelAccess, value: access ?? '', isProse: true },
    { label: shared.labelHost, value: event.group.name },
  )
}

/** What the people at the entrance scan; for who comes in person and has a place. */
export function forEntrance({ isOnline, isPlaced, registration, links, shared, frame }: Desk) {
  return !isOnline && isPlaced && scan(shared.entrance, shared.labelCode, links.checkIn(registration), frame.from)
}

export function whenFact(desk: Desk, compare = false): Fact {
  return timeFact(desk, desk.event, compare ? desk.registration.told : null)
}

/** With what was told before, where that is no longer true. */
export function timeFact({ shared, formats, zone }: Desk, when: When, told: When | null): Fact {
  const was = told && !isSameTime(told, when) ? `${shared.labelWas}: ${formats.when(told)}` : undefined
  return { label: shared.labelWhen, value: `${formats.day(when)}\n${formats.range(when)}`, notes: [zone], was }
}

function whereFact(desk: Desk, compare: boolean): Fact {
  const { event, registration } = desk
  return placeFact(desk, placeOf(event, registration.attendance), compare ? registration.told : null)
}

/** Nothing for a place is online. */
export function placeFact({ shared }: Desk, place: string, told: Pick<Told, 'place'> | null): Fact {
  const was = told && told.place !== place ? `${shared.labelWas}: ${told.place || shared.online}` : undefined
  return { label: shared.labelWhere, value: place || shared.online, was }
}

/** Their own day, at an event with workshops. */
export function ownDay({ programme, event, registration: { locale } }: Desk): Block[] {
  if (programme.length === 0) return []
  const parts = programme.map(part => ({
    label: timeOfPart(part, programme, event, locale),
    value: nameOfPart(part, locale),
    isProse: part.what === 'later' || part.what === 'open',
    notes: [part.room].filter(Boolean),
  }))
  return [paragraph(`${messagesIn(locale).words.ownProgramme.title}:`), facts(...parts)]
}

export function reasonFact({ shared }: Desk, reason: string): Fact | false {
  return reason !== '' && { label: shared.labelReason, value: reason, isProse: true }
}
