// What our events say in a calendar: title, place, text. One entry for everybody, one for who is registered.
import type { Mailbox } from '#src/config.ts'
import { type Event, placeOf } from '#src/domain/events.ts'
import type { Part } from '#src/domain/own-programme.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { sequenceOf } from '#src/domain/telling.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import { later, zoned } from '#src/lib/time.ts'
import { programmeText } from './programme.ts'
import type { Entry } from './vevent.ts'

/** How an event is shown to anybody. Absolute addresses. */
export interface PublicContext {
  organizer?: Mailbox
  eventUrl: string
  locale: Locale
}

/** How an event is shown to who registered. */
export interface PersonalContext extends PublicContext {
  /** The personal door: the place of who takes part online. */
  doorUrl: string
  /** Where to change or cancel; left out of subscriptions. */
  personalUrl?: string
  /** Their own day, at an event with workshops. */
  programme?: Part[]
}

/** The entry of an event for everybody: no door, no names of attendees. */
export function publicEntry(event: Event, { organizer, eventUrl, locale }: PublicContext): Entry {
  const words = messagesIn(locale).calendar
  const alsoOnline = event.attendance === 'hybrid' && words.alsoOnline
  return {
    ...appointment(event),
    ...(organizer && { organizer }),
    summary: event.cancelledAt ? words.cancelled(event.title) : event.title,
    location: event.attendance === 'online' ? words.online : placeOf(event, 'in_person'),
    description: paragraphs(eventUrl, cancellation(event, locale), about(event, locale), alsoOnline),
    url: eventUrl,
    status: event.cancelledAt ? 'CANCELLED' : 'CONFIRMED',
    isFree: event.cancelledAt !== null,
  }
}

/** The entry of one person's place: the door when they take part online, their own SEQUENCE, and where to change it. */
export function personalEntry(event: Event, registration: Registration, context: PersonalContext): Entry {
  const words = messagesIn(context.locale).calendar
  const door = doorOf(event, registration, context)
  const waits = registration.status === 'waitlisted' && !event.cancelledAt
  const entry = publicEntry(event, context)
  return {
    ...entry,
    sequence: sequenceOf(event, registration),
    stamp: later(event.revisedAt, registration.revisedAt),
    summary: waits ? words.waitlisted(event.title) : entry.summary,
    location: door ?? (placeOf(event, registration.attendance) || words.online),
    description: paragraphs(
      door ?? context.eventUrl,
      cancellation(event, context.locale),
      waits && words.isWaitlisted,
      about(event, context.locale),
      !event.cancelledAt && programmeText(context.programme ?? [], event, context.locale),
      !event.cancelledAt && context.personalUrl && `${words.change}\n${context.personalUrl}`,
    ),
    conference: door,
    status: waits ? 'TENTATIVE' : entry.status,
  }
}

/** Only who has a place online, in an event that goes on, has a door to go through. */
function doorOf(event: Event, registration: Registration, { doorUrl }: PersonalContext): string | undefined {
  const isExpected = registration.status === 'confirmed' && !event.cancelledAt
  return isExpected && registration.attendance === 'online' ? doorUrl : undefined
}

function appointment(event: Event) {
  const start = zoned(event)
  return {
    uid: event.uid,
    sequence: event.sequence,
    stamp: event.revisedAt,
    created: event.createdAt,
    start,
    end: start.add({ minutes: event.durationMinutes }),
  }
}

function about(event: Event, locale: Locale): string {
  const names = event.speakers.join(', ')
  return paragraphs(event.summary, names && messagesIn(locale).calendar.speakers(names))
}

function cancellation(event: Event, locale: Locale): string {
  return event.cancelledAt ? `${messagesIn(locale).calendar.isCancelled} ${event.cancelReason}`.trim() : ''
}

/** Each apart from the others: an address alone on its line is what programs make a button of. */
export function paragraphs(...parts: (string | false | undefined)[]): string {
  return parts.filter(Boolean).join('\n\n')
}
