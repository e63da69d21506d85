// The year strip: twelve months of the rhythm at a glance, a mark for every date of a series that meets by the month.
import type { Db } from '#db/open.ts'
import { listYear } from '#src/domain/agenda.ts'
import type { Event } from '#src/domain/events.ts'
import { type Holiday, holidaysOn } from '#src/domain/holidays.ts'
import { ordinalWeekday, parseRule, type Rule } from '#src/domain/rules.ts'
import type { Series } from '#src/domain/series.ts'
import { skipsOf } from '#src/domain/skips.ts'
import { paths } from '#src/lib/paths.ts'
import { dateIn, isBefore } from '#src/lib/time.ts'

type MonthlyRule = Rule & { every: 'month' }
/** `open`: the rule names the day, nothing is planned on it yet. `skipped`: this series has nothing that month. */
export type MarkState = 'past' | 'next' | 'coming' | 'cancelled' | 'draft' | 'open' | 'skipped'

export interface Mark {
  date: Temporal.PlainDate
  state: MarkState
  title: string
  path: string
  isSquare: boolean
}
export interface StripMonth {
  month: Temporal.PlainYearMonth
  isNow: boolean
  marks: Mark[]
}
/** What a series does, and where these twelve months depart from it. */
export interface Rhythm {
  series: Series
  path: string
  rule: MonthlyRule
  isSquare: boolean
  skipped: number[]
  shifted: { date: Temporal.PlainDate; month: number; reason: string; holiday: Holiday | null }[]
}
export interface Strip {
  months: StripMonth[]
  rhythms: Rhythm[]
}

const MONTHS_BACK = 3

/** What an organiser sees besides what everybody does: the drafts; and every mark leads to where they work on it. */
export interface Workplace {
  drafts: (series: Series, year: number) => Event[]
  eventPath: (event: Event) => string
  seriesPath: (series: Series) => string
}
const EVERYBODY: Workplace = {
  drafts: () => [],
  eventPath: event => paths.event(event.slug),
  seriesPath: series => paths.series(series.slug),
}

/** The strip of the series that meets most often and of one that meets less; nothing if no series has a monthly rule. */
export function stripOf(db: Db, list: Series[], now: Temporal.Instant, at: Workplace = EVERYBODY): Strip | null {
  const monthly = list
    .flatMap(series => ({ series, rule: parseRule(series.rule) }))
    .filter((pair): pair is { series: Series; rule: MonthlyRule } => pair.rule?.every === 'month')
    .sort((a, b) => b.rule.months.length - a.rule.months.length || a.series.id - b.series.id)
  const [first] = monthly
  if (!first) return null
  const second = monthly.find(({ rule }) => rule.months.length < first.rule.months.length)
  const today = dateIn(now, first.series.timeZone)
  const months = Array.from({ length: 12 }, (_, index) =>
    today.toPlainYearMonth().subtract({ months: MONTHS_BACK }).add({ months: index }),
  )
  const chosen = second ? [first, second] : [first]
  const lines = chosen.map(({ series, rule }, index) => ({
    series,
    rule,
    isSquare: index === 1,
    dated: eventsOf(db, series, months, at),
    skips: skipsIn(db, series, months),
  }))
  const strip = months.map(month => ({
    month,
    isNow: month.equals(today.toPlainYearMonth()),
    marks: lines.flatMap(line => marksOf(line, month, today, now, at)),
  }))
  return { months: withNext(strip), rhythms: lines.map(line => rhythmOf(line, months, at)) }
}

/** An event with the day on which it is: working that out for each month anew took half the time of the agenda. */
interface Dated {
  event: Event
  date: Temporal.PlainDate
}

interface Line {
  series: Series
  rule: MonthlyRule
  isSquare: boolean
  /** By month, `2026-12`. */
  dated: Map<string, Dated[]>
  /** Dates let pass, with the reason. */
  skips: Map<string, string>
}

function eventsOf(db: Db, series: Series, months: Temporal.PlainYearMonth[], { drafts }: Workplace): Line['dated'] {
  const years = [...new Set(months.map(month => month.year))]
  const list = years.flatMap(year => [...listYear(db, series, year), ...drafts(series, year)])
  const dated = list.map(event => ({ event, date: Temporal.PlainDate.from(event.localStart.slice(0, 10)) }))
  return Map.groupBy(dated, ({ date }) => date.toString().slice(0, 7))
}

function skipsIn(db: Db, series: Series, months: Temporal.PlainYearMonth[]): Map<string, string> {
  const [first, last] = [months[0], months.at(-1)]
  if (!first || !last) return new Map()
  return skipsOf(db, series, first.toPlainDate({ day: 1 }), last.toPlainDate({ day: last.daysInMonth }))
}

function marksOf(
  line: Line,
  month: Temporal.PlainYearMonth,
  today: Temporal.PlainDate,
  now: Temporal.Instant,
  at: Workplace,
): Mark[] {
  const { series, rule, isSquare } = line
  const planned = line.dated.get(month.toString()) ?? []
  if (planned.length) {
    return planned.map(({ event, date }) => ({
      date,
      state: stateOf(event, now),
      title: event.title,
      path: at.eventPath(event),
      isSquare,
    }))
  }
  if (!rule.months.includes(month.month)) return []
  const date = ordinalWeekday(month, rule.ordinal, rule.weekday)
  const isLetPass = series.skipMonths.includes(month.month) || line.skips.has(date.toString())
  const isOpen = !isLetPass && Temporal.PlainDate.compare(date, today) >= 0
  const state = isOpen ? 'open' : 'skipped'
  return [{ date, state, title: series.title, path: at.seriesPath(series), isSquare }]
}

function stateOf(event: Event, now: Temporal.Instant): MarkState {
  if (event.cancelledAt) return 'cancelled'
  if (!event.publishedAt) return 'draft'
  return isBefore(now, event.endsAt) ? 'coming' : 'past'
}

/** One chair is warm: the first that is still to come. */
function withNext(months: StripMonth[]): StripMonth[] {
  const coming = months.flatMap(({ marks }) => marks).filter(({ state }) => state === 'coming')
  const [next] = coming.sort((a, b) => Temporal.PlainDate.compare(a.date, b.date))
  if (next) next.state = 'next'
  return months
}

function rhythmOf({ series, rule, isSquare, dated }: Line, months: Temporal.PlainYearMonth[], at: Workplace): Rhythm {
  const shifted = months
    .flatMap(month => dated.get(month.toString()) ?? [])
    .filter(({ event }) => !event.cancelledAt)
    .flatMap(({ event, date }) => {
      const wanted = ordinalWeekday(date.toPlainYearMonth(), rule.ordinal, rule.weekday)
      const isOn = date.equals(wanted) || !rule.months.includes(date.month)
      return isOn ? [] : [{ date, month: date.month, reason: event.moveReason, holiday: holidaysOn(wanted)[0] ?? null }]
    })
  const path = at.seriesPath(series)
  return {
    series,
    path,
    rule,
    isSquare,
    shifted,
    skipped: series.skipMonths.filter(month => rule.months.includes(month)),
  }
}
