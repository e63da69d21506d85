// Who gets a bulletin, and what of it: each subscriber the items of what they follow, and no mail where that is nothing. One
// condition serves the count on a page, the release and the making of copies; what one of them reads is asked when it leaves.
import { and, eq, inArray, ne, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { people, registrations, subscriptions, subscriptionTopics } from '#db/schema.ts'
import { type Item, standing } from './bulletin-items.ts'
import type { Bulletin } from './bulletins.ts'
import { listWishes, type Subscription } from './subscriptions.ts'
import { coverageOf, keysOf, readTopicKey, topicKey, topicsOf } from './topics.ts'

/** A bulletin with what is in it, whether or not it has been written down. */
export interface Composed extends Pick<Bulletin, 'kind' | 'groupId' | 'spreadTo'> {
  items: Item[]
}

/** Items and the keys of the topics for which they are in this bulletin. */
interface Offer {
  item: Item
  keys: string[]
}

function offersOf(db: Db, bulletin: Composed, now: Temporal.Instant): Offer[] {
  const items = standing(bulletin.items, now)
  const topics = topicsOf(
    db,
    items.map(({ event }) => event),
  )
  const covered = bulletin.kind === 'newsletter' ? keysOf(coverageOf(db, { id: bulletin.groupId })) : undefined
  return items.map(item => {
    const keys = [...(topics.get(item.event.id) ?? [])]
    return { item, keys: covered ? keys.filter(key => covered.has(key)) : keys }
  })
}

/** How many people a bulletin would go to now. */
export function countReaders(db: Db, bulletin: Composed, now: Temporal.Instant): number {
  const offers = offersOf(db, bulletin, now)
  if (!offers.length) return 0
  const [row] = db.all<{ count: number }>(
    sql`select count(*) as count from ${subscriptions} join ${people} on ${people.id} = ${subscriptions.personId}
      where ${isReader(bulletin, offers)}`,
  )
  return row?.count ?? 0
}

export interface Reader extends Pick<Subscription, 'id' | 'personId' | 'locale'> {
  email: string
}

/** The next so many of them who have no copy yet, by the number of their subscription. */
export function listReaders(db: Db, bulletin: Composed, limit: number, now: Temporal.Instant): Reader[] {
  const offers = offersOf(db, bulletin, now)
  if (!offers.length) return []
  return db
    .select({
      id: subscriptions.id,
      personId: subscriptions.personId,
      locale: subscriptions.locale,
      email: sql<string>`${people.email}`,
    })
    .from(subscriptions)
    .innerJoin(people, eq(people.id, subscriptions.personId))
    .where(isReader(bulletin, offers))
    .orderBy(subscriptions.id)
    .limit(limit)
    .all()
}

/** Follows something of it, and mail reaches them; an announcement tells nobody of what they are registered for. */
function isReader({ kind, spreadTo }: Composed, offers: Offer[]): SQL | undefined {
  const all = { keys: [...new Set(offers.flatMap(({ keys }) => keys))] }
  const followers =
    kind === 'newsletter'
      ? [followersOf(kind, all)]
      : offers.map(offer => sql`${followersOf(kind, offer)} and not exists ${registrationAt(offer.item.event.id)}`)
  return and(
    sql`${subscriptions.id} > ${spreadTo} and ${subscriptions.stoppedAt} is null and ${people.email} is not null and ${people.undeliverableAt} is null`,
    sql`(${sql.join(followers, sql` or `)})`,
  )
}

function followersOf(letter: Bulletin['kind'], { keys }: Pick<Offer, 'keys'>): SQL {
  const topics = keys.flatMap(key => readTopicKey(key) ?? [])
  const ids = (which: 'groupId' | 'themeId') => JSON.stringify(topics.flatMap(topic => topic[which] ?? []))
  const by = (which: 'groupId' | 'themeId') => {
    const wanted = sql`${subscriptionTopics[which]} in (select value from json_each(${ids(which)}))`
    return sql`select ${subscriptionTopics.subscriptionId} from ${subscriptionTopics}
      where ${wanted} and ${subscriptionTopics.letter} = ${letter}`
  }
  // From the topics on: asked of each of twenty thousand subscribers it takes five times as long.
  return sql`${subscriptions.id} in (${by('groupId')} union ${by('themeId')})`
}

const registrationAt = (eventId: number) =>
  sql`(select 1 from ${registrations} where ${registrations.eventId} = ${eventId}
    and ${registrations.personId} = ${subscriptions.personId} and ${registrations.status} <> 'cancelled')`

/** What one subscriber reads of it now; nothing if there is nothing for them any more. */
export function itemsFor(
  db: Db,
  bulletin: Composed,
  { id, personId }: Pick<Subscription, 'id' | 'personId'>,
  now: Temporal.Instant,
): Item[] {
  const wanted = new Set(
    listWishes(db, id)
      .filter(({ letter }) => letter === bulletin.kind)
      .map(topicKey),
  )
  const theirs = offersOf(db, bulletin, now).filter(({ keys }) => keys.some(key => wanted.has(key)))
  const known = bulletin.kind === 'announcement' ? registeredAt(db, personId, theirs) : new Set<number>()
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
  return [...items].map(([key, count]) => ({ key, items: count, followers: countFollowers(db, bulletin.kind, key) }))
}

function countFollowers(db: Db, letter: Bulletin['kind'], key: string): number {
  const { groupId, themeId } = readTopicKey(key) ?? { groupId: null, themeId: null }
  const isTopic =
    groupId === null ? eq(subscriptionTopics.themeId, themeId ?? 0) : eq(subscriptionTopics.groupId, groupId)
  const where = and(isTopic, eq(subscriptionTopics.letter, letter))
  return db.select({ count: sql<number>`count(*)` }).from(subscriptionTopics).where(where).get()?.count ?? 0
}
