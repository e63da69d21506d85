// A mail with an organiser's own words to the people of an event, as a record: written, found, listed. What may stand in it is
// the business of `letters`; how it leaves stands in `releases`, and what became of its copies in `mailing-copies`.
import { and, desc, eq, isNull, lt, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, mailings, messages } from '#db/schema.ts'
import { NotFound, Refusal } from '#src/lib/errors.ts'
import type { Audience, Purpose } from './audiences.ts'
import { auditEvent } from './audit.ts'
import type { Editor } from './changes.ts'
import type { Event } from './events.ts'
import { type Letter, refuseLetter } from './letters.ts'
import { isMine, type Organiser, type Right } from './organisers.ts'

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
  written: Written & { isUrgent?: boolean; purpose?: Purpose },
  organiserId: number | null,
  now: Temporal.Instant,
): Mailing {
  if (!event.publishedAt) throw new Refusal('not_possible_now')
  refuseLetter(tx, event, written)
  const { audience, subject, body, isUrgent = false, purpose = 'letter' } = written
  const values = { eventId: event.id, organiserId, audience, subject, body, isUrgent, purpose, createdAt: now }
  const mailing = tx.insert(mailings).values(values).returning().get()
  auditEvent(tx, 'mailing_written', event, { organiserId }, now)
  return mailing
}

/** Changes one that has not left; one that is to leave at a moment still does. A follow-up stays for whom it is. */
export function editMailing(
  tx: Tx,
  mailing: Mailing,
  event: Event,
  { audience, subject, body }: Written,
  editor: Editor,
  now: Temporal.Instant,
): Mailing {
  refuseLetter(tx, event, { subject, body })
  const isFixed = mailing.purpose === 'follow_up'
  const values = { audience: isFixed ? mailing.audience : audience, subject, body }
  const edited = changeMailing(tx, mailing, values, editor)
  auditEvent(tx, 'mailing_edited', event, editor, now)
  return edited
}

/**
 * The same words once more, as a draft: what has left or was called back is never sent again. Of a follow-up only one that was
 * called back: of those that leave there is one for each audience.
 */
export function copyMailing(
  tx: Tx,
  { audience, subject, body, purpose, recalledAt }: Mailing,
  event: Event,
  organiserId: number,
  now: Temporal.Instant,
): Mailing {
  if (!subject || (purpose === 'follow_up' && !recalledAt)) throw new Refusal('not_possible_now')
  return createMailing(tx, event, { audience, subject, body, purpose }, organiserId, now)
}

/** Only what nobody got can go; a follow-up stays, so that it does not come back by itself. Test mails stay in the outbox as what they were. */
export function deleteMailing(tx: Tx, mailing: Mailing, event: Event, editor: Editor, now: Temporal.Instant): void {
  if (mailing.purpose === 'follow_up') throw new Refusal('not_possible_now')
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
