// What the console says when mail as a whole is in trouble: it is held, nobody lets us in, nothing has got through for an hour, or it
// leaves slower than it might.
import { findHold } from '#src/domain/holding.ts'
import { type Organiser, ownsEverything } from '#src/domain/organisers.ts'
import { countStuck, findStandstill, isLong } from '#src/domain/standstill.ts'
import type { Deps } from '../deps.ts'

export type MailNotice =
  /** After a restore; `mayRelease`: this organiser may let it go. */
  | { what: 'held'; since: Temporal.Instant; mayRelease: boolean }
  | { what: 'shut' | 'stuck'; since: Temporal.Instant; reason: string; waiting: number }
  | { what: 'slow'; until: Temporal.Instant; perMinute: number; reason: string; waiting: number }

export function mailNotice(
  { db, clock, mailHealth }: Pick<Deps, 'db' | 'clock' | 'mailHealth'>,
  me: Organiser,
): MailNotice | undefined {
  const now = clock.now()
  const hold = findHold(db)
  if (hold) return { what: 'held', since: hold.since, mayRelease: ownsEverything(db, me) }
  const standstill = findStandstill(db, now)
  if (standstill && (standstill.isShut || isLong(standstill, now))) {
    const { since, reason, isShut } = standstill
    return { what: isShut ? 'shut' : 'stuck', since, reason, waiting: countStuck(db, now) }
  }
  const { slowed } = mailHealth
  if (!slowed) return undefined
  const { until, perSecond, reason } = slowed
  return { what: 'slow', until, perMinute: Math.round(perSecond * 60), reason, waiting: countStuck(db, now) }
}
