// What somebody who watches over the program counts (`/metrics`): totals only, and only of what is small however long the
// program runs. Each of these is asked for every few seconds.
import { countRows } from '#db/count.ts'
import { and, count, eq, gte, inArray, lte, min } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, messages, registrations, STATUSES } from '#db/schema.ts'
import { ALL_LANES } from './outbox.ts'

/** Registrations of what is still to come, by status. Each apart: grouping them takes three times as long. */
export function countComing(db: Db, now: Temporal.Instant) {
  const coming = db.select({ id: events.id }).from(events).where(gte(events.startsAt, now))
  return STATUSES.map(status => ({
    status,
    total: countRows(db, registrations, and(inArray(registrations.eventId, coming), eq(registrations.status, status))),
  }))
}

/** Mails that should have left by now and those under way, by kind; what is planned for later is neither. */
export function countOutbox(db: Db, now: Temporal.Instant) {
  const late = and(eq(messages.state, 'queued'), inArray(messages.lane, ALL_LANES), lte(messages.dueAt, now))
  return [late, eq(messages.state, 'sending')].flatMap(where =>
    db
      .select({ state: messages.state, kind: messages.kind, total: count() })
      .from(messages)
      .where(where)
      .groupBy(messages.kind)
      .all(),
  )
}

/** Since when the mail that waits longest should have left; nothing if none waits. */
export function waitingSince(db: Db, now: Temporal.Instant): Temporal.Instant | undefined {
  const firsts = ALL_LANES.map(lane =>
    db
      .select({ dueAt: min(messages.dueAt) })
      .from(messages)
      .where(and(eq(messages.state, 'queued'), eq(messages.lane, lane), lte(messages.dueAt, now)))
      .get(),
  )
  return firsts.flatMap(first => first?.dueAt ?? []).sort(Temporal.Instant.compare)[0]
}
