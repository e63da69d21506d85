// Feedback after an event: who is asked, until when, and giving it. Nobody can tell from what is kept who answered what: the mark
// that somebody gave feedback and what they said stand in two tables that share no number, no time and no order. What an organiser
// sees of it stands in `feedback-results`.
import { randomInt } from 'node:crypto'
import { countRows } from '#db/count.ts'
import { and, eq, isNotNull, type SQL } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { DATA } from '#db/personal-data.ts'
import { feedbackAnswers, feedbackMarks, feedbackSheets, registrations } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import { ensureForm, type FeedbackQuestion, listAsked, versionOf } from './feedback-questions.ts'
import { isCounted, type Registration } from './registrations.ts'

/** Answers are shown by so many at least, and so many at a time. */
export const FEWEST = 5
export const LONGEST_FEEDBACK = 1000
export const SCALE = ['1', '2', '3', '4', '5'] as const

/** Until when feedback can be given; after that it is not kept who did. */
export function feedbackEnds({ endsAt }: Pick<Event, 'endsAt'>): Temporal.Instant {
  return endsAt.add({ hours: 24 * DATA.feedback_mark.end.days })
}

export type FeedbackState = 'early' | 'open' | 'closed'

/** As far as it depends on the event: from its end on, as long as something is asked. */
export function feedbackState(db: Db, event: Event, now: Temporal.Instant): FeedbackState {
  if (event.cancelledAt || !isBefore(now, feedbackEnds(event)) || listAsked(db, event).length === 0) return 'closed'
  return isBefore(now, event.endsAt) ? 'early' : 'open'
}

/** Where somebody stands: `absent`: they were not there, or do not come to take part. */
export type FeedbackTurn = FeedbackState | 'absent' | 'given'

export function feedbackTurn(db: Db, event: Event, registration: Registration, now: Temporal.Instant): FeedbackTurn {
  if (hasGiven(db, registration)) return 'given'
  const state = feedbackState(db, event, now)
  if (state !== 'open') return state
  const isThere = db
    .select({ id: registrations.id })
    .from(registrations)
    .where(and(eq(registrations.id, registration.id), wereThere(db, event)))
    .get()
  return isThere ? 'open' : 'absent'
}

/** As a condition: had a place and was there, or would have been as far as anybody knows. */
function wereThere(db: Db, { id }: Pick<Event, 'id'>): SQL | undefined {
  const hadPlace = and(eq(registrations.eventId, id), eq(registrations.status, 'confirmed'), isCounted)
  const wasSeen = isNotNull(registrations.attendedAt)
  const isKnown = db.select({ id: registrations.id }).from(registrations).where(and(hadPlace, wasSeen)).limit(1).get()
  return isKnown ? and(hadPlace, wasSeen) : hadPlace
}

/** How many people are asked. */
export function countAskedPeople(db: Db, event: Pick<Event, 'id'>): number {
  return countRows(db, registrations, wereThere(db, event))
}

export function hasGiven(db: Db, { id }: Pick<Registration, 'id'>): boolean {
  return db.select().from(feedbackMarks).where(eq(feedbackMarks.registrationId, id)).get() !== undefined
}

/** What somebody answered, by the place of the question: one text, a number, or the options chosen. */
export type FeedbackAnswers = Map<number, string[]>

export interface GivenFeedback {
  answers: FeedbackAnswers
  /** The version of the questions that were read. */
  version: string
  /** Their name stands beside what they wrote. */
  withName: boolean
}

/**
 * Keeps what somebody says, once: `false` if they had given feedback before. Without their name nothing kept leads from an answer to
 * them or to another answer of theirs. Refusal('not_possible_now') if it is not their turn, 'changed_meanwhile' if something else is asked now.
 */
export function giveFeedback(
  tx: Tx,
  event: Event,
  registration: Registration,
  { answers, version, withName }: GivenFeedback,
  now: Temporal.Instant,
): boolean {
  const turn = feedbackTurn(tx, event, registration, now)
  if (turn === 'given') return false
  if (turn !== 'open') throw new Refusal('not_possible_now')
  if (versionOf(listAsked(tx, event)) !== version) throw new Refusal('changed_meanwhile')
  const formId = ensureForm(tx, event)
  tx.insert(feedbackMarks).values({ registrationId: registration.id }).run()
  const step = Math.floor(countSheets(tx, formId) / FEWEST)
  tx.insert(feedbackSheets).values({ id: byChance(), formId, step }).run()
  for (const [index, { id, kind }] of listAsked(tx, event).entries()) {
    const given = answers.get(index)
    if (!given?.length || id === null) continue
    const written = { text: given.join('\n'), registrationId: withName ? registration.id : null }
    const said = kind === 'text' ? written : { value: given }
    tx.insert(feedbackAnswers)
      .values({ id: byChance(), questionId: id, step, ...said })
      .run()
  }
  return true
}

const byChance = () => randomInt(1, 2 ** 48 - 1)

export function countSheets(db: Db, formId: number): number {
  return countRows(db, feedbackSheets, eq(feedbackSheets.formId, formId))
}

export type FeedbackProblem = 'choice' | 'feedback_long'

/** What was typed, without what was left empty; and what is wrong with it, by the place of the question. */
export function readFeedback(questions: FeedbackQuestion[], typed: FeedbackAnswers) {
  const given = questions.map((question, index): [number, string[]] => [index, tidy(question, typed.get(index) ?? [])])
  const problems = given.flatMap(([index, value]): [number, FeedbackProblem][] => {
    const problem = problemOf(questions[index], value)
    return problem ? [[index, problem]] : []
  })
  return { answers: new Map(given.filter(([, value]) => value.length > 0)), problems: new Map(problems) }
}

function tidy({ kind }: FeedbackQuestion, typed: string[]): string[] {
  const filled = typed.map(kind === 'text' ? cleanText : cleanLine).filter(Boolean)
  return kind === 'several' ? [...new Set(filled)] : filled.slice(0, 1)
}

function problemOf(question: FeedbackQuestion | undefined, value: string[]): FeedbackProblem | undefined {
  if (!question || value.length === 0) return undefined
  if (question.kind === 'text') return (value[0] ?? '').length > LONGEST_FEEDBACK ? 'feedback_long' : undefined
  const known: readonly string[] = question.kind === 'scale' ? SCALE : question.options
  return value.every(one => known.includes(one)) ? undefined : 'choice'
}

/** Of who turns out to be one person: what they said goes along, and neither gives feedback again. */
export function carryFeedback(tx: Tx, from: Pick<Registration, 'id'>, to: Pick<Registration, 'id'>): void {
  tx.update(feedbackAnswers).set({ registrationId: to.id }).where(eq(feedbackAnswers.registrationId, from.id)).run()
  const { changes } = tx.delete(feedbackMarks).where(eq(feedbackMarks.registrationId, from.id)).run()
  if (changes) tx.insert(feedbackMarks).values({ registrationId: to.id }).onConflictDoNothing().run()
}
