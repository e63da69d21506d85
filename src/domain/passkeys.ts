// Passkeys of organisers, beside the mailed link: kept, named, used and taken away. Whether an answer is true is found out
// before (`lib/webauthn`); here each question is asked once, and each passkey is somebody's.
import { and, asc, eq, gt, isNull, lt } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { challenges, passkeys } from '#db/schema.ts'
import { NotFound, Refusal } from '#src/lib/errors.ts'
import type { PublicKey } from '#src/lib/webauthn.ts'
import { audit } from './audit.ts'
import { startSession } from './organiser-sessions.ts'
import type { Organiser } from './organisers.ts'
import { endSignIns } from './sign-ins.ts'

export type Passkey = typeof passkeys.$inferSelect
/** Who is asked: an organiser who adds a passkey, or, signing in, somebody we do not know yet. */
export type Asked = Pick<Organiser, 'id'> | undefined

const VALID = { minutes: 5 }
/** Nobody has more devices than this. */
const MOST = 20

/** Writes down a question that was put to a browser. */
export function keepChallenge(tx: Tx, challenge: string, asked: Asked, now: Temporal.Instant): void {
  tx.delete(challenges).where(lt(challenges.expiresAt, now)).run()
  const values = { challenge, organiserId: asked?.id ?? null, expiresAt: now.add(VALID) }
  tx.insert(challenges).values(values).run()
}

/** Uses up a question, whatever the answer is worth; false if it was not asked, or not of them, or too long ago. */
export function takeChallenge(tx: Tx, challenge: string, asked: Asked, now: Temporal.Instant): boolean {
  const whose = asked ? eq(challenges.organiserId, asked.id) : isNull(challenges.organiserId)
  const { changes } = tx
    .delete(challenges)
    .where(and(eq(challenges.challenge, challenge), gt(challenges.expiresAt, now), whose))
    .run()
  return changes > 0
}

/** The keys of this organiser, the oldest first. */
export function listPasskeys(db: Db, { id }: Pick<Organiser, 'id'>): Passkey[] {
  return db
    .select()
    .from(passkeys)
    .where(eq(passkeys.organiserId, id))
    .orderBy(asc(passkeys.createdAt), asc(passkeys.id))
    .all()
}

export function findPasskey(db: Db, id: string): Passkey | undefined {
  return db.select().from(passkeys).where(eq(passkeys.id, id)).get()
}

/** Refusal('already_there') if the passkey is kept already, whoever's it is; Refusal('too_many') beyond twenty. */
export function addPasskey(tx: Tx, organiser: Organiser, key: PublicKey, name: string, now: Temporal.Instant): void {
  if (findPasskey(tx, key.id)) throw new Refusal('already_there')
  if (listPasskeys(tx, organiser).length >= MOST) throw new Refusal('too_many')
  tx.insert(passkeys)
    .values({ ...key, organiserId: organiser.id, name, createdAt: now })
    .run()
  audit(tx, { action: 'passkey_added', organiserId: organiser.id }, now)
}

/** NotFound if it is not theirs. */
export function renamePasskey(tx: Tx, { id: organiserId }: Organiser, id: string, name: string): void {
  const { changes } = tx.update(passkeys).set({ name }).where(isTheirs(organiserId, id)).run()
  if (changes === 0) throw new NotFound('passkey')
}

/** NotFound if it is not theirs. Sessions that it began go on; they are ended by themselves. */
export function removePasskey(tx: Tx, { id: organiserId }: Organiser, id: string, now: Temporal.Instant): void {
  const { changes } = tx.delete(passkeys).where(isTheirs(organiserId, id)).run()
  if (changes === 0) throw new NotFound('passkey')
  audit(tx, { action: 'passkey_removed', organiserId }, now)
}

const isTheirs = (organiserId: number, id: string) => and(eq(passkeys.id, id), eq(passkeys.organiserId, organiserId))

/**
 * Signs in with a passkey whose answer was found true: the session's token. Nothing if the passkey was taken away meanwhile,
 * or another answer with this counter or a later one came first; a counter that stays at zero counts nothing (§6.1.1).
 */
export function signInByPasskey(tx: Tx, id: string, counter: number, now: Temporal.Instant): string | undefined {
  const passkey = findPasskey(tx, id)
  const counts = counter > 0 || (passkey?.counter ?? 0) > 0
  if (!passkey || (counts && counter <= passkey.counter)) return undefined
  tx.update(passkeys).set({ counter, usedAt: now }).where(eq(passkeys.id, id)).run()
  endSignIns(tx, passkey.organiserId, now)
  return startSession(tx, passkey.organiserId, 'passkey', now)
}
