// How many people stand behind an organisation: enough to name it, or so few that its name points at them. Kept are the lowest and
// the highest person of each event; with two people at most, these are all of them.
import { distinctOf } from '#db/distinct.ts'
import { and, eq, inArray, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, organisationTotals, staleEvents } from '#db/schema.ts'
import { fold } from '#src/lib/text.ts'
import { isMost, type Which } from './organisation-sums.ts'
import { listNames, spellingsOf } from './organisations.ts'
import { countEvent, listStale, type OrganisationCounts } from './totals.ts'

/** From so many people on, an organisation is called by its name. */
export const FEWEST_PEOPLE = 3

export const peopleIn = ({ firstPersonId, lastPersonId }: People) => [firstPersonId, lastPersonId]

/** Adds people to those there are, until there are enough. */
export function areMany(rows: Iterable<People>, people: Set<number>): boolean {
  for (const row of rows) {
    for (const id of peopleIn(row)) people.add(id)
    if (row.registered >= FEWEST_PEOPLE || people.size >= FEWEST_PEOPLE) return true
  }
  return false
}

/**
 * Who came in each of these spellings, event by event: of few events read at once, of many the first events of all spellings at
 * once, which mostly are enough, and from there on until it is known that there are.
 */
export function keptPeople(
  db: Db,
  year: number,
  which: Which,
  spellings: string[],
): (spelling: string) => Iterable<People> {
  const { isYear, ids } = which
  if (isYear || isMost(which)) {
    const first = Map.groupBy(firstOfEach(db).all(JSON.stringify(spellings), year), ({ spelling }) => spelling)
    const isKept = ({ eventId }: PeopleAt) => ids.has(eventId) !== isYear
    return spelling => goOn(db, year, spelling, first.get(spelling) ?? []).filter(isKept)
  }
  const among = sql`${organisationTotals.eventId} in (select value from json_each(${JSON.stringify([...ids])}))`
  const rows = db
    .select({ ...PEOPLE, spelling: organisationTotals.spelling })
    .from(organisationTotals)
    .where(among)
    .all()
  const bySpelling = Map.groupBy(rows, ({ spelling }) => spelling)
  return spelling => bySpelling.get(spelling) ?? []
}

function* goOn(db: Db, year: number, spelling: string, first: PeopleAt[]): Generator<PeopleAt> {
  yield* first
  const last = first.at(-1)
  if (last && first.length === FIRST_EVENTS) yield* othersOf(db).iterate(year, spelling, last.eventId)
}

type PeopleAt = People & { eventId: number }
const FIRST_EVENTS = 4
const AT_EVENT = 'event_id as eventId, registered, first_person_id as firstPersonId, last_person_id as lastPersonId'
const COUNTED = 'published_at is not null and cancelled_at is null'

const firstOfEach = prepared(db =>
  db.$client.prepare<[string, number], PeopleAt & { spelling: string }>(
    `select spelling, ${AT_EVENT} from json_each(?) wanted join organisation_totals kept on kept.rowid in (
       select one.rowid from organisation_totals one join events on events.id = event_id
       where year = ? and spelling = wanted.value and ${COUNTED} order by event_id limit ${FIRST_EVENTS}
     ) order by event_id`,
  ),
)

const othersOf = prepared(db =>
  db.$client.prepare<[number, string, number], PeopleAt>(
    `select ${AT_EVENT} from organisation_totals join events on events.id = event_id
     where year = ? and spelling = ? and event_id > ? and ${COUNTED} order by event_id`,
  ),
)

const PEOPLE = {
  registered: organisationTotals.registered,
  firstPersonId: organisationTotals.firstPersonId,
  lastPersonId: organisationTotals.lastPersonId,
}
export type People = Pick<OrganisationCounts, 'registered' | 'firstPersonId' | 'lastPersonId'>

/**
 * Whether at least three different people, ever and anywhere here, came from this organisation: then its name on a row points
 * at nobody.
 */
export function isShared(db: Db, organisation: string): boolean {
  const spelling = fold(organisation)
  const name = listNames(db).get(spelling)
  const spellings = name ? spellingsOf(db, name) : [spelling]
  return areMany(peopleOf(db, spellings), new Set())
}

function peopleOf(db: Db, spellings: string[]): People[] {
  const stale = listStale(db)
  const kept = distinctOf<number>(db, organisationTotals.year).flatMap(year =>
    db
      .select({ ...PEOPLE, eventId: organisationTotals.eventId })
      .from(organisationTotals)
      .where(and(eq(organisationTotals.year, year), inArray(organisationTotals.spelling, spellings)))
      .all()
      .filter(({ eventId }) => !stale.has(eventId)),
  )
  const ofStale = inArray(events.id, db.select({ id: staleEvents.eventId }).from(staleEvents))
  const list = db.select().from(events).where(ofStale).all()
  const counted = list.flatMap(event => countEvent(db, event).organisations)
  return [...kept, ...counted.filter(({ spelling }) => spellings.includes(spelling))]
}
