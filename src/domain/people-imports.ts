// A list of people, entered on the list of an event as if each were added by hand. For an event that is over it records who came,
// and mails nobody.
import { and, eq, ne } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { people, registrations } from '#db/schema.ts'
import type { Locale } from '#src/i18n/index.ts'
import { fold } from '#src/lib/text.ts'
import { markAttended } from './check-ins.ts'
import { canStillCome, type Event } from './events.ts'
import { findOrCreatePerson } from './people.ts'
import type { ListedPerson } from './people-lists.ts'
import { presencesOf } from './places.ts'
import { type Applicant, nextQueueNumber, register } from './registering.ts'
import { findRegistrationOf, NO_PART, NOT_DECLINED, type Registration, update } from './registrations.ts'

/**
 * Who of a list is new to the event, and who stands there already: by address, or without one by name and organisation, so that
 * the same list entered twice is entered once.
 */
export function sortPeople(db: Db, event: Event, list: ListedPerson[]): Record<'fresh' | 'known', ListedPerson[]> {
  const { name, organisation } = registrations
  const rows = db
    .select({ name, organisation, email: people.email })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(and(eq(registrations.eventId, event.id), ne(registrations.status, 'cancelled')))
    .all()
  const there = new Set(rows.flatMap(row => [row.email ?? '', keyOf(row)]))
  const { fresh = [], known = [] } = Object.groupBy(list, person =>
    there.has(person.email ?? keyOf(person)) ? 'known' : 'fresh',
  )
  return { fresh, known }
}

/** No address is written so. */
const keyOf = ({ name, organisation }: Pick<ListedPerson, 'name' | 'organisation'>) =>
  `${fold(name)}\n${fold(organisation)}`

/** Whether people can still register for it, or the list can only say who was there. */
export function isOver(event: Event, now: Temporal.Instant): boolean {
  return !presencesOf(event).some(presence => canStillCome(event, presence, now))
}

/**
 * Enters a list: who stands there already is left as they are. For an event to come it is the way of every registration, with
 * its place or the waiting list and its mail; after it, everybody had a place, and was there unless the list says not.
 * Returns how many were entered.
 */
export function enterPeople(
  tx: Tx,
  event: Event,
  list: ListedPerson[],
  { organiserId, locale }: { organiserId: number; locale: Locale },
  now: Temporal.Instant,
): number {
  const { fresh } = sortPeople(tx, event, list)
  const enter = isOver(event, now) ? enterPast : enterComing
  for (const person of fresh) enter(tx, event, person, { organiserId, locale }, now)
  return fresh.length
}

type Enterer = { organiserId: number; locale: Locale }

function enterComing(tx: Tx, event: Event, person: ListedPerson, by: Enterer, now: Temporal.Instant): void {
  const made = register(tx, event, applicantOf(event, person, by), now)
  if (person.note) update(tx, made, { note: person.note })
}

/** A list of who came says so of everybody on it, unless it has a column that says otherwise. */
function enterPast(tx: Tx, event: Event, person: ListedPerson, by: Enterer, now: Temporal.Instant): void {
  const made = recordPast(tx, event, applicantOf(event, person, by), now)
  if (person.note) update(tx, made, { note: person.note })
  const witness = { source: 'by_hand', organiserId: by.organiserId } as const
  if (person.attended !== false) markAttended(tx, made, witness, now)
}

function applicantOf(event: Event, person: ListedPerson, { organiserId, locale }: Enterer): Applicant {
  const { name, email, organisation, role } = person
  const attendance = person.attendance ?? presencesOf(event)[0] ?? 'online'
  return { name, email, organisation, role, attendance, accessNeeds: '', locale, addedBy: organiserId }
}

/** A place at an event that is over: nothing is mailed, nothing is counted against its capacity. */
function recordPast(tx: Tx, event: Event, applicant: Applicant, now: Temporal.Instant): Registration {
  const { email, addedBy, answers: _, ...said } = applicant
  const person = findOrCreatePerson(tx, email, now)
  const values = {
    ...said,
    attendance: presencesOf(event).find(presence => presence === said.attendance) ?? presencesOf(event)[0] ?? 'online',
    ...({ status: 'confirmed', confirmedAt: now, cancelledAt: null, cancelledBy: null, revisedAt: now } as const),
    ...{ queueNumber: nextQueueNumber(tx, event), addedBy: addedBy ?? null, mergedIntoId: null },
    ...NO_PART,
    ...NOT_DECLINED,
  }
  const earlier = findRegistrationOf(tx, event, person)
  if (earlier) return update(tx, earlier, values)
  return tx
    .insert(registrations)
    .values({ ...values, eventId: event.id, personId: person.id, createdAt: now })
    .returning()
    .get()
}
