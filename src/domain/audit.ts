// Who did what, when. No personal data of attendees in it.
import type { Tx } from '#db/open.ts'
import { auditEntries } from '#db/schema.ts'

export interface Deed {
  action: string
  organiserId?: number | null
  groupId?: number | null
  eventId?: number | null
  detail?: string
}

export function audit(tx: Tx, deed: Deed, now: Temporal.Instant): void {
  tx.insert(auditEntries)
    .values({ at: now, ...deed })
    .run()
}
