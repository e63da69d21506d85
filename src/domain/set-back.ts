// A clock that went ahead and was set right again: what was written down in hours to come would wait for them, and what they
// made too late is not too late after all.
import { and, desc, eq, gt, inArray, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { bulletins, events, messages } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'

/** Clocks are put right by less than this all the time. */
const SLIGHT = { minutes: 1 }
/** The longest that a mail waits for another try. */
const LONGEST_WAIT = { minutes: 61 }

/** Whether the newest mail, or the last sign of life, is of a moment to come. */
export function isSetBack(db: Db, last: Temporal.Instant | undefined, now: Temporal.Instant): boolean {
  const newest = newestMail(db).get()?.createdAt
  return [newest, last].some(moment => moment !== undefined && isBefore(now.add(SLIGHT), moment))
}

const newestMail = prepared(db =>
  db.select({ createdAt: messages.createdAt }).from(messages).orderBy(desc(messages.id)).limit(1).prepare(),
)

/**
 * What came in those hours is as old as now, and leaves as long after as it would have; reminders keep their moment. What waits
 * for another try has it now.
 */
export function followClock(tx: Tx, now: Temporal.Instant): void {
  const ms = now.epochMilliseconds
  const isQueued = eq(messages.state, 'queued')
  const wait = sql`min(${messages.dueAt}, ${messages.dueAt} - ${messages.createdAt} + ${ms})`
  tx.update(messages)
    .set({
      dueAt: sql`case when ${messages.kind} like 'reminder%' then ${messages.dueAt} else ${wait} end`,
      createdAt: now,
    })
    .where(and(gt(messages.createdAt, now), isQueued))
    .run()
  tx.update(messages).set({ createdAt: now }).where(gt(messages.createdAt, now)).run()
  tx.update(messages)
    .set({ dueAt: now })
    .where(and(isQueued, gt(messages.attempts, 0), gt(messages.dueAt, now.add(LONGEST_WAIT))))
    .run()
  // The copies of a letter that have yet to be made are due by when it was released.
  tx.update(bulletins).set({ releasedAt: now }).where(gt(bulletins.releasedAt, now)).run()
  restoreExpired(tx, now)
}

/**
 * What is about an event to come and was dropped because it was too late, and is not: by a clock that was ahead, perhaps before
 * this start.
 */
const wronglyExpired = (db: Db, now: Temporal.Instant) => {
  const coming = db.select({ id: events.id }).from(events).where(gt(events.startsAt, now))
  const wasTooLate = and(eq(messages.state, 'dropped'), inArray(messages.reason, ['past', 'expired']))
  return and(inArray(messages.eventId, coming), wasTooLate, gt(messages.expiresAt, now))
}

/** Whether there is any of it. A read, so that a start opens no transaction for nothing. */
export function isAnyWronglyExpired(db: Db, now: Temporal.Instant): boolean {
  return db.select({ id: messages.id }).from(messages).where(wronglyExpired(db, now)).limit(1).get() !== undefined
}

export function restoreExpired(tx: Tx, now: Temporal.Instant): void {
  tx.update(messages).set({ state: 'queued', reason: '' }).where(wronglyExpired(tx, now)).run()
}
