// What a bulletin offers, and to whom: its items, each with the topics for which it is in it, and as a condition who follows one of
// them and gets it. Who they are is asked in `readers`.
import { and, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { people, registrations, subscriptions, subscriptionTopics } from '#db/schema.ts'
import { type Item, standing } from './bulletin-items.ts'
import type { Bulletin } from './bulletins.ts'
import { coverageOf, keysOf, readTopicKey, topicsOf } from './topics.ts'

/** A bulletin with what is in it, whether or not it has been written down. */
export interface Composed extends Pick<Bulletin, 'kind' | 'groupId' | 'spreadTo'> {
  items: Item[]
}

/** An item and the keys of the topics for which it is in this bulletin. */
export interface Offer {
  item: Item
  keys: string[]
}

/** Its items, each with the topics for which it is in it. */
export function offersOf(db: Db, bulletin: Composed, now: Temporal.Instant): Offer[] {
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

/** Follows something of it, and mail reaches them; an announcement tells nobody of what they are registered for. */
export function isReader({ kind }: Composed, offers: Offer[], follows: Follows): SQL | undefined {
  const readers = kind === 'newsletter' ? [follows(kind, keysIn(offers))] : listUnregistered(kind, offers, follows)
  return and(
    sql`${subscriptions.stoppedAt} is null and ${people.email} is not null and ${people.undeliverableAt} is null`,
    sql`(${sql.join(readers, sql` or `)})`,
  )
}

export function keysIn(offers: Offer[]): string[] {
  return [...new Set(offers.flatMap(({ keys }) => keys))]
}

/** Follows one and is not registered for it. The dates of a series mostly have one group and one theme: those are asked about once. */
function listUnregistered(letter: Bulletin['kind'], offers: Offer[], follows: Follows): SQL[] {
  const alike = Map.groupBy(offers, ({ keys }) => keys.toSorted().join())
  return [...alike.values()].map(list => {
    const misses = list.map(({ item }) => sql`not exists ${registrationAt(item.event.id)}`)
    return sql`${follows(letter, keysIn(list))} and (${sql.join(misses, sql` or `)})`
  })
}

/** Whether a subscriber follows one of these. */
type Follows = (letter: Bulletin['kind'], keys: string[]) => SQL

/** For a newsletter that most read: each subscriber is asked, and the first answer is mostly yes. */
export const eachAsked: Follows = (letter, keys) => {
  // The plus keeps SQLite to the index of one subscriber.
  const by = (which: 'groupId' | 'themeId') => sql`exists (select 1 from ${subscriptionTopics}
    where ${subscriptionTopics.subscriptionId} = ${subscriptions.id} and ${subscriptionTopics.letter} = ${letter}
      and +${subscriptionTopics[which]} in (select value from json_each(${idsIn(keys, which)})))`
  return sql`(${by('groupId')} or ${by('themeId')})`
}

/** For what few read: from the topics on. */
export const fromTopics: Follows = (letter, keys) => {
  const by = (
    which: 'groupId' | 'themeId',
  ) => sql`select ${subscriptionTopics.subscriptionId} from ${subscriptionTopics}
    where ${subscriptionTopics[which]} in (select value from json_each(${idsIn(keys, which)})) and ${subscriptionTopics.letter} = ${letter}`
  return sql`${subscriptions.id} in (${by('groupId')} union ${by('themeId')})`
}

export function idsIn(keys: string[], which: 'groupId' | 'themeId'): string {
  return JSON.stringify(keys.flatMap(key => readTopicKey(key)?.[which] ?? []))
}

const registrationAt = (eventId: number) =>
  sql`(select 1 from ${registrations} where ${registrations.eventId} = ${eventId}
    and ${registrations.personId} = ${subscriptions.personId} and ${registrations.status} <> 'cancelled')`
