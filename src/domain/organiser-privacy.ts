// What the law gives an organiser, and whoever was asked to become one: all we keep about their address, and its end. For
// attendees it stands in `privacy`.
import { eq, inArray } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { groups, invitations, memberships, messages, organiserSessions } from '#db/schema.ts'
import { rememberErasure } from './erasures.ts'
import { eraseOrganiser } from './former-organisers.ts'
import { findOrganiser, type Organiser } from './organisers.ts'
import { listPasskeys } from './passkeys.ts'

/** Everything we keep about an address as an organiser's, for themselves; nothing if it never was one and never was asked. */
export function exportOrganiser(db: Db, email: string) {
  const organiser = findOrganiser(db, email)
  const asked = db
    .select({ group: groups.name, right: invitations.right, askedAt: invitations.createdAt })
    .from(invitations)
    .innerJoin(groups, eq(groups.id, invitations.groupId))
    .where(eq(invitations.email, email))
    .all()
  if (!organiser && !asked.length) return undefined
  return {
    organiser: organiser && aboutOrganiser(db, organiser),
    invitations: asked.map(one => ({ ...one, askedAt: one.askedAt.toString() })),
  }
}

function aboutOrganiser(db: Db, organiser: Organiser) {
  const { id, name, locale, createdAt } = organiser
  const sessions = db.select().from(organiserSessions).where(eq(organiserSessions.organiserId, id)).all()
  return {
    name,
    language: locale,
    since: createdAt.toString(),
    rights: listRights(db, organiser),
    passkeys: listPasskeys(db, organiser).map(key => ({ name: key.name, since: key.createdAt.toString() })),
    sessions: sessions.map(({ createdAt: since, method, device }) => ({ since: since.toString(), method, device })),
  }
}

function listRights(db: Db, { id }: Organiser) {
  return db
    .select({ group: groups.name, right: memberships.right })
    .from(memberships)
    .innerJoin(groups, eq(groups.id, memberships.groupId))
    .where(eq(memberships.organiserId, id))
    .all()
}

/**
 * Erases an address as an organiser's and as that of somebody who was asked. False, with nothing done, while they have a
 * right in a group: an owner takes that away first, so that no group is left without one by accident.
 */
export function eraseOrganiserAt(tx: Tx, email: string, now: Temporal.Instant): boolean {
  const organiser = findOrganiser(tx, email)
  if (organiser && listRights(tx, organiser).length) return false
  const asked = tx.select({ id: invitations.id }).from(invitations).where(eq(invitations.email, email))
  tx.delete(messages).where(inArray(messages.invitationId, asked)).run()
  tx.delete(invitations).where(eq(invitations.email, email)).run()
  tx.delete(messages).where(eq(messages.toAddress, email)).run()
  if (organiser) eraseOrganiser(tx, organiser, now)
  rememberErasure(tx, email, now)
  return true
}
