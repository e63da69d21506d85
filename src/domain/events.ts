// An event: one page, one time, one registration. Finding them, and what is true of one at a moment. Changing stands in `changes`.
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
  like,
  lt,
  lte,
  or,
  type SQL,
  sql,
} from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { eventSlugs, events, eventThemes, groups, type KINDS, materials, series, sessions, themes } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { descendantsOf } from './groups.ts'
import type { Presence } from './places.ts'

export type Event = typeof events.$inferSelect
export type Kind = (typeof KINDS)[number]
export type Group = typeof groups.$inferSelect
export type Series = typeof series.$inferSelect
export type Theme = typeof themes.$inferSelect
export type Session = typeof sessions.$inferSelect & { group: Group | null }
export type Material = typeof materials.$inferSelect

/** An event with what every list shows of it. */
export interface ListedEvent extends Event {
  group: Group
  series: Series | null
  themes: Theme[]
  materials: Material[]
}

/** What a list of events can be narrowed to. Slugs; unknown ones give an empty list. */
export interface EventFilter {
  q?: string | undefined
  kind?: Kind | undefined
  group?: string | undefined
  series?: string | undefined
  theme?: string | undefined
}

export function findEvent(db: Db, id: number): Event | undefined {
  return byId(db).get({ id })
}

const byId = prepared(db =>
  db
    .select()
    .from(events)
    .where(eq(events.id, sql.placeholder('id')))
    .prepare(),
)

export function getEvent(db: Db, id: number): Event {
  const event = findEvent(db, id)
  if (!event) throw new NotFound('event')
  return event
}

/** The published event of an address; NotFound for a draft, so that nobody can tell one from nothing. */
export function getPublishedEvent(db: Db, slug: string): ListedEvent {
  const event = db
    .select()
    .from(events)
    .where(and(eq(events.slug, slug), isNotNull(events.publishedAt)))
    .get()
  if (!event) throw new NotFound('event')
  return listed(db, [event])[0] as ListedEvent
}

export function getListedEvent(db: Db, id: number): ListedEvent {
  return listed(db, [getEvent(db, id)])[0] as ListedEvent
}

/** The present address of a published event that had another one before. */
export function findSlugAfter(db: Db, slug: string): string | undefined {
  const row = db
    .select({ slug: events.slug })
    .from(eventSlugs)
    .innerJoin(events, eq(events.id, eventSlugs.eventId))
    .where(and(eq(eventSlugs.slug, slug), isNotNull(events.publishedAt)))
    .get()
  return row?.slug
}

/** Published events that have not ended, the first one first. Cancelled ones stay in the list until they would have ended. */
export function listUpcoming(db: Db, filter: EventFilter, now: Temporal.Instant, limit = 200): ListedEvent[] {
  const where = and(isPublished(), gt(events.endsAt, now), matches(db, filter))
  return listed(
    db,
    db.select().from(events).where(where).orderBy(asc(events.startsAt), asc(events.id)).limit(limit).all(),
  )
}

/** Where a page of the archive ends: the start and id of its last event. */
export interface Cursor {
  startsAt: Temporal.Instant
  id: number
}

/** Published events that have ended, the last one first, after a cursor. */
export function listPast(
  db: Db,
  filter: EventFilter,
  now: Temporal.Instant,
  limit: number,
  after?: Cursor,
): ListedEvent[] {
  const beyond =
    after && or(lt(events.startsAt, after.startsAt), and(eq(events.startsAt, after.startsAt), lt(events.id, after.id)))
  const where = and(isPublished(), isNull(events.cancelledAt), lte(events.endsAt, now), matches(db, filter), beyond)
  return listed(
    db,
    db.select().from(events).where(where).orderBy(desc(events.startsAt), desc(events.id)).limit(limit).all(),
  )
}

/** Published events from a moment on, in a stable order: what feeds hold. */
export function listSince(db: Db, filter: EventFilter, since: Temporal.Instant, limit: number): ListedEvent[] {
  const where = and(isPublished(), gte(events.startsAt, since), matches(db, filter))
  const newest = db
    .select()
    .from(events)
    .where(where)
    .orderBy(desc(events.startsAt), desc(events.id))
    .limit(limit)
    .all()
  return listed(db, newest.reverse())
}

function isPublished(): SQL {
  return isNotNull(events.publishedAt)
}

function matches(db: Db, { q, kind, group, series: seriesSlug, theme }: EventFilter): SQL | undefined {
  return and(
    kind && eq(events.kind, kind),
    group === undefined ? undefined : inArray(events.groupId, descendantsOf(group)),
    seriesSlug === undefined
      ? undefined
      : inArray(events.seriesId, db.select({ id: series.id }).from(series).where(eq(series.slug, seriesSlug))),
    theme === undefined ? undefined : hasTheme(db, eq(themes.slug, theme)),
    ...words(q).map(word => mentions(db, `%${word}%`)),
  )
}

/** Every word must stand somewhere in the event. */
function mentions(db: Db, pattern: string): SQL | undefined {
  const inGroup = inArray(events.groupId, db.select({ id: groups.id }).from(groups).where(like(groups.name, pattern)))
  return or(
    like(events.title, pattern),
    like(events.summary, pattern),
    like(events.description, pattern),
    inGroup,
    hasTheme(db, like(themes.name, pattern)),
  )
}

function hasTheme(db: Db, which: SQL): SQL {
  return exists(
    db
      .select({ id: themes.id })
      .from(eventThemes)
      .innerJoin(themes, eq(themes.id, eventThemes.themeId))
      .where(and(eq(eventThemes.eventId, events.id), which)),
  )
}

const words = (q = '') => q.replaceAll(/[%_]/g, ' ').split(/\s+/).filter(Boolean).slice(0, 8)

/** Adds group, series, themes and materials: one query each, whatever the length of the list. */
export function listed(db: Db, list: Event[]): ListedEvent[] {
  const ids = list.map(event => event.id)
  const groupById = keyed(
    db
      .select()
      .from(groups)
      .where(
        inArray(
          groups.id,
          list.map(event => event.groupId),
        ),
      )
      .all(),
  )
  const seriesById = keyed(
    db
      .select()
      .from(series)
      .where(
        inArray(
          series.id,
          list.flatMap(event => event.seriesId ?? []),
        ),
      )
      .all(),
  )
  const themeRows = db
    .select({ eventId: eventThemes.eventId, theme: themes })
    .from(eventThemes)
    .innerJoin(themes, eq(themes.id, eventThemes.themeId))
    .where(inArray(eventThemes.eventId, ids))
    .orderBy(asc(themes.name))
    .all()
  const materialRows = db
    .select()
    .from(materials)
    .where(inArray(materials.eventId, ids))
    .orderBy(asc(materials.id))
    .all()
  const themesByEvent = Map.groupBy(themeRows, row => row.eventId)
  const materialsByEvent = Map.groupBy(materialRows, row => row.eventId)
  return list.map(event => ({
    ...event,
    group: groupById.get(event.groupId) as Group,
    series: (event.seriesId !== null && seriesById.get(event.seriesId)) || null,
    themes: (themesByEvent.get(event.id) ?? []).map(row => row.theme),
    materials: materialsByEvent.get(event.id) ?? [],
  }))
}

function keyed<T extends { id: number }>(rows: T[]): Map<number, T> {
  return new Map(rows.map(row => [row.id, row]))
}

export function listSessions(db: Db, eventId: number): Session[] {
  return db
    .select()
    .from(sessions)
    .leftJoin(groups, eq(groups.id, sessions.groupId))
    .where(eq(sessions.eventId, eventId))
    .orderBy(asc(sessions.localStart), asc(sessions.id))
    .all()
    .map(row => ({ ...row.sessions, group: row.groups }))
}

/** Name and address in one line for who comes to the room; empty for who takes part online. */
export function placeOf(event: Pick<Event, 'attendance' | 'venue'>, presence: Presence): string {
  if (presence === 'online' || !event.venue) return ''
  const { name, address, postcode, city } = event.venue
  return [name, address, `${postcode} ${city}`.trim()].filter(Boolean).join(', ')
}

/** Registration closes at the start; where taking part online is possible, at the end (online only). */
export function isOpenFor(event: Event, presence: Presence, now: Temporal.Instant): boolean {
  if (!event.publishedAt || event.cancelledAt) return false
  return isBefore(now, presence === 'online' ? event.endsAt : event.startsAt)
}

/** Until this moment a free place goes to the first who waits; after it, to the first who takes it. */
export function promotionEnds(event: Event, settings: Series | null, presence: Presence): Temporal.Instant {
  const hours = presence === 'online' ? (settings?.promoteHoursOnline ?? 1) : (settings?.promoteHoursInPerson ?? 48)
  return event.startsAt.subtract({ hours })
}

export const DOOR_OPENS = { minutes: 15 }

export function doorOpensAt(event: Event): Temporal.Instant {
  return event.startsAt.subtract(DOOR_OPENS)
}
