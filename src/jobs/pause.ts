// The queue as a whole: when the mail server lets nobody in, nothing leaves, nobody is blamed, and one mail at a time tries
// the door.
import type { Outcome } from '#src/domain/sending.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Pause as Refused } from '#src/mail/outcomes.ts'
import type { Log } from './log.ts'

const PROBE_MINUTES = [1, 2, 5, 10]

/** `wasShut`: the process before this one was not let in either, so one mail goes ahead. */
export function createPause(log: Log, wasShut = false) {
  let isShut = wasShut
  let since: Temporal.Instant | undefined
  let until: Temporal.Instant | undefined
  let probes = 0

  function open(): void {
    if (isShut) log.info({}, 'mail leaves again')
    isShut = false
    until = undefined
    probes = 0
  }

  function shut(reason: string, now: Temporal.Instant): void {
    if (!isShut || probes === 0) log.error({ reason }, 'the mail server does not let us in: no mail leaves')
    isShut = true
    since = now
    until = now.add({ minutes: PROBE_MINUTES[Math.min(probes++, PROBE_MINUTES.length - 1)] ?? 1 })
  }

  /** Until the next try. Where the clock has been set back nobody knows how long that would be. */
  function isWaiting(now: Temporal.Instant): boolean {
    return since !== undefined && until !== undefined && isBefore(now, until) && !isBefore(now, since)
  }

  return {
    /** When the door is tried again; nothing while mail flows. */
    until: () => until,
    /** How many mails may be under way. */
    slots(now: Temporal.Instant, all: number): number {
      if (!isShut) return all
      return isWaiting(now) ? 0 : 1
    },
    /** A mail that was taken or refused shows that we are let in; silence shows nothing. */
    note(result: Outcome | Refused, now: Temporal.Instant): void {
      const isKnown = isWaiting(now)
      if (result.result === 'sent' || result.result === 'failed') open()
      else if ((result.result === 'pause' || isShut) && !isKnown) shut(result.reason, now)
    },
  }
}
export type Pause = ReturnType<typeof createPause>
