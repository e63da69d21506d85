// The workshops of an event, by the round in which people choose one, and the places of each: counted from what people chose,
// never kept in a column. Until when people choose, and whether places are given at once, stands here too.
import { and, asc, eq, isNull, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { groups, sessions } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Event, Session } from './events.ts'
import { endOf } from './registration-windows.ts'

/** `capacity` and `left` are null without a limit. `waiting`: those with a place at the event who still want one here. */
export interface Workshop extends Session {
  round: number
  confirmed: number
  waiting: number
  left: number | null
}

/** What people choose between: one of these each. */
export interface Round {
  round: number
  workshops: Workshop[]
}

/** The rounds of an event, in order, each with what takes place in it; none where nothing is chosen. One query. */
export function listRounds(db: Db, { id }: Pick<Event, 'id'>): Round[] {
  const rows = workshopsOf(db).all({ eventId: id })
  const workshops = rows.map(({ sessions: session, groups: group, confirmed, waiting }): Workshop => {
    const left = session.capacity === null ? null : Math.max(0, session.capacity - confirmed)
    return { ...session, round: session.round ?? 0, group, confirmed, waiting, left }
  })
  return [...Map.groupBy(workshops, ({ round }) => round)].map(([round, list]) => ({ round, workshops: list }))
}

/**
 * How many have a place in a workshop, as a part of a query that reads `sessions`. Spelled out: of a query on one table drizzle
 * leaves out which table a column is of.
 */
export const confirmedIn = sql<number>`(select count(*) from choices as taken
  where taken.session_id = sessions.id and taken.status = 'confirmed')`

const waitingFor = sql<number>`(select count(*) from choices as queued
  join registrations on registrations.id = queued.registration_id
  where queued.session_id = sessions.id and queued.status = 'waitlisted' and registrations.status = 'confirmed')`

const workshopsOf = prepared(db =>
  db
    .select({ sessions, groups, confirmed: confirmedIn, waiting: waitingFor })
    .from(sessions)
    .leftJoin(groups, eq(groups.id, sessions.groupId))
    .where(
      and(
        eq(sessions.eventId, sql.placeholder('eventId')),
        eq(sessions.kind, 'workshop'),
        isNull(sessions.cancelledAt),
      ),
    )
    .orderBy(asc(sessions.round), asc(sessions.localStart), asc(sessions.id))
    .prepare(),
)

type Choosing = Pick<Event, 'choicesUntil' | 'timeZone' | 'startsAt' | 'publishedAt' | 'cancelledAt'>

/** The moment from which nobody chooses any more: as the organiser says, and never later than the start. */
export function choicesEnd({ choicesUntil, timeZone, startsAt }: Choosing): Temporal.Instant {
  const end = choicesUntil === null ? startsAt : endOf(choicesUntil, timeZone)
  return isBefore(end, startsAt) ? end : startsAt
}

/** Whether people can choose, and change what they chose. */
export function canChoose(event: Choosing, now: Temporal.Instant): boolean {
  return event.publishedAt !== null && !event.cancelledAt && isBefore(now, choicesEnd(event))
}

/** Whether an organiser can still do so for somebody. */
export function canChooseFor(
  event: Pick<Event, 'publishedAt' | 'cancelledAt' | 'startsAt'>,
  now: Temporal.Instant,
): boolean {
  return event.publishedAt !== null && !event.cancelledAt && isBefore(now, event.startsAt)
}

/** Places will be given to everybody at once, and nobody has one yet. */
export function awaitsAllocation({ allocation, allocatedAt }: Pick<Event, 'allocation' | 'allocatedAt'>): boolean {
  return allocation === 'by_preference' && allocatedAt === null
}
