// The professional registers that count an event: by which number each knows it, and how many points it gives.
import { asc, eq, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { accreditations } from '#db/schema.ts'

export type Accreditation = typeof accreditations.$inferSelect
export type NewAccreditation = Pick<Accreditation, 'register' | 'number' | 'points'>

/** More than this many registers count no event, and fit on no certificate. */
export const MOST_ACCREDITATIONS = 6

/** In the order in which they stand on a certificate. */
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

/** Puts these, in this order, in the place of what an event had. Each register once: its constraint says so. */
export function setAccreditations(tx: Tx, eventId: number, list: NewAccreditation[]): void {
  tx.delete(accreditations).where(eq(accreditations.eventId, eventId)).run()
  for (const { register, number, points } of list)
    tx.insert(accreditations).values({ eventId, register, number, points }).run()
}
