// What goes of questions from practice when its time is over: who asked, who follows, in which browser somebody pressed the
// button. What all may read stays, and so do the counts.
import { eq, inArray, type SQL, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { DATA, MONTHS } from '#db/personal-data.ts'
import { events, questionFollowers, questions, questionThemes, recognitions } from '#db/schema.ts'
import { removeFollowers } from './followers.ts'
import { daysAgo, empty, type Found, holds, type Rule, theseRows, type Walk } from './forgetting.ts'
import { type Limits, monthsBefore } from './retention.ts'

/** In which somebody proves an address that was typed. */
const PROVING_DAYS = 7

/** Its owner has heard the end of it, or never will. */
const isOver = (limits: Limits) => sql`(
  coalesce(${questions.answeredAt}, ${questions.rejectedAt}) < ${daysAgo(limits, DATA.question.end.days)}
  or max(${questions.askedAt}, coalesce((select ${events.endsAt} from ${events} where ${events.id} = ${questions.eventId}), 0))
    < ${monthsBefore(limits.now, MONTHS.usual).epochMilliseconds})`

const isForNobody = sql`(${questions.approvedAt} is null or ${questions.rejectedAt} is not null) and ${questions.mergedIntoId} is null`

const findQuestions =
  (where: SQL): Rule['find'] =>
  (tx, stretch, limits) =>
    tx.all<Found>(
      sql`select ${questions.id} as id, ${questions.groupId} as "groupId" from ${questions} where ${stretch} and ${where} and ${isOver(limits)}`,
    )

const findFollowers: Rule['find'] = (tx, stretch, limits) => {
  const isUnproven = sql`${questionFollowers.provenAt} is null and ${questionFollowers.createdAt} < ${daysAgo(limits, PROVING_DAYS)}`
  return tx.all<Found>(
    sql`select ${questionFollowers.id} as id, ${questions.groupId} as "groupId"
      from ${questionFollowers} join ${questions} on ${questions.id} = ${questionFollowers.questionId}
      where ${stretch} and (${isOver(limits)} or ${isUnproven})`,
  )
}

const findHashes: Rule['find'] = (tx, stretch, { now }) => {
  const limit = monthsBefore(now, DATA.recognition.end.months).epochMilliseconds
  return tx.all<Found>(
    sql`select ${recognitions.id} as id, null as "groupId" from ${recognitions}
      where ${stretch} and ${recognitions.visitorHash} is not null and ${recognitions.createdAt} < ${limit}`,
  )
}

/** With all that hangs on it, and with what was merged into it. */
function removeQuestions(tx: Tx, ids: number[]): void {
  const merged = tx.select({ id: questions.id }).from(questions).where(inArray(questions.mergedIntoId, ids)).all()
  const all = [...merged.map(({ id }) => id), ...ids]
  const followers = tx
    .select({ id: questionFollowers.id })
    .from(questionFollowers)
    .where(inArray(questionFollowers.questionId, all))
  removeFollowers(
    tx,
    followers.all().map(({ id }) => id),
    'gone',
  )
  tx.delete(recognitions).where(inArray(recognitions.questionId, all)).run()
  tx.delete(questionThemes).where(inArray(questionThemes.questionId, all)).run()
  for (const id of all) tx.delete(questions).where(eq(questions.id, id)).run()
}

/** In this order: what refers to a row goes before that row. */
export const QUESTION_WALKS: Walk[] = [
  {
    name: 'questionFollowers',
    rules: [{ kind: 'question', find: findFollowers, end: (tx, ids) => removeFollowers(tx, ids, 'gone') }],
  },
  {
    name: 'recognitions',
    rules: [
      {
        kind: 'recognition',
        find: findHashes,
        end: (tx, ids) => void tx.update(recognitions).set({ visitorHash: null }).where(theseRows(ids)).run(),
      },
    ],
  },
  {
    name: 'questions',
    rules: [
      { kind: 'question', find: findQuestions(isForNobody), end: removeQuestions },
      {
        kind: 'question',
        find: findQuestions(holds('questions', 'question')),
        end: empty('questions', 'question'),
      },
    ],
  },
]
