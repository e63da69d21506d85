// Who did what, when. No personal data of attendees in it: whom it was done to is a row, and their name ends with it.
import type { Tx } from '#db/open.ts'
import { auditEntries } from '#db/schema.ts'
import type { Event } from './events.ts'

export interface Deed {
  action: string
  organiserId?: number | null
  groupId?: number | null
  eventId?: number | null
  /** The attendee it was done to. */
  registrationId?: number | null
  detail?: string | undefined
}

export function audit(tx: Tx, deed: Deed, now: Temporal.Instant): void {
  tx.insert(auditEntries)
    .values({ at: now, ...deed })
    .run()
}

/** What was done to an event, in the group that hosts it. */
export function auditEvent(
  tx: Tx,
  action: string,
  { id, groupId }: Event,
  { organiserId, registrationId, detail }: Pick<Deed, 'organiserId' | 'registrationId' | 'detail'>,
  now: Temporal.Instant,
): void {
  audit(tx, { action, organiserId, registrationId, detail, groupId, eventId: id }, now)
}
