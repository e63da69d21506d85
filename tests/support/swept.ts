// The night's sweep in a test, at once: everything that is over by a moment goes.
import type { Db } from '#db/open.ts'
import { writeNow } from '#db/write.ts'
import { WALKS } from '#src/domain/endings.ts'
import { forgetIn, type Gone, stretchesOf } from '#src/domain/forgetting.ts'
import { limitsAt } from '#src/domain/retention.ts'

export function sweepAt(db: Db, at: Temporal.Instant): Gone[] {
  return writeNow(db, tx =>
    WALKS.flatMap(walk => [...stretchesOf(tx, walk)].flatMap(stretch => forgetIn(tx, walk, stretch, limitsAt(tx, at)))),
  )
}
