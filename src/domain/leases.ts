// Whose a claimed row is: leased, renewed, put back, and taken over from a process that died.
import { and, eq, inArray, lte, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { given, prepared } from '#db/prepared.ts'
import { messages } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import { know, knowSeries } from './knowing.ts'
import type { Message } from './outbox.ts'
import { giveUp, isCritical } from './sending.ts'

/**
 * A mail server may be silent for ten minutes (RFC 5321 §4.5.3.2.6) and a lease must outlast that: so it is short, and
 * renewed for as long as its owner lives. One that has run out belongs to nobody any more.
 */
export const LEASE = { seconds: 30 }
/** What nobody renews. */
export const LONG_LEASE = { minutes: 15 }

/** Makes these rows the worker's own: each is under way from now on, and has been tried once more. */
export function lease(tx: Tx, worker: string, rows: Message[], until: Temporal.Instant): Message[] {
  for (const { id } of rows) leasing(tx).run({ id, worker, until: until.epochMilliseconds })
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

/** Whether anything is under way, here or elsewhere: then leases have to be looked after. */
export function isAnyLeased(db: Db): boolean {
  return anyLeased(db).get() !== undefined
}

const anyLeased = prepared(db =>
  db.select({ id: messages.id }).from(messages).where(eq(messages.state, 'sending')).limit(1).prepare(),
)

/** Whether a claimed row is still this worker's to decide about: a process that stood still may have lost it. */
export function isHeldBy(db: Db, id: number, worker: string): boolean {
  return held(db).get({ id, worker }) !== undefined
}

const held = prepared(db =>
  db
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        eq(messages.id, sql.placeholder('id')),
        eq(messages.state, 'sending'),
        eq(messages.leasedBy, sql.placeholder('worker')),
      ),
    )
    .prepare(),
)

/** Shows that the owner of these rows still works on them. */
export function renew(tx: Tx, worker: string, ids: number[], now: Temporal.Instant): void {
  const mine = and(inArray(messages.id, ids), eq(messages.state, 'sending'), eq(messages.leasedBy, worker))
  const until = now.add(LEASE)
  // A longer one is not cut short.
  tx.update(messages)
    .set({ leasedUntil: until })
    .where(and(mine, lte(messages.leasedUntil, until)))
    .run()
}

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
 * Rows whose lease has run out, or whose owner is gone: nobody works on them any more. What had not been written starts
 * afresh; what had been written may have left: each crash has it sent once more, at once and byte for byte, if it matters,
 * and shown as uncertain otherwise. Returns the rows.
 */
export function reclaim(tx: Tx, now: Temporal.Instant, isGone: (owner: string) => boolean): Message[] {
  const underWay = tx.select().from(messages).where(eq(messages.state, 'sending')).all()
  const lost = underWay.filter(
    ({ leasedBy, leasedUntil }) => !leasedBy || !leasedUntil || !isBefore(now, leasedUntil) || isGone(leasedBy),
  )
  for (const message of lost) {
    if (!message.bytes) release(tx, message, '')
    else if (isCritical(message) && message.attempts < MOST_CRASHES) resend(tx, message, now)
    else giveUp(tx, message, INTERRUPTED, now)
  }
  return lost
}

function resend(tx: Tx, message: Message, now: Temporal.Instant): void {
  know(tx, message, null)
  knowSeries(tx, message, null)
  tx.update(messages)
    .set({ state: 'queued', reason: INTERRUPTED, dueAt: now, leasedBy: null, leasedUntil: null })
    .where(eq(messages.id, message.id))
    .run()
}
