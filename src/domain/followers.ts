// Who hears what becomes of a question: an address that was given with it, or by somebody who recognised it. Until its owner
// has proven it, nothing but the mail that asks for that goes there. What followers are told stands in `question-news`.
import { and, asc, eq, inArray, isNotNull, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { emptied } from '#db/personal-columns.ts'
import { type FOLLOWER_KINDS, messages, questionFollowers, questions } from '#db/schema.ts'
import type { Locale } from '#src/i18n/index.ts'
import { countMessagesTo, drop, enqueue } from './outbox.ts'
import { isPublic, type Question } from './questions.ts'
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

/** Those who hear of a question, each address once; only where it was proven. */
export function listProven(db: Db, where: ReturnType<typeof and>): Follower[] {
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

/** Somebody who hears of a question, for an example: no row, so that their links open nothing. */
export function exampleFollower(
  { email, locale }: Pick<Follower, 'email' | 'locale'>,
  now: Temporal.Instant,
): Follower {
  return { id: 0, questionId: 0, kind: 'asked', email, locale, createdAt: now, provenAt: now }
}
