// Who stands on the list of an event: narrowed, put in an order, a page at a time. What is done with them stands in
// `selections` and `registering`.
import { countRows } from '#db/count.ts'
import { and, asc, eq, inArray, isNotNull, isNull, like, ne, or, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { people, ROLES, registrations, STATUSES } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { fold } from '#src/lib/text.ts'
import type { Event } from './events.ts'
import type { Presence } from './places.ts'
import type { Registration, Role, Status } from './registrations.ts'

export const ORDERS = ['queue', 'name', 'organisation', 'role', 'status'] as const
export type Order = (typeof ORDERS)[number]

/** What a list can be narrowed to, besides what stands on the registration: mail does not arrive, there is a note, a speaker or host. */
export const MARKS = ['undeliverable', 'note', 'part'] as const

export interface AttendeeFilter {
  q?: string | undefined
  status?: Status | undefined
  role?: Role | undefined
  attendance?: Presence | undefined
  /** Was there; or had a place and was not. */
  attended?: 'yes' | 'no' | undefined
  mark?: (typeof MARKS)[number] | undefined
  /** False for whoever may not see addresses, and so may not find out by searching either. */
  byAddress?: boolean
}

export interface Attendee {
  registration: Registration
  email: string | null
  /** Why nothing is mailed to them; null if mail arrives. */
  undeliverable: string | null
}

export interface Page {
  order?: Order | undefined
  /** Id of the last one on the page before: the list goes on after it. */
  after?: number | undefined
  limit?: number | undefined
}

const UNDELIVERABLE = sql<
  string | null
>`case when ${people.undeliverableAt} is not null then ${people.undeliverableReason} end`

const read = (db: Db) =>
  db
    .select({ registration: registrations, email: people.email, undeliverable: UNDELIVERABLE })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))

/** Those of an event's list that match, in an order that never ties. */
export function listAttendees(
  db: Db,
  event: Pick<Event, 'id'>,
  filter: AttendeeFilter = {},
  { order = 'queue', after, limit }: Page = {},
): Attendee[] {
  const query = read(db)
    .where(and(matches(event, filter), isAfter(order, after)))
    .orderBy(asc(KEYS[order]), asc(registrations.id))
  return limit === undefined ? query.all() : query.limit(limit).all()
}

/** The ids alone, for what is done with all of them: in an order of the list, or as they came. */
export function listAttendeeIds(
  db: Db,
  event: Pick<Event, 'id'>,
  filter: AttendeeFilter,
  { order }: Pick<Page, 'order'> = {},
): number[] {
  return db
    .select({ id: registrations.id })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(matches(event, filter))
    .orderBy(...(order ? [asc(KEYS[order])] : []), asc(registrations.id))
    .all()
    .map(({ id }) => id)
}

/** These as they are now, in the order of the ids; without those who are gone. */
export function listAttendeesOf(db: Db, ids: number[]): Attendee[] {
  const found = new Map(
    read(db)
      .where(inArray(registrations.id, ids))
      .all()
      .map(row => [row.registration.id, row]),
  )
  return ids.flatMap(id => found.get(id) ?? [])
}

/** How many the filter leaves: as many as the list has, however it is paged. */
export function countAttendees(db: Db, event: Pick<Event, 'id'>, filter: AttendeeFilter): number {
  if (!filter.q && filter.mark !== 'undeliverable') return countRows(db, registrations, matches(event, filter))
  return listAttendeeIds(db, event, filter).length
}

/** One of them: with the address, and why mail does not arrive. */
export function findAttendee(db: Db, { id }: Pick<Registration, 'id'>): Attendee {
  const [found] = read(db).where(eq(registrations.id, id)).all()
  if (!found) throw new NotFound('registration')
  return found
}

/** Those that go on as this one: the same person, with another address. */
export function listMergedInto(db: Db, { id }: Pick<Registration, 'id'>): Attendee[] {
  return read(db).where(eq(registrations.mergedIntoId, id)).orderBy(asc(registrations.id)).all()
}

const MOST_TO_LOOK_AT = 200

/**
 * Those whose calendar said something else than yes, or answered before a move; and whom mail does not reach, for who may see
 * that. The first of them; what the answer means is `answerOf`'s to say.
 */
export function listToLookAt(db: Db, event: Event, byAddress: boolean): Attendee[] {
  const mayBeOlder = event.movedAt ? isNotNull(registrations.reply) : ne(registrations.reply, 'accepted')
  const said = and(eq(registrations.status, 'confirmed'), or(isNotNull(registrations.declinedAt), mayBeOlder))
  const isOut = and(ne(registrations.status, 'cancelled'), isNotNull(people.undeliverableAt))
  return read(db)
    .where(and(eq(registrations.eventId, event.id), or(said, byAddress ? isOut : undefined)))
    .orderBy(asc(registrations.queueNumber), asc(registrations.id))
    .limit(MOST_TO_LOOK_AT)
    .all()
    .map(row => (byAddress ? row : { ...row, email: null, undeliverable: null }))
}

/** By rank among the values of the schema, so that the list of choices and the list of people have one order. */
const rank = (column: SQL | typeof registrations.role | typeof registrations.status, values: readonly string[]) =>
  sql`instr(${values.join()}, ${column})`

const NAME = sql`fold(${registrations.name})`
const KEYS: Record<Order, SQL> = {
  queue: sql`${registrations.queueNumber}`,
  name: NAME,
  // Without one comes last.
  organisation: sql`(${registrations.organisation} = '') || fold(${registrations.organisation}) || char(9) || ${NAME}`,
  role: sql`char(64 + ${rank(registrations.role, ROLES)}) || ${NAME}`,
  status: sql`${rank(registrations.status, STATUSES)} * 1000000 + ${registrations.queueNumber}`,
}

/** From the row itself, so that no name stands in an address; after one that is gone, nothing. */
function isAfter(order: Order, after: number | undefined): SQL | undefined {
  if (after === undefined) return undefined
  const key = KEYS[order]
  return sql`(${key}, ${registrations.id}) > (select ${key}, ${registrations.id} from ${registrations} where ${registrations.id} = ${after})`
}

function matches({ id }: Pick<Event, 'id'>, filter: AttendeeFilter): SQL | undefined {
  const { q, status, role, attendance, attended, mark, byAddress = true } = filter
  return and(
    eq(registrations.eventId, id),
    status && eq(registrations.status, status),
    role && eq(registrations.role, role),
    attendance && eq(registrations.attendance, attendance),
    attended === 'yes' ? isNotNull(registrations.attendedAt) : undefined,
    attended === 'no' ? and(eq(registrations.status, 'confirmed'), isNull(registrations.attendedAt)) : undefined,
    mark && IS_MARKED[mark],
    ...wordsOf(q).map(word => mentions(word, byAddress)),
  )
}

const IS_MARKED: Record<(typeof MARKS)[number], SQL> = {
  undeliverable: isNotNull(people.undeliverableAt),
  note: ne(registrations.note, ''),
  part: isNotNull(registrations.part),
}

/** Every word must stand somewhere: accents and capitals make no difference. */
function mentions(word: string, byAddress: boolean): SQL | undefined {
  const folded = fold(word)
  const text = sql`fold(${registrations.name} || ' ' || ${registrations.organisation})`
  return or(folded ? like(text, `%${folded}%`) : sql`false`, byAddress ? like(people.email, `%${word}%`) : undefined)
}

const wordsOf = (q = '') => q.replaceAll(/[%_]/g, ' ').split(/\s+/).filter(Boolean).slice(0, 8)
