// What an organiser may see of events: every list here is cut by the query that loads it. What they see of mails stands in
// `my-messages`.
import { countRows } from '#db/count.ts'
import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lt, or, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { rowsOf } from '#db/rows.ts'
import { events } from '#db/schema.ts'
import { type Cursor, isBeyond, isNotOver, isOver } from './agenda.ts'
import { type Event, type ListedEvent, listed } from './events.ts'
import { isMine, type Organiser, type Right } from './organisers.ts'
import type { Series } from './series.ts'

/** Published events that have not ended, the first one first, after a cursor. */
export function listComing(
  db: Db,
  organiser: Organiser,
  right: Right,
  now: Temporal.Instant,
  limit: number,
  after?: Cursor,
): ListedEvent[] {
  const where = and(isNotNull(events.publishedAt), isNotOver(now), isMine(organiser, right), isAfter(after))
  return listWhere(db, where, limit)
}

/**
 * What comes first of all that takes place, or is going on: published, or a draft where this organiser works on it. Drafts of
 * a day that has passed come to nothing any more.
 */
export function findAhead(db: Db, organiser: Organiser, now: Temporal.Instant): ListedEvent | undefined {
  const notOver = and(isNotOver(now), isNull(events.cancelledAt))
  const isSeen = and(isMine(organiser, 'viewer'), or(isNotNull(events.publishedAt), isMine(organiser, 'organiser')))
  return listWhere(db, and(notOver, isSeen), 1)[0]
}

/** The drafts of a series in a calendar year. */
export function listDraftsOfYear(db: Db, { id }: Series, year: number): Event[] {
  const within = and(gte(events.localStart, `${year}-01-01`), lt(events.localStart, `${year + 1}-01-01`))
  return db
    .select()
    .from(events)
    .where(and(eq(events.seriesId, id), isNull(events.publishedAt), within))
    .orderBy(asc(events.startsAt))
    .all()
}

/** Drafts, the first one first, after a cursor; those whose day has passed as well, since they can still be removed. */
export function listDrafts(db: Db, organiser: Organiser, limit: number, after?: Cursor): ListedEvent[] {
  return listWhere(db, and(isNull(events.publishedAt), isMine(organiser, 'organiser'), isAfter(after)), limit)
}

/** What comes after a cursor in a list that begins with the first event. */
function isAfter(after: Cursor | undefined): SQL | undefined {
  return after && sql`(${events.startsAt}, ${events.id}) > (${after.startsAt.epochMilliseconds}, ${after.id})`
}

export function countDrafts(db: Db, organiser: Organiser): number {
  return countRows(db, events, and(isNull(events.publishedAt), isMine(organiser, 'organiser')))
}

/** Published events that have ended, the last one first, after a cursor. */
export function listEnded(
  db: Db,
  organiser: Organiser,
  right: Right,
  now: Temporal.Instant,
  limit: number,
  after?: Cursor,
): ListedEvent[] {
  const where = and(isNotNull(events.publishedAt), isOver(now), isMine(organiser, right), isBeyond(after))
  return listWhere(db, where, limit, [desc(events.startsAt), desc(events.id)])
}

const OLDEST_FIRST = [asc(events.startsAt), asc(events.id)]

function listWhere(db: Db, where: SQL | undefined, limit: number, order = OLDEST_FIRST): ListedEvent[] {
  const values = db
    .select()
    .from(events)
    .where(where)
    .orderBy(...order)
    .limit(limit)
    .values()
  return listed(db, rowsOf(events, values))
}

/** As much of an event as is said of it where another one would be on its day. */
export type Clash = Pick<Event, 'id' | 'title' | 'localStart' | 'timeZone' | 'durationMinutes'>

/** What else is on the days of a span, by date: what everybody can see, and the drafts of one's own groups. Cancelled events clash with nothing. */
export function listOnDays(
  db: Db,
  organiser: Organiser,
  from: Temporal.PlainDate,
  until: Temporal.PlainDate,
): Map<string, Clash[]> {
  const within = and(
    isAround(from, until),
    sql`${events.localStart} >= ${from.toString()}`,
    lt(events.localStart, `${until.add({ days: 1 })}`),
  )
  const seen = or(isNotNull(events.publishedAt), isMine(organiser, 'host'))
  const { id, title, localStart, timeZone, durationMinutes } = events
  const found = db
    .select({ id, title, localStart, timeZone, durationMinutes })
    .from(events)
    .where(and(within, isNull(events.cancelledAt), seen))
    .orderBy(asc(events.localStart))
    .all()
  return Map.groupBy(found, event => event.localStart.slice(0, 10))
}

/** The index finds the days and a day around them; the wall time says which it is. */
function isAround(from: Temporal.PlainDate, until: Temporal.PlainDate): SQL | undefined {
  const begin = (day: Temporal.PlainDate) => day.toZonedDateTime('UTC').toInstant()
  return and(
    gte(events.startsAt, begin(from.subtract({ days: 1 }))),
    lt(events.startsAt, begin(until.add({ days: 2 }))),
  )
}

/** The last day for which each series has something, by the id of the series. */
export function lastPlanned(db: Db, list: Series[]): Map<number, string> {
  const rows = lastOf(db).all(JSON.stringify(list.map(({ id }) => id)))
  return new Map(rows.flatMap(({ id, last }) => (last ? [[id, last]] : [])))
}

/** A look at the end of the index for each: put together, all events of each series are gone through. */
const lastOf = prepared(db =>
  db.$client.prepare<[string], { id: number; last: string | null }>(
    `select value as id, (select max(local_start) from events where series_id = value) as last from json_each(?)`,
  ),
)

/** Which of these events the organiser may change, besides seeing who comes. */
export function changeableIds(db: Db, organiser: Organiser, list: Event[]): Set<number> {
  return idsWith(db, organiser, 'organiser', list)
}

/** Of which of these events the organiser may see who comes. */
export function receivableIds(db: Db, organiser: Organiser, list: Event[]): Set<number> {
  return idsWith(db, organiser, 'host', list)
}

function idsWith(db: Db, organiser: Organiser, right: Right, list: Event[]): Set<number> {
  const ids = list.map(event => event.id)
  const rows = db
    .select({ id: events.id })
    .from(events)
    .where(and(inArray(events.id, ids), isMine(organiser, right)))
    .all()
  return new Set(rows.map(row => row.id))
}
