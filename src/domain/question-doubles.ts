// Two questions that ask the same become one. Whoever recognised both counts once, whoever follows both hears of it once, and
// the address of the one that goes leads to the one that stays.
import { and, eq, inArray, isNull, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { questionFollowers, questions, questionThemes, recognitions } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import type { Editor } from './changes.ts'
import { listProven, removeFollowers } from './followers.ts'
import { changeQuestion } from './moderating.ts'
import { tellMerged } from './question-news.ts'
import type { Question } from './questions.ts'

/**
 * For good. Whoever followed one of them hears what was told of the other. Refusal('not_possible_now') if one of them was merged or turned away before, if the one that stays is not approved
 * while the other is (its words would be public unread), or if what goes was answered.
 */
export function mergeQuestions(
  tx: Tx,
  kept: Question,
  gone: Question,
  editor: Editor,
  now: Temporal.Instant,
): Question {
  const isGone = [kept, gone].some(({ mergedIntoId, rejectedAt }) => mergedIntoId !== null || rejectedAt !== null)
  const isUnread = kept.approvedAt === null && gone.approvedAt !== null
  if (kept.id === gone.id || isGone || isUnread || gone.answeredAt) throw new Refusal('not_possible_now')
  const known = new Set(listProven(tx, eq(questionFollowers.questionId, kept.id)).map(({ id }) => id))
  moveRecognitions(tx, kept, gone)
  moveFollowers(tx, kept, gone)
  moveThemes(tx, kept, gone)
  tx.update(questions).set({ mergedIntoId: kept.id, eventId: null }).where(eq(questions.id, gone.id)).run()
  // What led to the one that goes leads on.
  tx.update(questions).set({ mergedIntoId: kept.id }).where(eq(questions.mergedIntoId, gone.id)).run()
  const eventId = kept.eventId ?? gone.eventId
  const merged = changeQuestion(tx, kept, { eventId }, editor, ['question_merged', now])
  tellMerged(tx, [kept, gone, merged], known, now)
  return merged
}

function moveRecognitions(tx: Tx, kept: Question, gone: Question): void {
  const known = tx
    .select({ hash: recognitions.visitorHash })
    .from(recognitions)
    .where(eq(recognitions.questionId, kept.id))
  tx.delete(recognitions)
    .where(
      and(
        eq(recognitions.questionId, gone.id),
        // One whose hash is gone is nobody's in particular.
        sql`${recognitions.visitorHash} is not null`,
        inArray(recognitions.visitorHash, known),
      ),
    )
    .run()
  tx.update(recognitions).set({ questionId: kept.id }).where(eq(recognitions.questionId, gone.id)).run()
}

/** A proof holds, to whichever of the two it was given. */
function moveFollowers(tx: Tx, kept: Question, gone: Question): void {
  const both = tx
    .select()
    .from(questionFollowers)
    .where(inArray(questionFollowers.questionId, [kept.id, gone.id]))
    .all()
  const doubles = [...Map.groupBy(both, ({ email }) => email).values()].filter(({ length }) => length > 1)
  for (const list of doubles) {
    const [provenAt = null] = list.flatMap(one => one.provenAt ?? [])
    const stays = list.find(({ questionId }) => questionId === kept.id)
    const goes = list.find(({ questionId }) => questionId === gone.id)
    if (!stays || !goes) continue
    removeFollowers(tx, [goes.id], 'superseded')
    tx.update(questionFollowers)
      .set({ provenAt })
      .where(and(eq(questionFollowers.id, stays.id), isNull(questionFollowers.provenAt)))
      .run()
  }
  tx.update(questionFollowers).set({ questionId: kept.id }).where(eq(questionFollowers.questionId, gone.id)).run()
}

function moveThemes(tx: Tx, kept: Question, gone: Question): void {
  const themeIds = tx
    .select({ id: questionThemes.themeId })
    .from(questionThemes)
    .where(eq(questionThemes.questionId, gone.id))
    .all()
  for (const { id: themeId } of themeIds) {
    tx.insert(questionThemes).values({ questionId: kept.id, themeId }).onConflictDoNothing().run()
  }
  tx.delete(questionThemes).where(eq(questionThemes.questionId, gone.id)).run()
}
