// Reminders are planned as outbox rows when somebody gets a place, and judged again when they are due.
import { and, eq, inArray } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { messages, registrations } from '#db/schema.ts'
import { isBefore, wallBefore } from '#src/lib/time.ts'
import { isSure } from './declines.ts'
import type { Event } from './events.ts'
import { drop, enqueueAbout, type Message } from './outbox.ts'
import { findPersonById } from './people.ts'
import type { Registration } from './registrations.ts'
import { findSeriesOf } from './series.ts'

export const REMINDERS = ['reminder_day', 'reminder_hour'] as const
export type Reminder = (typeof REMINDERS)[number]

/** One day before is by the wall clock: 12.00 the day before, also when the clock changes that night. */
function reminderMoment(event: Event, kind: Reminder): Temporal.Instant {
  return wallBefore(event, kind === 'reminder_day' ? { days: 1 } : { hours: 1 })
}

/** Plans what is still to come: nothing for who registers after the moment, or for who only waits. */
export function planReminders(tx: Tx, registration: Registration, event: Event, now: Temporal.Instant): void {
  const email = findPersonById(tx, registration.personId)?.email
  if (!email || registration.status !== 'confirmed' || event.cancelledAt) return
  for (const kind of REMINDERS) {
    const dueAt = reminderMoment(event, kind)
    if (!isBefore(now, dueAt)) continue
    enqueueAbout(
      tx,
      registration,
      {
        key: `${kind}:${registration.id}:${registration.sequence}:${event.startsAt.epochMilliseconds}:${event.sequence}`,
        kind,
        toAddress: email,
        dueAt,
        expiresAt: event.startsAt,
      },
      now,
    )
  }
}

export function dropReminders(tx: Tx, registrationIds: number[], reason: string): void {
  const waiting = tx
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        inArray(messages.registrationId, registrationIds),
        eq(messages.state, 'queued'),
        inArray(messages.kind, [...REMINDERS]),
      ),
    )
    .all()
  drop(
    tx,
    waiting.map(message => message.id),
    reason,
  )
}

/** After a move: the old reminders go, new ones are planned for everybody with a place. */
export function replanReminders(tx: Tx, event: Event, reason: string, now: Temporal.Instant): void {
  const placed = tx
    .select()
    .from(registrations)
    .where(and(eq(registrations.eventId, event.id), eq(registrations.status, 'confirmed')))
    .all()
  dropReminders(
    tx,
    placed.map(registration => registration.id),
    reason,
  )
  for (const registration of placed) planReminders(tx, registration, event, now)
}

/** The key names the start; `dueAt` does not tell, since a retry raises it. */
function startPlannedFor({ key }: Message): number {
  return Number(key.split(':')[3])
}

/** Why a planned reminder should not leave after all; nothing if it should. */
export function whyNotRemind(
  db: Db,
  message: Message,
  event: Event,
  registration: Registration,
  now: Temporal.Instant,
) {
  const kind = message.kind as Reminder
  if (event.cancelledAt || !event.publishedAt) return 'event_cancelled'
  if (registration.status !== 'confirmed') return 'cancelled'
  if (isSure(registration)) return 'declined'
  if (startPlannedFor(message) !== event.startsAt.epochMilliseconds) return 'moved'
  if (!isBefore(now, event.startsAt)) return 'past'
  const person = findPersonById(db, registration.personId)
  if (registration.remindersStoppedAt || person?.remindersStoppedAt) return 'unsubscribed'
  const settings = findSeriesOf(db, event)
  const isHourOn = settings?.remindHourBefore ?? true
  const isOn = kind === 'reminder_day' ? (settings?.remindDayBefore ?? true) : isHourOn
  if (!isOn) return 'switched_off'
  // After a standstill both may be due at once: the later one says it all.
  const isHourDue = !isBefore(now, reminderMoment(event, 'reminder_hour'))
  return kind === 'reminder_day' && isHourOn && isHourDue ? 'superseded' : undefined
}
