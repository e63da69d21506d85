// The kept sums of organisations for a ground: those of a year, less a few events, or those of the events themselves.
import { and, eq, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, organisationTotals, yearTotals } from '#db/schema.ts'
import { type Ground, isCounted, isInYear } from './reach.ts'
import { ATTENDANCE, type Attendance } from './totals.ts'

export interface Sum extends Attendance {
  spelling: string
  /** Most people at one event, and an event at which it was written. */
  most: number
  /** Nothing where it is to be looked up. */
  eventId: number | undefined
  written?: string
}

/** Which events sums are of: these, or all of a year but these (`isYear`). */
export interface Which {
  isYear: boolean
  ids: Set<number>
  /** How many events their year has. */
  ofYear: number
}

/**
 * To leave a few events out of a year, their sums are taken off those of the year: that takes as long as there are few of
 * them, however many there are in the year.
 */
export function keptSums(db: Db, ground: Ground, which: Which): Sum[] {
  if (!which.isYear) return sumsOf(db, ground.year, which)
  const off = new Map(sumsOf(db, ground.year, which).map(sum => [sum.spelling, sum]))
  return sumsOfYear(db, ground.year)
    .map(sum => less(sum, off.get(sum.spelling)))
    .filter(({ registered }) => registered > 0)
}

function less(sum: Sum, other: Sum | undefined): Sum {
  if (!other) return sum
  return { ...sum, ...Object.fromEntries(ATTENDANCE.map(name => [name, sum[name] - other[name]])) }
}

export function whichOf(db: Db, { year, kept, total, aside }: Ground): Which {
  if (!kept) return { isYear: false, ids: new Set(), ofYear: 0 }
  const asideIds = aside.map(({ id }) => id)
  const ofYear = countOfYear(db, year)
  const others = ofYear - total.events
  if (others === 0) return { isYear: true, ids: new Set(asideIds), ofYear }
  const ids = idsOf(db, kept.events)
  const isYear = others * 10 <= ids.length
  if (!isYear) return { isYear, ids: new Set(ids).difference(new Set(asideIds)), ofYear }
  const beside = new Set(idsOf(db, and(isCounted, isInYear(year)))).difference(new Set(ids))
  return { isYear, ids: beside.union(new Set(asideIds)), ofYear }
}

const idsOf = (db: Db, where: SQL | undefined) =>
  db
    .select({ id: events.id })
    .from(events)
    .where(where)
    .all()
    .map(({ id }) => id)

function countOfYear(db: Db, year: number): number {
  const total = sql<number>`coalesce(sum(${yearTotals.events}), 0)`
  const isAll = and(eq(yearTotals.year, year), eq(yearTotals.cut, 'all'))
  return db.select({ total }).from(yearTotals).where(isAll).get()?.total ?? 0
}

/** Of everything in a year. How many came to one event at most, and which event was the last, is not kept. */
function sumsOfYear(db: Db, year: number): Sum[] {
  return ofYear(db)
    .all(year)
    .map(sum => ({ ...sum, most: 0, eventId: undefined }))
}

const ofYear = prepared(db =>
  db.$client.prepare<[number], Attendance & { spelling: string }>(
    'select spelling, registered, attended, absent, minutes from year_organisations where year = ? and registered <> 0',
  ),
)

/** By spelling, of some events: looked up one by one, or, of a good part of a year, by reading the year through. */
function sumsOf(db: Db, year: number, which: Which): Sum[] {
  const isRead = !which.isYear && isMost(which)
  // A plus keeps an index from being used (sqlite.org/optoverview, 2.1).
  const eventId = isRead ? sql`+${organisationTotals.eventId}` : organisationTotals.eventId
  const among = sql`${eventId} in (select value from json_each(${JSON.stringify([...which.ids])}))`
  const sums = Object.fromEntries(ATTENDANCE.map(name => [name, sql<number>`sum(${organisationTotals[name]})`]))
  return db
    .select({
      ...(sums as Record<keyof Attendance, ReturnType<typeof sql<number>>>),
      spelling: organisationTotals.spelling,
      most: sql<number>`max(${organisationTotals.registered})`,
      eventId: sql<number>`max(${organisationTotals.eventId})`,
    })
    .from(organisationTotals)
    .where(and(isRead ? eq(organisationTotals.year, year) : undefined, among))
    .groupBy(organisationTotals.spelling)
    .all()
}

/** Whether they are so many of their year that reading the year through is faster than looking each of them up. */
export const isMost = ({ ids, ofYear }: Which) => ids.size * 4 > ofYear
