// The worker: keeps a few mails under way while any is due, sleeps until the next one, wakes at once when nudged.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '#db/open.ts'
import { isAnyDue, nextDue } from '#src/domain/claiming.ts'
import { freeDeclined, isAnyToFree } from '#src/domain/replies.ts'
import { isBefore } from '#src/lib/time.ts'
import { CONNECTIONS } from '#src/mail/smtp.ts'
import { createTransport, type Transport } from '#src/mail/transport.ts'
import { createDelivery, type DeliveryDeps } from './deliver.ts'
import type { Task } from './due.ts'
import { createPause } from './pause.ts'
import { SWEEP_EVERY, sweep } from './sweep.ts'

export interface WorkerDeps extends Omit<DeliveryDeps, 'transport' | 'worker'> {
  db: Db
  transport?: Transport
}

const LONGEST_SLEEP_MS = 60_000
const SHORTEST_SLEEP_MS = 100
/** After trouble of our own: long enough not to spin, short enough to be there when the disk is. */
const TROUBLE_SLEEP_MS = 5000
/** How long a stop waits for the mails under way, and then for writing down what came of those it cut off. */
const PATIENCE_MS = 4000
const LAST_WORDS_MS = 300

export function createWorker({ db, transport, ...deps }: WorkerDeps) {
  const { write, clock, log, config } = deps
  const worker = randomUUID()
  const delivery = createDelivery({ ...deps, transport: transport ?? createTransport(config, deps.tokens), worker })
  const pause = createPause(log)
  // Twice what the pool sends at once: it never waits for our disk, and half of them share one commit. Where the rate is
  // limited nothing waits in the pool, so that a sign-in link can still go first.
  const mostUnderWay = config.mailRate ? CONNECTIONS : 2 * CONNECTIONS
  const underWay = new Set<Promise<void>>()
  let state: 'new' | 'running' | 'stopped' = 'new'
  let beat: Temporal.Instant | undefined
  let swept: Temporal.Instant | undefined
  let pumping: Promise<void> | undefined
  let isNudged = false
  let hasRecovered = false
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
      log.error({ err: error }, 'the worker stumbled')
      rest = TROUBLE_SLEEP_MS
    }
    pumping = undefined
    if (state === 'running') timer = setTimeout(wake, rest ?? untilNext()).unref()
  }

  async function fill(): Promise<void> {
    const now = clock.now()
    beat = now
    if (!hasRecovered) await delivery.recover()
    hasRecovered = true
    if (!swept || !isBefore(now, swept.add(SWEEP_EVERY))) {
      swept = now
      await write(tx => sweep(tx, now))
    }
    if (isAnyToFree(db, now)) await write(tx => freeDeclined(tx, now))
    const most = pause.slots(now, mostUnderWay)
    if (most === 0 || underWay.size > most / 2 || !isAnyDue(db, now)) return
    for (const task of await delivery.take(most - underWay.size)) track(task)
    isNudged = true
  }

  function track(task: Task): void {
    const sending = delivery
      .deliver(task)
      .then(result => pause.note(result, clock.now()))
      .catch(error => log.error({ err: error, message: task.message.id }, 'the worker lost a mail'))
      .then(() => {
        underWay.delete(sending)
        wake()
      })
    underWay.add(sending)
  }

  function untilNext(): number {
    const now = clock.now()
    const next = pause.until() ?? nextDue(db)
    if (!next) return LONGEST_SLEEP_MS
    const wait = next.epochMilliseconds - now.epochMilliseconds
    return Math.min(LONGEST_SLEEP_MS, Math.max(SHORTEST_SLEEP_MS, wait))
  }

  /** Resolves when everything that is due has been tried. */
  async function idle(): Promise<void> {
    while (pumping || underWay.size) await Promise.all([pumping, ...underWay])
  }

  /** Starts nothing new and waits for what is under way, though not for ever: what is cut off is sent again at the next start. */
  async function stop(): Promise<void> {
    state = 'stopped'
    clearTimeout(timer)
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
    get paused() {
      return pause.paused()
    },
  }
}
