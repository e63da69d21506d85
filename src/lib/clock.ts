// The only place that reads the machine's clock.

export interface Clock {
  now(): Temporal.Instant
}

export const systemClock: Clock = { now: () => Temporal.Now.instant() }

/** A clock that shows `start` now and runs on from there at the ordinary speed (variable `CLOCK`, test only). */
export function clockFrom(start: Temporal.Instant): Clock {
  const begun = performance.now()
  return { now: () => start.add({ milliseconds: Math.floor(performance.now() - begun) }) }
}
