// One look into the mailbox: every new message once, in order, whatever crashes. What a message means is for `mail` to say,
// what follows from it for `domain`.
import type { ImapFlow, SearchObject } from 'imapflow'
import type { Db, Tx } from '#db/open.ts'
import { type Write, writeNow } from '#db/write.ts'
import type { Config } from '#src/config.ts'
import { recordBounce, recordComplaint } from '#src/domain/bounces.ts'
import { type Cursor, findCursor, findMessage, findMessageCalled, saveCursor } from '#src/domain/inbox.ts'
import { applyReply } from '#src/domain/replies.ts'
import type { Clock } from '#src/lib/clock.ts'
import type { Tokens } from '#src/lib/tokens.ts'
import { type Inbound, MOST_BYTES, readMail } from '#src/mail/inbound.ts'
import type { Log } from './log.ts'

export interface ReadingDeps {
  config: Config
  db: Db
  write: Write
  clock: Clock
  tokens: Tokens
  log: Log
}

type FromMachine = Exclude<Inbound, { kind: 'human' }>

const MAILBOX = 'INBOX'
const SEEN = ['\\Seen']
/** How far back the first look goes, and one into a mailbox that has been numbered anew. */
const FIRST_LOOK = { hours: 30 * 24 }
const MOST_TRIES = 3

export function createReading({ config, db, write, clock, tokens, log }: ReadingDeps) {
  let stuck = { uid: 0, times: 0 }
  const inboundDeps = { config, tokens, findMessage: (id: number) => findMessage(db, id) }

  /** Deals with every message behind the cursor. Throws when the mailbox or the database gives trouble; nothing is lost then. */
  async function readNew(imap: ImapFlow, mayGoOn: () => boolean): Promise<void> {
    const mailbox = await imap.mailboxOpen(MAILBOX)
    alive(imap)
    const { uidValidity, uidNext } = mailbox
    const cursor = findCursor(db)
    const last = cursor?.uidValidity === String(uidValidity) ? cursor.uid : undefined
    for (const uid of await newSince(imap, last)) {
      if (!mayGoOn()) return
      await deal(imap, { uidValidity: String(uidValidity), uid })
    }
    if (last === undefined) await begin({ uidValidity: String(uidValidity), uid: uidNext - 1 })
  }

  /** Ascending. `n:*` also names the last message when it is older than n (RFC 9051 §9). */
  async function newSince(imap: ImapFlow, last: number | undefined): Promise<number[]> {
    const since = new Date(clock.now().subtract(FIRST_LOOK).epochMilliseconds)
    const query: SearchObject = last === undefined ? { since } : { uid: `${last + 1}:*` }
    const found = await imap.search(query, { uid: true })
    if (!found) throw new Error('the mailbox cannot be searched')
    return found.filter(uid => uid > (last ?? 0)).toSorted((a, b) => a - b)
  }

  /** What was there before us and is too old counts as read. */
  function begin(end: Cursor): Promise<void> {
    return write(tx => {
      const reached = findCursor(tx)
      if (reached?.uidValidity !== end.uidValidity || reached.uid < end.uid) saveCursor(tx, end)
    })
  }

  /** The flag first: it may be set twice. Then what follows and the cursor, together, once. People's letters stay unread. */
  async function deal(imap: ImapFlow, cursor: Cursor): Promise<void> {
    const { uid } = cursor
    const inbound = await fetch(imap, uid)
    if (inbound.kind === 'human') return write(tx => saveCursor(tx, cursor))
    await imap.messageFlagsAdd(String(uid), SEEN, { uid: true })
    alive(imap)
    const { outcome, error } = await write(tx => {
      saveCursor(tx, cursor)
      return attempt(tx, inbound, clock.now())
    })
    if (!error) return log.info({ uid, kind: inbound.kind, outcome }, 'a message was read')
    log.error(
      { uid, kind: inbound.kind, at: whereOf(error) },
      'a message could not be dealt with: it is left for people',
    )
    await imap.messageFlagsRemove(String(uid), SEEN, { uid: true })
  }

  /** Without setting a flag. What is too big for a machine's message is not fetched at all. */
  async function fetch(imap: ImapFlow, uid: number): Promise<Inbound> {
    if (isHopeless(uid)) return { kind: 'human' }
    const found = await imap.fetchOne(String(uid), { size: true }, { uid: true })
    const isWanted = found && (found.size ?? 0) <= MOST_BYTES
    const range = { start: 0, maxLength: MOST_BYTES }
    const whole = isWanted && (await imap.fetchOne(String(uid), { source: range }, { uid: true }))
    alive(imap)
    stuck = { uid: 0, times: 0 }
    return whole && whole.source !== undefined ? readMail(whole.source, inboundDeps) : { kind: 'human' }
  }

  /** The server gives this one message trouble again and again: it must not stop the ones behind it. */
  function isHopeless(uid: number): boolean {
    stuck = { uid, times: stuck.uid === uid ? stuck.times + 1 : 1 }
    if (stuck.times <= MOST_TRIES) return false
    log.error({ uid }, 'a message cannot be fetched: it is left for people')
    return true
  }

  return readNew
}

/** On a broken line imapflow answers as if there were nothing; that is not what the mailbox said. */
function alive(imap: ImapFlow): void {
  if (!imap.usable || !imap.mailbox) throw new Error('the connection to the mailbox broke')
}

/** In a savepoint of its own: a message that brings out a bug is passed over, and does not stop the ones behind it. */
function attempt(tx: Tx, inbound: FromMachine, now: Temporal.Instant): { outcome: string; error?: unknown } {
  try {
    return { outcome: writeNow(tx, inner => bringAbout(inner, inbound, now)) }
  } catch (error) {
    return { outcome: 'failed', error }
  }
}

/** What a message brings about, in one word for the log. Twice is once. */
export function bringAbout(tx: Tx, inbound: FromMachine, now: Temporal.Instant): string {
  if (inbound.kind === 'reply') return applyReply(tx, inbound.reply, now)
  if (inbound.kind === 'report') return recordBounce(tx, inbound.message, inbound.report, now)
  if (inbound.kind === 'auto_reply') return 'ignored'
  const message = findMessageCalled(tx, inbound.messageId)
  if (!message) return 'unknown'
  recordComplaint(tx, message, now)
  return 'recorded'
}

/** Where it went wrong; the error's own words may hold somebody's address. */
function whereOf(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : []
  return lines.filter(line => /^\s+at /.test(line)).map(line => line.trim())
}
