// Which rows of the outbox leave now: claimed under a lease, put back, and taken over from a process that died. What
// becomes of a claimed row stands in `sending`.
import { and, asc, eq, inArray, isNotNull, isNull, lt, lte, min, notInArray, or, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { given, prepared } from '#db/prepared.ts'
import { messages } from '#db/schema.ts'
import { ALL_LANES, type Message } from './outbox.ts'
import { giveUp, isCritical, know } from './sending.ts'

/** Longer than the longest silence of a mail server that we sit out (RFC 5321 §4.5.3.2.6: 10 minutes). */
const LEASE = { minutes: 15 }

/**
 * Takes up to `limit` due rows under a lease. Never two of one registration at a time, so that an update cannot overtake
 * the invitation it updates.
 */
export function claim(tx: Tx, worker: string, limit: number, now: Temporal.Instant): Message[] {
  const due = dueMessages(tx).all({ now: now.epochMilliseconds, limit: limit * 4 })
  return lease(tx, worker, due.filter(isFirstOfItsRegistration).slice(0, limit), now)
}

/** Takes one row that this transaction has added itself, whatever else is due. */
export function claimOwn(tx: Tx, worker: string, key: string, now: Temporal.Instant): Message[] {
  return lease(tx, worker, tx.select().from(messages).where(eq(messages.key, key)).all(), now)
}

function lease(tx: Tx, worker: string, rows: Message[], now: Temporal.Instant): Message[] {
  const until = now.add(LEASE).epochMilliseconds
  for (const { id } of rows) leasing(tx).run({ id, worker, until })
  return rows.map(message => ({ ...message, state: 'sending', attempts: message.attempts + 1 }))
}

const leasing = prepared(db =>
  db
    .update(messages)
    .set({
      state: 'sending',
      leasedBy: given('worker'),
      leasedUntil: given('until'),
      attempts: sql`${messages.attempts} + 1`,
    })
    .where(eq(messages.id, sql.placeholder('id')))
    .prepare(),
)

function isFirstOfItsRegistration({ registrationId }: Message, index: number, all: Message[]): boolean {
  return registrationId === null || all.findIndex(other => other.registrationId === registrationId) === index
}

const dueMessages = prepared(db =>
  db
    .select()
    .from(messages)
    .where(isFreeAndDue(db))
    .orderBy(asc(messages.lane), asc(messages.dueAt), asc(messages.id))
    .limit(sql.placeholder('limit'))
    .prepare(),
)

/** Due by `now`, and about no registration that has a mail under way. */
function isFreeAndDue(db: Db) {
  const busy = db
    .select({ id: messages.registrationId })
    .from(messages)
    .where(and(eq(messages.state, 'sending'), isNotNull(messages.registrationId)))
  const isFree = or(isNull(messages.registrationId), notInArray(messages.registrationId, busy))
  const isDue = lte(messages.dueAt, given('now'))
  return and(eq(messages.state, 'queued'), inArray(messages.lane, ALL_LANES), isDue, isFree)
}

/** Whether `claim` would take something now. A read, so that the worker opens no transaction for nothing. */
export function isAnyDue(db: Db, now: Temporal.Instant): boolean {
  return anyDue(db).get({ now: now.epochMilliseconds }) !== undefined
}

const anyDue = prepared(db => db.select({ id: messages.id }).from(messages).where(isFreeAndDue(db)).limit(1).prepare())

/** When the next row is due; nothing if the outbox is empty. */
export function nextDue(db: Db): Temporal.Instant | undefined {
  const first = ALL_LANES.flatMap(lane => firstOfLane(db).get({ lane })?.dueAt ?? [])
  return first.sort(Temporal.Instant.compare)[0]
}

const firstOfLane = prepared(db =>
  db
    .select({ dueAt: min(messages.dueAt) })
    .from(messages)
    .where(and(eq(messages.state, 'queued'), eq(messages.lane, sql.placeholder('lane'))))
    .prepare(),
)

/** Puts a claimed row back that the mail server was not asked to take: as if nobody had tried. */
export function release(tx: Tx, { id, dueAt }: Pick<Message, 'id' | 'dueAt'>, reason: string): void {
  tx.update(messages)
    .set({ state: 'queued', reason, dueAt, leasedBy: null, leasedUntil: null, attempts: sql`${messages.attempts} - 1` })
    .where(eq(messages.id, id))
    .run()
}

const INTERRUPTED = 'interrupted'
/** A mail that was under way at this many crashes may well be their cause. */
const MOST_CRASHES = 10

/**
 * Rows left `sending` by a process that died. What had not been written starts afresh; what had been written may have left:
 * each crash has it sent once more, at once and byte for byte, if it matters, and shown as uncertain otherwise. Returns
 * the rows.
 */
export function reclaim(tx: Tx, worker: string, now: Temporal.Instant): Message[] {
  const lost = tx
    .select()
    .from(messages)
    .where(
      and(eq(messages.state, 'sending'), or(sql`${messages.leasedBy} is not ${worker}`, lt(messages.leasedUntil, now))),
    )
    .all()
  for (const message of lost) {
    if (!message.bytes) release(tx, message, '')
    else if (isCritical(message) && message.attempts < MOST_CRASHES) resend(tx, message, now)
    else giveUp(tx, message, INTERRUPTED, now)
  }
  return lost
}

function resend(tx: Tx, message: Message, now: Temporal.Instant): void {
  know(tx, message, null)
  tx.update(messages)
    .set({ state: 'queued', reason: INTERRUPTED, dueAt: now, leasedBy: null, leasedUntil: null })
    .where(eq(messages.id, message.id))
    .run()
}
