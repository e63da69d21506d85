// The copies of a mailing in the outbox, one for each of its people: how many there are of each state, which ones, what becomes of
// one whose registration goes on under another, and where the mailing stands with all that.
import { and, desc, eq, inArray, isNotNull, isNull, lt, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { MESSAGE_STATES, messages } from '#db/schema.ts'
import type { Mailing } from './mailings.ts'
import type { Message } from './outbox.ts'
import { findPersonById } from './people.ts'
import type { Registration } from './registrations.ts'

/** What became of a mailing's copies: how many are in each state, how many came back, and when the first of the rest leaves. */
export interface Copies extends Record<Message['state'], number> {
  total: number
  bounced: number
  /** Of the dropped: those that were called back. */
  recalled: number
  next: Temporal.Instant | undefined
}

/** By mailing; tests to oneself are no copies. */
export function countCopies(db: Db, ids: number[]): Map<number, Copies> {
  const rows = db
    .select({
      mailingId: messages.mailingId,
      state: messages.state,
      count: sql<number>`count(*)`,
      bounced: sql<number>`count(${messages.bouncedAt})`,
      recalled: sql<number>`sum(${messages.reason} = 'recalled')`,
      next: sql<number>`min(${messages.dueAt})`,
    })
    .from(messages)
    .where(and(inArray(messages.mailingId, ids), isNotNull(messages.registrationId)))
    .groupBy(messages.mailingId, messages.state)
    .all()
  return new Map(ids.map(id => [id, copiesFrom(rows.filter(row => row.mailingId === id))]))
}

interface Tally {
  state: Message['state']
  count: number
  bounced: number
  recalled: number
  next: number
}

function copiesFrom(rows: Tally[]): Copies {
  const of = (state: Message['state']) => rows.find(row => row.state === state)
  const states = Object.fromEntries(MESSAGE_STATES.map(state => [state, of(state)?.count ?? 0]))
  const queued = of('queued')
  return {
    ...(states as Record<Message['state'], number>),
    total: rows.reduce((sum, { count }) => sum + count, 0),
    bounced: rows.reduce((sum, { bounced }) => sum + bounced, 0),
    recalled: of('dropped')?.recalled ?? 0,
    next: queued && Temporal.Instant.fromEpochMilliseconds(queued.next),
  }
}

/**
 * A copy that has not been written goes to the registration somebody goes on with, unless there is one for that already; of
 * those that follow up on an event whichever came first is the one.
 */
export function redirectCopies(tx: Tx, from: Pick<Registration, 'id'>, to: Registration): void {
  const toAddress = findPersonById(tx, to.personId)?.email
  if (!toAddress) return
  const isTheirs = sql`not exists (
    select 1 from messages other join mailings f on f.id = other.mailing_id where other.registration_id = ${to.id}
    and (f.id = ${messages.mailingId}
      or f.purpose = 'follow_up' and (select purpose from mailings where id = ${messages.mailingId}) = 'follow_up'))`
  const isUnwritten = and(eq(messages.kind, 'mailing'), eq(messages.state, 'queued'), isNull(messages.bytes))
  tx.update(messages)
    .set({ registrationId: to.id, personId: to.personId, toAddress })
    .where(and(eq(messages.registrationId, from.id), isUnwritten, isTheirs))
    .run()
}

/** One mailing's copies, the newest first; those that ask for attention alone, if wanted. */
export function listCopies(
  db: Db,
  { id }: Mailing,
  { state, before }: { state?: Message['state'] | undefined; before?: number | undefined },
  limit: number,
): Message[] {
  return db
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.mailingId, id),
        isNotNull(messages.registrationId),
        state && eq(messages.state, state),
        before === undefined ? undefined : lt(messages.id, before),
      ),
    )
    .orderBy(desc(messages.id))
    .limit(limit)
    .all()
}

/** Where a mailing stands. `waiting`: it can be called back before anybody has it. */
export type Phase = 'draft' | 'scheduled' | 'waiting' | 'leaving' | 'sent' | 'recalled'

export function phaseOf(mailing: Mailing, copies: Copies, now: Temporal.Instant): Phase {
  if (mailing.recalledAt) return 'recalled'
  if (!mailing.releasedAt) return mailing.scheduledFor ? 'scheduled' : 'draft'
  if (!copies.queued && !copies.sending) return 'sent'
  const hasBegun = copies.queued < copies.total
  const isWaiting = copies.next !== undefined && Temporal.Instant.compare(copies.next, now) > 0
  return isWaiting && !hasBegun ? 'waiting' : 'leaving'
}
