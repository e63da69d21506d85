// Since when no mail gets through. Kept in the store, so that a restart does not forget it; written with the outcome that
// shows it, gone with the first mail that the mail server takes, or refuses over its recipient.
import { countRows } from '#db/count.ts'
import { and, eq, gt, inArray, lte, or } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { messages, settings } from '#db/schema.ts'
import { maskAddresses } from '#src/lib/masking.ts'
import { isBefore } from '#src/lib/time.ts'

export interface Standstill {
  since: Temporal.Instant
  /** The last mail that did not get through. */
  last: Temporal.Instant
  /** What the mail server said then, or what happened instead; without anybody's address. */
  reason: string
  /** It does not let us in: that does not pass by itself. */
  isShut: boolean
}

const KEY = 'standstill'
/** A mail server may be away for a while without anybody having to know. */
const LONG = { minutes: 60 }
/** Shorter than this, the waits of the mails themselves are short enough. */
const REAL = { minutes: 10 }
/** Whatever waits is tried at least once an hour; an older failure says nothing about now. */
const FRESH = { hours: 2 }
/** A failure after this long is a new one, rather than more of the same. */
const STALE = { hours: 24 }

const row = prepared(db => db.select().from(settings).where(eq(settings.key, KEY)).prepare())

function read(db: Db): Standstill | undefined {
  const value = row(db).get()?.value
  if (value === undefined) return undefined
  const kept = JSON.parse(value) as Pick<Standstill, 'reason' | 'isShut'> & { since: string; last: string }
  return { ...kept, since: Temporal.Instant.from(kept.since), last: Temporal.Instant.from(kept.last) }
}

/** Why no mail gets through as far as we know; nothing if mail flows, or if nothing has been tried for long. */
export function findStandstill(db: Db, now: Temporal.Instant): Standstill | undefined {
  const found = read(db)
  return found && isBefore(now, found.last.add(FRESH)) ? found : undefined
}

/** Whether nothing has got through for an hour. */
export function isLong({ since }: Standstill, now: Temporal.Instant): boolean {
  return !isBefore(now, since.add(LONG))
}

/** A mail did not get through, and not over its recipient. */
export function noteStuck(tx: Tx, trouble: Pick<Standstill, 'reason' | 'isShut'>, now: Temporal.Instant): void {
  const before = read(tx)
  // On a clock that was set back a failure of days to come says nothing.
  const isSame = before && isBefore(now, before.last.add(STALE)) && !isBefore(now, before.since)
  const since = isSame ? before.since : now
  const reason = maskAddresses(trouble.reason)
  const value = JSON.stringify({ since, last: now, reason, isShut: trouble.isShut })
  tx.insert(settings).values({ key: KEY, value }).onConflictDoUpdate({ target: settings.key, set: { value } }).run()
}

/**
 * The mail server took a mail, or refused it over its recipient. After a real standstill whatever waited for its next try
 * leaves now; a single mail that is put off for a while is not pressed by the success of others.
 */
export function noteThrough(tx: Tx, now: Temporal.Instant): void {
  const before = read(tx)
  if (!before) return
  tx.delete(settings).where(eq(settings.key, KEY)).run()
  if (isBefore(now, before.since.add(REAL))) return
  tx.update(messages)
    .set({ dueAt: now })
    .where(and(eq(messages.state, 'queued'), gt(messages.attempts, 0), gt(messages.dueAt, now)))
    .run()
}

/** Mails that should have left by now. */
export function countStuck(db: Db, now: Temporal.Instant): number {
  const isLate = or(lte(messages.dueAt, now), gt(messages.attempts, 0))
  return countRows(db, messages, and(inArray(messages.state, ['queued', 'sending']), isLate))
}
