// Asking somebody to speak at an event or to host it, and what comes of that. Their calendar and their mails follow as those
// of everybody do (`telling`); their place, if they had one, goes to who waits.
import { and, eq, inArray, notInArray } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { auditEntries, messages, registrations } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { change } from './changes.ts'
import { withdrawChoices } from './choosing.ts'
import { type Contributor, isOnPage, saidBy } from './contributors.ts'
import { takeBack } from './declines.ts'
import { type Event, getEvent } from './events.ts'
import { drop, enqueueAbout } from './outbox.ts'
import { findOrCreatePerson, findPersonById } from './people.ts'
import { hasRoom, placesFor, presencesOf } from './places.ts'
import { type Applicant, nextQueueNumber } from './registering.ts'
import {
  findRegistrationOf,
  getRegistration,
  NO_PART,
  NOT_DECLINED,
  type Part,
  type Registration,
  update,
} from './registrations.ts'
import { dropReminders, planReminders } from './reminders.ts'
import { settle } from './telling.ts'
import { fillPlaces } from './waiting.ts'

/** Somebody an organiser wants to speak or host. */
export interface Candidate extends Pick<Applicant, 'name' | 'email' | 'organisation' | 'attendance' | 'locale'> {
  part: Part
  /** They said yes already, by phone or in person. */
  hasSaidYes: boolean
  addedBy: number | null
}

/**
 * Asks somebody: a mail with an invite, or nothing at all without an address. Whoever is registered already keeps their
 * registration and leaves their place to who waits. Full or unpublished makes no difference. Refusal('already_there') if
 * they have this part, ('past') once the event has begun.
 */
export function addContributor(tx: Tx, { id }: Pick<Event, 'id'>, candidate: Candidate, now: Temporal.Instant) {
  const event = getAhead(tx, id, now)
  const { name, email, organisation, attendance, locale, part, hasSaidYes, addedBy } = candidate
  const person = findOrCreatePerson(tx, email, now)
  const earlier = findRegistrationOf(tx, event, person)
  const isThere = earlier !== undefined && earlier.status !== 'cancelled'
  if (isThere && earlier.part === part) throw new Refusal('already_there')
  const asked = {
    part,
    partConfirmedAt: hasSaidYes ? now : null,
    status: 'confirmed' as const,
    confirmedAt: now,
    revisedAt: now,
    cancelledAt: null,
    cancelledBy: null,
    approvalAskedAt: null,
    mergedIntoId: null,
    reply: null,
    ...NOT_DECLINED,
  }
  // What somebody said of themselves stays as they said it.
  const said = isThere && { name: earlier.name, organisation: earlier.organisation || organisation }
  const presence = presencesOf(event).includes(attendance) ? attendance : (presencesOf(event)[0] ?? 'online')
  const own = said || {
    ...{ name, organisation, locale, addedBy, attendance: presence },
    queueNumber: nextQueueNumber(tx, event),
    remindersStoppedAt: null,
  }
  const registration = earlier
    ? update(tx, earlier, { ...asked, ...own, sequence: earlier.sequence + 1 })
    : tx
        .insert(registrations)
        .values({
          ...{ ...asked, name, organisation, locale, addedBy, attendance: presence, role: 'other' },
          ...{ eventId: event.id, personId: person.id, queueNumber: nextQueueNumber(tx, event), createdAt: now },
        })
        .returning()
        .get()
  settle(tx, registration, now)
  withdrawChoices(tx, registration, now)
  remindAnew(tx, registration, event, now)
  fillPlaces(tx, event, now)
  return registration
}

/** What an organiser may change about a speaker or host. */
export type Changes = Pick<Candidate, 'name' | 'organisation' | 'attendance' | 'part'>

/** Another part is another question, so it is asked anew; another way to take part changes the entry in their calendar. */
export function changeContributor(tx: Tx, { id }: Pick<Contributor, 'id'>, changes: Changes, now: Temporal.Instant) {
  const registration = getRegistration(tx, id)
  const event = getAhead(tx, registration.eventId, now)
  if (registration.part === null || registration.status === 'cancelled') throw new Refusal('not_possible_now')
  const attendance = presencesOf(event).includes(changes.attendance) ? changes.attendance : registration.attendance
  const isOther = changes.part !== registration.part
  const raises = isOther || attendance !== registration.attendance
  const changed = update(tx, registration, {
    ...{ ...changes, attendance, revisedAt: now },
    ...(raises && { sequence: registration.sequence + 1, ...NOT_DECLINED }),
    ...(isOther && { partConfirmedAt: null, reply: null }),
  })
  settle(tx, changed, now)
  return changed
}

/**
 * Yes: they do it, also after a no. Saying it twice is saying it once. It mails nobody who knows of their entry; after a no
 * that took it away the entry comes back. Refusal('not_possible_now') for who is not asked any more.
 */
export function confirmPart(tx: Tx, { id }: Pick<Registration, 'id'>, now: Temporal.Instant): Registration {
  const registration = getRegistration(tx, id)
  const event = getAhead(tx, registration.eventId, now)
  const { part, status, cancelledBy, declinedAt } = registration
  if (part === null || (status === 'cancelled' && cancelledBy === 'organiser')) throw new Refusal('not_possible_now')
  if (status === 'cancelled') return comeBackAs(tx, registration, event, now)
  if (saidBy(event, registration) === 'yes') return registration
  dropQuestions(tx, registration)
  const confirmed = update(tx, registration, { partConfirmedAt: now, revisedAt: now })
  if (declinedAt) return takeBack(tx, confirmed, now)
  settle(tx, confirmed, now)
  return confirmed
}

function comeBackAs(tx: Tx, registration: Registration, event: Event, now: Temporal.Instant): Registration {
  const back = update(tx, registration, {
    ...{ status: 'confirmed', confirmedAt: now, cancelledAt: null, cancelledBy: null },
    ...{ partConfirmedAt: now, sequence: registration.sequence + 1, revisedAt: now, reply: null },
    ...NOT_DECLINED,
  })
  settle(tx, back, now)
  planReminders(tx, back, event, now)
  return back
}

/** A question asked once more that has been answered since. */
function dropQuestions(tx: Tx, { id }: Registration): void {
  const isQuestion = and(
    eq(messages.registrationId, id),
    eq(messages.state, 'queued'),
    inArray(messages.kind, ['again']),
  )
  const rows = tx.select({ id: messages.id }).from(messages).where(isQuestion).all()
  drop(
    tx,
    rows.map(row => row.id),
    'answered',
  )
}

/** Asks once more who has not answered, with all that they were sent before; once an hour at most. */
export function askAgain(tx: Tx, { id }: Pick<Registration, 'id'>, now: Temporal.Instant): void {
  const registration = getRegistration(tx, id)
  const event = getAhead(tx, registration.eventId, now)
  const toAddress = findPersonById(tx, registration.personId)?.email
  const isOpen =
    registration.part !== null && registration.status !== 'cancelled' && saidBy(event, registration) !== 'yes'
  if (!isOpen || !toAddress) throw new Refusal('not_possible_now')
  const hour = Math.floor(now.epochMilliseconds / 3_600_000)
  enqueueAbout(tx, registration, { key: `again:${id}:${hour}`, kind: 'again', toAddress }, now)
}

/**
 * Whoever speaks or hosts comes to take part, and no more: with a place if there is one, at the end of the waiting list if
 * not. Refusal('not_possible_now') while the event is a draft, which nobody can attend.
 */
export function becomeAttendee(tx: Tx, { id }: Pick<Registration, 'id'>, now: Temporal.Instant): Registration {
  const registration = getRegistration(tx, id)
  const event = getAhead(tx, registration.eventId, now)
  const isHere = registration.part !== null && registration.status === 'confirmed'
  if (!event.publishedAt || !isHere) throw new Refusal('not_possible_now')
  const isPlaced = hasRoom(placesFor(tx, event, registration.attendance))
  const attendee = update(tx, registration, {
    ...{
      ...NO_PART,
      status: isPlaced ? 'confirmed' : 'waitlisted',
      sequence: registration.sequence + 1,
      revisedAt: now,
    },
    ...{ queueNumber: nextQueueNumber(tx, event), confirmedAt: isPlaced ? now : null },
    ...NOT_DECLINED,
  })
  settle(tx, attendee, now)
  remindAnew(tx, attendee, event, now)
  return attendee
}

/** Reminders are planned by SEQUENCE, which has risen: those from before would come beside them. */
function remindAnew(tx: Tx, registration: Registration, event: Event, now: Temporal.Instant): void {
  dropReminders(tx, [registration.id], 'superseded')
  planReminders(tx, registration, event, now)
}

/** An event that goes on and is still to begin. */
function getAhead(tx: Tx, id: number, now: Temporal.Instant): Event {
  const event = getEvent(tx, id)
  if (event.cancelledAt) throw new Refusal('not_possible_now')
  if (!isBefore(now, event.startsAt)) throw new Refusal('past')
  return event
}

/**
 * Before a draft is removed: nobody may be left with an entry in their calendar and no word. Refusal('people_asked') as long as
 * somebody expects to speak, or a mail about it has yet to leave; then nothing is left of who was asked.
 */
export function dropAsked(tx: Tx, event: Pick<Event, 'id'>): void {
  const asked = tx.select().from(registrations).where(eq(registrations.eventId, event.id)).all()
  const ids = asked.map(({ id }) => id)
  const theirs = inArray(messages.registrationId, ids)
  const unsent = tx
    .select({ id: messages.id })
    .from(messages)
    .where(and(theirs, inArray(messages.state, ['queued', 'sending'])))
  if (asked.some(({ status }) => status !== 'cancelled') || unsent.get()) throw new Refusal('people_asked')
  tx.update(auditEntries).set({ registrationId: null }).where(inArray(auditEntries.registrationId, ids)).run()
  // What has yet to leave is about something else: a question, or a whole series.
  const hasLeft = notInArray(messages.state, ['queued', 'sending'])
  tx.delete(messages)
    .where(and(eq(messages.eventId, event.id), hasLeft))
    .run()
  tx.update(messages).set({ eventId: null }).where(eq(messages.eventId, event.id)).run()
  tx.delete(registrations).where(eq(registrations.eventId, event.id)).run()
}

/** Adds a name to the speakers on the page of an event, once. Nothing that others write there meanwhile is lost. */
export function putOnPage(
  tx: Tx,
  { id }: Pick<Event, 'id'>,
  name: string,
  organiserId: number,
  now: Temporal.Instant,
): void {
  const event = getEvent(tx, id)
  if (isOnPage(event, name)) return
  const values = { speakers: [...event.speakers, name], revisedAt: now }
  change(tx, event, values, { organiserId, revision: event.revision })
}
