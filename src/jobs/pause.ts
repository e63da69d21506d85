// The queue as a whole: when the mail server lets nobody in, nothing leaves, nobody is blamed, and one mail at a time tries
// the door.
import type { Outcome } from '#src/domain/sending.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Pause } from '#src/mail/outcomes.ts'
import type { Log } from './log.ts'

/** No mail leaves: since when, and what the mail server said. */
export interface Paused {
  since: Temporal.Instant
  reason: string
}

const PROBE_MINUTES = [1, 2, 5, 10]

export function createPause(log: Log) {
  let paused: Paused | undefined
  let until: Temporal.Instant | undefined
  let probes = 0

  function open(): void {
    if (paused) log.info({ since: paused.since.toString() }, 'mail leaves again')
    paused = until = undefined
    probes = 0
  }

  function close(reason: string, now: Temporal.Instant): void {
    if (!paused) log.error({ reason }, 'the mail server does not let us in: no mail leaves')
    paused = { since: paused?.since ?? now, reason }
    until = now.add({ minutes: PROBE_MINUTES[Math.min(probes++, PROBE_MINUTES.length - 1)] ?? 1 })
  }

  return {
    paused: () => paused,
    /** When the door is tried again; nothing while mail flows. */
    until: () => until,
    /** How many mails may be under way. */
    slots(now: Temporal.Instant, all: number): number {
      if (!until) return all
      return isBefore(now, until) ? 0 : 1
    },
    /** A mail that was taken or refused shows that we are let in; silence shows nothing. */
    note(result: Outcome | Pause, now: Temporal.Instant): void {
      const isKnown = until !== undefined && isBefore(now, until)
      if (result.result === 'sent' || result.result === 'failed') open()
      else if ((result.result === 'pause' || paused) && !isKnown) close(result.reason, now)
    },
  }
}
