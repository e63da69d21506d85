// Planning a series: its rule proposes dates, an organiser accepts, moves or skips each, and drafts come of it. The rule
// is never more than an aid: what exists is left as it is, and a date that was changed by hand is never set back.
import { and, asc, desc, eq, gte, inArray, lt } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { events } from '#db/schema.ts'
import { Invalid } from '#src/lib/errors.ts'
import { localTimeProblem } from '#src/lib/time.ts'
import { audit } from './audit.ts'
import { createEvent } from './drafts.ts'
import type { Event } from './events.ts'
import { type Holiday, holidaysOn } from './holidays.ts'
import { datesOf, parseRule } from './rules.ts'
import type { Series } from './series.ts'

export interface Proposal {
  date: Temporal.PlainDate
  holidays: Holiday[]
  /** The rule falls in a month this series skips. */
  skipped: boolean
  /** What this series has in the same period already: the date is taken, by hand or by an earlier planning. */
  existing: Event | undefined
}

/** The rule's dates in a span, each with what is known against it. */
export function proposeDates(db: Db, found: Series, from: Temporal.PlainDate, until: Temporal.PlainDate): Proposal[] {
  const rule = parseRule(found.rule)
  if (!rule) throw new Error(`series ${found.slug} has no valid rule`)
  const planned = listPlanned(db, found, from, until)
  return datesOf(rule, from, until).map(date => ({
    date,
    holidays: holidaysOn(date),
    skipped: found.skipMonths.includes(date.month),
    existing: planned.find(event => isSamePeriod(event, date, rule.every)),
  }))
}

/**
 * Where planning goes on: the twelve months after what exists, or from tomorrow. A rule in weeks keeps its rhythm, since
 * its weeks count from the first day of a span.
 */
export function nextSpan(db: Db, found: Series, today: Temporal.PlainDate) {
  const rule = parseRule(found.rule)
  const tomorrow = today.add({ days: 1 })
  const wanted = listLatest(db, found).map(wantedDate).sort(Temporal.PlainDate.compare).at(-1)
  let from = wanted ? wanted.add({ days: 1 }) : tomorrow
  if (wanted && rule?.every === 'week') {
    from = wanted.add({ weeks: rule.interval })
    while (Temporal.PlainDate.compare(from, tomorrow) < 0) from = from.add({ weeks: rule.interval })
  }
  if (Temporal.PlainDate.compare(from, tomorrow) < 0) from = tomorrow
  return { from, until: from.add({ months: 12 }).subtract({ days: 1 }) }
}

/** The day an event was planned for, wherever it was moved to afterwards; what the rule never gave has an empty one. */
function wantedDate(event: Event): Temporal.PlainDate {
  return Temporal.PlainDateTime.from(event.plannedFor || event.movedFrom || event.localStart).toPlainDate()
}

/** A monthly series has one event a month, wherever in the month it was moved to; a weekly one has its exact dates. */
function isSamePeriod(event: Event, date: Temporal.PlainDate, every: 'month' | 'week'): boolean {
  const wanted = wantedDate(event)
  const actual = Temporal.PlainDateTime.from(event.localStart).toPlainDate()
  if (every === 'week') return wanted.equals(date) || actual.equals(date)
  return [wanted, actual].some(day => day.toPlainYearMonth().equals(date.toPlainYearMonth()))
}

/** What a series has in a span, and a year either side of it: nothing is moved further than that. */
function listPlanned(db: Db, found: Series, from: Temporal.PlainDate, until: Temporal.PlainDate): Event[] {
  const [first, last] = [from.subtract({ years: 1 }).toString(), until.add({ years: 1 }).toString()]
  return db
    .select()
    .from(events)
    .where(and(eq(events.seriesId, found.id), gte(events.localStart, first), lt(events.localStart, last)))
    .orderBy(asc(events.localStart))
    .all()
}

/** The last ones of a series: more than one, since the last to be planned may have been moved forward. */
function listLatest(db: Db, found: Series): Event[] {
  const mine = eq(events.seriesId, found.id)
  return db.select().from(events).where(mine).orderBy(desc(events.localStart)).limit(20).all()
}

/** Events of a series in a span that stand for none of the proposed dates: added beside the rule, or from an older one. */
export function listStray(
  db: Db,
  found: Series,
  proposals: Proposal[],
  from: Temporal.PlainDate,
  until: Temporal.PlainDate,
): Event[] {
  const shown = new Set(proposals.map(({ existing }) => existing?.id))
  const isIn = ({ localStart }: Event) =>
    localStart >= from.toString() && localStart < until.add({ days: 1 }).toString()
  return listPlanned(db, found, from, until).filter(event => isIn(event) && !shown.has(event.id))
}

/** Which of these wall times a series has already. */
function takenStarts(db: Db, found: Series, starts: string[]): Set<string> {
  const same = and(eq(events.seriesId, found.id), inArray(events.localStart, starts))
  const rows = db.select({ localStart: events.localStart }).from(events).where(same).all()
  return new Set(rows.map(row => row.localStart))
}

export interface PlannedDate {
  date: Temporal.PlainDate
  title?: string
  /** The rule's own date, where another one was chosen instead, and why. */
  insteadOf?: Temporal.PlainDate
  reason?: string
}

/** Makes a draft for each date that the series has nothing on yet, with the series' defaults. Returns the new ones. */
export function planDates(
  tx: Tx,
  found: Series,
  dates: PlannedDate[],
  organiserId: number | null,
  now: Temporal.Instant,
): Event[] {
  const fresh = dates.map(planned => ({ ...planned, localStart: `${planned.date}T${found.localTime}` }))
  const taken = takenStarts(
    tx,
    found,
    fresh.map(planned => planned.localStart),
  )
  const problems = fresh.flatMap(({ date, localStart }) => {
    const problem = localTimeProblem(localStart, found.timeZone)
    return problem ? [[`date_${date}`, problem]] : []
  })
  if (problems.length) throw new Invalid(Object.fromEntries(problems))
  const made = fresh
    .filter(({ localStart }) => !taken.has(localStart) && taken.add(localStart))
    .map(planned => createEvent(tx, draftOf(found, planned), now))
  audit(
    tx,
    { action: 'series_planned', organiserId, groupId: found.groupId, detail: `${found.slug}: ${made.length}` },
    now,
  )
  return made
}

function draftOf(
  found: Series,
  { localStart, title = found.title, insteadOf, reason = '' }: PlannedDate & { localStart: string },
) {
  const { id, groupId, kind, timeZone, durationMinutes, attendance, capacityOnline, capacityInPerson, roomUrl, venue } =
    found
  const slug = `${found.slug}-${localStart.slice(0, 10)}`
  return {
    seriesId: id,
    groupId,
    kind,
    timeZone,
    durationMinutes,
    attendance,
    capacityOnline,
    capacityInPerson,
    roomUrl,
    venue,
    title,
    localStart,
    plannedFor: insteadOf ? `${insteadOf}T${found.localTime}` : localStart,
    moveReason: reason,
    ...(title === found.title && { slug }),
  }
}
