// Who gets a bulletin, and what of it: each subscriber the items of what they follow, and no mail where that is nothing. One
// condition serves the count on a page, the release and the making of copies; what one of them reads is asked when it leaves.
import { and, eq, gt, inArray, lte, ne, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { people, registrations, subscriptions, subscriptionTopics } from '#db/schema.ts'
import { type Item, withItems } from './bulletin-items.ts'
import { type Bulletin, findBulletin } from './bulletins.ts'
import { listGroups } from './groups.ts'
import { type Composed, eachAsked, fromTopics, idsIn, isReader, keysIn, type Offer, offersOf } from './offers.ts'
import { listWishes, type Subscription } from './subscriptions.ts'
import { listThemes } from './themes.ts'
import { topicKey } from './topics.ts'

/** How many people a bulletin would go to now. */
export function countReaders(db: Db, bulletin: Composed, now: Temporal.Instant): number {
  const offers = offersOf(db, bulletin, now)
  if (!offers.length) return 0
  const all = listGroups(db).length + listThemes(db).length
  const isMost = keysIn(offers).length * 2 > all
  const [row] = db.all<{ count: number }>(
    sql`select count(*) as count from ${subscriptions} join ${people} on ${people.id} = ${subscriptions.personId}
      where ${subscriptions.id} > ${bulletin.spreadTo} and ${isReader(bulletin, offers, isMost ? eachAsked : fromTopics)}`,
  )
  return row?.count ?? 0
}

export interface Reader extends Pick<Subscription, 'id' | 'personId' | 'locale'> {
  email: string
}

/**
 * Its readers among the next so many subscriptions who have no copy yet, and how far that is: as quick where everybody reads it as
 * where hardly anybody does. `to` is missing once there is nobody left.
 */
export function listReaders(
  db: Db,
  bulletin: Composed,
  most: number,
  now: Temporal.Instant,
): { readers: Reader[]; to?: number } {
  const offers = offersOf(db, bulletin, now)
  const to = offers.length ? endOf(db, bulletin.spreadTo, most) : undefined
  if (to === undefined) return { readers: [] }
  const isNext = and(gt(subscriptions.id, bulletin.spreadTo), lte(subscriptions.id, to))
  const readers = db
    .select({
      id: subscriptions.id,
      personId: subscriptions.personId,
      locale: subscriptions.locale,
      email: sql<string>`${people.email}`,
    })
    .from(subscriptions)
    .innerJoin(people, eq(people.id, subscriptions.personId))
    .where(and(isNext, isReader(bulletin, offers, eachAsked)))
    .orderBy(subscriptions.id)
    .all()
  return { readers, to }
}

/** The number of the last of the next so many subscriptions. */
function endOf(db: Db, after: number, most: number): number | undefined {
  const next = db.select({ id: subscriptions.id }).from(subscriptions).where(gt(subscriptions.id, after))
  return next.orderBy(subscriptions.id).limit(most).all().at(-1)?.id
}

/** A bulletin at one moment: all that is in it, and what of it is for whom. */
export interface Opened extends Bulletin {
  items: Item[]
  offers: Offer[]
}

/** Opens bulletins, each once however many of its copies leave at this moment. */
export function bulletinsAt(db: Db, now: Temporal.Instant): (id: number | null) => Opened | undefined {
  const opened = new Map<number | null, Opened | undefined>()
  return id => {
    if (!opened.has(id)) opened.set(id, openBulletin(db, id, now))
    return opened.get(id)
  }
}

function openBulletin(db: Db, id: number | null, now: Temporal.Instant): Opened | undefined {
  const bulletin = findBulletin(db, id)
  if (!bulletin) return undefined
  const whole = withItems(db, bulletin)
  return { ...whole, offers: offersOf(db, whole, now) }
}

/** What one subscriber reads of it; nothing if there is nothing for them any more. */
export function itemsFor(
  db: Db,
  { kind, offers }: Pick<Opened, 'kind' | 'offers'>,
  { id, personId }: Pick<Subscription, 'id' | 'personId'>,
): Item[] {
  const wanted = new Set(
    listWishes(db, id)
      .filter(({ letter }) => letter === kind)
      .map(topicKey),
  )
  const theirs = offers.filter(({ keys }) => keys.some(key => wanted.has(key)))
  const known = kind === 'announcement' ? registeredAt(db, personId, theirs) : new Set<number>()
  return theirs.map(({ item }) => item).filter(({ event }) => !known.has(event.id))
}

function registeredAt(db: Db, personId: number, offers: Offer[]): Set<number> {
  const ids = offers.map(({ item }) => item.event.id)
  const rows = db
    .select({ id: registrations.eventId })
    .from(registrations)
    .where(
      and(
        eq(registrations.personId, personId),
        inArray(registrations.eventId, ids),
        ne(registrations.status, 'cancelled'),
      ),
    )
    .all()
  return new Set(rows.map(({ id }) => id))
}

/** What somebody reads who follows this one thing and nothing else: to look at it with their eyes. */
export function itemsAbout(db: Db, bulletin: Composed, key: string, now: Temporal.Instant): Item[] {
  return offersOf(db, bulletin, now)
    .filter(({ keys }) => keys.includes(key))
    .map(({ item }) => item)
}

/** How many follow something, and how many items they get for it. Whoever follows more is counted at each. */
export interface Following {
  key: string
  followers: number
  items: number
}

export function listFollowing(db: Db, bulletin: Composed, now: Temporal.Instant): Following[] {
  const items = new Map<string, number>()
  for (const { keys } of offersOf(db, bulletin, now)) for (const key of keys) items.set(key, (items.get(key) ?? 0) + 1)
  const followers = countFollowers(db, bulletin.kind, [...items.keys()])
  return [...items].map(([key, count]) => ({ key, items: count, followers: followers.get(key) ?? 0 }))
}

/** By key; nothing for what nobody follows. */
function countFollowers(db: Db, letter: Bulletin['kind'], keys: string[]): Map<string, number> {
  const { groupId, themeId } = subscriptionTopics
  const by = (which: 'groupId' | 'themeId') =>
    db
      .select({ groupId, themeId, count: sql<number>`count(*)` })
      .from(subscriptionTopics)
      .where(
        and(
          sql`${subscriptionTopics[which]} in (select value from json_each(${idsIn(keys, which)}))`,
          eq(subscriptionTopics.letter, letter),
        ),
      )
      .groupBy(subscriptionTopics[which])
      .all()
  return new Map([...by('groupId'), ...by('themeId')].map(row => [topicKey(row), row.count]))
}
