// How somebody comes to get our letters: an address is typed, a mail goes to it, and only whoever reads that mail and presses the
// button there gets any. Whoever types an address learns nothing about it.
import { eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { type LetterWish, subscriptionRequests, subscriptions } from '#db/schema.ts'
import type { Locale } from '#src/i18n/index.ts'
import { isBefore } from '#src/lib/time.ts'
import { countMessagesTo, enqueue } from './outbox.ts'
import { findOrCreatePerson, findPerson } from './people.ts'
import { trustAfterRest } from './retrying.ts'
import { addWishes, type Subscription } from './subscriptions.ts'
import { topicKey } from './topics.ts'

export type SubscriptionRequest = typeof subscriptionRequests.$inferSelect

/** Long enough for who reads mail after the weekend. */
const VALID = { hours: 72 }
const MAILS_AN_HOUR = 1

export interface Asked {
  /** Lower-cased. */
  email: string
  locale: Locale
  wishes: LetterWish[]
}

/**
 * Keeps what somebody asks for, beside what they asked for before and have yet to prove, and mails the address once an hour at
 * most. What they get already stays as it is until then. The same for an address that is known and one that is not.
 */
export function requestSubscription(tx: Tx, { email, locale, wishes: asked }: Asked, now: Temporal.Instant): void {
  const person = findPerson(tx, email)
  if (person) trustAfterRest(tx, person, now)
  const wishes = together(listAsked(tx, email, now), asked)
  const values = { locale, wishes, createdAt: now, expiresAt: now.add(VALID) }
  const { id, expiresAt } = tx
    .insert(subscriptionRequests)
    .values({ email, ...values })
    .onConflictDoUpdate({ target: subscriptionRequests.email, set: values })
    .returning()
    .get()
  if (countMessagesTo(tx, email, ['subscription_proof'], now.subtract({ hours: 1 })) >= MAILS_AN_HOUR) return
  const key = `subscription_proof:${id}:${now.epochMilliseconds}`
  enqueue(tx, { key, kind: 'subscription_proof', toAddress: email, locale, expiresAt }, now)
}

/** What is still to be proven: somebody may ask on the page of one theme after that of another, and one mail asks about both. */
function listAsked(tx: Tx, email: string, now: Temporal.Instant): LetterWish[] {
  const before = tx.select().from(subscriptionRequests).where(eq(subscriptionRequests.email, email)).get()
  return before && isBefore(now, before.expiresAt) ? before.wishes : []
}

/** Each once. */
function together(...lists: LetterWish[][]): LetterWish[] {
  return [...new Map(lists.flat().map(wish => [`${wish.letter} ${topicKey(wish)}`, wish])).values()]
}

/** The request a mail was written for, by the key of that mail; nothing once it was used or is too old. */
export function findRequestOf(
  db: Db,
  { key }: { key: string },
  now: Temporal.Instant,
): SubscriptionRequest | undefined {
  return findRequest(db, { id: Number(key.split(':')[1]) }, now)
}

export function findRequest(
  db: Db,
  link: { id: number } | undefined,
  now: Temporal.Instant,
): SubscriptionRequest | undefined {
  if (!link) return undefined
  const found = db.select().from(subscriptionRequests).where(eq(subscriptionRequests.id, link.id)).get()
  return found && isBefore(now, found.expiresAt) ? found : undefined
}

/** Whoever has the mail says yes: from now on they get what they asked for, beside what they got before. */
export function proveSubscription(tx: Tx, request: SubscriptionRequest, now: Temporal.Instant): Subscription {
  const { id: personId } = findOrCreatePerson(tx, request.email, now)
  const values = { locale: request.locale, provenAt: now, stoppedAt: null }
  const subscription = tx
    .insert(subscriptions)
    .values({ personId, ...values })
    .onConflictDoUpdate({ target: subscriptions.personId, set: values })
    .returning()
    .get()
  addWishes(tx, subscription, request.wishes)
  tx.delete(subscriptionRequests).where(eq(subscriptionRequests.id, request.id)).run()
  return subscription
}
