// Which rows of the outbox leave now. Whose they are meanwhile stands in `leases`, what becomes of them in `sending`.
import { and, asc, eq, inArray, isNotNull, isNull, lte, min, notInArray, or, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { among, given, prepared } from '#db/prepared.ts'
import { messages } from '#db/schema.ts'
import { findHold } from './holding.ts'
import { LEASE, LONG_LEASE, lease } from './leases.ts'
import { ALL_LANES, type Message, URGENT_LANES } from './outbox.ts'

/** Somebody waits in front of the screen for what is urgent; it never queues behind anything else. */
export type Queue = 'urgent' | 'ordinary'

export interface Wanted {
  queue: Queue
  limit: number
}

/**
 * Takes up to `limit` due rows under a lease. Never two of one registration at a time, so that an update cannot overtake
 * the invitation it updates.
 */
export function claim(tx: Tx, worker: string, { queue, limit }: Wanted, now: Temporal.Instant): Message[] {
  if (isHeld(tx, queue)) return []
  const due = queries[queue].due(tx).all({ now: now.epochMilliseconds, limit: limit * 4 })
  const ids = due
    .filter(isFirstOfItsRegistration)
    .slice(0, limit)
    .map(({ id }) => id)
  return lease(tx, worker, inTheirOrder(tx).all({ ids: JSON.stringify(ids) }), now.add(LEASE))
}

/** Takes one row that this transaction has added itself, whatever else is due. Its lease cannot be renewed. */
export function claimOwn(tx: Tx, worker: string, key: string, now: Temporal.Instant): Message[] {
  const rows = tx.select().from(messages).where(eq(messages.key, key)).all()
  return lease(tx, worker, rows, now.add(LONG_LEASE))
}

type Due = Pick<Message, 'id' | 'registrationId'>

function isFirstOfItsRegistration({ registrationId }: Due, index: number, all: Due[]): boolean {
  return registrationId === null || all.findIndex(other => other.registrationId === registrationId) === index
}

/** Whether `claim` would take something now. A read, so that the worker opens no transaction for nothing. */
export function isAnyDue(db: Db, queue: Queue, now: Temporal.Instant): boolean {
  return !isHeld(db, queue) && queries[queue].anyDue(db).get({ now: now.epochMilliseconds }) !== undefined
}

/** When the next row is due; nothing if there is none. */
export function nextDue(db: Db, queue: Queue): Temporal.Instant | undefined {
  if (isHeld(db, queue)) return undefined
  const first = queries[queue].lanes.flatMap(lane => firstOfLane(db).get({ lane })?.dueAt ?? [])
  return first.sort(Temporal.Instant.compare)[0]
}

/** After a restore only what somebody waits for leaves, until an administrator has looked at the rest. */
function isHeld(db: Db, queue: Queue): boolean {
  return queue === 'ordinary' && findHold(db) !== undefined
}

const firstOfLane = prepared(db =>
  db
    .select({ dueAt: min(messages.dueAt) })
    .from(messages)
    .where(and(eq(messages.state, 'queued'), eq(messages.lane, sql.placeholder('lane'))))
    .prepare(),
)

const ORDER = [asc(messages.lane), asc(messages.dueAt), asc(messages.id)]

const inTheirOrder = prepared(db =>
  db
    .select()
    .from(messages)
    .where(inArray(messages.id, among('ids')))
    .orderBy(...ORDER)
    .prepare(),
)

const queries: Record<Queue, ReturnType<typeof queriesOf>> = {
  // Nothing urgent carries an invitation, so nothing about the same registration holds it up.
  urgent: queriesOf(URGENT_LANES, () => undefined),
  ordinary: queriesOf(
    ALL_LANES.filter(lane => !URGENT_LANES.includes(lane)),
    isFree,
  ),
}

function queriesOf(lanes: number[], isAllowed: (db: Db) => ReturnType<typeof isFree>) {
  const isDue = lte(messages.dueAt, given('now'))
  const where = (db: Db) => and(eq(messages.state, 'queued'), inArray(messages.lane, lanes), isDue, isAllowed(db))
  const due = prepared(db =>
    db
      .select({ id: messages.id, registrationId: messages.registrationId })
      .from(messages)
      .where(where(db))
      .orderBy(...ORDER)
      .limit(sql.placeholder('limit'))
      .prepare(),
  )
  const anyDue = prepared(db => db.select({ id: messages.id }).from(messages).where(where(db)).limit(1).prepare())
  return { lanes, due, anyDue }
}

/** About no registration that has a mail under way. */
function isFree(db: Db) {
  const busy = db
    .select({ id: messages.registrationId })
    .from(messages)
    .where(and(eq(messages.state, 'sending'), isNotNull(messages.registrationId)))
  return or(isNull(messages.registrationId), notInArray(messages.registrationId, busy))
}
