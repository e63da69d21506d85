// Which mails an act on an event or a question brings about: to show before it is done, and to check when it is done. An act runs in a
// transaction; for showing it, that transaction is rolled back.
import { and, asc, eq, inArray, ne, notInArray, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { messages, questionFollowers, registrations } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import type { Event } from './events.ts'
import type { Message, MessageKind } from './outbox.ts'
import type { Question } from './questions.ts'
import { isHeld } from './settling.ts'

/** `event`: every mail that has yet to leave will say something else. `person`: only what the act itself adds. */
export type Reach = 'event' | 'person'
export type Act = (tx: Tx) => unknown
/** What an act is about: an event, or a question from practice. */
export type Matter = Event | Question

/** Not brought about by what an organiser does: these leave at their own time, whatever happens. */
const ON_THEIR_OWN: MessageKind[] = [
  'reminder_day',
  'reminder_hour',
  'my',
  'question_proof',
  'sign_in',
  'invitation',
  'address',
  'declined',
  'mailing',
  'test',
]

/** Does the act and returns the mails that it brings about, oldest first; it may be about more events than one. */
export function mailsOf(tx: Tx, about: Matter | Matter[], reach: Reach, act: Act): Message[] {
  const list = [about].flat()
  const unsent = () => list.flatMap(matter => listUnsent(tx, matter))
  const before = new Set(unsent().map(message => message.id))
  act(tx)
  const after = unsent()
  if (reach === 'person') return after.filter(message => !before.has(message.id))
  const active = new Set(list.flatMap(({ id }) => listActiveIds(tx, { id })))
  return after.filter(({ registrationId }) => registrationId !== null && active.has(registrationId))
}

/** Does the act if it mails as many people as somebody was shown; Refusal('changed_meanwhile') if not. */
export function carryOut(tx: Tx, about: Matter | Matter[], reach: Reach, act: Act, shown: number): void {
  if (recipientsOf(mailsOf(tx, about, reach, act)) !== shown) throw new Refusal('changed_meanwhile')
}

export function recipientsOf(mails: Message[]): number {
  return new Set(mails.map(mail => mail.toAddress)).size
}

/** Mails of a change that is held back, in which time it can be undone: how many, and until when. */
export function heldMails(
  db: Db,
  event: Event,
  now: Temporal.Instant,
): { count: number; until: Temporal.Instant } | undefined {
  const held = listUnsent(db, event).filter(
    ({ kind, state, attempts, dueAt }) =>
      isHeld(kind) && state === 'queued' && attempts === 0 && Temporal.Instant.compare(dueAt, now) > 0,
  )
  const [first] = held
  return first && { count: recipientsOf(held), until: first.dueAt }
}

/** The same of several events at once: all that waits, until the first of it leaves. */
export function heldMailsOf(db: Db, events: Event[], now: Temporal.Instant): ReturnType<typeof heldMails> {
  return events
    .flatMap(event => heldMails(db, event, now) ?? [])
    .reduce<ReturnType<typeof heldMails>>((all, { count, until }) => {
      if (!all) return { count, until }
      return { count: all.count + count, until: Temporal.Instant.compare(until, all.until) < 0 ? until : all.until }
    }, undefined)
}

function listUnsent(db: Db, matter: Matter): Message[] {
  const isAbout = 'uid' in matter ? eq(messages.eventId, matter.id) : isOfFollowers(matter)
  return db
    .select()
    .from(messages)
    .where(and(isAbout, inArray(messages.state, ['queued', 'sending']), notInArray(messages.kind, ON_THEIR_OWN)))
    .orderBy(asc(messages.id))
    .all()
}

const isOfFollowers = ({ id }: Question) =>
  sql`${messages.followerId} in (select id from ${questionFollowers} where question_id = ${id})`

function listActiveIds(db: Db, event: Pick<Event, 'id'>): number[] {
  return db
    .select({ id: registrations.id })
    .from(registrations)
    .where(and(eq(registrations.eventId, event.id), ne(registrations.status, 'cancelled')))
    .all()
    .map(row => row.id)
}
