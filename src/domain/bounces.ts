// Mail that comes back (RFC 3464): what it means for the address it went to. One rule for a report that arrives later and
// for a refusal on the spot. What gives an address another chance stands in `retrying`.
import { countRows } from '#db/count.ts'
import { and, desc, eq, gte, inArray, isNotNull, isNull } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { type BOUNCES, choices, messages, people } from '#db/schema.ts'
import { cleanLine } from '#src/lib/text.ts'
import { updateEnrolment } from './enrolments.ts'
import { removeFollowersAt } from './followers.ts'
import type { Message } from './outbox.ts'
import { findPerson, type Person } from './people.ts'
import { getRegistration, update } from './registrations.ts'
import { stopAllReminders } from './stopping.ts'
import { findSubscription, stopLetters } from './subscriptions.ts'

export interface Report {
  action: 'failed' | 'delayed' | 'relayed' | 'delivered' | 'expanded'
  /** RFC 3463, such as 5.1.1. */
  status: string
  /** What the other side said, if anything. */
  diagnostic: string
}
type Bounce = (typeof BOUNCES)[number]

/** The mailbox or its domain is not there, or is closed for good. 5.7.13: the account is disabled. */
const HARD = /^5\.(1\.([0-36]|10)|2\.1|7\.13)$/
/** Not about the address: our sender's address (5.1.7, 5.1.8), size, protocol, content, what the other side allows. */
const POLICY = /^5\.(1\.[78]|2\.3|3\.4|[5-7]\.\d+)$/

/**
 * By RFC 3463. Whatever else fails, permanently or after days of trying (4.x.x), says something about the mailbox that may
 * pass: a full one, a host that is away, a list, no code at all.
 */
function bounceOf({ action, status }: Report): Bounce | undefined {
  if (action !== 'failed') return undefined
  if (HARD.test(status)) return 'hard'
  return POLICY.test(status) ? 'policy' : 'soft'
}

const SOFT_LIMIT = 3
const SOFT_DAYS = 30
const LONGEST_REASON = 300

/**
 * Writes down that a mail came back. A hard bounce, or the third soft one within 30 days, stops all mail to that address.
 * The same report twice changes nothing; `nothing` is also the answer to a report of no failure.
 */
export function recordBounce(
  tx: Tx,
  { id }: Pick<Message, 'id'>,
  report: Report,
  now: Temporal.Instant,
): Bounce | 'nothing' {
  const message = tx.select().from(messages).where(eq(messages.id, id)).get()
  const bounce = bounceOf(report)
  if (!message || message.bouncedAt || !bounce) return 'nothing'
  const bounceReason = reasonOf(report)
  tx.update(messages).set({ bouncedAt: now, bounce, bounceReason }).where(eq(messages.id, id)).run()
  if (bounce === 'hard') removeFollowersAt(tx, message.toAddress)
  const person = findPerson(tx, message.toAddress)
  if (!person) return bounce
  const isOver = bounce === 'hard' || (bounce === 'soft' && countSoft(tx, message.toAddress, now) >= SOFT_LIMIT)
  if (isOver && !person.undeliverableAt) stopMail(tx, person, bounceReason, now)
  if (isOver || person.undeliverableAt) {
    unlearn(tx, message.toAddress)
    unlearnSeries(tx, message.toAddress)
  }
  return bounce
}

function reasonOf({ status, diagnostic }: Report): string {
  const said = cleanLine(diagnostic)
  return (said.includes(status) ? said : cleanLine(`${status} ${said}`)).slice(0, LONGEST_REASON)
}

function countSoft(db: Db, address: string, now: Temporal.Instant): number {
  const since = now.subtract({ hours: SOFT_DAYS * 24 })
  const isTheirs = eq(messages.toAddress, address)
  return countRows(db, messages, and(isTheirs, eq(messages.bounce, 'soft'), gte(messages.bouncedAt, since)))
}

function stopMail(tx: Tx, { id }: Person, undeliverableReason: string, now: Temporal.Instant): void {
  tx.update(people).set({ undeliverableAt: now, undeliverableReason }).where(eq(people.id, id)).run()
}

/**
 * Nobody knows what a mail said that came back: of each registration and workshop they know what the last mail told that did
 * not. Once the address works, the difference is told.
 */
function unlearn(tx: Tx, address: string): void {
  const cameBack = and(eq(messages.toAddress, address), isNotNull(messages.bouncedAt), isNotNull(messages.told))
  const { registrationId, choiceId } = messages
  for (const matter of tx.selectDistinct({ registrationId, choiceId }).from(messages).where(cameBack).all()) {
    if (matter.registrationId === null) continue
    const arrived = listArrived(tx, matter.registrationId)
    const told = arrived.find(message => message.choiceId === matter.choiceId)?.told ?? null
    const threadId = arrived.at(-1)?.messageId ?? null
    const isOwn = matter.choiceId === null
    update(tx, getRegistration(tx, matter.registrationId), isOwn ? { told, threadId } : { threadId })
    if (matter.choiceId !== null) tx.update(choices).set({ told }).where(eq(choices.id, matter.choiceId)).run()
  }
}

/** The same of a whole series. A mail about it tells of its dates too, so those are told again with it. */
function unlearnSeries(tx: Tx, address: string): void {
  const cameBack = and(eq(messages.toAddress, address), isNotNull(messages.bouncedAt), isNotNull(messages.toldSeries))
  for (const { id } of tx.selectDistinct({ id: messages.enrolmentId }).from(messages).where(cameBack).all()) {
    if (id === null) continue
    const arrived = tx
      .select()
      .from(messages)
      .where(and(eq(messages.enrolmentId, id), isNotNull(messages.toldSeries), hasArrived))
      .orderBy(desc(messages.datedAt), desc(messages.id))
      .all()
    const known = { told: arrived[0]?.toldSeries?.status ?? null, threadId: arrived.at(-1)?.messageId ?? null }
    updateEnrolment(tx, { id }, known)
  }
}

const hasArrived = and(isNull(messages.bouncedAt), inArray(messages.state, ['sent', 'uncertain']))

/** The last one first. */
function listArrived(tx: Tx, registrationId: number): Message[] {
  return tx
    .select()
    .from(messages)
    .where(and(eq(messages.registrationId, registrationId), isNotNull(messages.told), hasArrived))
    .orderBy(desc(messages.datedAt), desc(messages.id))
    .all()
}

/** A refusal on the spot, in the mail server's own words ('550 5.1.1 No such user'); anything else is no bounce. */
export function recordRefusal(tx: Tx, message: Message, reply: string, now: Temporal.Instant): void {
  const [, code, status] = /^(5\d\d)[ -](?:(5\.\d{1,3}\.\d{1,3})\b)?/.exec(reply) ?? []
  if (code) recordBounce(tx, message, { action: 'failed', status: status ?? statusOf(code), diagnostic: reply }, now)
}

/** Without an enhanced code 550 to 553 are about the mailbox, but not surely for good (RFC 5321 §4.2.3); others are not. */
function statusOf(code: string): string {
  return /^55[0-3]$/.test(code) ? '5.0.0' : '5.5.0'
}

/** Whether nothing should be sent to an address. */
export function isUndeliverable(db: Db, address: string): boolean {
  return Boolean(findPerson(db, address)?.undeliverableAt)
}

/** Somebody called a mail of ours unwanted: no reminders, no letters and no news of questions any more. Their registrations stay. */
export function recordComplaint(tx: Tx, { toAddress }: Message, now: Temporal.Instant): void {
  removeFollowersAt(tx, toAddress)
  const person = findPerson(tx, toAddress)
  if (!person) return
  stopAllReminders(tx, person.id, now)
  const subscription = findSubscription(tx, person.id)
  if (subscription) stopLetters(tx, subscription, now)
}
