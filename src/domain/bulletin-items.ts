// The events in a bulletin: which, in what order, and what of them can be said at a moment.
import { and, asc, eq, inArray, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { bulletinItems, events } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Bulletin } from './bulletins.ts'
import { type ListedEvent, listed } from './events.ts'

export type Part = (typeof bulletinItems.$inferSelect)['part']
export interface Item {
  event: ListedEvent
  part: Part
  hiddenAt: Temporal.Instant | null
}
/** All that stands in it, in order: what is coming, then what has been; what is hidden as well. */
export function listItems(db: Db, { id }: Pick<Bulletin, 'id'>): Item[] {
  const rows = itemsOf(db).all({ id })
  const list = listed(
    db,
    rows.map(({ event }) => event),
  )
  return rows.flatMap(({ part, hiddenAt }, index) => {
    const event = list[index]
    return event ? [{ event, part, hiddenAt }] : []
  })
}

/** The bulletin with all of that. */
export function withItems(db: Db, bulletin: Bulletin): Bulletin & { items: Item[] } {
  return { ...bulletin, items: listItems(db, bulletin) }
}

const itemsOf = prepared(db =>
  db
    .select({ event: events, part: bulletinItems.part, hiddenAt: bulletinItems.hiddenAt })
    .from(bulletinItems)
    .innerJoin(events, eq(events.id, bulletinItems.eventId))
    .where(eq(bulletinItems.bulletinId, sql.placeholder('id')))
    .orderBy(asc(bulletinItems.part), asc(bulletinItems.position))
    .prepare(),
)

/** What of it can be said now: nothing that is hidden, was called off, or has begun while it stands there as still to come. */
export function standing(items: Item[], now: Temporal.Instant): Item[] {
  return items.filter(
    ({ event, part, hiddenAt }) =>
      !hiddenAt &&
      event.publishedAt !== null &&
      !event.cancelledAt &&
      !event.isInvitationOnly &&
      (part === 'past' || isBefore(now, event.startsAt)),
  )
}

/** Puts events at the end of a part; one that stands in the bulletin already stays where it is. */
export function addItems(
  tx: Tx,
  { id: bulletinId }: Pick<Bulletin, 'id'>,
  part: Part,
  list: Pick<ListedEvent, 'id'>[],
): void {
  const last = tx
    .select({ position: sql<number>`coalesce(max(${bulletinItems.position}), 0)` })
    .from(bulletinItems)
    .where(and(eq(bulletinItems.bulletinId, bulletinId), eq(bulletinItems.part, part)))
    .get()
  if (!list.length) return
  const after = (last?.position ?? 0) + 1
  const rows = list.map(({ id: eventId }, index) => ({ bulletinId, eventId, part, position: after + index }))
  tx.insert(bulletinItems).values(rows).onConflictDoNothing().run()
}

/** Puts what stands in one into another, in the same order, with what was left out. */
export function copyItems(tx: Tx, from: Pick<Bulletin, 'id'>, to: Pick<Bulletin, 'id'>): void {
  const rows = tx.select().from(bulletinItems).where(eq(bulletinItems.bulletinId, from.id)).all()
  for (const row of rows) {
    tx.insert(bulletinItems)
      .values({ ...row, bulletinId: to.id })
      .run()
  }
}

/** The titles in each of these, in order. */
export function titlesIn(db: Db, list: Pick<Bulletin, 'id'>[]): Map<number, string[]> {
  const ids = list.map(({ id }) => id)
  const rows = db
    .select({ id: bulletinItems.bulletinId, title: events.title })
    .from(bulletinItems)
    .innerJoin(events, eq(events.id, bulletinItems.eventId))
    .where(inArray(bulletinItems.bulletinId, ids))
    .orderBy(asc(bulletinItems.position))
    .all()
  return new Map(ids.map(id => [id, rows.filter(row => row.id === id).map(({ title }) => title)]))
}
