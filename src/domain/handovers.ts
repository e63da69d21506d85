// Handing over: somebody else is asked to take one's place in a group, with everything that belongs to it; and a series goes
// to another group. Nothing changes until the other says yes.
import { countRows } from '#db/count.ts'
import { and, eq, gt, isNotNull, isNull } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { events, series } from '#db/schema.ts'
import { Invalid, NotFound, Refusal } from '#src/lib/errors.ts'
import { audit } from './audit.ts'
import { findGroup, type Group } from './groups.ts'
import { type Ask, type Invitation, sendInvitation } from './invitations.ts'
import { findRight, isLastOwner } from './memberships.ts'
import { getGroupWith, getSeriesWith, isAtLeast, type Organiser, type Right, rightIn } from './organisers.ts'
import type { Series } from './series.ts'

/** What is handed over: a series with its group, or a group alone. */
export interface Estate {
  group: Group
  series: Series | undefined
}

/** The estate, for who may hand it over: an organiser of a series' group, an owner of a group. NotFound otherwise. */
export function getEstate(db: Db, by: Organiser, kind: 'series' | 'group', slug: string): Estate {
  if (kind === 'group') return { group: getGroupWith(db, by, 'owner', slug), series: undefined }
  const found = getSeriesWith(db, by, 'organiser', slug)
  const group = findGroup(db, found.groupId)
  if (!group) throw new NotFound('group')
  return { group, series: found }
}

/** How somebody may hand over. */
export interface Terms {
  /** The rights that a successor may get; none if it cannot be handed over. */
  rights: Right[]
  /** `may`: their own right in the group ends if they wish. `must`: only an owner makes two of one. */
  stops: 'may' | 'must' | 'cannot'
}

/** An owner may do as they like; an organiser hands over the right that was given to them in this group, and no other. */
export function termsFor(db: Db, by: Organiser, group: Group): Terms {
  const own = findRight(db, by, group)
  if (rightIn(db, by, group) === 'owner') return { rights: ['organiser', 'owner'], stops: own ? 'may' : 'cannot' }
  return own ? { rights: ['organiser'], stops: 'must' } : { rights: [], stops: 'cannot' }
}

/**
 * Asks a successor by mail, under `termsFor`; Refusal('not_possible_now') outside them. Invalid if it is one's own address,
 * or if a group at the top would be left without an owner.
 */
export function handOver(
  tx: Tx,
  by: Organiser,
  { group, series: found }: Estate,
  { stops, ...ask }: Omit<Ask, 'replaces'> & { stops: boolean },
  now: Temporal.Instant,
): Invitation {
  const terms = termsFor(tx, by, group)
  const isAllowed = { may: true, must: stops, cannot: !stops }[terms.stops] && terms.rights.includes(ask.right)
  if (!isAllowed) throw new Refusal('not_possible_now')
  if (ask.email === by.email) throw new Invalid({ email: 'own_address' })
  const leavesNobody = stops && ask.right !== 'owner' && findRight(tx, by, group) === 'owner'
  if (leavesNobody && isLastOwner(tx, group, by)) throw new Invalid({ right: 'last_owner' })
  const deed = { organiserId: by.id, groupId: group.id }
  if (found) audit(tx, { action: 'series_handed_over', ...deed, detail: found.slug }, now)
  else audit(tx, { action: 'member_invited', ...deed, detail: ask.right }, now)
  return sendInvitation(tx, by, group, { ...ask, replaces: stops ? by.id : null }, now)
}

/** What belongs to a group: its series, and the events of its that are still to come. */
export function countHeld(db: Db, { id }: Group, now: Temporal.Instant): { series: number; events: number } {
  const isComing = and(isNotNull(events.publishedAt), isNull(events.cancelledAt), gt(events.startsAt, now))
  return {
    series: countRows(db, series, eq(series.groupId, id)),
    events: countRows(db, events, and(eq(events.groupId, id), isComing)),
  }
}

/** Puts a series under another group: whoever has rights there has them over it. NotFound without a right in both. */
export function regroupSeries(tx: Tx, by: Organiser, slug: string, groupId: number, now: Temporal.Instant): Group {
  const found = getSeriesWith(tx, by, 'organiser', slug)
  const group = findGroup(tx, groupId)
  const right = group && rightIn(tx, by, group)
  if (!group || !right || !isAtLeast(right, 'organiser')) throw new NotFound('group')
  if (group.id === found.groupId) return group
  tx.update(series).set({ groupId: group.id }).where(eq(series.id, found.id)).run()
  // Both groups can read it: the one that lost it, and the one that has it now.
  for (const id of [found.groupId, group.id]) {
    audit(tx, { action: 'series_regrouped', organiserId: by.id, groupId: id, detail: `${slug}/${group.slug}` }, now)
  }
  return group
}
