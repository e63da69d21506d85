// Everything that happened with one registration, from the registration itself, the mails about it, and what organisers did.
import { desc, eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { auditEntries, messages, organisers } from '#db/schema.ts'
import type { Message } from './outbox.ts'
import type { Registration } from './registrations.ts'

/** What the registration itself tells. */
export type Milestone =
  | 'registered'
  | 'added'
  | 'placed'
  | 'cancelled_by_attendee'
  | 'cancelled_by_organiser'
  | 'merged'
  | 'replied'
  | 'declined'
  | 'part_confirmed'
  | 'approved'
  | 'attended'

/** An act of an organiser; `who` is null for the program, '' for somebody who is gone. */
export interface Deed {
  action: string
  who: string | null
  detail: string
}

export type Happening = { at: Temporal.Instant } & (
  | { what: 'milestone'; milestone: Milestone }
  | { what: 'deed'; deed: Deed }
  | { what: 'mail'; mail: Message }
)

/** What organisers did tells more than what came of it: the one at the same moment is left out. */
const TOLD_BY: Partial<Record<Milestone, string[]>> = {
  added: ['registration_added'],
  placed: ['registration_promoted', 'registration_added'],
  cancelled_by_organiser: ['registration_cancelled'],
  attended: ['attendance_marked'],
  approved: ['registration_promoted'],
}

/** The newest first; of one moment what organisers did before what came of it, and the mails last. */
export function historyOf(db: Db, registration: Registration): Happening[] {
  const deeds = listDeeds(db, registration)
  const isTold = ({ milestone, at }: { milestone: Milestone; at: Temporal.Instant }) =>
    deeds.some(({ deed, at: when }) => when.equals(at) && TOLD_BY[milestone]?.includes(deed.action))
  const milestones = milestonesOf(registration)
    .filter(one => !isTold(one))
    .map(({ milestone, at }): Happening => ({ what: 'milestone', milestone, at }))
  const mails = listMails(db, registration).map((mail): Happening => ({ what: 'mail', mail, at: momentOf(mail) }))
  return [...mails, ...milestones.toReversed(), ...deeds].sort((a, b) => Temporal.Instant.compare(b.at, a.at))
}

function milestonesOf(one: Registration): { milestone: Milestone; at: Temporal.Instant }[] {
  const isAgain = one.confirmedAt !== null && !one.confirmedAt.equals(one.createdAt)
  const list: [Milestone, Temporal.Instant | null][] = [
    [one.addedBy === null ? 'registered' : 'added', one.createdAt],
    ['placed', isAgain ? one.confirmedAt : null],
    ['approved', one.approvedAt],
    ['part_confirmed', one.partConfirmedAt],
    [one.declinedAt ? 'declined' : 'replied', one.reply || one.declinedAt ? (one.declinedAt ?? one.repliedAt) : null],
    ['attended', one.attendedAt],
    [endOf(one), one.cancelledAt],
  ]
  return list.flatMap(([milestone, at]) => (at ? [{ milestone, at }] : []))
}

function endOf({ mergedIntoId, cancelledBy }: Registration): Milestone {
  if (mergedIntoId !== null) return 'merged'
  return cancelledBy === 'organiser' ? 'cancelled_by_organiser' : 'cancelled_by_attendee'
}

function listDeeds(db: Db, { id }: Registration) {
  return db
    .select({ entry: auditEntries, name: organisers.name, email: organisers.email })
    .from(auditEntries)
    .leftJoin(organisers, eq(organisers.id, auditEntries.organiserId))
    .where(eq(auditEntries.registrationId, id))
    .orderBy(desc(auditEntries.id))
    .all()
    .map(({ entry: { at, action, detail, organiserId }, name, email }) => {
      const who = organiserId === null ? null : name || email || ''
      return { what: 'deed' as const, at, deed: { action, who, detail } }
    })
}

/** Everything mailed about it, or to be; the newest first. */
function listMails(db: Db, { id }: Registration): Message[] {
  return db.select().from(messages).where(eq(messages.registrationId, id)).orderBy(desc(messages.id)).all()
}

const momentOf = ({ sentAt, state, dueAt, createdAt }: Message) => sentAt ?? (state === 'queued' ? dueAt : createdAt)
