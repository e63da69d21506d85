// Groups form a tree: association → werkplaats → innovatiewerkplaats.
import { and, asc, eq, gt, ne, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, groups } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { firstFree, slugify } from '#src/lib/text.ts'

export type Group = typeof groups.$inferSelect

export function listGroups(db: Db): Group[] {
  return all(db).all()
}

const all = prepared(db => db.select().from(groups).orderBy(asc(groups.name)).prepare())

/** The same groups as a tree is read: each right before those under it. Who has nobody above it in the list stands at the top. */
export function inTree(list: Group[]): Group[] {
  const known = new Set(list.map(({ id }) => id))
  const under = (parentId: number | null): Group[] =>
    list.filter(group => aboveIn(known, group) === parentId).flatMap(group => [group, ...under(group.id)])
  return under(null)
}

/** The group above it, as far as it is one of these. */
const aboveIn = (known: Set<number>, { parentId }: Group) =>
  parentId !== null && known.has(parentId) ? parentId : null

export function findGroupBySlug(db: Db, slug: string): Group | undefined {
  return bySlug(db).get({ slug })
}

export function getGroup(db: Db, slug: string): Group {
  const group = findGroupBySlug(db, slug)
  if (!group) throw new NotFound('group')
  return group
}

const bySlug = prepared(db =>
  db
    .select()
    .from(groups)
    .where(eq(groups.slug, sql.placeholder('slug')))
    .prepare(),
)

export function findGroup(db: Db, id: number): Group | undefined {
  return byId(db).get({ id })
}

const byId = prepared(db =>
  db
    .select()
    .from(groups)
    .where(eq(groups.id, sql.placeholder('id')))
    .prepare(),
)

/** Ids of a group and all groups under it; as a query, to stand inside another. */
export function descendantsOf(slug: string) {
  return sql`(with recursive tree(id) as (
    select id from groups where slug = ${slug} union select groups.id from groups join tree on groups.parent_id = tree.id
  ) select id from tree)`
}

/** Ids of a group and all groups above it; as a query, to stand inside another. */
export function upFrom(id: number) {
  return sql`(with recursive up(id) as (
    select ${id} union select groups.parent_id from groups join up on groups.id = up.id where groups.parent_id is not null
  ) select id from up)`
}

/** An address no group has yet; 'new' is the form's own. */
export function freeGroupSlug(tx: Tx, name: string): string {
  const isTaken = (slug: string) =>
    slug === 'new' || tx.select({ id: groups.id }).from(groups).where(eq(groups.slug, slug)).get() !== undefined
  return firstFree(slugify(name), isTaken)
}

export function listChildren(db: Db, group: Group): Group[] {
  return childrenOf(db).all({ id: group.id })
}

const childrenOf = prepared(db =>
  db
    .select()
    .from(groups)
    .where(eq(groups.parentId, sql.placeholder('id')))
    .orderBy(asc(groups.name))
    .prepare(),
)

/** All groups under this one, by name. */
export function listGroupsUnder(db: Db, { id, slug }: Group): Group[] {
  return db
    .select()
    .from(groups)
    .where(and(sql`${groups.id} in ${descendantsOf(slug)}`, ne(groups.id, id)))
    .orderBy(asc(groups.name))
    .all()
}

export function createGroup(tx: Tx, values: typeof groups.$inferInsert): Group {
  return tx.insert(groups).values(values).returning().get()
}

type Values = Pick<Group, 'name' | 'summary' | 'email' | 'accent' | 'schoolRegion'>

/**
 * What a group is called and how it looks. Its address stays: people keep it. Its name is that of the ORGANIZER in the
 * invites to what it hosts, so those get a later DTSTAMP.
 */
export function updateGroup(
  tx: Tx,
  { id, name }: Pick<Group, 'id' | 'name'>,
  { name: newName, summary, email, accent, schoolRegion }: Values,
  now: Temporal.Instant,
): void {
  tx.update(groups).set({ name: newName, summary, email, accent, schoolRegion }).where(eq(groups.id, id)).run()
  if (newName === name) return
  tx.update(events)
    .set({ revisedAt: now })
    .where(and(eq(events.groupId, id), gt(events.endsAt, now)))
    .run()
}

/** Whether there is anything yet: an installation without a group is a new one. */
export function hasGroups(db: Db): boolean {
  return db.select({ id: groups.id }).from(groups).limit(1).get() !== undefined
}
