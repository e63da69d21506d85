// Who hears what becomes of a question: an address that was given with it, or by somebody who recognised it. Until its owner
// has proven it, nothing but the mail that asks for that goes there.
import { and, asc, eq, gt, inArray, isNotNull, isNull, ne, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { emptied } from '#db/personal-columns.ts'
import { type FOLLOWER_KINDS, messages, questionFollowers, questions } from '#db/schema.ts'
import type { Locale } from '#src/i18n/index.ts'
import { isBefore } from '#src/lib/time.ts'
import { type Event, getEvent } from './events.ts'
import { countMessagesTo, drop, dueFor, enqueue, type Message } from './outbox.ts'
import { getQuestion, isPublic, type Question } from './questions.ts'
import { writeSomething } from './silence.ts'

export type Follower = typeof questionFollowers.$inferSelect
export type FollowerKind = (typeof FOLLOWER_KINDS)[number]

const PROOFS_AN_HOUR = 3

export interface Following {
  kind: FollowerKind
  email: string
  locale: Locale
}

/**
 * Mails the address a button that proves it. The caller learns nothing: not that it is proven already, nor that it had too many
 * of these mails.
 */
export function follow(tx: Tx, question: Pick<Question, 'id'>, following: Following, now: Temporal.Instant): void {
  const { email, locale } = following
  const known = findAt(tx, question, email)
  const isEnough = countMessagesTo(tx, email, ['question_proof'], now.subtract({ hours: 1 })) >= PROOFS_AN_HOUR
  if (known?.provenAt || isEnough) {
    writeSomething(tx)
    return
  }
  const { id: followerId } = known ?? add(tx, question, following, now)
  const key = `question_proof:${followerId}:${now.epochMilliseconds}`
  enqueue(tx, { key, kind: 'question_proof', toAddress: email, locale, followerId }, now)
}

function findAt(db: Db, { id }: Pick<Question, 'id'>, email: string): Follower | undefined {
  const isThis = and(eq(questionFollowers.questionId, id), eq(questionFollowers.email, email))
  return db.select().from(questionFollowers).where(isThis).get()
}

function add(tx: Tx, { id }: Pick<Question, 'id'>, following: Following, now: Temporal.Instant): Follower {
  return tx
    .insert(questionFollowers)
    .values({ ...following, questionId: id, createdAt: now })
    .returning()
    .get()
}

export function findFollower(db: Db, id: number): Follower | undefined {
  return db.select().from(questionFollowers).where(eq(questionFollowers.id, id)).get()
}

/** Whose the link is that was mailed to the address; nothing once they follow no more. */
export function findFollowerByLink(db: Db, link: { id: number; version: number } | undefined): Follower | undefined {
  return link?.version === 1 ? findFollower(db, link.id) : undefined
}

/** The address is theirs. Doing it again changes nothing. */
export function proveFollower(tx: Tx, { id }: Pick<Follower, 'id'>, now: Temporal.Instant): void {
  tx.update(questionFollowers)
    .set({ provenAt: sql`coalesce(${questionFollowers.provenAt}, ${now.epochMilliseconds})` })
    .where(eq(questionFollowers.id, id))
    .run()
}

/** Nothing more about this question, and the address goes. Doing it again changes nothing. */
export function stopFollowing(tx: Tx, id: number): void {
  removeFollowers(tx, [id], 'unsubscribed')
}

/** What was mailed to them stays known, and leads to nobody. */
export function removeFollowers(tx: Tx, ids: number[], reason: string): void {
  if (ids.length === 0) return
  const theirs = inArray(messages.followerId, ids)
  drop(tx, queuedIds(tx, theirs), reason)
  tx.update(messages).set({ followerId: null }).where(theirs).run()
  tx.delete(questionFollowers).where(inArray(questionFollowers.id, ids)).run()
}

/** Of every question: an address that does not work hears of none. */
export function removeFollowersAt(tx: Tx, email: string): void {
  const theirs = listFollowing(tx, email).map(({ follower }) => follower.id)
  removeFollowers(tx, theirs, 'gone')
}

/** Every question that somebody hears of at this address, or asked to. */
export function listFollowing(db: Db, email: string): { follower: Follower; question: Question }[] {
  return db
    .select({ follower: questionFollowers, question: questions })
    .from(questionFollowers)
    .innerJoin(questions, eq(questions.id, questionFollowers.questionId))
    .where(eq(questionFollowers.email, email))
    .orderBy(asc(questionFollowers.id))
    .all()
}

/** Nothing is left of an address, nor of the name with which somebody asked; what all may read stays. */
export function eraseFollowing(tx: Tx, email: string): void {
  for (const { follower, question } of listFollowing(tx, email)) {
    if (follower.kind === 'asked') {
      tx.update(questions).set(emptied('questions', 'question')).where(eq(questions.id, question.id)).run()
    }
  }
  removeFollowersAt(tx, email)
}

function queuedIds(tx: Tx, where: ReturnType<typeof and>): number[] {
  const rows = tx
    .select({ id: messages.id })
    .from(messages)
    // The plus has the follower find them: of all mails there are, a great many are queued.
    .where(and(sql`+${messages.state} = 'queued'`, where))
    .all()
  return rows.map(({ id }) => id)
}

/** Those who hear of a question, by their address; only where it was proven. */
function listProven(db: Db, where: ReturnType<typeof and>): Follower[] {
  const rows = db
    .select({ follower: questionFollowers })
    .from(questionFollowers)
    .innerJoin(questions, eq(questions.id, questionFollowers.questionId))
    .where(and(where, isPublic, isNotNull(questionFollowers.provenAt)))
    .orderBy(asc(questionFollowers.id))
    .all()
  return [...new Map(rows.map(({ follower }) => [follower.email, follower])).values()]
}

/** How many hear of a question. */
export function countProven(db: Db, { id }: Pick<Question, 'id'>): number {
  return listProven(db, eq(questionFollowers.questionId, id)).length
}

/**
 * An event has a page: whoever waits for one of its questions hears of it, once an event, even where they follow two of them. To
 * more than one it waits two minutes, in which it can be called back.
 */
export function tellPlanned(tx: Tx, event: Event, now: Temporal.Instant): void {
  if (!isBefore(now, event.startsAt)) return
  const known = listTold(tx, event)
  const waiting = listProven(tx, and(eq(questions.eventId, event.id), isNull(questions.answeredAt)))
  const list = waiting.filter(({ email }) => !known.has(email))
  const dueAt = dueFor(list.length, now)
  for (const { id: followerId, email: toAddress, locale } of list) {
    const key = `question_planned:${followerId}:${event.id}:${now.epochMilliseconds}`
    const about = { eventId: event.id, followerId }
    enqueue(tx, { key, kind: 'question_planned', toAddress, locale, ...about, dueAt, expiresAt: event.startsAt }, now)
  }
}

/** Who has heard of an event by a question, or is about to. */
function listTold(db: Db, { id }: Pick<Event, 'id'>): Set<string> {
  const isOf = and(eq(messages.eventId, id), eq(messages.kind, 'question_planned'), ne(messages.state, 'dropped'))
  const rows = db.select({ email: messages.toAddress }).from(messages).where(isOf).all()
  return new Set(rows.map(({ email }) => email))
}

/** What came of a question stands on its page: everybody who waits for it hears so. To more than one it waits two minutes. */
export function tellAnswered(tx: Tx, { id, eventId }: Pick<Question, 'id' | 'eventId'>, now: Temporal.Instant): void {
  const list = listProven(tx, eq(questionFollowers.questionId, id))
  const dueAt = dueFor(list.length, now)
  for (const { id: followerId, email: toAddress, locale } of list) {
    const key = `question_answered:${followerId}:${now.epochMilliseconds}`
    enqueue(tx, { key, kind: 'question_answered', toAddress, locale, eventId, followerId, dueAt }, now)
  }
}

/** Why a mail about a question should not leave after all; nothing if it should. */
export function whyNotFollow(tx: Tx, message: Message, now: Temporal.Instant): string | undefined {
  const follower = message.followerId === null ? undefined : findFollower(tx, message.followerId)
  if (follower?.email !== message.toAddress) return 'gone'
  if (message.kind === 'question_proof') return follower.provenAt ? 'superseded' : undefined
  const question = getQuestion(tx, follower.questionId)
  if (!follower.provenAt || !question.approvedAt || question.rejectedAt) return 'gone'
  if (message.kind === 'question_answered') return question.answeredAt ? undefined : 'superseded'
  if (message.eventId === null || question.eventId !== message.eventId) return 'superseded'
  const event = getEvent(tx, message.eventId)
  if (event.cancelledAt) return 'event_cancelled'
  return isBefore(now, event.startsAt) ? undefined : 'past'
}

/** Whether what was written before may say something else than is true now: the event or the question changed since. */
export function isOutdated(tx: Tx, { kind, followerId, eventId, datedAt }: Message): boolean {
  const follower = followerId === null ? undefined : findFollower(tx, followerId)
  if (kind === 'question_proof' || !datedAt || !follower) return false
  const changes = [getQuestion(tx, follower.questionId).revisedAt]
  if (eventId !== null) changes.push(getEvent(tx, eventId).revisedAt)
  return changes.some(at => isBefore(datedAt, at))
}

/** Mails about a question that have yet to leave, in the time in which they can be called back: how many, and until when. */
export function heldTellings(
  db: Db,
  question: Pick<Question, 'id'>,
  now: Temporal.Instant,
): { count: number; until: Temporal.Instant } | undefined {
  const held = listHeld(db, question, now)
  const [first] = held
  return first && { count: held.length, until: first.dueAt }
}

/** Calls back what has not left. Returns how many hear nothing of it; `answered` says that it was the answer. */
export function recallTellings(tx: Tx, question: Pick<Question, 'id'>, now: Temporal.Instant) {
  const held = listHeld(tx, question, now)
  drop(
    tx,
    held.map(({ id }) => id),
    'recalled',
  )
  return { count: held.length, answered: held.some(({ kind }) => kind === 'question_answered') }
}

function listHeld(db: Db, { id }: Pick<Question, 'id'>, now: Temporal.Instant) {
  const theirs = sql`${messages.followerId} in (select id from ${questionFollowers} where question_id = ${id})`
  const waits = and(sql`+${messages.state} = 'queued'`, eq(messages.attempts, 0), gt(messages.dueAt, now))
  const isTelling = inArray(messages.kind, ['question_planned', 'question_answered'])
  return db
    .select({ id: messages.id, kind: messages.kind, dueAt: messages.dueAt })
    .from(messages)
    .where(and(theirs, waits, isTelling))
    .orderBy(asc(messages.id))
    .all()
}

/** Somebody who hears of a question, for an example: no row, so that their links open nothing. */
export function exampleFollower(
  { email, locale }: Pick<Follower, 'email' | 'locale'>,
  now: Temporal.Instant,
): Follower {
  return { id: 0, questionId: 0, kind: 'asked', email, locale, createdAt: now, provenAt: now }
}
