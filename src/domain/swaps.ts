// Two topics of a series change places: each event goes to the other's date, with its page, its people and its calendar
// entries. The dates stay those of the series.
import { eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { events } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Editor } from './changes.ts'
import { type Event, getEvent } from './events.ts'
import { moveEvent } from './moves.ts'

/** Events that can change places: of one series, to come, and not cancelled. */
export function canSwap(event: Event, now: Temporal.Instant): boolean {
  return event.seriesId !== null && !event.cancelledAt && isBefore(now, event.startsAt)
}

/**
 * Moves each of two events to the other's start; everybody's calendar follows as with any move. Refusal('not_possible_now')
 * unless both are of one series, to come and not cancelled; Refusal('changed_meanwhile') if an editor saw older ones.
 */
export function swapEvents(
  tx: Tx,
  [a, b]: [Event, Event],
  reason: string,
  [editorOfA, editorOfB]: [Editor, Editor],
  now: Temporal.Instant,
): void {
  if (a.id === b.id || a.seriesId !== b.seriesId || !canSwap(a, now) || !canSwap(b, now))
    throw new Refusal('not_possible_now')
  moveEvent(tx, a, at(a, b), reason, editorOfA, now)
  moveEvent(tx, b, at(b, a), reason, editorOfB, now)
  tradePlans(tx, getEvent(tx, a.id), b)
  tradePlans(tx, getEvent(tx, b.id), a)
}

const at = ({ durationMinutes, attendance, venue }: Event, { localStart }: Event) => ({
  localStart,
  durationMinutes,
  attendance,
  venue,
})

/** The date that the rule gave goes along: neither counts as dated by hand because of this. */
function tradePlans(tx: Tx, event: Event, { plannedFor }: Event): void {
  tx.update(events).set({ plannedFor }).where(eq(events.id, event.id)).run()
}
