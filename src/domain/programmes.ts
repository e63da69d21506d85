// The programme of an event as organisers find it: one part of it by its id, and who chose that.
import { countRows } from '#db/count.ts'
import { and, eq, ne } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { choices, groups, sessions } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { type Event, listSessions, type Session } from './events.ts'
import { findEventWith, type Organiser, type Right } from './organisers.ts'
import { isAtOnce, type Times } from './session-times.ts'

/** A part of a programme and its event, if the organiser has the right there; NotFound otherwise. */
export function getSessionWith(
  db: Db,
  organiser: Organiser,
  right: Right,
  id: number,
): { session: Session; event: Event } {
  const session = findSession(db, id)
  const event = session && findEventWith(db, organiser, right, session.eventId)
  if (!event) throw new NotFound('session')
  return { session, event }
}

function findSession(db: Db, id: number): Session | undefined {
  const row = db
    .select()
    .from(sessions)
    .leftJoin(groups, eq(groups.id, sessions.groupId))
    .where(eq(sessions.id, id))
    .get()
  return row && { ...row.sessions, group: row.groups }
}

export function getSession(db: Db, id: number): Session {
  const session = findSession(db, id)
  if (!session) throw new NotFound('session')
  return session
}

/** What of a programme is to take place: what was cancelled stays on the page of the programme alone. */
export const takesPlace = ({ cancelledAt }: Pick<Session, 'cancelledAt'>) => cancelledAt === null

/** Whether people hold on to it, with or without a place. */
export function isChosen(db: Db, { id }: Pick<Session, 'id'>): boolean {
  const live = and(eq(choices.sessionId, id), ne(choices.status, 'cancelled'))
  return db.select({ id: choices.id }).from(choices).where(live).limit(1).get() !== undefined
}

/** How many have a place in it. */
export function countPlaced(db: Db, { id }: Pick<Session, 'id'>): number {
  return countRows(db, choices, and(eq(choices.sessionId, id), eq(choices.status, 'confirmed')))
}

/** Workshops of other rounds that somebody chose beside this one, and could not go to if it were at these times. */
export function clashesOf(db: Db, event: Event, session: Pick<Session, 'id' | 'round'>, times: Times): Session[] {
  const others = listSessions(db, event.id).filter(
    other =>
      other.id !== session.id && other.round !== session.round && takesPlace(other) && isAtOnce(other, times, event),
  )
  return others.filter(other => isPair(db, session, other))
}

function isPair(db: Db, one: Pick<Session, 'id'>, other: Pick<Session, 'id'>): boolean {
  const choosers = ({ id }: Pick<Session, 'id'>) =>
    db
      .select({ id: choices.registrationId })
      .from(choices)
      .where(and(eq(choices.sessionId, id), ne(choices.status, 'cancelled')))
      .all()
      .map(row => row.id)
  const both = new Set(choosers(other))
  return choosers(one).some(id => both.has(id))
}
