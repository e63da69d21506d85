// What is wrong with a form, beside its field, in the visitor's words.
import type { FastifyRequest } from 'fastify'
import type { Messages } from '#src/i18n/index.ts'
import { Invalid } from '#src/lib/errors.ts'
import type { Form } from './pages.ts'

interface SchemaError {
  instancePath: string
  keyword: string
  params: Record<string, unknown>
}

/** The problems that the route's schema found, by field; nothing if there are none. Needs `attachValidation`. */
export function fieldProblems(request: FastifyRequest): Record<string, string> | undefined {
  const errors = request.validationError?.validation as SchemaError[] | undefined
  if (!errors) return undefined
  const typed = typedValues(request.body)
  const problems: Record<string, string> = {}
  for (const error of errors) {
    const field = String(error.params.missingProperty ?? error.instancePath.split('/')[1] ?? '')
    if (field) problems[field] ??= problemText(request.t.fields, field, error, !typed[field]?.trim())
  }
  return problems
}

function problemText(
  texts: Messages['fields'],
  field: string,
  { keyword, params }: SchemaError,
  isEmpty: boolean,
): string {
  if (keyword === 'maxLength') return texts.too_long(Number(params.limit))
  const known = texts as unknown as Record<string, unknown>
  const own = (isEmpty && known[`${field}_empty`]) || known[field]
  if (typeof own === 'string') return own
  if (['type', 'minimum', 'maximum'].includes(keyword)) return texts.number
  if (keyword === 'required' || keyword === 'minLength') return texts.required
  if (keyword === 'enum' || keyword === 'anyOf' || keyword === 'const') return texts.choice
  return texts.invalid
}

/** The form to show again: everything that was typed, with what is wrong with it. */
export function formAgain(request: FastifyRequest, problems: Record<string, string>): Form {
  return { values: typedValues(request.body), problems }
}

/** Everything that was typed, as text: before a schema has spoken, a field may have been sent twice or be no text at all. */
export function typedValues(body: unknown): Record<string, string> {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>)
  return Object.fromEntries(
    entries
      .filter(([, value]) => ['string', 'number'].includes(typeof value) || Array.isArray(value))
      .map(([key, value]) => [key, String(value)]),
  )
}

/** Problems the domain found, in the visitor's words; any other error is thrown on. */
export function domainProblems(error: unknown, texts: Messages['fields']): Record<string, string> {
  if (!(error instanceof Invalid)) throw error
  const known = texts as unknown as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(error.problems).map(([field, key]) => [
      field,
      typeof known[key] === 'string' ? String(known[key]) : texts.invalid,
    ]),
  )
}
