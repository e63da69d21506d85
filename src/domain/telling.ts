// Which mail somebody should get about their registration. It follows from the difference between what their last mail
// told them and what is true now, so that no order of moves, cancellations and failures can leave a calendar wrong.
import { and, eq, isNotNull, isNull, lte, ne } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { messages, people, registrations, type Told } from '#db/schema.ts'
import { later } from '#src/lib/time.ts'
import { settleChoices } from './choice-telling.ts'
import { isToldWithSeries } from './enrolment-dues.ts'
import { getEnrolment, listPlaces } from './enrolments.ts'
import { type Event, getEvent, placeOf } from './events.ts'
import { know, knowSeries } from './knowing.ts'
import { dueFor, type Message, type MessageKind } from './outbox.ts'
import { choiceToldNow, getOwnWorkshop } from './own-workshops.ts'
import { getRegistration, isInvited, isRequest, type Registration } from './registrations.ts'
import { isInFlight, type Matter, settleMatter, TELLING } from './settling.ts'
import { isSameAppointment, saysTruth } from './told.ts'

type Telling = (typeof TELLING)[number]

export const isTelling = (kind: MessageKind): kind is Telling => (TELLING as readonly MessageKind[]).includes(kind)

/** SEQUENCE of somebody's invite (RFC 5546 §2.1.4): the event's raises and this registration's own. */
export function sequenceOf(event: Event, registration: Registration): number {
  return event.sequence + registration.sequence
}

/** What a mail that is written now tells. */
export function toldNow(event: Event, registration: Registration): Told {
  return {
    status: event.cancelledAt && registration.status !== 'cancelled' ? 'event_cancelled' : registration.status,
    sequence: sequenceOf(event, registration),
    localStart: event.localStart,
    timeZone: event.timeZone,
    durationMinutes: event.durationMinutes,
    presence: registration.attendance,
    place: placeOf(event, registration.attendance),
    ...(registration.part && { part: registration.part }),
    ...(isRequest(registration) && { isRequest: true as const }),
    door: hasDoor(registration) ? registration.doorVersion : 0,
    ...(!isInvited(registration) && { uninvited: true as const }),
  }
}

/** The mail that is due to somebody who knows `told`; nothing if they know what is true. */
export function dueTelling(told: Told | null, now: Told): Telling | undefined {
  if (now.status === 'cancelled') return told?.status === 'cancelled' ? undefined : 'unregistered'
  if (now.status === 'event_cancelled') return told?.status === 'event_cancelled' ? undefined : 'cancelled'
  // Who attends and is asked to speak hears what is asked; who need not speak any more, that they attend.
  if (!told || told.status === 'cancelled' || told.part !== now.part)
    return now.part ? 'asked' : now.isRequest ? 'requested' : now.status
  if (told.status === 'event_cancelled') return 'reinstated'
  // Whose request is granted has a place, and never waited for one.
  if (told.isRequest !== now.isRequest) return now.isRequest ? 'requested' : now.status
  if (told.status !== now.status) return now.status === 'confirmed' ? 'promoted' : 'waitlisted'
  if (!isSameAppointment(told, now)) return 'changed'
  // Who follows by their feed may want an entry after all: then they are told of their place as if for the first time.
  return told.uninvited && !now.uninvited && now.status === 'confirmed' ? 'confirmed' : undefined
}

/** An entry that leads to a door which has been closed is as wrong as one at an old time. */
function hasDoor({ status, attendance }: Registration): boolean {
  return status === 'confirmed' && attendance === 'online'
}

/** Whether a mail about a registration that has been written still says what is true. */
export function isStillTrue(message: Message, event: Event, registration: Registration): boolean {
  const changedAt = later(event.revisedAt, registration.revisedAt)
  return saysTruth(message, { now: toldNow(event, registration), known: registration.told, changedAt })
}

/**
 * Makes the outbox hold exactly the one mail that is due about a registration, and about each of its workshops. While one
 * is with the mail server nothing is decided: it is settled again when that ends; nor while one about the whole series is due,
 * which tells of this date too.
 */
export function settle(tx: Tx, registration: Registration, now: Temporal.Instant, dueAt = now): void {
  const event = getEvent(tx, registration.eventId)
  const isForLater = isInFlight(tx, registration.id) || isToldWithSeries(tx, registration)
  if (!isForLater) settleMatter(tx, matterOf(event, registration), now, dueAt)
  settleChoices(tx, event, registration, now, dueAt)
}

function matterOf(event: Event, registration: Registration): Matter {
  const { id, told, revisedAt } = registration
  const raise = `${sequenceOf(event, registration)}:${revisedAt.epochMilliseconds}:${event.revisedAt.epochMilliseconds}`
  return {
    ...{ event, registration, choiceId: null },
    kind: dueTelling(told, toldNow(event, registration)),
    key: `${id}:${raise}`,
    isTrue: message => isStillTrue(message, event, registration),
  }
}

/**
 * Settles everybody of an event who has not cancelled. A mail to many waits two minutes, in which time the change can be
 * taken back without anybody having heard of it.
 */
export function settleAll(tx: Tx, event: Event, now: Temporal.Instant): void {
  const dueAt = dueFor(countRecipients(tx, event), now)
  const active = tx
    .select()
    .from(registrations)
    .where(and(eq(registrations.eventId, event.id), ne(registrations.status, 'cancelled')))
    .all()
  for (const registration of active) settle(tx, registration, now, dueAt)
}

/**
 * For an example or an import: takes it that everybody has been told, and takes every mail that is due by now out of the
 * outbox. What changes later is mailed as ever.
 */
export function assumeTold(tx: Tx, now: Temporal.Instant): void {
  const due = and(eq(messages.state, 'queued'), lte(messages.dueAt, now))
  for (const { registrationId, choiceId, enrolmentId, kind } of tx.select().from(messages).where(due).all()) {
    if (choiceId !== null)
      know(tx, { registrationId, choiceId, told: choiceToldNow(getOwnWorkshop(tx, choiceId)) }, null)
    if (enrolmentId !== null) assumeSeriesTold(tx, enrolmentId)
    if (registrationId === null || !isTelling(kind)) continue
    const registration = getRegistration(tx, registrationId)
    const told = toldNow(getEvent(tx, registration.eventId), registration)
    know(tx, { registrationId, choiceId, told }, null)
  }
  tx.delete(messages).where(due).run()
}

/** Of all its dates, too. */
function assumeSeriesTold(tx: Tx, enrolmentId: number): void {
  const dates = listPlaces(tx, { id: enrolmentId }).map(({ registration, event }): [number, Told] => [
    registration.id,
    toldNow(event, registration),
  ])
  knowSeries(tx, { enrolmentId, toldSeries: { status: getEnrolment(tx, enrolmentId).status, dates } }, null)
}

/** How many people a change of this event would mail: those who count and have an address that works. */
function countRecipients(db: Db, event: Event): number {
  return db
    .select({ id: registrations.id })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(
      and(
        eq(registrations.eventId, event.id),
        ne(registrations.status, 'cancelled'),
        isNotNull(people.email),
        isNull(people.undeliverableAt),
      ),
    )
    .all().length
}
