// What somebody chose, as records. What people do with it stands in `choosing`, who gets a place in `placing`.
import { and, asc, eq, ne, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { type CHOICE_STATUSES, choices, sessions } from '#db/schema.ts'
import type { Event, Session } from './events.ts'
import type { Registration } from './registrations.ts'

export type Choice = typeof choices.$inferSelect
export type ChoiceStatus = (typeof CHOICE_STATUSES)[number]

/** Every row of a registration, also of what was chosen before and no longer is. */
export function listChoicesEver(db: Db, { id }: Pick<Registration, 'id'>): Choice[] {
  return ofRegistration(db).all({ registrationId: id })
}

/** What somebody wants now, by round and then by rank. */
export function listChoices(db: Db, registration: Pick<Registration, 'id'>): Choice[] {
  return listChoicesEver(db, registration).filter(({ status }) => status !== 'cancelled')
}

const ofRegistration = prepared(db =>
  db
    .select()
    .from(choices)
    .where(eq(choices.registrationId, sql.placeholder('registrationId')))
    .orderBy(asc(choices.round), asc(choices.rank), asc(choices.id))
    .prepare(),
)

/** Whether somebody has chosen a workshop, now or ever: then it is called off rather than removed. */
export function isEverChosen(db: Db, { id }: Pick<Session, 'id'>): boolean {
  return firstChoiceOf(db).get({ sessionId: id }) !== undefined
}

const firstChoiceOf = prepared(db =>
  db
    .select({ id: choices.id })
    .from(choices)
    .where(eq(choices.sessionId, sql.placeholder('sessionId')))
    .limit(1)
    .prepare(),
)

/** Whether anybody has chosen at an event: then how its places are given is settled. */
export function isAnyChosen(db: Db, { id }: Pick<Event, 'id'>): boolean {
  return firstChoiceAt(db).get({ eventId: id }) !== undefined
}

const firstChoiceAt = prepared(db =>
  db
    .select({ id: choices.id })
    .from(sessions)
    .innerJoin(choices, eq(choices.sessionId, sessions.id))
    .where(and(eq(sessions.eventId, sql.placeholder('eventId')), ne(choices.status, 'cancelled')))
    .limit(1)
    .prepare(),
)
