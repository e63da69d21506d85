// Questions from practice, as anybody may read them. Asking one stands in `asking`, who recognises one in `recognitions`, who
// hears what becomes of one in `followers`, what organisers do with one in `moderating`.
import { and, asc, desc, eq, inArray, isNotNull, isNull, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, groups, questions, questionThemes, recognitions, themes } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { fold } from '#src/lib/text.ts'
import type { Event } from './events.ts'
import { descendantsOf, type Group } from './groups.ts'
import type { Theme } from './themes.ts'

export type Question = typeof questions.$inferSelect
/** `planned`: an event about it has a page and takes place. */
export type QuestionState = 'new' | 'open' | 'planned' | 'answered' | 'rejected' | 'merged'

/** A question with what every list shows of it. */
export interface ListedQuestion extends Question {
  /** Nothing if it is put to the group at the top. */
  group: Group | null
  themes: Theme[]
  /** How many recognise it. */
  recognised: number
  /** The event about it, be it a draft. */
  event: Event | null
  state: QuestionState
}

export const ORDERS = ['recognised', 'new'] as const
/** What a list of questions can be narrowed to. Slugs; unknown ones give an empty list. */
export interface QuestionFilter {
  q?: string | undefined
  group?: string | undefined
  theme?: string | undefined
  order?: (typeof ORDERS)[number] | undefined
}

/** All may read it: an organiser approved it, and nobody took it away or merged it into another. */
export const isPublic = and(
  isNotNull(questions.approvedAt),
  isNull(questions.rejectedAt),
  isNull(questions.mergedIntoId),
) as SQL

/** Whose it is: one that is put to no group in particular belongs to the group at the top. */
export const ownerId = sql`coalesce(${questions.groupId}, (select id from groups where parent_id is null order by id limit 1))`

export function findQuestion(db: Db, id: number): Question | undefined {
  return db.select().from(questions).where(eq(questions.id, id)).get()
}

export function getQuestion(db: Db, id: number): Question {
  const question = findQuestion(db, id)
  if (!question) throw new NotFound('question')
  return question
}

export function getListedQuestion(db: Db, id: number): ListedQuestion {
  return listedQuestions(db, [getQuestion(db, id)])[0] as ListedQuestion
}

/** NotFound for one that nobody may read, so that nobody can tell it from nothing. */
export function getPublicQuestion(db: Db, id: number): ListedQuestion {
  const found = db
    .select()
    .from(questions)
    .where(and(eq(questions.id, id), isPublic))
    .all()
  const [question] = listedQuestions(db, found)
  if (!question) throw new NotFound('question')
  return question
}

/** The question that this one was merged into, if all may read that. */
export function findKept(db: Db, id: number): number | undefined {
  const into = findQuestion(db, id)?.mergedIntoId
  if (!into) return undefined
  const isKept = and(eq(questions.id, into), isPublic)
  return db.select({ id: questions.id }).from(questions).where(isKept).get()?.id
}

/** What all may read: those that most recognise first, or the newest. */
export function listQuestions(db: Db, filter: QuestionFilter, limit: number, offset: number): ListedQuestion[] {
  const count = sql`(select count(*) from ${recognitions} where ${recognitions.questionId} = ${questions.id})`
  const order = filter.order === 'new' ? [desc(questions.approvedAt)] : [desc(count), desc(questions.approvedAt)]
  const found = db
    .select()
    .from(questions)
    .where(and(isPublic, ...matches(filter)))
    .orderBy(...order, desc(questions.id))
    .limit(limit)
    .offset(offset)
    .all()
  return listedQuestions(db, found)
}

function matches({ q = '', group, theme }: QuestionFilter): SQL[] {
  const words = fold(q).split(' ').filter(Boolean)
  const ofTheme = sql`select 1 from ${questionThemes} join ${themes} on ${themes.id} = ${questionThemes.themeId}
    where ${questionThemes.questionId} = ${questions.id} and ${themes.slug} = ${theme}`
  return [
    ...words.map(word => sql`instr(fold(${questions.text} || ' ' || ${questions.place}), ${word}) > 0`),
    ...(group === undefined ? [] : [sql`${ownerId} in ${descendantsOf(group)}`]),
    ...(theme === undefined ? [] : [sql`exists (${ofTheme})`]),
  ]
}

/** The questions that an event began with, as its page tells of them. */
export function listQuestionsOf(db: Db, eventId: number): Pick<Question, 'id' | 'text'>[] {
  return ofEvent(db).all({ eventId })
}

const ofEvent = prepared(db =>
  db
    .select({ id: questions.id, text: questions.text })
    .from(questions)
    .where(and(eq(questions.eventId, sql.placeholder('eventId')), isPublic))
    .orderBy(asc(questions.id))
    .prepare(),
)

/** Adds groups, themes, events and counts: one query each, whatever the length of the list. */
export function listedQuestions(db: Db, list: Question[]): ListedQuestion[] {
  if (list.length === 0) return []
  const ids = list.map(({ id }) => id)
  const some = (values: (number | null)[]) => values.flatMap(value => value ?? [])
  const groupById = new Map(
    keyed(
      db
        .select()
        .from(groups)
        .where(inArray(groups.id, some(list.map(({ groupId }) => groupId))))
        .all(),
    ),
  )
  const eventById = new Map(
    keyed(
      db
        .select()
        .from(events)
        .where(inArray(events.id, some(list.map(({ eventId }) => eventId))))
        .all(),
    ),
  )
  const themesById = themesOf(db, ids)
  const counts = countsOf(db, ids)
  return list.map(question => {
    const event = (question.eventId !== null && eventById.get(question.eventId)) || null
    return {
      ...question,
      event,
      group: (question.groupId !== null && groupById.get(question.groupId)) || null,
      themes: themesById.get(question.id) ?? [],
      recognised: counts.get(question.id) ?? 0,
      state: stateOf(question, event),
    }
  })
}

const keyed = <T extends { id: number }>(rows: T[]) => rows.map((row): [number, T] => [row.id, row])

function themesOf(db: Db, ids: number[]): Map<number, Theme[]> {
  const rows = db
    .select({ id: questionThemes.questionId, theme: themes })
    .from(questionThemes)
    .innerJoin(themes, eq(themes.id, questionThemes.themeId))
    .where(inArray(questionThemes.questionId, ids))
    .orderBy(asc(themes.name))
    .all()
  return new Map([...Map.groupBy(rows, row => row.id)].map(([id, of]) => [id, of.map(({ theme }) => theme)]))
}

function countsOf(db: Db, ids: number[]): Map<number, number> {
  const rows = db
    .select({ id: recognitions.questionId, total: sql<number>`count(*)` })
    .from(recognitions)
    .where(inArray(recognitions.questionId, ids))
    .groupBy(recognitions.questionId)
    .all()
  return new Map(rows.map(({ id, total }) => [id, total]))
}

function stateOf(question: Question, event: Event | null): QuestionState {
  if (question.mergedIntoId !== null) return 'merged'
  if (question.rejectedAt) return 'rejected'
  if (!question.approvedAt) return 'new'
  if (question.answeredAt) return 'answered'
  return event?.publishedAt && !event.cancelledAt ? 'planned' : 'open'
}

/** One for an example: no row, so that its address leads nowhere. */
export function exampleQuestion(
  words: Pick<Question, 'text' | 'answer'>,
  event: Event,
  now: Temporal.Instant,
): ListedQuestion {
  const moments = { askedAt: now, approvedAt: now, answeredAt: now, revisedAt: now, rejectedAt: null }
  const nothing = { typed: '', name: '', place: '', groupId: null, rejectReason: '', mergedIntoId: null }
  const shown = { group: null, themes: [], recognised: 0, event, state: 'answered' } as const
  return {
    id: 0,
    role: 'practice',
    ...words,
    ...nothing,
    ...moments,
    eventId: event.id,
    revision: 1,
    ...shown,
    themes: [],
  }
}
