// An event as the public pages show it: with its places, and the one word that says what can be done with it now.
import type { Db } from '#db/open.ts'
import { canStillCome, type Event, isOpenFor, type ListedEvent } from '#src/domain/events.ts'
import { outlookFor, type Places, placesOfMany } from '#src/domain/places.ts'
import { windowState } from '#src/domain/registration-windows.ts'
import { dateIn, isBefore, zoned } from '#src/lib/time.ts'

/**
 * `full`: nothing left, the waiting list is open; `sold_out`: there is none. `early`: nobody can register yet. `closed`: nobody can
 * any more, and the event is not over.
 */
export type EventState = 'open' | 'nearly_full' | 'full' | 'sold_out' | 'early' | 'closed' | 'cancelled' | 'past'

export interface Row {
  event: ListedEvent
  places: Places[]
  state: EventState
}

export function rowsOf(db: Db, list: ListedEvent[], now: Temporal.Instant): Row[] {
  const places = placesOfMany(db, list)
  return list.map(event => rowOf(event, places.get(event.id) ?? [], now))
}

export function rowOf(event: ListedEvent, places: Places[], now: Temporal.Instant): Row {
  return { event, places, state: stateOf(event, places, now) }
}

export function stateOf(event: Event, places: Places[], now: Temporal.Instant): EventState {
  if (event.cancelledAt) return 'cancelled'
  if (!isBefore(now, event.endsAt)) return 'past'
  const inTime = places.filter(({ presence }) => isOpenFor(event, presence, now))
  if (inTime.length === 0) return isEarly(event, places, now) ? 'early' : 'closed'
  const open = openPlaces(event, places, now)
  if (open.length === 0) return 'sold_out'
  const free = open.filter(one => outlookFor(event, one) === 'confirmed')
  if (free.length === 0) return 'full'
  return free.every(isNearlyFull) ? 'nearly_full' : 'open'
}

/** The ways to take part that somebody can still register for. */
export function openPlaces(event: Event, places: Places[], now: Temporal.Instant): Places[] {
  return places.filter(one => isOpenFor(event, one.presence, now) && outlookFor(event, one) !== undefined)
}

function isEarly(event: Event, places: Places[], now: Temporal.Instant): boolean {
  return places.some(({ presence }) => canStillCome(event, presence, now)) && windowState(event, now) === 'before'
}

/** The last eighth of the places, and three at least. */
function isNearlyFull({ left, capacity }: Places): boolean {
  return left !== null && capacity !== null && left <= Math.max(3, Math.ceil(capacity / 8))
}

/** Days on the calendar of the event's own zone: 0 is today. */
export function daysUntil(event: Event, now: Temporal.Instant): number {
  return dateIn(now, event.timeZone).until(zoned(event).toPlainDate()).days
}

export interface Month {
  /** The first event: it says which month this is. */
  first: ListedEvent
  rows: Row[]
}

export function byMonth(rows: Row[]): Month[] {
  const months = Map.groupBy(rows, row => row.event.localStart.slice(0, 7))
  return [...months.values()].flatMap(group => (group[0] ? { first: group[0].event, rows: group } : []))
}
