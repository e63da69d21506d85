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
  const isNamed = namedOnes(db, ground, which, counted)
  const { yes = [], no = [] } = Object.groupBy(groups, of => (isNamed(of) ? 'yes' : 'no'))
  const named = yes.map(of => ({ ...together(of), name: nameOf(db, ground.year, of, names) }))
  const others = no.map(together)
  return {
    named: named.sort((a, b) => b.registered - a.registered || a.name.localeCompare(b.name)),
    others: totalOf(ATTENDANCE, others),
  }
}

const together = (of: Sum[]): Attendance => totalOf(ATTENDANCE, of)

/** Which of these at least three different people came from. */
function namedOnes(db: Db, ground: Ground, which: Which, counted: OrganisationCounts[]): (of: Sum[]) => boolean {
  const fresh = Map.groupBy(counted, ({ spelling }) => spelling)
  const readKept = keptPeople(db, ground.year, which)
  return of => {
    if (of[0]?.spelling === '') return false
    if (of.some(({ most }) => most >= FEWEST_PEOPLE)) return true
    const spellings = [...new Set(of.map(({ spelling }) => spelling))]
    const people = new Set(spellings.flatMap(spelling => (fresh.get(spelling) ?? []).flatMap(peopleIn)))
    return spellings.some(spelling => people.size >= FEWEST_PEOPLE || areMany(readKept(spelling), people))
  }
}

/** The name that was chosen, or how it was written last: without one, all are of one spelling. */
function nameOf(db: Db, year: number, of: Sum[], names: Map<string, Organisation>): string {
  const chosen = of.map(({ spelling }) => names.get(spelling)).find(Boolean)
  if (chosen) return chosen.name
  const [last] = of
    .flatMap(sum =>
      sum.eventId === undefined ? (lastWritten(db).get(year, sum.spelling) ?? []) : { ...sum, eventId: sum.eventId },
    )
    .sort((one, other) => other.eventId - one.eventId)
  if (!last) return of[0]?.spelling ?? ''
  return last.written ?? writtenAt(db, last.eventId, of[0]?.spelling ?? '')
}

const lastWritten = prepared(db =>
  db.$client.prepare<[number, string], { eventId: number; written?: string }>(
    'select event_id as eventId, written from organisation_totals where year = ? and spelling = ? order by event_id desc limit 1',
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
