// Which mail somebody should get about their registration. It follows from the difference between what their last mail
// told them and what is true now, so that no order of moves, cancellations and failures can leave a calendar wrong.
import { and, eq, inArray, isNotNull, isNull, lte, ne, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { messages, people, registrations, type Told } from '#db/schema.ts'
import { isBefore, later } from '#src/lib/time.ts'
import { isToldWithSeries } from './enrolment-dues.ts'
import { getEnrolment, listPlaces } from './enrolments.ts'
import { type Event, getEvent, placeOf } from './events.ts'
import { know, knowSeries } from './knowing.ts'
import { drop, dueFor, enqueueAbout, isInFlight, type Message, type MessageKind } from './outbox.ts'
import { findPersonById } from './people.ts'
import { getRegistration, isInvited, isRequest, type Registration } from './registrations.ts'

/** The kinds that tell the state of a registration. At most one of them waits for a registration at any time. */
const TELLING = [
  'confirmed',
  'waitlisted',
  'requested',
  'promoted',
  'asked',
  'changed',
  'cancelled',
  'reinstated',
  'unregistered',
] as const
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

function isSameAppointment(a: Told, b: Told): boolean {
  return (
    a.localStart === b.localStart &&
    a.timeZone === b.timeZone &&
    a.durationMinutes === b.durationMinutes &&
    a.presence === b.presence &&
    a.place === b.place &&
    (a.door ?? b.door) === (b.door ?? a.door)
  )
}

/** An entry that leads to a door which has been closed is as wrong as one at an old time. */
function hasDoor({ status, attendance }: Registration): boolean {
  return status === 'confirmed' && attendance === 'online'
}

function isSame(a: Told, b: Told): boolean {
  return (
    a.status === b.status &&
    a.part === b.part &&
    a.isRequest === b.isRequest &&
    a.sequence === b.sequence &&
    (a.status === 'cancelled' || a.uninvited === b.uninvited) &&
    isSameAppointment(a, b)
  )
}

/**
 * Whether a mail that has been written still says what is true. A row that is not written yet always will. Titles and texts
 * count too (whatever a calendar shows raises `revisedAt`), unless the mail may have arrived already: then it comes again
 * as it was.
 */
export function isStillTrue({ datedAt, bytes, told }: Message, event: Event, registration: Registration): boolean {
  if (!bytes || !datedAt) return true
  if (told && !isSame(told, toldNow(event, registration))) return false
  const mayBeKnown = told !== null && registration.told !== null && isSame(told, registration.told)
  return mayBeKnown || !isBefore(datedAt, later(event.revisedAt, registration.revisedAt))
}

/**
 * Makes the outbox hold exactly the one mail that is due about a registration. A mail that waits and would still be the
 * right one stays (it is written when it leaves, so it tells the newest); anything else that waits is dropped. While one
 * is with the mail server nothing is decided: it is settled again when that ends; nor while one about the whole series is due,
 * which tells of this date too.
 */
export function settle(tx: Tx, registration: Registration, now: Temporal.Instant, dueAt = now): void {
  if (isInFlight(tx, registration.id) || isToldWithSeries(tx, registration)) return
  const event = getEvent(tx, registration.eventId)
  const kind = dueTelling(registration.told, toldNow(event, registration))
  const waiting = listWaiting(tx, registration.id)
  // With nothing due, a written mail that is true is one that comes again, since nobody knows whether it arrived.
  const isWanted = (message: Message) => (kind === undefined ? message.bytes !== null : message.kind === kind)
  const stays = waiting.find(message => isWanted(message) && isStillTrue(message, event, registration))
  drop(
    tx,
    waiting.filter(message => message !== stays).map(message => message.id),
    'superseded',
  )
  // Worth sending until the event is over: however long the mail server was away, nobody is left without a word.
  const expiresAt = later(dueAt.add({ hours: 96 }), event.endsAt)
  if (stays) holdOn(tx, stays, dueAt, expiresAt)
  if (!kind || stays) return
  const person = findPersonById(tx, registration.personId)
  // What cannot be told now is still due on the day that the address works again.
  if (!person?.email || person.undeliverableAt) return
  const raise = `${sequenceOf(event, registration)}:${registration.revisedAt.epochMilliseconds}:${event.revisedAt.epochMilliseconds}`
  enqueueAbout(
    tx,
    registration,
    {
      key: `${kind}:${registration.id}:${raise}`,
      kind,
      toAddress: person.email,
      dueAt,
      expiresAt,
    },
    now,
  )
}

/** A change on top of one that is still held back gets its own time to be taken back. What is new to somebody never waits. */
function holdOn(
  tx: Tx,
  { id, kind, attempts, ...message }: Message,
  dueAt: Temporal.Instant,
  expiresAt: Temporal.Instant,
) {
  const isHeld = attempts === 0 && (kind === 'changed' || kind === 'cancelled' || kind === 'reinstated')
  tx.update(messages)
    .set({
      dueAt: isHeld ? later(message.dueAt, dueAt) : message.dueAt,
      expiresAt: later(message.expiresAt, expiresAt),
    })
    .where(eq(messages.id, id))
    .run()
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
  const about = { registrationId: messages.registrationId, enrolmentId: messages.enrolmentId, kind: messages.kind }
  for (const { registrationId, enrolmentId, kind } of tx.select(about).from(messages).where(due).all()) {
    if (enrolmentId !== null) assumeSeriesTold(tx, enrolmentId)
    if (registrationId === null || !isTelling(kind)) continue
    const registration = getRegistration(tx, registrationId)
    know(tx, { registrationId, told: toldNow(getEvent(tx, registration.eventId), registration) }, null)
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

function listWaiting(db: Db, registrationId: number): Message[] {
  return waitingMessages(db).all({ registrationId })
}

const waitingMessages = prepared(db =>
  db
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.registrationId, sql.placeholder('registrationId')),
        eq(messages.state, 'queued'),
        inArray(messages.kind, [...TELLING]),
      ),
    )
    .prepare(),
)

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
