// Somebody's part in a whole series, as a record. What people do with it stands in `enrolling`, which mail is due about it in
// `series-telling`. Their place at each event is a registration like any other, that names the enrolment.
import { and, asc, desc, eq, gt, isNotNull, isNull, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { enrolments, events, registrations, series } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import type { Event } from './events.ts'
import type { Registration } from './registrations.ts'
import type { Series } from './series.ts'

export type Enrolment = typeof enrolments.$inferSelect

/** A date of an enrolment: the place, and where. */
export interface Place {
  registration: Registration
  event: Event
}

export function findEnrolment(db: Db, id: number): Enrolment | undefined {
  return byId(db).get({ id })
}

const byId = prepared(db =>
  db
    .select()
    .from(enrolments)
    .where(eq(enrolments.id, sql.placeholder('id')))
    .prepare(),
)

export function getEnrolment(db: Db, id: number): Enrolment {
  const enrolment = findEnrolment(db, id)
  if (!enrolment) throw new NotFound('enrolment')
  return enrolment
}

/** The enrolment a signed link names, as long as the link has not been rotated. */
export function getEnrolmentByLink(db: Db, link: { id: number; version: number } | undefined): Enrolment {
  const enrolment = link && findEnrolment(db, link.id)
  if (!enrolment || enrolment.linkVersion !== link.version) throw new NotFound('enrolment')
  return enrolment
}

export function findEnrolmentOf(
  db: Db,
  { id: seriesId }: Pick<Series, 'id'>,
  { id: personId }: { id: number },
): Enrolment | undefined {
  return ofPerson(db).get({ seriesId, personId })
}

const ofPerson = prepared(db =>
  db
    .select()
    .from(enrolments)
    .where(
      and(eq(enrolments.seriesId, sql.placeholder('seriesId')), eq(enrolments.personId, sql.placeholder('personId'))),
    )
    .prepare(),
)

export function updateEnrolment(
  tx: Tx,
  { id }: Pick<Enrolment, 'id'>,
  values: Partial<typeof enrolments.$inferInsert>,
): Enrolment {
  return tx.update(enrolments).set(values).where(eq(enrolments.id, id)).returning().get()
}

/** Of one person, with the series; the last one first. */
export function listEnrolmentsOf(db: Db, person: { id: number }): { enrolment: Enrolment; series: Series }[] {
  return db
    .select({ enrolment: enrolments, series })
    .from(enrolments)
    .innerJoin(series, eq(series.id, enrolments.seriesId))
    .where(eq(enrolments.personId, person.id))
    .orderBy(desc(enrolments.id))
    .all()
}

/** Everybody of a status in a series, by their turn. */
export function listEnrolled(db: Db, { id }: Pick<Series, 'id'>, status: Enrolment['status']): Enrolment[] {
  return db
    .select()
    .from(enrolments)
    .where(and(eq(enrolments.seriesId, id), eq(enrolments.status, status)))
    .orderBy(asc(enrolments.queueNumber))
    .all()
}

/** Place in the queue, from 1; 0 for who does not wait. */
export function turnOf(db: Db, { id, seriesId, status }: Enrolment): number {
  if (status !== 'waitlisted') return 0
  return listEnrolled(db, { id: seriesId }, 'waitlisted').findIndex(other => other.id === id) + 1
}

/** The dates of an enrolment, the first one first; without one that goes on with another address. */
export function listPlaces(db: Db, { id }: Pick<Enrolment, 'id'>): Place[] {
  return db
    .select({ registration: registrations, event: events })
    .from(registrations)
    .innerJoin(events, eq(events.id, registrations.eventId))
    .where(and(eq(registrations.enrolmentId, id), isNull(registrations.mergedIntoId)))
    .orderBy(asc(events.startsAt), asc(events.id))
    .all()
}

/** The events of a series that somebody who joins now takes part in: published, to begin, and going on. */
export function listDatesToCome(db: Db, { id }: Pick<Series, 'id'>, now: Temporal.Instant): Event[] {
  const isOn = and(isNotNull(events.publishedAt), isNull(events.cancelledAt), gt(events.startsAt, now))
  return db
    .select()
    .from(events)
    .where(and(eq(events.seriesId, id), isOn))
    .orderBy(asc(events.startsAt), asc(events.id))
    .all()
}
