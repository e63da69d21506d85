// The iTIP message of one registration (RFC 5546): one event, one attendee, who is also the one it is mailed to.
import type { Mailbox } from '#src/config.ts'
import { standingReply } from '#src/domain/declines.ts'
import type { Event } from '#src/domain/events.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { sequenceOf } from '#src/domain/telling.ts'
import { messagesIn } from '#src/i18n/index.ts'
import { type PersonalContext, paragraphs, personalEntry } from './entries.ts'
import { type Attendee, type Entry, vcalendar, vevent } from './vevent.ts'

export interface InviteContext extends PersonalContext {
  /** The mail's From. */
  organizer: Mailbox
  /** The mail's To. */
  attendee: Mailbox
  personalUrl: string
  /** Answers from calendars are read, so they are asked for; who registered has accepted otherwise. */
  asksReply: boolean
}

export interface Invite {
  /** Must equal the `method` of the mail's part. */
  method: 'REQUEST' | 'CANCEL'
  /** A complete calendar, CRLF throughout. */
  content: string
}

/** Puts the event in the attendee's calendar, or replaces what an earlier invite put there (same UID, higher SEQUENCE). */
export function inviteRequest(event: Event, registration: Registration, context: InviteContext): Invite {
  return invite('REQUEST', {
    ...personalEntry({ ...event, cancelledAt: null }, { ...registration, status: 'confirmed' }, context),
    attendee: attendeeOf(event, registration, context, context.asksReply),
  })
}

/**
 * Takes it out again. Scope `event` when the event is cancelled for everybody; `registration` when only this person goes,
 * in which case STATUS must be absent (RFC 5546 §3.2.5). Leads through no door.
 */
export function inviteCancel(
  event: Event,
  registration: Registration,
  context: InviteContext,
  scope: 'event' | 'registration',
): Invite {
  const words = messagesIn(context.locale).calendar
  const entry = personalEntry(event, { ...registration, status: 'cancelled' }, context)
  const reason = scope === 'event' ? paragraphs(words.isCancelled, event.cancelReason) : words.isUnregistered
  return invite('CANCEL', {
    ...entry,
    attendee: attendeeOf(event, registration, context, false),
    summary: event.title,
    description: paragraphs(context.eventUrl, reason),
    status: scope === 'event' ? 'CANCELLED' : undefined,
    isFree: false,
  })
}

/** Whoever registered has accepted; where answers count, what they last answered, or that they have yet to. */
function attendeeOf(
  event: Event,
  registration: Registration,
  { attendee, asksReply }: InviteContext,
  rsvp: boolean,
): Attendee {
  return { ...attendee, partstat: asksReply ? PARTSTAT[answered(event, registration) ?? 'none'] : 'ACCEPTED', rsvp }
}

/** A no to an older SEQUENCE is none to this one. */
function answered(event: Event, registration: Registration): Registration['reply'] {
  const isOlder = (registration.replySequence ?? 0) < sequenceOf(event, registration)
  const reply = standingReply(registration)
  // Whoever speaks or hosts may have said yes on their own page.
  const said = registration.partConfirmedAt === null ? null : 'accepted'
  return reply === null || (reply === 'declined' && isOlder) ? said : reply
}

const PARTSTAT = {
  accepted: 'ACCEPTED',
  tentative: 'TENTATIVE',
  declined: 'DECLINED',
  none: 'NEEDS-ACTION',
} as const

/** A whole message of one entry. */
export function invite(method: Invite['method'], entry: Entry): Invite {
  return { method, content: vcalendar({ method }, [vevent(entry)]) }
}
