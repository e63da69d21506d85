// Where attendees come from, organisation by organisation, under the names they were given. An organisation that few people came
// from points at them, so it is named from three people on; all others stand together with who named none.
import { and, eq, inArray, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, organisationTotals } from '#db/schema.ts'
import { fold } from '#src/lib/text.ts'
import { listNames, type Organisation, spellingsOf } from './organisations.ts'
import { type Ground, idsOf, settled } from './reach.ts'
import { ATTENDANCE, type Attendance, countEvent, listStale, type OrganisationCounts, totalOf } from './totals.ts'

/** From so many people on, an organisation is called by its name. */
export const FEWEST_PEOPLE = 3

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
  const isNamed = namedOnes(db, ground, groups, counted)
  const named = groups.filter(isNamed).map(of => ({ ...together(of), name: nameOf(db, of, names) }))
  const others = groups.filter(of => !isNamed(of)).map(together)
  return {
    named: named.sort((a, b) => b.registered - a.registered || a.name.localeCompare(b.name)),
    others: totalOf(ATTENDANCE, others),
  }
}

const together = (of: Sum[]): Attendance => totalOf(ATTENDANCE, of)

/** More events than this are a good part of a year: reading the year through is faster than looking each of them up. */
const MANY_EVENTS = 150

/** Where the sums of the ground are kept: everywhere but aside. */
function isKept({ year, events: list, aside }: Ground) {
  // A plus keeps an index from being used (sqlite.org/optoverview, 2.1).
  const eventId = list.length > MANY_EVENTS ? sql`+${organisationTotals.eventId}` : organisationTotals.eventId
  const asideIds = new Set(aside.map(({ id }) => id))
  const kept = list.filter(({ id }) => !asideIds.has(id))
  return and(eq(organisationTotals.year, year), sql`${eventId} in ${idsOf(kept)}`)
}

function keptSums(db: Db, ground: Ground): Sum[] {
  const sums = Object.fromEntries(ATTENDANCE.map(name => [name, sql<number>`sum(${organisationTotals[name]})`]))
  return db
    .select({
      ...(sums as Record<keyof Attendance, ReturnType<typeof sql<number>>>),
      spelling: organisationTotals.spelling,
      most: sql<number>`max(${organisationTotals.registered})`,
      eventId: sql<number>`max(${organisationTotals.eventId})`,
    })
    .from(organisationTotals)
    .where(isKept(ground))
    .groupBy(organisationTotals.spelling)
    .all()
}

/** Which of these at least three different people came from. */
function namedOnes(db: Db, ground: Ground, groups: Sum[][], counted: OrganisationCounts[]): (of: Sum[]) => boolean {
  const isNone = (of: Sum[]) => of[0]?.spelling === ''
  const isClear = (of: Sum[]) => of.some(({ most }) => most >= FEWEST_PEOPLE)
  const unclear = groups.filter(of => !isNone(of) && !isClear(of)).flat()
  const people = peopleBySpelling([...keptPeople(db, ground, unclear), ...counted])
  const peopleOf = (of: Sum[]) => new Set(of.flatMap(({ spelling }) => [...(people.get(spelling) ?? [])]))
  return of => !isNone(of) && (isClear(of) || peopleOf(of).size >= FEWEST_PEOPLE)
}

function keptPeople(db: Db, ground: Ground, sums: Sum[]): People[] {
  if (!sums.length) return []
  const spellings = JSON.stringify(sums.map(({ spelling }) => spelling))
  const among = sql`${organisationTotals.spelling} in (select value from json_each(${spellings}))`
  return db
    .select(PEOPLE)
    .from(organisationTotals)
    .where(and(isKept(ground), among))
    .all()
}

const PEOPLE = {
  spelling: organisationTotals.spelling,
  firstPersonId: organisationTotals.firstPersonId,
  lastPersonId: organisationTotals.lastPersonId,
}
type People = Pick<OrganisationCounts, 'spelling' | 'firstPersonId' | 'lastPersonId'>

function peopleBySpelling(rows: People[]): Map<string, Set<number>> {
  const people = new Map<string, Set<number>>()
  for (const { spelling, firstPersonId, lastPersonId } of rows) {
    const known = people.get(spelling) ?? new Set()
    people.set(spelling, known.add(firstPersonId).add(lastPersonId))
  }
  return people
}

function nameOf(db: Db, of: Sum[], names: Map<string, Organisation>): string {
  const [most] = of.toSorted((a, b) => b.registered - a.registered)
  if (!most) return ''
  return names.get(most.spelling)?.name ?? most.written ?? writtenAt(db, most.eventId, most.spelling)
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

/**
 * Whether at least three different people, ever and anywhere here, came from this organisation: then its name on a row points
 * at nobody.
 */
export function isShared(db: Db, organisation: string): boolean {
  const spelling = fold(organisation)
  const name = listNames(db).get(spelling)
  const spellings = name ? spellingsOf(db, name) : [spelling]
  const rows = peopleOf(db, spellings)
  const people = new Set(rows.flatMap(row => [row.firstPersonId, row.lastPersonId]))
  return people.size >= FEWEST_PEOPLE || rows.some(row => row.registered >= FEWEST_PEOPLE)
}

function peopleOf(db: Db, spellings: string[]): (People & Pick<Attendance, 'registered'>)[] {
  const stale = listStale(db)
  const years = db.selectDistinct({ year: organisationTotals.year }).from(organisationTotals).all()
  const kept = years.flatMap(({ year }) =>
    db
      .select({ ...PEOPLE, eventId: organisationTotals.eventId, registered: organisationTotals.registered })
      .from(organisationTotals)
      .where(and(eq(organisationTotals.year, year), inArray(organisationTotals.spelling, spellings)))
      .all()
      .filter(({ eventId }) => !stale.has(eventId)),
  )
  const list = db
    .select()
    .from(events)
    .where(inArray(events.id, [...stale]))
    .all()
  const counted = list.flatMap(event => countEvent(db, event).organisations)
  return [...kept, ...counted.filter(({ spelling }) => spellings.includes(spelling))]
}
