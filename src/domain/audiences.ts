// Who of an event gets a mail with an organiser's own words: the attendees of one audience whom mail reaches. Speakers and
// hosts are no attendees. One condition serves the count on a page, the release and the look at the moment of sending.
import { and, asc, eq, inArray, isNotNull, isNull, like, not, or, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { given, prepared } from '#db/prepared.ts'
import { AUDIENCES, mailings, messages, type PURPOSES, people, registrations } from '#db/schema.ts'
import { fold } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import { isAttendee, type Registration } from './registrations.ts'

export type Audience = (typeof AUDIENCES)[number]
export type Purpose = (typeof PURPOSES)[number]

/** Whom a mail is for, and what it is for. */
export interface Addressed {
  audience: Audience
  purpose: Purpose
}

/**
 * Before it begins nobody can be absent; once it is over a mail is one that people may have said no to. The mail that follows up
 * on an event reaches each person once, and calls nobody absent where nobody was seen: there it is for everybody with a place.
 */
interface Ground {
  hasBegun: SQL
  isOver: SQL
  followsUp: SQL
  anySeen: SQL
  /** Whoever had one is left out: not at the moment at which that very mail is looked at again. */
  isFirst: SQL
}

function groundOf(db: Db, event: Event, purpose: Purpose, now: Temporal.Instant, isNew: boolean) {
  const followsUp = purpose === 'follow_up'
  const facts = {
    hasBegun: hasBegun(event, now),
    isOver: followsUp || isFollowUp(event, now),
    followsUp,
    anySeen: followsUp && isAnySeen(db, event.id),
    isFirst: followsUp && isNew,
  }
  return Object.fromEntries(Object.entries(facts).map(([name, is]) => [name, is ? 1 : 0])) as Record<
    keyof Ground,
    0 | 1
  >
}

/** Whether anybody was seen at an event: until then nobody knows who was there. */
export function isAnySeen(db: Db, eventId: number): boolean {
  return seen(db).get({ eventId }) !== undefined
}

const seen = prepared(db =>
  db
    .select({ id: registrations.id })
    .from(registrations)
    .where(
      and(
        eq(registrations.eventId, sql.placeholder('eventId')),
        eq(registrations.status, 'confirmed'),
        isAttendee,
        isNotNull(registrations.attendedAt),
      ),
    )
    .limit(1)
    .prepare(),
)

/** A mail after an event is one that people may be rid of, as they are of its reminders. */
export function isFollowUp(event: Event, now: Temporal.Instant): boolean {
  return !isBefore(now, event.endsAt)
}

/** Nobody can be absent from what has not begun. */
export function hasBegun(event: Event, now: Temporal.Instant): boolean {
  return !isBefore(now, event.startsAt)
}

function belongsTo(audience: Audience, ground: Ground): SQL | undefined {
  const isConfirmed = eq(registrations.status, 'confirmed')
  const members: Record<Audience, SQL | undefined> = {
    all: inArray(registrations.status, ['confirmed', 'waitlisted']),
    confirmed: and(isConfirmed, sql`(not ${ground.followsUp} or not ${ground.anySeen})`),
    waiting: eq(registrations.status, 'waitlisted'),
    attended: and(isConfirmed, isNotNull(registrations.attendedAt)),
    absent: and(
      isConfirmed,
      isNull(registrations.attendedAt),
      ground.hasBegun,
      sql`(not ${ground.followsUp} or ${ground.anySeen})`,
    ),
  }
  return and(isAttendee, members[audience])
}

/** Has an address that works, did not say no to what comes after, and has not had it. */
function isReached({ isOver, isFirst }: Ground): SQL | undefined {
  const isWilling = and(isNull(registrations.remindersStoppedAt), isNull(people.remindersStoppedAt))
  // Called back, or not theirs after all, is not had.
  const hadIt = sql`exists (select 1 from ${messages} m join ${mailings} f on f.id = m.mailing_id
    where m.registration_id = ${registrations.id} and m.state <> 'dropped' and f.purpose = 'follow_up')`
  return and(
    isNotNull(people.email),
    isNull(people.undeliverableAt),
    or(not(isOver), isWilling),
    sql`(not ${isFirst} or not ${hadIt})`,
  )
}

/** How many belong to an audience, and how many of them a mail would reach. */
export interface Reach {
  people: number
  reached: number
}

/** Every audience of an event as it is now, counted in one pass, for a mail of this purpose. */
export function countAudiences(
  db: Db,
  event: Event,
  now: Temporal.Instant,
  purpose: Purpose = 'letter',
): Record<Audience, Reach> {
  const row = counts(db).get({ eventId: event.id, ...groundOf(db, event, purpose, now, true) })
  const of = (name: string) => Number(row?.[name] ?? 0)
  return Object.fromEntries(
    AUDIENCES.map(audience => [audience, { people: of(audience), reached: of(`${audience} reached`) }]),
  ) as Record<Audience, Reach>
}

const GIVEN: Ground = {
  hasBegun: given('hasBegun'),
  isOver: given('isOver'),
  followsUp: given('followsUp'),
  anySeen: given('anySeen'),
  isFirst: given('isFirst'),
}
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
export function listRecipients(
  db: Db,
  event: Event,
  { audience, purpose }: Addressed,
  now: Temporal.Instant,
): Recipient[] {
  const ground = at(db, event, purpose, now)
  const { id, eventId, personId, locale } = registrations
  return db
    .select({ id, eventId, personId, locale, email: sql<string>`${people.email}` })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(and(eq(eventId, event.id), belongsTo(audience, ground), isReached(ground)))
    .orderBy(asc(registrations.queueNumber))
    .all()
}

function at(db: Db, event: Event, purpose: Purpose, now: Temporal.Instant): Ground {
  const facts = Object.entries(groundOf(db, event, purpose, now, true))
  return Object.fromEntries(facts.map(([name, is]) => [name, sql`${is}`])) as unknown as Ground
}

/**
 * Whether somebody is still among those a mail goes to. One that left for everybody with a place, since nobody was seen, is for
 * them also when it comes out later who was there: the texts for who was and who was not have had their turn.
 */
export function isRecipient(
  db: Db,
  event: Event,
  { audience, purpose }: Addressed,
  registrationId: number,
  now: Temporal.Instant,
): boolean {
  const ground = groundOf(db, event, purpose, now, false)
  const anySeen = audience === 'confirmed' ? 0 : ground.anySeen
  return membership[audience](db).get({ id: registrationId, ...ground, anySeen }) !== undefined
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
  why: 'no_address' | 'undeliverable' | 'stopped' | 'had_it'
}

/** The first of those whom a mail to this audience does not reach. */
export function listMissed(
  db: Db,
  event: Event,
  { audience, purpose }: Addressed,
  now: Temporal.Instant,
  limit: number,
): Missed[] {
  const ground = at(db, event, purpose, now)
  const why = sql<Missed['why']>`case when ${people.email} is null then 'no_address'
    when ${people.undeliverableAt} is not null then 'undeliverable'
    when ${registrations.remindersStoppedAt} is not null or ${people.remindersStoppedAt} is not null then 'stopped'
    else 'had_it' end`
  const reached = isReached(ground) ?? sql`1`
  return db
    .select({ id: registrations.id, name: registrations.name, why })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(and(eq(registrations.eventId, event.id), belongsTo(audience, ground), not(reached)))
    .orderBy(asc(registrations.queueNumber))
    .limit(limit)
    .all()
}

/** Some of those a mail reaches, by name, to look at it with their eyes. */
export function listReaders(
  db: Db,
  event: Event,
  { audience, purpose }: Addressed,
  q: string,
  now: Temporal.Instant,
  limit: number,
): Registration[] {
  const ground = at(db, event, purpose, now)
  return db
    .select({ registration: registrations })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(
      and(
        eq(registrations.eventId, event.id),
        belongsTo(audience, ground),
        isReached(ground),
        q ? like(sql`fold(${registrations.name})`, `%${fold(q)}%`) : undefined,
      ),
    )
    .orderBy(asc(registrations.queueNumber))
    .limit(limit)
    .all()
    .map(row => row.registration)
}
