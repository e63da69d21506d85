// How a bulletin leaves: released by a person to as many people as the page said, copied into the outbox in parts, so that a
// newsletter to thousands holds nobody up, and called back while it waits. Each subscriber gets one row of the outbox, ever.
import { and, asc, eq, isNotNull, isNull, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { bulletins } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { auditBulletin, changeBulletin, refuseTexts } from './bulletin-edits.ts'
import { type Item, listItems, withItems } from './bulletin-items.ts'
import type { Bulletin } from './bulletins.ts'
import type { Organiser } from './organisers.ts'
import { enqueue, GRACE, type Message, type NewMessage } from './outbox.ts'
import { findPersonById } from './people.ts'
import { countReaders, itemsFor, listReaders, type Opened } from './readers.ts'
import type { Releaser } from './releases.ts'
import { findSubscription } from './subscriptions.ts'

/** Subscriptions gone through in one write: a few milliseconds, and everything else gets its turn between two of them. */
const AT_ONCE = 100
/** Somebody waits in front of the screen for a test. */
const TEST_LANE = 1

/**
 * Lets it go in two minutes. Refusal('changed_meanwhile') if it was changed or released since it was shown, or if it reaches
 * another number of people; so whoever releases second sends nothing.
 */
export function releaseBulletin(tx: Tx, bulletin: Bulletin, releaser: Releaser, now: Temporal.Instant): Bulletin {
  refuseTexts(listItems(tx, bulletin), bulletin)
  const count = countReaders(tx, withItems(tx, bulletin), now)
  if (count !== releaser.shown) throw new Refusal('changed_meanwhile')
  if (count === 0) throw new Refusal('not_possible_now')
  const released = changeBulletin(tx, bulletin, { releasedAt: now, recipients: count }, releaser)
  auditBulletin(tx, 'bulletin_released', released, releaser, now, String(count))
  return released
}

const isSpreading = and(isNotNull(bulletins.releasedAt), isNull(bulletins.spreadAt))
/** Asked at every round of the worker. */
const spreading = prepared(db =>
  db.select().from(bulletins).where(isSpreading).orderBy(asc(bulletins.id)).limit(1).prepare(),
)

export function isAnyToSpread(db: Db): boolean {
  return spreading(db).get() !== undefined
}

/** Makes the next copies of the first bulletin that lacks any. Cut off at any point it goes on where it was. */
export function spread(tx: Tx, now: Temporal.Instant, atOnce = AT_ONCE): void {
  const bulletin = spreading(tx).get()
  if (!bulletin) return
  const { readers, to: spreadTo } = listReaders(tx, withItems(tx, bulletin), atOnce, now)
  for (const { personId, email: toAddress, locale } of readers) {
    enqueue(tx, { ...copyOf(bulletin), key: `bulletin:${bulletin.id}:${personId}`, toAddress, locale, personId }, now)
  }
  tx.update(bulletins)
    .set(spreadTo === undefined ? { spreadAt: now } : { spreadTo })
    .where(eq(bulletins.id, bulletin.id))
    .run()
}

/** An announcement is worth sending for as long as a newsletter is; what has begun by then is left out of it. */
function copyOf({ id, kind, releasedAt }: Bulletin): Pick<NewMessage, 'kind' | 'bulletinId' | 'dueAt'> {
  return { kind, bulletinId: id, ...(releasedAt && { dueAt: releasedAt.add(GRACE) }) }
}

/**
 * Nothing of it leaves any more; what the mail server has, stays. The copies that wait are taken out of the outbox when their turn
 * comes. Calling back twice is calling back once.
 */
export function recallBulletin(
  tx: Tx,
  { id }: Bulletin,
  organiser: Pick<Organiser, 'id'>,
  now: Temporal.Instant,
): void {
  const recalled = tx
    .update(bulletins)
    .set({ recalledAt: now, spreadAt: sql`coalesce(${bulletins.spreadAt}, ${now.epochMilliseconds})` })
    .where(and(eq(bulletins.id, id), isNotNull(bulletins.releasedAt), isNull(bulletins.recalledAt)))
    .returning()
    .get()
  if (recalled) auditBulletin(tx, 'bulletin_recalled', recalled, { organiserId: organiser.id }, now)
}

/** Mails it to the organiser alone, at once, with everything in it. Not more than once per version and minute. */
export function testBulletin(tx: Tx, bulletin: Bulletin, to: Organiser, now: Temporal.Instant): void {
  const minute = Math.floor(now.epochMilliseconds / 60_000)
  const key = `bulletin:${bulletin.id}:test:${to.id}:${bulletin.revision}:${minute}`
  const { id: organiserId, email: toAddress, locale } = to
  const { id: bulletinId, kind } = bulletin
  const expiresAt = now.add({ hours: 1 })
  enqueue(tx, { key, kind, toAddress, locale, bulletinId, organiserId, lane: TEST_LANE, expiresAt }, now)
  auditBulletin(tx, 'bulletin_tested', bulletin, { organiserId }, now)
}

/** Why a copy should not leave after all; nothing if it should. */
export function whyNotSend(db: Db, message: Message, bulletin: Opened | undefined): string | undefined {
  if (!bulletin) return 'gone'
  if (message.organiserId !== null) return undefined
  if (bulletin.recalledAt) return 'recalled'
  const person = message.personId === null ? undefined : findPersonById(db, message.personId)
  if (!person || person.email !== message.toAddress) return 'gone'
  const subscription = findSubscription(db, person.id)
  if (!subscription || subscription.stoppedAt) return 'no_letters'
  return itemsFor(db, bulletin, subscription).length ? undefined : 'nothing_for_them'
}

/** Whether what was written of a copy still says how it is: nothing in it was changed, or has begun, since. */
export function isStillSo({ bytes, datedAt }: Message, bulletin: Opened | undefined, now: Temporal.Instant): boolean {
  if (!bulletin || !bytes || !datedAt) return true
  const hasBegun = ({ part, event }: Item) =>
    part === 'coming' && isBefore(datedAt, event.startsAt) && !isBefore(now, event.startsAt)
  return bulletin.items.every(item => !isBefore(datedAt, item.event.revisedAt) && !hasBegun(item))
}
