// What everybody can see, in lists: what is coming, what has been, what a feed holds. Drafts are in none of them.
import {
  and,
  asc,
  desc,
  eq,
  exists,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  type Placeholder,
  type SQL,
  sql,
} from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { rowsOf } from '#db/rows.ts'
import { events, eventThemes, materials, series, themes } from '#db/schema.ts'
import { isHostedBy } from './cohosts.ts'
import { type Event, type Kind, type ListedEvent, listed } from './events.ts'
import { descendantsOf } from './groups.ts'
import type { Series } from './series.ts'

/** What a list of events can be narrowed to. Slugs; unknown ones give an empty list. */
export interface EventFilter {
  q?: string | undefined
  kind?: Kind | undefined
  group?: string | undefined
  series?: string | undefined
  theme?: string | undefined
  /** Of the day on which it begins, where it is held. */
  year?: number | undefined
  /** A recording, or anything at all to watch or read. */
  kept?: 'recording' | 'materials' | undefined
}

/** Published events that have not ended, the first one first. Cancelled ones stay in the list until they would have ended. */
export function listUpcoming(db: Db, filter: EventFilter, now: Temporal.Instant, limit = 200): ListedEvent[] {
  if (isEmpty(filter)) {
    const since = now.subtract(LONGEST).epochMilliseconds
    return listed(db, rowsOf(events, upcoming(db).values({ since, now: now.epochMilliseconds, limit })))
  }
  const where = and(isPublished(), isNotOver(now), matches(db, filter))
  return listed(
    db,
    db.select().from(events).where(where).orderBy(asc(events.startsAt), asc(events.id)).limit(limit).all(),
  )
}

/** The agenda itself, which everybody opens. */
const upcoming = prepared(db =>
  db
    .select()
    .from(events)
    .where(and(isPublished(), gt(events.startsAt, sql.placeholder('since')), gt(events.endsAt, sql.placeholder('now'))))
    .orderBy(asc(events.startsAt), asc(events.id))
    .limit(sql.placeholder('limit'))
    .prepare(),
)

function isEmpty(filter: EventFilter): boolean {
  return Object.values(filter).every(wish => wish === undefined)
}

/** Where a page of the archive ends: the start and id of its last event. */
export interface Cursor {
  startsAt: Temporal.Instant
  id: number
}

/** What comes after a cursor in a list that begins with the last event. */
export function isBeyond(after: Cursor | undefined): SQL | undefined {
  return after && sql`(${events.startsAt}, ${events.id}) < (${after.startsAt.epochMilliseconds}, ${after.id})`
}

/** Published events that have ended, the last one first, after a cursor. */
export function listPast(
  db: Db,
  filter: EventFilter,
  now: Temporal.Instant,
  limit: number,
  after?: Cursor,
): ListedEvent[] {
  if (isEmpty(filter) && !after) return listed(db, past(db).all({ now: now.epochMilliseconds, limit }))
  const where = and(isPublished(), isNull(events.cancelledAt), isOver(now), matches(db, filter), isBeyond(after))
  return listed(
    db,
    db.select().from(events).where(where).orderBy(desc(events.startsAt), desc(events.id)).limit(limit).all(),
  )
}

/** The archive as everybody opens it. */
const past = prepared(db =>
  db
    .select()
    .from(events)
    .where(and(isPublished(), isNull(events.cancelledAt), isOver(sql.placeholder('now'))))
    .orderBy(desc(events.startsAt), desc(events.id))
    .limit(sql.placeholder('limit'))
    .prepare(),
)

/** Published events from a moment on, in a stable order: what feeds hold. */
export function listSince(db: Db, filter: EventFilter, since: Temporal.Instant, limit: number): Event[] {
  if (isEmpty(filter)) return allSince(db).all({ since: since.epochMilliseconds, limit }).reverse()
  const where = and(isPublished(), gte(events.startsAt, since), matches(db, filter))
  return db
    .select()
    .from(events)
    .where(where)
    .orderBy(desc(events.startsAt), desc(events.id))
    .limit(limit)
    .all()
    .reverse()
}

/** The feed of everything, which most follow. */
const allSince = prepared(db =>
  db
    .select()
    .from(events)
    .where(and(isPublished(), gte(events.startsAt, sql.placeholder('since'))))
    .orderBy(desc(events.startsAt), desc(events.id))
    .limit(sql.placeholder('limit'))
    .prepare(),
)

/** Where published events are found and the day (UTC) each was last revised: of the last so many, the first one first. */
export function listAddresses(db: Db, limit: number): { slug: string; revisedOn: string }[] {
  return addresses(db).all(limit).reverse()
}

/** As SQLite gives them: of thousands of events nothing else is read. */
const addresses = prepared(db =>
  db.$client.prepare<[number], { slug: string; revisedOn: string }>(
    `select slug, date(revised_at / 1000, 'unixepoch') as revisedOn from events
     where published_at is not null and starts_at >= 0 order by starts_at desc, id desc limit ?`,
  ),
)

/** The published events of a series in a calendar year: the ground of the year strip. */
export function listYear(db: Db, { id }: Series, year: number): Event[] {
  return inYear(db).all({ id, from: `${year}-01-01`, until: `${year + 1}-01-01` })
}

const inYear = prepared(db =>
  db
    .select()
    .from(events)
    .where(
      and(
        eq(events.seriesId, sql.placeholder('id')),
        isPublished(),
        gte(events.localStart, sql.placeholder('from')),
        lt(events.localStart, sql.placeholder('until')),
      ),
    )
    .orderBy(asc(events.startsAt))
    .prepare(),
)

function isPublished(): SQL {
  return isNotNull(events.publishedAt)
}

/** No event lasts longer: the index on starts then finds what is going on. */
const LONGEST = { hours: 7 * 24 }

/** Has not ended. */
export function isNotOver(now: Temporal.Instant): SQL | undefined {
  return and(gt(events.startsAt, now.subtract(LONGEST)), gt(events.endsAt, now))
}

/** Has ended; said of its start as well, so that the index begins at now instead of at the last that is planned. */
export function isOver(now: Temporal.Instant | Placeholder): SQL | undefined {
  return and(lte(events.startsAt, now), lte(events.endsAt, now))
}

function matches(db: Db, { q, kind, group, series: seriesSlug, theme, year, kept }: EventFilter): SQL | undefined {
  return and(
    kind && eq(events.kind, kind),
    group === undefined ? undefined : isHostedBy(db, descendantsOf(group)),
    seriesSlug === undefined
      ? undefined
      : inArray(events.seriesId, db.select({ id: series.id }).from(series).where(eq(series.slug, seriesSlug))),
    theme === undefined ? undefined : hasTheme(db, eq(themes.slug, theme)),
    year === undefined ? undefined : isIn(year),
    kept === undefined ? undefined : hasKept(db, kept),
    mentions(q),
  )
}

/** Every word must stand somewhere in the event, or a longer word that begins with it: in its texts, its groups or its themes. */
function mentions(q: string | undefined): SQL | undefined {
  const words = wordsIn(q)
  if (!words.length) return undefined
  // Letters and digits between quotes are nothing but themselves to FTS5.
  const wanted = words.map(word => `"${word}"*`).join(' ')
  // The plus keeps to the order of the dates, which ends at a full page: sorting all that hold a common word takes longer.
  return sql`+${events.id} in (select rowid from event_search where event_search match ${wanted})`
}

/** Said of its start as well, a day wider for who lives elsewhere, so that the index begins there. */
function isIn(year: number): SQL | undefined {
  const begin = Temporal.Instant.from(`${year}-01-01T00:00Z`).subtract({ hours: 24 })
  const end = Temporal.Instant.from(`${year + 1}-01-01T00:00Z`).add({ hours: 24 })
  const isNear = and(gt(events.startsAt, begin), lt(events.startsAt, end))
  return and(isNear, gte(events.localStart, `${year}-01-01`), lt(events.localStart, `${year + 1}-01-01`))
}

function hasKept(db: Db, kept: NonNullable<EventFilter['kept']>): SQL {
  const isWanted = kept === 'recording' ? eq(materials.kind, 'recording') : undefined
  return exists(
    db
      .select({ id: materials.id })
      .from(materials)
      .where(and(eq(materials.eventId, events.id), isWanted)),
  )
}

/** The year of the first published event; nothing before there is one. */
export function firstYear(db: Db): number | undefined {
  const start = first(db).get()?.localStart
  return start === undefined ? undefined : Number(start.slice(0, 4))
}

const first = prepared(db =>
  db
    .select({ localStart: events.localStart })
    .from(events)
    .where(and(isPublished(), gt(events.startsAt, Temporal.Instant.fromEpochMilliseconds(0))))
    .orderBy(asc(events.startsAt))
    .limit(1)
    .prepare(),
)

function hasTheme(db: Db, which: SQL): SQL {
  return exists(
    db
      .select({ id: themes.id })
      .from(eventThemes)
      .innerJoin(themes, eq(themes.id, eventThemes.themeId))
      .where(and(eq(eventThemes.eventId, events.id), which)),
  )
}

/** As the index cuts texts up: at whatever is neither a letter, nor a sign on one, nor a digit. */
const wordsIn = (q = '') =>
  q
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(Boolean)
    .slice(0, 8)
