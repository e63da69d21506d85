// Signing in without a password: a mailed link or code, single-use, stored hashed, used up by a POST. Then a session.
import { countRows } from '#db/count.ts'
import { and, eq, gt, isNull, lt, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { signIns } from '#db/schema.ts'
import type { Locale } from '#src/i18n/index.ts'
import { Refusal } from '#src/lib/errors.ts'
import { hash, randomCode, randomToken } from '#src/lib/tokens.ts'
import { startSession } from './organiser-sessions.ts'
import { findOrganiser, type Organiser } from './organisers.ts'
import { enqueue } from './outbox.ts'
import { writeSomething } from './silence.ts'

const VALID = { minutes: 15 }
const MAX_LIVE = 3
const MAX_ATTEMPTS = 5
/** Of all codes that were mailed in a day. Whoever keeps asking for mails to guess at must not get there in the end. */
const MAX_ATTEMPTS_A_DAY = 20

/** Mails a link and a code, if the address is an organiser's and has fewer than three live ones. The caller learns nothing. */
export function requestSignIn(tx: Tx, email: string, locale: Locale, now: Temporal.Instant): void {
  const organiser = findOrganiser(tx, email)
  if (!organiser || countLive(tx, organiser, now) >= MAX_LIVE) {
    writeSomething(tx)
    return
  }
  const signIn = tx
    .insert(signIns)
    .values({ organiserId: organiser.id, createdAt: now, expiresAt: now.add(VALID) })
    .returning()
    .get()
  enqueue(tx, { key: `sign_in:${signIn.id}`, kind: 'sign_in', toAddress: email, locale, signInId: signIn.id }, now)
}

/** A link for the command line or the demo, made without a mail. */
export function createSignIn(tx: Tx, organiser: Organiser, now: Temporal.Instant): string {
  const values = { organiserId: organiser.id, createdAt: now, expiresAt: now.add(VALID) }
  const signIn = tx.insert(signIns).values(values).returning().get()
  return mint(tx, signIn.id).token
}

/** Makes the secrets of a sign-in, when its mail is written: the database keeps their hashes only. */
export function mint(tx: Tx, signInId: number): { token: string; code: string } {
  const [token, code] = [randomToken(), randomCode()]
  tx.update(signIns)
    .set({ tokenHash: hash(token), codeHash: hash(`${signInId}:${code}`) })
    .where(eq(signIns.id, signInId))
    .run()
  return { token, code }
}

export function findSignIn(db: Db, id: number) {
  return db.select().from(signIns).where(eq(signIns.id, id)).get()
}

/** Whether a link would still work; asking changes nothing. */
export function isLiveToken(db: Db, token: string, now: Temporal.Instant): boolean {
  return countRows(db, signIns, and(eq(signIns.tokenHash, hash(token)), isLive(now))) > 0
}

/** Uses up a link: the session token for the cookie. Refusal('link_expired') if it was used, is too old or never was. */
export function signInByToken(tx: Tx, token: string, now: Temporal.Instant): string {
  const found = tx
    .select()
    .from(signIns)
    .where(and(eq(signIns.tokenHash, hash(token)), isLive(now)))
    .get()
  if (!found) throw new Refusal('link_expired')
  return enter(tx, found.organiserId, 'link', now)
}

/**
 * Uses up a code typed with its address; nothing if it is wrong. Five wrong guesses end a code, and twenty in a day all codes of
 * that day, so six digits are enough. The links in the same mails go on working.
 */
export function signInByCode(tx: Tx, email: string, code: string, now: Temporal.Instant): string | undefined {
  const organiser = findOrganiser(tx, email)
  const live = organiser && mayGuess(tx, organiser, now) ? listLive(tx, organiser, now) : []
  const right = live.find(signIn => signIn.codeHash === hash(`${signIn.id}:${code}`))
  if (right) return enter(tx, right.organiserId, 'code', now)
  writeSomething(tx)
  if (organiser) countAttempt(tx, organiser)
}

function mayGuess(db: Db, { id }: Organiser, now: Temporal.Instant): boolean {
  const attempts = sql<number>`coalesce(sum(${signIns.attempts}), 0)`
  const isRecent = and(eq(signIns.organiserId, id), gt(signIns.createdAt, now.subtract({ hours: 24 })))
  return (db.select({ attempts }).from(signIns).where(isRecent).get()?.attempts ?? 0) < MAX_ATTEMPTS_A_DAY
}

/** Those whose code can still be guessed. */
function listLive(db: Db, organiser: Organiser, now: Temporal.Instant) {
  return db
    .select()
    .from(signIns)
    .where(and(eq(signIns.organiserId, organiser.id), isLive(now), lt(signIns.attempts, MAX_ATTEMPTS)))
    .all()
}

function countAttempt(tx: Tx, organiser: Organiser): void {
  tx.update(signIns)
    .set({ attempts: sql`${signIns.attempts} + 1` })
    .where(and(eq(signIns.organiserId, organiser.id), isNull(signIns.usedAt)))
    .run()
}

function enter(tx: Tx, organiserId: number, method: 'link' | 'code', now: Temporal.Instant): string {
  endSignIns(tx, organiserId, now)
  return startSession(tx, organiserId, method, now)
}

/** A success ends every other link and code of this organiser. */
export function endSignIns(tx: Tx, organiserId: number, now: Temporal.Instant): void {
  tx.update(signIns)
    .set({ usedAt: now })
    .where(and(eq(signIns.organiserId, organiserId), isNull(signIns.usedAt)))
    .run()
}

function countLive(db: Db, organiser: Organiser, now: Temporal.Instant): number {
  return countRows(db, signIns, and(eq(signIns.organiserId, organiser.id), isLive(now)))
}

function isLive(now: Temporal.Instant) {
  return and(isNull(signIns.usedAt), gt(signIns.expiresAt, now))
}
