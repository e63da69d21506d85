// Who recognises a question: one row for each browser that said so, known by a hash of the cookie that it was given when it did.
import { and, eq, inArray } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { recognitions } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { getPublicQuestion } from './questions.ts'

/**
 * One of each visitor: the second time changes nothing. NotFound for a question that nobody may read,
 * Refusal('not_possible_now') for one that was answered.
 */
export function recognise(tx: Tx, questionId: number, visitorHash: string, now: Temporal.Instant): void {
  if (getPublicQuestion(tx, questionId).answeredAt) throw new Refusal('not_possible_now')
  tx.insert(recognitions).values({ questionId, visitorHash, createdAt: now }).onConflictDoNothing().run()
}

/** Of this visitor it counts no more. */
export function takeBack(tx: Tx, questionId: number, visitorHash: string): void {
  const { id } = getPublicQuestion(tx, questionId)
  tx.delete(recognitions)
    .where(and(eq(recognitions.questionId, id), eq(recognitions.visitorHash, visitorHash)))
    .run()
}

/** Which of these questions a visitor recognises. */
export function recognisedBy(db: Db, visitorHash: string | undefined, ids: number[]): Set<number> {
  if (visitorHash === undefined) return new Set()
  const theirs = and(inArray(recognitions.questionId, ids), eq(recognitions.visitorHash, visitorHash))
  const rows = db.select({ id: recognitions.questionId }).from(recognitions).where(theirs).all()
  return new Set(rows.map(({ id }) => id))
}
