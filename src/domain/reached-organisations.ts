// Where attendees come from, organisation by organisation, under the names they were given. An organisation that few people came
// from points at them, so it is named from three people on; all others stand together with who named none.
import { and, eq, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, organisationTotals } from '#db/schema.ts'
import { areMany, FEWEST_PEOPLE, keptPeople, MANY_EVENTS, peopleIn } from './organisation-people.ts'
import { listNames, type Organisation } from './organisations.ts'
import { type Ground, isInYear, settled } from './reach.ts'
import { ATTENDANCE, type Attendance, countEvent, listStale, type OrganisationCounts, totalOf } from './totals.ts'

export interface OrganisationReach extends Attendance {
  name: string
}

export interface OrganisationsReach {
  /** The most registrations first. */
  named: OrganisationReach[]
  others: Attendance
}

interface Sum extends Attendance {
  spelling: string
  /** Most people at one event, and an event at which it was written. */
  most: number
  eventId: number
  written?: string
}

/** Every attendee of the ground is in exactly one of these. */
export function byOrganisation(db: Db, ground: Ground, now: Temporal.Instant): OrganisationsReach {
  const counted = ground.aside.flatMap(event =>
    countEvent(db, event).organisations.map(counts => ({ ...settled(counts, event, now), eventId: event.id })),
  )
  const sums = [...keptSums(db, ground), ...counted.map(counts => ({ ...counts, most: counts.registered }))]
  const names = listNames(db)
  const keyOf = ({ spelling }: Pick<Sum, 'spelling'>) => names.get(spelling)?.id ?? spelling
  const groups = [...Map.groupBy(sums, keyOf).values()]
  const isNamed = namedOnes(db, ground, counted)
  const { yes = [], no = [] } = Object.groupBy(groups, of => (isNamed(of) ? 'yes' : 'no'))
  const named = yes.map(of => ({ ...together(of), name: nameOf(db, of, names) }))
  const others = no.map(together)
  return {
    named: named.sort((a, b) => b.registered - a.registered || a.name.localeCompare(b.name)),
    others: totalOf(ATTENDANCE, others),
  }
}

const together = (of: Sum[]): Attendance => totalOf(ATTENDANCE, of)

/** Ids of the events of the ground whose sums are kept. */
function keptIds({ events: list, aside }: Ground): number[] {
  const asideIds = new Set(aside.map(({ id }) => id))
  return list.flatMap(({ id }) => (asideIds.has(id) ? [] : [id]))
}

/**
 * To leave a few events out of a year, their sums are taken off those of the year: asking of each row whether its event is
 * in the ground takes three times as long as adding all of them up.
 */
function keptSums(db: Db, ground: Ground): Sum[] {
  const { year } = ground
  const kept = keptIds(ground)
  const others = otherIds(db, year, new Set(kept))
  if (others.length * 10 > kept.length) return sumsOf(db, year, kept)
  const off = new Map(sumsOf(db, year, others).map(sum => [sum.spelling, sum]))
  return sumsOf(db, year)
    .map(sum => less(sum, off.get(sum.spelling)))
    .filter(({ registered }) => registered > 0)
}

/** Where many came to one of the others, it is not known whether many came to one of the ground. */
function less(sum: Sum, other: Sum | undefined): Sum {
  if (!other) return sum
  const rest = Object.fromEntries(ATTENDANCE.map(name => [name, sum[name] - other[name]]))
  return { ...sum, ...rest, most: other.most >= FEWEST_PEOPLE ? 0 : sum.most }
}

/** Events with sums under this year that are not in the ground; a stale one may stand under the year it was moved from. */
function otherIds(db: Db, year: number, kept: Set<number>): number[] {
  const ofYear = db.select({ id: events.id }).from(events).where(isInYear(year)).all()
  const ids = new Set([...ofYear.map(({ id }) => id), ...listStale(db)])
  return [...ids].filter(id => !kept.has(id))
}

/** By spelling, of the whole year or of some events. */
function sumsOf(db: Db, year: number, ids?: number[]): Sum[] {
  // A plus keeps an index from being used (sqlite.org/optoverview, 2.1).
  const isMany = ids && ids.length > MANY_EVENTS
  const eventId = isMany ? sql`+${organisationTotals.eventId}` : organisationTotals.eventId
  const among = ids && sql`${eventId} in (select value from json_each(${JSON.stringify(ids)}))`
  const sums = Object.fromEntries(ATTENDANCE.map(name => [name, sql<number>`sum(${organisationTotals[name]})`]))
  return db
    .select({
      ...(sums as Record<keyof Attendance, ReturnType<typeof sql<number>>>),
      spelling: organisationTotals.spelling,
      most: sql<number>`max(${organisationTotals.registered})`,
      eventId: sql<number>`max(${organisationTotals.eventId})`,
    })
    .from(organisationTotals)
    .where(and(eq(organisationTotals.year, year), among))
    .groupBy(organisationTotals.spelling)
    .all()
}

/** Which of these at least three different people came from. */
function namedOnes(db: Db, ground: Ground, counted: OrganisationCounts[]): (of: Sum[]) => boolean {
  const fresh = Map.groupBy(counted, ({ spelling }) => spelling)
  const readKept = keptPeople(db, ground.year, keptIds(ground))
  return of => {
    if (of[0]?.spelling === '') return false
    if (of.some(({ most }) => most >= FEWEST_PEOPLE)) return true
    const spellings = [...new Set(of.map(({ spelling }) => spelling))]
    const people = new Set(spellings.flatMap(spelling => (fresh.get(spelling) ?? []).flatMap(peopleIn)))
    return spellings.some(spelling => people.size >= FEWEST_PEOPLE || areMany(readKept(spelling), people))
  }
}

/** The name that was chosen, or how it was written last: without one, all are of one spelling. */
function nameOf(db: Db, of: Sum[], names: Map<string, Organisation>): string {
  const chosen = of.map(({ spelling }) => names.get(spelling)).find(Boolean)
  if (chosen) return chosen.name
  const last = of.reduce((one, other) => (other.eventId > one.eventId ? other : one))
  return last.written ?? writtenAt(db, last.eventId, last.spelling)
}

/** How a spelling was written at an event. */
export function writtenAt(db: Db, eventId: number, spelling: string): string {
  return written(db).get({ eventId, spelling })?.written ?? spelling
}

const written = prepared(db =>
  db
    .select({ written: organisationTotals.written })
    .from(organisationTotals)
    .where(
      and(
        eq(organisationTotals.eventId, sql.placeholder('eventId')),
        eq(organisationTotals.spelling, sql.placeholder('spelling')),
      ),
    )
    .prepare(),
)
