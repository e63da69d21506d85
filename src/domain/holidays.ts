// Dutch public and commemorative days, computed: a few lines, no data to keep up to date. A date on one is a warning, never a ban.

export type Holiday =
  | 'new_year'
  | 'good_friday'
  | 'easter'
  | 'easter_monday'
  | 'kings_day'
  | 'remembrance'
  | 'liberation'
  | 'ascension'
  | 'pentecost'
  | 'whit_monday'
  | 'st_nicholas'
  | 'christmas'
  | 'boxing_day'

/** Which holidays fall on a date; almost always none, rarely two (5 May 2016 was both Ascension and Liberation Day). */
export function holidaysOn(date: Temporal.PlainDate): Holiday[] {
  return holidaysOf(date.year)
    .filter(([, day]) => day.equals(date))
    .map(([name]) => name)
}

function holidaysOf(year: number): [Holiday, Temporal.PlainDate][] {
  const easter = easterOf(year)
  const on = (month: number, day: number) => Temporal.PlainDate.from({ year, month, day })
  const kingsDay = on(4, 27)
  return [
    ['new_year', on(1, 1)],
    ['good_friday', easter.subtract({ days: 2 })],
    ['easter', easter],
    ['easter_monday', easter.add({ days: 1 })],
    ['kings_day', kingsDay.dayOfWeek === 7 ? on(4, 26) : kingsDay],
    ['remembrance', on(5, 4)],
    ['liberation', on(5, 5)],
    ['ascension', easter.add({ days: 39 })],
    ['pentecost', easter.add({ days: 49 })],
    ['whit_monday', easter.add({ days: 50 })],
    ['st_nicholas', on(12, 5)],
    ['christmas', on(12, 25)],
    ['boxing_day', on(12, 26)],
  ]
}

/** Easter Sunday in the Gregorian calendar: the anonymous algorithm of Meeus, Jones and Butcher. */
export function easterOf(year: number): Temporal.PlainDate {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const inCentury = year % 100
  const correction = Math.floor((century + 8) / 25)
  const moon = (19 * golden + century - Math.floor(century / 4) - Math.floor((century - correction + 1) / 3) + 15) % 30
  const week = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - moon - (inCentury % 4)) % 7
  const late = Math.floor((golden + 11 * moon + 22 * week) / 451)
  const days = moon + week - 7 * late + 114
  return Temporal.PlainDate.from({ year, month: Math.floor(days / 31), day: (days % 31) + 1 })
}
