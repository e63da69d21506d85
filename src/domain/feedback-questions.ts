// What is asked after an event: its own questions, else those of its series, else three of ours. How they are answered stands in
// `feedback`.
import { createHash } from 'node:crypto'
import { and, asc, eq, isNull } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import {
  events,
  type FEEDBACK_KINDS,
  feedbackForms,
  feedbackQuestions,
  feedbackSheets,
  type USUAL_FEEDBACK,
} from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import type { Event } from './events.ts'

export type FeedbackKind = (typeof FEEDBACK_KINDS)[number]
export type UsualQuestion = (typeof USUAL_FEEDBACK)[number]
type Row = typeof feedbackQuestions.$inferSelect
/** Whose questions they are. */
export type FeedbackOf = { seriesId: number } | { eventId: number }

/** One question. Without an id it stands nowhere yet: it is one of ours, or of the series. */
export type FeedbackQuestion = Pick<Row, 'kind' | 'usual' | 'label' | 'options'> & {
  id: number | null
  isClosed: boolean
}
export type WantedQuestion = Omit<FeedbackQuestion, 'isClosed'>

/** Asked at once; and with those that are asked no more. */
export const MOST_QUESTIONS = 5
export const MOST_EVER = 15

const USUAL: FeedbackQuestion[] = [
  { id: null, kind: 'scale', usual: 'useful', label: '', options: [], isClosed: false },
  { id: null, kind: 'text', usual: 'takeaway', label: '', options: [], isClosed: false },
  { id: null, kind: 'text', usual: 'better', label: '', options: [], isClosed: false },
]

/** In the order in which they are asked, with those that are asked no more. */
export function listQuestions(db: Db, of: FeedbackOf): FeedbackQuestion[] {
  const form = findForm(db, of)
  if (form) return questionsIn(db, form)
  const seriesId = 'eventId' in of ? seriesOf(db, of.eventId) : null
  return seriesId === null ? USUAL : listQuestions(db, { seriesId }).map(question => ({ ...question, id: null }))
}

/** What is asked now. */
export function listAsked(db: Db, { id }: Pick<Event, 'id'>): FeedbackQuestion[] {
  return listQuestions(db, { eventId: id }).filter(({ isClosed }) => !isClosed)
}

export function findForm(db: Db, of: FeedbackOf): number | undefined {
  const isOf = 'seriesId' in of ? eq(feedbackForms.seriesId, of.seriesId) : eq(feedbackForms.eventId, of.eventId)
  return db.select({ id: feedbackForms.id }).from(feedbackForms).where(isOf).get()?.id
}

function questionsIn(db: Db, formId: number): FeedbackQuestion[] {
  return db
    .select()
    .from(feedbackQuestions)
    .where(eq(feedbackQuestions.formId, formId))
    .orderBy(asc(feedbackQuestions.position), asc(feedbackQuestions.id))
    .all()
    .map(({ id, kind, usual, label, options, closedAt }) => ({
      ...{ id, kind, usual, label, options },
      isClosed: closedAt !== null,
    }))
}

function seriesOf(db: Db, eventId: number): number | null {
  return db.select({ id: events.seriesId }).from(events).where(eq(events.id, eventId)).get()?.id ?? null
}

/** Whether anybody answered: from then on what was asked stays as it was. A series is answered nowhere. */
export function isAnswered(db: Db, of: FeedbackOf): boolean {
  const formId = 'eventId' in of ? findForm(db, of) : undefined
  if (formId === undefined) return false
  return (
    db
      .select({ id: feedbackSheets.id })
      .from(feedbackSheets)
      .where(eq(feedbackSheets.formId, formId))
      .limit(1)
      .get() !== undefined
  )
}

/** The version of what was asked that somebody's form was made from. It stays when questions get a place of their own. */
export function versionOf(questions: FeedbackQuestion[]): string {
  const said = questions.map(({ kind, usual, label, options, isClosed }) => [kind, usual, label, options, isClosed])
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, 16)
}

/** The same for who changes the questions: it changes with the first answer too, since then less can be changed. */
export function editVersionOf(db: Db, of: FeedbackOf): string {
  return `${versionOf(listQuestions(db, of))}${isAnswered(db, of) ? '!' : ''}`
}

/** The event's own form with what is asked there now; from here on what the series asks changes nothing about it. */
export function ensureForm(tx: Tx, { id: eventId }: Pick<Event, 'id'>): number {
  return findForm(tx, { eventId }) ?? fill(tx, { eventId }, listAsked(tx, { id: eventId }))
}

/**
 * Asks these questions. Once somebody has answered, one can only be added, or be asked no more: what was answered stays beside
 * the question it was an answer to. Refusal('changed_meanwhile') if the form showed something else.
 */
export function saveQuestions(
  tx: Tx,
  of: FeedbackOf,
  { questions, version }: { questions: WantedQuestion[]; version: string },
  now: Temporal.Instant,
): void {
  if (editVersionOf(tx, of) !== version) throw new Refusal('changed_meanwhile')
  const wanted = questions.slice(0, MOST_QUESTIONS)
  const formId = findForm(tx, of)
  if (formId === undefined) fill(tx, of, wanted)
  else if (isAnswered(tx, of)) addAndClose(tx, formId, wanted, now)
  else {
    tx.delete(feedbackQuestions).where(eq(feedbackQuestions.formId, formId)).run()
    insert(tx, formId, wanted, 0)
  }
}

function addAndClose(tx: Tx, formId: number, wanted: WantedQuestion[], now: Temporal.Instant): void {
  const present = questionsIn(tx, formId)
  const kept = new Set(wanted.map(({ id }) => id))
  for (const { id } of present.filter(one => !one.isClosed && !kept.has(one.id))) {
    tx.update(feedbackQuestions)
      .set({ closedAt: now })
      .where(and(eq(feedbackQuestions.id, id ?? 0), isNull(feedbackQuestions.closedAt)))
      .run()
  }
  const added = wanted.filter(({ id }) => id === null).slice(0, MOST_EVER - present.length)
  insert(tx, formId, added, present.length)
}

function fill(tx: Tx, of: FeedbackOf, wanted: WantedQuestion[]): number {
  const { id } = tx.insert(feedbackForms).values(of).returning({ id: feedbackForms.id }).get()
  insert(tx, id, wanted, 0)
  return id
}

function insert(tx: Tx, formId: number, wanted: WantedQuestion[], from: number): void {
  wanted.forEach(({ kind, usual, label, options }, index) => {
    tx.insert(feedbackQuestions)
      .values({ formId, kind, usual, label, options, position: from + index })
      .run()
  })
}

/** The same questions for another event, where the first has its own. */
export function copyQuestions(tx: Tx, from: number, to: number): void {
  const isOwn = findForm(tx, { eventId: from }) !== undefined
  if (isOwn) fill(tx, { eventId: to }, listAsked(tx, { id: from }))
}

/** For when a draft goes: nobody answered them yet. */
export function removeQuestionsOf(tx: Tx, { id: eventId }: Pick<Event, 'id'>): void {
  const formId = findForm(tx, { eventId })
  if (formId === undefined) return
  tx.delete(feedbackQuestions).where(eq(feedbackQuestions.formId, formId)).run()
  tx.delete(feedbackForms).where(eq(feedbackForms.id, formId)).run()
}
