// Who has which right in a group: given there, or in a group above it. Every change is an owner's, is judged again inside
// its own transaction, and leaves a group at the top with an owner.
import { countRows } from '#db/count.ts'
import { and, asc, eq, ne, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { groups, memberships, organisers } from '#db/schema.ts'
import { NotFound, Refusal } from '#src/lib/errors.ts'
import { type Action, audit } from './audit.ts'
import { leaveIfDone } from './former-organisers.ts'
import { type Group, upFrom } from './groups.ts'
import { getGroupWith, grant, isAtLeast, listGroupsWith, type Organiser, type Right } from './organisers.ts'

export interface Member {
  organiser: Organiser
  right: Right
  /** Where the right was given: this group, or one above it. */
  group: Group
}

/** Everybody with a right in a group: first those whose right was given there, then those who have it from above. */
export function listMembers(db: Db, group: Group): Member[] {
  const rows = db
    .select({ organiser: organisers, right: memberships.right, group: groups })
    .from(memberships)
    .innerJoin(organisers, eq(organisers.id, memberships.organiserId))
    .innerJoin(groups, eq(groups.id, memberships.groupId))
    .where(sql`${memberships.groupId} in ${upFrom(group.id)}`)
    .orderBy(asc(organisers.name), asc(organisers.email))
    .all()
  const isHere = (member: Member) => member.group.id === group.id
  return [...rows.filter(isHere), ...rows.filter(member => !isHere(member))]
}

/** The right that was given to somebody in this group itself. */
export function findRight(db: Db, { id }: Pick<Organiser, 'id'>, group: Pick<Group, 'id'>): Right | undefined {
  return db
    .select({ right: memberships.right })
    .from(memberships)
    .where(and(eq(memberships.organiserId, id), eq(memberships.groupId, group.id)))
    .get()?.right
}

/** An owner's act on the right that somebody has in a group, as the owner saw it. */
export interface Change {
  by: Organiser
  slug: string
  organiserId: number
  /** The right that the page showed. */
  was: Right
}

/**
 * Gives somebody another right. NotFound unless `by` owns the group; Refusal('changed_meanwhile') if the right is no longer
 * what was shown, Refusal('last_owner') if a group at the top would be left without an owner.
 */
export function changeRight(tx: Tx, change: Change, right: Right, now: Temporal.Instant): void {
  const { group, member } = load(tx, change)
  if (right === change.was) return
  if (change.was === 'owner') keepOwner(tx, group, member)
  grant(tx, member, group, right)
  record(tx, 'right_changed', change, group, `${change.organiserId}/${right}`, now)
}

/** Takes a right away, under the same conditions. Whoever has no right left anywhere is signed out everywhere. */
export function removeMember(tx: Tx, change: Change, now: Temporal.Instant): void {
  const { group, member } = load(tx, change)
  if (change.was === 'owner') keepOwner(tx, group, member)
  endRight(tx, member, group, now)
  record(tx, 'member_removed', change, group, `${change.organiserId}/${change.was}`, now)
}

/** Ends a right without asking who may; an owner that a group at the top cannot miss keeps it. Says whether it ended. */
export function stepDown(tx: Tx, member: Organiser, group: Group, now: Temporal.Instant): boolean {
  const right = findRight(tx, member, group)
  if (!right || (right === 'owner' && isLastOwner(tx, group, member))) return false
  endRight(tx, member, group, now)
  return true
}

/** Whether nobody else owns this group, at the top of its tree. Groups under it always have the owners above them. */
export function isLastOwner(db: Db, group: Group, { id }: Pick<Organiser, 'id'>): boolean {
  const others = and(eq(memberships.groupId, group.id), eq(memberships.right, 'owner'), ne(memberships.organiserId, id))
  return group.parentId === null && countRows(db, memberships, others) === 0
}

function keepOwner(tx: Tx, group: Group, member: Organiser): void {
  if (isLastOwner(tx, group, member)) throw new Refusal('last_owner')
}

function endRight(tx: Tx, member: Organiser, group: Group, now: Temporal.Instant): void {
  tx.delete(memberships)
    .where(and(eq(memberships.organiserId, member.id), eq(memberships.groupId, group.id)))
    .run()
  leaveIfDone(tx, member, now)
}

function load(tx: Tx, { by, slug, organiserId, was }: Change): { group: Group; member: Organiser } {
  const group = getGroupWith(tx, by, 'owner', slug)
  const member = tx.select().from(organisers).where(eq(organisers.id, organiserId)).get()
  const right = member && findRight(tx, member, group)
  if (!member || !right) throw new NotFound('member')
  if (right !== was) throw new Refusal('changed_meanwhile')
  return { group, member }
}

/** The detail names rights and the row of whom it is about; never a name or an address. */
function record(tx: Tx, action: Action, { by }: Change, group: Group, detail: string, now: Temporal.Instant) {
  audit(tx, { action, organiserId: by.id, groupId: group.id, detail }, now)
}

/** The higher of two rights. */
export function higher(a: Right, b: Right | undefined): Right {
  return b && isAtLeast(b, a) ? b : a
}

/** A group that an organiser may see, with what they are there, and the groups under it. */
export interface Branch {
  group: Group
  right: Right
  children: Branch[]
}

/** The groups in which an organiser has a right, as trees: each begins at the highest of them. */
export function listBranches(db: Db, organiser: Organiser): Branch[] {
  const seen = listGroupsWith(db, organiser, 'viewer')
  const ids = new Set(seen.map(({ id }) => id))
  const under = Map.groupBy(seen, ({ parentId }) => (parentId !== null && ids.has(parentId) ? parentId : 0))
  const given = new Map(listRights(db, organiser).map(({ groupId, right }) => [groupId, right]))
  const branchesOf = (id: number, above: Right): Branch[] =>
    (under.get(id) ?? []).map(group => {
      const right = higher(above, given.get(group.id))
      return { group, right, children: branchesOf(group.id, right) }
    })
  return branchesOf(0, 'viewer')
}

function listRights(db: Db, { id }: Organiser) {
  return db.select().from(memberships).where(eq(memberships.organiserId, id)).all()
}
