// The worker: keeps a few mails under way while any is due, sleeps until the next one, wakes at once when nudged.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '#db/open.ts'
import { StoreTrouble } from '#db/write.ts'
import { isAnyDue } from '#src/domain/claiming.ts'
import { listToFollowUp, planFollowUps } from '#src/domain/follow-ups.ts'
import { freeDeclined, isAnyToFree } from '#src/domain/freeing.ts'
import { findHold } from '#src/domain/holding.ts'
import { isAnyLeased } from '#src/domain/leases.ts'
import { composeDue, followCalendar, isAnyToCompose } from '#src/domain/newsletters.ts'
import { isAnyToRelease, releaseScheduled } from '#src/domain/releases.ts'
import { followClock, isAnyWronglyExpired, isSetBack, restoreExpired } from '#src/domain/set-back.ts'
import { isAnyToSpread, spread } from '#src/domain/spreading.ts'
import { findStandstill } from '#src/domain/standstill.ts'
import { areSummariesDue, planSummaries } from '#src/domain/summaries.ts'
import { addUp, isAnyStale } from '#src/domain/totals.ts'
import { isBefore } from '#src/lib/time.ts'
import { createTransport, type Transport } from '#src/mail/transport.ts'
import { type Crew, createCrews } from './crews.ts'
import { createDelivery, type DeliveryDeps } from './deliver.ts'
import type { Task } from './due.ts'
import { ownerName } from './owners.ts'
import { createPace } from './pace.ts'
import { createPause } from './pause.ts'
import { createSweeper } from './sweep.ts'

export interface WorkerDeps extends Omit<DeliveryDeps, 'transport' | 'worker'> {
  db: Db
  transport?: Transport
}

/** A third of a lease: whoever misses one of these still has it. */
const TEND_EVERY = { seconds: 10 }
const TEND_MS = 10_000
/** Reports count what changed since from the rows: often enough for that to stay a little, and few enough to hold nobody up. */
const ADD_UP_EVERY = { minutes: 1 }
const ADD_UP_EVENTS = 20
/** What follows an event is days away when it ends. */
const PLAN_EVERY = { minutes: 1 }
/** After trouble of our own: long enough not to spin, short enough to be there when the disk is. */
const TROUBLE_SLEEP_MS = 5000
/** How long a stop waits for the mails under way, and then for writing down what came of those it cut off. */
const PATIENCE_MS = 3500
const LAST_WORDS_MS = 300

export function createWorker({ db, transport, ...deps }: WorkerDeps) {
  const { write, clock, log, config } = deps
  const worker = ownerName()
  const delivery = createDelivery({ ...deps, transport: transport ?? createTransport(config, deps.tokens), worker })
  const pause = createPause(log, findStandstill(db, clock.now())?.isShut)
  const pace = createPace(config.mailRate, log)
  const sweeper = createSweeper({ db, write, clock, log, timeZone: config.timeZone, dataDir: config.dataDir })
  const crews = createCrews(db, pause, pace, config.mailRate !== undefined)
  let state: 'new' | 'running' | 'stopped' = 'new'
  let beat: Temporal.Instant | undefined
  let tended: Temporal.Instant | undefined
  let addedUp: Temporal.Instant | undefined
  let planned: Temporal.Instant | undefined
  let pumping: Promise<void> | undefined
  let isNudged = false
  let timer: NodeJS.Timeout | undefined

  function start(): void {
    state = 'running'
    wake()
  }

  /** To be called whenever something may have come into the outbox. Costs next to nothing when nothing is due. */
  function wake(): void {
    isNudged = true
    if (state === 'running') pumping ??= run()
  }

  /** One round at a time; a nudge during a round makes another. */
  async function run(): Promise<void> {
    clearTimeout(timer)
    let rest: number | undefined
    try {
      do {
        isNudged = false
        await fill()
      } while (isNudged && state === 'running')
    } catch (error) {
      // Of a store that cannot be written is told once, where it is written.
      if (!(error instanceof StoreTrouble)) log.error({ err: error }, 'the worker stumbled')
      rest = TROUBLE_SLEEP_MS
    }
    pumping = undefined
    if (state === 'running') timer = setTimeout(wake, rest ?? untilNext()).unref()
  }

  async function fill(): Promise<void> {
    const now = clock.now()
    await beSetBack(now)
    beat = now
    await tend(now)
    await daily(now)
    if (!addedUp || !isBefore(now, addedUp.add(ADD_UP_EVERY))) await keepTotals(now)
    if (!planned || !isBefore(now, planned.add(PLAN_EVERY))) await planAhead(now)
    if (!findHold(db) && isAnyToFree(db, now)) await write(tx => freeDeclined(tx, now))
    if (isAnyToRelease(db, now)) await write(tx => releaseScheduled(tx, now))
    if (isAnyToSpread(db)) await spreadMore(now)
    pace.recover(now)
    for (const crew of crews) await fillCrew(crew)
  }

  /** Whatever came round at moments to come comes round anew. */
  async function beSetBack(now: Temporal.Instant): Promise<void> {
    if (!beat && isAnyWronglyExpired(db, now)) await write(tx => restoreExpired(tx, now))
    if (!isSetBack(db, beat, now)) return
    log.warn({ now: String(now) }, 'the clock was set back')
    tended = undefined
    addedUp = undefined
    planned = undefined
    await write(tx => {
      followClock(tx, now)
      followCalendar(tx, config.timeZone, now)
    })
  }

  /** After a migration or an import there is a lot to add up: in parts, with the mail that is due between them. */
  async function keepTotals(now: Temporal.Instant): Promise<void> {
    const isMore = isAnyStale(db) && (await write(tx => addUp(tx, ADD_UP_EVENTS)))
    addedUp = isMore ? undefined : now
    if (isMore) isNudged = true
  }

  /** The mails after an event, which wait as drafts with a moment until they are due. */
  async function planAhead(now: Temporal.Instant): Promise<void> {
    if (listToFollowUp(db, now).length) await write(tx => planFollowUps(tx, config.locale, now))
    planned = now
  }

  /** To thousands of subscribers copies are made in parts as well. One of which no copy can be made holds up no other mail. */
  async function spreadMore(now: Temporal.Instant): Promise<void> {
    try {
      await write(tx => spread(tx, now))
      isNudged = true
    } catch (error) {
      if (error instanceof StoreTrouble) throw error
      log.error({ err: error }, 'the copies of a letter were not made')
    }
  }

  /** What comes round once a day. It holds up no mail: the sweep goes on beside it, and trouble with a summary is only told. */
  async function daily(now: Temporal.Instant): Promise<void> {
    sweeper.wake(now)
    await composed(now)
    if (!areSummariesDue(db, config.timeZone, now)) return
    const planning = write(tx => planSummaries(tx, config.timeZone, now))
    await planning.catch(error => log.error({ err: error }, 'the daily summaries were not planned'))
  }

  /** Newsletters that are to be made today: drafts, for an organiser to look at. */
  async function composed(now: Temporal.Instant): Promise<void> {
    if (!isAnyToCompose(db, config.timeZone, now)) return
    const composing = write(tx => composeDue(tx, config.timeZone, now))
    await composing.catch(error => log.error({ err: error }, 'the newsletters were not composed'))
  }

  /** At the start, and then whenever anybody has a mail under way: those of a process that died leave soon after. */
  async function tend(now: Temporal.Instant): Promise<void> {
    if (tended && isBefore(now, tended.add(TEND_EVERY))) return
    tended = now
    if (isAnyLeased(db)) await delivery.tend(crews.flatMap(crew => [...crew.underWay.keys()]))
  }

  async function fillCrew(crew: Crew): Promise<void> {
    const now = clock.now()
    const limit = crew.room(now)
    if (limit === 0 || !isAnyDue(db, crew.queue, now)) return
    const tasks = await delivery.take({ queue: crew.queue, limit })
    const step = pace.spend(tasks.length, now)
    for (const task of tasks) track(crew, task, step)
    isNudged = true
  }

  function track({ underWay }: Crew, task: Task, step: number): void {
    const { id } = task.message
    const sending = delivery
      .deliver(task)
      .then(result => {
        pause.note(result, clock.now())
        if (result.result === 'retry' && result.isTooMuch) pace.slowDown(step, result.reason, clock.now())
      })
      .catch(error => log.error({ err: error, message: id }, 'the worker lost a mail'))
      .then(() => {
        underWay.delete(id)
        wake()
      })
    underWay.set(id, sending)
  }

  function untilNext(): number {
    const now = clock.now()
    const isBusy = crews.some(crew => crew.underWay.size > 0) || isAnyLeased(db)
    return Math.min(...crews.map(crew => crew.sleepMs(now)), ...(isBusy ? [TEND_MS] : []))
  }

  /** Resolves when everything that may leave by now has been tried. */
  async function idle(): Promise<void> {
    const underWay = () => crews.flatMap(crew => [...crew.underWay.values()])
    while (pumping || underWay().length) await Promise.all([pumping, ...underWay()])
    await sweeper.idle()
  }

  /** Starts nothing new and waits for what is under way, though not for ever: what is cut off is sent again at the next start. */
  async function stop(): Promise<void> {
    state = 'stopped'
    clearTimeout(timer)
    sweeper.stop()
    await Promise.race([idle(), sleep(PATIENCE_MS, undefined, { ref: false })])
    delivery.stop()
    await Promise.race([idle(), sleep(LAST_WORDS_MS, undefined, { ref: false })])
  }

  return {
    start,
    wake,
    stop,
    idle,
    get beat() {
      return beat
    },
    get slowed() {
      return pace.slowed(clock.now())
    },
  }
}
