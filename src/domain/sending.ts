// What becomes of a claimed row of the outbox: written once, handed over, and what came of that. Claiming stands in
// `claiming`; who does it all is the business of `jobs`.
import { eq, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { given, prepared } from '#db/prepared.ts'
import { messages, type Told, type ToldSeries } from '#db/schema.ts'
import { isUndeliverable, recordRefusal } from './bounces.ts'
import { know, knowSeries } from './knowing.ts'
import { enqueue, type Message, type MessageKind } from './outbox.ts'

/** After a crash or a silence of the mail server these are sent once more, byte for byte; the others are left `uncertain`. */
const CRITICAL = new Set<MessageKind>([
  'sign_in',
  'my',
  'subscription_proof',
  'address',
  'question_proof',
  'confirmed',
  'waitlisted',
  'requested',
  'promoted',
  'changed',
  'cancelled',
  'reinstated',
  'unregistered',
  'again',
  'series_confirmed',
  'series_waitlisted',
  'series_promoted',
  'series_left',
  'series_again',
  'declined',
  'invitation',
  'asked',
  'briefing',
  'workshop_confirmed',
  'workshop_changed',
  'workshop_cancelled',
])

/** Whoever has the link of these can be signed in by it. */
const LETS_IN = new Set<MessageKind>(['sign_in', 'invitation'])

/** Whether a mail may rather come twice than not at all. */
export function isCritical({ kind }: Message): boolean {
  return CRITICAL.has(kind)
}

const MAX_UNCERTAIN_RESENDS = 3
const BACKOFF_MINUTES = [1, 5, 15, 30]
const SPREAD_MINUTES = 10
const UNCERTAIN_MINUTES = 5

/** The mail as it will leave, now and at every retry. */
export interface Frozen {
  subject: string
  messageId: string
  datedAt: Temporal.Instant
  told: Told | null
  /** Of a mail about a whole series. */
  toldSeries?: ToldSeries | null
  bytes: Buffer
}

export function freeze(tx: Tx, id: number, frozen: Frozen): void {
  const { subject, messageId, datedAt, told, toldSeries, bytes } = frozen
  freezing(tx).run({
    id,
    subject,
    messageId,
    bytes,
    datedAt: datedAt.epochMilliseconds,
    told: told && JSON.stringify(told),
    toldSeries: toldSeries ? JSON.stringify(toldSeries) : null,
  })
}

/** What the mail server made of it. */
export type Outcome =
  | { result: 'sent' }
  /** Not now; `isTooMuch` asks us to send less at a time. */
  | { result: 'retry'; reason: string; isTooMuch?: true }
  | { result: 'failed'; reason: string }
  /** No answer: it may have been taken. */
  | { result: 'uncertain'; reason: string }

/**
 * Writes down how an attempt ended. What was told, may have been told or was given up on becomes what the person knows: then
 * whatever differs from it is told, in any case. Not what was refused by an address that does not work: it is still due
 * on the day that it does. Only a mail that was taken starts a thread.
 */
export function recordOutcome(tx: Tx, message: Message, outcome: Outcome, now: Temporal.Instant): void {
  const { state, dueAt = message.dueAt } = stateAfter(message, outcome, now)
  const reason = outcome.result === 'sent' ? '' : outcome.reason
  const sentAt = state === 'sent' ? now.epochMilliseconds : null
  settling(tx).run({ id: message.id, state, reason, dueAt: dueAt.epochMilliseconds, sentAt })
  if (outcome.result === 'failed') recordRefusal(tx, message, reason, now)
  const isUntold = outcome.result === 'failed' && isUndeliverable(tx, message.toAddress)
  const root = state === 'sent' ? message.messageId : null
  if (outcome.result !== 'retry' && !isUntold) {
    know(tx, message, root)
    knowSeries(tx, message, root)
  }
  if (state !== 'queued' && LETS_IN.has(message.kind)) forgetBytes(tx, message)
}

/** A link that lets somebody in must not lie about in the database; every other mail can be read back for a month. */
function forgetBytes(tx: Tx, { id }: Message): void {
  tx.update(messages).set({ bytes: null }).where(eq(messages.id, id)).run()
}

function stateAfter(
  message: Message,
  { result }: Outcome,
  now: Temporal.Instant,
): { state: Message['state']; dueAt?: Temporal.Instant } {
  if (result === 'retry') return { state: 'queued', dueAt: now.add({ minutes: backoff(message) }) }
  const isWorthAnother = isCritical(message) && message.attempts <= MAX_UNCERTAIN_RESENDS
  if (result === 'uncertain' && isWorthAnother)
    return { state: 'queued', dueAt: now.add({ minutes: UNCERTAIN_MINUTES }) }
  return { state: result }
}

/** Minutes until attempt number `attempts + 1`; once an hour, those that failed together do not come back together. */
function backoff({ attempts, id }: Message): number {
  return BACKOFF_MINUTES[attempts - 1] ?? 60 - (id % SPREAD_MINUTES)
}

const freezing = prepared(db =>
  db
    .update(messages)
    .set({
      subject: given('subject'),
      messageId: given('messageId'),
      datedAt: given('datedAt'),
      told: given('told'),
      toldSeries: given('toldSeries'),
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

/** Leaves a row `uncertain` that nobody sends again. */
export function giveUp(tx: Tx, message: Message, reason: string, now: Temporal.Instant): void {
  const tried = { ...message, attempts: MAX_UNCERTAIN_RESENDS + 1 }
  recordOutcome(tx, tried, { result: 'uncertain', reason }, now)
}

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
  const { key, kind, lane, toAddress, locale, eventId, registrationId, choiceId, personId, signInId } = message
  const { followerId, enrolmentId, organiserId, mailingId, bulletinId, expiresAt } = message
  const about = {
    eventId,
    registrationId,
    choiceId,
    personId,
    signInId,
    followerId,
    enrolmentId,
    organiserId,
    mailingId,
    bulletinId,
  }
  const values = { kind, lane, toAddress, locale, ...about, expiresAt }
  enqueue(tx, { ...values, key: `${key}~${message.id}` }, now)
}
