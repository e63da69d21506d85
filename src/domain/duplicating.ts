// A new event made after an existing one.
import { eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { eventThemes } from '#db/schema.ts'
import { Invalid } from '#src/lib/errors.ts'
import { localTimeProblem } from '#src/lib/time.ts'
import { auditEvent } from './audit.ts'
import { copyTerms } from './certificates.ts'
import { copiedChoosing } from './choice-settings.ts'
import { cohostsOf, setCohosts } from './cohosts.ts'
import { addSession, createEvent } from './drafts.ts'
import type { Event } from './events.ts'
import { copyQuestions } from './feedback-questions.ts'
import { copyFormFields } from './form-fields.ts'
import { takesPlace } from './programmes.ts'
import { copiedWindow } from './registration-windows.ts'
import { refuseForProgramme } from './session-moves.ts'
import { programmeAt } from './session-times.ts'

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
  refuseForProgramme(tx, event, { ...event, localStart })
  const copy = createEvent(
    tx,
    {
      ...kept(event),
      ...copiedWindow(event, localStart),
      ...copiedChoosing(event, localStart),
      localStart,
      plannedFor: BY_HAND,
    },
    now,
  )
  for (const themeId of themesOf(tx, event)) tx.insert(eventThemes).values({ eventId: copy.id, themeId }).run()
  setCohosts(
    tx,
    copy,
    (cohostsOf(tx, [event]).get(event.id) ?? []).map(({ id }) => id),
  )
  copyFormFields(tx, event.id, copy.id)
  copySessions(tx, event, copy, now)
  copyQuestions(tx, event.id, copy.id)
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

/** What is to take place, as much later by the clock on the wall; nobody chose any of it yet. */
function copySessions(tx: Tx, from: Event, to: Event, now: Temporal.Instant): void {
  for (const { id: _, uid: _uid, sequence: _sequence, group: _group, ...session } of programmeAt(tx, from, to)) {
    if (takesPlace(session)) addSession(tx, { ...session, eventId: to.id, revisedAt: now })
  }
}
