// Whoever types an address learns nothing about it, not from the time it takes either: a commit that wrote something waits
// for the disk, one that wrote nothing does not.
import { sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { settings } from '#db/schema.ts'

const KEY = 'answers_without_a_row'

/** For the branch in which an address that was typed brings no row about: the commit costs what the others' does. */
export function writeSomething(tx: Tx): void {
  const value = sql`cast(${settings.value} as integer) + 1`
  tx.insert(settings)
    .values({ key: KEY, value: '1' })
    .onConflictDoUpdate({ target: settings.key, set: { value } })
    .run()
}
