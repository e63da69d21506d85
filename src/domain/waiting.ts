// What happens with a free place: to the first who waits; in the last hours everyone who waits hears of it once. It goes past
// whose address does not work, since they would not hear of it.
import { and, asc, eq, isNull } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { people, registrations } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { canStillCome, type Event, getEvent, promotionEnds } from './events.ts'
import { enqueueAbout } from './outbox.ts'
import { hasRoom, type Places, type Presence, placesFor, placesOf } from './places.ts'
import { fillWorkshops, placeChoices } from './placing.ts'
import { getRegistration, isInQueue, isRequest, type Registration, update } from './registrations.ts'
import { planReminders } from './reminders.ts'
import { findSeriesOf } from './series.ts'
import { settle } from './telling.ts'

/**
 * Gives away every free place of an event that somebody waits for, unless an organiser does that by hand, and then those in its
 * workshops. To be called whenever one may have come free.
 */
export function fillPlaces(tx: Tx, event: Event, now: Temporal.Instant): void {
  if (event.waitingRule !== 'by_hand') promoteWaiting(tx, event, now)
  fillWorkshops(tx, event, now)
}

function promoteWaiting(tx: Tx, event: Event, now: Temporal.Instant): void {
  const settings = findSeriesOf(tx, event)
  for (const places of placesOf(tx, event)) {
    if (places.waiting === 0 || !hasRoom(places) || !canStillCome(event, places.presence, now)) continue
    if (isBefore(now, promotionEnds(event, settings, places.presence))) promoteFirst(tx, event, places, now)
    else offer(tx, event, places.presence, now)
  }
}

function promoteFirst(tx: Tx, event: Event, places: Places, now: Temporal.Instant): void {
  const free = places.left ?? places.waiting
  for (const { registration } of listWaiting(tx, event, places.presence).slice(0, free))
    promote(tx, registration, event, now)
}

/** Takes a free place as whoever waits, before anybody else does. Refusal('not_possible_now') where an organiser gives them. */
export function takePlace(tx: Tx, { id }: Pick<Registration, 'id'>, now: Temporal.Instant): Registration {
  const registration = getRegistration(tx, id)
  const { waitingRule } = getEvent(tx, registration.eventId)
  if (waitingRule === 'by_hand' || isRequest(registration)) throw new Refusal('not_possible_now')
  return givePlace(tx, { id }, now)
}

/** Gives somebody who waits a place, if there is one, and so says yes to who asked for one. Refusal('full') otherwise: nobody is ever placed over capacity. */
export function givePlace(tx: Tx, { id }: Pick<Registration, 'id'>, now: Temporal.Instant): Registration {
  const registration = getRegistration(tx, id)
  const event = getEvent(tx, registration.eventId)
  if (registration.status === 'confirmed') return registration
  if (registration.status === 'cancelled') throw new Refusal('not_possible_now')
  if (!canStillCome(event, registration.attendance, now)) throw new Refusal('closed')
  if (!hasRoom(placesFor(tx, event, registration.attendance))) throw new Refusal('full')
  return promote(tx, registration, event, now)
}

/** From the waiting list to a place; the caller has made sure that there is one. */
function promote(tx: Tx, registration: Registration, event: Event, now: Temporal.Instant): Registration {
  const promoted = update(tx, registration, {
    status: 'confirmed',
    confirmedAt: now,
    approvedAt: registration.approvalAskedAt && (registration.approvedAt ?? now),
    sequence: registration.sequence + 1,
    revisedAt: now,
  })
  settle(tx, promoted, now)
  placeChoices(tx, promoted, now)
  planReminders(tx, promoted, event, now)
  return promoted
}

/** The first POST takes the place, so nobody needs an answer from anybody. The key tells each person once per start. */
function offer(tx: Tx, event: Event, presence: Presence, now: Temporal.Instant): void {
  for (const { registration, email } of listWaiting(tx, event, presence)) {
    if (email) {
      enqueueAbout(
        tx,
        registration,
        {
          key: `place_free:${registration.id}:${event.startsAt.epochMilliseconds}`,
          kind: 'place_free',
          toAddress: email,
          expiresAt: event.startsAt,
        },
        now,
      )
    }
  }
}

/** Without an address is another matter: whoever added them by hand tells them. */
function listWaiting(tx: Tx, event: Event, presence: Presence): { registration: Registration; email: string | null }[] {
  return tx
    .select({ registration: registrations, email: people.email })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(
      and(
        eq(registrations.eventId, event.id),
        isInQueue,
        eq(registrations.attendance, presence),
        isNull(people.undeliverableAt),
      ),
    )
    .orderBy(asc(registrations.queueNumber))
    .all()
}
