// What followers of a question are told: that an event about it has a page, and what came of it. Why such a mail should not
// leave after all, and how it is called back.
import { and, asc, eq, gt, inArray, isNull, ne, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { messages, questionFollowers, questions } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import { type Event, getEvent } from './events.ts'
import { type Follower, findFollower, listProven } from './followers.ts'
import { drop, dueFor, enqueue, type Message } from './outbox.ts'
import { getQuestion, type Question } from './questions.ts'

/** For whom it is news. */
type Readers = (follower: Follower) => boolean
const everybody: Readers = () => true

/**
 * An event has a page: whoever waits for one of its questions hears of it, once an event, even where they follow two of them. To
 * more than one it waits two minutes, in which it can be called back.
 */
export function tellPlanned(tx: Tx, event: Event, now: Temporal.Instant, isFor = everybody): void {
  if (!isBefore(now, event.startsAt)) return
  const known = listTold(tx, event)
  const waiting = listProven(tx, and(eq(questions.eventId, event.id), isNull(questions.answeredAt)))
  const list = waiting.filter(follower => isFor(follower) && !known.has(follower.email))
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
export function tellAnswered(
  tx: Tx,
  { id, eventId }: Pick<Question, 'id' | 'eventId'>,
  now: Temporal.Instant,
  isFor = everybody,
): void {
  const list = listProven(tx, eq(questionFollowers.questionId, id)).filter(isFor)
  const dueAt = dueFor(list.length, now)
  for (const { id: followerId, email: toAddress, locale } of list) {
    const key = `question_answered:${followerId}:${now.epochMilliseconds}`
    enqueue(tx, { key, kind: 'question_answered', toAddress, locale, eventId, followerId, dueAt }, now)
  }
}

/**
 * Two questions have become one: of its event, or of what came of it, whoever followed the one that was not about that yet hears
 * now. `kept` and `gone` as they were; `known` follow the one that was kept.
 */
export function tellMerged(
  tx: Tx,
  [kept, gone, merged]: [kept: Question, gone: Question, merged: Question],
  known: Set<number>,
  now: Temporal.Instant,
): void {
  const event = merged.eventId === null ? undefined : getEvent(tx, merged.eventId)
  if (merged.answeredAt) tellAnswered(tx, merged, now, ({ id }) => !known.has(id))
  else if (event?.publishedAt && !event.cancelledAt)
    tellPlanned(tx, event, now, ({ id }) => (known.has(id) ? kept : gone).eventId !== event.id)
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

/** Calls back what has not left. Returns how many hear nothing of it; `answered` says that it was a new answer. */
export function recallTellings(tx: Tx, question: Pick<Question, 'id' | 'answeredAt'>, now: Temporal.Instant) {
  const held = listHeld(tx, question, now)
  drop(
    tx,
    held.map(({ id }) => id),
    'recalled',
  )
  const isNew = ({ kind, createdAt }: (typeof held)[number]) =>
    kind === 'question_answered' && question.answeredAt?.equals(createdAt)
  return { count: held.length, answered: held.some(isNew) }
}

function listHeld(db: Db, { id }: Pick<Question, 'id'>, now: Temporal.Instant) {
  const theirs = sql`${messages.followerId} in (select id from ${questionFollowers} where question_id = ${id})`
  const waits = and(sql`+${messages.state} = 'queued'`, eq(messages.attempts, 0), gt(messages.dueAt, now))
  const isTelling = inArray(messages.kind, ['question_planned', 'question_answered'])
  return db
    .select({ id: messages.id, kind: messages.kind, dueAt: messages.dueAt, createdAt: messages.createdAt })
    .from(messages)
    .where(and(theirs, waits, isTelling))
    .orderBy(asc(messages.id))
    .all()
}
