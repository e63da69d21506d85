// What people answered to the extra questions of a form: reading what was typed, keeping it, giving it back.
import { asc, eq, inArray } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { answers, formFields } from '#db/schema.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import { type FormField, fits, listFormFields } from './form-fields.ts'
import type { Registration } from './registrations.ts'

/** By the id of the question: one text, or the options chosen. A yes or no is 'yes' or 'no'. */
export type Answers = Map<number, string[]>

export const LONGEST_ANSWER = 1000

/** What each of these registrations answered, in the order of the questions; a registration without answers is not in it. One query. */
export function answersOf(db: Db, registrationIds: number[]): Map<number, Answers> {
  if (registrationIds.length === 0) return new Map()
  const rows = db
    .select({ registrationId: answers.registrationId, formFieldId: answers.formFieldId, value: answers.value })
    .from(answers)
    .innerJoin(formFields, eq(formFields.id, answers.formFieldId))
    .where(inArray(answers.registrationId, registrationIds))
    .orderBy(asc(formFields.position), asc(formFields.id))
    .all()
  const byRegistration = Map.groupBy(rows, row => row.registrationId)
  return new Map(
    [...byRegistration].map(([id, own]) => [id, new Map(own.map(row => [row.formFieldId, row.value]))] as const),
  )
}

/** What somebody answered, by the id of the question; empty if they answered nothing. */
export function answersOfOne(db: Db, { id }: Pick<Registration, 'id'>): Answers {
  return answersOf(db, [id]).get(id) ?? new Map()
}

export type AnswerProblem = 'required' | 'choice' | 'answer_long'

/** What was typed as answers, without those left empty; and what is wrong with them, by the id of the question. */
export function readAnswers(fields: FormField[], typed: Answers) {
  const read = fields.map(field => ({ field, value: tidy(field, typed.get(field.id) ?? []) }))
  const problems = read.flatMap(({ field, value }): [number, AnswerProblem][] => {
    const problem = problemOf(field, value)
    return problem ? [[field.id, problem]] : []
  })
  const kept = read.filter(({ value }) => value.length > 0).map(({ field, value }) => [field.id, value] as const)
  return { answers: new Map(kept) as Answers, problems: new Map(problems) }
}

function tidy({ kind, options }: FormField, typed: string[]): string[] {
  if (kind === 'text') return [cleanText(typed[0] ?? '')].filter(Boolean)
  const chosen = typed.map(cleanLine).filter(Boolean)
  if (kind !== 'several') return chosen.slice(0, 1)
  // In the order in which they are offered; what is not offered stays, to be refused.
  return [...options.filter(option => chosen.includes(option)), ...chosen.filter(option => !options.includes(option))]
}

function problemOf(field: FormField, value: string[]): AnswerProblem | undefined {
  if (value.length === 0) return field.isRequired ? 'required' : undefined
  if (field.kind === 'text') return (value[0] ?? '').length > LONGEST_ANSWER ? 'answer_long' : undefined
  return fits(field, value) ? undefined : 'choice'
}

/** Puts these answers in the place of what somebody answered before. A question that has changed meanwhile keeps no answer that does not fit it. */
export function setAnswers(tx: Tx, { id, eventId }: Pick<Registration, 'id' | 'eventId'>, given: Answers): void {
  tx.delete(answers).where(eq(answers.registrationId, id)).run()
  for (const field of listFormFields(tx, eventId)) {
    const value = given.get(field.id)
    if (value?.length && fits(field, value)) {
      tx.insert(answers).values({ registrationId: id, formFieldId: field.id, value }).run()
    }
  }
}
