// A mail with an organiser's own words to the people of an event, as a record: written, found, listed, and what became of its
// copies in the outbox. What may stand in it is the business of `letters`; how it leaves stands in `releases`.
import { and, desc, eq, inArray, isNotNull, isNull, lt, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, MESSAGE_STATES, mailings, messages } from '#db/schema.ts'
import { NotFound, Refusal } from '#src/lib/errors.ts'
import type { Audience } from './audiences.ts'
import { auditEvent } from './audit.ts'
import type { Editor } from './changes.ts'
import type { Event } from './events.ts'
import { type Letter, refuseLetter } from './letters.ts'
import { isMine, type Organiser, type Right } from './organisers.ts'
import type { Message } from './outbox.ts'
import { findPersonById } from './people.ts'
import type { Registration } from './registrations.ts'

export type Mailing = typeof mailings.$inferSelect

/** What an organiser writes: to whom, and what. */
export interface Written extends Letter {
  audience: Audience
}

export function findMailing(db: Db, id: number | null): Mailing | undefined {
  return id === null ? undefined : byId(db).get({ id })
}

const byId = prepared(db =>
  db
    .select()
    .from(mailings)
    .where(eq(mailings.id, sql.placeholder('id')))
    .prepare(),
)

/** The mailing with its event, if this organiser has the right in its group; NotFound otherwise. */
export function getMailingWith(db: Db, organiser: Organiser, right: Right, id: number) {
  const row = db
    .select({ mailing: mailings, event: events })
    .from(mailings)
    .innerJoin(events, eq(events.id, mailings.eventId))
    .where(and(eq(mailings.id, id), isMine(organiser, right)))
    .get()
  if (!row) throw new NotFound('mailing')
  return row
}

/** The mailings of an event, the newest first; `before` is the id of the last one seen. */
export function listMailings(db: Db, event: Event, before: number | undefined, limit: number): Mailing[] {
  return db
    .select()
    .from(mailings)
    .where(and(eq(mailings.eventId, event.id), before === undefined ? undefined : lt(mailings.id, before)))
    .orderBy(desc(mailings.id))
    .limit(limit)
    .all()
}

/**
 * Writes down a draft: nobody is mailed. Invalid if it holds what may not be mailed; Refusal for an event that is not public:
 * nobody can have registered for it.
 */
export function createMailing(
  tx: Tx,
  event: Event,
  written: Written & { isUrgent?: boolean },
  organiserId: number,
  now: Temporal.Instant,
): Mailing {
  if (!event.publishedAt) throw new Refusal('not_possible_now')
  refuseLetter(tx, event, written)
  const { audience, subject, body, isUrgent = false } = written
  const values = { eventId: event.id, organiserId, audience, subject, body, isUrgent, createdAt: now }
  const mailing = tx.insert(mailings).values(values).returning().get()
  auditEvent(tx, 'mailing_written', event, { organiserId }, now)
  return mailing
}

/** Changes one that has not left; one that is to leave at a moment still does. */
export function editMailing(
  tx: Tx,
  mailing: Mailing,
  event: Event,
  { audience, subject, body }: Written,
  editor: Editor,
  now: Temporal.Instant,
): Mailing {
  refuseLetter(tx, event, { subject, body })
  const edited = changeMailing(tx, mailing, { audience, subject, body }, editor)
  auditEvent(tx, 'mailing_edited', event, editor, now)
  return edited
}

/** The same words once more, as a draft: what has left or was called back is never sent again. */
export function copyMailing(
  tx: Tx,
  { audience, subject, body }: Mailing,
  event: Event,
  organiserId: number,
  now: Temporal.Instant,
): Mailing {
  if (!subject) throw new Refusal('not_possible_now')
  return createMailing(tx, event, { audience, subject, body }, organiserId, now)
}

/** Only what nobody got can go. Test mails stay in the outbox as what they were. */
export function deleteMailing(tx: Tx, mailing: Mailing, event: Event, editor: Editor, now: Temporal.Instant): void {
  const { id } = changeMailing(tx, mailing, {}, editor)
  tx.update(messages).set({ mailingId: null }).where(eq(messages.mailingId, id)).run()
  tx.delete(mailings).where(eq(mailings.id, id)).run()
  auditEvent(tx, 'mailing_deleted', event, editor, now)
}

/** The one way to change what has not left: Refusal('changed_meanwhile') unless the editor saw its present revision. */
export function changeMailing(
  tx: Tx,
  { id }: Pick<Mailing, 'id'>,
  values: Partial<typeof mailings.$inferInsert>,
  { revision }: Pick<Editor, 'revision'>,
): Mailing {
  const changed = tx
    .update(mailings)
    .set({ ...values, revision: revision + 1 })
    .where(and(eq(mailings.id, id), eq(mailings.revision, revision), isNull(mailings.releasedAt)))
    .returning()
    .get()
  if (!changed) throw new Refusal('changed_meanwhile')
  return changed
}

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

/** A copy that has not been written goes to the registration somebody goes on with, unless there is one for that already. */
export function redirectCopies(tx: Tx, from: Pick<Registration, 'id'>, to: Registration): void {
  const toAddress = findPersonById(tx, to.personId)?.email
  if (!toAddress) return
  const isTheirs = sql`${messages.mailingId} not in
    (select mailing_id from messages where registration_id = ${to.id} and mailing_id is not null)`
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
