// Whether what has served its time goes: the program does that every night by itself, as long as it runs.
import type { Db } from '#db/open.ts'
import { findLastSweep, findNewestSweep } from '#src/domain/sweeps.ts'
import { isBefore } from '#src/lib/time.ts'
import { type Check, ok, warning, wrong } from './verdict.ts'

const NAME = 'retention'
/** A night, and one that went by. */
const LATE = { hours: 49 }

export function checkSweep(db: Db, now: Temporal.Instant): Check {
  const [newest, last] = [findNewestSweep(db), findLastSweep(db)]
  if (newest?.failure)
    return wrong(
      NAME,
      `what has served its time stayed in ${newest.failure}: see the log; it is tried again every hour`,
    )
  if (!last?.finishedAt) return ok(NAME, 'nothing was taken away yet: that begins when the program runs')
  const day = last.finishedAt.toString({ smallestUnit: 'minute' })
  if (isBefore(last.finishedAt.add(LATE), now))
    return warning(NAME, `what has served its time last went on ${day}: does the program run?`)
  return ok(NAME, `what has served its time last went on ${day}`)
}
