// What an organiser does to a bulletin before it is released: its words, the order of its items, leaving some out, removing it.
import { and, eq, isNull } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { bulletinItems, bulletins } from '#db/schema.ts'
import { Invalid, NotFound, Refusal } from '#src/lib/errors.ts'
import { opensAPage } from '#src/lib/masking.ts'
import { audit } from './audit.ts'
import { type Item, listItems } from './bulletin-items.ts'
import type { Bulletin } from './bulletins.ts'
import type { Editor } from './changes.ts'
import { mentionsRoom } from './secrets.ts'

export const LONGEST = { subject: 150, intro: 3000 }

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
