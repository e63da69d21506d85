// When the parts of a programme are. Each stands at a wall time in its event's zone, within its event, and goes along with it.
import type { Db } from '#db/open.ts'
import { Invalid } from '#src/lib/errors.ts'
import { instantsOf, isBefore, localTimeProblem, zoned } from '#src/lib/time.ts'
import { type Event, listSessions, type Session } from './events.ts'

type Zoned = Pick<Event, 'timeZone'>
export type Times = Pick<Session, 'localStart' | 'durationMinutes'>
/** What of an event its programme has to fit in. */
export type Frame = Pick<Event, 'localStart' | 'timeZone' | 'durationMinutes'>

/** By the clock on the wall, as a start is kept. */
export function localEndOf({ localStart, durationMinutes }: Times, { timeZone }: Zoned): string {
  return wallText(zoned({ localStart, timeZone }).add({ minutes: durationMinutes }).toPlainDateTime())
}

/** From one wall time to another one. Invalid, at the field that is wrong, if either is no time or nothing lies between. */
export function timesBetween(localStart: string, localEnd: string, { timeZone }: Zoned): Times {
  for (const [field, local] of Object.entries({ start: localStart, end: localEnd })) {
    const problem = localTimeProblem(local, timeZone)
    if (problem) throw new Invalid({ [field]: problem })
  }
  const begin = zoned({ localStart, timeZone })
  const durationMinutes = begin.until(zoned({ localStart: localEnd, timeZone })).total('minutes')
  if (durationMinutes <= 0) throw new Invalid({ end: 'session_order' })
  return { localStart, durationMinutes }
}

/** What is wrong with times in an event, by field: a part begins no sooner than its event, and ends no later. */
export function outsideProblems(times: Times, event: Frame): Record<string, 'session_outside'> {
  const part = instantsOf({ ...times, timeZone: event.timeZone })
  const whole = instantsOf(event)
  return {
    ...(isBefore(part.startsAt, whole.startsAt) && { start: 'session_outside' as const }),
    ...(isBefore(whole.endsAt, part.endsAt) && { end: 'session_outside' as const }),
  }
}

/** Whether somebody would have to be at two places at once. */
export function isAtOnce(one: Times, other: Times, { timeZone }: Zoned): boolean {
  const [a, b] = [one, other].map(times => instantsOf({ ...times, timeZone })) as [Instants, Instants]
  return isBefore(a.startsAt, b.endsAt) && isBefore(b.startsAt, a.endsAt)
}
type Instants = ReturnType<typeof instantsOf>

/** The days on which something of an event can be, the first one first. */
export function daysOf(event: Frame): string[] {
  const { startsAt, endsAt } = instantsOf(event)
  const [first, last] = [startsAt, endsAt.subtract({ minutes: 1 })].map(instant =>
    instant.toZonedDateTimeISO(event.timeZone).toPlainDate(),
  ) as [Temporal.PlainDate, Temporal.PlainDate]
  return Array.from({ length: first.until(last).days + 1 }, (_, days) => first.add({ days }).toString())
}

/** As much later by the clock on the wall as lies between two starts: what an hour of summer time takes or gives plays no part. */
export function shiftedFrom(local: string, from: string, to: string): string {
  const between = Temporal.PlainDateTime.from(from).until(Temporal.PlainDateTime.from(to), { largestUnit: 'day' })
  return wallText(Temporal.PlainDateTime.from(local).add(between))
}

const wallText = (local: Temporal.PlainDateTime) => local.toString({ smallestUnit: 'minute' })

/** The programme of an event as it would stand if the event were at another time or of another length. */
export function programmeAt(db: Db, event: Pick<Event, 'id' | 'localStart'>, to: Pick<Frame, 'localStart'>): Session[] {
  return listSessions(db, event.id).map(session => ({
    ...session,
    localStart: shiftedFrom(session.localStart, event.localStart, to.localStart),
  }))
}

/**
 * Why a programme cannot go along with its event; nothing if it can. In the night that the clock is changed a part may fall in
 * the hour that is not there, and an event may have become too short for what is in it.
 */
export function programmeProblem(programme: Session[], to: Frame): Record<string, string> | undefined {
  const live = programme.filter(({ cancelledAt }) => !cancelledAt)
  if (live.some(({ localStart }) => localTimeProblem(localStart, to.timeZone))) return { start: 'programme_clock' }
  const isCut = live.some(session => Object.keys(outsideProblems(session, to)).length > 0)
  return isCut ? { durationMinutes: 'programme_cut' } : undefined
}
