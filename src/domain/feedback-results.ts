// What an organiser sees of feedback: nothing of fewer than five, and while it can still be given nothing of fewer than five more than
// before, so that nobody's answer can be told from what was not there yesterday. There are no cuts by role or organisation: what is left out of
// one could be worked out from another.
import { and, asc, desc, eq, isNotNull, isNull, lt } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, feedbackAnswers, feedbackForms, registrations } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import {
  countAskedPeople,
  countSheets,
  FEWEST,
  type FeedbackState,
  feedbackEnds,
  feedbackState,
  SCALE,
} from './feedback.ts'
import { type FeedbackQuestion, findForm, listQuestions } from './feedback-questions.ts'

/** How many chose something. */
export interface Tally {
  option: string
  total: number
}

export interface WrittenFeedback {
  text: string
  /** Only of who gave it, and where those without one are too many to guess among, or there are none. */
  name: string | null
}

/** What came of one question; nothing of it is shown while too few answered. */
export interface QuestionResult {
  question: FeedbackQuestion
  /** Answers that are shown; 0 if nothing is. */
  answered: number
  tallies: Tally[]
  /** Of a scale. */
  average: number | null
  texts: WrittenFeedback[]
  /** Some gave their name, but beside it the others could be guessed. */
  hidesNames: boolean
}

export interface FeedbackResults {
  state: FeedbackState
  endsAt: Temporal.Instant
  /** How many were asked, and how many gave feedback. */
  asked: number
  given: number
  /** How many of those are in what is shown; 0 if nothing is. */
  shown: number
  questions: QuestionResult[]
}

export function feedbackResults(db: Db, event: Event, now: Temporal.Instant): FeedbackResults {
  const formId = findForm(db, { eventId: event.id })
  const given = formId === undefined ? 0 : countSheets(db, formId)
  const isEnded = !isBefore(now, feedbackEnds(event))
  const steps = stepsShown(given, isEnded)
  const shown = Math.min(given, steps * FEWEST)
  return {
    state: feedbackState(db, event, now),
    endsAt: feedbackEnds(event),
    // Somebody may have answered who by now seems not to have been there.
    asked: Math.max(given, countAskedPeople(db, event)),
    given,
    shown,
    questions: listQuestions(db, { eventId: event.id }).map(question => resultOf(db, question, steps)),
  }
}

/** How many fives are shown: those that are full, and what is left over once nobody can add to it. */
export function stepsShown(given: number, isEnded: boolean): number {
  if (given < FEWEST) return 0
  return isEnded ? Math.ceil(given / FEWEST) : Math.floor(given / FEWEST)
}

function resultOf(db: Db, question: FeedbackQuestion, steps: number): QuestionResult {
  const rows = question.id === null || steps === 0 ? [] : answersTo(db, question.id, steps)
  const none = { question, answered: 0, tallies: [], average: null, texts: [], hidesNames: false }
  if (rows.length < FEWEST) return none
  const values = rows.flatMap(({ value }) => value)
  return {
    ...none,
    answered: rows.length,
    tallies: talliesOf(question, values),
    average: question.kind === 'scale' ? values.reduce((sum, value) => sum + Number(value), 0) / values.length : null,
    ...writtenIn(rows),
  }
}

/** In the order of numbers that were drawn by chance: it stays, and has nothing to do with when they came. */
function answersTo(db: Db, questionId: number, steps: number) {
  return db
    .select({ value: feedbackAnswers.value, text: feedbackAnswers.text, name: registrations.name })
    .from(feedbackAnswers)
    .leftJoin(registrations, eq(registrations.id, feedbackAnswers.registrationId))
    .where(and(eq(feedbackAnswers.questionId, questionId), lt(feedbackAnswers.step, steps)))
    .orderBy(asc(feedbackAnswers.id))
    .all()
}

function talliesOf({ kind, options }: FeedbackQuestion, values: string[]): Tally[] {
  const list: readonly string[] = kind === 'scale' ? SCALE : options
  return list.map(option => ({ option, total: values.filter(value => value === option).length }))
}

/** Texts that are gone, since their time was over, are no more than counted. */
function writtenIn(rows: { text: string; name: string | null }[]): Pick<QuestionResult, 'texts' | 'hidesNames'> {
  const texts = rows.filter(({ text }) => text !== '').map(({ text, name }) => ({ text, name: name || null }))
  const nameless = texts.filter(({ name }) => name === null).length
  const hidesNames = nameless > 0 && nameless < FEWEST && nameless < texts.length
  return { texts: hidesNames ? texts.map(({ text }) => ({ text, name: null })) : texts, hidesNames }
}

/** The events of a series of which anything came, the last one first: only what the page of each shows. */
export function seriesResults(db: Db, { id }: { id: number }, now: Temporal.Instant, limit: number) {
  return db
    .select({ event: events })
    .from(events)
    .innerJoin(feedbackForms, eq(feedbackForms.eventId, events.id))
    .where(and(eq(events.seriesId, id), isNotNull(events.publishedAt), isNull(events.cancelledAt)))
    .orderBy(desc(events.localStart))
    .limit(limit)
    .all()
    .map(({ event }) => ({ event, results: feedbackResults(db, event, now) }))
}
