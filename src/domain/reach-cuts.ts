// The sums of a ground by one thing that events or people have in common, in the order in which a report shows them.
import { and, asc, eq, inArray, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { type CUTS, events, eventThemes, ROLES, themes, yearTotals } from '#db/schema.ts'
import {
  type Correction,
  type Ground,
  idsOf,
  isCounted,
  listReached,
  type Place,
  type ReachedEvent,
  SUM_NAMES,
  type Sums,
  settled,
} from './reach.ts'
import { COUNTS, type Counts, countEvent, NOTHING, totalOf } from './totals.ts'

type Cut = (typeof CUTS)[number]
const sumOf = (name: keyof Sums) => sql<number>`sum(${yearTotals[name]})`
const SUMS = Object.fromEntries(SUM_NAMES.map(name => [name, sumOf(name)])) as Record<keyof Sums, SQL<number>>
const isCut = (cut: Cut) => eq(yearTotals.cut, cut)

/** The kept sums of a cut by their key, with what is to be corrected of each. */
function readCut(db: Db, { kept, corrections }: Ground, cut: Cut, keysOf: (one: Correction) => string[]) {
  const rows = kept
    ? db
        .select({ ...SUMS, key: yearTotals.key })
        .from(yearTotals)
        .where(and(kept.sums, isCut(cut)))
        .groupBy(yearTotals.key)
        .all()
    : []
  const changes = corrections.flatMap(one => keysOf(one).map(key => ({ ...one, events: 0, key })))
  return addedUp([...rows, ...changes], ({ key }) => key)
}

function addedUp<Key, Row extends Sums>(list: Row[], keyOf: (row: Row) => Key): Map<Key, Sums> {
  return new Map([...Map.groupBy(list, keyOf)].map(([key, of]) => [key, totalOf(SUM_NAMES, of)]))
}

/** Only those that somebody has; events are not counted by role. */
export function byRole(db: Db, ground: Ground): Map<(typeof ROLES)[number], Counts> {
  const found = readCut(db, ground, 'role', ({ role }) => [role])
  return new Map(
    ROLES.flatMap(role => {
      const { events: _, ...counts } = found.get(role) ?? { ...NOTHING, events: 0 }
      return counts.registered ? [[role, counts]] : []
    }),
  )
}

/** January to December, also those in which nothing was. */
export function byMonth(db: Db, ground: Ground): Sums[] {
  const found = readCut(db, ground, 'month', ({ event }) => [event.localStart.slice(5, 7)])
  return Array.from({ length: 12 }, (_, index) => {
    return found.get(String(index + 1).padStart(2, '0')) ?? { ...NOTHING, events: 0 }
  })
}

export interface ThemeReach extends Sums {
  id: number
  name: string
}

/** An event with two themes counts for both, so these are no parts of a whole. By name. */
export function byTheme(db: Db, ground: Ground): ThemeReach[] {
  const of = db
    .select()
    .from(eventThemes)
    .where(inArray(eventThemes.eventId, idsOf(ground.aside.map(({ id }) => id))))
    .all()
  const ofEvent = Map.groupBy(of, ({ eventId }) => eventId)
  const keysOf = ({ event }: Correction) => (ofEvent.get(event.id) ?? []).map(({ themeId }) => String(themeId))
  const found = readCut(db, ground, 'theme', keysOf)
  const names = db.select({ id: themes.id, name: themes.name }).from(themes).orderBy(asc(themes.name)).all()
  return names.flatMap(({ id, name }) => {
    const sums = found.get(String(id))
    return sums?.events ? [{ ...sums, id, name }] : []
  })
}

/** By a name for each group and series, of those that have events. */
export function byPlace({ places }: Ground, nameOf: (place: Pick<Place, 'groupId' | 'seriesId'>) => string) {
  return [...addedUp(places, nameOf)].filter(([, sums]) => sums.events > 0)
}

/** Which events a ground has, by when they begin: the first so many. */
export function listEventIds(db: Db, { kept }: Ground, most = Number.POSITIVE_INFINITY): number[] {
  if (!kept) return []
  // The first few are found in their order; of all, an index knows the rest, and the plus has them put in order after that.
  const isAll = most === Number.POSITIVE_INFINITY
  const start = isAll ? sql`+${events.startsAt}` : events.startsAt
  const query = db.select({ id: events.id }).from(events).where(kept.events).orderBy(asc(start), asc(events.id))
  const rows = isAll ? query.values() : query.limit(most).values()
  return rows.map(([id]) => id as number)
}

/** These events as they are now, in this order, without those that count no more; a file reads those of a year in parts. */
export function byEvent(db: Db, ids: number[], now: Temporal.Instant): { event: ReachedEvent; counts: Counts }[] {
  const among = JSON.stringify(ids)
  const found = new Map(listReached(db, and(isCounted, inArray(events.id, idsOf(ids)))).map(one => [one.id, one]))
  const kept = new Map<number, Counts>(
    sumsOf(db)
      .all(among)
      .map(({ eventId, ...counts }) => [eventId, counts]),
  )
  const stale = new Set(staleOf(db).all(among))
  return ids.flatMap(id => {
    const event = found.get(id)
    if (!event) return []
    const counts = stale.has(id) ? totalOf(COUNTS, countEvent(db, event).roles) : kept.get(id)
    return { event, counts: settled(counts ?? NOTHING, event, now) }
  })
}

const sumsOf = prepared(db =>
  db.$client.prepare<[string], Counts & { eventId: number }>(
    `select event_id as eventId, ${COUNTS.map(name => `sum(${name}) as ${name}`).join(', ')} from role_totals
     where event_id in (select value from json_each(?)) group by event_id`,
  ),
)
const staleOf = prepared(db =>
  db.$client
    .prepare<[string], number>('select event_id from stale_events where event_id in (select value from json_each(?))')
    .pluck(),
)
