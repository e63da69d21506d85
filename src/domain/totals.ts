// The attendees of an event added up, by role and by organisation. What is kept is a copy of what counting the rows gives:
// triggers name the events under which a row changed, those are counted from their rows, and added up again soon after.
import { and, asc, eq, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { placeholders, prepared } from '#db/prepared.ts'
import { events, organisationTotals, type ROLES, registrations, roleTotals, staleEvents } from '#db/schema.ts'
import { fold } from '#src/lib/text.ts'
import { isCounted, isInQueue } from './registrations.ts'

export const COUNTS = [
  'registered',
  'placed',
  'attended',
  'absent',
  'waiting',
  'waited',
  'cancelled',
  'minutes',
] as const
export type Counts = Record<(typeof COUNTS)[number], number>

/** What is kept of organisations: a year of them is a lot to read. */
export const ATTENDANCE = ['registered', 'attended', 'absent', 'minutes'] as const
export type Attendance = Pick<Counts, (typeof ATTENDANCE)[number]>

export interface RoleCounts extends Counts {
  role: (typeof ROLES)[number]
}

/** `firstPersonId` and `lastPersonId`: the lowest and the highest; with two people at most, these are all of them. */
export interface OrganisationCounts extends Counts {
  spelling: string
  written: string
  firstPersonId: number
  lastPersonId: number
}

export interface EventCounts {
  roles: RoleCounts[]
  organisations: OrganisationCounts[]
}

export type Counted = Pick<typeof events.$inferSelect, 'id' | 'localStart' | 'durationMinutes'>

export const NOTHING: Counts = {
  registered: 0,
  placed: 0,
  attended: 0,
  absent: 0,
  waiting: 0,
  waited: 0,
  cancelled: 0,
  minutes: 0,
}

/** Each of these counts, added up over a list. */
export function totalOf<Name extends string>(
  names: readonly Name[],
  list: Record<Name, number>[],
): Record<Name, number> {
  const total = {} as Record<Name, number>
  for (const name of names) {
    let sum = 0
    for (const one of list) sum += one[name]
    total[name] = sum
  }
  return total
}

const waits = sql`(${isInQueue})`
const sum = (condition: ReturnType<typeof sql>) => sql<number>`coalesce(sum(${condition}), 0)`

const rowsOf = prepared(db =>
  db
    .select({
      role: registrations.role,
      written: registrations.organisation,
      registered: sql<number>`count(*)`,
      placed: sum(sql`${registrations.status} = 'confirmed'`),
      attended: sum(sql`${registrations.attendedAt} is not null`),
      absent: sum(sql`${registrations.status} = 'confirmed' and ${registrations.attendedAt} is null`),
      waiting: sum(waits),
      waited: sum(sql`${registrations.waitedAt} is not null or ${waits}`),
      cancelled: sum(sql`${registrations.status} = 'cancelled'`),
      minutes: sum(
        sql`iif(${registrations.attendedAt} is null, 0, coalesce(${registrations.attendedMinutes}, ${sql.placeholder('minutes')}))`,
      ),
      firstPersonId: sql<number>`min(${registrations.personId})`,
      lastPersonId: sql<number>`max(${registrations.personId})`,
    })
    .from(registrations)
    .where(and(eq(registrations.eventId, sql.placeholder('eventId')), isCounted))
    .groupBy(registrations.role, registrations.organisation)
    .orderBy(asc(registrations.role), asc(registrations.organisation))
    .prepare(),
)

type CountedRow = Omit<RoleCounts & OrganisationCounts, 'spelling'>
type CountedValues = [role: CountedRow['role'], written: string, ...counts: number[]]

function rowOf([role, written, ...numbers]: CountedValues): CountedRow {
  const [registered = 0, placed = 0, attended = 0, absent = 0, waiting = 0, waited = 0, ...rest] = numbers
  const [cancelled = 0, minutes = 0, firstPersonId = 0, lastPersonId = 0] = rest
  const counts = { registered, placed, attended, absent, waiting, waited, cancelled, minutes }
  return { role, written, ...counts, firstPersonId, lastPersonId }
}

/**
 * Counts the rows of one event. Who was there for a number of minutes counts those, and otherwise the whole event. Nobody is
 * absent where nobody was seen: then attendance was not kept.
 */
export function countEvent(db: Db, { id, durationMinutes }: Counted): EventCounts {
  // As SQLite gives them: a large event is thousands of rows, and drizzle takes longer over them than counting does.
  const rows = (rowsOf(db).values({ eventId: id, minutes: durationMinutes }) as CountedValues[]).map(rowOf)
  const isKept = rows.some(row => row.attended > 0)
  const seen = isKept ? rows : rows.map(row => ({ ...row, absent: 0 }))
  return { roles: mergeBy(seen, row => row.role), organisations: byOrganisation(seen) }
}

function byOrganisation(rows: Omit<OrganisationCounts, 'spelling'>[]): OrganisationCounts[] {
  const folded = rows.map(row => ({ ...row, spelling: fold(row.written) }))
  // The one that most people wrote comes first, and so gives its name.
  return mergeBy(
    folded.sort((a, b) => b.registered - a.registered),
    row => row.spelling,
  )
}

function mergeBy<Row extends Counts & Pick<OrganisationCounts, 'firstPersonId' | 'lastPersonId'>>(
  rows: Row[],
  keyOf: (row: Row) => string,
): Row[] {
  const merged = new Map<string, Row>()
  for (const row of rows) {
    const before = merged.get(keyOf(row))
    merged.set(keyOf(row), before ? together(before, row) : row)
  }
  return [...merged.values()]
}

/** The counts of both, with all else that the first says. */
function together<Row extends Counts & Pick<OrganisationCounts, 'firstPersonId' | 'lastPersonId'>>(
  one: Row,
  other: Row,
): Row {
  const firstPersonId = Math.min(one.firstPersonId, other.firstPersonId)
  const lastPersonId = Math.max(one.lastPersonId, other.lastPersonId)
  return { ...one, ...totalOf(COUNTS, [one, other]), firstPersonId, lastPersonId }
}

const ofRole = prepared(db =>
  db
    .insert(roleTotals)
    .values(placeholders(['eventId', 'role', ...COUNTS]))
    .prepare(),
)
const ofOrganisation = prepared(db =>
  db
    .insert(organisationTotals)
    .values(
      placeholders(['eventId', 'spelling', 'written', 'year', ...ATTENDANCE, 'firstPersonId', 'lastPersonId'] as const),
    )
    .prepare(),
)

/** Counting so many rows takes about as long as anybody may be kept waiting for it. */
const ROWS_AT_ONCE = 1000

/** Adds up anew what is stale, so many events at most, and fewer when they are large. Returns whether there may be more. */
export function addUp(tx: Tx, limit: number): boolean {
  const stale = tx
    .select({ id: events.id, localStart: events.localStart, durationMinutes: events.durationMinutes })
    .from(staleEvents)
    .innerJoin(events, eq(events.id, staleEvents.eventId))
    .limit(limit)
    .all()
  let rows = 0
  for (const event of stale) {
    if (rows >= ROWS_AT_ONCE) return true
    rows += keep(tx, event)
  }
  return stale.length === limit
}

/** How many rows it counted. */
function keep(tx: Tx, event: Counted): number {
  const { roles, organisations } = countEvent(tx, event)
  for (const table of [roleTotals, organisationTotals, staleEvents]) {
    tx.delete(table).where(eq(table.eventId, event.id)).run()
  }
  for (const counts of roles) ofRole(tx).run({ ...counts, eventId: event.id })
  for (const counts of organisations) {
    ofOrganisation(tx).run({ ...counts, eventId: event.id, year: yearOf(event) })
  }
  return totalOf(['registered'], roles).registered
}

export const yearOf = ({ localStart }: Pick<Counted, 'localStart'>) => Number(localStart.slice(0, 4))

/** Whether something changed since it was added up. A read, so that the worker opens no transaction for nothing. */
export function isAnyStale(db: Db): boolean {
  return db.select().from(staleEvents).limit(1).get() !== undefined
}

/** The events whose totals are not to be believed now: they are counted from their rows. */
export function listStale(db: Db): Set<number> {
  return new Set(
    db
      .select()
      .from(staleEvents)
      .all()
      .map(row => row.eventId),
  )
}
