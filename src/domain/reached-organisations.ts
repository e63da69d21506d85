// Where attendees come from, organisation by organisation, under the names they were given. An organisation that few people came
// from points at them, so it is named from three people on; all others stand together with who named none.
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { areMany, FEWEST_PEOPLE, keptPeople, peopleIn } from './organisation-people.ts'
import { keptSums, type Sum, type Which, whichOf } from './organisation-sums.ts'
import { listNames, type Organisation } from './organisations.ts'
import { type Ground, settled } from './reach.ts'
import { ATTENDANCE, type Attendance, type OrganisationCounts, totalOf } from './totals.ts'

export interface OrganisationReach extends Attendance {
  name: string
}

export interface OrganisationsReach {
  /** The most registrations first. */
  named: OrganisationReach[]
  others: Attendance
}

/** Every attendee of the ground is in exactly one of these. */
export function byOrganisation(db: Db, ground: Ground, now: Temporal.Instant): OrganisationsReach {
  const counted = ground.aside.flatMap(event =>
    event.counts.organisations.map(counts => ({ ...settled(counts, event, now), eventId: event.id })),
  )
  const which = whichOf(db, ground)
  const sums = [...keptSums(db, ground, which), ...counted.map(counts => ({ ...counts, most: counts.registered }))]
  const names = listNames(db)
  const keyOf = ({ spelling }: Pick<Sum, 'spelling'>) => names.get(spelling)?.id ?? spelling
  const groups = [...Map.groupBy(sums, keyOf).values()]
  const isNamed = namedOnes(db, ground, which, groups, counted)
  const { yes = [], no = [] } = Object.groupBy(groups, of => (isNamed(of) ? 'yes' : 'no'))
  const written = lastWrittenOf(db, ground.year, yes)
  const named = yes.map(of => ({ ...together(of), name: nameOf(db, of, names, written) }))
  const others = no.map(together)
  return {
    named: named.sort((a, b) => b.registered - a.registered || a.name.localeCompare(b.name)),
    others: totalOf(ATTENDANCE, others),
  }
}

const together = (of: Sum[]): Attendance => totalOf(ATTENDANCE, of)

/** Which of these at least three different people came from. */
function namedOnes(
  db: Db,
  ground: Ground,
  which: Which,
  groups: Sum[][],
  counted: OrganisationCounts[],
): (of: Sum[]) => boolean {
  const fresh = Map.groupBy(counted, ({ spelling }) => spelling)
  const readKept = keptPeople(db, ground.year, which, spellingsOf(groups))
  return of => {
    if (of[0]?.spelling === '') return false
    if (of.some(({ most }) => most >= FEWEST_PEOPLE)) return true
    const spellings = [...new Set(of.map(({ spelling }) => spelling))]
    const people = new Set(spellings.flatMap(spelling => (fresh.get(spelling) ?? []).flatMap(peopleIn)))
    return spellings.some(spelling => people.size >= FEWEST_PEOPLE || areMany(readKept(spelling), people))
  }
}

const spellingsOf = (groups: Sum[][]) => [...new Set(groups.flat().map(({ spelling }) => spelling))]

interface Written {
  eventId: number
  written?: string
}

/** The name that was chosen, or how it was written last: without one, all are of one spelling. */
function nameOf(db: Db, of: Sum[], names: Map<string, Organisation>, kept: Map<string, Written>): string {
  const chosen = of.map(({ spelling }) => names.get(spelling)).find(Boolean)
  if (chosen) return chosen.name
  const [last] = of
    .flatMap(({ spelling, eventId, written }): Written[] => {
      if (eventId !== undefined) return [{ eventId, ...(written !== undefined && { written }) }]
      const last = kept.get(spelling)
      return last ? [last] : []
    })
    .sort((one, other) => other.eventId - one.eventId)
  if (!last) return of[0]?.spelling ?? ''
  return last.written ?? writtenAt(db, last.eventId, of[0]?.spelling ?? '')
}

/** How these were written last in a year. */
function lastWrittenOf(db: Db, year: number, groups: Sum[][]): Map<string, Written> {
  const wanted = groups.map(of => of.filter(({ eventId }) => eventId === undefined))
  const rows = lastWritten(db).all(JSON.stringify(spellingsOf(wanted)), year)
  return new Map(rows.map(row => [row.spelling, row]))
}

const lastWritten = prepared(db =>
  db.$client.prepare<[string, number], Required<Written> & { spelling: string }>(
    `select spelling, event_id as eventId, written from json_each(?) wanted join organisation_totals kept on kept.rowid = (
       select one.rowid from organisation_totals one where year = ? and spelling = wanted.value order by event_id desc limit 1
     )`,
  ),
)

/** How a spelling was written at an event. */
export function writtenAt(db: Db, eventId: number, spelling: string): string {
  return written(db).get(eventId, spelling) ?? spelling
}

const written = prepared(db =>
  db.$client
    .prepare<[number, string], string>('select written from organisation_totals where event_id = ? and spelling = ?')
    .pluck(),
)
