// A programme goes where its event goes: in time, in place, and off and on again.
import { and, eq, isNull, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { sessions } from '#db/schema.ts'
import { Invalid } from '#src/lib/errors.ts'
import { type Event, placeOf } from './events.ts'
import { type Frame, programmeAt, programmeProblem } from './session-times.ts'

/** Invalid if the programme of an event cannot be had at this time or in this length. */
export function refuseForProgramme(tx: Tx, event: Event, to: Omit<Frame, 'timeZone'>): void {
  const problem = programmeProblem(programmeAt(tx, event, to), { ...to, timeZone: event.timeZone })
  if (problem) throw new Invalid(problem)
}

/**
 * Moves every part by as much, by the clock on the wall, as its event moved; each keeps its UID. SEQUENCE of each rises where it
 * is at another time or place now and people may know of it (`isOut`).
 */
export function moveProgramme(tx: Tx, before: Event, after: Event, isOut: boolean, now: Temporal.Instant): void {
  const isElsewhere = before.attendance !== after.attendance || placeText(before) !== placeText(after)
  if (!isElsewhere && before.localStart === after.localStart) return
  for (const { id, localStart, sequence } of programmeAt(tx, before, after)) {
    tx.update(sessions)
      .set({ localStart, revisedAt: now, sequence: sequence + (isOut ? 1 : 0) })
      .where(eq(sessions.id, id))
      .run()
  }
}

const placeText = (event: Event) => placeOf(event, 'in_person')

/** Whether the event takes place has changed, and so whether what is in it does: SEQUENCE of all that was to take place rises. */
export function raiseProgramme(tx: Tx, { id }: Pick<Event, 'id'>, now: Temporal.Instant): void {
  tx.update(sessions)
    .set({ revisedAt: now, sequence: sql`${sessions.sequence} + 1` })
    .where(and(eq(sessions.eventId, id), isNull(sessions.cancelledAt)))
    .run()
}
