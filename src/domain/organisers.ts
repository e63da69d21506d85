// Organisers sign in and have a right in a group and all groups under it.
import { countRows } from '#db/count.ts'
import { and, asc, eq, inArray, type SQLWrapper, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { rowsOf } from '#db/rows.ts'
import { enrolments, events, groups, memberships, organisers, RIGHTS, registrations, series } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import type { Enrolment } from './enrolments.ts'
import type { Event } from './events.ts'
import { createGroup, type Group, hasGroups, upFrom } from './groups.ts'
import type { Registration } from './registrations.ts'
import type { Series } from './series.ts'

export type Organiser = typeof organisers.$inferSelect
export type Right = (typeof RIGHTS)[number]

/** What each right may do; a higher one may do all that a lower one may. */
const AT_LEAST: Record<Right, Right[]> = {
  viewer: ['viewer', 'host', 'organiser', 'owner'],
  host: ['host', 'organiser', 'owner'],
  organiser: ['organiser', 'owner'],
  owner: ['owner'],
}

/** Whether a right may do all that another one may. */
export function isAtLeast(right: Right, least: Right): boolean {
  return AT_LEAST[least].includes(right)
}

/** The rights that who has this one may give: nobody gives more than they have. Highest first. */
export function grantableBy(right: Right): Right[] {
  return RIGHTS.filter(name => isAtLeast(right, name))
}

export function findOrganiser(db: Db, email: string): Organiser | undefined {
  return db.select().from(organisers).where(eq(organisers.email, email)).get()
}

export function createOrganiser(tx: Tx, email: string, name: string, now: Temporal.Instant): Organiser {
  return tx.insert(organisers).values({ email, name, createdAt: now }).returning().get()
}

/** What they are called, and the language of their pages and mails. */
export function updateOrganiser(tx: Tx, { id }: Organiser, values: Pick<Organiser, 'name' | 'locale'>): void {
  tx.update(organisers).set(values).where(eq(organisers.id, id)).run()
}

export function grant(tx: Tx, organiser: Organiser, group: Group, right: Right): void {
  tx.insert(memberships)
    .values({ organiserId: organiser.id, groupId: group.id, right })
    .onConflictDoUpdate({ target: [memberships.organiserId, memberships.groupId], set: { right } })
    .run()
}

export function listOrganisers(db: Db): Organiser[] {
  return db.select().from(organisers).all()
}

export function countOrganisers(db: Db): number {
  return countRows(db, organisers, undefined)
}

/**
 * An owner of every group at the top of a tree. Makes the organiser if need be, and a first group where there is none,
 * since every right is a right in a group.
 */
export function ensureOwner(tx: Tx, email: string, now: Temporal.Instant): Organiser {
  const organiser = findOrganiser(tx, email) ?? createOrganiser(tx, email, '', now)
  if (!hasGroups(tx)) createGroup(tx, { slug: 'netwerk', name: 'Ons netwerk' })
  const tops = tx.select().from(groups).where(sql`${groups.parentId} is null`).all()
  for (const group of tops) grant(tx, organiser, group, 'owner')
  return organiser
}

/** Ids of the groups in which an organiser may do what `right` may; as a query, to stand inside another. */
export function groupsWith(organiser: Organiser, right: Right) {
  const rights = sql.join(
    AT_LEAST[right].map(name => sql`${name}`),
    sql`, `,
  )
  return sql`(with recursive tree(id) as (
    select group_id from memberships where organiser_id = ${organiser.id} and "right" in (${rights})
    union select groups.id from groups join tree on groups.parent_id = tree.id
  ) select id from tree)`
}

export function listGroupsWith(db: Db, organiser: Organiser, right: Right): Group[] {
  const isMine = inArray(groups.id, groupsWith(organiser, right))
  return rowsOf(groups, db.select().from(groups).where(isMine).orderBy(asc(groups.name)).values())
}

/** The group, if this organiser has the right in it; NotFound otherwise. */
export function getGroupWith(db: Db, organiser: Organiser, right: Right, slug: string): Group {
  const found = db
    .select()
    .from(groups)
    .where(and(eq(groups.slug, slug), inArray(groups.id, groupsWith(organiser, right))))
    .get()
  if (!found) throw new NotFound('group')
  return found
}

/** What an organiser may do in a group, whether given there or above it; nothing if they have no right there. */
export function rightIn(db: Db, { id }: Pick<Organiser, 'id'>, group: Pick<Group, 'id'>): Right | undefined {
  const given = db
    .select({ right: memberships.right })
    .from(memberships)
    .where(and(eq(memberships.organiserId, id), sql`${memberships.groupId} in ${upFrom(group.id)}`))
    .all()
  return RIGHTS.find(name => given.some(({ right }) => right === name))
}

export function findOrganiserById(db: Db, id: number): Organiser | undefined {
  return db.select().from(organisers).where(eq(organisers.id, id)).get()
}

/** Whether an organiser owns some group: what holds for everybody, like school holidays, is then theirs to bring in. */
export function ownsSomething(db: Db, { id }: Organiser): boolean {
  const isOwn = and(eq(memberships.organiserId, id), eq(memberships.right, 'owner'))
  return db.select({ id: memberships.groupId }).from(memberships).where(isOwn).limit(1).get() !== undefined
}

/** Whether an organiser owns every group at the top of a tree, and so all there is. */
export function ownsEverything(db: Db, organiser: Organiser): boolean {
  const other = db
    .select({ id: groups.id })
    .from(groups)
    .where(and(sql`${groups.parentId} is null`, sql`${groups.id} not in ${groupsWith(organiser, 'owner')}`))
    .get()
  return other === undefined
}

export function listSeriesWith(db: Db, organiser: Organiser, right: Right): Series[] {
  const isMine = inArray(series.groupId, groupsWith(organiser, right))
  return rowsOf(series, db.select().from(series).where(isMine).orderBy(asc(series.title)).values())
}

/** The series, if this organiser has the right in its group; NotFound otherwise. */
export function getSeriesWith(db: Db, organiser: Organiser, right: Right, slug: string): Series {
  const found = db
    .select()
    .from(series)
    .where(and(eq(series.slug, slug), inArray(series.groupId, groupsWith(organiser, right))))
    .get()
  if (!found) throw new NotFound('series')
  return found
}

/** A series' group holds the rights over its events; an event without one belongs to the group that hosts it. */
export function isMine(organiser: Organiser, right: Right) {
  const mine = groupsWith(organiser, right)
  return sql`coalesce((select group_id from series where series.id = ${events.seriesId}), ${events.groupId}) in ${mine}`
}

/**
 * As `isMine`, for who goes through thousands of events, or of rows with their group and series (0 is none): groups and series
 * are looked up once for all of them, which for one event would take longer.
 */
export function areMine(
  organiser: Organiser,
  right: Right,
  of: { groupId: SQLWrapper; seriesId: SQLWrapper } = events,
) {
  const mine = groupsWith(organiser, right)
  const mySeries = sql`(select id from series where group_id in ${mine})`
  return sql`iif(coalesce(${of.seriesId}, 0) = 0, ${of.groupId} in ${mine}, ${of.seriesId} in ${mySeries})`
}

export function findEventWith(db: Db, organiser: Organiser, right: Right, id: number): Event | undefined {
  return db
    .select()
    .from(events)
    .where(and(eq(events.id, id), isMine(organiser, right)))
    .get()
}

export function getEventWith(db: Db, organiser: Organiser, right: Right, id: number): Event {
  const event = findEventWith(db, organiser, right, id)
  if (!event) throw new NotFound('event')
  return event
}

export function getRegistrationWith(
  db: Db,
  organiser: Organiser,
  right: Right,
  id: number,
): { registration: Registration; event: Event } {
  const row = db
    .select({ registration: registrations, event: events })
    .from(registrations)
    .innerJoin(events, eq(events.id, registrations.eventId))
    .where(and(eq(registrations.id, id), isMine(organiser, right)))
    .get()
  if (!row) throw new NotFound('registration')
  return row
}

export function getEnrolmentWith(
  db: Db,
  organiser: Organiser,
  right: Right,
  id: number,
): { enrolment: Enrolment; series: Series } {
  const row = db
    .select({ enrolment: enrolments, series })
    .from(enrolments)
    .innerJoin(series, eq(series.id, enrolments.seriesId))
    .where(and(eq(enrolments.id, id), inArray(series.groupId, groupsWith(organiser, right))))
    .get()
  if (!row) throw new NotFound('enrolment')
  return row
}
