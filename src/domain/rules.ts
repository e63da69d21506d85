// The dates of a series. A rule is the small part of RFC 5545 §3.3.10 that organisers use: an ordinal weekday of some
// months ('FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=3TU'), or a weekday every so many weeks ('FREQ=WEEKLY;INTERVAL=3;BYDAY=TU').
// It is an aid for planning only: events are rows of their own, and no rule is ever mailed.

export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const
export type Weekday = (typeof WEEKDAYS)[number]
export const QUARTER_MONTHS = [3, 6, 9, 12]

export type Rule =
  /** `ordinal` 1 to 4, or -1 for the last one; `months` 1 to 12. */
  | { every: 'month'; ordinal: number; weekday: Weekday; months: number[] }
  | { every: 'week'; interval: number; weekday: Weekday; count: number | undefined }

export const ALL_MONTHS = Array.from({ length: 12 }, (_, index) => index + 1)
const MONTHLY = /^FREQ=MONTHLY(?:;BYMONTH=(\d+(?:,\d+)*))?;BYDAY=(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU)$/
const WEEKLY = /^FREQ=WEEKLY(?:;INTERVAL=(\d{1,2}))?;BYDAY=(MO|TU|WE|TH|FR|SA|SU)(?:;COUNT=(\d{1,2}))?$/

/** Nothing if the text is no rule of ours. */
export function parseRule(text: string): Rule | undefined {
  const monthly = MONTHLY.exec(text)
  if (monthly) {
    const months = monthly[1]?.split(',').map(Number) ?? ALL_MONTHS
    if (months.some(month => month < 1 || month > 12)) return undefined
    return { every: 'month', ordinal: Number(monthly[2]), weekday: monthly[3] as Weekday, months }
  }
  const weekly = WEEKLY.exec(text)
  if (!weekly) return undefined
  const interval = Number(weekly[1] ?? 1)
  if (interval < 1) return undefined
  return { every: 'week', interval, weekday: weekly[2] as Weekday, count: weekly[3] ? Number(weekly[3]) : undefined }
}

/** The text of a rule: what `parseRule` reads back. */
export function formatRule(rule: Rule): string {
  if (rule.every === 'month') {
    const months = rule.months.length === 12 ? '' : `;BYMONTH=${rule.months.join(',')}`
    return `FREQ=MONTHLY${months};BYDAY=${rule.ordinal}${rule.weekday}`
  }
  const interval = rule.interval === 1 ? '' : `;INTERVAL=${rule.interval}`
  return `FREQ=WEEKLY${interval};BYDAY=${rule.weekday}${rule.count ? `;COUNT=${rule.count}` : ''}`
}

/** The rule's dates from `from` up to and including `until`, in order. Weeks count from the first fitting day. */
export function datesOf(rule: Rule, from: Temporal.PlainDate, until: Temporal.PlainDate): Temporal.PlainDate[] {
  return rule.every === 'month' ? monthlyDates(rule, from, until) : weeklyDates(rule, from, until)
}

function monthlyDates(rule: Rule & { every: 'month' }, from: Temporal.PlainDate, until: Temporal.PlainDate) {
  const dates: Temporal.PlainDate[] = []
  let month = from.toPlainYearMonth()
  while (Temporal.PlainYearMonth.compare(month, until.toPlainYearMonth()) <= 0) {
    if (rule.months.includes(month.month)) dates.push(ordinalWeekday(month, rule.ordinal, rule.weekday))
    month = month.add({ months: 1 })
  }
  return dates.filter(date => isWithin(date, from, until))
}

function weeklyDates(rule: Rule & { every: 'week' }, from: Temporal.PlainDate, until: Temporal.PlainDate) {
  const dates: Temporal.PlainDate[] = []
  let date = onOrAfter(from, rule.weekday)
  while (isWithin(date, from, until) && dates.length < (rule.count ?? Number.POSITIVE_INFINITY)) {
    dates.push(date)
    date = date.add({ weeks: rule.interval })
  }
  return dates
}

/** The first (second, …, last) given weekday of a month. */
export function ordinalWeekday(month: Temporal.PlainYearMonth, ordinal: number, weekday: Weekday): Temporal.PlainDate {
  if (ordinal > 0) {
    return onOrAfter(month.toPlainDate({ day: 1 }), weekday).add({ weeks: ordinal - 1 })
  }
  const last = month.toPlainDate({ day: month.daysInMonth })
  return last.subtract({ days: (last.dayOfWeek - 1 - WEEKDAYS.indexOf(weekday) + 7) % 7 })
}

/** The first given weekday that is not before a date. */
export function onOrAfter(date: Temporal.PlainDate, weekday: Weekday): Temporal.PlainDate {
  return date.add({ days: (WEEKDAYS.indexOf(weekday) + 1 - date.dayOfWeek + 7) % 7 })
}

function isWithin(date: Temporal.PlainDate, from: Temporal.PlainDate, until: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(from, date) <= 0 && Temporal.PlainDate.compare(date, until) <= 0
}
