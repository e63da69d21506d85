// Who registered over time, as a chart: the picture, what it says in a sentence, and its table.
import type { FastifyRequest } from 'fastify'
import type { Places } from '#src/domain/places.ts'
import type { DayTotal } from '#src/domain/sign-ups.ts'
import { type Chart, heightOf, stepsOf, topOf } from '../charts.ts'

/** A line of places says something as long as the chart does not shrink to nothing under it. */
const MOST_ABOVE = 4

/** Nothing without anybody to draw. */
export function signUpsChart({ t, f }: FastifyRequest, days: DayTotal[], places: Places[]): Chart | undefined {
  const [first, last] = [days[0], days.at(-1)]
  if (!first || !last) return undefined
  const words = t.console.home
  const day = ({ date }: DayTotal) => f.dayTiny({ localStart: `${date}T12:00` })
  const capacity = placesIn(places)
  const isShown = capacity !== undefined && capacity <= MOST_ABOVE * last.total
  const top = topOf(Math.max(last.total, isShown ? capacity : 0))
  const week = last.total - (days.at(-8)?.total ?? 0)
  const summary = [words.signUpsSummary(last.total, week), isShown && words.signUpsPlaces(capacity)]
  return {
    title: words.signUpsChart,
    summary: summary.filter(Boolean).join(' '),
    from: day(first),
    until: day(last),
    top: String(top),
    columns: [words.day, words.total],
    rows: changes(days).map(one => [day(one), String(one.total)]),
    bars: [],
    limit: isShown ? heightOf(capacity, top) : undefined,
    ...stepsOf(
      days.map(({ total }) => total),
      top,
    ),
  }
}

/** Nothing where there is no limit in one way to take part. */
function placesIn(places: Places[]): number | undefined {
  return places.reduce<number | undefined>(
    (sum, { capacity }) => (sum === undefined || capacity === null ? undefined : sum + capacity),
    0,
  )
}

/** Days on which nobody came say nothing in a table. */
function changes(days: DayTotal[]): DayTotal[] {
  return days.filter(({ total }, index) => index === 0 || total !== days[index - 1]?.total)
}
