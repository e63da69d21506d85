// When people can register: between two wall times in the event's own zone, each of which may be left open.
import { isBefore } from '#src/lib/time.ts'
import type { Event } from './events.ts'

type Window = Pick<Event, 'registrationFrom' | 'registrationUntil'>

/** Typed as a day alone, the end is the last minute of that day, and holds for all of it. */
export const END_OF_DAY = 'T23:59'

type WindowState = 'before' | 'open' | 'after'

/** Where a moment lies; the end itself is outside, except as a whole day. */
export function windowState(event: Window & Pick<Event, 'timeZone'>, now: Temporal.Instant): WindowState {
  const { registrationFrom: from, registrationUntil: until, timeZone } = event
  if (from && isBefore(now, instantOf(from, timeZone))) return 'before'
  if (until && !isBefore(now, endOf(until, timeZone))) return 'after'
  return 'open'
}

function instantOf(local: string, timeZone: string): Temporal.Instant {
  return Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone).toInstant()
}

/** When a window ends that was typed as this wall time. */
export function endOf(until: string, timeZone: string): Temporal.Instant {
  return instantOf(until, timeZone).add({ minutes: until.endsWith(END_OF_DAY) ? 1 : 0 })
}

/** What is wrong with a window, by the field of its day: it must begin before it ends, and both before the event is over. */
export function windowProblems(
  { registrationFrom: from, registrationUntil: until }: Window,
  { endsAt, timeZone }: Pick<Event, 'endsAt' | 'timeZone'>,
): Record<string, 'window_late' | 'window_order'> {
  const isLate = (local: string | null) => local !== null && !isBefore(instantOf(local, timeZone), endsAt)
  return {
    ...(isLate(from) && { registrationFromDate: 'window_late' as const }),
    ...(from && until && until <= from && { registrationUntilDate: 'window_order' as const }),
    ...(until && isLate(until.replace(END_OF_DAY, 'T00:00')) && { registrationUntilDate: 'window_late' as const }),
  }
}

/** The window of an event that goes elsewhere in time: its end goes along by as many days, and its begin stays before that. */
export function movedWindow(event: Window & Pick<Event, 'localStart'>, localStart: string): Window {
  const { registrationFrom: from, registrationUntil: until } = event
  const days = daysBetween(event.localStart, localStart)
  if (!until || days === 0) return { registrationFrom: from, registrationUntil: until }
  const end = shifted(until, days)
  return { registrationFrom: from && from >= end ? shifted(from, days) : from, registrationUntil: end }
}

/** The whole window as many days on: for an event made after another. */
export function copiedWindow(event: Window & Pick<Event, 'localStart'>, localStart: string): Window {
  const days = daysBetween(event.localStart, localStart)
  const copy = (local: string | null) => local && shifted(local, days)
  return { registrationFrom: copy(event.registrationFrom), registrationUntil: copy(event.registrationUntil) }
}

function daysBetween(from: string, to: string): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days
}

/** So many days later by the clock on the wall, whatever daylight saving does. */
export function shifted(local: string, days: number): string {
  return Temporal.PlainDateTime.from(local).add({ days }).toString({ smallestUnit: 'minute' })
}
