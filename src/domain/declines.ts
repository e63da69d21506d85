// A no from somebody's calendar that waits to take effect: what it is, and what makes an end of it. Where it comes from
// stands in `replies`.
import type { Tx } from '#db/open.ts'
import type { Event } from './events.ts'
import { NOT_DECLINED, type Registration, update } from './registrations.ts'
import { sequenceOf, settle } from './telling.ts'

type Answered = Pick<Registration, 'declinedAt' | 'reply'>

/** What somebody's calendar answers now: a no that was taken back, or was about an older time, is an answer no more. */
export function standingReply({ declinedAt, reply }: Answered): Registration['reply'] {
  return reply === 'declined' && declinedAt === null ? null : reply
}

/** Whether the pending no is certainly theirs; otherwise they are asked. */
export function isSure(registration: Answered): boolean {
  return standingReply(registration) === 'declined'
}

/**
 * The SEQUENCE that an answer must have been given to (RFC 5546 §2.1.5): of the newest that somebody was told. What they have
 * not heard of, and may never, makes no answer old; the mail that tells it does, and asks them again (`know`).
 */
export function sequenceToAnswer(event: Event, registration: Registration): number {
  return registration.told?.sequence ?? sequenceOf(event, registration)
}

/**
 * Somebody who said no comes after all. Their calendar may have thrown the entry away, so they are told of their place
 * as if nothing had been told: with an invite, a later DTSTAMP and the same SEQUENCE (RFC 5546 §3.2.2.2).
 */
export function takeBack(tx: Tx, registration: Registration, now: Temporal.Instant): Registration {
  const back = update(tx, registration, { ...NOT_DECLINED, reply: null, told: null, revisedAt: now })
  settle(tx, back, now)
  return back
}
