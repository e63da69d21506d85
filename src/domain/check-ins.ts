// Who was there. Each sighting is a row that never changes, and what a registration says about attendance follows from all of
// its rows: phones without a connection may tell in any order, more than once, and end up saying the same.
import { randomUUID } from 'node:crypto'
import { and, eq, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { checkIns, registrations } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore, later } from '#src/lib/time.ts'
import { auditEvent } from './audit.ts'
import type { Event } from './events.ts'
import { getRegistration, NOT_DECLINED, type Registration, update } from './registrations.ts'

type Sighting = typeof checkIns.$inferSelect
export type AttendanceSource = Sighting['source']

/** What a phone at the door noted: whom, whether they are there, and when by its own clock. */
export interface CheckIn {
  id: string
  registrationId: number
  isPresent: boolean
  at: Temporal.Instant
}

/** By whom and how it is known that somebody was there. */
export interface Witness {
  source: AttendanceSource
  organiserId?: number | null
}

/**
 * Takes in what phones noted, each mark once however often it is sent, and whatever order they come in: of the marks about
 * one registration the last by the phones' clocks counts. Returns the ids of those that could not be taken in: of nobody at
 * this event, or of somebody without a place.
 */
export function takeCheckIns(
  tx: Tx,
  event: Event,
  marks: CheckIn[],
  organiserId: number,
  now: Temporal.Instant,
): string[] {
  return marks.filter(mark => !takeCheckIn(tx, event, mark, organiserId, now)).map(({ id }) => id)
}

function takeCheckIn(tx: Tx, event: Event, mark: CheckIn, organiserId: number, now: Temporal.Instant): boolean {
  if (byId(tx).get({ id: mark.id })) return true
  const registration = findAt(tx, event, mark.registrationId)
  if (!registration || (mark.isPresent && registration.status !== 'confirmed')) return false
  note(tx, registration, { ...mark, source: 'check_in', organiserId }, now)
  const action = mark.isPresent ? 'attendance_marked' : 'attendance_unmarked'
  auditEvent(tx, action, event, { organiserId, registrationId: registration.id }, now)
  return true
}

const byId = prepared(db =>
  db
    .select({ id: checkIns.id })
    .from(checkIns)
    .where(eq(checkIns.id, sql.placeholder('id')))
    .prepare(),
)

/** The registration at this event, or the one with which it was merged; nothing once its name is forgotten. */
function findAt(tx: Tx, event: Event, id: number): Registration | undefined {
  const found = tx
    .select()
    .from(registrations)
    .where(and(eq(registrations.id, id), eq(registrations.eventId, event.id)))
    .get()
  if (found?.mergedIntoId) return findAt(tx, event, found.mergedIntoId)
  return found?.name === '' ? undefined : found
}

/** Records that somebody with a place was there. Whoever comes has not stayed away, whatever their calendar said. */
export function markAttended(
  tx: Tx,
  { id }: Pick<Registration, 'id'>,
  { source, organiserId = null }: Witness,
  now: Temporal.Instant,
): void {
  const registration = getRegistration(tx, id)
  if (registration.status !== 'confirmed') throw new Refusal('not_possible_now')
  // Who goes through the door again has not come twice.
  if (registration.attendedAt && registration.attendanceSource === source) return
  noteNow(tx, registration, { isPresent: true, source, organiserId }, now)
}

/** Takes back that somebody was there, however it was known. */
export function unmarkAttended(
  tx: Tx,
  { id }: Pick<Registration, 'id'>,
  { source, organiserId = null }: Witness,
  now: Temporal.Instant,
): void {
  noteNow(tx, getRegistration(tx, id), { isPresent: false, source, organiserId }, now)
}

/** When a registration becomes another one of the same person, what was seen of them goes along. */
export function moveCheckIns(tx: Tx, from: Registration, to: Registration): void {
  tx.update(checkIns).set({ registrationId: to.id }).where(eq(checkIns.registrationId, from.id)).run()
  follow(tx, from)
  follow(tx, getRegistration(tx, to.id))
}

/** Who did what here sees what was done before, so it comes after that, also within one tick of the clock. */
function noteNow(
  tx: Tx,
  registration: Registration,
  seen: Pick<Sighting, 'isPresent' | 'source' | 'organiserId'>,
  now: Temporal.Instant,
): void {
  const last = sightingsOf(tx, registration).at(-1)
  const at = last && !isBefore(momentOf(last), now) ? last.at.add({ milliseconds: 1 }) : now
  note(tx, registration, { ...seen, id: randomUUID(), at }, now)
}

function note(
  tx: Tx,
  registration: Registration,
  { id, isPresent, source, at, organiserId }: Omit<Sighting, 'registrationId' | 'receivedAt'>,
  now: Temporal.Instant,
): void {
  const seen = { id, isPresent, source, at, organiserId }
  tx.insert(checkIns)
    .values({ ...seen, registrationId: registration.id, receivedAt: now })
    .run()
  follow(tx, registration)
}

/**
 * The one place where attendance is written. Somebody is there if the last word says so, since the first word after any that
 * said otherwise: a second phone that sees them later makes them no later.
 */
function follow(tx: Tx, registration: Registration): void {
  const seen = sightingsOf(tx, registration)
  const since = seen[seen.findLastIndex(({ isPresent }) => !isPresent) + 1]
  update(
    tx,
    registration,
    since
      ? { attendedAt: later(registration.createdAt, momentOf(since)), attendanceSource: since.source, ...NOT_DECLINED }
      : { attendedAt: null, attendanceSource: null },
  )
}

/** In the order in which they count; it depends on the rows alone, not on which of them came first. */
function sightingsOf(tx: Tx, { id }: Registration): Sighting[] {
  const compare = Temporal.Instant.compare
  return ofRegistration(tx)
    .all({ id })
    .sort((a, b) => compare(momentOf(a), momentOf(b)) || compare(a.at, b.at) || (a.id < b.id ? -1 : 1))
}

const ofRegistration = prepared(db =>
  db
    .select()
    .from(checkIns)
    .where(eq(checkIns.registrationId, sql.placeholder('id')))
    .prepare(),
)

/**
 * When it was seen. A clock that runs ahead is believed up to the moment its word came in, so that it wins from nobody who
 * looks after that; among the words of one such phone its own order stands.
 */
function momentOf({ at, receivedAt }: Sighting): Temporal.Instant {
  return isBefore(receivedAt, at) ? receivedAt : at
}
