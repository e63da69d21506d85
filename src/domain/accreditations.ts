// The professional registers that count an event: by which number each knows it, and how many points it gives.
import { asc, eq, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { accreditations } from '#db/schema.ts'
import { Invalid, NotFound, Refusal } from '#src/lib/errors.ts'
import { auditEvent } from './audit.ts'
import type { Event } from './events.ts'

export type Accreditation = typeof accreditations.$inferSelect
export type NewAccreditation = Pick<Accreditation, 'register' | 'number' | 'points'>

/** More than this many registers count no event, and fit on no certificate. */
export const MOST_ACCREDITATIONS = 8

/** In the order in which they were added. */
export function listAccreditations(db: Db, eventId: number): Accreditation[] {
  return ofEvent(db).all({ eventId })
}

const ofEvent = prepared(db =>
  db
    .select()
    .from(accreditations)
    .where(eq(accreditations.eventId, sql.placeholder('eventId')))
    .orderBy(asc(accreditations.id))
    .prepare(),
)

export function getAccreditation(db: Db, event: Event, id: number): Accreditation {
  const found = listAccreditations(db, event.id).find(one => one.id === id)
  if (!found) throw new NotFound('accreditation')
  return found
}

/** Each register once: Invalid if it stands there already. Refusal('too_many') beyond what fits on a certificate. */
export function addAccreditation(
  tx: Tx,
  event: Event,
  wanted: NewAccreditation,
  organiserId: number,
  now: Temporal.Instant,
): Accreditation {
  const present = listAccreditations(tx, event.id)
  if (present.length >= MOST_ACCREDITATIONS) throw new Refusal('too_many')
  const isThere = present.some(({ register }) => register.toLowerCase() === wanted.register.toLowerCase())
  if (isThere) throw new Invalid({ register: 'register_twice' })
  auditEvent(tx, 'accreditation_added', event, { organiserId, detail: wanted.register }, now)
  return tx
    .insert(accreditations)
    .values({ ...wanted, eventId: event.id })
    .returning()
    .get()
}

/** It stands on no certificate any more, also on those that were downloaded: their page says what is true now. */
export function removeAccreditation(
  tx: Tx,
  event: Event,
  { id, register }: Accreditation,
  organiserId: number,
  now: Temporal.Instant,
): void {
  tx.delete(accreditations).where(eq(accreditations.id, id)).run()
  auditEvent(tx, 'accreditation_removed', event, { organiserId, detail: register }, now)
}
