// What has served its time goes, once a day.
import type { Tx } from '#db/open.ts'
import { clearOldBytes } from '#src/domain/outbox.ts'
import { clearAccessNeeds, forget } from '#src/domain/retention.ts'
import { clearOldSignIns } from '#src/domain/sign-ins.ts'

export const SWEEP_EVERY = { hours: 24 }

export function sweep(tx: Tx, now: Temporal.Instant): void {
  clearOldBytes(tx, now)
  clearOldSignIns(tx, now)
  clearAccessNeeds(tx, now)
  forget(tx, now)
}
