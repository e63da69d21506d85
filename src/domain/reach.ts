// What the network did, in figures: who came, to what, from where. Everything here is added up from the same facts, one for
// each event and role, so that the parts always make the whole. Only published events that were not cancelled count, and only
// who attends.
import { and, asc, eq, gte, inArray, isNotNull, isNull, lt, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, eventThemes, type ROLES, series, themes } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import { descendantsOf, type Group } from './groups.ts'
import { groupsWith, type Organiser } from './organisers.ts'
import type { Series } from './series.ts'
import { COUNTS, type Counts, countEvent, listStale, NOTHING, type RoleCounts, totalOf, yearOf } from './totals.ts'

const FIELDS = {
  id: events.id,
  title: events.title,
  localStart: events.localStart,
  durationMinutes: events.durationMinutes,
  startsAt: events.startsAt,
  endsAt: events.endsAt,
  groupId: events.groupId,
  seriesId: events.seriesId,
}
export type ReachedEvent = Pick<Event, keyof typeof FIELDS>

export interface Fact extends Counts {
  event: ReachedEvent
  role: (typeof ROLES)[number]
}

/** What a report is about: a year of all that somebody may see, or of one group with those under it, or of one series. */
export interface Scope {
  year: number
  group?: Group | undefined
  series?: Series | undefined
}

export interface Ground {
  year: number
  events: ReachedEvent[]
  facts: Fact[]
  /** Events whose sums are not to be had, or not yet: their rows are counted. */
  aside: ReachedEvent[]
}

/** The facts of a scope, cut by what the organiser may see. */
export function readGround(db: Db, organiser: Organiser, scope: Scope, now: Temporal.Instant): Ground {
  const list = db.select(FIELDS).from(events).where(inScope(organiser, scope)).orderBy(asc(events.startsAt)).all()
  return groundOf(db, scope.year, list, listStale(db), now)
}

/** The facts of one event, from its rows. */
export function readEventGround(db: Db, event: ReachedEvent, now: Temporal.Instant): Ground {
  return groundOf(db, yearOf(event), [event], new Set([event.id]), now)
}

function groundOf(db: Db, year: number, list: ReachedEvent[], stale: Set<number>, now: Temporal.Instant): Ground {
  const kept = keptFacts(
    db,
    list.filter(({ id }) => !stale.has(id)),
  )
  const begun = new Set(kept.filter(fact => fact.attended > 0).map(fact => fact.event.id))
  // Who is not there yet when an event is going on is not absent.
  const isAside = ({ id, endsAt }: ReachedEvent) => stale.has(id) || (isBefore(now, endsAt) && begun.has(id))
  const aside = list.filter(isAside)
  const asideIds = new Set(aside.map(({ id }) => id))
  const counted = aside.flatMap(event =>
    countEvent(db, event).roles.map(counts => ({ ...settled(counts, event, now), event, role: counts.role })),
  )
  return { year, events: list, facts: [...kept.filter(({ event }) => !asideIds.has(event.id)), ...counted], aside }
}

/** Nobody is absent from what is not over. */
export function settled<C extends Counts>(counts: C, { endsAt }: ReachedEvent, now: Temporal.Instant): C {
  return isBefore(now, endsAt) ? { ...counts, absent: 0 } : counts
}

function inScope(organiser: Organiser, { year, group, series: one }: Scope): SQL | undefined {
  return and(
    isNotNull(events.publishedAt),
    isNull(events.cancelledAt),
    isInYear(year),
    group && sql`${events.groupId} in ${descendantsOf(group.slug)}`,
    one && eq(events.seriesId, one.id),
    isSeen(organiser),
  )
}

/** The index finds the year and a day around it; the wall time says which it is. */
export function isInYear(year: number): SQL | undefined {
  const day = (from: number) => Temporal.Instant.from(`${from}-01-01T00:00Z`)
  return and(
    gte(events.startsAt, day(year).subtract({ hours: 24 })),
    lt(events.startsAt, day(year + 1).add({ hours: 24 })),
    sql`substr(${events.localStart}, 1, 4) = ${String(year)}`,
  )
}

/** As `isMine`, told so that the groups are looked up once and not for each event. */
function isSeen(organiser: Organiser): SQL {
  const mine = groupsWith(organiser, 'viewer')
  const mySeries = sql`(select ${series.id} from ${series} where ${series.groupId} in ${mine})`
  return sql`iif(${events.seriesId} is null, ${events.groupId} in ${mine}, ${events.seriesId} in ${mySeries})`
}

function keptFacts(db: Db, list: ReachedEvent[]): Fact[] {
  const byId = new Map(list.map(event => [event.id, event]))
  const rows = keptOf(db).all(JSON.stringify([...byId.keys()]))
  return rows.flatMap(counts => {
    const event = byId.get(counts.eventId)
    return event ? [Object.assign(counts, { event })] : []
  })
}

/** As SQLite gives them: a national year is a hundred thousand rows. */
const keptOf = prepared(db =>
  db.$client.prepare<[string], RoleCounts & { eventId: number }>(
    `select event_id as eventId, role, ${COUNTS.join(', ')} from role_totals
     where event_id in (select value from json_each(?))`,
  ),
)

/** Ids as one value, since a query holds only so many. */
const idsOf = (list: Pick<Event, 'id'>[]) =>
  sql`(select value from json_each(${JSON.stringify(list.map(({ id }) => id))}))`

/** Facts put together by what they have in common. */
export function cutBy<Key>(facts: Fact[], keyOf: (fact: Fact) => Key): Map<Key, Counts> {
  return new Map([...Map.groupBy(facts, keyOf)].map(([key, part]) => [key, totalOf(COUNTS, part)]))
}

/** January to December, also those in which nothing was. */
export function byMonth(facts: Fact[]): Counts[] {
  const found = cutBy(facts, ({ event }) => Number(event.localStart.slice(5, 7)))
  return Array.from({ length: 12 }, (_, index) => found.get(index + 1) ?? NOTHING)
}

export interface ThemeReach extends Counts {
  id: number
  name: string
  events: number
}

/** An event with two themes counts for both, so these are no parts of a whole. By name. */
export function byTheme(db: Db, { events: list, facts }: Ground): ThemeReach[] {
  const ofEvent = cutBy(facts, ({ event }) => event.id)
  const rows = db
    .select({ eventId: eventThemes.eventId, id: themes.id, name: themes.name })
    .from(eventThemes)
    .innerJoin(themes, eq(themes.id, eventThemes.themeId))
    .where(inArray(eventThemes.eventId, idsOf(list)))
    .orderBy(asc(themes.name))
    .all()
  return [...Map.groupBy(rows, row => row.id).values()].flatMap(of => {
    const [first] = of
    if (!first) return []
    const counts = totalOf(
      COUNTS,
      of.map(({ eventId }) => ofEvent.get(eventId) ?? NOTHING),
    )
    return [{ ...counts, id: first.id, name: first.name, events: of.length }]
  })
}

/** Years in which there is something to see, the newest first. */
export function listYears(db: Db, now: Temporal.Instant): number[] {
  // Asked one by one, each is a look at one end of the index.
  const end = (which: SQL<string | null>) => db.select({ at: which }).from(events).get()?.at
  const yearAt = (milliseconds: string | null | undefined) =>
    milliseconds
      ? Temporal.Instant.fromEpochMilliseconds(Number(milliseconds)).toZonedDateTimeISO('UTC').year
      : undefined
  const present = now.toZonedDateTimeISO('UTC').year
  const first = Math.min(yearAt(end(sql`min(${events.startsAt})`)) ?? present, present)
  const last = Math.max(yearAt(end(sql`max(${events.startsAt})`)) ?? present, present)
  return Array.from({ length: last - first + 1 }, (_, index) => last - index)
}
