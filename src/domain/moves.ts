// When and where an event is: what stands in everybody's calendar, and follows a change there.
import { and, eq, ne } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { registrations } from '#db/schema.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { instantsOf, isBefore, localTimeProblem } from '#src/lib/time.ts'
import { auditEvent } from './audit.ts'
import { change, type Editor } from './changes.ts'
import { movedDeadline } from './choice-settings.ts'
import { hasContributors } from './contributors.ts'
import type { Event } from './events.ts'
import { capacityOf, placesOf } from './places.ts'
import { movedWindow } from './registration-windows.ts'
import { replanReminders } from './reminders.ts'
import { moveProgramme, refuseForProgramme } from './session-moves.ts'
import { settleAll } from './telling.ts'
import { fillPlaces } from './waiting.ts'

/** When and where: what stands in everybody's calendar. */
export type Appointment = Pick<Event, 'localStart' | 'durationMinutes' | 'attendance' | 'venue'>

/**
 * Moves an event in time or place. Everybody's calendar follows: SEQUENCE rises once, reminders are planned anew, and each
 * active registration gets the mail that is due (held for a while when there are many, see `settleAll`). Its programme goes along
 * by the clock on the wall; Invalid where it could not. Returns the event.
 */
export function moveEvent(
  tx: Tx,
  event: Event,
  to: Appointment,
  reason: string,
  editor: Editor,
  now: Temporal.Instant,
): Event {
  if (event.cancelledAt) throw new Refusal('not_possible_now')
  const problem = localTimeProblem(to.localStart, event.timeZone)
  if (problem) throw new Invalid({ start: problem })
  const instants = instantsOf({ ...event, ...to })
  const isMoved = !instants.startsAt.equals(event.startsAt)
  // Of a draft nobody knows but who was asked to speak.
  const isOut = event.publishedAt !== null || hasContributors(tx, event)
  if (isMoved && isOut && !isBefore(now, instants.startsAt)) throw new Invalid({ start: 'start_past' })
  refuseForProgramme(tx, event, to)
  // Back to where it was is not moved any more: whoever heard of the move is told of the return by what they know.
  const isBack = to.localStart === event.movedFrom
  const trace = isBack ? { movedAt: null, movedFrom: null } : { movedAt: now, movedFrom: event.localStart }
  const moved = change(
    tx,
    event,
    {
      ...to,
      ...instants,
      ...movedWindow(event, to.localStart),
      choicesUntil: movedDeadline(event, to),
      revisedAt: now,
      sequence: event.sequence + (isOut ? 1 : 0),
      ...(isOut && { moveReason: reason }),
      ...(event.publishedAt && isMoved && trace),
    },
    editor,
  )
  moveProgramme(tx, event, moved, isOut, now)
  if (!isOut) return moved
  followAttendance(tx, event, moved)
  replanReminders(tx, moved, 'moved', now)
  settleAll(tx, moved, now)
  fillPlaces(tx, moved, now)
  auditEvent(tx, 'event_moved', event, { ...editor, detail: `${event.localStart}/${to.localStart}` }, now)
  return moved
}

/** A way to take part that no longer exists becomes the one that does; never more people than places. */
function followAttendance(tx: Tx, before: Event, after: Event): void {
  if (after.attendance !== 'hybrid' && before.attendance !== after.attendance) {
    tx.update(registrations)
      .set({ attendance: after.attendance })
      .where(and(eq(registrations.eventId, after.id), ne(registrations.attendance, after.attendance)))
      .run()
  }
  for (const { presence, confirmed } of placesOf(tx, after)) {
    const capacity = capacityOf(after, presence)
    if (capacity !== null && confirmed > capacity) throw new Refusal('capacity_below_confirmed')
  }
}
