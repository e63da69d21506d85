// The door: the personal way into the room of an online event, from a quarter of an hour before until the end.
import type { Tx } from '#db/open.ts'
import { Refusal, type RefusalCode } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { markAttended } from './check-ins.ts'
import { type Event, getEvent } from './events.ts'
import type { Registration } from './registrations.ts'

export type DoorState = 'early' | 'open' | 'in_person' | 'waitlisted' | 'unregistered' | 'event_cancelled' | 'past'

export function doorOpensAt(event: Event): Temporal.Instant {
  return event.startsAt.subtract({ minutes: 15 })
}

/** Whether somebody may go in now, and if not, why. */
export function doorState(event: Event, registration: Registration, now: Temporal.Instant): DoorState {
  if (event.cancelledAt) return 'event_cancelled'
  if (registration.status === 'cancelled') return 'unregistered'
  if (!isBefore(now, event.endsAt)) return 'past'
  if (registration.status === 'waitlisted') return 'waitlisted'
  if (registration.attendance === 'in_person') return 'in_person'
  return isBefore(now, doorOpensAt(event)) ? 'early' : 'open'
}

/**
 * Lets somebody in: records that they were there and returns the address of the room, which is nowhere else. A Refusal says
 * why the door stays shut.
 */
export function enterRoom(tx: Tx, registration: Registration, now: Temporal.Instant): string {
  const event = getEvent(tx, registration.eventId)
  const state = doorState(event, registration, now)
  if (state !== 'open') throw new Refusal(REFUSALS[state])
  // Whoever hosts comes in as host, where the room has a way in for them.
  const room = (registration.part === 'host' && event.hostUrl) || event.roomUrl
  if (!room) throw new Refusal('room_missing')
  markAttended(tx, registration, { source: 'door' }, now)
  return room
}

const REFUSALS: Record<Exclude<DoorState, 'open'>, RefusalCode> = {
  early: 'door_closed',
  in_person: 'not_possible_now',
  waitlisted: 'not_possible_now',
  unregistered: 'not_possible_now',
  event_cancelled: 'not_possible_now',
  past: 'past',
}
