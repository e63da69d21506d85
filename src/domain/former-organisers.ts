// Who was an organiser and has no right left: nobody is signed in as them any more, and in the end nothing says who they were.
import { and, eq, exists, gt, inArray, like, lt, not, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { auditEntries, challenges, invitations, memberships, messages, organisers, passkeys } from '#db/schema.ts'
import { endOtherSessions } from './organiser-sessions.ts'
import type { Organiser } from './organisers.ts'
import { endSignIns } from './sign-ins.ts'

const MONTHS = 12
/** How long an invitation that has ended still says who was asked. */
const INVITATION_DAYS = 30
/** Stands where an address stood: nobody can have it (RFC 2606 §2). */
const NOWHERE = '@former.invalid'

export const isForgotten = ({ email }: Pick<Organiser, 'email'>) => email.endsWith(NOWHERE)

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
    .set({ name: '', email: `${id}${NOWHERE}` })
    .where(eq(organisers.id, id))
    .run()
}

/** Erases who has no right, and did nothing in a year. */
export function forgetFormer(tx: Tx, now: Temporal.Instant): void {
  const limit = now.toZonedDateTimeISO('UTC').subtract({ months: MONTHS }).toInstant()
  const member = tx.select().from(memberships).where(eq(memberships.organiserId, organisers.id))
  const deed = tx
    .select()
    .from(auditEntries)
    .where(and(sql`${auditEntries.organiserId} = ${organisers.id}`, gt(auditEntries.at, limit)))
  const former = tx
    .select({ id: organisers.id })
    .from(organisers)
    .where(
      and(
        lt(organisers.createdAt, limit),
        not(like(organisers.email, `%${NOWHERE}`)),
        not(exists(member)),
        not(exists(deed)),
      ),
    )
    .all()
  for (const organiser of former) eraseOrganiser(tx, organiser, now)
}

/** An invitation goes a month after it ended; whoever said yes to it is an organiser by then. */
export function forgetInvitations(tx: Tx, now: Temporal.Instant): void {
  const ended = lt(invitations.expiresAt, now.subtract({ hours: INVITATION_DAYS * 24 }))
  const ids = tx.select({ id: invitations.id }).from(invitations).where(ended)
  tx.update(messages).set({ invitationId: null }).where(inArray(messages.invitationId, ids)).run()
  tx.delete(invitations).where(ended).run()
}
