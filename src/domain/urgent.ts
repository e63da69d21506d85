// A message that cannot wait, to everybody with a place: from two hours before an event until its end.
import { isBefore } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import { GRACE } from './releases.ts'

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
