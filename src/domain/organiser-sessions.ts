// The sessions of signed-in organisers: one per browser, stored hashed. How they begin stands in `sign-ins`, `passkeys` and
// `invitations`.
import { and, desc, eq, gt, ne } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { organiserSessions, organisers, type SESSION_METHODS } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { hash, randomToken } from '#src/lib/tokens.ts'
import type { Organiser } from './organisers.ts'

export type OrganiserSession = typeof organiserSessions.$inferSelect

const VALID = { hours: 14 * 24 }
const FRESH = { hours: 1 }
/** A session is marked as used this often at most. */
const MARK_EVERY = { hours: 3 }

/** A session for who has proven who they are: its token, for the cookie. The database keeps the hash only. */
export function startSession(
  tx: Tx,
  organiserId: number,
  method: (typeof SESSION_METHODS)[number],
  now: Temporal.Instant,
): string {
  const token = randomToken()
  tx.insert(organiserSessions)
    .values({ tokenHash: hash(token), organiserId, method, createdAt: now, seenAt: now, expiresAt: now.add(VALID) })
    .run()
  return token
}

/** Says on which device a session began, as its browser names itself; returns the token. */
export function rememberDevice(tx: Tx, token: string, device: string): string {
  tx.update(organiserSessions)
    .set({ device: device.slice(0, 60) })
    .where(eq(organiserSessions.tokenHash, hash(token)))
    .run()
  return token
}

/** The live session of a cookie, and whose it is. */
export function findSession(
  db: Db,
  token: string,
  now: Temporal.Instant,
): { organiser: Organiser; session: OrganiserSession } | undefined {
  return db
    .select({ organiser: organisers, session: organiserSessions })
    .from(organiserSessions)
    .innerJoin(organisers, eq(organisers.id, organiserSessions.organiserId))
    .where(and(eq(organiserSessions.tokenHash, hash(token)), gt(organiserSessions.expiresAt, now)))
    .get()
}

/** The live sessions of an organiser, the newest first. */
export function listOrganiserSessions(db: Db, { id }: Organiser, now: Temporal.Instant): OrganiserSession[] {
  return db
    .select()
    .from(organiserSessions)
    .where(and(eq(organiserSessions.organiserId, id), gt(organiserSessions.expiresAt, now)))
    .orderBy(desc(organiserSessions.createdAt))
    .all()
}

/** Whether it began recently enough to give its organiser another way in. */
export function isFresh({ createdAt }: OrganiserSession, now: Temporal.Instant): boolean {
  return isBefore(now, createdAt.add(FRESH))
}

/** Whether it is long enough ago that this session was marked as used. */
export function isMarkDue({ seenAt, createdAt }: OrganiserSession, now: Temporal.Instant): boolean {
  return !isBefore(now, (seenAt ?? createdAt).add(MARK_EVERY))
}

/** Marks a session as used. Looking at pages does not: a GET writes nothing. */
export function markSession(tx: Tx, { tokenHash }: OrganiserSession, now: Temporal.Instant): void {
  tx.update(organiserSessions).set({ seenAt: now }).where(eq(organiserSessions.tokenHash, tokenHash)).run()
}

/** Signs out the browser that has this token; a token that is none changes nothing. */
export function endSession(tx: Tx, token: string): void {
  tx.delete(organiserSessions)
    .where(eq(organiserSessions.tokenHash, hash(token)))
    .run()
}

/** Ends one session of this organiser; NotFound if it is not theirs. */
export function endSessionOf(tx: Tx, { id }: Organiser, tokenHash: string): void {
  const { changes } = tx
    .delete(organiserSessions)
    .where(and(eq(organiserSessions.tokenHash, tokenHash), eq(organiserSessions.organiserId, id)))
    .run()
  if (changes === 0) throw new NotFound('session')
}

/** Ends every session of an organiser but the one that says so; all of them without one. Says how many ended. */
export function endOtherSessions(tx: Tx, { id }: Pick<Organiser, 'id'>, keep = ''): number {
  return tx
    .delete(organiserSessions)
    .where(and(eq(organiserSessions.organiserId, id), ne(organiserSessions.tokenHash, keep)))
    .run().changes
}
