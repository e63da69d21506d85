// The outbox: a mail is a row before it is a mail. Here rows are added; how they leave stands in `sending`, what they say in
// `mail`, which mail somebody should get in `telling` and `reminders`, and who may see them in `my-messages`.
import { countRows } from '#db/count.ts'
import { and, eq, gte, inArray } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { placeholders, prepared } from '#db/prepared.ts'
import { type MESSAGE_KINDS, messages } from '#db/schema.ts'
import type { Locale } from '#src/i18n/index.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Registration } from './registrations.ts'

export type Message = typeof messages.$inferSelect
export type MessageKind = (typeof MESSAGE_KINDS)[number]

/** Lower leaves first. Somebody waits in front of the screen for lanes 0 and 1. */
const LANES: Record<MessageKind, number> = {
  sign_in: 0,
  my: 1,
  subscription_proof: 1,
  address: 1,
  question_proof: 1,
  test: 1,
  cancelled: 2,
  changed: 2,
  reinstated: 2,
  workshop_changed: 2,
  workshop_cancelled: 2,
  confirmed: 3,
  waitlisted: 3,
  requested: 3,
  promoted: 3,
  workshop_confirmed: 3,
  place_free: 3,
  unregistered: 3,
  again: 3,
  series_confirmed: 3,
  series_waitlisted: 3,
  series_promoted: 3,
  series_left: 3,
  series_again: 3,
  declined: 3,
  invitation: 3,
  asked: 3,
  briefing: 3,
  invited: 3,
  reminder_hour: 4,
  reminder_day: 5,
  mailing: 6,
  tasks: 6,
  question_planned: 6,
  question_answered: 6,
  announcement: 7,
  newsletter: 7,
}
/** Named in queries, so that the index finds what is due without passing what is planned. */
export const ALL_LANES = [...new Set(Object.values(LANES))]
export const URGENT_LANES = [0, 1]

/** Whether somebody waits for it now: then it goes past everything else. */
export function isUrgent({ lane }: Pick<Message, 'lane'>): boolean {
  return URGENT_LANES.includes(lane)
}

/** How long a mail is worth sending after it was due, unless the caller knows better. */
const WORTH: Partial<Record<MessageKind, Temporal.DurationLike>> = {
  sign_in: { minutes: 10 },
  my: { hours: 1 },
  test: { hours: 1 },
}
const FOUR_DAYS = { hours: 96 }

/** In which a mail to many can be called back without anybody having heard of it. */
export const GRACE = { minutes: 2 }

/** When a mail to so many people is due: to one at once, to more after the time in which it can be called back. */
export function dueFor(recipients: number, now: Temporal.Instant): Temporal.Instant {
  return recipients > 1 ? now.add(GRACE) : now
}

export interface NewMessage {
  key: string
  kind: MessageKind
  toAddress: string
  locale: Locale
  eventId?: number | null
  registrationId?: number | null
  personId?: number | null
  signInId?: number | null
  invitationId?: number | null
  inviteeId?: number | null
  choiceId?: number | null
  followerId?: number | null
  enrolmentId?: number | null
  organiserId?: number | null
  mailingId?: number | null
  bulletinId?: number | null
  /** Where its kind's own place will not do. */
  lane?: number | undefined
  dueAt?: Temporal.Instant
  expiresAt?: Temporal.Instant
}

/** Adds a row, once per key: telling the same thing again adds nothing. */
export function enqueue(tx: Tx, message: NewMessage, now: Temporal.Instant): void {
  const dueAt = message.dueAt ?? now
  const expiresAt = message.expiresAt ?? dueAt.add(WORTH[message.kind] ?? FOUR_DAYS)
  const lane = message.lane ?? LANES[message.kind]
  insertion(tx).run({ ...BARE, ...message, lane, createdAt: now, dueAt, expiresAt })
}

/** The same for a mail about somebody's registration, in the language they registered in. */
export function enqueueAbout(
  tx: Tx,
  { id, eventId, personId, locale }: Pick<Registration, 'id' | 'eventId' | 'personId' | 'locale'>,
  message: Omit<NewMessage, 'locale' | 'eventId' | 'registrationId' | 'personId'>,
  now: Temporal.Instant,
): void {
  enqueue(tx, { ...message, locale, eventId, registrationId: id, personId }, now)
}

/** What a row may be about; most are about less. */
const BARE = {
  eventId: null,
  registrationId: null,
  personId: null,
  signInId: null,
  organiserId: null,
  mailingId: null,
  bulletinId: null,
  invitationId: null,
  inviteeId: null,
  choiceId: null,
  followerId: null,
  enrolmentId: null,
}
const FIELDS = [
  'key',
  'kind',
  'toAddress',
  'locale',
  'lane',
  'createdAt',
  'dueAt',
  'expiresAt',
  'eventId',
  'registrationId',
  'personId',
  'signInId',
  'organiserId',
  'mailingId',
  'bulletinId',
  'invitationId',
  'inviteeId',
  'choiceId',
  'followerId',
  'enrolmentId',
] as const
const insertion = prepared(db =>
  db
    .insert(messages)
    .values({ state: 'queued', ...placeholders(FIELDS) })
    .onConflictDoNothing({ target: messages.key })
    .prepare(),
)

/** Takes rows that wait out of the queue; what has been claimed is `sending`'s to discard. */
export function drop(tx: Tx, ids: number[], reason: string): void {
  if (ids.length === 0) return
  tx.update(messages)
    .set({ state: 'dropped', reason, bytes: null, leasedBy: null, leasedUntil: null })
    .where(and(inArray(messages.id, ids), eq(messages.state, 'queued')))
    .run()
}

export function isExpired(message: Message, now: Temporal.Instant): boolean {
  return isBefore(message.expiresAt, now)
}

/** Mails to an address since a moment: the ground for limits per address. */
export function countMessagesTo(db: Db, address: string, kinds: MessageKind[], since: Temporal.Instant): number {
  return countRows(
    db,
    messages,
    and(eq(messages.toAddress, address), inArray(messages.kind, kinds), gte(messages.createdAt, since)),
  )
}
