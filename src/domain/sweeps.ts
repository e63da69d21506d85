// The nightly taking away of what has served its time, as it is told afterwards: when, and how much of what went in which
// group. Totals without names. What goes stands in `endings`; how it is gone through, in `jobs/sweep`.
import { and, desc, eq, inArray, isNull, lt, or, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import type { DataKind } from '#db/personal-data.ts'
import { prepared } from '#db/prepared.ts'
import { sweeps, sweepTotals } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Gone } from './forgetting.ts'

export type Sweep = typeof sweeps.$inferSelect

/** By the clock of the installation: when few are awake, and before the working day. */
const HOUR = 3

/** The last moment at which the night's sweep was to begin; and the next. */
export function lastNight(now: Temporal.Instant, timeZone: string): Temporal.Instant {
  const local = now.toZonedDateTimeISO(timeZone)
  const tonight = local.startOfDay().with({ hour: HOUR })
  return (isBefore(now, tonight.toInstant()) ? tonight.subtract({ days: 1 }) : tonight).toInstant()
}

export function nextNight(now: Temporal.Instant, timeZone: string): Temporal.Instant {
  return lastNight(now, timeZone).toZonedDateTimeISO(timeZone).add({ days: 1 }).toInstant()
}

/** Asked at every round of the worker. */
const newest = prepared(db =>
  db
    .select()
    .from(sweeps)
    .where(eq(sweeps.id, sql`(select max(${sweeps.id}) from ${sweeps})`))
    .prepare(),
)

export function findNewestSweep(db: Db): Sweep | undefined {
  return newest(db).get()
}

/** The last sweep that came to its end: the newest, or else the one before it, for none begins before the last has ended. */
export function findLastSweep(db: Db): Sweep | undefined {
  const sweep = findNewestSweep(db)
  if (!sweep || sweep.finishedAt) return sweep
  return db.select().from(sweeps).where(lt(sweeps.id, sweep.id)).orderBy(desc(sweeps.id)).limit(1).get()
}

/**
 * Whether there has been no sweep since last night: one that was missed is caught up with, and one that was cut off goes on. A
 * clock that was put back does not stop them.
 */
export function isSweepDue(db: Db, timeZone: string, now: Temporal.Instant): boolean {
  const sweep = findNewestSweep(db)
  if (!sweep?.finishedAt) return true
  return isBefore(sweep.startedAt, lastNight(now, timeZone)) || isBefore(now, sweep.startedAt)
}

/** The sweep to count in: a new one, or the one that has not come to its end. */
export function beginSweep(tx: Tx, now: Temporal.Instant): Sweep {
  const sweep = findNewestSweep(tx)
  return sweep && !sweep.finishedAt ? sweep : tx.insert(sweeps).values({ startedAt: now }).returning().get()
}

/** Adds what went, in the transaction in which it goes. */
export function countGone(tx: Tx, { id: sweepId }: Sweep, gone: Gone[]): void {
  for (const { kind, groupId, total } of gone) {
    const same = and(
      eq(sweepTotals.sweepId, sweepId),
      eq(sweepTotals.kind, kind),
      groupId === null ? isNull(sweepTotals.groupId) : eq(sweepTotals.groupId, groupId),
    )
    const { changes } = tx
      .update(sweepTotals)
      .set({ total: sql`${sweepTotals.total} + ${total}` })
      .where(same)
      .run()
    if (changes === 0) tx.insert(sweepTotals).values({ sweepId, groupId, kind, total }).run()
  }
}

/** Notes how it ended. With a failure it has not come to its end. */
export function endSweep(tx: Tx, { id }: Sweep, failure: string, now: Temporal.Instant): void {
  tx.update(sweeps)
    .set({ failure, finishedAt: failure ? null : now })
    .where(eq(sweeps.id, id))
    .run()
}

export type Totals = Partial<Record<DataKind, number>>

/** How much of each kind went in a sweep, of everybody's. */
export function totalsOf(db: Db, { id }: Sweep): Totals {
  return listTotals(db, [id], undefined).get(id) ?? {}
}

/** The newest sweeps in which something went of these groups; `andLoose` counts what belongs to no group as well. */
export function listSweeps(
  db: Db,
  groupIds: number[],
  andLoose: boolean,
  limit: number,
): (Sweep & { totals: Totals })[] {
  const ofGroups = sql`${sweepTotals.groupId} in (select value from json_each(${JSON.stringify(groupIds)}))`
  const which = andLoose ? or(ofGroups, isNull(sweepTotals.groupId)) : ofGroups
  const ids = db
    .selectDistinct({ id: sweepTotals.sweepId })
    .from(sweepTotals)
    .where(which)
    .orderBy(desc(sweepTotals.sweepId))
    .limit(limit)
    .all()
    .map(row => row.id)
  const totals = listTotals(db, ids, which)
  const list = db.select().from(sweeps).where(inArray(sweeps.id, ids)).orderBy(desc(sweeps.id)).all()
  return list.map(sweep => ({ ...sweep, totals: totals.get(sweep.id) ?? {} }))
}

function listTotals(db: Db, sweepIds: number[], which: ReturnType<typeof or>): Map<number, Totals> {
  const rows = db
    .select({ id: sweepTotals.sweepId, kind: sweepTotals.kind, total: sql<number>`sum(${sweepTotals.total})` })
    .from(sweepTotals)
    .where(and(inArray(sweepTotals.sweepId, sweepIds), which))
    .groupBy(sweepTotals.sweepId, sweepTotals.kind)
    .all()
  const byId = Map.groupBy(rows, row => row.id)
  return new Map([...byId].map(([id, of]) => [id, Object.fromEntries(of.map(({ kind, total }) => [kind, total]))]))
}
