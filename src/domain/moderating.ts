// What organisers do with a question from practice: read it, approve it in words that all may read, or turn it away. Rights go
// by the group it is put to, as for events. What is planned and answered stands in `question-plans`, doubles in `question-doubles`.
import { countRows } from '#db/count.ts'
import { and, desc, eq, isNotNull, isNull, or, type SQL, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { questions, questionThemes } from '#db/schema.ts'
import { NotFound, Refusal } from '#src/lib/errors.ts'
import { type Action, audit } from './audit.ts'
import type { Editor } from './changes.ts'
import type { Event } from './events.ts'
import { groupsWith, type Organiser } from './organisers.ts'
import { isPublic, type ListedQuestion, listedQuestions, ownerId, type Question } from './questions.ts'

export const VIEWS = ['new', 'open', 'planned', 'answered', 'gone'] as const
export type QuestionView = (typeof VIEWS)[number]

/** What each list holds: `planned` also where the event is still a draft, `gone` what was turned away or merged. */
const IN_VIEW: Record<QuestionView, SQL | undefined> = {
  new: and(isNull(questions.approvedAt), isNull(questions.rejectedAt), isNull(questions.mergedIntoId)),
  open: and(isPublic, isNull(questions.eventId), isNull(questions.answeredAt)),
  planned: and(isPublic, isNotNull(questions.eventId), isNull(questions.answeredAt)),
  answered: and(isPublic, isNotNull(questions.answeredAt)),
  gone: or(isNotNull(questions.rejectedAt), isNotNull(questions.mergedIntoId)),
}

const isMyQuestion = (organiser: Organiser) => sql`${ownerId} in ${groupsWith(organiser, 'organiser')}`

/** The question, if this organiser may decide about it; NotFound otherwise. */
export function getQuestionWith(db: Db, organiser: Organiser, id: number): ListedQuestion {
  const found = db
    .select()
    .from(questions)
    .where(and(eq(questions.id, id), isMyQuestion(organiser)))
    .all()
  const [question] = listedQuestions(db, found)
  if (!question) throw new NotFound('question')
  return question
}

/** The newest first; `before` is the id of the last one seen. */
export function listMyQuestions(
  db: Db,
  organiser: Organiser,
  { view, before }: { view: QuestionView; before?: number | undefined },
  limit: number,
): ListedQuestion[] {
  const older = before === undefined ? undefined : sql`${questions.id} < ${before}`
  const where = and(IN_VIEW[view], older, isMyQuestion(organiser))
  return listedQuestions(db, db.select().from(questions).where(where).orderBy(desc(questions.id)).limit(limit).all())
}

export function countMyQuestions(db: Db, organiser: Organiser, view: QuestionView): number {
  return countRows(db, questions, and(IN_VIEW[view], isMyQuestion(organiser)))
}

/** The one way to change a question: Refusal('changed_meanwhile') unless the editor saw its present revision. */
export function changeQuestion(
  tx: Tx,
  question: Question,
  values: Partial<typeof questions.$inferInsert>,
  editor: Editor,
  [action, now]: [Action, Temporal.Instant],
): Question {
  const changed = tx
    .update(questions)
    .set({ ...values, revisedAt: now, revision: question.revision + 1 })
    .where(and(eq(questions.id, question.id), eq(questions.revision, editor.revision)))
    .returning()
    .get()
  if (!changed) throw new Refusal('changed_meanwhile')
  const { organiserId } = editor
  audit(tx, { action, organiserId, groupId: changed.groupId, detail: String(question.id) }, now)
  return changed
}

export interface Wording {
  text: string
  place: string
  groupId: number | null
  themeIds: number[]
}

/** In these words, to this group, under these themes. What was typed stays for organisers. */
export function editQuestion(
  tx: Tx,
  question: Question,
  { themeIds, ...values }: Wording,
  editor: Editor,
  now: Temporal.Instant,
): Question {
  const edited = changeQuestion(tx, question, values, editor, ['question_edited', now])
  setQuestionThemes(tx, question.id, themeIds)
  return edited
}

/** From now on all may read it, in these words; also one that was turned away before. */
export function approveQuestion(
  tx: Tx,
  question: Question,
  { themeIds, ...values }: Wording,
  editor: Editor,
  now: Temporal.Instant,
): Question {
  if (question.mergedIntoId !== null) throw new Refusal('not_possible_now')
  const state = { approvedAt: question.approvedAt ?? now, rejectedAt: null, rejectReason: '' }
  const approved = changeQuestion(tx, question, { ...values, ...state }, editor, ['question_approved', now])
  setQuestionThemes(tx, question.id, themeIds)
  return approved
}

/** Nobody reads it any more, and it goes by itself (`question-endings`). Why is for organisers. */
export function rejectQuestion(
  tx: Tx,
  question: Question,
  rejectReason: string,
  editor: Editor,
  now: Temporal.Instant,
): Question {
  if (question.mergedIntoId !== null) throw new Refusal('not_possible_now')
  return changeQuestion(tx, question, { rejectedAt: now, rejectReason, eventId: null }, editor, [
    'question_rejected',
    now,
  ])
}

/** A draft that goes is about no question any more. */
export function unplanAll(tx: Tx, { id }: Pick<Event, 'id'>): void {
  tx.update(questions).set({ eventId: null }).where(eq(questions.eventId, id)).run()
}

export function setQuestionThemes(tx: Tx, questionId: number, themeIds: number[]): void {
  tx.delete(questionThemes).where(eq(questionThemes.questionId, questionId)).run()
  for (const themeId of new Set(themeIds)) tx.insert(questionThemes).values({ questionId, themeId }).run()
}
