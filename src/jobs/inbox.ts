// The reader of the mailbox where answers arrive: looks every minute, and at once when the server says that there is something;
// when it cannot, it says so once and tries again, ever less often.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ImapFlow } from 'imapflow'
import { createImap, imapReason } from '#src/mail/imap.ts'
import { createReading, type ReadingDeps } from './reading.ts'

/** Answers are not being read: since when, and what the mail server said. */
export interface Trouble {
  since: Temporal.Instant
  reason: string
}

export interface InboxDeps extends ReadingDeps {
  imapUrl: string
  /** How long it rests between two looks. */
  everyMs?: number
}

const MINUTE_MS = 60_000
/** In rests, after the first failure, the second and so on. */
const BACKOFF = [1, 2, 5, 10]
/** How long a stop waits for the message in hand, and then for the line to break. */
const PATIENCE_MS = 2000
const LAST_WORDS_MS = 300

export function createInbox({ imapUrl, everyMs = MINUTE_MS, ...deps }: InboxDeps) {
  const { clock, log } = deps
  const readNew = createReading(deps)
  let state: 'new' | 'running' | 'stopped' = 'new'
  let looking: Promise<void> | undefined
  let isNudged = false
  let failures = 0
  let trouble: Trouble | undefined
  let imap: ImapFlow | undefined
  let timer: NodeJS.Timeout | undefined

  const isRunning = () => state === 'running'

  function start(): void {
    state = 'running'
    wake()
  }

  /** Looks now; once more if it is looking already. */
  function wake(): void {
    isNudged = true
    if (isRunning()) looking ??= run()
  }

  async function run(): Promise<void> {
    clearTimeout(timer)
    do {
      isNudged = false
      await look().then(ease, fail)
    } while (isNudged && failures === 0 && isRunning())
    looking = undefined
    const rests = BACKOFF[Math.min(failures, BACKOFF.length) - 1] ?? 1
    if (isRunning()) timer = setTimeout(wake, rests * everyMs).unref()
  }

  /** The line stays open between two looks; that it broke while it rested is no trouble. */
  async function look(): Promise<void> {
    const isDone =
      imap?.usable &&
      readNew(imap, isRunning).then(
        () => true,
        () => false,
      )
    if (await isDone) return
    imap?.close()
    imap = await createImap(imapUrl)
    if (!isRunning()) return
    imap.on('exists', wake)
    await imap.connect()
    await readNew(imap, isRunning)
  }

  function ease(): void {
    if (trouble) log.info({ since: trouble.since.toString() }, 'the mailbox of answers is read again')
    trouble = undefined
    failures = 0
  }

  function fail(error: unknown): void {
    imap?.close()
    if (!isRunning()) return
    const reason = imapReason(error, imapUrl)
    if (!trouble) log.error({ reason }, 'the mailbox of answers cannot be read')
    trouble = { since: trouble?.since ?? clock.now(), reason }
    failures++
  }

  /** Resolves when everything that has arrived is dealt with, or cannot be. */
  async function idle(): Promise<void> {
    while (looking) await looking
  }

  /** The message in hand ends well; a server that does not answer is not waited for. */
  async function stop(): Promise<void> {
    state = 'stopped'
    clearTimeout(timer)
    await Promise.race([idle(), sleep(PATIENCE_MS, undefined, { ref: false })])
    imap?.close()
    await Promise.race([idle(), sleep(LAST_WORDS_MS, undefined, { ref: false })])
  }

  return {
    start,
    wake,
    stop,
    idle,
    get trouble() {
      return trouble
    },
  }
}
