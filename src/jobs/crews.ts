// Two crews carry mails away: one for what is urgent, one for the rest. Each has places of its own, so that mails which hang
// hold up nothing but their like.
import type { Db } from '#db/open.ts'
import { nextDue, type Queue } from '#src/domain/claiming.ts'
import { later } from '#src/lib/time.ts'
import { CONNECTIONS } from '#src/mail/smtp.ts'
import type { Pace } from './pace.ts'
import type { Pause } from './pause.ts'

export interface Crew {
  queue: Queue
  /** By the number of the mail. */
  underWay: Map<number, Promise<void>>
  /** How many more it may take now. */
  room(now: Temporal.Instant): number
  /** How long until it may have something to do. */
  sleepMs(now: Temporal.Instant): number
}

const LONGEST_SLEEP_MS = 60_000
/** Something is due that cannot be taken yet: a mail about the same registration is under way elsewhere. */
const SHORTEST_SLEEP_MS = 100

/** The urgent one first: it takes what the pace leaves before the other does. */
export function createCrews(db: Db, pause: Pause, pace: Pace, isPaced: boolean): Crew[] {
  // Eight times what the pool sends at once: it never waits for our disk, and half of them share one commit, which buys mails/s.
  // Where the rate is limited nothing waits in the pool.
  const most = isPaced ? CONNECTIONS.ordinary : 8 * CONNECTIONS.ordinary
  return [createCrew('urgent', CONNECTIONS.urgent), createCrew('ordinary', most)]

  function createCrew(queue: Queue, most: number): Crew {
    const underWay = new Map<number, Promise<void>>()

    function places(now: Temporal.Instant): number {
      const all = pause.slots(now, most)
      return underWay.size > all / 2 ? 0 : all - underWay.size
    }

    function sleepMs(now: Temporal.Instant): number {
      // With its places taken, the next mail that ends wakes it.
      if (underWay.size > 0 && places(now) === 0) return LONGEST_SLEEP_MS
      const due = nextDue(db, queue)
      if (!due) return LONGEST_SLEEP_MS
      const at = [pause.until(), pace.next(now)].reduce<Temporal.Instant>((a, b) => (b ? later(a, b) : a), due)
      const wait = at.epochMilliseconds - now.epochMilliseconds
      return wait > 0 ? Math.min(LONGEST_SLEEP_MS, wait) : SHORTEST_SLEEP_MS
    }

    return { queue, underWay, room: now => Math.min(places(now), pace.free(now)), sleepMs }
  }
}
