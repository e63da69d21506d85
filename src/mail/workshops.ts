// Mails about a workshop somebody chose. Each is about one workshop, since its invite can be about one only; that they still
// come to the event itself goes without saying, or is said.
import { workshopCancel, workshopRequest } from '#src/calendar/workshops.ts'
import { isOff, type OwnWorkshop, roomOf } from '#src/domain/own-workshops.ts'
import { canChoose } from '#src/domain/workshops.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import type { Locale } from '#src/i18n/index.ts'
import type { About, House } from './about.ts'
import { type Desk, deskFor, placeFact, timeFact } from './appointment.ts'
import { blocks, button, type Content, dateOf, facts, note, paragraph, paragraphs } from './content.ts'
import { textsOf, type Values } from './words.ts'

export interface WorkshopDesk extends Desk {
  workshop: OwnWorkshop
}

/** As for a registration; days, times and places are those of the workshop. */
export function workshopDeskFor(about: About, workshop: OwnWorkshop, house: House): WorkshopDesk {
  return { ...deskFor(about, house, workshopValues(about, workshop, about.registration.locale)), workshop }
}

export function workshopValues({ own }: About, workshop: OwnWorkshop, locale: Locale): Values {
  const when = whenOf(workshop)
  const formats = formatsIn(locale, when.timeZone)
  return {
    workshop: () => workshop.session.title,
    day: () => formats.dayTiny(when),
    date: () => formats.dayShort(when),
    time: () => formats.time(when),
    when: () => formats.when(when),
    where: () => roomOf(workshop) || textsOf('shared', locale, own).online,
  }
}

const whenOf = ({ event: { timeZone }, session: { localStart, durationMinutes } }: OwnWorkshop) => ({
  localStart,
  timeZone,
  durationMinutes,
})

export function workshopConfirmed(desk: WorkshopDesk, now: Temporal.Instant): Content {
  const words = desk.wordsOf('workshop_confirmed')
  const other = canChoose(desk.event, now) && paragraph(words.other)
  return withPlace(desk, 'workshop_confirmed', [workshopFacts(desk), other], desk.shared.inviteFirst)
}

export function workshopChanged(desk: WorkshopDesk): Content {
  return withPlace(desk, 'workshop_changed', [workshopFacts(desk, true)], desk.shared.inviteNext)
}

/** To who has a place in it, with the entry for their calendar. */
function withPlace(
  desk: WorkshopDesk,
  kind: 'workshop_confirmed' | 'workshop_changed',
  about: Parameters<typeof blocks>,
  invited: string,
): Content {
  const { shared, links, registration } = desk
  const words = desk.wordsOf(kind)
  return {
    ...frameOf(desk),
    kind,
    subject: words.subject,
    preheader: inShort(desk),
    eyebrow: words.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(words.lead),
      ...paragraphs(words.extra),
      ...about,
      button(shared.manage, links.personal(registration)),
      note(invited),
      desk.help,
    ),
    invite: workshopRequest(desk.workshop, desk.context),
  }
}

export function workshopCancelled(desk: WorkshopDesk): Content {
  const { event, registration, workshop, shared, links } = desk
  const words = desk.wordsOf('workshop_cancelled')
  const isCancelled = isOff(workshop)
  const lead = isCancelled ? words.off : words.lead
  const staysAtEvent = registration.status === 'confirmed' && event.cancelledAt === null
  return {
    ...frameOf(desk),
    kind: 'workshop_cancelled',
    subject: isCancelled ? words.offSubject : words.subject,
    preheader: lead,
    eyebrow: isCancelled ? words.offEyebrow : words.eyebrow,
    isOff: true,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(lead, shared.inviteGone),
      ...paragraphs(words.extra),
      staysAtEvent && paragraph(words.eventStays),
      facts(ownTime(desk), ...around(desk)),
      staysAtEvent && button(shared.manage, links.personal(registration)),
      desk.help,
    ),
    invite: workshopCancel(workshop, desk.context),
  }
}

/** The page of a mail is about the workshop, by its own day. */
function frameOf({ frame, workshop, registration }: WorkshopDesk) {
  return { ...frame, title: workshop.session.title, date: dateOf(whenOf(workshop), registration.locale) }
}

function inShort({ formats, workshop, shared }: WorkshopDesk): string {
  return `${formats.when(whenOf(workshop))} · ${roomOf(workshop) || shared.online}`
}

/** When, where, how to get in and what it belongs to; with what was told before where that is no longer true. */
function workshopFacts(desk: WorkshopDesk, compare = false) {
  const { workshop, shared, links, registration, isOnline } = desk
  const told = compare ? workshop.choice.told : null
  return facts(
    timeFact(desk, whenOf(workshop), told),
    placeFact(desk, roomOf(workshop), told),
    isOnline && { label: shared.labelJoin, value: shared.door, url: links.door(registration) },
    ...around(desk),
  )
}

const ownTime = (desk: WorkshopDesk) => timeFact(desk, whenOf(desk.workshop), null)

function around({ event, workshop, shared }: WorkshopDesk) {
  return [
    { label: shared.labelPartOf, value: event.title },
    { label: shared.labelHost, value: workshop.host ?? event.group.name },
  ]
}
