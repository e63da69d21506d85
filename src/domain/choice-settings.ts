// How the people of an event choose workshops: until when, and how the places are given. Whether they still can stands in
// `choosing`; giving places by preference, in `allocating`.
import { createHash } from 'node:crypto'
import type { Tx } from '#db/open.ts'
import type { events } from '#db/schema.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { isBefore, localTimeProblem, zoned } from '#src/lib/time.ts'
import { auditEvent } from './audit.ts'
import { change, type Editor } from './changes.ts'
import { isAnyChosen } from './choices.ts'
import type { Event } from './events.ts'
import { END_OF_DAY } from './registration-windows.ts'
import { shiftedFrom } from './session-times.ts'

export type ChoiceSettings = Pick<Event, 'choicesUntil' | 'allocation'>

/**
 * Invalid, at the field of its day, if choosing would end when the event is over, or at a time that the clock leaves out.
 * Refusal('not_possible_now') for another way to give places once somebody chose: they were told how it goes.
 */
export function setChoosing(tx: Tx, event: Event, to: ChoiceSettings, editor: Editor, now: Temporal.Instant): Event {
  const problem = to.choicesUntil === null ? undefined : deadlineProblem(to.choicesUntil, event)
  if (problem) throw new Invalid({ choicesUntilDate: problem })
  if (to.allocation !== event.allocation && isAnyChosen(tx, event)) throw new Refusal('not_possible_now')
  const changed = change(tx, event, { ...to, revisedAt: now }, editor)
  auditEvent(tx, 'choosing_changed', event, editor, now)
  return changed
}

function deadlineProblem(choicesUntil: string, { timeZone, endsAt }: Event) {
  const problem = localTimeProblem(choicesUntil, timeZone)
  if (problem) return problem
  const isLate = !isBefore(
    zoned({ localStart: choicesUntil.replace(END_OF_DAY, 'T00:00'), timeZone }).toInstant(),
    endsAt,
  )
  return isLate ? 'window_late' : undefined
}

/**
 * With which lots the places of an event are given by preference. They were settled when it was made, so that nobody can draw
 * again until they like what comes of it.
 */
export function seedOf({ uid }: Pick<Event, 'uid'>): string {
  return createHash('sha256').update(uid).digest('hex').slice(0, 8)
}

/** Where choosing ends when the event goes elsewhere in time: as long before it by the clock on the wall, a whole day as one. */
export function movedDeadline(
  { choicesUntil, localStart }: Pick<Event, 'choicesUntil' | 'localStart'>,
  to: Pick<Event, 'localStart'>,
): string | null {
  if (choicesUntil === null) return null
  const dayOf = (local: string) => (choicesUntil.endsWith(END_OF_DAY) ? local.slice(0, 10) : local)
  return shiftedFrom(choicesUntil, dayOf(localStart), dayOf(to.localStart))
}

/** The same rules for an event made after another; nothing of it was given away. */
export function copiedChoosing(
  event: Event,
  localStart: string,
): Pick<typeof events.$inferInsert, 'choicesUntil' | 'allocation'> {
  return { choicesUntil: movedDeadline(event, { localStart }), allocation: event.allocation }
}
