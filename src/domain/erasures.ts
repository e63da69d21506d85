// Who was erased, remembered without their address: a backup from before still knows them, and whoever restores it erases them
// again. What is kept is a hash with a key that stands in the backup; the hashes stand outside it (`jobs/erased`).
import { randomBytes } from 'node:crypto'
import { desc, eq, isNotNull, max, min } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import {
  erasures,
  invitations,
  invitees,
  organisers,
  people,
  questionFollowers,
  settings,
  subscriptionRequests,
} from '#db/schema.ts'
import { keyedHash } from '#src/lib/tokens.ts'

export type Erasure = typeof erasures.$inferSelect

const KEY = 'erasure_key'

/** To be called at every start: a backup without the key could not tell whom it is about. */
export function ensureErasureKey(tx: Tx): string {
  tx.insert(settings)
    .values({ key: KEY, value: randomBytes(32).toString('hex') })
    .onConflictDoNothing()
    .run()
  return tx.select().from(settings).where(eq(settings.key, KEY)).get()?.value ?? ''
}

/** Once for what is one erasure in several parts. */
export function rememberErasure(tx: Tx, email: string, now: Temporal.Instant): void {
  const hash = keyedHash(ensureErasureKey(tx), email)
  const last = tx.select().from(erasures).orderBy(desc(erasures.id)).limit(1).get()
  if (last?.hash !== hash) tx.insert(erasures).values({ hash, at: now }).run()
}

export function listErasures(db: Db): Erasure[] {
  return db.select().from(erasures).orderBy(erasures.id).all()
}

/** The number of the last one; 0 without any. */
export function lastErasure(db: Db): number {
  return last(db).get()?.id ?? 0
}

const last = prepared(db =>
  db
    .select({ id: max(erasures.id) })
    .from(erasures)
    .prepare(),
)

/** The number of the first one that is still remembered; 0 without any. */
export function firstErasure(db: Db): number {
  return first(db).get()?.id ?? 0
}

const first = prepared(db =>
  db
    .select({ id: min(erasures.id) })
    .from(erasures)
    .prepare(),
)

/** The addresses here that were erased after this database was copied, by what was written down elsewhere; and writes it down here. */
export function takeOver(tx: Tx, elsewhere: Erasure[]): string[] {
  const known = lastErasure(tx)
  const news = elsewhere.filter(({ id }) => id > known)
  if (news.length) tx.insert(erasures).values(news).run()
  const key = ensureErasureKey(tx)
  const hashes = new Set(news.map(({ hash }) => hash))
  return listAddresses(tx).filter(email => hashes.has(keyedHash(key, email)))
}

function listAddresses(tx: Tx): string[] {
  const found = [
    ...tx.select({ email: people.email }).from(people).where(isNotNull(people.email)).all(),
    ...tx.select({ email: organisers.email }).from(organisers).all(),
    ...tx.select({ email: invitations.email }).from(invitations).all(),
    ...tx.select({ email: invitees.email }).from(invitees).all(),
    ...tx.select({ email: questionFollowers.email }).from(questionFollowers).all(),
    ...tx.select({ email: subscriptionRequests.email }).from(subscriptionRequests).all(),
  ]
  return [...new Set(found.flatMap(({ email }) => email ?? []))]
}
