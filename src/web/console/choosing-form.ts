// How people choose, as a form on the page of the programme; and what is to be said of giving the places.
import type { FastifyRequest } from 'fastify'
import { ALLOCATIONS } from '#db/schema.ts'
import { takeBackUntil } from '#src/domain/allocating.ts'
import { type ChoiceSettings, seedOf } from '#src/domain/choice-settings.ts'
import { isAnyChosen } from '#src/domain/choices.ts'
import type { Event } from '#src/domain/events.ts'
import { END_OF_DAY } from '#src/domain/registration-windows.ts'
import { awaitsAllocation, choicesEnd, listRounds } from '#src/domain/workshops.ts'
import { Invalid } from '#src/lib/errors.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Deps } from '../deps.ts'
import type { Form } from '../pages.ts'
import { Revision } from './fields.ts'
import type { Options } from './pages.ts'

export const ChoosingForm = Type.Object({
  revision: Revision,
  allocation: Type.Enum([...ALLOCATIONS]),
  choicesUntilDate: Type.String({ pattern: '^(\\d{4}-\\d{2}-\\d{2})?$', default: '' }),
  choicesUntilTime: Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d)?$', default: '' }),
})

export interface ChoosingPart {
  /** Nothing is chosen where there are no workshops. */
  hasRounds: boolean
  form: Form
  rules: Options
  /** The rule is settled: people have chosen. */
  isFixed: boolean
  /** Places are to be given: since somebody chose, and the event has not begun. */
  canAllocate: boolean
  awaits: boolean
  /** With which lots the places are given, to be shown. */
  seed: string
  /** Places that were given can be taken back until then. */
  takeBackUntil: Temporal.Instant | undefined
  /** People can go on choosing until then. */
  openUntil: Temporal.Instant | undefined
}

/** A day alone is the whole of it. */
export function readChoosing(body: Static<typeof ChoosingForm>): ChoiceSettings {
  const { allocation, choicesUntilDate: date, choicesUntilTime: time } = body
  if (time && !date) throw new Invalid({ choicesUntilDate: 'required' })
  return { allocation, choicesUntil: date ? date + (time ? `T${time}` : END_OF_DAY) : null }
}

function valuesOf({ allocation, choicesUntil, revision }: Event): Record<string, string> {
  const [date = '', time = ''] = choicesUntil?.split('T') ?? []
  return {
    allocation,
    revision: String(revision),
    choicesUntilDate: date,
    choicesUntilTime: choicesUntil?.endsWith(END_OF_DAY) ? '' : time,
  }
}

export function choosingPart({ db, clock }: Deps, { t }: FastifyRequest, event: Event, form?: Form): ChoosingPart {
  const now = clock.now()
  const isFixed = isAnyChosen(db, event)
  const awaits = awaitsAllocation(event)
  const end = choicesEnd(event)
  return {
    hasRounds: listRounds(db, event).length > 0,
    // What was not sent at all is shown as it stands.
    form: { problems: {}, ...form, values: { ...valuesOf(event), ...form?.values } },
    rules: ALLOCATIONS.map(rule => [rule, t.programme.choosing.rules[rule]]),
    isFixed,
    awaits,
    seed: event.allocationSeed || seedOf(event),
    canAllocate: awaits && isFixed && !event.cancelledAt && isBefore(now, event.startsAt),
    openUntil: isBefore(now, end) ? end : undefined,
    takeBackUntil: takeBackUntil(event, now),
  }
}
