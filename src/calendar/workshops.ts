// A workshop somebody chose in their calendar: an entry beside that of its event, under the UID of the workshop, with an
// invitation of its own. It asks for no answer: it was chosen on one's own page, and only there is it given up.
import {
  choiceChangedAt,
  choiceSequenceOf,
  hasPlace,
  isOff,
  type OwnWorkshop,
  roomOf,
} from '#src/domain/own-workshops.ts'
import { messagesIn } from '#src/i18n/index.ts'
import { zoned } from '#src/lib/time.ts'
import { type PersonalContext, paragraphs } from './entries.ts'
import { type Invite, type InviteContext, invite } from './invite.ts'
import type { Entry } from './vevent.ts'

/** The entry of one person's workshop: the room they go to, or the door when they take part online. */
export function workshopEntry(workshop: OwnWorkshop, context: PersonalContext): Entry {
  const { event, session, registration, choice } = workshop
  const words = messagesIn(context.locale).calendar
  const start = zoned({ ...session, timeZone: event.timeZone })
  const isCancelled = isOff(workshop)
  const isPlaced = hasPlace(workshop)
  const door = isPlaced && registration.attendance === 'online' ? context.doorUrl : undefined
  const speakers = session.speakers.join(', ')
  const title = isPlaced ? session.title : words.waitlisted(session.title)
  return {
    uid: session.uid,
    sequence: choiceSequenceOf(workshop),
    stamp: choiceChangedAt(workshop),
    created: choice.createdAt,
    start,
    end: start.add({ minutes: session.durationMinutes }),
    ...(context.organizer && { organizer: context.organizer }),
    summary: isCancelled ? words.cancelled(session.title) : title,
    location: door ?? (roomOf(workshop) || words.online),
    description: paragraphs(
      door ?? context.eventUrl,
      isCancelled ? words.workshop.isOff : !isPlaced && words.workshop.isWaiting,
      words.workshop.of(event.title),
      session.summary,
      speakers && words.speakers(speakers),
      !isCancelled && context.personalUrl && `${words.workshop.page}\n${context.personalUrl}`,
    ),
    url: context.eventUrl,
    conference: door,
    status: isCancelled ? 'CANCELLED' : isPlaced ? 'CONFIRMED' : 'TENTATIVE',
    isFree: isCancelled,
  }
}

/** Puts the workshop in the attendee's calendar, or replaces what an earlier invite put there (same UID, higher SEQUENCE). */
export function workshopRequest(workshop: OwnWorkshop, context: InviteContext): Invite {
  return invite('REQUEST', { ...workshopEntry(workshop, context), attendee: attendeeOf(context) })
}

/** Takes it out again: with STATUS when it does not take place, without when only this person goes (RFC 5546 §3.2.5). */
export function workshopCancel(workshop: OwnWorkshop, context: InviteContext): Invite {
  const { session, registration } = workshop
  const words = messagesIn(context.locale).calendar
  const isCancelled = isOff(workshop)
  return invite('CANCEL', {
    ...workshopEntry({ ...workshop, registration: { ...registration, status: 'cancelled' } }, context),
    attendee: attendeeOf(context),
    summary: session.title,
    description: paragraphs(context.eventUrl, isCancelled ? words.workshop.isOff : words.workshop.isLeft),
    status: isCancelled ? 'CANCELLED' : undefined,
    isFree: false,
  })
}

function attendeeOf({ attendee }: InviteContext) {
  return { ...attendee, partstat: 'ACCEPTED', rsvp: false } as const
}
