// How many can take part in a whole series, and whether anybody can join it now. Counted from the enrolments themselves.
import { countRows } from '#db/count.ts'
import { and, eq, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { enrolments, series } from '#db/schema.ts'
import { dateIn } from '#src/lib/time.ts'
import { type Enrolment, listDatesToCome } from './enrolments.ts'
import type { Event } from './events.ts'
import type { Series } from './series.ts'

/** `capacity` and `left` are null when there is no limit. */
export interface GroupPlaces {
  capacity: number | null
  joined: number
  waiting: number
  left: number | null
}

/**
 * `off`: one registers for single events only; `closed_list`: an organiser adds who takes part; `over`: nobody can join any
 * more; `full`: who joins now waits.
 */
export type Joining = 'off' | 'closed_list' | 'over' | 'full' | 'open'

export function groupPlacesOf(db: Db, { id, enrolmentCapacity: capacity }: Series): GroupPlaces {
  const count = (status: Enrolment['status']) =>
    countRows(db, enrolments, and(eq(enrolments.seriesId, id), eq(enrolments.status, status)))
  const joined = count('confirmed')
  const left = capacity === null ? null : Math.max(0, capacity - joined)
  return { capacity, joined, waiting: count('waitlisted'), left }
}

export function hasRoomInGroup({ left }: GroupPlaces): boolean {
  return left === null || left > 0
}

/** What somebody who fills in the form now would meet. */
export function joiningOf(db: Db, found: Series, now: Temporal.Instant): Joining {
  if (found.enrolmentRule === 'off') return 'off'
  if (found.isClosedList) return 'closed_list'
  if (!canBeJoined(db, found, now)) return 'over'
  return hasRoomInGroup(groupPlacesOf(db, found)) ? 'open' : 'full'
}

/** There is a date to come, and the last day to join has not passed. */
export function canBeJoined(db: Db, found: Series, now: Temporal.Instant): boolean {
  const { enrolmentUntil, timeZone } = found
  const isLate = enrolmentUntil !== null && dateIn(now, timeZone).toString() > enrolmentUntil
  return !isLate && listDatesToCome(db, found, now).length > 0
}

/** One registers for its series, and not for it alone. */
export function isOnlyWhole(db: Db, { seriesId }: Pick<Event, 'seriesId'>): boolean {
  return seriesId !== null && onlyWhole(db).get({ seriesId }) !== undefined
}

const onlyWhole = prepared(db =>
  db
    .select({ id: series.id })
    .from(series)
    .where(and(eq(series.id, sql.placeholder('seriesId')), eq(series.enrolmentRule, 'only')))
    .prepare(),
)
