// What is known against a day, before it hurts: holidays, and what else is on.
import type { FastifyRequest } from 'fastify'
import { SCHOOL_REGIONS } from '#db/schema.ts'
import type { Event } from '#src/domain/events.ts'
import { holidaysOn } from '#src/domain/holidays.ts'
import { listOnDays } from '#src/domain/overview.ts'
import {
  type SchoolRegion,
  schoolHolidaysBetween,
  schoolHolidaysOn,
  schoolRegionOf,
} from '#src/domain/school-holidays.ts'
import type { Messages } from '#src/i18n/index.ts'
import type { Deps } from '../deps.ts'
import { organiserOf } from './access.ts'

/** In sentences, for an event that would stand at `when`. */
export function warningsFor(
  { db }: Pick<Deps, 'db'>,
  request: FastifyRequest,
  event: Event,
  when: Pick<Event, 'localStart'>,
): string[] {
  const { t, f } = request
  const date = Temporal.PlainDateTime.from(when.localStart).toPlainDate()
  const others = (listOnDays(db, organiserOf(request), date, date).get(date.toString()) ?? []).filter(
    other => other.id !== event.id,
  )
  const known = schoolHolidaysBetween(db, schoolRegionOf(db, event.groupId), date, date)
  return [
    ...holidaysOn(date).map(holiday => t.console.warnings.holiday(f.date(date), t.words.holidays[holiday])),
    ...schoolHolidaysOn(known, date).map(({ name, regions }) =>
      t.console.warnings.schoolHoliday(f.date(date), name, regionNames(t, regions)),
    ),
    ...others.map(other => t.console.warnings.clash(other.title, f.range(other))),
  ]
}

/** "Noord, Midden"; all three are the whole country. */
function regionNames({ words }: Messages, regions: SchoolRegion[]): string {
  if (regions.length === SCHOOL_REGIONS.length) return words.allRegions
  return regions.map(region => words.schoolRegions[region]).join(', ')
}
