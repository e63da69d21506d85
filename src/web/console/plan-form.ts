// The form of a year's plan: one row per date of the rule, to take, to put on another day, or to let pass. Read here into
// what is planned and what is skipped.
import { holidaysOn } from '#src/domain/holidays.ts'
import type { PlannedDate } from '#src/domain/planning.ts'
import type { Series } from '#src/domain/series.ts'
import type { Skip } from '#src/domain/skips.ts'
import { Invalid } from '#src/lib/errors.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine } from '#src/lib/text.ts'

export const MOST = 120
const List = (maxLength: number) => Type.Array(Type.String({ maxLength }), { maxItems: MOST, default: [] })
export const DayOrNone = Type.Optional(Type.String({ maxLength: 10 }))
/** One row is one entry of each: the rule's date, the date wished for, the title, the reason. `accept` and `skip` name rule dates. */
export const PlanForm = Type.Object({
  from: DayOrNone,
  until: DayOrNone,
  accept: List(10),
  skip: List(10),
  proposed: List(10),
  date: List(10),
  title: List(150),
  reason: List(500),
})
export type PlanForm = Static<typeof PlanForm>

export interface Plan {
  dates: PlannedDate[]
  skips: Skip[]
}

/** What the rows ask for; to skip one goes before everything else said of it. Invalid, per date, if one is no date or lies behind us. */
export function readPlan(found: Series, form: PlanForm, today: Temporal.PlainDate): Plan {
  const problems: Record<string, string> = {}
  const plan: Plan = { dates: [], skips: [] }
  for (const row of rowsOf(form)) {
    const own = readDay(row.own)
    if (row.isSkipped) {
      if (own) plan.skips.push({ date: own, reason: row.reason })
      continue
    }
    if (!row.isAccepted && (row.wish === row.own || !isDoubtful(found, own))) continue
    const day = readDay(row.wish)
    const problem = !day ? 'time_invalid' : Temporal.PlainDate.compare(day, today) < 0 ? 'start_past' : undefined
    if (problem) problems[`date_${row.wish}`] = problem
    else if (day) plan.dates.push(plannedOf(day, own, row))
  }
  if (Object.keys(problems).length) throw new Invalid(problems)
  return plan
}

/** What was typed for one date of the rule; nothing if the form had no row for it. */
export function typedFor(form: PlanForm, day: Temporal.PlainDate): Row | undefined {
  return rowsOf(form).find(row => row.own === day.toString())
}

interface Row {
  own: string
  wish: string
  title: string
  reason: string
  isAccepted: boolean
  isSkipped: boolean
}

function rowsOf({ proposed, accept, skip, date, title, reason }: PlanForm): Row[] {
  return proposed.map((own, index) => ({
    own,
    wish: date[index] || own,
    title: cleanLine(title[index] ?? ''),
    reason: cleanLine(reason[index] ?? ''),
    isAccepted: accept.includes(own),
    isSkipped: skip.includes(own),
  }))
}

function plannedOf(date: Temporal.PlainDate, own: Temporal.PlainDate | undefined, { title, reason }: Row): PlannedDate {
  const isMoved = own !== undefined && !own.equals(date)
  return { date, ...(title && { title }), ...(isMoved && { insteadOf: own, reason }) }
}

/** The list leaves these unticked. Whoever fills in another day for one has chosen, ticked or not. */
export function isDoubtful(found: Series, day: Temporal.PlainDate | undefined): boolean {
  return day !== undefined && (found.skipMonths.includes(day.month) || holidaysOn(day).length > 0)
}

export function readDay(text: string | undefined): Temporal.PlainDate | undefined {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  try {
    return Temporal.PlainDate.from(text)
  } catch {
    return undefined
  }
}
