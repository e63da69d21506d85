// Choosing workshops in a form, as fields named `round_<number>_first` and `…_second`: what is offered, what was typed, what is
// wrong with it, and what stands there.
import type { FastifyRequest } from 'fastify'
import type { Db } from '#db/open.ts'
import { type Choice, type ChoiceStatus, listChoices } from '#src/domain/choices.ts'
import type { Event } from '#src/domain/events.ts'
import { ownProgramme, type Part } from '#src/domain/own-programme.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { fieldOf, type Wish, wishesOf, wishProblems } from '#src/domain/wishes.ts'
import { awaitsAllocation, canChoose, listRounds, type Round } from '#src/domain/workshops.ts'
import Type from '#src/lib/schemas.ts'
import { typedValues } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'

/** For the schema of a form: how many rounds there are is known only where its event is. */
export const ChoiceFields = { patternProperties: { '^round_[1-9]\\d{0,3}_(first|second)$': Type.Unknown() } }

export interface Choosing {
  rounds: Round[]
  /** Until when they can choose has not passed. */
  isOpen: boolean
  /** The places will be given to everybody at once. */
  isByLot: boolean
  /** What became of what this person chose, by workshop; nothing for who is not known. */
  held: Map<number, ChoiceStatus>
}

/** What people choose between at an event; null where there is nothing to choose. */
export function choosingAt(db: Db, event: Event, now: Temporal.Instant, chosen: Choice[] = []): Choosing | null {
  const rounds = listRounds(db, event)
  if (rounds.length === 0) return null
  const held = new Map(chosen.map(({ sessionId, status }) => [sessionId, status]))
  return { rounds, isOpen: canChoose(event, now), isByLot: awaitsAllocation(event), held }
}

/** The rounds in which somebody can choose now. */
export function openRounds(db: Db, event: Event, now: Temporal.Instant): Round[] {
  return canChoose(event, now) ? listRounds(db, event) : []
}

/** What was sent for these rounds, and for those alone that were; a second choice by itself is a first one. */
export function typedWishes(request: FastifyRequest, rounds: Round[]): Wish[] {
  const typed = typedValues(request.body)
  const isSent = ({ round }: Round) => [fieldOf(round, 'first'), fieldOf(round, 'second')].some(name => name in typed)
  return rounds.filter(isSent).map(({ round }) => {
    const [first, second] = [idIn(typed[fieldOf(round, 'first')]), idIn(typed[fieldOf(round, 'second')])]
    return first === null ? { round, first: second, second: null } : { round, first, second }
  })
}

const NO_WORKSHOP = 0

function idIn(text = ''): number | null {
  if (text.trim() === '') return null
  return /^\d{1,15}$/.test(text) ? Number(text) : NO_WORKSHOP
}

/** By the name of the field, in the visitor's words. */
export function choiceProblems(request: FastifyRequest, rounds: Round[]): Record<string, string> {
  const problems = wishProblems(rounds, typedWishes(request, rounds))
  return Object.fromEntries(Object.entries(problems).map(([field, problem]) => [field, request.t.fields[problem]]))
}

export function choiceValues(wishes: Wish[]): Record<string, string> {
  return Object.fromEntries(
    wishes.flatMap(({ round, first, second }) => [
      [fieldOf(round, 'first'), String(first ?? '')],
      [fieldOf(round, 'second'), String(second ?? '')],
    ]),
  )
}

/** For who takes part in an event where workshops are chosen. */
export interface OwnChoices {
  /** Empty for who waits for a place at the event. */
  programme: Part[]
  choosing: Choosing
  wishes: Wish[]
  form: Form
}

/** Null for who does not take part, and where there is nothing to choose. */
export function ownChoicesOf(
  db: Db,
  event: Event,
  registration: Registration,
  now: Temporal.Instant,
  form?: Form,
): OwnChoices | null {
  if (registration.status === 'cancelled' || registration.part !== null || event.cancelledAt) return null
  const chosen = listChoices(db, registration)
  const choosing = choosingAt(db, event, now, chosen)
  if (!choosing) return null
  const wishes = wishesOf(choosing.rounds, chosen)
  const programme = ownProgramme(db, event, registration)
  return { programme, choosing, wishes, form: form ?? emptyForm(choiceValues(wishes)) }
}
