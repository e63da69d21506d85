// The outbox: a mail is a row before it is a mail. Here rows are added, claimed, settled and shown; what a mail says is
// the business of `mail`, and which mail somebody should get that of `telling` and `reminders`.

import { countRows } from '#db/count.ts'
import { and, asc, desc, eq, gte, inArray, isNotNull, lt, lte, min, or, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { type LOCALES, type MESSAGE_KINDS, messages, registrations, type Told } from '#db/schema.ts'
import { NotFound, Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'

export type Message = typeof messages.$inferSelect
export type MessageKind = (typeof MESSAGE_KINDS)[number]
export type Locale = (typeof LOCALES)[number]

/** Lower leaves first. Somebody waits in front of the screen for lanes 0 and 1. */
const LANES: Record<MessageKind, number> = {
  sign_in: 0,
  my: 1,
  address: 1,
  test: 1,
  cancelled: 2,
  changed: 2,
  reinstated: 2,
  confirmed: 3,
  waitlisted: 3,
  promoted: 3,
  place_free: 3,
  unregistered: 3,
  again: 3,
  reminder_hour: 4,
  reminder_day: 5,
}

/** How long a mail is worth sending after it was due, unless the caller knows better. */
const WORTH: Partial<Record<MessageKind, Temporal.DurationLike>> = {
  sign_in: { minutes: 10 },
  my: { hours: 1 },
  test: { hours: 1 },
}
const FOUR_DAYS = { hours: 96 }

/** After a crash or a silence of the mail server these are sent once more, byte for byte; the others are left `uncertain`. */
const CRITICAL = new Set<MessageKind>([
  'sign_in',
  'my',
  'address',
  'confirmed',
  'waitlisted',
  'promoted',
  'changed',
  'cancelled',
  'reinstated',
  'unregistered',
  'again',
])
const MAX_UNCERTAIN_RESENDS = 3
const BACKOFF_MINUTES = [1, 5, 15, 30, 60]
const UNCERTAIN_MINUTES = 5
/** Longer than the longest silence of a mail server that we sit out (RFC 5321 §4.5.3.2.6: 10 minutes). */
const LEASE = { minutes: 15 }

export interface NewMessage {
  key: string
  kind: MessageKind
  toAddress: string
  locale: Locale
  eventId?: number | null
  registrationId?: number | null
  personId?: number | null
  signInId?: number | null
  dueAt?: Temporal.Instant
  expiresAt?: Temporal.Instant
}

/** Adds a row, once per key: telling the same thing again adds nothing. */
export function enqueue(tx: Tx, message: NewMessage, now: Temporal.Instant): void {
  const dueAt = message.dueAt ?? now
  const expiresAt = message.expiresAt ?? dueAt.add(WORTH[message.kind] ?? FOUR_DAYS)
  tx.insert(messages)
    .values({ ...message, lane: LANES[message.kind], state: 'queued', createdAt: now, dueAt, expiresAt })
    .onConflictDoNothing({ target: messages.key })
    .run()
}

export function drop(tx: Tx, ids: number[], reason: string): void {
  if (ids.length === 0) return
  tx.update(messages)
    .set({ state: 'dropped', reason, bytes: null, leasedBy: null, leasedUntil: null })
    .where(and(inArray(messages.id, ids), eq(messages.state, 'queued')))
    .run()
}

/**
 * Takes up to `limit` due rows under a lease. Never two of one registration at a time, so that an update cannot overtake
 * the invitation it updates.
 */
export function claim(tx: Tx, worker: string, limit: number, now: Temporal.Instant): Message[] {
  const due = tx
    .select()
    .from(messages)
    .where(and(eq(messages.state, 'queued'), lte(messages.dueAt, now)))
    .orderBy(asc(messages.lane), asc(messages.dueAt), asc(messages.id))
    .limit(limit * 4)
    .all()
  const busy = new Set(listInFlight(tx).map(row => row.registrationId))
  const taken: Message[] = []
  for (const message of due) {
    if (taken.length === limit) break
    if (message.registrationId !== null && busy.has(message.registrationId)) continue
    busy.add(message.registrationId)
    taken.push(message)
  }
  if (taken.length) {
    tx.update(messages)
      .set({ state: 'sending', leasedBy: worker, leasedUntil: now.add(LEASE), attempts: sql`${messages.attempts} + 1` })
      .where(
        inArray(
          messages.id,
          taken.map(message => message.id),
        ),
      )
      .run()
  }
  return taken.map(message => ({ ...message, state: 'sending', attempts: message.attempts + 1 }))
}

function listInFlight(db: Db) {
  return db
    .select({ registrationId: messages.registrationId })
    .from(messages)
    .where(and(eq(messages.state, 'sending'), isNotNull(messages.registrationId)))
    .all()
}

export function isInFlight(db: Db, registrationId: number): boolean {
  return listInFlight(db).some(row => row.registrationId === registrationId)
}

/** The mail as it will leave, now and at every retry. */
export interface Frozen {
  subject: string
  messageId: string
  datedAt: Temporal.Instant
  told: Told | null
  bytes: Buffer
}

export function freeze(tx: Tx, id: number, frozen: Frozen): void {
  tx.update(messages).set(frozen).where(eq(messages.id, id)).run()
}

/** What the mail server made of it. */
export type Outcome =
  | { result: 'sent' }
  | { result: 'retry'; reason: string }
  | { result: 'failed'; reason: string }
  /** No answer: it may have been taken. */
  | { result: 'uncertain'; reason: string }

/** Writes down how an attempt ended. What was told (or given up on) becomes what the person knows. */
export function recordOutcome(tx: Tx, message: Message, outcome: Outcome, now: Temporal.Instant): void {
  const after = stateAfter(message, outcome, now)
  tx.update(messages)
    .set({ ...after, leasedBy: null, leasedUntil: null })
    .where(eq(messages.id, message.id))
    .run()
  if (after.state === 'queued' || message.registrationId === null || !message.told) return
  tx.update(registrations)
    .set({ told: message.told, threadId: sql`coalesce(${registrations.threadId}, ${message.messageId})` })
    .where(eq(registrations.id, message.registrationId))
    .run()
}

function stateAfter(message: Message, outcome: Outcome, now: Temporal.Instant): Partial<typeof messages.$inferInsert> {
  switch (outcome.result) {
    case 'sent':
      // A sign-in link must not lie about in the database; every other mail can be read back for a month.
      return { state: 'sent', reason: '', sentAt: now, ...(message.kind === 'sign_in' && { bytes: null }) }
    case 'failed':
      return { state: 'failed', reason: outcome.reason }
    case 'retry':
      return { state: 'queued', reason: outcome.reason, dueAt: now.add({ minutes: backoff(message.attempts) }) }
    case 'uncertain':
      return CRITICAL.has(message.kind) && message.attempts <= MAX_UNCERTAIN_RESENDS
        ? { state: 'queued', reason: outcome.reason, dueAt: now.add({ minutes: UNCERTAIN_MINUTES }) }
        : { state: 'uncertain', reason: outcome.reason }
  }
}

/** Minutes until attempt number `attempts + 1`. */
export function backoff(attempts: number): number {
  return BACKOFF_MINUTES[Math.min(attempts, BACKOFF_MINUTES.length) - 1] ?? 60
}

/** Puts claimed rows back that were never handed to the mail server. */
export function release(tx: Tx, ids: number[], dueAt: Temporal.Instant, reason: string): void {
  tx.update(messages)
    .set({ state: 'queued', reason, dueAt, leasedBy: null, leasedUntil: null, attempts: sql`${messages.attempts} - 1` })
    .where(inArray(messages.id, ids))
    .run()
}

/** Rows left `sending` by a process that died: sent again if they matter, otherwise shown as uncertain. */
export function reclaim(tx: Tx, worker: string, now: Temporal.Instant): void {
  const lost = tx
    .select()
    .from(messages)
    .where(
      and(eq(messages.state, 'sending'), or(sql`${messages.leasedBy} <> ${worker}`, lt(messages.leasedUntil, now))),
    )
    .all()
  for (const message of lost) {
    if (!message.bytes) release(tx, [message.id], now, 'interrupted')
    else recordOutcome(tx, message, { result: 'uncertain', reason: 'interrupted' }, now)
  }
}

/** When the next row is due; nothing if the outbox is empty. */
export function nextDue(db: Db): Temporal.Instant | undefined {
  const row = db
    .select({ dueAt: min(messages.dueAt) })
    .from(messages)
    .where(eq(messages.state, 'queued'))
    .get()
  return row?.dueAt ?? undefined
}

export function isExpired(message: Message, now: Temporal.Instant): boolean {
  return isBefore(message.expiresAt, now)
}

/** Mails to an address since a moment: the ground for limits per address. */
export function countMessagesTo(db: Db, address: string, kinds: MessageKind[], since: Temporal.Instant): number {
  return countRows(
    db,
    messages,
    and(eq(messages.toAddress, address), inArray(messages.kind, kinds), gte(messages.createdAt, since)),
  )
}

/** Bytes hold personal links; a month is long enough to look back. */
export function clearOldBytes(tx: Tx, now: Temporal.Instant): void {
  tx.update(messages)
    .set({ bytes: null })
    .where(and(isNotNull(messages.bytes), lt(messages.sentAt, now.subtract({ hours: 30 * 24 }))))
    .run()
}

export function listMessages(
  db: Db,
  filter: { eventIds?: number[]; state?: Message['state']; before?: number },
  limit: number,
) {
  return db
    .select()
    .from(messages)
    .where(
      and(
        filter.eventIds && inArray(messages.eventId, filter.eventIds),
        filter.state && eq(messages.state, filter.state),
        filter.before === undefined ? undefined : lt(messages.id, filter.before),
      ),
    )
    .orderBy(desc(messages.id))
    .limit(limit)
    .all()
}

export function getMessage(db: Db, id: number): Message {
  const message = db.select().from(messages).where(eq(messages.id, id)).get()
  if (!message) throw new NotFound('message')
  return message
}

/** An organiser sends a failed or uncertain mail again. */
export function retry(tx: Tx, message: Message, now: Temporal.Instant): void {
  if (message.state !== 'failed' && message.state !== 'uncertain') throw new Refusal('not_possible_now')
  tx.update(messages)
    .set({ state: 'queued', reason: '', dueAt: now, expiresAt: now.add(FOUR_DAYS) })
    .where(eq(messages.id, message.id))
    .run()
}
