// Whether a workshop takes place. One that somebody chose is never removed: it is cancelled, and stays on the page of the
// programme so that whoever looks for it reads why it is not there.
import { eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { sessions } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore, zoned } from '#src/lib/time.ts'
import { type Action, auditEvent } from './audit.ts'
import { change, type Editor } from './changes.ts'
import { leaveWorkshop } from './choosing.ts'
import type { Event, Session } from './events.ts'
import { getSession } from './programmes.ts'

/**
 * Cancels a workshop for everybody who chose it: CANCEL to who had a place, and each gets their other choice of that round if
 * there is room. Refusal('not_possible_now') for what is no workshop, or has begun.
 */
export function cancelSession(tx: Tx, event: Event, session: Session, editor: Editor, now: Temporal.Instant): Session {
  if (session.cancelledAt) return session
  refuseUnlessComing(event, session, now)
  const cancelled = set(tx, event, session, { cancelledAt: now, action: 'session_cancelled' }, editor, now)
  leaveWorkshop(tx, cancelled, now)
  return cancelled
}

/** Takes a cancellation back: it can be chosen again. Who chose it before has been told, and may have chosen something else. */
export function reinstateSession(
  tx: Tx,
  event: Event,
  session: Session,
  editor: Editor,
  now: Temporal.Instant,
): Session {
  if (!session.cancelledAt) return session
  refuseUnlessComing(event, session, now)
  return set(tx, event, session, { cancelledAt: null, action: 'session_reinstated' }, editor, now)
}

function refuseUnlessComing({ timeZone }: Event, { kind, localStart }: Session, now: Temporal.Instant): void {
  const startsAt = zoned({ localStart, timeZone }).toInstant()
  if (kind !== 'workshop' || !isBefore(now, startsAt)) throw new Refusal('not_possible_now')
}

function set(
  tx: Tx,
  event: Event,
  { id, sequence, title }: Session,
  { cancelledAt, action }: { cancelledAt: Temporal.Instant | null; action: Action },
  editor: Editor,
  now: Temporal.Instant,
): Session {
  change(tx, event, { revisedAt: now }, editor)
  tx.update(sessions)
    .set({ cancelledAt, sequence: sequence + 1, revisedAt: now })
    .where(eq(sessions.id, id))
    .run()
  auditEvent(tx, action, event, { ...editor, detail: title }, now)
  return getSession(tx, id)
}
