// Who registered over time: how many people stood on an event's list at the end of each day.
import { and, asc, count, eq, ne, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { registrations } from '#db/schema.ts'
import { dateIn } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import { isAttendee } from './registrations.ts'

export interface DayTotal {
  date: Temporal.PlainDate
  total: number
}

/** Days begin at a quarter of an hour in every zone there is. */
const QUARTER = 15 * 60 * 1000

/**
 * Every day from the one before the first registration until today, or the day of the event; by its clock. Whoever has
 * cancelled never counted, and neither do speakers and hosts. Added up by the database: no list of people is read.
 */
export function signUpsOf(db: Db, event: Event, now: Temporal.Instant): DayTotal[] {
  // A number that is bound is a fraction to SQLite, and so would be what it divides.
  const quarter = sql<number>`${registrations.createdAt} / ${sql.raw(String(QUARTER))}`
  const rows = db
    .select({ quarter, total: count() })
    .from(registrations)
    .where(and(eq(registrations.eventId, event.id), ne(registrations.status, 'cancelled'), isAttendee))
    .groupBy(quarter)
    .orderBy(asc(quarter))
    .all()
  const days = Map.groupBy(rows, row => dateIn(instantOf(row.quarter), event.timeZone).toString())
  const [first] = rows
  if (!first) return []
  const counted = [...days].map(([day, found]): [string, number] => [
    day,
    found.reduce((sum, row) => sum + row.total, 0),
  ])
  return everyDay(
    dateIn(instantOf(first.quarter), event.timeZone).subtract({ days: 1 }),
    endOf(event, now, counted.at(-1)?.[0]),
    new Map(counted),
  )
}

const instantOf = (quarter: number) => Temporal.Instant.fromEpochMilliseconds(quarter * QUARTER)

/** Who was added after the day itself stands there too. */
function endOf({ localStart, timeZone }: Event, now: Temporal.Instant, last = ''): Temporal.PlainDate {
  const [end = last] = [dateIn(now, timeZone).toString(), localStart.slice(0, 10)].toSorted()
  return Temporal.PlainDate.from(end < last ? last : end)
}

function everyDay(from: Temporal.PlainDate, until: Temporal.PlainDate, counted: Map<string, number>): DayTotal[] {
  let total = 0
  return Array.from({ length: from.until(until).days + 1 }, (_, index) => {
    const date = from.add({ days: index })
    total += counted.get(date.toString()) ?? 0
    return { date, total }
  })
}
