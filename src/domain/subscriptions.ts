// Who gets our letters, and about what: the newsletter and announcements, by group and theme. How somebody comes to get them
// stands in `subscribing`; who gets a particular one, in `readers`.
import { and, asc, eq, inArray, isNull, or, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { groups, type LetterWish, subscriptionStops, subscriptions, subscriptionTopics, themes } from '#db/schema.ts'
import { coverageOf, type Followable, keysOf, type Letter, topicKey } from './topics.ts'

export type Subscription = typeof subscriptions.$inferSelect

export function findSubscription(db: Db, personId: number): Subscription | undefined {
  return ofPerson(db).get({ personId })
}

const ofPerson = prepared(db =>
  db
    .select()
    .from(subscriptions)
    .where(eq(subscriptions.personId, sql.placeholder('personId')))
    .prepare(),
)

/** The subscription a signed link names, as long as the link has not been replaced. */
export function findSubscriptionByLink(
  db: Db,
  link: { id: number; version: number } | undefined,
): Subscription | undefined {
  const named = link && and(eq(subscriptions.id, link.id), eq(subscriptions.linkVersion, link.version))
  return named && db.select().from(subscriptions).where(named).get()
}

/** What somebody follows. */
export function listWishes(db: Db, subscriptionId: number): LetterWish[] {
  return wishesOf(db).all({ subscriptionId })
}

const wishesOf = prepared(db =>
  db
    .select({
      letter: subscriptionTopics.letter,
      groupId: subscriptionTopics.groupId,
      themeId: subscriptionTopics.themeId,
    })
    .from(subscriptionTopics)
    .where(eq(subscriptionTopics.subscriptionId, sql.placeholder('subscriptionId')))
    .orderBy(asc(subscriptionTopics.id))
    .prepare(),
)

/** The same in names, for who reads it back. */
export function nameWishes(db: Db, list: LetterWish[]): { letter: Letter; name: string }[] {
  const ids = (which: 'groupId' | 'themeId') => list.flatMap(wish => wish[which] ?? [])
  const names = new Map<string, string>([
    ...db
      .select()
      .from(groups)
      .where(inArray(groups.id, ids('groupId')))
      .all()
      .map(({ id, name }) => [`g${id}`, name] as const),
    ...db
      .select()
      .from(themes)
      .where(inArray(themes.id, ids('themeId')))
      .all()
      .map(({ id, name }) => [`t${id}`, name] as const),
  ])
  return list.flatMap(wish => {
    const name = names.get(topicKey(wish))
    return name === undefined ? [] : [{ letter: wish.letter, name }]
  })
}

/** Adds to what somebody follows; what they follow already stays. */
export function addWishes(tx: Tx, { id: subscriptionId }: Pick<Subscription, 'id'>, list: LetterWish[]): void {
  for (const wish of list) {
    tx.insert(subscriptionTopics)
      .values({ subscriptionId, ...wish })
      .onConflictDoNothing()
      .run()
  }
}

/**
 * From now on somebody follows exactly this; with nothing left they get no letters any more. What they stop is counted, without
 * them.
 */
export function setWishes(tx: Tx, { id }: Pick<Subscription, 'id'>, list: LetterWish[], now: Temporal.Instant): void {
  const before = listWishes(tx, id)
  tx.delete(subscriptionTopics).where(eq(subscriptionTopics.subscriptionId, id)).run()
  addWishes(tx, { id }, list)
  const stoppedAt = list.length ? null : now
  tx.update(subscriptions)
    .set({ stoppedAt })
    .where(and(eq(subscriptions.id, id), list.length ? undefined : isNull(subscriptions.stoppedAt)))
    .run()
  const has = (wishes: LetterWish[], letter: Letter) => wishes.some(wish => wish.letter === letter)
  for (const letter of ['newsletter', 'announcement'] as const) {
    if (has(before, letter) && !has(list, letter)) countStop(tx, letter, null, now)
  }
}

/** No more of one group's newsletter: of all it is written for. The second time changes nothing. */
export function stopNewsletter(tx: Tx, id: number, groupId: number, now: Temporal.Instant): void {
  endWishes(tx, id, 'newsletter', coverageOf(tx, { id: groupId }), groupId, now)
}

/** No more announcements, whatever about. */
export function stopAnnouncements(tx: Tx, id: number, now: Temporal.Instant): void {
  endWishes(tx, id, 'announcement', undefined, null, now)
}

/** No letters at all any more. The second time changes nothing. */
export function stopLetters(tx: Tx, { id }: Pick<Subscription, 'id'>, now: Temporal.Instant): void {
  if (listWishes(tx, id).length) setWishes(tx, { id }, [], now)
}

function endWishes(
  tx: Tx,
  subscriptionId: number,
  letter: Letter,
  about: Followable | undefined,
  groupId: number | null,
  now: Temporal.Instant,
): void {
  const keys = about && keysOf(about)
  const isEnded = (wish: LetterWish) => wish.letter === letter && (!keys || keys.has(topicKey(wish)))
  const all = listWishes(tx, subscriptionId)
  const ended = all.filter(isEnded)
  if (!ended.length) return
  const of = (which: 'groupId' | 'themeId') =>
    inArray(
      subscriptionTopics[which],
      ended.flatMap(wish => wish[which] ?? []),
    )
  const theirs = and(eq(subscriptionTopics.subscriptionId, subscriptionId), eq(subscriptionTopics.letter, letter))
  tx.delete(subscriptionTopics)
    .where(and(theirs, or(of('groupId'), of('themeId'))))
    .run()
  if (ended.length === all.length) {
    tx.update(subscriptions).set({ stoppedAt: now }).where(eq(subscriptions.id, subscriptionId)).run()
  }
  countStop(tx, letter, groupId, now)
}

function countStop(tx: Tx, letter: Letter, groupId: number | null, at: Temporal.Instant): void {
  tx.insert(subscriptionStops).values({ at, letter, groupId }).run()
}
