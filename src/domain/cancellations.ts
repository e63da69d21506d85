// Whether an event takes place.
import { eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { registrations } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { auditEvent } from './audit.ts'
import { change, type Editor } from './changes.ts'
import { placeEnrolled } from './enrolling.ts'
import type { Event } from './events.ts'
import { dropReminders, replanReminders } from './reminders.ts'
import { raiseProgramme } from './session-moves.ts'
import { settleAll } from './telling.ts'
import { fillPlaces } from './waiting.ts'

/** Cancels for everybody: CANCEL to who has a place, a plain mail to who waits. The page stays and says so. */
export function cancelEvent(tx: Tx, event: Event, reason: string, editor: Editor, now: Temporal.Instant): Event {
  if (event.cancelledAt) return event
  if (!event.publishedAt || !isBefore(now, event.endsAt)) throw new Refusal('not_possible_now')
  const cancelled = change(
    tx,
    event,
    { cancelledAt: now, cancelReason: reason, sequence: event.sequence + 1, revisedAt: now },
    editor,
  )
  raiseProgramme(tx, event, now)
  const ids = tx.select({ id: registrations.id }).from(registrations).where(eq(registrations.eventId, event.id)).all()
  dropReminders(
    tx,
    ids.map(row => row.id),
    'event_cancelled',
  )
  settleAll(tx, cancelled, now)
  auditEvent(tx, 'event_cancelled', event, editor, now)
  return cancelled
}

/** Takes a cancellation back: REQUEST again, with a higher SEQUENCE. Who had not been told of the cancellation gets no mail. */
export function reinstateEvent(tx: Tx, event: Event, editor: Editor, now: Temporal.Instant): Event {
  if (!event.cancelledAt) return event
  if (!isBefore(now, event.startsAt)) throw new Refusal('past')
  const back = change(
    tx,
    event,
    { cancelledAt: null, cancelReason: '', sequence: event.sequence + 1, revisedAt: now },
    editor,
  )
  raiseProgramme(tx, event, now)
  replanReminders(tx, back, 'reinstated', now)
  settleAll(tx, back, now)
  placeEnrolled(tx, back, now)
  fillPlaces(tx, back, now)
  auditEvent(tx, 'event_reinstated', event, editor, now)
  return back
}
