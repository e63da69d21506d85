// School holidays by region, from the open data of Rijksoverheid (JSON). Imported by hand now and then, and a warning at
// planning: nothing waits for them, and without them planning works as well.
import { and, asc, eq, gte, lte, max, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { SCHOOL_REGIONS, schoolHolidays } from '#db/schema.ts'
import { cleanLine } from '#src/lib/text.ts'

export type SchoolRegion = (typeof SCHOOL_REGIONS)[number]
/** First and last day, both included, as `2026-10-10`. */
export type SchoolHoliday = typeof schoolHolidays.$inferSelect

/** Where the days of the data are days: its instants are midnights there. */
const ZONE = 'Europe/Amsterdam'
const REGIONS: Record<string, readonly SchoolRegion[]> = {
  noord: ['north'],
  midden: ['central'],
  zuid: ['south'],
  'heel nederland': SCHOOL_REGIONS,
}

/**
 * Reads an answer of `opendata.rijksoverheid.nl/…/infotypes/schoolholidays?output=json`, of one school year or of all. Nothing
 * if the text is no such thing; a holiday it does not understand is left out rather than guessed.
 */
export function readSchoolHolidays(text: string): SchoolHoliday[] | undefined {
  const found = blocksOf(parsed(text)).flatMap(({ vacations }) => listOf(vacations).flatMap(holidaysOfVacation))
  return found.length ? found : undefined
}

/** Replaces what is known of the days that the new data spans: a corrected date leaves no old one beside it. */
export function keepSchoolHolidays(tx: Tx, list: SchoolHoliday[]): void {
  const first = list.map(holiday => holiday.startsOn).sort()[0] ?? ''
  const last =
    list
      .map(holiday => holiday.endsOn)
      .sort()
      .at(-1) ?? ''
  tx.delete(schoolHolidays)
    .where(and(gte(schoolHolidays.startsOn, first), lte(schoolHolidays.startsOn, last)))
    .run()
  for (const holiday of list) tx.insert(schoolHolidays).values(holiday).onConflictDoNothing().run()
}

export function listSchoolHolidays(db: Db): SchoolHoliday[] {
  return db.select().from(schoolHolidays).orderBy(asc(schoolHolidays.startsOn), asc(schoolHolidays.region)).all()
}

/** The holidays of a span; of one region, or of all where nobody said which. */
export function schoolHolidaysBetween(
  db: Db,
  region: SchoolRegion | undefined,
  from: Temporal.PlainDate,
  until: Temporal.PlainDate,
): SchoolHoliday[] {
  const within = and(lte(schoolHolidays.startsOn, until.toString()), gte(schoolHolidays.endsOn, from.toString()))
  return db
    .select()
    .from(schoolHolidays)
    .where(and(within, region && eq(schoolHolidays.region, region)))
    .orderBy(asc(schoolHolidays.startsOn), asc(schoolHolidays.region))
    .all()
}

/** The last day that is in a holiday we know of, in one region or in any: of what comes after it we know nothing. */
export function schoolHolidaysKnownUntil(db: Db, region: SchoolRegion | undefined): string | undefined {
  const newest = db
    .select({ endsOn: max(schoolHolidays.endsOn) })
    .from(schoolHolidays)
    .where(region && eq(schoolHolidays.region, region))
    .get()
  return newest?.endsOn ?? undefined
}

/** One name with the regions that have it then, for one day. */
export interface SchoolHolidayOn {
  name: string
  regions: SchoolRegion[]
}

/** Which holidays a day falls in, each once, with all its regions. */
export function schoolHolidaysOn(list: SchoolHoliday[], date: Temporal.PlainDate): SchoolHolidayOn[] {
  const day = date.toString()
  const found = list.filter(({ startsOn, endsOn }) => startsOn <= day && day <= endsOn)
  return [...Map.groupBy(found, holiday => holiday.name)].map(([name, same]) => ({
    name,
    regions: SCHOOL_REGIONS.filter(region => same.some(holiday => holiday.region === region)),
  }))
}

/** Whose school holidays count for a group: its own region's, or that of the nearest group above it that has one. */
export function schoolRegionOf(db: Db, groupId: number): SchoolRegion | undefined {
  const rows = db.all<{ region: SchoolRegion }>(sql`with recursive above(id, parent_id, region, height) as (
    select id, parent_id, school_region, 0 from groups where id = ${groupId}
    union all select g.id, g.parent_id, g.school_region, height + 1 from groups g join above on g.id = above.parent_id
  ) select region from above where region is not null order by height limit 1`)
  return rows[0]?.region
}

function holidaysOfVacation(vacation: Entries): SchoolHoliday[] {
  const name = nameOf(vacation.type)
  return listOf(vacation.regions).flatMap(({ region, startdate, enddate }) => {
    const [startsOn, endsOn] = [dayOf(startdate), dayOf(enddate)]
    if (!name || !startsOn || !endsOn || endsOn < startsOn) return []
    return (REGIONS[cleanLine(String(region)).toLowerCase()] ?? []).map(one => ({
      name,
      region: one,
      startsOn,
      endsOn,
    }))
  })
}

/** `Herfstvakantie` reads as a common noun in a sentence. */
function nameOf(type: unknown): string {
  return cleanLine(String(type ?? '')).slice(0, 60)
}

/** The day of a midnight in Amsterdam ('2026-10-09T22:00:00.000Z'), or of a date that says just that. */
function dayOf(value: unknown): string | undefined {
  const text = String(value)
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return Temporal.PlainDate.from(text).toString()
    return Temporal.Instant.from(text).toZonedDateTimeISO(ZONE).toPlainDate().toString()
  } catch {
    return undefined
  }
}

type Entries = Record<string, unknown>

/** One answer, or a list of them; each holds its school years in `content`. */
function blocksOf(data: unknown): Entries[] {
  return listOf(Array.isArray(data) ? data : [data]).flatMap(({ content }) => listOf(content))
}

function listOf(value: unknown): Entries[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'object' && one !== null) : []
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
