// What the network did, in figures: who came, to what, from where. A year is read from the sums that are kept of it, cut by who
// may see what; events whose sums are not to be believed are counted from their rows, and what they differ is added. So the
// parts always make the whole. Only published events that were not cancelled count, and only who attends.
import { and, count, eq, gte, inArray, isNotNull, isNull, lt, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, type ROLES, roleTotals, staleEvents, yearTotals } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import { isNotOver } from './agenda.ts'
import type { Event } from './events.ts'
import { descendantsOf, type Group } from './groups.ts'
import { areMine, type Organiser } from './organisers.ts'
import type { Series } from './series.ts'
import { COUNTS, type Counts, countEvent, type EventCounts, NOTHING, totalOf, yearOf } from './totals.ts'

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

export const listReached = (db: Db, which: SQL | undefined): ReachedEvent[] =>
  db.select(FIELDS).from(events).where(which).all()

/** What a report is about: a year of all that somebody may see, or of one group with those under it, or of one series. */
export interface Scope {
  year: number
  group?: Group | undefined
  series?: Series | undefined
}

export interface Sums extends Counts {
  events: number
}

export const SUM_NAMES = ['events', ...COUNTS] as const

/** Events with the same group and series. */
export interface Place extends Sums {
  groupId: number
  seriesId: number | null
}

/** What counting the rows of an event gives besides what is kept of it, which may be less than nothing. */
export interface Correction extends Counts {
  event: ReachedEvent
  role: (typeof ROLES)[number]
}

/** An event whose sums are not to be had, or not yet: what its rows give. */
export interface Aside extends ReachedEvent {
  counts: EventCounts
}

export interface Ground {
  year: number
  /** Which of the kept sums it is made of, and which events; nothing for one event. */
  kept: { sums: SQL | undefined; events: SQL | undefined } | undefined
  places: Place[]
  total: Sums
  /** How many of the events are over. */
  held: number
  aside: Aside[]
  corrections: Correction[]
}

/** The ground of a scope, cut by what the organiser may see. */
export function readGround(db: Db, organiser: Organiser, scope: Scope, now: Temporal.Instant): Ground {
  const kept = { sums: sumsIn(organiser, scope), events: eventsIn(organiser, scope) }
  const { coming, goingOn } = readComing(db, kept.events, now)
  const aside = listAside(db, kept.events, goingOn)
  const corrections = [...aside.flatMap(event => countedOf(event, now)), ...takenOff(db, aside)]
  const places = corrected(readPlaces(db, kept.sums), corrections)
  const total = totalOf(SUM_NAMES, places)
  return { year: scope.year, kept, places, total, held: total.events - coming, aside, corrections }
}

/** The ground of one event, from its rows. */
export function readEventGround(db: Db, event: ReachedEvent, now: Temporal.Instant): Ground {
  const aside = { ...event, counts: countEvent(db, event) }
  const corrections = countedOf(aside, now)
  const { groupId, seriesId } = event
  const places = corrected([{ ...NOTHING, events: 1, groupId, seriesId }], corrections)
  const total = totalOf(SUM_NAMES, places)
  const held = isBefore(now, event.endsAt) ? 0 : 1
  return { year: yearOf(event), kept: undefined, places, total, held, aside: [aside], corrections }
}

/** Nobody is absent from what is not over. */
export function settled<C extends Counts>(counts: C, { endsAt }: Pick<Event, 'endsAt'>, now: Temporal.Instant): C {
  return isBefore(now, endsAt) ? { ...counts, absent: 0 } : counts
}

function countedOf(event: Aside, now: Temporal.Instant): Correction[] {
  return event.counts.roles.map(counts => ({ ...settled(counts, event, now), event }))
}

/** What is kept of events, with a minus. */
function takenOff(db: Db, list: ReachedEvent[]): Correction[] {
  const byId = new Map(list.map(event => [event.id, event]))
  const rows = db
    .select()
    .from(roleTotals)
    .where(inArray(roleTotals.eventId, idsOf([...byId.keys()])))
    .all()
  return rows.flatMap(({ eventId, role, ...counts }) => {
    const event = byId.get(eventId)
    return event ? [{ ...minus(counts), event, role }] : []
  })
}

function minus(counts: Counts): Counts {
  return Object.fromEntries(COUNTS.map(name => [name, -counts[name]])) as Record<keyof Counts, number>
}

/** Events under which something changed, and those going on: who is not there yet is not absent. */
function listAside(db: Db, within: SQL | undefined, goingOn: number[]): Aside[] {
  const isStale = inArray(events.id, db.select({ id: staleEvents.eventId }).from(staleEvents))
  const isGoingOn = inArray(events.id, idsOf(goingOn))
  const found = [isStale, isGoingOn].flatMap(which => listReached(db, and(within, which)))
  const once = new Map(found.map(event => [event.id, event])).values()
  return [...once].map(event => ({ ...event, counts: countEvent(db, event) }))
}

/** How many events are not over, and the ids of those from which somebody is missing by what is kept. */
function readComing(db: Db, within: SQL | undefined, now: Temporal.Instant): { coming: number; goingOn: number[] } {
  const misses = sql`exists (select 1 from ${roleTotals} where ${roleTotals.eventId} = ${events.id} and absent > 0)`
  const goingOn = sql<string>`json_group_array(${events.id}) filter (where ${misses})`
  const where = and(isNotOver(now), within)
  const found = db.select({ coming: count(), goingOn }).from(events).where(where).get()
  return { coming: found?.coming ?? 0, goingOn: JSON.parse(found?.goingOn ?? '[]') }
}

export const isCounted = and(isNotNull(events.publishedAt), isNull(events.cancelledAt))

function eventsIn(organiser: Organiser, { year, group, series: one }: Scope): SQL | undefined {
  return and(
    isCounted,
    isInYear(year),
    group && sql`${events.groupId} in ${descendantsOf(group.slug)}`,
    one && eq(events.seriesId, one.id),
    areMine(organiser, 'viewer'),
  )
}

function sumsIn(organiser: Organiser, { year, group, series: one }: Scope): SQL | undefined {
  return and(
    eq(yearTotals.year, year),
    group && sql`${yearTotals.groupId} in ${descendantsOf(group.slug)}`,
    one && eq(yearTotals.seriesId, one.id),
    areMine(organiser, 'viewer', yearTotals),
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

/** Ids as one value, since a query holds only so many. */
export const idsOf = (list: number[]) => sql`(select value from json_each(${JSON.stringify(list)}))`

function readPlaces(db: Db, sums: SQL | undefined): Place[] {
  return db
    .select()
    .from(yearTotals)
    .where(and(sums, eq(yearTotals.cut, 'all')))
    .all()
    .map(({ seriesId, ...place }) => ({ ...place, seriesId: seriesId || null }))
}

function corrected(places: Place[], corrections: Correction[]): Place[] {
  const changes = corrections.map(({ event, ...counts }) => {
    const { groupId, seriesId } = event
    return { ...counts, events: 0, groupId, seriesId }
  })
  return [...places, ...changes]
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
