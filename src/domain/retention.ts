// Personal data has an end date, and goes by itself. Role, organisation and attendance stay: they count in the totals and,
// without a name or an address beside them, point at nobody.
import { and, eq, exists, inArray, isNotNull, isNull, lt, ne, not, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import {
  answers,
  checkIns,
  events,
  formFields,
  invitees,
  mailings,
  messages,
  people,
  registrations,
  tasks,
  taskTicks,
} from '#db/schema.ts'
import { NO_ADDRESS } from './people.ts'
import { NO_ANSWER } from './registrations.ts'

const NEEDS_DAYS = 7
const INVITEE_DAYS = 30
const MONTHS = 12

/** What somebody needs to take part is nobody's business a week after. */
export function clearAccessNeeds(tx: Tx, now: Temporal.Instant): void {
  const over = tx
    .select({ id: events.id })
    .from(events)
    .where(lt(events.endsAt, now.subtract({ hours: NEEDS_DAYS * 24 })))
  tx.update(registrations)
    .set({ accessNeeds: '' })
    .where(and(ne(registrations.accessNeeds, ''), inArray(registrations.eventId, over)))
    .run()
}

/** What was answered to an extra question goes so many days after the event as the question says. */
export function clearAnswers(tx: Tx, now: Temporal.Instant): void {
  const over = tx
    .select({ id: formFields.id })
    .from(formFields)
    .innerJoin(events, eq(events.id, formFields.eventId))
    .where(
      and(
        lt(events.endsAt, now),
        sql`${events.endsAt} + ${formFields.deleteAfterDays} * 86400000 < ${now.epochMilliseconds}`,
      ),
    )
  tx.delete(answers).where(inArray(answers.formFieldId, over)).run()
}

/** Whom somebody asked to come is of no use a month after; most of them never chose to be known here. */
export function forgetInvitees(tx: Tx, now: Temporal.Instant): void {
  const over = tx
    .select({ id: events.id })
    .from(events)
    .where(lt(events.endsAt, now.subtract({ hours: INVITEE_DAYS * 24 })))
  const theirs = tx.select({ id: invitees.id }).from(invitees).where(inArray(invitees.eventId, over))
  tx.delete(messages).where(inArray(messages.inviteeId, theirs)).run()
  tx.delete(invitees).where(inArray(invitees.eventId, over)).run()
}

/**
 * A year after an event the names on its list go, its mails, and the links to its registrations; then the address of whoever has nothing newer. A year is
 * one by the calendar, in UTC.
 */
export function forget(tx: Tx, now: Temporal.Instant): void {
  const limit = now.toZonedDateTimeISO('UTC').subtract({ months: MONTHS }).toInstant()
  const over = tx.select({ id: events.id }).from(events).where(lt(events.endsAt, limit))
  tx.delete(messages).where(inArray(messages.eventId, over)).run()
  tx.delete(messages)
    .where(and(lt(messages.createdAt, limit), ne(messages.state, 'queued')))
    .run()
  // What was seen of them at the door: the outcome stays on the registration and counts.
  const forgotten = and(ne(registrations.name, ''), inArray(registrations.eventId, over))
  const theirs = tx.select({ id: registrations.id }).from(registrations).where(forgotten)
  tx.delete(checkIns).where(inArray(checkIns.registrationId, theirs)).run()
  tx.delete(mailings)
    .where(and(isNull(mailings.releasedAt), inArray(mailings.eventId, over)))
    .run()
  tx.update(mailings)
    .set({ subject: '', body: '' })
    .where(and(ne(mailings.subject, ''), inArray(mailings.eventId, over)))
    .run()
  tx.update(registrations)
    .set({
      name: '',
      accessNeeds: '',
      note: '',
      partConfirmedAt: null,
      newEmail: null,
      ...NO_ANSWER,
      linkVersion: sql`${registrations.linkVersion} + 1`,
      doorVersion: sql`${registrations.doorVersion} + 1`,
    })
    .where(and(ne(registrations.name, ''), inArray(registrations.eventId, over)))
    .run()
  // Names whoever it was written to, perhaps.
  tx.update(events)
    .set({ briefing: '' })
    .where(and(ne(events.briefing, ''), lt(events.endsAt, limit)))
    .run()
  // A line of its own may name somebody, and a tick says who did it.
  tx.delete(taskTicks).where(inArray(taskTicks.eventId, over)).run()
  tx.delete(tasks).where(inArray(tasks.eventId, over)).run()
  const named = tx
    .select({ id: registrations.id })
    .from(registrations)
    .where(and(eq(registrations.personId, people.id), ne(registrations.name, '')))
  tx.update(people)
    .set(NO_ADDRESS)
    .where(and(isNotNull(people.email), lt(people.createdAt, limit), not(exists(named))))
    .run()
}
