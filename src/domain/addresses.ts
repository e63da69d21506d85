// Another e-mail address for a registration: proven first, then the old one loses its entry and the new one gets it.
import type { Db, Tx } from '#db/open.ts'
import { registrations } from '#db/schema.ts'
import { NotFound, Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { hash } from '#src/lib/tokens.ts'
import { takeBack } from './declines.ts'
import { getEvent } from './events.ts'
import { countMessagesTo, enqueueAbout } from './outbox.ts'
import { findOrCreatePerson } from './people.ts'
import { findRegistrationOf, getRegistrationByLink, NOT_DECLINED, type Registration, update } from './registrations.ts'
import { dropReminders, planReminders } from './reminders.ts'
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

/**
 * Moves a registration to the proven address: a row of its own, so that each address keeps its own calendar history. The
 * old links stop working. Where that address had a registration already, the better of the two is kept: nobody loses a
 * place or their turn. Returns the registration of the new address.
 */
export function proveAddress(tx: Tx, registration: Registration, now: Temporal.Instant): Registration {
  const event = getEvent(tx, registration.eventId)
  if (!registration.newEmail || registration.status === 'cancelled') throw new Refusal('link_expired')
  if (!isBefore(now, event.startsAt)) throw new Refusal('past')
  const person = findOrCreatePerson(tx, registration.newEmail, now)
  const there = findRegistrationOf(tx, event, person)
  leave(tx, registration, now)
  if (there && isAsGood(there, registration)) {
    fillPlaces(tx, event, now)
    return there.declinedAt ? takeBack(tx, there, now) : there
  }
  const values = { ...carriedOver(registration), revisedAt: now }
  const moved = there
    ? update(tx, there, { ...values, sequence: there.sequence + 1 })
    : tx
        .insert(registrations)
        .values({ ...values, eventId: event.id, personId: person.id, createdAt: now })
        .returning()
        .get()
  settle(tx, moved, now)
  planReminders(tx, moved, event, now)
  return moved
}

/** Out of the old address's calendar. The place itself moves along, so nobody else is given it. */
function leave(tx: Tx, registration: Registration, now: Temporal.Instant): void {
  const old = update(tx, registration, {
    status: 'cancelled',
    cancelledAt: now,
    cancelledBy: 'attendee',
    newEmail: null,
    ...NOT_DECLINED,
    sequence: registration.sequence + 1,
    revisedAt: now,
    linkVersion: registration.linkVersion + 1,
    doorVersion: registration.doorVersion + 1,
  })
  dropReminders(tx, [old.id], 'cancelled')
  settle(tx, old, now)
}

/** Nothing is better than a place; of two that wait for the same, the one whose turn comes first. */
function isAsGood(there: Registration, { status, attendance, queueNumber }: Registration): boolean {
  if (there.status === 'confirmed') return true
  if (there.status === 'cancelled' || status === 'confirmed') return false
  return there.attendance === attendance && there.queueNumber < queueNumber
}

function carriedOver(registration: Registration) {
  const { name, organisation, role, attendance, accessNeeds, locale, addedBy } = registration
  const { status, queueNumber, confirmedAt, attendedAt } = registration
  const details = { name, organisation, role, attendance, accessNeeds, locale, addedBy }
  const state = { status, queueNumber, confirmedAt, attendedAt }
  // What one calendar answered is not what the other holds.
  const answer = { reply: null, ...NOT_DECLINED }
  return { ...details, ...state, ...answer, cancelledAt: null, cancelledBy: null, remindersStoppedAt: null }
}
