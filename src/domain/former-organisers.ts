// Who was an organiser and has no right left: nobody is signed in as them any more, and in the end nothing says who they were.
import { eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { emptied } from '#db/personal-columns.ts'
import { challenges, memberships, organisers, passkeys } from '#db/schema.ts'
import { endOtherSessions } from './organiser-sessions.ts'
import type { Organiser } from './organisers.ts'
import { endSignIns } from './sign-ins.ts'

/** Stands where an address stood: nobody can have it (RFC 2606 §2). */
export const FORMER = '@former.invalid'

export const isForgotten = ({ email }: Pick<Organiser, 'email'>) => email.endsWith(FORMER)

/** Signs an organiser out everywhere, and takes away their passkeys, once they have no right in any group. */
export function leaveIfDone(tx: Tx, organiser: Organiser, now: Temporal.Instant): void {
  const left = tx
    .select({ groupId: memberships.groupId })
    .from(memberships)
    .where(eq(memberships.organiserId, organiser.id))
    .get()
  if (!left) lockOut(tx, organiser, now)
}

function lockOut(tx: Tx, { id }: Pick<Organiser, 'id'>, now: Temporal.Instant): void {
  endOtherSessions(tx, { id })
  endSignIns(tx, id, now)
  tx.delete(passkeys).where(eq(passkeys.organiserId, id)).run()
  tx.delete(challenges).where(eq(challenges.organiserId, id)).run()
}

/** Name and address go; what they did stays, done by nobody in particular. */
export function eraseOrganiser(tx: Tx, { id }: Pick<Organiser, 'id'>, now: Temporal.Instant): void {
  lockOut(tx, { id }, now)
  tx.update(organisers)
    .set({ ...emptied('organisers', 'organiser'), email: `${id}${FORMER}` })
    .where(eq(organisers.id, id))
    .run()
}
