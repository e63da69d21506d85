// A new event made after an existing one.
import { randomUUID } from 'node:crypto'
import { eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { eventThemes, sessions } from '#db/schema.ts'
import { Invalid } from '#src/lib/errors.ts'
import { localTimeProblem } from '#src/lib/time.ts'
import { auditEvent } from './audit.ts'
import { copyTerms } from './certificates.ts'
import { cohostsOf, setCohosts } from './cohosts.ts'
import { createEvent } from './drafts.ts'
import type { Event } from './events.ts'
import { copyFormFields } from './form-fields.ts'
import { copiedWindow, shifted } from './registration-windows.ts'

/**
 * A draft on another day with the same texts, people, groups, themes, places, programme and questions, and an address and UID of
 * its own. What came of the event (materials, yield, registrations) and its picture stay where they are.
 */
export function duplicateEvent(
  tx: Tx,
  event: Event,
  localStart: string,
  { organiserId }: { organiserId: number | null },
  now: Temporal.Instant,
): Event {
  const problem = localTimeProblem(localStart, event.timeZone)
  if (problem) throw new Invalid({ start: problem })
  const copy = createEvent(
    tx,
    { ...kept(event), ...copiedWindow(event, localStart), localStart, plannedFor: BY_HAND },
    now,
  )
  for (const themeId of themesOf(tx, event)) tx.insert(eventThemes).values({ eventId: copy.id, themeId }).run()
  setCohosts(
    tx,
    copy,
    (cohostsOf(tx, [event]).get(event.id) ?? []).map(({ id }) => id),
  )
  copyFormFields(tx, event.id, copy.id)
  copySessions(tx, event, copy)
  copyTerms(tx, event, copy, now)
  auditEvent(tx, 'event_duplicated', copy, { organiserId, detail: event.title }, now)
  return copy
}

/** No time that a rule gave: what was dated by hand is never dated anew. */
const BY_HAND = ''

function kept(event: Event) {
  const { seriesId, groupId, kind, timeZone, durationMinutes, attendance, venue, roomUrl, hostUrl } = event
  const { title, summary, description, speakers, capacityOnline, capacityInPerson } = event
  const { waitingRule, needsApproval, isInvitationOnly } = event
  return {
    ...{ seriesId, groupId, kind, timeZone, durationMinutes, attendance, venue, roomUrl, hostUrl },
    ...{ title, summary, description, speakers, capacityOnline, capacityInPerson },
    ...{ waitingRule, needsApproval, isInvitationOnly },
  }
}

function themesOf(db: Db, { id }: Event): number[] {
  const rows = db.select({ id: eventThemes.themeId }).from(eventThemes).where(eq(eventThemes.eventId, id)).all()
  return rows.map(row => row.id)
}

function copySessions(tx: Tx, from: Event, to: Event): void {
  const days = Temporal.PlainDate.from(from.localStart).until(Temporal.PlainDate.from(to.localStart)).days
  for (const { id: _, ...session } of tx.select().from(sessions).where(eq(sessions.eventId, from.id)).all()) {
    const localStart = shifted(session.localStart, days)
    tx.insert(sessions)
      .values({ ...session, eventId: to.id, uid: randomUUID(), localStart })
      .run()
  }
}
