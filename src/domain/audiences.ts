// Who of an event gets a mail with an organiser's own words: the attendees of one audience whom mail reaches. Speakers and
// hosts are no attendees. One condition serves the count on a page, the release and the look at the moment of sending.
import { and, asc, eq, inArray, isNotNull, isNull, like, not, or, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { given, prepared } from '#db/prepared.ts'
import { AUDIENCES, people, registrations } from '#db/schema.ts'
import { fold } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import { isAttendee, type Registration } from './registrations.ts'

export type Audience = (typeof AUDIENCES)[number]

/** Before it begins nobody can be absent; once it is over a mail is a follow-up, which people may have said no to. */
interface Clock {
  hasBegun: SQL
  isOver: SQL
}

function clockOf(event: Event, now: Temporal.Instant) {
  return { hasBegun: isBefore(now, event.startsAt) ? 0 : 1, isOver: isFollowUp(event, now) ? 1 : 0 }
}

/** A mail after an event is one that people may be rid of, as they are of its reminders. */
export function isFollowUp(event: Event, now: Temporal.Instant): boolean {
  return !isBefore(now, event.endsAt)
}

/** Nobody can be absent from what has not begun. */
export function hasBegun(event: Event, now: Temporal.Instant): boolean {
  return !isBefore(now, event.startsAt)
}

function belongsTo(audience: Audience, clock: Clock): SQL | undefined {
  const isConfirmed = eq(registrations.status, 'confirmed')
  const members: Record<Audience, SQL | undefined> = {
    all: inArray(registrations.status, ['confirmed', 'waitlisted']),
    confirmed: isConfirmed,
    waiting: eq(registrations.status, 'waitlisted'),
    attended: and(isConfirmed, isNotNull(registrations.attendedAt)),
    absent: and(isConfirmed, isNull(registrations.attendedAt), clock.hasBegun),
  }
  return and(isAttendee, members[audience])
}

/** Has an address that works, and did not say no to what comes after. */
function isReached({ isOver }: Clock): SQL | undefined {
  const isWilling = and(isNull(registrations.remindersStoppedAt), isNull(people.remindersStoppedAt))
  return and(isNotNull(people.email), isNull(people.undeliverableAt), or(not(isOver), isWilling))
}

/** How many belong to an audience, and how many of them a mail would reach. */
export interface Reach {
  people: number
  reached: number
}

/** Every audience of an event as it is now, counted in one pass. */
export function countAudiences(db: Db, event: Event, now: Temporal.Instant): Record<Audience, Reach> {
  const row = counts(db).get({ eventId: event.id, ...clockOf(event, now) })
  const of = (name: string) => Number(row?.[name] ?? 0)
  return Object.fromEntries(
    AUDIENCES.map(audience => [audience, { people: of(audience), reached: of(`${audience} reached`) }]),
  ) as Record<Audience, Reach>
}

const GIVEN: Clock = { hasBegun: given('hasBegun'), isOver: given('isOver') }
const isOfEvent = eq(registrations.eventId, sql.placeholder('eventId'))
const total = (where: SQL | undefined) => sql<number>`sum(case when ${where} then 1 else 0 end)`

const counts = prepared(db => {
  const columns = AUDIENCES.flatMap((audience): [string, SQL<number>][] => [
    [audience, total(belongsTo(audience, GIVEN))],
    [`${audience} reached`, total(and(belongsTo(audience, GIVEN), isReached(GIVEN)))],
  ])
  return db
    .select(Object.fromEntries(columns))
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(isOfEvent)
    .prepare()
})

type Recipient = Pick<Registration, 'id' | 'eventId' | 'personId' | 'locale'> & { email: string }

/** Everybody a mail to this audience goes to now, in order of arrival. For the release only: no page shows them all. */
export function listRecipients(db: Db, event: Event, audience: Audience, now: Temporal.Instant): Recipient[] {
  const { id, eventId, personId, locale } = registrations
  return db
    .select({ id, eventId, personId, locale, email: sql<string>`${people.email}` })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(and(eq(eventId, event.id), belongsTo(audience, at(event, now)), isReached(at(event, now))))
    .orderBy(asc(registrations.queueNumber))
    .all()
}

function at(event: Event, now: Temporal.Instant): Clock {
  const { hasBegun, isOver } = clockOf(event, now)
  return { hasBegun: sql`${hasBegun}`, isOver: sql`${isOver}` }
}

/** Whether somebody is still among those a mail goes to. */
export function isRecipient(
  db: Db,
  event: Event,
  audience: Audience,
  registrationId: number,
  now: Temporal.Instant,
): boolean {
  return membership[audience](db).get({ id: registrationId, ...clockOf(event, now) }) !== undefined
}

function membershipOf(audience: Audience) {
  return prepared(db =>
    db
      .select({ id: registrations.id })
      .from(registrations)
      .innerJoin(people, eq(people.id, registrations.personId))
      .where(and(eq(registrations.id, sql.placeholder('id')), belongsTo(audience, GIVEN), isReached(GIVEN)))
      .prepare(),
  )
}

const membership: Record<Audience, ReturnType<typeof membershipOf>> = {
  all: membershipOf('all'),
  confirmed: membershipOf('confirmed'),
  waiting: membershipOf('waiting'),
  attended: membershipOf('attended'),
  absent: membershipOf('absent'),
}

/** Somebody of an audience whom a mail does not reach, and why. */
export interface Missed {
  id: number
  name: string
  why: 'no_address' | 'undeliverable' | 'stopped'
}

/** The first of those whom a mail to this audience does not reach. */
export function listMissed(db: Db, event: Event, audience: Audience, now: Temporal.Instant, limit: number): Missed[] {
  const clock = at(event, now)
  const why = sql<Missed['why']>`case when ${people.email} is null then 'no_address'
    when ${people.undeliverableAt} is not null then 'undeliverable' else 'stopped' end`
  const reached = isReached(clock) ?? sql`1`
  return db
    .select({ id: registrations.id, name: registrations.name, why })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(and(eq(registrations.eventId, event.id), belongsTo(audience, clock), not(reached)))
    .orderBy(asc(registrations.queueNumber))
    .limit(limit)
    .all()
}

/** Some of those a mail reaches, by name, to look at it with their eyes. */
export function listReaders(
  db: Db,
  event: Event,
  audience: Audience,
  q: string,
  now: Temporal.Instant,
  limit: number,
): Registration[] {
  const clock = at(event, now)
  return db
    .select({ registration: registrations })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(
      and(
        eq(registrations.eventId, event.id),
        belongsTo(audience, clock),
        isReached(clock),
        q ? like(sql`fold(${registrations.name})`, `%${fold(q)}%`) : undefined,
      ),
    )
    .orderBy(asc(registrations.queueNumber))
    .limit(limit)
    .all()
    .map(row => row.registration)
}
