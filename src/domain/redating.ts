// When a series' rule or time changes: which of its events would follow, and which stay. An event that stands where its rule
// put it follows; one that somebody dated by hand never does.
import { and, asc, eq, gt, isNull } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { events } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore, localTimeProblem, zoned } from '#src/lib/time.ts'
import { type Event, getEvent } from './events.ts'
import { moveEvent } from './moves.ts'
import { onOrAfter, ordinalWeekday, parseRule, type Rule } from './rules.ts'
import type { Series } from './series.ts'
import { programmeAt, programmeProblem } from './session-times.ts'

/** Why an event stays: somebody dated it, the new rule has no date for it, or that date is over. */
export type Staying = 'by_hand' | 'no_date' | 'past'

export interface Redating {
  changes: { event: Event; to: string }[]
  stays: { event: Event; why: Staying }[]
}

type NewRule = Pick<Series, 'rule' | 'localTime'>

/** What another rule or time would do to the events to come. What it leaves exactly where it is, is not named. */
export function redatingOf(db: Db, found: Series, to: NewRule, now: Temporal.Instant): Redating {
  const rule = parseRule(to.rule)
  const result: Redating = { changes: [], stays: [] }
  if (!rule || (to.rule === found.rule && to.localTime === found.localTime)) return result
  for (const event of listToCome(db, found, now)) {
    const date = redated(event, rule)
    const start = date && `${date}T${to.localTime}`
    if (event.localStart !== event.plannedFor) result.stays.push({ event, why: 'by_hand' })
    else if (start === event.localStart) continue
    // Nor one at a time that the clock leaves out, or has twice, on that day; nor one whose programme would be.
    else if (!start || localTimeProblem(start, event.timeZone) || hasNoProgrammeAt(db, event, start))
      result.stays.push({ event, why: 'no_date' })
    else if (!isBefore(now, zoned({ ...event, localStart: start }).toInstant()))
      result.stays.push({ event, why: 'past' })
    else result.changes.push({ event, to: start })
  }
  return result
}

function hasNoProgrammeAt(db: Db, event: Event, localStart: string): boolean {
  const to = { ...event, localStart }
  return programmeProblem(programmeAt(db, event, to), to) !== undefined
}

/** What was shown, in one line: to be sent back, so that nothing else is done than what somebody saw. */
export function planText({ changes }: Redating): string {
  return changes.map(({ event, to }) => `${event.id}.${event.revision}@${to}`).join(' ')
}

/**
 * Moves the events that follow the new rule, as `moveEvent` does; call it before the series itself changes.
 * Refusal('changed_meanwhile') if that is no longer what was shown.
 */
export function redate(
  tx: Tx,
  found: Series,
  to: NewRule,
  { shown, organiserId, reason }: { shown: string; organiserId: number | null; reason: string },
  now: Temporal.Instant,
): void {
  const redating = redatingOf(tx, found, to, now)
  if (planText(redating) !== shown) throw new Refusal('changed_meanwhile')
  for (const { event, to: localStart } of redating.changes) {
    const { durationMinutes, attendance, venue, revision } = getEvent(tx, event.id)
    moveEvent(tx, event, { localStart, durationMinutes, attendance, venue }, reason, { organiserId, revision }, now)
    tx.update(events).set({ plannedFor: localStart }).where(eq(events.id, event.id)).run()
  }
}

/** What of a series is to come and goes on, by date. */
export function listToCome(db: Db, { id }: Series, now: Temporal.Instant): Event[] {
  return db
    .select()
    .from(events)
    .where(and(eq(events.seriesId, id), gt(events.startsAt, now), isNull(events.cancelledAt)))
    .orderBy(asc(events.localStart))
    .all()
}

/** The new rule's date in the month, or the week, that an event was planned for. */
function redated({ plannedFor, localStart }: Event, rule: Rule): Temporal.PlainDate | undefined {
  const date = Temporal.PlainDateTime.from(plannedFor || localStart).toPlainDate()
  if (rule.every === 'week') return onOrAfter(date.subtract({ days: date.dayOfWeek - 1 }), rule.weekday)
  if (!rule.months.includes(date.month)) return undefined
  return ordinalWeekday(date.toPlainYearMonth(), rule.ordinal, rule.weekday)
}
