// A bulletin: a newsletter or an announcement, as a record with the events in it. Who gets it stands in `readers`, how it leaves in
// `spreading`; when a newsletter is composed, in `newsletters`.
import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { bulletinItems, bulletins, events, groups } from '#db/schema.ts'
import { Invalid, NotFound, Refusal } from '#src/lib/errors.ts'
import { opensAPage } from '#src/lib/masking.ts'
import { isBefore } from '#src/lib/time.ts'
import { audit } from './audit.ts'
import type { Editor } from './changes.ts'
import { type ListedEvent, listed } from './events.ts'
import type { Group } from './groups.ts'
import { groupsWith, type Organiser } from './organisers.ts'
import { mentionsRoom } from './secrets.ts'

export type Bulletin = typeof bulletins.$inferSelect
export type Part = (typeof bulletinItems.$inferSelect)['part']
export interface Item {
  event: ListedEvent
  part: Part
  hiddenAt: Temporal.Instant | null
}

export const LONGEST = { subject: 150, intro: 3000 }

export function findBulletin(db: Db, id: number | null): Bulletin | undefined {
  return id === null ? undefined : byId(db).get({ id })
}

const byId = prepared(db =>
  db
    .select()
    .from(bulletins)
    .where(eq(bulletins.id, sql.placeholder('id')))
    .prepare(),
)

/** The bulletin with its group, if this organiser may write for it; NotFound otherwise. */
export function getBulletinWith(db: Db, organiser: Organiser, id: number): { bulletin: Bulletin; group: Group } {
  const row = db
    .select({ bulletin: bulletins, group: groups })
    .from(bulletins)
    .innerJoin(groups, eq(groups.id, bulletins.groupId))
    .where(and(eq(bulletins.id, id), inArray(bulletins.groupId, groupsWith(organiser, 'organiser'))))
    .get()
  if (!row) throw new NotFound('bulletin')
  return row
}

/** What an organiser writes or wrote, the newest first; `before` is the id of the last one seen. */
export function listBulletinsOf(db: Db, organiser: Organiser, before: number | undefined, limit: number) {
  const isMine = inArray(bulletins.groupId, groupsWith(organiser, 'organiser'))
  return db
    .select({ bulletin: bulletins, group: groups })
    .from(bulletins)
    .innerJoin(groups, eq(groups.id, bulletins.groupId))
    .where(and(isMine, before === undefined ? undefined : lt(bulletins.id, before)))
    .orderBy(desc(bulletins.id))
    .limit(limit)
    .all()
}

/** Newsletters that wait for somebody to check them. */
export function listWaiting(db: Db, organiser: Organiser) {
  const waits = and(eq(bulletins.kind, 'newsletter'), isNull(bulletins.releasedAt))
  return db
    .select({ bulletin: bulletins, group: groups })
    .from(bulletins)
    .innerJoin(groups, eq(groups.id, bulletins.groupId))
    .where(and(waits, inArray(bulletins.groupId, groupsWith(organiser, 'organiser'))))
    .orderBy(asc(bulletins.id))
    .all()
}

const isPublic = and(eq(bulletins.kind, 'newsletter'), isNotNull(bulletins.releasedAt), isNull(bulletins.recalledAt))

/** The newsletters that went out, for everybody to read back, the newest first. */
export function listPublished(db: Db, before: number | undefined, limit: number) {
  return db
    .select({ bulletin: bulletins, group: groups })
    .from(bulletins)
    .innerJoin(groups, eq(groups.id, bulletins.groupId))
    .where(and(isPublic, before === undefined ? undefined : lt(bulletins.id, before)))
    .orderBy(desc(bulletins.id))
    .limit(limit)
    .all()
}

/** One of them; NotFound for a draft, so that nobody can tell it from nothing. */
export function getPublished(db: Db, id: number): { bulletin: Bulletin; group: Group } {
  const row = db
    .select({ bulletin: bulletins, group: groups })
    .from(bulletins)
    .innerJoin(groups, eq(groups.id, bulletins.groupId))
    .where(and(eq(bulletins.id, id), isPublic))
    .get()
  if (!row) throw new NotFound('bulletin')
  return row
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
  for (const [index, { id: eventId }] of list.entries()) {
    tx.insert(bulletinItems)
      .values({ bulletinId, eventId, part, position: (last?.position ?? 0) + index + 1 })
      .onConflictDoNothing()
      .run()
  }
}

/** What an organiser writes in it. Invalid, at the field, for a room or what opens one person's page; Refusal once it was released. */
export function editBulletin(
  tx: Tx,
  bulletin: Bulletin,
  texts: Texts,
  editor: Editor,
  now: Temporal.Instant,
): Bulletin {
  refuseTexts(listItems(tx, bulletin), texts)
  const edited = changeBulletin(tx, bulletin, texts, editor)
  auditBulletin(tx, 'bulletin_edited', bulletin, editor, now)
  return edited
}

export type Texts = Pick<Bulletin, 'subject' | 'intro'>

/** Invalid, at the field, if what is to be mailed holds a room of what is in it, or what opens one person's page. */
export function refuseTexts(items: Item[], { subject, intro }: Texts): void {
  const rooms = items.flatMap(({ event }) => [event.roomUrl, event.hostUrl, event.series?.roomUrl ?? null])
  const wrong = Object.entries({ subject, intro }).flatMap(([field, text]) => {
    if (rooms.some(room => mentionsRoom(text, room ?? ''))) return [[field, 'room_in_text']]
    return opensAPage(text) ? [[field, 'link_in_text']] : []
  })
  if (wrong.length) throw new Invalid(Object.fromEntries(wrong))
}

/** What is done to one item: a place up or down in its part, left out, or taken in again. */
export const ITEM_ACTS = ['up', 'down', 'hide', 'show'] as const
export type ItemAct = (typeof ITEM_ACTS)[number]

export function changeItem(
  tx: Tx,
  bulletin: Bulletin,
  eventId: number,
  act: ItemAct,
  editor: Editor,
  now: Temporal.Instant,
): void {
  const items = listItems(tx, bulletin)
  const item = items.find(({ event }) => event.id === eventId)
  if (!item) throw new NotFound('item')
  changeBulletin(tx, bulletin, {}, editor)
  if (act === 'hide' || act === 'show') {
    tx.update(bulletinItems)
      .set({ hiddenAt: act === 'hide' ? now : null })
      .where(isItem(bulletin, eventId))
      .run()
    return
  }
  const order = items.filter(({ part }) => part === item.part).map(({ event }) => event.id)
  const from = order.indexOf(eventId)
  const to = Math.min(Math.max(from + (act === 'up' ? -1 : 1), 0), order.length - 1)
  for (const [position, id] of order.toSpliced(from, 1).toSpliced(to, 0, eventId).entries()) {
    tx.update(bulletinItems)
      .set({ position: position + 1 })
      .where(isItem(bulletin, id))
      .run()
  }
}

const isItem = ({ id }: Bulletin, eventId: number) =>
  and(eq(bulletinItems.bulletinId, id), eq(bulletinItems.eventId, eventId))

/** A draft goes as if it never was. */
export function deleteBulletin(tx: Tx, bulletin: Bulletin, editor: Editor, now: Temporal.Instant): void {
  changeBulletin(tx, bulletin, {}, editor)
  tx.delete(bulletinItems).where(eq(bulletinItems.bulletinId, bulletin.id)).run()
  tx.delete(bulletins).where(eq(bulletins.id, bulletin.id)).run()
  auditBulletin(tx, 'bulletin_deleted', bulletin, editor, now)
}

/** Refusal('changed_meanwhile') if somebody else changed or released it since it was shown. */
export function changeBulletin(
  tx: Tx,
  { id }: Pick<Bulletin, 'id'>,
  values: Partial<typeof bulletins.$inferInsert>,
  { revision }: Pick<Editor, 'revision'>,
): Bulletin {
  const changed = tx
    .update(bulletins)
    .set({ ...values, revision: revision + 1 })
    .where(and(eq(bulletins.id, id), eq(bulletins.revision, revision), isNull(bulletins.releasedAt)))
    .returning()
    .get()
  if (!changed) throw new Refusal('changed_meanwhile')
  return changed
}

type BulletinAct =
  | 'bulletin_edited'
  | 'bulletin_deleted'
  | 'bulletin_tested'
  | 'bulletin_released'
  | 'bulletin_recalled'

export function auditBulletin(
  tx: Tx,
  action: BulletinAct,
  { groupId }: Pick<Bulletin, 'groupId'>,
  { organiserId }: Pick<Editor, 'organiserId'>,
  now: Temporal.Instant,
  detail?: string,
): void {
  audit(tx, { action, organiserId, groupId, detail }, now)
}
