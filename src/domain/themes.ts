// Themes: what events are about.
import { asc, eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { themes } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'

export type Theme = typeof themes.$inferSelect

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
