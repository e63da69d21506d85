// After a restore no mail leaves by itself: what waited in the backup may have left between then and the crash. An administrator
// looks at what waits and lets it go. What somebody waits for at this moment, such as a sign-in link, always leaves.
import { and, count, eq, gt, lte, notInArray, or, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { messages, settings } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { drop, type MessageKind, URGENT_LANES } from './outbox.ts'

export interface Hold {
  /** The moment of the restore. */
  since: Temporal.Instant
}

/** Of one kind: how many wait that may have left before, and how many that cannot have. */
export interface Waiting {
  kind: MessageKind
  doubtful: number
  certain: number
}

/** Everything, twice at worst; or what is certain, and the rest not at all. */
export const RELEASES = ['all', 'certain'] as const
export type Release = (typeof RELEASES)[number]

const KEY = 'mail_held'

/** Asked at every round of the worker. */
const row = prepared(db => db.select().from(settings).where(eq(settings.key, KEY)).prepare())

export function findHold(db: Db): Hold | undefined {
  const value = row(db).get()?.value
  return value === undefined ? undefined : { since: Temporal.Instant.from(value) }
}

export function holdMail(tx: Tx, now: Temporal.Instant): void {
  const value = now.toString()
  tx.insert(settings).values({ key: KEY, value }).onConflictDoUpdate({ target: settings.key, set: { value } }).run()
}

const isWaiting = and(eq(messages.state, 'queued'), notInArray(messages.lane, URGENT_LANES))
/**
 * It was due before the restore, or might have been made to leave earlier than planned: what waits for another try, once the mail
 * server is back, and what an organiser wrote, at their word. What was written down after the restore has not left.
 */
const isDoubtful = ({ since }: Hold) =>
  and(
    lte(messages.createdAt, since),
    or(lte(messages.dueAt, since), gt(messages.attempts, 0), eq(messages.kind, 'mailing')),
  )

export function listHeld(db: Db, hold: Hold): Waiting[] {
  const doubtful = sql<number>`count(*) filter (where ${isDoubtful(hold)})`
  return db
    .select({ kind: messages.kind, doubtful, all: count() })
    .from(messages)
    .where(isWaiting)
    .groupBy(messages.kind)
    .orderBy(messages.kind)
    .all()
    .map(({ kind, doubtful, all }) => ({ kind, doubtful, certain: all - doubtful }))
}

/** How many of those that wait would leave. */
export function countReleased(waiting: Waiting[], release: Release): number {
  return waiting.reduce((sum, { doubtful, certain }) => sum + certain + (release === 'all' ? doubtful : 0), 0)
}

/** Lets mail leave again. Refuses when no longer as much waits as was shown (rule 11), or nothing is held. */
export function releaseMail(tx: Tx, release: Release, shown: number): void {
  const hold = findHold(tx)
  if (!hold) throw new Refusal('not_possible_now')
  if (countReleased(listHeld(tx, hold), release) !== shown) throw new Refusal('changed_meanwhile')
  if (release === 'certain') {
    const ids = tx
      .select({ id: messages.id })
      .from(messages)
      .where(and(isWaiting, isDoubtful(hold)))
      .all()
    drop(
      tx,
      ids.map(({ id }) => id),
      'restored',
    )
  }
  tx.delete(settings).where(eq(settings.key, KEY)).run()
}
