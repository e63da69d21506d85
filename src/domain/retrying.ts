// Another chance: for a mail that did not arrive, and for an address that mail came back from.
import { eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { messages, people } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { isUndeliverable } from './bounces.ts'
import { tellMissedChoices } from './choice-telling.ts'
import { dueOfSeries } from './enrolment-dues.ts'
import { type Enrolment, listEnrolmentsOf, updateEnrolment } from './enrolments.ts'
import type { Event } from './events.ts'
import type { Message } from './outbox.ts'
import { findPersonById, listRegistrationsOf, type Person } from './people.ts'
import { getRegistration, type Registration, update } from './registrations.ts'
import { settleEnrolment } from './series-telling.ts'
import { dueTelling, settle, toldNow } from './telling.ts'
import { fillPlaces } from './waiting.ts'

/** Failed, perhaps not arrived, or come back. */
export function canRetry({ state, bouncedAt }: Message): boolean {
  return state === 'failed' || state === 'uncertain' || (state === 'sent' && bouncedAt !== null)
}

/** An organiser sends a mail again, as it was. Not to an address that does not work: that is to be trusted first. */
export function retry(tx: Tx, message: Message, now: Temporal.Instant): void {
  if (!canRetry(message) || isUndeliverable(tx, message.toAddress)) throw new Refusal('not_possible_now')
  const unbounced = { bouncedAt: null, bounce: null, bounceReason: '' }
  tx.update(messages)
    .set({ state: 'queued', reason: '', dueAt: now, expiresAt: now.add({ hours: 96 }), ...unbounced })
    .where(eq(messages.id, message.id))
    .run()
}

/**
 * Takes it that mail arrives again, and tells what they have missed of everything that is still to come. Where they wait, a
 * place that went past them and is still free is theirs, or offered to them, as to anybody who waits.
 */
export function trustAddress(tx: Tx, personId: number, now: Temporal.Instant): void {
  const person = findPersonById(tx, personId)
  if (!person?.undeliverableAt) return
  tx.update(people).set({ undeliverableAt: null, undeliverableReason: '' }).where(eq(people.id, person.id)).run()
  for (const { enrolment } of listEnrolmentsOf(tx, person)) tellMissedOfSeries(tx, enrolment, now)
  for (const { registration, event } of listRegistrationsOf(tx, person)) {
    if (!isBefore(now, event.endsAt)) continue
    if (registration.status === 'waitlisted') fillPlaces(tx, event, now)
    tellMissed(tx, event, getRegistration(tx, registration.id), now)
  }
}

/** Before the dates: what it tells of them is not told again. */
function tellMissedOfSeries(tx: Tx, enrolment: Enrolment, now: Temporal.Instant): void {
  if (dueOfSeries(enrolment)) settleEnrolment(tx, updateEnrolment(tx, enrolment, { revisedAt: now }), now)
}

/** A row has been spent on what is due already; as of now it is told anew. */
function tellMissed(tx: Tx, event: Event, registration: Registration, now: Temporal.Instant): void {
  if (dueTelling(registration.told, toldNow(event, registration))) {
    settle(tx, update(tx, registration, { revisedAt: now }), now)
  }
  tellMissedChoices(tx, registration, now)
}

const REST = { hours: 7 * 24 }

/** Somebody who registers with an address after a week of silence deserves another try. */
export function trustAfterRest(tx: Tx, person: Person, now: Temporal.Instant): void {
  if (person.undeliverableAt && !isBefore(now, person.undeliverableAt.add(REST))) trustAddress(tx, person.id, now)
}
