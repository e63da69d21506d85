// Every change of an event passes here. Which changes there are stands in `drafts`, `editing`, `moves` and `cancellations`;
// what one means for people follows from `telling`.
import { and, desc, eq, inArray } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { auditEntries, events, organisers } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import type { Action } from './audit.ts'
import { type Event, getEvent } from './events.ts'
import { refuseSecretsIn } from './secrets.ts'

/** Who changes, and which version of the event they looked at: another one has come since → Refusal('changed_meanwhile'). */
export interface Editor {
  organiserId: number | null
  revision: number
}

/**
 * The one way to change an event: Refusal('changed_meanwhile') unless the editor saw its present revision; Invalid if what
 * others read would hold what is not for them (`secrets`).
 */
export function change(tx: Tx, event: Event, values: Partial<typeof events.$inferInsert>, editor: Editor): Event {
  const changed = tx
    .update(events)
    .set({ ...values, revision: event.revision + 1 })
    .where(and(eq(events.id, event.id), eq(events.revision, editor.revision)))
    .returning()
    .get()
  if (!changed) throw new Refusal('changed_meanwhile')
  // A new room has to be looked for everywhere, an old one in what is new.
  const hasNewRoom = 'roomUrl' in values || 'hostUrl' in values
  refuseSecretsIn(hasNewRoom ? changed : values, changed.roomUrl, changed.hostUrl)
  return getEvent(tx, event.id)
}

/** The acts after which a form made before them is no longer up to date. */
const CHANGES: Action[] = [
  ...(['event_edited', 'event_published', 'event_moved', 'event_cancelled', 'event_reinstated'] as const),
  ...(['cover_set', 'cover_removed', 'yield_written'] as const),
  ...(['session_added', 'session_changed', 'session_moved', 'session_removed', 'session_cancelled'] as const),
  ...(['session_reinstated', 'choosing_changed', 'workshops_allocated'] as const),
]

/** Who changed an event last, by name or else address, and when; nobody if it was not somebody who signs in. */
export function lastChange(db: Db, { id }: Pick<Event, 'id'>): { who: string; at: Temporal.Instant } | undefined {
  const row = db
    .select({ at: auditEntries.at, name: organisers.name, email: organisers.email })
    .from(auditEntries)
    .innerJoin(organisers, eq(organisers.id, auditEntries.organiserId))
    .where(and(eq(auditEntries.eventId, id), inArray(auditEntries.action, CHANGES)))
    .orderBy(desc(auditEntries.id))
    .limit(1)
    .get()
  return row && { who: row.name || row.email, at: row.at }
}
