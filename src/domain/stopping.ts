// What somebody no longer wants to get: the reminders of one event, those of all, a newsletter, announcements, all letters, what becomes of a question, an
// organiser's daily summary. And their way back.
// Mails that a registration cannot do without (confirmation, change, cancellation) cannot be stopped.
import { and, eq, gt, inArray, isNotNull, isNull } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { messages, people, registrations } from '#db/schema.ts'
import type { Link, Purpose, Tokens } from '#src/lib/tokens.ts'
import { getEvent } from './events.ts'
import { stopFollowing } from './followers.ts'
import { findPersonById, findPersonByLink } from './people.ts'
import { findRegistrationByLink, type Registration } from './registrations.ts'
import { dropReminders, planReminders, REMINDERS } from './reminders.ts'
import { stopAnnouncements, stopLetters, stopNewsletter } from './subscriptions.ts'
import { stopSummaries } from './summaries.ts'

const PURPOSES = {
  event: 'unsubscribe',
  reminders: 'reminders',
  newsletter: 'newsletter',
  announcements: 'announcements',
  letters: 'letters',
  summaries: 'summaries',
  following: 'following',
} as const satisfies Record<string, Purpose>
export type Scope = keyof typeof PURPOSES
const SCOPES = Object.keys(PURPOSES) as Scope[]

/** What a mailed link is good for, whether or not it still works. */
export interface StopLink extends Link {
  scope: Scope
}

/** Nothing for a link that we did not sign. */
export function readStopLink(tokens: Pick<Tokens, 'read'>, token: string): StopLink | undefined {
  for (const scope of SCOPES) {
    const link = tokens.read(PURPOSES[scope], token)
    if (link) return { scope, ...link }
  }
  return undefined
}

/** In these the number is that of a subscription or an organiser; in that of a newsletter the version names the group that writes it. */
const OF_NO_ATTENDEE: readonly Scope[] = ['newsletter', 'announcements', 'letters', 'summaries']

/** Whom of those who register a link speaks for, and of which registration; nothing once the link has been replaced. */
export function findStop(db: Db, link: StopLink): { personId: number; registration?: Registration } | undefined {
  if (OF_NO_ATTENDEE.includes(link.scope)) return undefined
  if (link.scope === 'event') {
    const registration = findRegistrationByLink(db, link)
    return registration && { personId: registration.personId, registration }
  }
  const person = findPersonByLink(db, link, 'my')
  return person && { personId: person.id }
}

/** Stops what the link names. The second time changes nothing, and neither does a link that no longer works (RFC 8058 §3.1). */
export function stop(tx: Tx, link: StopLink, now: Temporal.Instant): void {
  const found = findStop(tx, link)
  if (link.scope === 'summaries' && link.version === 1) stopSummaries(tx, link.id, now)
  else if (link.scope === 'following' && link.version === 1) stopFollowing(tx, link.id)
  else if (link.scope === 'newsletter') stopNewsletter(tx, link.id, link.version, now)
  else if (link.scope === 'announcements' && link.version === 1) stopAnnouncements(tx, link.id, now)
  else if (link.scope === 'letters' && link.version === 1) stopLetters(tx, link, now)
  else if (found?.registration) stopReminders(tx, found.registration, now)
  else if (found && link.scope === 'reminders') stopAllReminders(tx, found.personId, now)
}

/** Stops the reminders of one event; the registration and its other mails stay. */
export function stopReminders(tx: Tx, { id }: Pick<Registration, 'id'>, now: Temporal.Instant): void {
  tx.update(registrations)
    .set({ remindersStoppedAt: now })
    .where(and(eq(registrations.id, id), isNull(registrations.remindersStoppedAt)))
    .run()
  dropReminders(tx, [id], UNSUBSCRIBED)
}

/** Stops the reminders of everything this person is registered for now or later. */
export function stopAllReminders(tx: Tx, personId: number, now: Temporal.Instant): void {
  tx.update(people)
    .set({ remindersStoppedAt: now })
    .where(and(eq(people.id, personId), isNull(people.remindersStoppedAt)))
    .run()
  const theirs = tx.select({ id: registrations.id }).from(registrations).where(eq(registrations.personId, personId))
  const ids = theirs.all().map(({ id }) => id)
  dropReminders(tx, ids, UNSUBSCRIBED)
}

/** What keeps reminders of this registration back; nothing if they come. */
export function stoppedFor(db: Db, { remindersStoppedAt, personId }: Registration): 'event' | 'reminders' | null {
  if (findPersonById(db, personId)?.remindersStoppedAt) return 'reminders'
  return remindersStoppedAt ? 'event' : null
}

/** Whatever kept the reminders of this registration back is over, also where those of all had been stopped. */
export function resumeReminders(tx: Tx, { id, personId }: Registration, now: Temporal.Instant): void {
  tx.update(registrations).set({ remindersStoppedAt: null }).where(eq(registrations.id, id)).run()
  resumeAllReminders(tx, personId, now)
}

/** Reminders as before; events for which they were stopped one by one stay without. */
export function resumeAllReminders(tx: Tx, personId: number, now: Temporal.Instant): void {
  tx.update(people)
    .set({ remindersStoppedAt: null })
    .where(and(eq(people.id, personId), isNotNull(people.remindersStoppedAt)))
    .run()
  const wanted = and(eq(registrations.personId, personId), isNull(registrations.remindersStoppedAt))
  for (const registration of tx.select().from(registrations).where(wanted).all()) planAnew(tx, registration, now)
}

/** What was taken out of the outbox at their wish gives its key back, and what is still to come is planned again. */
function planAnew(tx: Tx, registration: Registration, now: Temporal.Instant): void {
  tx.delete(messages)
    .where(
      and(
        eq(messages.registrationId, registration.id),
        inArray(messages.kind, [...REMINDERS]),
        eq(messages.state, 'dropped'),
        eq(messages.reason, UNSUBSCRIBED),
        gt(messages.dueAt, now),
      ),
    )
    .run()
  planReminders(tx, registration, getEvent(tx, registration.eventId), now)
}

const UNSUBSCRIBED = 'unsubscribed'
