// What has to be seen to in a database that comes out of a backup, before anybody is served from it.
import { isNull } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { organiserSessions, signIns } from '#db/schema.ts'
import { dropBackupState } from './backups.ts'
import { type Erasure, takeOver } from './erasures.ts'
import { countReleased, holdMail, listHeld } from './holding.ts'
import { reclaim } from './leases.ts'
import { eraseOrganiserAt } from './organiser-privacy.ts'
import { eraseAttendee } from './own-data.ts'
import { getRegistration } from './registrations.ts'
import { isAnyToSpread, spread } from './spreading.ts'
import { settle } from './telling.ts'

export interface Restored {
  /** How many were erased again. */
  erased: number
  /** Who should be, and has a right in a group again: an owner takes that away first. */
  withRight: string[]
  /** How many mails wait. */
  held: number
}

/**
 * Erases again whom had been erased since, holds the mail, and signs everybody out: who had lost a device or a right has the
 * session back otherwise.
 */
export function bringBack(tx: Tx, elsewhere: Erasure[], now: Temporal.Instant): Restored {
  for (const { registrationId } of reclaim(tx, now, () => true)) {
    if (registrationId !== null) settle(tx, getRegistration(tx, registrationId), now)
  }
  tx.delete(organiserSessions).run()
  tx.update(signIns).set({ usedAt: now }).where(isNull(signIns.usedAt)).run()
  dropBackupState(tx)
  const emails = takeOver(tx, elsewhere)
  const withRight = emails.filter(email => !eraseOrganiserAt(tx, email, now))
  for (const email of emails) eraseAttendee(tx, email, now)
  // Of a letter that was being copied the rest may have left as well: it waits with the others, for somebody to look at.
  while (isAnyToSpread(tx)) spread(tx, now)
  holdMail(tx, now)
  return { erased: emails.length, withRight, held: countReleased(listHeld(tx, { since: now }), 'all') }
}
