// The workshops somebody chose, as their calendar has them: each an entry of its own, with its own number, place and state.
// Which mail is due about one stands in `choice-telling`.
import { randomUUID } from 'node:crypto'
import { asc, eq, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { choices, groups, sessions, type Told } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { later } from '#src/lib/time.ts'
import type { Choice } from './choices.ts'
import { type Event, getEvent, placeOf } from './events.ts'
import { getRegistration, type Registration } from './registrations.ts'

/** A part of an event's programme, as a record. */
export type SessionRecord = typeof sessions.$inferSelect

export interface Chosen {
  choice: Choice
  session: SessionRecord
  /** The name of the group that gives it; null where that is the event's own. */
  host: string | null
}

/** A workshop somebody chose, with all that its entry in their calendar is made of. */
export interface OwnWorkshop extends Chosen {
  event: Event
  registration: Registration
}

/** SEQUENCE of a workshop in somebody's calendar (RFC 5546 §2.1.4): the session's raises and this choice's own. */
export function choiceSequenceOf({ session, choice }: Chosen): number {
  return session.sequence + choice.sequence
}

/** When anything last changed that a calendar shows of it: DTSTAMP. */
export function choiceChangedAt({ event, registration, session, choice }: OwnWorkshop): Temporal.Instant {
  return later(later(event.revisedAt, registration.revisedAt), later(session.revisedAt, choice.revisedAt))
}

/** The room and the venue in one line for who comes to the room; empty for who takes part online. */
export function roomOf({ event, registration, session }: OwnWorkshop): string {
  const place = placeOf(event, registration.attendance)
  return registration.attendance === 'online' ? '' : [session.room, place].filter(Boolean).join(', ')
}

/** It does not take place, or nothing of its event does. */
export function isOff({ event, session }: Pick<OwnWorkshop, 'event' | 'session'>): boolean {
  return event.cancelledAt !== null || session.cancelledAt !== null
}

/** Whether somebody has a place there: in the workshop, and at the event. */
export function hasPlace(workshop: OwnWorkshop): boolean {
  return choiceToldNow(workshop).status === 'confirmed'
}

/** What a mail about it that is written now tells. */
export function choiceToldNow(workshop: OwnWorkshop): Told {
  const { event, registration, session } = workshop
  const status = statusOf(workshop)
  return {
    status,
    sequence: choiceSequenceOf(workshop),
    localStart: session.localStart,
    timeZone: event.timeZone,
    durationMinutes: session.durationMinutes,
    presence: registration.attendance,
    place: roomOf(workshop),
    door: status === 'confirmed' && registration.attendance === 'online' ? registration.doorVersion : 0,
  }
}

/** Who waits for a place at the event has none in a workshop; a second choice that is not needed is none. */
function statusOf({ event, registration, session, choice }: OwnWorkshop): Told['status'] {
  if (isOff({ event, session })) return 'event_cancelled'
  if (choice.status === 'spare') return 'cancelled'
  return choice.status === 'confirmed' ? registration.status : choice.status
}

/** A workshop somebody chose; NotFound if there is none. */
export function getOwnWorkshop(db: Db, choiceId: number): OwnWorkshop {
  const chosen = byId(db).get({ id: choiceId })
  if (!chosen) throw new NotFound('choice')
  return {
    ...chosen,
    event: getEvent(db, chosen.session.eventId),
    registration: getRegistration(db, chosen.choice.registrationId),
  }
}

/** Every workshop that somebody ever chose at an event, by time. */
export function listChosen(db: Db, { id }: Pick<Registration, 'id'>): Chosen[] {
  return ofRegistration(db).all({ id })
}

const chosen = (db: Db) =>
  db
    .select({ choice: choices, session: sessions, host: groups.name })
    .from(choices)
    .innerJoin(sessions, eq(sessions.id, choices.sessionId))
    .leftJoin(groups, eq(groups.id, sessions.groupId))
const byId = prepared(db =>
  chosen(db)
    .where(eq(choices.id, sql.placeholder('id')))
    .prepare(),
)
const ofRegistration = prepared(db =>
  chosen(db)
    .where(eq(choices.registrationId, sql.placeholder('id')))
    .orderBy(asc(sessions.localStart), asc(choices.id))
    .prepare(),
)

/** One that never was, for a mail about it to be shown with; it began half an hour earlier when they last heard of it. */
export function exampleWorkshop(
  { event, registration }: Pick<OwnWorkshop, 'event' | 'registration'>,
  { title, room }: Pick<SessionRecord, 'title' | 'room'>,
  now: Temporal.Instant,
): OwnWorkshop {
  const { id: eventId, localStart, durationMinutes } = event
  const half = Math.floor(durationMinutes / 2)
  const session: SessionRecord = {
    ...{ id: 0, uid: randomUUID(), eventId, kind: 'workshop', round: 1, title, room, summary: '', speakers: [] },
    ...{ capacity: null, groupId: null, isLearning: true, sequence: 0, revisedAt: now, cancelledAt: null },
    ...{ localStart, durationMinutes: Math.max(1, half) },
  }
  const place = { registrationId: registration.id, sessionId: 0, round: 1, rank: 1, queueNumber: 1 }
  const choice: Choice = {
    id: 0,
    ...place,
    status: 'confirmed',
    sequence: 0,
    revisedAt: now,
    createdAt: now,
    told: null,
  }
  const workshop = { event, registration, session, choice, host: null }
  const earlier = Temporal.PlainDateTime.from(localStart).subtract({ minutes: 30 }).toString({ smallestUnit: 'minute' })
  return { ...workshop, choice: { ...choice, told: { ...choiceToldNow(workshop), localStart: earlier } } }
}
