// Themes: what events are about.
import { asc, eq, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { themes } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { firstFree, slugify } from '#src/lib/text.ts'

export type Theme = typeof themes.$inferSelect

export function listThemes(db: Db): Theme[] {
  return all(db).all()
}

const all = prepared(db => db.select().from(themes).orderBy(asc(themes.name)).prepare())

export function getTheme(db: Db, slug: string): Theme {
  const theme = bySlug(db).get({ slug })
  if (!theme) throw new NotFound('theme')
  return theme
}

const bySlug = prepared(db =>
  db
    .select()
    .from(themes)
    .where(eq(themes.slug, sql.placeholder('slug')))
    .prepare(),
)

/** The theme of this name, however it is capitalised; made if there is none. */
export function ensureTheme(tx: Tx, name: string): { theme: Theme; isNew: boolean } {
  const known = listThemes(tx).find(theme => slugify(theme.name) === slugify(name))
  if (known) return { theme: known, isNew: false }
  const isTaken = (slug: string) =>
    tx.select({ id: themes.id }).from(themes).where(eq(themes.slug, slug)).get() !== undefined
  return { theme: createTheme(tx, { slug: firstFree(slugify(name), isTaken), name }), isNew: true }
}

export function createTheme(tx: Tx, values: typeof themes.$inferInsert): Theme {
  return tx.insert(themes).values(values).returning().get()
}
