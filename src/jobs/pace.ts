// How fast mails leave: so many tokens, each back one second after it was spent. So no second ever sees more than
// MAIL_RATE, and a burst is one second's worth at most. A mail server that finds it too much halves the rate for a while.
import { isBefore } from '#src/lib/time.ts'
import type { Log } from './log.ts'

/** Mails leave slower than they might: since when, until when, how many a second, and what the mail server said. */
export interface Slowed {
  since: Temporal.Instant
  until: Temporal.Instant
  perSecond: number
  reason: string
}

/** What we halve where MAIL_RATE does not say what the mail server takes. */
const ASSUMED_PER_SECOND = 10
const QUIET = { minutes: 10 }
/** No slower than an eighth, nor than one in two seconds: a sign-in link still leaves while somebody waits for it. */
const MOST_HALVINGS = 3
const LEAST_PER_SECOND = 0.5

export function createPace(perSecond: number | undefined, log: Log) {
  const full = perSecond ?? ASSUMED_PER_SECOND
  const least = Math.min(LEAST_PER_SECOND, full / 2 ** MOST_HALVINGS)
  let spent: number[] = []
  let slowed: Slowed | undefined
  let step = 0

  // On a clock that was set back what is still to come has never been.
  const slowedAt = (now: Temporal.Instant) =>
    slowed && isBefore(now, slowed.until) && !isBefore(now, slowed.since) ? slowed : undefined

  /** Less than one a second is one in so many seconds; undefined: as many as there are. */
  function tokensAt(now: Temporal.Instant): { count: number; backAfterMs: number } | undefined {
    const rate = slowedAt(now)?.perSecond ?? perSecond
    if (rate === undefined) return undefined
    const count = Math.max(1, Math.floor(rate))
    return { count, backAfterMs: (count / rate) * 1000 }
  }

  function spentBy(now: Temporal.Instant, backAfterMs: number): number[] {
    const ms = now.epochMilliseconds
    return spent.filter(at => at <= ms && at + backAfterMs > ms)
  }

  return {
    /** How many mails may leave now. */
    free(now: Temporal.Instant): number {
      const tokens = tokensAt(now)
      if (!tokens) return Number.POSITIVE_INFINITY
      spent = spentBy(now, tokens.backAfterMs)
      return Math.max(0, tokens.count - spent.length)
    },

    /** When the next mail may leave, where that is not now. */
    next(now: Temporal.Instant): Temporal.Instant | undefined {
      const tokens = tokensAt(now)
      const oldest = tokens && spentBy(now, tokens.backAfterMs).at(-tokens.count)
      if (!tokens || oldest === undefined) return undefined
      return Temporal.Instant.fromEpochMilliseconds(Math.ceil(oldest + tokens.backAfterMs))
    },

    /** Takes note of mails that leave. Returns the step in which they do, for `slowDown`. */
    spend(mails: number, now: Temporal.Instant): number {
      if (tokensAt(now)) spent.push(...Array<number>(mails).fill(now.epochMilliseconds))
      return step
    },

    /** Halves the rate, once for all mails that were under way together. */
    slowDown(stepOfMail: number, reason: string, now: Temporal.Instant): void {
      if (stepOfMail !== step) return
      step++
      const before = slowedAt(now)
      const perSecond = Math.max(least, (before?.perSecond ?? full) / 2)
      slowed = { since: before?.since ?? now, until: now.add(QUIET), perSecond, reason }
      log.warn({ perSecond, reason }, 'the mail server finds it too much: mail leaves slower')
    },

    /** Back to full once it has been quiet for long enough. To be called now and then. */
    recover(now: Temporal.Instant): void {
      if (!slowed || slowedAt(now)) return
      slowed = undefined
      log.info({ perSecond }, 'mail leaves at the full rate again')
    },

    slowed: slowedAt,
  }
}
export type Pace = ReturnType<typeof createPace>
