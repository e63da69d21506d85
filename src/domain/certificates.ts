// A certificate says that somebody was at an event and how long they learned there. It is no row: it is what is true of a
// registration at this moment, so a correction of attendance corrects every certificate. What an organiser decides is a row.
import { and, eq, isNotNull, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { among, prepared } from '#db/prepared.ts'
import { certificates, choices, registrations } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import { type Accreditation, listAccreditations, type NewAccreditation, setAccreditations } from './accreditations.ts'
import { auditEvent } from './audit.ts'
import { type Event, listSessions } from './events.ts'
import { type Learned, type Lessons, learnedBy, lessonsIn } from './learning-minutes.ts'
import { isCounted, type Registration } from './registrations.ts'
import { refuseSecrets } from './secrets.ts'

type Row = typeof certificates.$inferSelect
/** What an organiser decides about the certificates of an event. */
export type CertificateTerms = Pick<Row, 'givenAt' | 'signer' | 'pauseMinutes'>

export const NO_TERMS: CertificateTerms = { givenAt: null, signer: '', pauseMinutes: 0 }

export function termsOf(db: Db, { id }: Pick<Event, 'id'>): CertificateTerms {
  return termsFor(db).get({ eventId: id }) ?? NO_TERMS
}

const termsFor = prepared(db =>
  db
    .select({ givenAt: certificates.givenAt, signer: certificates.signer, pauseMinutes: certificates.pauseMinutes })
    .from(certificates)
    .where(eq(certificates.eventId, sql.placeholder('eventId')))
    .prepare(),
)

export interface WantedTerms extends Pick<Row, 'signer' | 'pauseMinutes'> {
  areGiven: boolean
  accreditations: NewAccreditation[]
}

/**
 * Whether certificates are given, and what they say: on those that were fetched before as well, since their page says what is
 * true now. Those that are given stay given since the moment they first were.
 */
export function setTerms(
  tx: Tx,
  event: Event,
  { areGiven, signer, pauseMinutes, accreditations }: WantedTerms,
  organiserId: number | null,
  now: Temporal.Instant,
): void {
  refuseSecrets([['signer', signer]], event.roomUrl, event.hostUrl)
  const givenAt = areGiven ? (termsOf(tx, event).givenAt ?? now) : null
  const terms = { signer, pauseMinutes, givenAt }
  tx.insert(certificates)
    .values({ eventId: event.id, ...terms })
    .onConflictDoUpdate({ target: certificates.eventId, set: terms })
    .run()
  setAccreditations(tx, event.id, accreditations)
  auditEvent(tx, 'certificates_set', event, { organiserId }, now)
}

/** The same for an event made after another: who signs, and what its pauses take. Numbers of registers are of one event. */
export function copyTerms(tx: Tx, from: Event, to: Event, now: Temporal.Instant): void {
  const terms = termsFor(tx).get({ eventId: from.id })
  if (terms)
    tx.insert(certificates)
      .values({ ...terms, givenAt: terms.givenAt && now, eventId: to.id })
      .run()
}

/** Whether it was noted of anybody who was there. Until then nobody can be said to have stayed away. */
function isAttendanceKept(db: Db, { id }: Event): boolean {
  return seenAt(db).get({ eventId: id }) !== undefined
}

const seenAt = prepared(db =>
  db
    .select({ id: registrations.id })
    .from(registrations)
    .where(and(eq(registrations.eventId, sql.placeholder('eventId')), isNotNull(registrations.attendedAt)))
    .limit(1)
    .prepare(),
)

/** What counts at an event, read once for all of its people. */
export function lessonsOf(db: Db, event: Event): Lessons {
  return lessonsIn(event, listSessions(db, event.id), termsOf(db, event).pauseMinutes)
}

/** Who it is about, as far as it decides how long they learned. */
type Present = Pick<Registration, 'id' | 'attendedAt' | 'attendedMinutes'>
const NO_WORKSHOPS: ReadonlySet<number> = new Set()

/** How long each of these people learned there, by registration. */
export function learnedByAll(db: Db, lessons: Lessons, list: Present[]): Map<number, Learned> {
  const rows = placesAmong(db).all({ ids: JSON.stringify(list.map(({ id }) => id)) })
  const workshops = Map.groupBy(rows, ({ registrationId }) => registrationId)
  return new Map(
    list.map(one => {
      const mine = workshops.get(one.id)
      const workshopIds = mine ? new Set(mine.map(({ sessionId }) => sessionId)) : NO_WORKSHOPS
      return [one.id, learnedBy(lessons, { ...one, workshopIds })]
    }),
  )
}

const placesAmong = prepared(db =>
  db
    .select({ registrationId: choices.registrationId, sessionId: choices.sessionId })
    .from(choices)
    .where(and(sql`${choices.registrationId} in ${among('ids')}`, eq(choices.status, 'confirmed')))
    .prepare(),
)

/** Everybody who learned something there, and how long they did together. */
export function sumLearned(db: Db, event: Event): { people: number; minutes: number } {
  const learned = learnedByAll(db, lessonsOf(db, event), presentAt(db).all({ eventId: event.id }))
  const minutes = [...learned.values()].map(one => one.minutes).filter(one => one > 0)
  return { people: minutes.length, minutes: minutes.reduce((sum, one) => sum + one, 0) }
}

const presentAt = prepared(db =>
  db
    .select({
      id: registrations.id,
      attendedAt: registrations.attendedAt,
      attendedMinutes: registrations.attendedMinutes,
    })
    .from(registrations)
    .where(
      and(
        eq(registrations.eventId, sql.placeholder('eventId')),
        eq(registrations.status, 'confirmed'),
        isNotNull(registrations.attendedAt),
        isCounted,
      ),
    )
    .prepare(),
)

/** A certificate, as far as it does not stand on the event or the registration. */
export interface Certificate extends Learned {
  accreditations: Accreditation[]
  signer: string
}

/**
 * Why there is none: the event gives none, or this person came for something else; it is not over; nobody has said yet who was
 * there; they were not seen; or nothing they were at counts as learning.
 */
export type NoCertificate = 'none' | 'early' | 'not_known' | 'not_seen' | 'nothing'

/** Somebody's certificate as it is true now, or why there is none. */
export function certificateOf(
  db: Db,
  event: Event,
  registration: Registration,
  now: Temporal.Instant,
): Certificate | NoCertificate {
  const { givenAt, signer } = termsOf(db, event)
  const { status, part, mergedIntoId } = registration
  if (!givenAt || event.cancelledAt || status !== 'confirmed' || part !== null || mergedIntoId) return 'none'
  if (isBefore(now, event.endsAt)) return 'early'
  if (!registration.attendedAt) return isAttendanceKept(db, event) ? 'not_seen' : 'not_known'
  const learned = learnedByAll(db, lessonsOf(db, event), [registration]).get(registration.id)
  if (!learned?.minutes) return 'nothing'
  return { ...learned, signer, accreditations: listAccreditations(db, event.id) }
}

/** The registration a certificate's number leads to: the one that goes on, where two or more of one person became one. */
export function findCertified(db: Db, id: number): Registration | undefined {
  const found = db.select().from(registrations).where(eq(registrations.id, id)).get()
  return found?.mergedIntoId ? findCertified(db, found.mergedIntoId) : found
}

/** Who was there nearly all the time gets a register's points; of a shorter stay it has the minutes to judge by. */
const ENOUGH = 0.9

/** What a register gives for so much learning; nothing if it did not say, or if somebody missed too much. */
export function pointsFor({ points }: Pick<Accreditation, 'points'>, { minutes, offered }: Learned): number | null {
  return minutes > 0 && minutes >= offered * ENOUGH ? points : null
}
