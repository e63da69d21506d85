// Wall time + zone are the truth; the instant is derived here and nowhere else.

export type LocalTimeProblem = 'time_invalid' | 'time_missing' | 'time_twice'

/** The instants of an event that stands at a wall time. A time that a clock change skips or repeats resolves as RFC 5545 §3.3.5 says. */
export function instantsOf(event: { localStart: string; timeZone: string; durationMinutes: number }) {
  const startsAt = zoned(event).toInstant()
  return { startsAt, endsAt: startsAt.add({ minutes: event.durationMinutes }) }
}

export function zoned(event: { localStart: string; timeZone: string }): Temporal.ZonedDateTime {
  return Temporal.PlainDateTime.from(event.localStart).toZonedDateTime(event.timeZone, { disambiguation: 'compatible' })
}

/** Wall-clock arithmetic: one day before 12.00 is 12.00, also when the clock changed in between. */
export function wallBefore(event: { localStart: string; timeZone: string }, duration: Temporal.DurationLike) {
  return zoned(event).subtract(duration).toInstant()
}

/** What is wrong with a wall time somebody typed; nothing if it exists exactly once in the zone. */
export function localTimeProblem(localStart: string, timeZone: string): LocalTimeProblem | undefined {
  let plain: Temporal.PlainDateTime
  try {
    plain = Temporal.PlainDateTime.from(localStart)
  } catch {
    return 'time_invalid'
  }
  try {
    plain.toZonedDateTime(timeZone, { disambiguation: 'reject' })
  } catch {
    const earlier = plain.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
    return earlier.toPlainDateTime().equals(plain) ? 'time_twice' : 'time_missing'
  }
}

/** IANA names of places only: no abbreviation, offset or `Etc/…`, none of which knows summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]+\/[A-Za-z_/-]+$/.test(name) || name.startsWith('Etc/')) return false
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

export function dateIn(instant: Temporal.Instant, timeZone: string): Temporal.PlainDate {
  return instant.toZonedDateTimeISO(timeZone).toPlainDate()
}

/** Every start, end and window of ours is a wall time of hours and minutes: within a minute (its number) nothing changes by itself. */
export function minuteOf(instant: Temporal.Instant): number {
  return Math.floor(instant.epochMilliseconds / 60_000)
}

export function isBefore(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) < 0
}

export function later(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return isBefore(a, b) ? b : a
}
