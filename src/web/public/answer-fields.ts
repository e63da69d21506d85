// The extra questions of a registration form, as fields named `field_<id>`: what was typed, what is wrong with it, and what
// stands there. On no more than one line each, so that several choices fit one text.
import type { FastifyRequest } from 'fastify'
import { type AnswerProblem, type Answers, LONGEST_ANSWER, readAnswers } from '#src/domain/answers.ts'
import type { FormField } from '#src/domain/form-fields.ts'
import type { Messages } from '#src/i18n/index.ts'
import Type from '#src/lib/schemas.ts'
import { formAgain } from '../forms.ts'
import type { Form } from '../pages.ts'

const nameOf = (id: number) => `field_${id}`

/** For the schema of a form: which of these fields there are is known only where its event is. */
export const AnswerFields = { patternProperties: { '^field_[1-9]\\d{0,14}$': Type.Unknown() } }

/** What was sent for these questions, whatever else was. */
function typedAnswers(request: FastifyRequest, fields: FormField[]): Answers {
  const body = new Map(Object.entries((request.body ?? {}) as Record<string, unknown>))
  return new Map(fields.map(({ id }) => [id, textsOf(body.get(nameOf(id)))]))
}

function textsOf(value: unknown): string[] {
  return [value].flat().filter(one => typeof one === 'string')
}

/** By the name of the field, in the visitor's words. */
export function answerProblems(request: FastifyRequest, fields: FormField[]): Record<string, string> {
  const { problems } = readAnswers(fields, typedAnswers(request, fields))
  return Object.fromEntries([...problems].map(([id, problem]) => [nameOf(id), problemText(request.t.fields, problem)]))
}

function problemText(texts: Messages['fields'], problem: AnswerProblem): string {
  return problem === 'answer_long' ? texts.too_long(LONGEST_ANSWER) : texts[problem]
}

/** Cleaned, for whoever registers or changes; nothing where nothing extra is asked. */
export function givenAnswers(request: FastifyRequest, fields: FormField[]): { answers?: Answers } {
  return fields.length ? { answers: readAnswers(fields, typedAnswers(request, fields)).answers } : {}
}

/** Several choices stand in one text, each on a line of its own: no option holds a line break. */
export function answerValues(answers: Answers): Record<string, string> {
  return Object.fromEntries([...answers].map(([id, value]) => [nameOf(id), value.join('\n')]))
}

/** The form to show again, with all that was typed in it. */
export function answersAgain(request: FastifyRequest, fields: FormField[], problems: Record<string, string>): Form {
  const form = formAgain(request, problems)
  return { ...form, values: { ...form.values, ...answerValues(typedAnswers(request, fields)) } }
}
