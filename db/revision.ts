// Whether anything changed that public pages tell of, in one read of one row. Triggers raise it (migration `revision`), so it
// is right whoever wrote: this process, another one, or the command line.
import type { Db } from './open.ts'

/** Two counters that only rise. `places`: who has a place or waits; `programme`: all else that pages and feeds show. */
export type Revision = readonly [programme: number, places: number]

/** Reads the revision as it is now; about a microsecond. */
export function revisionReader({ $client }: Db): () => Revision {
  const statement = $client.prepare('select programme, places from revision').raw()
  return () => statement.get() as Revision
}
