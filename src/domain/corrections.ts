// What an organiser puts right on somebody's registration, and what they write down about it. Another address stands in
// `addresses`.
import type { Tx } from '#db/open.ts'
import { changeDetails, type Details } from './registering.ts'
import { getRegistration, type Registration, update } from './registrations.ts'

/** For organisers only; it goes with the name, and the person themselves may ask for it. */
export function writeNote(tx: Tx, { id }: Pick<Registration, 'id'>, note: string): Registration {
  return update(tx, getRegistration(tx, id), { note })
}

/**
 * Puts somebody's details right, also afterwards: a certificate has their name. Another way to take part is a change like
 * their own, with what that asks: a free place, before the event begins.
 */
export function correctDetails(
  tx: Tx,
  { id }: Pick<Registration, 'id'>,
  details: Details,
  now: Temporal.Instant,
): Registration {
  const registration = getRegistration(tx, id)
  if (details.attendance !== registration.attendance) return changeDetails(tx, registration, details, now)
  return update(tx, registration, { ...details, revisedAt: now })
}
