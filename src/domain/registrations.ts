// One person's place at one event, as a record. Who stands on a list is in `attendees`, who was there in `check-ins`, what people
// do with it in `registering`.
import { countRows } from '#db/count.ts'
import { and, eq, isNotNull, isNull, lt, or, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { type PARTS, type ROLES, registrations, type STATUSES } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import type { Event } from './events.ts'
import type { Person } from './people.ts'

export type Registration = typeof registrations.$inferSelect
export type Status = (typeof STATUSES)[number]
export type Role = (typeof ROLES)[number]
/** What somebody does at an event, besides being there. */
export type Part = (typeof PARTS)[number]

/** No pending no. What was answered stays beside it, so that the same answer is never taken for a new one. */
export const NOT_DECLINED = { declinedAt: null, freesAt: null }

/** Comes to take part, and no more. */
export const NO_PART = { part: null, partConfirmedAt: null }

/** Somebody asked to come, and waits for an organiser's yes rather than for a place. */
export function isRequest({ status, approvalAskedAt, approvedAt }: Registration): boolean {
  return status === 'waitlisted' && approvalAskedAt !== null && approvedAt === null
}

/** The same as a condition: who waits for a place, and not for a yes. */
export const isInQueue = and(
  eq(registrations.status, 'waitlisted'),
  or(isNull(registrations.approvalAskedAt), isNotNull(registrations.approvedAt)),
)

/** As a condition: comes to take part. Whoever speaks or hosts takes nobody's place and is no attendee to count. */
export const isAttendee = isNull(registrations.part)

/** An attendee to count: once, also who stood on the list twice. */
export const isCounted = and(isAttendee, isNull(registrations.mergedIntoId))

/** A mail of ours put an entry in their calendar, and none took them off the list since. */
export function hasEntry({ told }: Pick<Registration, 'told'>): boolean {
  return told !== null && !told.uninvited && (told.status === 'confirmed' || told.status === 'event_cancelled')
}

/** Mails about it hold an entry for their calendar. An entry that is there is kept right, whatever they follow by now. */
export function isInvited(registration: Pick<Registration, 'told' | 'feedOnlySince'>): boolean {
  return registration.feedOnlySince === null || hasEntry(registration)
}

/** Nothing of what was answered. */
export const NO_ANSWER = { reply: null, replySequence: null, repliedAt: null, ...NOT_DECLINED }

const ofPerson = prepared(db =>
  db
    .select()
    .from(registrations)
    .where(
      and(
        eq(registrations.eventId, sql.placeholder('eventId')),
        eq(registrations.personId, sql.placeholder('personId')),
      ),
    )
    .prepare(),
)

export function update(
  tx: Tx,
  registration: Registration,
  values: Partial<typeof registrations.$inferInsert>,
): Registration {
  return tx.update(registrations).set(values).where(eq(registrations.id, registration.id)).returning().get()
}

export function getRegistration(db: Db, id: number): Registration {
  const registration = byId(db).get({ id })
  if (!registration) throw new NotFound('registration')
  return registration
}

const byId = prepared(db =>
  db
    .select()
    .from(registrations)
    .where(eq(registrations.id, sql.placeholder('id')))
    .prepare(),
)

/** The registration a signed link names, as long as the link has not been rotated. */
export function findRegistrationByLink(
  db: Db,
  link: { id: number; version: number } | undefined,
  which: 'link' | 'door' = 'link',
): Registration | undefined {
  const version = which === 'link' ? registrations.linkVersion : registrations.doorVersion
  return (
    link &&
    db
      .select()
      .from(registrations)
      .where(and(eq(registrations.id, link.id), eq(version, link.version)))
      .get()
  )
}

export function getRegistrationByLink(...[db, link, which]: Parameters<typeof findRegistrationByLink>): Registration {
  const found = findRegistrationByLink(db, link, which)
  if (!found) throw new NotFound('registration')
  return found
}

export function findRegistrationOf(db: Db, event: Event, person: Person): Registration | undefined {
  return ofPerson(db).get({ eventId: event.id, personId: person.id })
}

/** How many stand before somebody on the waiting list, plus one. */
export function waitingPosition(db: Db, { eventId, attendance, queueNumber }: Registration): number {
  const before = and(
    eq(registrations.eventId, eventId),
    isInQueue,
    eq(registrations.attendance, attendance),
    lt(registrations.queueNumber, queueNumber),
  )
  return countRows(db, registrations, before) + 1
}
