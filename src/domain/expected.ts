// Who is expected at an event, as the people at its door need to know it: names, and who is there.
import { and, eq, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { registrations } from '#db/schema.ts'
import type { Event } from './events.ts'
import type { Registration } from './registrations.ts'

/** Somebody on the list at the door: enough to find and greet them by, and nothing else. */
export type Expected = Pick<
  Registration,
  | 'id'
  | 'name'
  | 'organisation'
  | 'role'
  | 'attendance'
  | 'part'
  | 'status'
  | 'attendedAt'
  | 'attendanceSource'
  | 'doorVersion'
>

/** Everybody with a place, speaker and host among them, and everybody who waits for one; by name. */
export function listExpected(db: Db, event: Event): Expected[] {
  return expected(db)
    .all(event.id)
    .map(one => ({ ...one, attendedAt: one.attendedAt === null ? null : instantOf(one.attendedAt) }))
    .sort((a, b) => byName.compare(a.name, b.name) || a.id - b.id)
}

/** Made once: a list of thousands is compared tens of thousands of times. */
const byName = new Intl.Collator('nl')
const instantOf = (milliseconds: number) => Temporal.Instant.fromEpochMilliseconds(milliseconds)

/** As SQLite gives them: it is the list of a whole conference, on a phone at its door. */
const expected = prepared(db =>
  db.$client.prepare<[number], Omit<Expected, 'attendedAt'> & { attendedAt: number | null }>(
    `select id, name, organisation, role, attendance, part, status, attended_at as attendedAt,
       attendance_source as attendanceSource, door_version as doorVersion
     from registrations where event_id = ? and status in ('confirmed', 'waitlisted')`,
  ),
)

/** The last word about everybody with a place: whether they are there, and since when that is known (0: nobody said). */
export function listPresence(db: Db, event: Event): [registrationId: number, isPresent: boolean, at: number][] {
  return presence(db)
    .all({ eventId: event.id })
    .map(({ id, attendedAt, at }) => [id, attendedAt !== null, at ?? 0])
}

const presence = prepared(db =>
  db
    .select({
      id: registrations.id,
      attendedAt: registrations.attendedAt,
      at: sql<
        number | null
      >`(select max(min(seen.at, seen.received_at)) from check_ins seen where seen.registration_id = registrations.id)`,
    })
    .from(registrations)
    .where(and(eq(registrations.eventId, sql.placeholder('eventId')), eq(registrations.status, 'confirmed')))
    .prepare(),
)

/** How many of those expected are there. Who speaks or hosts is counted apart: they are no attendees. */
export interface Count {
  of: Registration['attendance'] | 'part'
  here: number
  expected: number
}

/** Of those with a place, by where they take part; what nobody comes for is left out. */
export function countPresent(list: Expected[]): Count[] {
  return (['in_person', 'online', 'part'] as const)
    .map(of => ({ of, people: list.filter(one => one.status === 'confirmed' && countsAs(one) === of) }))
    .filter(({ people }) => people.length > 0)
    .map(({ of, people }) => ({ of, here: people.filter(one => one.attendedAt).length, expected: people.length }))
}

function countsAs({ part, attendance }: Pick<Expected, 'part' | 'attendance'>): Count['of'] {
  return part ? 'part' : attendance
}
