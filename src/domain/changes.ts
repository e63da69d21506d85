// Creating an event and everything an organiser changes about one. What a change means for people follows from `telling`.
import { randomUUID } from 'node:crypto'
import { and, eq, ne } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { auditEntries, eventSlugs, events, eventThemes, materials, registrations, sessions } from '#db/schema.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { firstFree, slugify } from '#src/lib/text.ts'
import { instantsOf, isBefore, localTimeProblem } from '#src/lib/time.ts'
import { audit } from './audit.ts'
import { type Event, getEvent } from './events.ts'
import { capacityOf, placesOf } from './places.ts'
import { dropReminders, replanReminders } from './reminders.ts'
import { countRecipients, settleAll } from './telling.ts'
import { fillPlaces } from './waiting.ts'

/** Who changes, and which version of the event they looked at: another one has come since → Refusal('changed_meanwhile'). */
export interface Editor {
  organiserId: number | null
  revision: number
}

export type NewEvent = Pick<
  typeof events.$inferInsert,
  'groupId' | 'kind' | 'timeZone' | 'durationMinutes' | 'attendance' | 'title' | 'localStart'
> &
  Partial<typeof events.$inferInsert>

/** A draft: no one sees it until it is published. Its UID is random and stays for ever (RFC 7986 §5.3). */
export function createEvent(tx: Tx, values: NewEvent, now: Temporal.Instant): Event {
  const problem = localTimeProblem(values.localStart, values.timeZone)
  if (problem) throw new Invalid({ start: problem })
  const slug = freeSlug(tx, values.slug ?? slugify(values.title))
  return tx
    .insert(events)
    .values({ ...values, ...instantsOf(values), slug, uid: randomUUID(), revisedAt: now, createdAt: now })
    .returning()
    .get()
}

/** An address nobody has or had; a number is added where needed. */
function freeSlug(tx: Tx, wish: string, ownId?: number): string {
  const isTaken = (slug: string) => {
    const owner = tx.select({ id: events.id }).from(events).where(eq(events.slug, slug)).get()?.id
    const former = tx.select({ id: eventSlugs.eventId }).from(eventSlugs).where(eq(eventSlugs.slug, slug)).get()?.id
    return [owner, former].some(id => id !== undefined && id !== ownId)
  }
  return firstFree(wish, isTaken)
}

/** What the editor's form holds: nothing here mails anybody. Time, place and attendance are the business of `moveEvent`. */
export type EventText = Pick<
  Event,
  | 'title'
  | 'summary'
  | 'description'
  | 'speakers'
  | 'kind'
  | 'groupId'
  | 'roomUrl'
  | 'yield'
  | 'capacityOnline'
  | 'capacityInPerson'
>

/** Refusal('capacity_below_confirmed') rather than more people than places; more places go to who waits. */
export function editEvent(
  tx: Tx,
  event: Event,
  text: EventText,
  themeIds: number[],
  editor: Editor,
  now: Temporal.Instant,
): Event {
  refuseRoomInText(text)
  const { attendance } = event
  for (const places of placesOf(tx, { ...event, ...text, attendance })) {
    if (places.capacity !== null && places.capacity < places.confirmed) throw new Refusal('capacity_below_confirmed')
  }
  const slug = event.publishedAt ? event.slug : freeSlug(tx, slugify(text.title), event.id)
  const edited = change(tx, event, { ...text, slug, revisedAt: now }, editor)
  setThemes(tx, event.id, themeIds)
  fillPlaces(tx, edited, now)
  audit(tx, { action: 'event_edited', organiserId: editor.organiserId, groupId: event.groupId, eventId: event.id }, now)
  return edited
}

/** The room is reached through the door only, so its address may not stand in what everybody reads. */
function refuseRoomInText({ roomUrl, ...text }: EventText): void {
  const fields = ['title', 'summary', 'description', 'yield'] as const
  const found = fields.find(field => roomUrl && text[field].includes(roomUrl))
  if (found) throw new Invalid({ [found]: 'room_in_text' })
}

export function setThemes(tx: Tx, eventId: number, themeIds: number[]): void {
  tx.delete(eventThemes).where(eq(eventThemes.eventId, eventId)).run()
  for (const themeId of new Set(themeIds)) tx.insert(eventThemes).values({ eventId, themeId }).run()
}

export function addMaterial(tx: Tx, values: typeof materials.$inferInsert): void {
  tx.insert(materials).values(values).run()
}

export function addSession(tx: Tx, values: Omit<typeof sessions.$inferInsert, 'uid'>): void {
  tx.insert(sessions)
    .values({ ...values, uid: randomUUID() })
    .run()
}

export function publishEvent(tx: Tx, event: Event, editor: Editor, now: Temporal.Instant): Event {
  if (event.publishedAt) return event
  if (!event.title.trim() || (event.attendance !== 'online' && !event.venue)) throw new Refusal('incomplete')
  const published = change(tx, event, { publishedAt: now, revisedAt: now }, editor)
  audit(
    tx,
    { action: 'event_published', organiserId: editor.organiserId, groupId: event.groupId, eventId: event.id },
    now,
  )
  return published
}

/** When and where: what stands in everybody's calendar. */
export type Appointment = Pick<Event, 'localStart' | 'durationMinutes' | 'attendance' | 'venue'>

/**
 * Moves an event in time or place. Everybody's calendar follows: SEQUENCE rises once, reminders are planned anew, and each
 * active registration gets the mail that is due (held for a while when there are many, see `holdUntil`). Returns the event.
 */
export function moveEvent(
  tx: Tx,
  event: Event,
  to: Appointment,
  reason: string,
  editor: Editor,
  now: Temporal.Instant,
): Event {
  if (event.cancelledAt) throw new Refusal('not_possible_now')
  const problem = localTimeProblem(to.localStart, event.timeZone)
  if (problem) throw new Invalid({ start: problem })
  const instants = instantsOf({ ...event, ...to })
  const isMoved = !instants.startsAt.equals(event.startsAt)
  if (isMoved && event.publishedAt && !isBefore(now, instants.startsAt)) throw new Invalid({ start: 'start_past' })
  const isOut = event.publishedAt !== null
  // Back to where it was is not moved any more: whoever heard of the move is told of the return by what they know.
  const isBack = to.localStart === event.movedFrom
  const trace = isBack ? { movedAt: null, movedFrom: null } : { movedAt: now, movedFrom: event.localStart }
  const moved = change(
    tx,
    event,
    {
      ...to,
      ...instants,
      revisedAt: now,
      sequence: event.sequence + (isOut ? 1 : 0),
      ...(isOut && { moveReason: reason, ...(isMoved && trace) }),
    },
    editor,
  )
  if (!isOut) return moved
  followAttendance(tx, event, moved)
  replanReminders(tx, moved, 'moved', now)
  settleAll(tx, moved, now, holdUntil(tx, moved, now))
  fillPlaces(tx, moved, now)
  audit(
    tx,
    {
      action: 'event_moved',
      organiserId: editor.organiserId,
      groupId: event.groupId,
      eventId: event.id,
      detail: to.localStart,
    },
    now,
  )
  return moved
}

/** A way to take part that no longer exists becomes the one that does; never more people than places. */
function followAttendance(tx: Tx, before: Event, after: Event): void {
  if (after.attendance !== 'hybrid' && before.attendance !== after.attendance) {
    tx.update(registrations)
      .set({ attendance: after.attendance })
      .where(and(eq(registrations.eventId, after.id), ne(registrations.attendance, after.attendance)))
      .run()
  }
  for (const { presence, confirmed } of placesOf(tx, after)) {
    const capacity = capacityOf(after, presence)
    if (capacity !== null && confirmed > capacity) throw new Refusal('capacity_below_confirmed')
  }
}

/** Cancels for everybody: CANCEL to who has a place, a plain mail to who waits. The page stays and says so. */
export function cancelEvent(tx: Tx, event: Event, reason: string, editor: Editor, now: Temporal.Instant): Event {
  if (event.cancelledAt) return event
  if (!event.publishedAt || !isBefore(now, event.endsAt)) throw new Refusal('not_possible_now')
  const cancelled = change(
    tx,
    event,
    { cancelledAt: now, cancelReason: reason, sequence: event.sequence + 1, revisedAt: now },
    editor,
  )
  const ids = tx.select({ id: registrations.id }).from(registrations).where(eq(registrations.eventId, event.id)).all()
  dropReminders(
    tx,
    ids.map(row => row.id),
    'event_cancelled',
  )
  settleAll(tx, cancelled, now, holdUntil(tx, cancelled, now))
  audit(
    tx,
    { action: 'event_cancelled', organiserId: editor.organiserId, groupId: event.groupId, eventId: event.id },
    now,
  )
  return cancelled
}

/** Takes a cancellation back: REQUEST again, with a higher SEQUENCE. Who had not been told of the cancellation gets no mail. */
export function reinstateEvent(tx: Tx, event: Event, editor: Editor, now: Temporal.Instant): Event {
  if (!event.cancelledAt) return event
  if (!isBefore(now, event.startsAt)) throw new Refusal('past')
  const back = change(
    tx,
    event,
    { cancelledAt: null, cancelReason: '', sequence: event.sequence + 1, revisedAt: now },
    editor,
  )
  replanReminders(tx, back, 'reinstated', now)
  settleAll(tx, back, now, holdUntil(tx, back, now))
  fillPlaces(tx, back, now)
  audit(
    tx,
    { action: 'event_reinstated', organiserId: editor.organiserId, groupId: event.groupId, eventId: event.id },
    now,
  )
  return back
}

/** A mail to many waits two minutes, in which the change can be taken back without anybody having heard of it. */
function holdUntil(tx: Tx, event: Event, now: Temporal.Instant): Temporal.Instant {
  return countRecipients(tx, event) > 1 ? now.add({ minutes: 2 }) : now
}

/** Only drafts can go: what has been published stays, cancelled if need be. */
export function deleteDraft(tx: Tx, event: Event, editor: Editor, now: Temporal.Instant): void {
  if (event.publishedAt) throw new Refusal('not_possible_now')
  if (event.revision !== editor.revision) throw new Refusal('changed_meanwhile')
  for (const table of [eventThemes, sessions, materials]) tx.delete(table).where(eq(table.eventId, event.id)).run()
  // Who did what to it is kept; it only no longer leads anywhere.
  tx.update(auditEntries).set({ eventId: null }).where(eq(auditEntries.eventId, event.id)).run()
  tx.delete(events).where(eq(events.id, event.id)).run()
  audit(
    tx,
    { action: 'draft_deleted', organiserId: editor.organiserId, groupId: event.groupId, detail: event.title },
    now,
  )
}

function change(tx: Tx, event: Event, values: Partial<typeof events.$inferInsert>, editor: Editor): Event {
  const changed = tx
    .update(events)
    .set({ ...values, revision: event.revision + 1 })
    .where(and(eq(events.id, event.id), eq(events.revision, editor.revision)))
    .returning()
    .get()
  if (!changed) throw new Refusal('changed_meanwhile')
  return getEvent(tx, event.id)
}
