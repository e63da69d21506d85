// A message that cannot wait, to everybody with a place: from two hours before an event until its end.
import { and, eq, gte, isNull } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { mailings } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import type { Letter } from './letters.ts'
import type { Mailing } from './mailings.ts'
import { GRACE } from './outbox.ts'

const BEFORE = { hours: 2 }

/** What a message that cannot wait may say. */
export interface Urgency {
  /** A guess at when it begins after all, by the clock on the wall: '12:15'. */
  laterStart: string
}

/** Nothing when nothing is urgent; nor in the last two minutes, when no mail would leave in time. */
export function urgencyOf(event: Event, now: Temporal.Instant): Urgency | undefined {
  const isNear = !isBefore(now, event.startsAt.subtract(BEFORE)) && isBefore(now.add(GRACE), event.endsAt)
  if (!isNear || !event.publishedAt || event.cancelledAt) return undefined
  return { laterStart: laterStart(event, now) }
}

/** A quarter of an hour on, in steps of five minutes. */
function laterStart({ startsAt, timeZone }: Event, now: Temporal.Instant): string {
  const from = isBefore(startsAt, now) ? now : startsAt
  const local = from.add({ minutes: 15 }).toZonedDateTimeISO(timeZone)
  return local
    .round({ smallestUnit: 'minute', roundingIncrement: 5, roundingMode: 'ceil' })
    .toPlainTime()
    .toString({ smallestUnit: 'minute' })
}

const IN_A_ROW = { minutes: 10 }

/** The same words that were sent to an event a moment ago and not called back: nobody needs them twice. */
export function findSent(db: Db, event: Event, { subject, body }: Letter, now: Temporal.Instant): Mailing | undefined {
  const isSame = and(eq(mailings.isUrgent, true), eq(mailings.subject, subject), eq(mailings.body, body))
  const isRecent = and(gte(mailings.releasedAt, now.subtract(IN_A_ROW)), isNull(mailings.recalledAt))
  return db
    .select()
    .from(mailings)
    .where(and(eq(mailings.eventId, event.id), isSame, isRecent))
    .get()
}
