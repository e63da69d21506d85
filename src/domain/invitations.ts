// Asking somebody by mail to help organise: an owner invites an address, and whoever reads its mail says yes. Until then
// nobody has a right; and at that moment it is judged again whether the one who asked may give it.
import { and, asc, desc, eq, gt, isNull, or } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { groups, invitations, messages, organisers } from '#db/schema.ts'
import type { Locale } from '#src/i18n/index.ts'
import { Invalid, NotFound, Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { audit } from './audit.ts'
import type { Group } from './groups.ts'
import { findRight, higher, stepDown } from './memberships.ts'
import { startSession } from './organiser-sessions.ts'
import {
  createOrganiser,
  findOrganiser,
  findOrganiserById,
  getGroupWith,
  grant,
  isAtLeast,
  type Organiser,
  type Right,
  rightIn,
} from './organisers.ts'
import { countMessagesTo, drop, enqueue } from './outbox.ts'

export type Invitation = typeof invitations.$inferSelect
/** `void`: who asked may no longer give this right. */
export type InvitationState = 'open' | 'accepted' | 'revoked' | 'expired' | 'void'

const VALID = { hours: 14 * 24 }
/** Invitations that one address gets in a day, whoever asks. */
const MOST_A_DAY = 5

/** An invitation with what a page or a mail says of it. */
export interface AboutInvitation {
  invitation: Invitation
  group: Group
  /** Nothing if a program asked. */
  inviter: Organiser | undefined
}

export interface Ask {
  email: string
  right: Right
  locale: Locale
  /** Whose own right in the group ends when the other says yes. */
  replaces?: number | null
}

/**
 * Mails an invitation; an earlier one for the same address and group gives way to it. NotFound unless `by` owns the group;
 * Refusal('too_many') when the address has had several today. Whether the address is known elsewhere makes no difference;
 * Invalid if the list of this group, which an owner sees, has it with that right.
 */
export function invite(tx: Tx, by: Organiser, slug: string, ask: Ask, now: Temporal.Instant): Invitation {
  const group = getGroupWith(tx, by, 'owner', slug)
  const known = findOrganiser(tx, ask.email)
  const has = known && findRight(tx, known, group)
  if (has && isAtLeast(has, ask.right)) throw new Invalid({ email: 'member_already' })
  audit(tx, { action: 'member_invited', organiserId: by.id, groupId: group.id, detail: ask.right }, now)
  return sendInvitation(tx, by, group, ask, now)
}

/** The row and its mail, for who may ask this. NotFound if they would give more than they have. */
export function sendInvitation(tx: Tx, by: Organiser, group: Group, ask: Ask, now: Temporal.Instant): Invitation {
  if (!mayGive(tx, by, group, ask.right)) throw new NotFound('right')
  if (countMessagesTo(tx, ask.email, ['invitation'], now.subtract({ hours: 24 })) >= MOST_A_DAY) {
    throw new Refusal('too_many')
  }
  for (const earlier of listGivingWay(tx, ask, group, now)) withdraw(tx, earlier, now)
  const invitation = tx
    .insert(invitations)
    .values({ ...ask, groupId: group.id, invitedBy: by.id, createdAt: now, expiresAt: now.add(VALID) })
    .returning()
    .get()
  const { id, email: toAddress, locale, expiresAt } = invitation
  enqueue(tx, { key: `invitation:${id}`, kind: 'invitation', toAddress, locale, invitationId: id, expiresAt }, now)
  return invitation
}

/** Takes an invitation back, if `by` owns its group: its link says so from then on. */
export function revoke(tx: Tx, by: Organiser, slug: string, id: number, now: Temporal.Instant): void {
  const { invitation, group } = getOpen(tx, by, slug, id, now)
  withdraw(tx, invitation, now)
  audit(tx, { action: 'invitation_revoked', organiserId: by.id, groupId: group.id, detail: invitation.right }, now)
}

/** Sends it anew: another invitation takes its place, with another two weeks. */
export function resend(tx: Tx, by: Organiser, slug: string, id: number, now: Temporal.Instant): Invitation {
  const { invitation, group } = getOpen(tx, by, slug, id, now)
  const { email, right, locale, replaces } = invitation
  audit(tx, { action: 'member_invited', organiserId: by.id, groupId: group.id, detail: right }, now)
  return sendInvitation(tx, by, group, { email, right, locale, replaces }, now)
}

function getOpen(tx: Tx, by: Organiser, slug: string, id: number, now: Temporal.Instant) {
  const group = getGroupWith(tx, by, 'owner', slug)
  const found = findInvitation(tx, id)
  if (found?.group.id !== group.id) throw new NotFound('invitation')
  const state = stateOf(tx, found, now)
  if (state === 'accepted' || state === 'revoked') throw new Refusal('changed_meanwhile')
  return found
}

/** One that nobody was sent, to show its mail with. */
export function exampleInvitation(
  group: Group,
  inviter: Organiser | undefined,
  now: Temporal.Instant,
): AboutInvitation {
  const to = { email: '', right: 'organiser', locale: 'nl', invitedBy: inviter?.id ?? null, replaces: null } as const
  const dates = { createdAt: now, expiresAt: now.add(VALID), acceptedAt: null, revokedAt: null }
  return { invitation: { id: 0, groupId: group.id, ...to, ...dates }, group, inviter }
}

function withdraw(tx: Tx, { id }: Invitation, now: Temporal.Instant): void {
  tx.update(invitations).set({ revokedAt: now }).where(eq(invitations.id, id)).run()
  const waiting = tx
    .select({ id: messages.id })
    .from(messages)
    .where(eq(messages.key, `invitation:${id}`))
    .all()
  drop(
    tx,
    waiting.map(message => message.id),
    'superseded',
  )
}

/** With its group and who sent it, for the mail about it; nothing once it is gone. */
export function findInvitation(db: Db, id: number): AboutInvitation | undefined {
  const row = db
    .select({ invitation: invitations, group: groups, inviter: organisers })
    .from(invitations)
    .innerJoin(groups, eq(groups.id, invitations.groupId))
    .leftJoin(organisers, eq(organisers.id, invitations.invitedBy))
    .where(eq(invitations.id, id))
    .get()
  return row && { ...row, inviter: row.inviter ?? undefined }
}

/** Whether it can still be accepted, and if not, why. */
export function stateOf(
  db: Db,
  { invitation, group, inviter }: AboutInvitation,
  now: Temporal.Instant,
): InvitationState {
  if (invitation.acceptedAt) return 'accepted'
  if (invitation.revokedAt) return 'revoked'
  if (!isBefore(now, invitation.expiresAt)) return 'expired'
  return inviter && !mayGive(db, inviter, group, invitation.right) ? 'void' : 'open'
}

function mayGive(db: Db, by: Organiser, group: Group, right: Right): boolean {
  const own = rightIn(db, by, group)
  return own !== undefined && isAtLeast(own, right)
}

/** Those of a group that nobody has answered or taken back, the newest first; also those that have run out. */
export function listWaiting(db: Db, { id }: Group) {
  const isWaiting = and(isNull(invitations.acceptedAt), isNull(invitations.revokedAt))
  return db
    .select({ invitation: invitations, mail: messages })
    .from(invitations)
    .leftJoin(messages, and(eq(messages.toAddress, invitations.email), eq(messages.invitationId, invitations.id)))
    .where(and(eq(invitations.groupId, id), isWaiting))
    .orderBy(desc(invitations.id))
    .all()
}

/** Open ones to the same address; and, since a right is handed over once, those that hand over the same one. */
function listGivingWay(db: Db, { email, replaces }: Ask, { id }: Group, now: Temporal.Instant): Invitation[] {
  const isSame = or(eq(invitations.email, email), replaces ? eq(invitations.replaces, replaces) : undefined)
  const isOpen = and(isNull(invitations.acceptedAt), isNull(invitations.revokedAt), gt(invitations.expiresAt, now))
  return db
    .select()
    .from(invitations)
    .where(and(isSame, eq(invitations.groupId, id), isOpen))
    .orderBy(asc(invitations.id))
    .all()
}

export interface Accepted {
  organiser: Organiser
  group: Group
  /** The cookie of who is new here. Whoever was an organiser already signs in as always: this link is two weeks old. */
  session: string | undefined
}

/**
 * Says yes: makes the organiser if need be and gives the right, never a lower one than they have. Once only:
 * Refusal('link_expired') when it was used, taken back, is too old, or who asked may no longer give the right.
 */
export function accept(tx: Tx, id: number, name: string, now: Temporal.Instant): Accepted {
  const found = findInvitation(tx, id)
  if (!found || stateOf(tx, found, now) !== 'open') throw new Refusal('link_expired')
  const { invitation, group } = found
  tx.update(invitations).set({ acceptedAt: now }).where(eq(invitations.id, id)).run()
  const known = findOrganiser(tx, invitation.email)
  const organiser = known ?? welcome(tx, invitation, name, now)
  grant(tx, organiser, group, higher(invitation.right, findRight(tx, organiser, group)))
  audit(tx, { action: 'member_joined', organiserId: organiser.id, groupId: group.id, detail: invitation.right }, now)
  makeRoom(tx, found, organiser, now)
  return { organiser, group, session: known ? undefined : startSession(tx, organiser.id, 'link', now) }
}

function welcome(tx: Tx, { email, locale }: Invitation, name: string, now: Temporal.Instant): Organiser {
  const { id } = createOrganiser(tx, email, name, now)
  return tx.update(organisers).set({ locale }).where(eq(organisers.id, id)).returning().get()
}

/** Whoever handed over steps down, unless the group cannot do without them. */
function makeRoom(tx: Tx, { invitation, group }: AboutInvitation, next: Organiser, now: Temporal.Instant): void {
  const former = invitation.replaces === null ? undefined : findOrganiserById(tx, invitation.replaces)
  if (!former || former.id === next.id) return
  const right = findRight(tx, former, group)
  if (!stepDown(tx, former, group, now)) return
  audit(
    tx,
    { action: 'right_handed_over', organiserId: former.id, groupId: group.id, detail: `${next.id}/${right}` },
    now,
  )
}
