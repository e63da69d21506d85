// Who takes part in a whole series, and at which of its dates they were: people by dates, with what that comes to.
import { and, asc, eq, gte, inArray, isNotNull, isNull, ne } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { enrolments, events, people, registrations } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Enrolment } from './enrolments.ts'
import type { Event } from './events.ts'
import type { Registration } from './registrations.ts'
import type { Series } from './series.ts'

/**
 * What is known of one person at one date. `unseen`: nobody was seen there, so nothing is known; `none`: it was no date of theirs.
 */
export type Presence = 'present' | 'absent' | 'unseen' | 'cancelled' | 'waiting' | 'coming' | 'none'

export interface Participant {
  enrolment: Enrolment
  email: string | null
  undeliverableAt: Temporal.Instant | null
  /** One for each date, in their order. */
  presences: Presence[]
  /** At how many they were, of those that were theirs and of which we know. */
  present: number
  held: number
}

export interface SeriesAttendance {
  dates: { event: Event; isHeld: boolean; present: number }[]
  participants: Participant[]
}

const MONTHS_BACK = 12

/** Everybody who takes part or waits, and who left after having been a part of it; the dates of the last twelve months and those to come. */
export function attendanceOfSeries(db: Db, series: Series, now: Temporal.Instant): SeriesAttendance {
  const list = listDates(db, series, now)
  const rows = listRows(db, list)
  const seen = new Set(rows.filter(({ attendedAt }) => attendedAt !== null).map(({ eventId }) => eventId))
  const byPlace = new Map(rows.map(row => [`${row.enrolmentId} ${row.eventId}`, row]))
  const participants = listPeople(db, series).map(person => {
    const presences = list.map(event =>
      presenceAt(event, byPlace.get(`${person.enrolment.id} ${event.id}`), seen.has(event.id), now),
    )
    const present = presences.filter(one => one === 'present').length
    return { ...person, presences, present, held: present + presences.filter(one => one === 'absent').length }
  })
  return {
    dates: list.map((event, index) => ({
      event,
      isHeld: !isBefore(now, event.endsAt),
      present: participants.filter(({ presences }) => presences[index] === 'present').length,
    })),
    participants: participants.filter(({ enrolment, held }) => enrolment.status !== 'cancelled' || held > 0),
  }
}

function listDates(db: Db, { id }: Series, now: Temporal.Instant): Event[] {
  const since = now.toZonedDateTimeISO('UTC').subtract({ months: MONTHS_BACK }).toInstant()
  const isShown = and(isNotNull(events.publishedAt), isNull(events.cancelledAt), gte(events.startsAt, since))
  return db
    .select()
    .from(events)
    .where(and(eq(events.seriesId, id), isShown))
    .orderBy(asc(events.startsAt), asc(events.id))
    .all()
}

function listRows(db: Db, list: Event[]): Registration[] {
  const ids = list.map(({ id }) => id)
  return db
    .select()
    .from(registrations)
    .where(
      and(
        inArray(registrations.eventId, ids),
        isNotNull(registrations.enrolmentId),
        isNull(registrations.mergedIntoId),
      ),
    )
    .all()
}

/** By name, who takes part before who waits or left. Whose name is gone is nobody any more. */
function listPeople(db: Db, { id }: Series) {
  const rank = { confirmed: 0, waitlisted: 1, cancelled: 2 }
  return db
    .select({ enrolment: enrolments, email: people.email, undeliverableAt: people.undeliverableAt })
    .from(enrolments)
    .innerJoin(people, eq(people.id, enrolments.personId))
    .where(and(eq(enrolments.seriesId, id), ne(enrolments.name, '')))
    .orderBy(asc(enrolments.name), asc(enrolments.id))
    .all()
    .toSorted((a, b) => rank[a.enrolment.status] - rank[b.enrolment.status])
}

function presenceAt(event: Event, row: Registration | undefined, isSeen: boolean, now: Temporal.Instant): Presence {
  if (!row) return 'none'
  if (row.attendedAt) return 'present'
  if (row.status === 'cancelled') return 'cancelled'
  if (row.status === 'waitlisted') return 'waiting'
  if (isBefore(now, event.endsAt)) return 'coming'
  return isSeen ? 'absent' : 'unseen'
}
