// What has served its time goes, once a day.
import type { Tx } from '#db/open.ts'
import { forgetErasures } from '#src/domain/erasures.ts'
import { forgetFormer, forgetInvitations } from '#src/domain/former-organisers.ts'
import { forgetHistory } from '#src/domain/history.ts'
import { clearOldSessions } from '#src/domain/organiser-sessions.ts'
import { clearOldBytes } from '#src/domain/outbox.ts'
import { clearAccessNeeds, clearAnswers, forget, forgetInvitees } from '#src/domain/retention.ts'

export const SWEEP_EVERY = { hours: 24 }

export function sweep(tx: Tx, now: Temporal.Instant): void {
  clearOldBytes(tx, now)
  clearOldSessions(tx, now)
  clearAccessNeeds(tx, now)
  clearAnswers(tx, now)
  forgetInvitees(tx, now)
  forget(tx, now)
  forgetFormer(tx, now)
  forgetInvitations(tx, now)
  forgetHistory(tx, now)
  forgetErasures(tx, now)
}
