// Dates of its rule that a series lets pass, with the reason. A month that it always skips is a setting of the series.
import { and, eq, gte, lte, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { skippedDates } from '#db/schema.ts'
import { audit } from './audit.ts'
import type { Series } from './series.ts'

export interface Skip {
  date: Temporal.PlainDate
  reason: string
}

/** The skipped dates of a span with their reasons, by date (`2027-05-06`). */
export function skipsOf(
  db: Db,
  { id }: Series,
  from: Temporal.PlainDate,
  until: Temporal.PlainDate,
): Map<string, string> {
  const rows = within(db).all({ id, from: from.toString(), until: until.toString() })
  return new Map(rows.map(({ date, reason }) => [date, reason]))
}

const within = prepared(db =>
  db
    .select()
    .from(skippedDates)
    .where(
      and(
        eq(skippedDates.seriesId, sql.placeholder('id')),
        gte(skippedDates.date, sql.placeholder('from')),
        lte(skippedDates.date, sql.placeholder('until')),
      ),
    )
    .prepare(),
)

/** Lets dates pass; a date skipped before gets the new reason. */
export function skipDates(
  tx: Tx,
  found: Series,
  skips: Skip[],
  organiserId: number | null,
  now: Temporal.Instant,
): void {
  for (const { date, reason } of skips) {
    tx.insert(skippedDates)
      .values({ seriesId: found.id, date: date.toString(), reason, createdAt: now })
      .onConflictDoUpdate({ target: [skippedDates.seriesId, skippedDates.date], set: { reason } })
      .run()
    audit(tx, { action: 'date_skipped', organiserId, groupId: found.groupId, detail: `${found.slug}: ${date}` }, now)
  }
}

/** Takes a date back into the series' rule. */
export function unskipDate(
  tx: Tx,
  found: Series,
  date: string,
  organiserId: number | null,
  now: Temporal.Instant,
): void {
  tx.delete(skippedDates)
    .where(and(eq(skippedDates.seriesId, found.id), eq(skippedDates.date, date)))
    .run()
  audit(tx, { action: 'date_unskipped', organiserId, groupId: found.groupId, detail: `${found.slug}: ${date}` }, now)
}
