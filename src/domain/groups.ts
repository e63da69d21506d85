// Groups form a tree: association → werkplaats → innovatiewerkplaats.
import { asc, eq, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { groups } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'

export type Group = typeof groups.$inferSelect

export function listGroups(db: Db): Group[] {
  return db.select().from(groups).orderBy(asc(groups.name)).all()
}

export function getGroup(db: Db, slug: string): Group {
  const group = db.select().from(groups).where(eq(groups.slug, slug)).get()
  if (!group) throw new NotFound('group')
  return group
}

export function findGroup(db: Db, id: number): Group | undefined {
  return db.select().from(groups).where(eq(groups.id, id)).get()
}

/** Ids of a group and all groups under it; as a query, to stand inside another. */
export function descendantsOf(slug: string) {
  return sql`(with recursive tree(id) as (
    select id from groups where slug = ${slug} union select groups.id from groups join tree on groups.parent_id = tree.id
  ) select id from tree)`
}

export function listChildren(db: Db, group: Group): Group[] {
  return db.select().from(groups).where(eq(groups.parentId, group.id)).orderBy(asc(groups.name)).all()
}

export function createGroup(tx: Tx, values: typeof groups.$inferInsert): Group {
  return tx.insert(groups).values(values).returning().get()
}

/** What a group is called and how it looks. Its address stays: people keep it. */
export function updateGroup(tx: Tx, group: Group, values: Pick<Group, 'name' | 'summary' | 'email' | 'accent'>): void {
  tx.update(groups).set(values).where(eq(groups.id, group.id)).run()
}

/** Whether there is anything yet: an installation without a group is a new one. */
export function hasGroups(db: Db): boolean {
  return db.select({ id: groups.id }).from(groups).limit(1).get() !== undefined
}
