// Who comes to which workshop: what the people at the door of a room need to know.
import { and, asc, eq, inArray, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { choices, people, registrations, sessions } from '#db/schema.ts'
import type { Event } from './events.ts'
import type { Registration } from './registrations.ts'
import { listRounds, type Workshop } from './workshops.ts'

/** Somebody who chose a workshop, with the place they have there or wait for. */
export interface Chooser {
  registration: Pick<Registration, 'id' | 'name' | 'organisation' | 'role' | 'attendance' | 'accessNeeds'>
  email: string | null
  status: 'confirmed' | 'waitlisted'
}

export interface WorkshopList {
  workshop: Workshop
  /** By name. */
  placed: Chooser[]
  /** Who is first in line first. */
  waiting: Chooser[]
}

/** Every workshop that takes place, by round and time, with who has a place at the event and in it, and who waits for that. */
export function listWorkshopLists(db: Db, event: Pick<Event, 'id'>): WorkshopList[] {
  const bySession = Map.groupBy(choosersAt(db).all({ eventId: event.id }), ({ sessionId }) => sessionId)
  return listRounds(db, event).flatMap(({ workshops }) =>
    workshops.map((workshop): WorkshopList => {
      const list = (bySession.get(workshop.id) ?? []) as Chooser[]
      const placed = list.filter(({ status }) => status === 'confirmed').sort(byName)
      return { workshop, placed, waiting: list.filter(({ status }) => status === 'waitlisted') }
    }),
  )
}

const names = new Intl.Collator('nl')
const byName = (a: Chooser, b: Chooser) => names.compare(a.registration.name, b.registration.name)

const { id, name, organisation, role, attendance, accessNeeds } = registrations
const choosersAt = prepared(db =>
  db
    .select({
      sessionId: choices.sessionId,
      registration: { id, name, organisation, role, attendance, accessNeeds },
      email: people.email,
      status: choices.status,
    })
    .from(sessions)
    .innerJoin(choices, eq(choices.sessionId, sessions.id))
    .innerJoin(registrations, eq(registrations.id, choices.registrationId))
    .leftJoin(people, eq(people.id, registrations.personId))
    .where(
      and(
        eq(sessions.eventId, sql.placeholder('eventId')),
        inArray(choices.status, ['confirmed', 'waitlisted']),
        eq(registrations.status, 'confirmed'),
      ),
    )
    .orderBy(asc(choices.queueNumber), asc(choices.id))
    .prepare(),
)
