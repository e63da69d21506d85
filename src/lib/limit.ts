// A limit on something that is asked for by name, kept in memory: how often each name was asked for in a span of time.
import { isBefore } from './time.ts'

/** Whether `key` may once more. Counts what is asked, never what is known, so that a limit tells nothing about a name. */
export type Limit = (key: string, now: Temporal.Instant) => boolean

/** At most `most` of each key in a span; the spans of all keys begin together. */
export function createLimit(most: number, span: Temporal.DurationLike): Limit {
  let counts = new Map<string, number>()
  let since: Temporal.Instant | undefined
  return (key, now) => {
    // On a clock that was set back a span of days to come has never begun.
    if (!since || isBefore(now, since) || !isBefore(now, since.add(span))) {
      counts = new Map()
      since = now
    }
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count <= most
  }
}
