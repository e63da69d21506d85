// How a row of the outbox leaves: claimed under a lease, written once, handed over, and what came of that. Who does it is
// the business of `jobs`.
import { and, asc, eq, inArray, isNotNull, isNull, lt, lte, min, notInArray, or, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { messages, registrations, type Told } from '#db/schema.ts'
import { ALL_LANES, enqueue, type Message, type MessageKind } from './outbox.ts'

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

function isFirstOfItsRegistration({ registrationId }: Message, index: number, all: Message[]): boolean {
  return registrationId === null || all.findIndex(other => other.registrationId === registrationId) === index
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
  const { subject, messageId, datedAt, told, bytes } = frozen
  freezing(tx).run({
    id,
    subject,
    messageId,
    bytes,
    datedAt: datedAt.epochMilliseconds,
    told: told && JSON.stringify(told),
  })
}

/** What the mail server made of it. */
export type Outcome =
  | { result: 'sent' }
  | { result: 'retry'; reason: string }
  | { result: 'failed'; reason: string }
  /** No answer: it may have been taken. */
  | { result: 'uncertain'; reason: string }

/**
 * Writes down how an attempt ended. What was told (or given up on) becomes what the person knows; a refused mail starts no
 * thread.
 */
export function recordOutcome(tx: Tx, message: Message, outcome: Outcome, now: Temporal.Instant): void {
  const { state, dueAt = message.dueAt } = stateAfter(message, outcome, now)
  const reason = outcome.result === 'sent' ? '' : outcome.reason
  const sentAt = state === 'sent' ? now.epochMilliseconds : null
  settling(tx).run({ id: message.id, state, reason, dueAt: dueAt.epochMilliseconds, sentAt })
  if (state === 'queued') return
  if (message.kind === 'sign_in') forgetBytes(tx, message)
  if (message.registrationId === null || !message.told) return
  const root = state === 'failed' ? null : message.messageId
  knowing(tx).run({ id: message.registrationId, told: JSON.stringify(message.told), root })
}

/** A sign-in link must not lie about in the database; every other mail can be read back for a month. */
function forgetBytes(tx: Tx, { id }: Message): void {
  tx.update(messages).set({ bytes: null }).where(eq(messages.id, id)).run()
}

function stateAfter(
  { kind, attempts }: Message,
  { result }: Outcome,
  now: Temporal.Instant,
): { state: Message['state']; dueAt?: Temporal.Instant } {
  if (result === 'retry') return { state: 'queued', dueAt: now.add({ minutes: backoff(attempts) }) }
  const isWorthAnother = CRITICAL.has(kind) && attempts <= MAX_UNCERTAIN_RESENDS
  if (result === 'uncertain' && isWorthAnother)
    return { state: 'queued', dueAt: now.add({ minutes: UNCERTAIN_MINUTES }) }
  return { state: result }
}

/** Minutes until attempt number `attempts + 1`. */
export function backoff(attempts: number): number {
  return BACKOFF_MINUTES[Math.min(attempts, BACKOFF_MINUTES.length) - 1] ?? 60
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
    else if (CRITICAL.has(message.kind) && message.attempts < MOST_CRASHES) resend(tx, message, now)
    else giveUp(tx, message, now)
  }
  return lost
}

function resend(tx: Tx, { id }: Message, now: Temporal.Instant): void {
  tx.update(messages)
    .set({ state: 'queued', reason: INTERRUPTED, dueAt: now, leasedBy: null, leasedUntil: null })
    .where(eq(messages.id, id))
    .run()
}

function giveUp(tx: Tx, message: Message, now: Temporal.Instant): void {
  const tried = { ...message, attempts: MAX_UNCERTAIN_RESENDS + 1 }
  recordOutcome(tx, tried, { result: 'uncertain', reason: INTERRUPTED }, now)
}

/** A value in the form the database keeps it in. */
function given(name: string) {
  return sql`${sql.placeholder(name)}`
}

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

const dueMessages = prepared(db =>
  db
    .select()
    .from(messages)
    .where(isFreeAndDue(db))
    .orderBy(asc(messages.lane), asc(messages.dueAt), asc(messages.id))
    .limit(sql.placeholder('limit'))
    .prepare(),
)

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

const freezing = prepared(db =>
  db
    .update(messages)
    .set({
      subject: given('subject'),
      messageId: given('messageId'),
      datedAt: given('datedAt'),
      told: given('told'),
      bytes: given('bytes'),
    })
    .where(eq(messages.id, sql.placeholder('id')))
    .prepare(),
)

const settling = prepared(db =>
  db
    .update(messages)
    .set({
      state: given('state'),
      reason: given('reason'),
      dueAt: given('dueAt'),
      sentAt: given('sentAt'),
      leasedBy: null,
      leasedUntil: null,
    })
    .where(eq(messages.id, sql.placeholder('id')))
    .prepare(),
)

const knowing = prepared(db =>
  db
    .update(registrations)
    .set({
      told: given('told'),
      threadId: sql`coalesce(${registrations.threadId}, ${given('root')})`,
    })
    .where(eq(registrations.id, sql.placeholder('id')))
    .prepare(),
)

/** Ends a claimed row that should not leave after all. */
export function discard(tx: Tx, message: Message, reason: string): void {
  tx.update(messages)
    .set({ state: 'dropped', reason, bytes: null, leasedBy: null, leasedUntil: null })
    .where(eq(messages.id, message.id))
    .run()
}

/** Discards a written mail that is still due but no longer true; a row that is written anew takes its place. */
export function replace(tx: Tx, message: Message, now: Temporal.Instant): void {
  discard(tx, message, 'superseded')
  const { key, kind, toAddress, locale, eventId, registrationId, personId, signInId, expiresAt } = message
  const values = { kind, toAddress, locale, eventId, registrationId, personId, signInId, expiresAt }
  enqueue(tx, { ...values, key: `${key}~${message.id}` }, now)
}
