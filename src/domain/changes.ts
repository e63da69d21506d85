// Every change of an event passes here. Which changes there are stands in `drafts`, `editing`, `moves` and `cancellations`;
// what one means for people follows from `telling`.
import { and, eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { events } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
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
