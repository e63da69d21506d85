// One mail's way out: claimed and judged in one write, written and frozen, handed over with no transaction open, recorded.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Tx } from '#db/open.ts'
import { StoreTrouble, type Write } from '#db/write.ts'
import type { Config } from '#src/config.ts'
import type { Wanted } from '#src/domain/claiming.ts'
import { isHeldBy, reclaim, release, renew } from '#src/domain/leases.ts'
import type { Message } from '#src/domain/outbox.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { freeze, type Outcome, recordOutcome } from '#src/domain/sending.ts'
import { settleEnrolment } from '#src/domain/series-telling.ts'
import { noteStuck, noteThrough } from '#src/domain/standstill.ts'
import { settle } from '#src/domain/telling.ts'
import type { Clock } from '#src/lib/clock.ts'
import { type Counts, countOne } from '#src/lib/counts.ts'
import type { Tokens } from '#src/lib/tokens.ts'
import { contentOf } from '#src/mail/messages.ts'
import { compose, messageIdOf, readDkim } from '#src/mail/mime.ts'
import type { Pause } from '#src/mail/outcomes.ts'
import type { Transport } from '#src/mail/transport.ts'
import { type Draft, type Task, takeDue } from './due.ts'
import type { Log } from './log.ts'
import { isGone } from './owners.ts'

export interface DeliveryDeps {
  config: Config
  write: Write
  clock: Clock
  tokens: Tokens
  counts: Pick<Counts, 'mails'>
  log: Log
  transport: Transport
  /** Names this process start, in the leases. */
  worker: string
}

type Result = Outcome | Pause
type Written = Message & { bytes: Buffer }
const DISK_WAIT_MS = 1000
/** While several mails are under way, what is known of one waits this long for the others: half of the commits, so more mails/s. */
const PATIENCE_MS = 12

export function createDelivery({ config, write, clock, tokens, counts, log, transport, worker }: DeliveryDeps) {
  const dkim = readDkim(config)
  let isStopped = false
  let underWay = 0

  /** Keeps what we have under way; puts back what a process that died had, and tells what changed since. */
  function tend(underWay: number[]): Promise<void> {
    return write(tx => {
      const now = clock.now()
      // In this order: a machine that slept is still the owner of what it had, unless another one woke before it.
      renew(tx, worker, underWay, now)
      for (const message of reclaim(tx, now, isGone)) settleAbout(tx, message, now)
    })
  }

  function take(wanted: Wanted): Promise<Task[]> {
    const broken = (error: unknown, { id, kind }: Message) =>
      log.error({ err: error, message: id, kind }, 'mail not written')
    return write(tx => takeDue(tx, worker, wanted, clock.now(), broken))
  }

  /** Never throws on account of the mail. How it ended is in the outbox when this resolves. */
  async function deliver(task: Task): Promise<Result> {
    underWay++
    try {
      return await bringOut(task)
    } finally {
      underWay--
    }
  }

  async function bringOut({ message, draft, at }: Task): Promise<Result> {
    const written = draft ? await writeDown(message, draft, at) : message
    const result = hasBytes(written) ? await handOver(written) : await giveUpOn(written)
    const reason = 'reason' in result ? result.reason : undefined
    countOne(counts.mails, `${message.kind} ${result.result}`)
    log.info({ message: message.id, kind: message.kind, result: result.result, reason }, 'mail')
    return result
  }

  async function handOver(message: Written): Promise<Result> {
    const result = await transport.send(message)
    await insist(tx => {
      const now = clock.now()
      // What we cut off ourselves says nothing about the mail server.
      if (!isStopped) noteHow(tx, result, now)
      finish(tx, message, result, now)
    })
    return result
  }

  async function giveUpOn(message: Message): Promise<Result> {
    const result = { result: 'failed', reason: 'could not be written' } as const
    await insist(tx => finish(tx, message, result, clock.now()))
    return result
  }

  /** Writes the mail and freezes it, before anybody can have seen it. Without bytes if it cannot be written. */
  async function writeDown(
    message: Message,
    { occasion, told, toldSeries, threadId }: Draft,
    at: Temporal.Instant,
  ): Promise<Message> {
    const messageId = messageIdOf(message, config)
    try {
      const content = contentOf(occasion, { config, tokens }, at)
      const { subject, bytes } = await compose(content, { messageId, date: at, threadId }, dkim)
      const frozen = { subject, bytes, messageId, datedAt: at, told, toldSeries: toldSeries ?? null }
      const isOurs = await insist(tx => {
        if (!isHeldBy(tx, message.id, worker)) return false
        freeze(tx, message.id, frozen)
        return true
      })
      return isOurs ? { ...message, ...frozen } : message
    } catch (error) {
      log.error({ err: error, message: message.id, kind: message.kind }, 'mail not written')
      return message
    }
  }

  /** A full or failing disk must not lose what we know of a mail: it is written down as soon as it can be. */
  async function insist<T>(work: (tx: Tx) => T): Promise<T> {
    for (;;) {
      try {
        return await write(work, underWay > 1 ? PATIENCE_MS : 0)
      } catch (error) {
        if (isStopped || !(error instanceof StoreTrouble)) throw error
        await sleep(DISK_WAIT_MS)
      }
    }
  }

  /** Unless this process stood still for so long that another one has taken the mail over. */
  function finish(tx: Tx, message: Message, result: Result, now: Temporal.Instant): void {
    if (!isHeldBy(tx, message.id, worker)) return
    if (result.result === 'pause') release(tx, message, result.reason)
    else recordOutcome(tx, message, result, now)
    settleAbout(tx, message, now)
  }

  function stop(): void {
    isStopped = true
    transport.close()
  }

  return { tend, take, deliver, stop }
}

/** Whether mail gets through at all: an answer over this one mail shows that it does. */
function noteHow(tx: Tx, result: Result, now: Temporal.Instant): void {
  if (result.result === 'sent' || result.result === 'failed') noteThrough(tx, now)
  else noteStuck(tx, { reason: result.reason, isShut: result.result === 'pause' }, now)
}

/** While a mail was with the mail server nothing was decided about its registration, or its series; now it can be. */
function settleAbout(tx: Tx, { registrationId, enrolmentId }: Message, now: Temporal.Instant): void {
  if (enrolmentId !== null) settleEnrolment(tx, { id: enrolmentId }, now)
  if (registrationId !== null) settle(tx, getRegistration(tx, registrationId), now)
}

function hasBytes(message: Message): message is Written {
  return message.bytes !== null
}
