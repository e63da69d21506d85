// What somebody can do with what is kept about their address, as an attendee and as an organiser: have all of it, and end it.
// The rules stand in `privacy` and `organiser-privacy`.
import type { Db, Tx } from '#db/open.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import { eraseOrganiserAt, exportOrganiser } from './organiser-privacy.ts'
import { findOrganiser } from './organisers.ts'
import { findPerson, listRegistrationsOf, type Person } from './people.ts'
import { eraseInvitee, erasePerson, exportInvitee, exportPerson, isInvited, listMailTexts } from './privacy.ts'

/** Everything kept about an address but what mails to it said; nothing if it is not known here. */
export function exportAddress(db: Db, email: string) {
  const [person, asOrganiser] = [findPerson(db, email), exportOrganiser(db, email)]
  if (!person && !asOrganiser && !isInvited(db, email)) return undefined
  const { organiser, invitations: organiserInvitations } = asOrganiser ?? {
    organiser: undefined,
    invitations: undefined,
  }
  const attendee = person ? exportPerson(db, person) : exportInvitee(db, email)
  return { email, ...attendee, organiser, organiserInvitations }
}

/** All of it, as the file that somebody takes along. */
export async function exportWhole(db: Db, email: string) {
  const kept = exportAddress(db, email)
  return kept && { ...kept, mailTexts: await listMailTexts(db, email) }
}

/** What erasing would end: the coming events that somebody is registered for, and whether they organise as well. */
export function outlookOfErasing(
  db: Db,
  person: Person,
  now: Temporal.Instant,
): { coming: Event[]; organises: boolean } {
  const coming = listRegistrationsOf(db, person)
    .filter(({ registration, event }) => registration.status !== 'cancelled' && isBefore(now, event.startsAt))
    .map(({ event }) => event)
  return { coming: coming.reverse(), organises: findOrganiser(db, person.email ?? '') !== undefined }
}

/** Erases whatever an address was here for as an attendee and an invitee. False if it was neither. */
export function eraseAttendee(tx: Tx, email: string, now: Temporal.Instant): boolean {
  const person = findPerson(tx, email)
  if (person) erasePerson(tx, person, now)
  else if (isInvited(tx, email)) eraseInvitee(tx, email, now)
  else return false
  return true
}

/**
 * Erases somebody at their own wish. Whoever still has a right in a group stays an organiser: an owner takes that away first,
 * so that no group is left without one by accident.
 */
export function eraseAtOwnWish(tx: Tx, person: Person, now: Temporal.Instant): void {
  erasePerson(tx, person, now)
  if (person.email !== null) eraseOrganiserAt(tx, person.email, now)
}
