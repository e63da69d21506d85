// The registration form: its fields, what is wrong with them, and the people it holds. The same schema gives the browser
// its `required` and `maxlength`.
import type { FastifyRequest } from 'fastify'
import type { Db } from '#db/open.ts'
import { PRESENCES, ROLES } from '#db/schema.ts'
import type { Event } from '#src/domain/events.ts'
import type { FormField } from '#src/domain/form-fields.ts'
import { outlookFor, type Places, type Presence, placesOf, presencesOf } from '#src/domain/places.ts'
import type { Applicant } from '#src/domain/registering.ts'
import type { Round } from '#src/domain/workshops.ts'
import Type, { type Static, type TObject } from '#src/lib/schemas.ts'
import { cleanLine, cleanText, EMAIL_PATTERN, NAME_PATTERN, normaliseEmail } from '#src/lib/text.ts'
import { fieldProblems, typedValues } from '../forms.ts'
import { AnswerFields, answerProblems, givenAnswers } from './answer-fields.ts'
import { ChoiceFields, choiceProblems, typedWishes } from './choice-fields.ts'

/** A phone's keyboard leaves spaces behind an address. */
const EMAIL = `^\\s*${EMAIL_PATTERN.slice(1, -1)}\\s*$`
const line = (maxLength: number) => Type.String({ maxLength, default: '' })
export const Email = Type.String({ minLength: 1, maxLength: 200, pattern: EMAIL })
export const OptionalEmail = Type.String({ maxLength: 200, default: '', pattern: `^\\s*$|${EMAIL}` })
export const Details = {
  name: Type.String({ minLength: 1, maxLength: 100, pattern: NAME_PATTERN }),
  email: Email,
  organisation: line(120),
  role: Type.Enum([...ROLES]),
  attendance: Type.Optional(Type.Enum([...PRESENCES])),
  access_needs: line(500),
}
export const RegistrationForm = Type.Object(
  {
    ...Details,
    colleague_name: Type.String({ maxLength: 100, default: '', pattern: `^\\s*$|${NAME_PATTERN}` }),
    colleague_email: OptionalEmail,
    /** The token of whoever was asked to come. */
    invitation: line(200),
    /** Nobody sees this field; who fills it in is a robot. */
    website: line(500),
  },
  { patternProperties: { ...AnswerFields.patternProperties, ...ChoiceFields.patternProperties } },
)
export type RegistrationBody = Static<typeof RegistrationForm>

export type Limits = Record<string, { required: boolean; maxlength: number | null }>

export function limitsOf(form: TObject): Limits {
  const required: string[] = form.required ?? []
  return Object.fromEntries(
    Object.entries(form.properties).map(([name, property]) => {
      const { maxLength, default: fallback } = property as { maxLength?: number; default?: unknown }
      const isRequired = required.includes(name) && fallback === undefined
      return [name, { required: isRequired, maxlength: maxLength ?? null }]
    }),
  )
}

/** What the schema found, and what is wrong with the answers, the workshops and the colleague; nothing if all is well. */
export function registrationProblems(
  request: FastifyRequest,
  asked: FormField[],
  rounds: Round[],
): Record<string, string> | undefined {
  const { fields } = request.t
  const found = { ...fieldProblems(request), ...answerProblems(request, asked), ...choiceProblems(request, rounds) }
  if (found.colleague_name) found.colleague_name = fields.name
  if (found.colleague_email) found.colleague_email = fields.email
  const { email = '', colleague_name = '', colleague_email = '' } = typedValues(request.body)
  const [colleague, address] = [colleague_name.trim(), normaliseEmail(colleague_email)]
  if (Boolean(colleague) !== Boolean(address)) {
    found[colleague ? 'colleague_email' : 'colleague_name'] ??= fields.colleague_incomplete
  } else if (address && address === normaliseEmail(email)) {
    found.colleague_email ??= fields.colleague_same
  }
  return request.validationError || Object.keys(found).length ? found : undefined
}

/** The ones who register: first who fills in, then the colleague they bring. */
export function applicantsOf(
  db: Db,
  request: FastifyRequest,
  event: Event,
  asked: FormField[],
  rounds: Round[],
): [Applicant, ...Applicant[]] {
  const body = request.body as RegistrationBody
  const attendance = presencesOf(event).find(presence => presence === body.attendance) ?? likelyPresence(db, event)
  const shared = { organisation: cleanLine(body.organisation), role: body.role, attendance, locale: request.locale }
  const first = {
    ...shared,
    name: cleanLine(body.name),
    email: normaliseEmail(body.email),
    accessNeeds: cleanText(body.access_needs),
    ...givenAnswers(request, asked),
    ...(rounds.length && { wishes: typedWishes(request, rounds) }),
  }
  const colleague = cleanLine(body.colleague_name)
  if (!colleague) return [first]
  return [first, { ...shared, name: colleague, email: normaliseEmail(body.colleague_email), accessNeeds: '' }]
}

/** Where a place is free, in the room before online: what the form offers first. */
export function likelyPresence(db: Db, event: Event): Presence {
  const [usual = 'online', ...others] = presencesOf(event)
  const isFree = (places: Places) => outlookFor(event, places) === 'confirmed'
  return others.length ? (placesOf(db, event).find(isFree)?.presence ?? usual) : usual
}
