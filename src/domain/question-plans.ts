// From a question to an event, and to what came of it. Whoever asked or recognised it hears so by `followers`.
import { and, asc, eq, gt, isNull } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { events } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import type { Editor } from './changes.ts'
import { setThemes } from './editing.ts'
import type { Event } from './events.ts'
import { changeQuestion } from './moderating.ts'
import { isMine, type Organiser } from './organisers.ts'
import { recallTellings, tellAnswered, tellPlanned } from './question-news.ts'
import type { ListedQuestion, Question } from './questions.ts'

const isOpen = ({ approvedAt, rejectedAt, mergedIntoId, answeredAt }: Question) =>
  approvedAt !== null && rejectedAt === null && mergedIntoId === null && answeredAt === null

/**
 * This event is about it. Whoever waits for the question hears of it now if the event has a page, or else once it has.
 * Refusal('not_possible_now') for a question that nobody may read, or that was answered.
 */
export function planQuestion(tx: Tx, question: Question, event: Event, editor: Editor, now: Temporal.Instant): void {
  if (!isOpen(question)) throw new Refusal('not_possible_now')
  changeQuestion(tx, question, { eventId: event.id }, editor, ['question_planned', now])
  if (event.publishedAt && !event.cancelledAt) tellPlanned(tx, event, now)
}

/** A draft that is about it from the start: with its words and its themes. */
export function beginEvent(
  tx: Tx,
  question: ListedQuestion,
  draft: Event,
  organiserId: number,
  now: Temporal.Instant,
): void {
  planQuestion(tx, question, draft, { organiserId, revision: question.revision }, now)
  tx.update(events).set({ summary: question.text }).where(eq(events.id, draft.id)).run()
  setThemes(
    tx,
    draft.id,
    question.themes.map(({ id }) => id),
  )
}

/** No event is about it after all. */
export function unplanQuestion(tx: Tx, question: Question, editor: Editor, now: Temporal.Instant): void {
  if (!isOpen(question)) throw new Refusal('not_possible_now')
  changeQuestion(tx, question, { eventId: null }, editor, ['question_unplanned', now])
}

/** What came of it, for all to read. The first time everybody who waits for it hears so; mending the words later mails nobody. */
export function answerQuestion(
  tx: Tx,
  question: Question,
  answer: string,
  editor: Editor,
  now: Temporal.Instant,
): Question {
  if (!question.answeredAt && !isOpen(question)) throw new Refusal('not_possible_now')
  const answeredAt = question.answeredAt ?? now
  const answered = changeQuestion(tx, question, { answer, answeredAt }, editor, ['question_answered', now])
  if (!question.answeredAt) tellAnswered(tx, answered, now)
  return answered
}

/** Calls back what has not left. An answer that nobody heard of is none yet: its words wait. Returns how many hear nothing. */
export function recallNews(tx: Tx, question: Question, editor: Editor, now: Temporal.Instant): number {
  const { count, answered } = recallTellings(tx, question, now)
  const values = answered ? { answeredAt: null } : {}
  changeQuestion(tx, question, values, editor, ['question_recalled', now])
  return count
}

/** What may become its event: what is to come of this organiser's, drafts as well. */
export function listPossibleEvents(db: Db, organiser: Organiser, now: Temporal.Instant, limit: number): Event[] {
  return db
    .select()
    .from(events)
    .where(and(gt(events.startsAt, now), isNull(events.cancelledAt), isMine(organiser, 'organiser')))
    .orderBy(asc(events.startsAt), asc(events.id))
    .limit(limit)
    .all()
}
