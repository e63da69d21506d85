// How many can come: counted from the registrations themselves, never kept in a column.
import { and, count, eq, inArray, or, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { among, prepared } from '#db/prepared.ts'
import { type PRESENCES, registrations } from '#db/schema.ts'
import type { Event } from './events.ts'
import { isAttendee, isInQueue } from './registrations.ts'

export type Presence = (typeof PRESENCES)[number]

/** The places of one way to take part. `capacity` and `left` are null when there is no limit. */
export interface Places {
  presence: Presence
  capacity: number | null
  confirmed: number
  waiting: number
  left: number | null
}

/** The ways to take part in an event: both for a hybrid one. */
export function presencesOf(event: Pick<Event, 'attendance'>): Presence[] {
  return event.attendance === 'hybrid' ? ['in_person', 'online'] : [event.attendance]
}

export function capacityOf(
  event: Pick<Event, 'capacityOnline' | 'capacityInPerson'>,
  presence: Presence,
): number | null {
  return presence === 'online' ? event.capacityOnline : event.capacityInPerson
}

export function placesOf(db: Db, event: Event): Places[] {
  return presencesOf(event).map(presence => placesFor(db, event, presence))
}

export function placesFor(db: Db, event: Event, presence: Presence): Places {
  const at = { eventId: event.id, presence }
  const confirmed = tally(db).get({ ...at, status: 'confirmed' })?.total ?? 0
  return placesFrom(event, presence, confirmed, queue(db).get(at)?.total ?? 0)
}

const tally = prepared(db =>
  db
    .select({ total: count() })
    .from(registrations)
    .where(
      and(
        eq(registrations.eventId, sql.placeholder('eventId')),
        eq(registrations.status, sql.placeholder('status')),
        eq(registrations.attendance, sql.placeholder('presence')),
        isAttendee,
      ),
    )
    .prepare(),
)

/** Who asked for a place and has no answer yet does not stand in it. */
const queue = prepared(db =>
  db
    .select({ total: count() })
    .from(registrations)
    .where(
      and(
        eq(registrations.eventId, sql.placeholder('eventId')),
        isInQueue,
        eq(registrations.attendance, sql.placeholder('presence')),
        isAttendee,
      ),
    )
    .prepare(),
)

/** The places of many events in one query. */
export function placesOfMany(db: Db, list: Event[]): Map<number, Places[]> {
  const rows = tallies(db).values({ ids: JSON.stringify(list.map(event => event.id)) }) as Tally[]
  const totals = new Map(rows.map(([id, presence, status, total]) => [`${id} ${presence} ${status}`, total]))
  return new Map(list.map(event => [event.id, presencesOf(event).map(presence => fromTotals(totals, event, presence))]))
}

/** As SQLite gives them: a list of events has two for each. */
type Tally = [eventId: number, presence: Presence, status: string, total: number]

const tallies = prepared(db =>
  db
    .select({
      eventId: registrations.eventId,
      attendance: registrations.attendance,
      status: registrations.status,
      total: count(),
    })
    .from(registrations)
    .where(
      and(
        inArray(registrations.eventId, among('ids')),
        or(eq(registrations.status, 'confirmed'), isInQueue),
        isAttendee,
      ),
    )
    .groupBy(registrations.eventId, registrations.attendance, registrations.status)
    .prepare(),
)

function fromTotals(totals: Map<string, number>, event: Event, presence: Presence): Places {
  const of = (status: string) => totals.get(`${event.id} ${presence} ${status}`) ?? 0
  return placesFrom(event, presence, of('confirmed'), of('waitlisted'))
}

function placesFrom(event: Event, presence: Presence, confirmed: number, waiting: number): Places {
  const capacity = capacityOf(event, presence)
  return { presence, capacity, confirmed, waiting, left: capacity === null ? null : Math.max(0, capacity - confirmed) }
}

/**
 * What somebody who registers now would get; nothing where it is full and nobody can wait. Where places are given by hand, one that
 * came free while others wait is no newcomer's.
 */
export function outlookFor(
  { waitingRule }: Pick<Event, 'waitingRule'>,
  { left, waiting }: Places,
  needed = 1,
): 'confirmed' | 'waitlisted' | undefined {
  const isKept = waitingRule === 'by_hand' && waiting > 0
  if (!isKept && (left === null || left >= needed)) return 'confirmed'
  return waitingRule === 'none' ? undefined : 'waitlisted'
}

/** One more fits. */
export function hasRoom(places: Places): boolean {
  return places.left === null || places.left > 0
}
