// Reading several things that belong together.
import { setImmediate } from 'node:timers/promises'
import type { Db } from './open.ts'
import { prepared } from './prepared.ts'

/**
 * What `work` reads is all of one moment, whoever writes meanwhile. It also takes the locks of the file once, instead of for
 * each statement: that halves what the reading of a page costs. Nothing that `work` does later is part of it.
 */
export function atOneMoment<Found>(db: Db, work: () => Found): Found {
  return transaction(db).deferred(work) as Found
}

const transaction = prepared(({ $client }) => $client.transaction((work: () => unknown) => work()))

/** So often it begins anew; while registrations stream in there is no quiet moment to wait for. */
const BEGINNINGS = 3

/**
 * Reads what takes long in parts, each in a turn of the event loop of its own: between two of them others are served. It is all of
 * one moment nevertheless: what was written meanwhile has it begin anew, and in the end all is read in one turn.
 */
export async function inParts<Found>(db: Db, read: () => Generator<undefined, Found>): Promise<Found> {
  for (let beginning = 0; beginning < BEGINNINGS; beginning++) {
    const parts = read()
    let since: string | undefined
    for (;;) {
      const { part, state } = atOneMoment(db, () => ({ part: parts.next(), state: stateOf(db) }))
      since ??= state
      if (state !== since) break
      if (part.done) return part.value
      await setImmediate()
    }
  }
  return atOneMoment(db, () => {
    const parts = read()
    let part = parts.next()
    while (!part.done) part = parts.next()
    return part.value
  })
}

/** What others have written, and we ourselves: the same means that nothing was, or that all of it was undone. */
function stateOf(db: Db): string {
  const [ofOthers, ofOurs] = [dataVersion(db).get(), totalChanges(db).get()]
  return `${ofOthers} ${ofOurs}`
}

const dataVersion = prepared(({ $client }) => $client.prepare('pragma data_version').pluck())
const totalChanges = prepared(({ $client }) => $client.prepare('select total_changes()').pluck())
