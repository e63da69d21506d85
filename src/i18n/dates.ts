// Dates and times as people read them. Formatters are made once per language and zone: making one costs fifty times using it.
import { LRUCache } from 'lru-cache'
import type { Locale } from './index.ts'

/** When something is: a wall time, its zone, and how long it lasts. */
export interface When {
  localStart: string
  timeZone: string
  durationMinutes: number
}

const STYLES = {
  day: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  dayShort: { weekday: 'long', day: 'numeric', month: 'long' },
  dayOfYear: { day: 'numeric', month: 'long', year: 'numeric' },
  dayOfMonth: { day: 'numeric', month: 'long' },
  dayTiny: { weekday: 'short', day: 'numeric', month: 'short' },
  month: { month: 'long', year: 'numeric' },
  monthName: { month: 'long' },
  monthShort: { month: 'short' },
  weekday: { weekday: 'long' },
  weekdayShort: { weekday: 'short' },
  time: { hour: 'numeric', minute: '2-digit', hourCycle: 'h23' },
} satisfies Record<string, Intl.DateTimeFormatOptions>

const REGION: Record<Locale, string> = { nl: 'nl-NL', en: 'en-GB' }
const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(locale: Locale, style: keyof typeof STYLES): Intl.DateTimeFormat {
  const key = `${locale} ${style}`
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(REGION[locale], { ...STYLES[style], timeZone: 'UTC' })
  formatters.set(key, known)
  return known
}

/** Formats a wall time as it stands; the zone plays no part in how it reads. */
function wall(locale: Locale, style: keyof typeof STYLES, local: Temporal.PlainDateTime): string {
  return formatter(locale, style).format(local.toZonedDateTime('UTC').epochMilliseconds)
}

/** What was said of a wall time: lists say the same of the same events again and again, and reading a time costs most of it. */
const said = new LRUCache<string, string>({ max: 5000 })

function sayOnce(key: string, say: () => string): string {
  const known = said.get(key) ?? say()
  said.set(key, known)
  return known
}

function createFormats(locale: Locale, zone: string) {
  const plain = (when: Pick<When, 'localStart'>) => Temporal.PlainDateTime.from(when.localStart)
  const ofDate = (date: Temporal.PlainDate) => date.toPlainDateTime('12:00')
  const clock = (local: Temporal.PlainDateTime) => {
    const time = wall(locale, 'time', local)
    return locale === 'nl' ? time.replace(':', '.').replace(/^0(?=\d)/, '') : time
  }
  const text = (style: keyof typeof STYLES, { localStart }: Pick<When, 'localStart'>) =>
    sayOnce(`${locale} ${style} ${localStart}`, () => wall(locale, style, plain({ localStart })))
  const range = (when: When) =>
    sayOnce(`${locale} ${when.localStart} ${when.durationMinutes} ${when.timeZone}`, () => rangeOf(when))
  const rangeOf = (when: When) => (locale === 'nl' ? `${span(when)} uur` : span(when))
  const span = (when: When) => {
    const start = plain(when)
    // By way of the instant: a night in which the clock changes has an hour more or less.
    const end = start.toZonedDateTime(when.timeZone).add({ minutes: when.durationMinutes }).toPlainDateTime()
    return `${clock(start)}–${clock(end)}`
  }
  const day = (when: Pick<When, 'localStart'>) => text('day', when)
  const localIn = (at: string, instant: Temporal.Instant) => instant.toZonedDateTimeISO(at).toPlainDateTime()
  const moment = (style: 'day' | 'dayShort' | 'dayTiny', instant: Temporal.Instant, at = zone) =>
    `${wall(locale, style, localIn(at, instant))}, ${clock(localIn(at, instant))}`
  return {
    /** donderdag 2 september 2027 */
    day,
    /** donderdag 2 september */
    dayShort: (when: Pick<When, 'localStart'>) => text('dayShort', when),
    /** 2 september 2027 */
    dayOfYear: (when: Pick<When, 'localStart'>) => text('dayOfYear', when),
    /** 2 september */
    dayOfMonth: (when: Pick<When, 'localStart'>) => text('dayOfMonth', when),
    /** do 2 sep */
    dayTiny: (when: Pick<When, 'localStart'>) => text('dayTiny', when),
    /** donderdag 2 september 2027, of a date without a time */
    date: (date: Temporal.PlainDate) => wall(locale, 'day', ofDate(date)),
    /** september 2027 */
    month: (when: Pick<When, 'localStart'>) => text('month', when),
    /** september, of 1 to 12 */
    monthName: (month: number) =>
      wall(locale, 'monthName', ofDate(Temporal.PlainDate.from({ year: 2026, month, day: 1 }))),
    monthShort: (month: number) =>
      wall(locale, 'monthShort', ofDate(Temporal.PlainDate.from({ year: 2026, month, day: 1 }))).replace('.', ''),
    dayNumber: (when: Pick<When, 'localStart'>) => String(plain(when).day),
    monthOf: (when: Pick<When, 'localStart'>) => text('monthName', when),
    monthShortOf: (when: Pick<When, 'localStart'>) => text('monthShort', when).replace('.', ''),
    weekday: (when: Pick<When, 'localStart'>) => text('weekday', when),
    weekdayShort: (when: Pick<When, 'localStart'>) => text('weekdayShort', when).replace('.', ''),
    /** donderdag; 1 is Monday */
    weekdayName: (weekday: number) =>
      wall(locale, 'weekday', ofDate(Temporal.PlainDate.from('2026-06-01').add({ days: weekday - 1 }))),
    /** 12.00–13.00 uur */
    range,
    /** 12.00–13.00, where times stand under each other */
    span,
    /** 12.00 */
    time: (when: Pick<When, 'localStart'>) => clock(plain(when)),
    /** donderdag 2 september 2027, 12.00–13.00 uur */
    when: (when: When) => `${day(when)}, ${range(when)}`,
    /** A moment in the installation's zone: donderdag 2 september 2027, 12.00 */
    moment: (instant: Temporal.Instant) => moment('day', instant),
    /** The same where there is little room: do 2 sep, 12.00 */
    momentTiny: (instant: Temporal.Instant) => moment('dayTiny', instant),
    /** donderdag 2 september, 12.00: a moment that belongs to an event, in the event's zone */
    momentOf: ({ timeZone }: Pick<When, 'timeZone'>, instant: Temporal.Instant) =>
      moment('dayShort', instant, timeZone),
    /** 12.00 */
    timeOf: ({ timeZone }: Pick<When, 'timeZone'>, instant: Temporal.Instant) => clock(localIn(timeZone, instant)),
    /** 2027-09-02T12:00+02:00, for <time datetime> and structured data */
    machine: (when: Pick<When, 'localStart' | 'timeZone'>) =>
      plain(when).toZonedDateTime(when.timeZone).toString({ timeZoneName: 'never', smallestUnit: 'minute' }),
  }
}
export type Formats = ReturnType<typeof createFormats>

const made = new Map<string, Formats>()
/** The formats of a language, for an installation in a zone. */
export function formatsIn(locale: Locale, zone: string): Formats {
  const key = `${locale} ${zone}`
  const known = made.get(key) ?? createFormats(locale, zone)
  made.set(key, known)
  return known
}
