// Registering, cancelling, changing: status, place in the queue, outbox row and reminders commit together or not at all.
import { desc, eq, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { placeholders, prepared } from '#db/prepared.ts'
import { type CANCELLERS, registrations } from '#db/schema.ts'
import type { Locale } from '#src/i18n/index.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { type Answers, setAnswers } from './answers.ts'
import { choose, withdrawChoices } from './choosing.ts'
import { takeBack } from './declines.ts'
import { isOnlyWhole } from './enrolment-places.ts'
import { type Enrolment, findEnrolment } from './enrolments.ts'
import { canStillCome, type Event, getEvent, isOpenFor } from './events.ts'
import { useInvitation } from './invitees.ts'
import { enqueueAbout } from './outbox.ts'
import { findOrCreatePerson, findPersonById, type Person } from './people.ts'
import { outlookFor, type Presence, placesFor, presencesOf } from './places.ts'
import {
  findRegistrationOf,
  getRegistration,
  NO_PART,
  NOT_DECLINED,
  type Registration,
  type Role,
  type Status,
  update,
} from './registrations.ts'
import { dropReminders, planReminders } from './reminders.ts'
import { trustAfterRest } from './retrying.ts'
import { isInFlight } from './settling.ts'
import { writeSomething } from './silence.ts'
import { settle } from './telling.ts'
import { fillPlaces } from './waiting.ts'
import type { Wish } from './wishes.ts'
import { canChoose } from './workshops.ts'

/** What somebody fills in. `email` lower-cased, or null for somebody an organiser adds without an address. */
export interface Applicant {
  name: string
  email: string | null
  organisation: string
  role: Role
  attendance: Presence
  accessNeeds: string
  locale: Locale
  addedBy?: number
  /** As whom they were asked to come. */
  inviteeId?: number
  /** They take part in the whole series: it is one of its dates. */
  enrolment?: Enrolment
  /** To the extra questions of the form, where it was filled in. */
  answers?: Answers
  /** Which workshops they want, where they could choose. */
  wishes?: Wish[]
}

/**
 * Registers somebody: a place if there is one, the end of the waiting list if not. Registering twice changes nothing and
 * mails the confirmation once more (at most once an hour); it takes back a no from their calendar. Throws Refusal('closed')
 * when registration is over, or has not begun, Refusal('fully_booked') when all places are taken and nobody can wait, and
 * Refusal('series_only') for one date of a fixed group.
 */
export function register(tx: Tx, { id }: Pick<Event, 'id'>, applicant: Applicant, now: Temporal.Instant): Registration {
  // As it is now: between a page and its POST it may have been cancelled, moved or made smaller.
  const event = getEvent(tx, id)
  const presence = presencesOf(event).includes(applicant.attendance) ? applicant.attendance : presencesOf(event)[0]
  const isPutOn = applicant.addedBy !== undefined || applicant.enrolment !== undefined
  const isOpen = isPutOn ? canStillCome : isOpenFor
  if (!presence || !isOpen(event, presence, now)) throw new Refusal('closed')
  const person = personOf(tx, applicant, now)
  trustAfterRest(tx, person, now)
  const earlier = findRegistrationOf(tx, event, person)
  const enrolment = applicant.enrolment ?? enrolmentOf(tx, earlier)
  const isWanted = isPutOn || applicant.inviteeId !== undefined || enrolment !== undefined
  if (event.isInvitationOnly && !isWanted) throw new Refusal('invitation_only')
  if (!isWanted && isOnlyWhole(tx, event)) throw new Refusal('series_only')
  if (earlier && earlier.status !== 'cancelled') {
    if (earlier.declinedAt) return takeBack(tx, earlier, now)
    tellAgain(tx, earlier, person, now)
    writeSomething(tx)
    return earlier
  }
  const outlook = outlookFor(event, placesFor(tx, event, presence))
  if (!outlook) throw new Refusal('fully_booked')
  // Whom an organiser adds or asks needs no yes of an organiser.
  const asks = event.needsApproval && !isWanted
  const status: Status = asks ? 'waitlisted' : outlook
  const { name, organisation, role, accessNeeds, locale, addedBy } = applicant
  const values = {
    name,
    organisation,
    role,
    accessNeeds,
    locale,
    addedBy: addedBy ?? null,
    attendance: presence,
    status,
    queueNumber: nextQueueNumber(tx, event),
    revisedAt: now,
    approvalAskedAt: asks ? now : null,
    approvedAt: null,
    confirmedAt: status === 'confirmed' ? now : null,
    waitedAt: status === 'waitlisted' && !asks ? now : (earlier?.waitedAt ?? null),
    cancelledAt: null,
    cancelledBy: null,
    remindersStoppedAt: null,
    enrolmentId: enrolment?.id ?? null,
    feedOnlySince: enrolment && !enrolment.invitesSince ? now : null,
    // Whoever was taken for a double, and says with the other address that they come.
    mergedIntoId: null,
    reply: null,
    // Whoever was asked to speak and comes to listen after all.
    ...NO_PART,
    ...NOT_DECLINED,
  }
  const registration = earlier
    ? update(tx, earlier, { ...values, sequence: earlier.sequence + 1 })
    : insertion(tx).get({ ...values, eventId: event.id, personId: person.id, createdAt: now })
  if (applicant.inviteeId !== undefined) useInvitation(tx, applicant.inviteeId, registration)
  if (applicant.answers) setAnswers(tx, registration, applicant.answers)
  settle(tx, registration, now)
  if (applicant.wishes && canChoose(event, now)) choose(tx, registration, applicant.wishes, now)
  planReminders(tx, registration, event, now)
  return registration
}

const FIELDS = [
  'eventId',
  'personId',
  'name',
  'organisation',
  'role',
  'attendance',
  'accessNeeds',
  'locale',
  'status',
  'queueNumber',
  'revisedAt',
  'createdAt',
  'confirmedAt',
  'waitedAt',
  'approvalAskedAt',
  'approvedAt',
  'addedBy',
  'enrolmentId',
  'feedOnlySince',
] as const
const insertion = prepared(db => db.insert(registrations).values(placeholders(FIELDS)).returning().prepare())

function personOf(tx: Tx, { enrolment, email }: Applicant, now: Temporal.Instant): Person {
  const enrolled = enrolment && findPersonById(tx, enrolment.personId)
  return enrolled ?? findOrCreatePerson(tx, email, now)
}

/** Whoever gave up one date of a series they take part in, and comes to it after all, comes as such. */
function enrolmentOf(tx: Tx, earlier: Registration | undefined): Enrolment | undefined {
  const enrolment = earlier && earlier.enrolmentId !== null ? findEnrolment(tx, earlier.enrolmentId) : undefined
  return enrolment?.status === 'confirmed' ? enrolment : undefined
}

export function nextQueueNumber(tx: Tx, event: Event): number {
  return (lastQueueNumber(tx).get({ eventId: event.id })?.last ?? 0) + 1
}

const lastQueueNumber = prepared(db =>
  db
    .select({ last: registrations.queueNumber })
    .from(registrations)
    .where(eq(registrations.eventId, sql.placeholder('eventId')))
    .orderBy(desc(registrations.queueNumber))
    .limit(1)
    .prepare(),
)

/** Somebody who registers again has probably lost the mail. Not when one is on its way, and once an hour at most. */
function tellAgain(tx: Tx, registration: Registration, person: Person, now: Temporal.Instant): void {
  if (!person.email || !registration.told || isInFlight(tx, registration.id)) return
  const hour = Math.floor(now.epochMilliseconds / 3_600_000)
  enqueueAbout(
    tx,
    registration,
    {
      key: `again:${registration.id}:${hour}`,
      kind: 'again',
      toAddress: person.email,
    },
    now,
  )
}

/** Cancels; cancelling twice is cancelling once. The place goes on to who waits. Refusal('past') once the event has begun. */
export function cancelRegistration(
  tx: Tx,
  { id }: Pick<Registration, 'id'>,
  by: (typeof CANCELLERS)[number],
  now: Temporal.Instant,
) {
  const registration = getRegistration(tx, id)
  const cancelled = withdraw(tx, registration, by, now)
  if (registration.status !== 'cancelled') fillPlaces(tx, getEvent(tx, registration.eventId), now)
  return cancelled
}

/** The same, with the place left empty: whoever cancels many calls `fillPlaces` after the last. */
export function withdraw(
  tx: Tx,
  registration: Registration,
  by: (typeof CANCELLERS)[number],
  now: Temporal.Instant,
): Registration {
  const event = getEvent(tx, registration.eventId)
  if (registration.status === 'cancelled') return registration
  if (!isBefore(now, event.startsAt)) throw new Refusal('past')
  const cancelled = update(tx, registration, {
    status: 'cancelled',
    cancelledAt: now,
    cancelledBy: by,
    partConfirmedAt: null,
    sequence: registration.sequence + 1,
    revisedAt: now,
    ...NOT_DECLINED,
  })
  dropReminders(tx, [registration.id], 'cancelled')
  settle(tx, cancelled, now)
  withdrawChoices(tx, cancelled, now)
  return cancelled
}

/** What an attendee may change about themselves. */
export interface Details {
  name: string
  organisation: string
  role: Role
  accessNeeds: string
  attendance: Presence
}

/**
 * Changes somebody's details. Another way to take part needs a free place there (Refusal('full') if there is none), gets
 * a new invite, and frees the old place.
 */
export function changeDetails(
  tx: Tx,
  { id }: Pick<Registration, 'id'>,
  details: Details,
  now: Temporal.Instant,
): Registration {
  const registration = getRegistration(tx, id)
  const event = getEvent(tx, registration.eventId)
  if (registration.status === 'cancelled') throw new Refusal('not_possible_now')
  if (!isBefore(now, event.startsAt)) throw new Refusal('past')
  const switches = details.attendance !== registration.attendance && presencesOf(event).includes(details.attendance)
  if (!switches) return update(tx, registration, { ...details, attendance: registration.attendance, revisedAt: now })
  const takesPlace = registration.status === 'confirmed' && registration.part === null
  const outlook = outlookFor(event, placesFor(tx, event, details.attendance))
  if (takesPlace && outlook !== 'confirmed') throw new Refusal('full')
  const raise = { sequence: registration.sequence + 1, revisedAt: now, ...NOT_DECLINED }
  const changed = update(tx, registration, { ...details, ...raise })
  settle(tx, changed, now)
  fillPlaces(tx, event, now)
  return getRegistration(tx, registration.id)
}
