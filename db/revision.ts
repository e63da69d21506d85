// Whether anything changed that public pages tell of, in one read of one row. Triggers raise it (migration `revision`), so it
// is right whoever wrote: this process, another one, or the command line.
import { LRUCache } from 'lru-cache'
import type { Db } from './open.ts'

/**
 * Counters that only rise. `places`: who has a place or waits; `questions`: who recognises one; `programme`: all else that pages
 * and feeds show.
 */
export type Revision = readonly [programme: number, places: number, questions: number]

/** What was read in this turn of the event loop: looking at the file for each answer from memory costs a tenth of it. */
const known = new WeakMap<Db['$client'], Revision>()

/**
 * Reads the revision, at most once in a turn: whoever was told of a change asks in a later one. For what answers a request: read
 * in a timer, it would outlive the requests that come next.
 */
export function revisionReader({ $client }: Db): () => Revision {
  const statement = $client.prepare('select programme, places, questions from revision').raw()
  const forget = () => known.delete($client)
  return () => {
    const found = known.get($client)
    if (found) return found
    const read = statement.get() as Revision
    known.set($client, read)
    setImmediate(forget)
    return read
  }
}

/** After a write of our own: it counts from now on, also in this turn. */
export function forgetRevision({ $client }: Db): void {
  known.delete($client)
}

/**
 * Tells when somebody last came or left at an event, as the `places` of that revision; 0 if not since this was made. Not inside
 * a write: what is rolled back would be remembered.
 */
export function placesReader(db: Db): (eventId: number) => number {
  const statement = db.$client
    .prepare('select event_id, places from place_revisions where places > ? order by places')
    .raw()
  const readRevision = revisionReader(db)
  const changes = new Map<number, number>()
  let [, readUpTo] = readRevision()
  return eventId => {
    const [, places] = readRevision()
    if (places > readUpTo) {
      for (const [id, at] of statement.all(readUpTo) as [number, number][]) {
        changes.set(id, at)
        readUpTo = at
      }
    }
    return changes.get(eventId) ?? 0
  }
}

/**
 * Keeps what was asked for under a key, at most so many, and asks again only once the programme changed. For what rests on the
 * programme alone, is only looked at, and is not asked inside a write.
 */
export function keeperOf<Value extends {}>(db: Db, most: number) {
  const kept = new LRUCache<string | number, Value>({ max: most })
  const readRevision = revisionReader(db)
  let keptFor: number | undefined
  return <Found extends Value | undefined>(key: string | number, ask: () => Found): Value | Found => {
    const [programme] = readRevision()
    if (programme !== keptFor) kept.clear()
    keptFor = programme
    const known = kept.get(key)
    if (known !== undefined) return known
    const found = ask()
    if (found !== undefined) kept.set(key, found)
    return found
  }
}
