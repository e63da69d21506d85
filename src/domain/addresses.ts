// Another e-mail address for a registration: proven first, then the old one loses its entry and the new one gets it.
import { eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { type CANCELLERS, people, registrations } from '#db/schema.ts'
import { NotFound, Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { hash } from '#src/lib/tokens.ts'
import { setAnswers } from './answers.ts'
import { handOverChoices } from './choosing.ts'
import { takeBack } from './declines.ts'
import { listEnrolmentsOf } from './enrolments.ts'
import { type Event, getEvent } from './events.ts'
import { carryAlong, stepAside } from './joining.ts'
import { countMessagesTo, enqueueAbout } from './outbox.ts'
import { findOrCreatePerson, findPerson, findPersonById, listRegistrationsOf, type Person } from './people.ts'
import {
  findRegistrationOf,
  getRegistration,
  getRegistrationByLink,
  isRequest,
  NOT_DECLINED,
  type Registration,
  update,
} from './registrations.ts'
import { planReminders } from './reminders.ts'
import { settleEnrolment } from './series-telling.ts'
import { settle } from './telling.ts'
import { fillPlaces } from './waiting.ts'

const PROOFS_AN_HOUR = 3

/** Mails a link to the new address; nothing changes until it is used. Too many to one address are left unsent, in silence. */
export function requestAddress(tx: Tx, registration: Registration, email: string, now: Temporal.Instant): void {
  if (registration.status === 'cancelled') throw new Refusal('not_possible_now')
  if (countMessagesTo(tx, email, ['address'], now.subtract({ hours: 1 })) >= PROOFS_AN_HOUR) return
  update(tx, registration, { newEmail: email })
  enqueueAbout(
    tx,
    registration,
    {
      key: `address:${registration.id}:${now.epochMilliseconds}`,
      kind: 'address',
      toAddress: email,
      expiresAt: now.add({ hours: 24 }),
    },
    now,
  )
}

/** What the mailed link holds, sealed: the registration and the very address it went to, so that it proves no other one. */
export interface Proof {
  id: number
  version: number
  address: string
}

export function proofOf({ id, linkVersion }: Registration, email: string): Proof {
  return { id, version: linkVersion, address: hash(email) }
}

/** The registration that still waits for this proof. Refusal('link_expired') when it waits for another one by now, or for none. */
export function getRegistrationToProve(db: Db, proof: unknown): Registration {
  if (!isProof(proof)) throw new NotFound('proof')
  const registration = getRegistrationByLink(db, proof)
  const { newEmail, status } = registration
  if (!newEmail || hash(newEmail) !== proof.address || status === 'cancelled') throw new Refusal('link_expired')
  return registration
}

function isProof(value: unknown): value is Proof {
  return typeof value === 'object' && value !== null && 'id' in value && 'version' in value && 'address' in value
}

/** Moves a registration to the address that waited for its proof. Returns the registration of that address. */
export function proveAddress(tx: Tx, registration: Registration, now: Temporal.Instant): Registration {
  if (!registration.newEmail) throw new Refusal('link_expired')
  return moveTo(tx, registration, registration.newEmail, 'attendee', now)
}

/**
 * An organiser puts a mistyped address right: CANCEL to the old one if it was told anything, REQUEST to the new one. Whoever
 * had no address so far stays the row they are. Returns the registration of that address.
 */
export function correctAddress(
  tx: Tx,
  { id }: Pick<Registration, 'id'>,
  email: string,
  now: Temporal.Instant,
): Registration {
  const registration = getRegistration(tx, id)
  if (registration.status === 'cancelled') throw new Refusal('not_possible_now')
  const known = findPersonById(tx, registration.personId)?.email
  if (known === email) return registration
  if (known || findPerson(tx, email)) return moveTo(tx, registration, email, 'organiser', now)
  eventToCome(tx, registration, now)
  const person = tx.update(people).set({ email }).where(eq(people.id, registration.personId)).returning().get()
  tellAtLast(tx, person, now)
  return getRegistration(tx, registration.id)
}

/** All that is to come, to who could not be mailed before. Of a whole series first: what that tells is not told again. */
function tellAtLast(tx: Tx, person: Person, now: Temporal.Instant): void {
  for (const { enrolment } of listEnrolmentsOf(tx, person)) settleEnrolment(tx, enrolment, now)
  for (const { registration, event } of listRegistrationsOf(tx, person)) {
    if (registration.status === 'cancelled' || !isBefore(now, event.startsAt)) continue
    settle(tx, registration, now)
    planReminders(tx, registration, event, now)
  }
}

/**
 * To another address: a row of its own, so that each address keeps its own calendar history. The old links stop working.
 * Where that address had a registration already, the better of the two is kept: nobody loses a place or their turn.
 */
function moveTo(
  tx: Tx,
  registration: Registration,
  email: string,
  by: (typeof CANCELLERS)[number],
  now: Temporal.Instant,
): Registration {
  const event = eventToCome(tx, registration, now)
  const person = findOrCreatePerson(tx, email, now)
  const there = findRegistrationOf(tx, event, person)
  const aside = stepAside(tx, registration, by, now)
  if (there && isAsGood(there, registration)) {
    const kept = handOverChoices(tx, aside, carryAlong(tx, aside, there), now)
    fillPlaces(tx, event, now)
    return kept.declinedAt ? takeBack(tx, kept, now) : kept
  }
  const values = { ...carriedOver(registration), revisedAt: now }
  if (there) setAnswers(tx, there, new Map())
  const moved = there
    ? update(tx, there, { ...values, sequence: there.sequence + 1 })
    : tx
        .insert(registrations)
        .values({ ...values, eventId: event.id, personId: person.id, createdAt: now })
        .returning()
        .get()
  const whole = carryAlong(tx, aside, moved)
  settle(tx, whole, now)
  handOverChoices(tx, aside, whole, now)
  planReminders(tx, whole, event, now)
  // Somebody who speaks from now on leaves their place to who waits.
  if (whole.part !== null) fillPlaces(tx, event, now)
  return whole
}

function eventToCome(tx: Tx, { eventId, status }: Registration, now: Temporal.Instant): Event {
  if (status === 'cancelled') throw new Refusal('link_expired')
  const event = getEvent(tx, eventId)
  if (!isBefore(now, event.startsAt)) throw new Refusal('past')
  return event
}

/**
 * Nothing is better than a place, but to speak; to wait for one is better than to have asked for it; of two that wait for the
 * same, the one whose turn comes first.
 */
function isAsGood(there: Registration, registration: Registration): boolean {
  const { status, attendance, queueNumber, part } = registration
  if (there.status === 'confirmed') return part === null || there.part !== null
  if (there.status === 'cancelled' || status === 'confirmed') return false
  if (isRequest(there) !== isRequest(registration)) return isRequest(registration)
  return there.attendance === attendance && there.queueNumber < queueNumber
}

function carriedOver(registration: Registration) {
  const { name, organisation, role, attendance, accessNeeds, locale, addedBy } = registration
  const { status, queueNumber, confirmedAt, attendedAt, part, partConfirmedAt } = registration
  // Whoever needs an organiser's yes does so at every address.
  const { approvalAskedAt, approvedAt } = registration
  const details = { name, organisation, role, attendance, accessNeeds, locale, addedBy }
  const state = { status, queueNumber, confirmedAt, approvalAskedAt, approvedAt, attendedAt, part, partConfirmedAt }
  // What one calendar answered is not what the other holds.
  const answer = { reply: null, ...NOT_DECLINED }
  const anew = { cancelledAt: null, cancelledBy: null, remindersStoppedAt: null, mergedIntoId: null }
  return { ...details, ...state, ...answer, ...anew }
}
