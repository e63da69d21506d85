// Reading several things that belong together.
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
