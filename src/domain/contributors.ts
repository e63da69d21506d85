// Who speaks at an event or hosts it: finding them, and what each has answered. A contributor is a registration with a part:
// it has an invite like every other, and takes no place. What is done with one stands in `contributing`.
import { countRows } from '#db/count.ts'
import { and, asc, eq, gt, inArray, isNotNull, isNull, ne, or } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, people, registrations } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { fold } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import { areMine, getRegistrationWith, type Organiser, type Right } from './organisers.ts'
import type { Part, Registration } from './registrations.ts'

export type Contributor = Registration & { part: Part }

/** What somebody has said to the question whether they do it. */
export type Said =
  /** Nothing yet. */
  | 'nothing'
  | 'yes'
  /** Yes, but to a time that is no longer true. */
  | 'yes_before_move'
  /** No, in their calendar: a hint that only people act on. */
  | 'no_in_calendar'
  | 'no'

/** What they said of this event last, however they said it; a yes from before a move is told apart. */
export function saidBy(event: Event, registration: Registration): Said {
  const { status, declinedAt, partConfirmedAt } = registration
  if (status === 'cancelled') return 'no'
  if (declinedAt) return 'no_in_calendar'
  if (!partConfirmedAt) return 'nothing'
  return event.movedAt && isBefore(partConfirmedAt, event.movedAt) ? 'yes_before_move' : 'yes'
}

export function isContributor(registration: Registration): registration is Contributor {
  return registration.part !== null
}

/** Whoever an organiser took off the list is nobody's business any more. Whoever said no themselves stays to be seen. */
const isListed = and(
  isNotNull(registrations.part),
  or(ne(registrations.status, 'cancelled'), eq(registrations.cancelledBy, 'attendee')),
)

export interface ListedContributor {
  registration: Contributor
  email: string | null
  /** Mail to their address comes back. */
  isUndeliverable: boolean
}

/** Everybody who was asked for an event, in the order in which they were. */
export function listContributors(db: Db, { id }: Pick<Event, 'id'>): ListedContributor[] {
  return db
    .select({ registration: registrations, email: people.email, undeliverableAt: people.undeliverableAt })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(and(eq(registrations.eventId, id), isListed))
    .orderBy(asc(registrations.queueNumber))
    .all()
    .flatMap(({ registration, email, undeliverableAt }) =>
      isContributor(registration) ? [{ registration, email, isUndeliverable: undeliverableAt !== null }] : [],
    )
}

/** Whether somebody expects to speak at an event or host it, and so has it in their calendar. */
export function hasContributors(db: Db, { id }: Pick<Event, 'id'>): boolean {
  const isExpected = and(
    eq(registrations.eventId, id),
    isNotNull(registrations.part),
    ne(registrations.status, 'cancelled'),
  )
  return countRows(db, registrations, isExpected) > 0
}

/** One of them with their event, if this organiser has the right; NotFound for somebody who only attends. */
export function getContributorWith(
  db: Db,
  organiser: Organiser,
  right: Right,
  id: number,
): { contributor: Contributor; event: Event } {
  const { registration, event } = getRegistrationWith(db, organiser, right, id)
  const isGone = registration.status === 'cancelled' && registration.cancelledBy !== 'attendee'
  if (!isContributor(registration) || isGone) throw new NotFound('contributor')
  return { contributor: registration, event }
}

/** Whether the page of an event names somebody among its speakers, with or without more beside the name. */
export function isOnPage({ speakers }: Pick<Event, 'speakers'>, name: string): boolean {
  return speakers.some(line => fold(line).includes(fold(name)))
}

/** Who said no, or whose calendar did, for a coming event of this organiser's: the first event first. */
export function listRefusals(
  db: Db,
  organiser: Organiser,
  now: Temporal.Instant,
): { contributor: Contributor; event: Event }[] {
  const saidNo = or(eq(registrations.status, 'cancelled'), isNotNull(registrations.declinedAt))
  const isComing = gt(events.startsAt, now)
  // Two indexes know who said no to what is coming; only for those few the event itself is looked at.
  const refusals = db
    .select({ id: registrations.id })
    .from(events)
    .crossJoin(registrations)
    .where(and(isComing, eq(registrations.eventId, events.id), isListed, saidNo))
  return db
    .select({ registration: registrations, event: events })
    .from(registrations)
    .innerJoin(events, eq(events.id, registrations.eventId))
    .where(and(inArray(registrations.id, refusals), isNull(events.cancelledAt), areMine(organiser, 'organiser')))
    .orderBy(asc(events.startsAt), asc(registrations.queueNumber))
    .limit(MOST_REFUSALS)
    .all()
    .flatMap(({ registration, event }) => (isContributor(registration) ? [{ contributor: registration, event }] : []))
}

const MOST_REFUSALS = 10
