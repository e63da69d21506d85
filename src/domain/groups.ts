// Groups form a tree: association → werkplaats → innovatiewerkplaats.
import { asc, eq, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { groups, series, themes } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import type { Group, Series, Theme } from './events.ts'

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

export function listThemes(db: Db): Theme[] {
  return db.select().from(themes).orderBy(asc(themes.name)).all()
}

export function getTheme(db: Db, slug: string): Theme {
  const theme = db.select().from(themes).where(eq(themes.slug, slug)).get()
  if (!theme) throw new NotFound('theme')
  return theme
}

export function createTheme(tx: Tx, values: typeof themes.$inferInsert): Theme {
  return tx.insert(themes).values(values).returning().get()
}

export function listSeries(db: Db): Series[] {
  return db.select().from(series).orderBy(asc(series.title)).all()
}

export function getSeries(db: Db, slug: string): Series {
  const found = db.select().from(series).where(eq(series.slug, slug)).get()
  if (!found) throw new NotFound('series')
  return found
}

/** Whether there is anything yet: an installation without a group is a new one. */
export function hasGroups(db: Db): boolean {
  return db.select({ id: groups.id }).from(groups).limit(1).get() !== undefined
}
