// Announcing: a new event is told to who follows its group or its theme, when an organiser says so. Each event once; the dates of a
// series that are announced together come in one mail.
import { and, asc, eq, gt, isNotNull, isNull, ne, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { bulletinItems, bulletins, events } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { addItems, type Item } from './bulletin-items.ts'
import { type Bulletin, isNotUndone } from './bulletins.ts'
import { type Event, getEvent, listed } from './events.ts'
import type { Composed } from './offers.ts'
import { countReaders } from './readers.ts'
import type { Releaser } from './releases.ts'
import { findSeriesOf } from './series.ts'
import { releaseBulletin } from './spreading.ts'

/** A year of a monthly series. */
const MOST = 12

/** Open to all, on the website, and still to begin. */
export function canAnnounce(event: Event, now: Temporal.Instant): boolean {
  return (
    event.publishedAt !== null && event.cancelledAt === null && !event.isInvitationOnly && isBefore(now, event.startsAt)
  )
}

/** The announcement an event was in; one that was called back before anybody had it counts for nothing. */
export function findAnnouncement(db: Db, { id }: Pick<Event, 'id'>): Bulletin | undefined {
  return db
    .select({ bulletin: bulletins })
    .from(bulletinItems)
    .innerJoin(bulletins, eq(bulletins.id, bulletinItems.bulletinId))
    .where(and(eq(bulletinItems.eventId, id), isAnnounced))
    .get()?.bulletin
}

const isAnnounced = and(eq(bulletins.kind, 'announcement'), isNotNull(bulletins.releasedAt), isNotUndone)

/** The coming dates of its series that can be announced with it; those that were before are left out. */
export function listAlongside(db: Db, { id, seriesId }: Event, now: Temporal.Instant): Event[] {
  if (seriesId === null) return []
  return db
    .select()
    .from(events)
    .where(and(eq(events.seriesId, seriesId), ne(events.id, id), gt(events.startsAt, now), isAnnounceable))
    .orderBy(asc(events.startsAt))
    .limit(MOST - 1)
    .all()
}

const wasAnnounced = sql`exists (select 1 from ${bulletinItems} join ${bulletins} on ${bulletins.id} = ${bulletinItems.bulletinId}
  where ${bulletinItems.eventId} = ${events.id} and ${isAnnounced})`
const isAnnounceable = and(
  isNotNull(events.publishedAt),
  isNull(events.cancelledAt),
  eq(events.isInvitationOnly, false),
  sql`not ${wasAnnounced}`,
)

/** What is to be announced, and what an organiser says with it. */
export interface Announcing {
  /** Other dates of its series, by id. */
  also: number[]
  intro: string
}

/** The announcement as it would be, written down nowhere. */
export function composeAnnouncement(db: Db, event: Event, also: number[], now: Temporal.Instant): Composed {
  const list = [event, ...listAlongside(db, event, now).filter(({ id }) => also.includes(id))].sort((a, b) =>
    Temporal.Instant.compare(a.startsAt, b.startsAt),
  )
  const items = listed(db, list).map((one): Item => ({ event: one, part: 'coming', hiddenAt: null }))
  return { kind: 'announcement', groupId: groupOf(db, event), spreadTo: 0, items }
}

/** Who has the rights over it: its series' group, else the one that hosts it. */
function groupOf(db: Db, event: Event): number {
  return findSeriesOf(db, event)?.groupId ?? event.groupId
}

/** How many people asked to hear of it and are not registered; nobody once it was announced, or can be no more. */
export function countInterested(db: Db, event: Event, now: Temporal.Instant): number {
  if (!canAnnounce(event, now) || findAnnouncement(db, event)) return 0
  return countReaders(db, composeAnnouncement(db, event, [], now), now)
}

/**
 * Announces it, to leave in two minutes. Refusal('not_possible_now') if it was announced already or cannot be,
 * ('changed_meanwhile') if it reaches another number of people than was shown.
 */
export function announce(
  tx: Tx,
  { id }: Pick<Event, 'id'>,
  { also, intro }: Announcing,
  { organiserId, shown }: Pick<Releaser, 'organiserId' | 'shown'>,
  now: Temporal.Instant,
): Bulletin {
  const event = getEvent(tx, id)
  if (!canAnnounce(event, now) || findAnnouncement(tx, event)) throw new Refusal('not_possible_now')
  const { items, groupId } = composeAnnouncement(tx, event, also, now)
  const bulletin = tx
    .insert(bulletins)
    .values({ kind: 'announcement', groupId, intro, createdAt: now })
    .returning()
    .get()
  addItems(
    tx,
    bulletin,
    'coming',
    items.map(item => item.event),
  )
  return releaseBulletin(tx, bulletin, { organiserId, revision: bulletin.revision, shown }, now)
}
