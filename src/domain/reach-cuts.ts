// The sums of a ground by one thing that events or people have in common, in the order in which a report shows them.
import { and, asc, eq, inArray, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { type CUTS, events, eventThemes, ROLES, themes, yearTotals } from '#db/schema.ts'
import type { Event } from './events.ts'
import { type Correction, type Ground, idsOf, type Place, SUM_NAMES, type Sums } from './reach.ts'
import { COUNTS, type Counts, NOTHING, totalOf } from './totals.ts'

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

type EventLine = Pick<Event, 'id' | 'title' | 'localStart'>

/** The first so many events, by when they begin. */
export function byEvent(db: Db, { kept, corrections }: Ground, most: number): { event: EventLine; counts: Counts }[] {
  if (!kept) return []
  const { id, title, localStart } = events
  const query = db
    .select({ id, title, localStart })
    .from(events)
    .where(kept.events)
    .orderBy(asc(events.startsAt), asc(id))
  const list = Number.isFinite(most) ? query.limit(most).all() : query.all()
  const rows = sumsOf(db).all(JSON.stringify(list.map(event => event.id)))
  const found = new Map<number, Counts>(rows.map(({ eventId, ...counts }) => [eventId, counts]))
  for (const { event, ...counts } of corrections) {
    found.set(event.id, totalOf(COUNTS, [found.get(event.id) ?? NOTHING, counts]))
  }
  return list.map(event => ({ event, counts: found.get(event.id) ?? NOTHING }))
}

/** As SQLite gives them: a file has all events of a year. */
const sumsOf = prepared(db =>
  db.$client.prepare<[string], Counts & { eventId: number }>(
    `select event_id as eventId, ${COUNTS.map(name => `sum(${name}) as ${name}`).join(', ')} from role_totals
     where event_id in (select value from json_each(?)) group by event_id`,
  ),
)
