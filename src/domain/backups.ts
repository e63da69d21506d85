// When the daily backup is due, who makes it, and how the last one went. Making it is `jobs/backups`.
import { eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { settings } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'

/** At night, and past the hour that a change of the clock skips or repeats. */
const HOUR = 4
const KEY = 'backup'
/** Whoever makes one and is not heard of for so long has failed. */
const UNDER_WAY = { hours: 1 }
const RETRY = { hours: 1 }
/** A night without one is no cause for alarm; two are. */
const ALARM = { hours: 48 }

/** The name of a daily backup: its day. What was made by hand or before an upgrade is called otherwise. */
export const DAILY_BACKUP = /^\d{4}-\d\d-\d\d\.sqlite$/

interface State {
  /** The last day of which there is one. */
  day?: string
  madeAt?: string
  /** Who makes one now, and since when. */
  by?: string
  since?: string
  /** Why it did not work the last time, when that was, and since when it does not. */
  reason?: string
  failedAt?: string
  failingSince?: string
}

const row = prepared(db => db.select().from(settings).where(eq(settings.key, KEY)).prepare())

function read(db: Db): State {
  const value = row(db).get()?.value
  return value === undefined ? {} : (JSON.parse(value) as State)
}

function save(tx: Tx, state: State): void {
  const value = JSON.stringify(state)
  tx.insert(settings).values({ key: KEY, value }).onConflictDoUpdate({ target: settings.key, set: { value } }).run()
}

/** In a restored database it speaks of another folder. */
export function dropBackupState(tx: Tx): void {
  tx.delete(settings).where(eq(settings.key, KEY)).run()
}

/** The day whose backup is the newest that there should be, by the clock of the installation. */
export function backupDay(now: Temporal.Instant, timeZone: string): string {
  const local = now.toZonedDateTimeISO(timeZone)
  return local
    .toPlainDate()
    .subtract({ days: local.hour < HOUR ? 1 : 0 })
    .toString()
}

/** Whether that one is to be made now: it is not there, nobody is making it, and the last try is an hour ago. */
export function isBackupDue(
  db: Db,
  timeZone: string,
  now: Temporal.Instant,
  isGone: (owner: string) => boolean = () => false,
): boolean {
  const { day, by, since, failedAt } = read(db)
  if (day === backupDay(now, timeZone)) return false
  if (by && since && !isGone(by) && isWithin(since, UNDER_WAY, now)) return false
  return !failedAt || !isWithin(failedAt, RETRY, now)
}

/** On a clock that was set back a moment to come says nothing. */
function isWithin(from: string, span: Temporal.DurationLike, now: Temporal.Instant): boolean {
  const since = Temporal.Instant.from(from)
  return !isBefore(now, since) && isBefore(now, since.add(span))
}

/** Takes it upon this process, if it is still due: of two, one makes it. */
export function claimBackup(
  tx: Tx,
  by: string,
  timeZone: string,
  now: Temporal.Instant,
  isGone: (owner: string) => boolean,
): boolean {
  if (!isBackupDue(tx, timeZone, now, isGone)) return false
  save(tx, { ...read(tx), by, since: now.toString() })
  return true
}

export function noteBackup(tx: Tx, day: string, now: Temporal.Instant): void {
  save(tx, { day, madeAt: now.toString() })
}

export function noteFailedBackup(tx: Tx, reason: string, now: Temporal.Instant): void {
  const { day, madeAt, failingSince = now.toString() } = read(tx)
  save(tx, { ...(day && { day }), ...(madeAt && { madeAt }), reason, failedAt: now.toString(), failingSince })
}

export interface BackupTrouble {
  since: Temporal.Instant
  reason: string
}

/** Why there has been no backup for two days, where that is so. */
export function findBackupTrouble(db: Db, now: Temporal.Instant): BackupTrouble | undefined {
  const { madeAt, failingSince, reason } = read(db)
  if (!failingSince || !reason) return undefined
  const since = Temporal.Instant.from(madeAt ?? failingSince)
  return isBefore(now, since.add(ALARM)) ? undefined : { since, reason }
}
