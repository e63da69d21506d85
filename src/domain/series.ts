// A series: a rule, and what the events planned from it start with. The events themselves come about in `planning`.
import { asc, eq, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { rowsOf } from '#db/rows.ts'
import { series } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { firstFree, slugify } from '#src/lib/text.ts'
import { giveUsualLines } from './run-sheets.ts'
import { refuseSecretsIn } from './secrets.ts'

export type Series = typeof series.$inferSelect

export function listSeries(db: Db): Series[] {
  return rowsOf(series, all(db).values())
}

const all = prepared(db => db.select().from(series).orderBy(asc(series.title)).prepare())

export function getSeries(db: Db, slug: string): Series {
  const found = bySlug(db).get({ slug })
  if (!found) throw new NotFound('series')
  return found
}

const bySlug = prepared(db =>
  db
    .select()
    .from(series)
    .where(eq(series.slug, sql.placeholder('slug')))
    .prepare(),
)

/** The settings that an event follows; nothing for one that belongs to no series. */
export function findSeriesOf(db: Db, { seriesId }: { seriesId: number | null }): Series | undefined {
  return seriesId === null ? undefined : db.select().from(series).where(eq(series.id, seriesId)).get()
}

/** The series that something belongs to. */
export function getSeriesOf(db: Db, { seriesId }: { seriesId: number }): Series {
  const found = findSeriesOf(db, { seriesId })
  if (!found) throw new NotFound('series')
  return found
}

/** With the usual run sheet. Invalid if what others read would hold what is not for them (`secrets`). */
export function createSeries(tx: Tx, values: typeof series.$inferInsert): Series {
  refuseSecretsIn(values, values.roomUrl)
  const found = tx.insert(series).values(values).returning().get()
  giveUsualLines(tx, { seriesId: found.id })
  return found
}

/** Invalid if what others read would hold what is not for them (`secrets`). */
export function updateSeries(tx: Tx, found: Series, values: Partial<typeof series.$inferInsert>): Series {
  const { roomUrl, ...said } = { ...found, ...values }
  refuseSecretsIn(said, roomUrl)
  return tx.update(series).set(values).where(eq(series.id, found.id)).returning().get()
}

/** An address no series has yet; 'new' is the form's own. */
export function freeSeriesSlug(tx: Tx, title: string): string {
  const isTaken = (slug: string) =>
    slug === 'new' || tx.select({ id: series.id }).from(series).where(eq(series.slug, slug)).get() !== undefined
  return firstFree(slugify(title), isTaken)
}
