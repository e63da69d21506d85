// An event: one page, one time, one registration. Finding them, and what is true of one at a moment. Changing starts at `changes`.
import { and, asc, eq, inArray, isNotNull, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { among, prepared } from '#db/prepared.ts'
import { rowsOf } from '#db/rows.ts'
import { eventSlugs, events, eventThemes, groups, type KINDS, materials, series, sessions, themes } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { cohostsOf } from './cohosts.ts'
import type { Group } from './groups.ts'
import type { Presence } from './places.ts'
import { windowState } from './registration-windows.ts'
import type { Series } from './series.ts'
import type { Theme } from './themes.ts'

export type Event = typeof events.$inferSelect
export type Kind = (typeof KINDS)[number]
export type Session = typeof sessions.$inferSelect & { group: Group | null }
export type Material = typeof materials.$inferSelect

/** An event with what every list shows of it. */
export interface ListedEvent extends Event {
  group: Group
  /** Other groups that organise it together with this one. */
  cohosts: Group[]
  series: Series | null
  themes: Theme[]
  materials: Material[]
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
  const event = findPublishedEvent(db, slug)
  if (!event) throw new NotFound('event')
  return event
}

export function findPublishedEvent(db: Db, slug: string): ListedEvent | undefined {
  const event = publishedAt(db).get({ slug })
  return event && listed(db, [event])[0]
}

const publishedAt = prepared(db =>
  db
    .select()
    .from(events)
    .where(and(eq(events.slug, sql.placeholder('slug')), isNotNull(events.publishedAt)))
    .prepare(),
)

export function getListedEvent(db: Db, id: number): ListedEvent {
  return listed(db, [getEvent(db, id)])[0] as ListedEvent
}

/** The present address of a published event that had another one before. */
export function findSlugAfter(db: Db, slug: string): string | undefined {
  return slugAfter(db).get({ slug })?.slug
}

const slugAfter = prepared(db =>
  db
    .select({ slug: events.slug })
    .from(eventSlugs)
    .innerJoin(events, eq(events.id, eventSlugs.eventId))
    .where(and(eq(eventSlugs.slug, sql.placeholder('slug')), isNotNull(events.publishedAt)))
    .prepare(),
)

/** Adds groups, series, themes and materials: one query each, whatever the length of the list. */
export function listed(db: Db, list: Event[]): ListedEvent[] {
  const ids = { ids: JSON.stringify(list.map(event => event.id)) }
  const unique = (values: (number | null)[]) => ({ ids: JSON.stringify([...new Set(values)]) })
  const groupById = keyed(rowsOf(groups, groupsAmong(db).values(unique(list.map(event => event.groupId)))))
  const seriesById = keyed(rowsOf(series, seriesAmong(db).values(unique(list.map(event => event.seriesId)))))
  const cohosts = cohostsOf(db, list)
  const themesByEvent = Map.groupBy(themesAmong(db).all(ids), row => row.eventId)
  const materialsByEvent = Map.groupBy(materialsAmong(db).all(ids), row => row.eventId)
  return list.map(event => ({
    ...event,
    group: groupById.get(event.groupId) as Group,
    cohosts: cohosts.get(event.id) ?? [],
    series: (event.seriesId !== null && seriesById.get(event.seriesId)) || null,
    themes: (themesByEvent.get(event.id) ?? []).map(row => row.theme),
    materials: materialsByEvent.get(event.id) ?? [],
  }))
}

const groupsAmong = prepared(db =>
  db
    .select()
    .from(groups)
    .where(inArray(groups.id, among('ids')))
    .prepare(),
)
const seriesAmong = prepared(db =>
  db
    .select()
    .from(series)
    .where(inArray(series.id, among('ids')))
    .prepare(),
)
const themesAmong = prepared(db =>
  db
    .select({ eventId: eventThemes.eventId, theme: themes })
    .from(eventThemes)
    .innerJoin(themes, eq(themes.id, eventThemes.themeId))
    .where(inArray(eventThemes.eventId, among('ids')))
    .orderBy(asc(themes.name))
    .prepare(),
)
const materialsAmong = prepared(db =>
  db
    .select()
    .from(materials)
    .where(inArray(materials.eventId, among('ids')))
    .orderBy(asc(materials.position), asc(materials.id))
    .prepare(),
)

function keyed<T extends { id: number }>(rows: T[]): Map<number, T> {
  return new Map(rows.map(row => [row.id, row]))
}

export function listSessions(db: Db, eventId: number): Session[] {
  return sessionsOf(db)
    .all({ eventId })
    .map(row => ({ ...row.sessions, group: row.groups }))
}

const sessionsOf = prepared(db =>
  db
    .select()
    .from(sessions)
    .leftJoin(groups, eq(groups.id, sessions.groupId))
    .where(eq(sessions.eventId, sql.placeholder('eventId')))
    .orderBy(asc(sessions.localStart), asc(sessions.id))
    .prepare(),
)

/** Name and address in one line for who comes to the room; empty for who takes part online. */
export function placeOf(event: Pick<Event, 'attendance' | 'venue'>, presence: Presence): string {
  if (presence === 'online' || !event.venue) return ''
  const { name, address, postcode, city } = event.venue
  return [name, address, `${postcode} ${city}`.trim()].filter(Boolean).join(', ')
}

/** Registration closes at the start; where taking part online is possible, at the end (online only); or when an organiser says. */
export function isOpenFor(event: Event, presence: Presence, now: Temporal.Instant): boolean {
  return canStillCome(event, presence, now) && windowState(event, now) === 'open'
}

/** Whoever waits, or is added by an organiser, can have a place: also when nobody can register any more, or yet. */
export function canStillCome(event: Event, presence: Presence, now: Temporal.Instant): boolean {
  if (!event.publishedAt || event.cancelledAt) return false
  return isBefore(now, presence === 'online' ? event.endsAt : event.startsAt)
}

/** Until this moment a free place goes to the first who waits; after it, to the first who takes it. */
export function promotionEnds(event: Event, settings: Series | null | undefined, presence: Presence): Temporal.Instant {
  const hours = presence === 'online' ? (settings?.promoteHoursOnline ?? 1) : (settings?.promoteHoursInPerson ?? 48)
  return event.startsAt.subtract({ hours })
}
