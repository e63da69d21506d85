// From draft to page: making an event, publishing it, or removing it.
import { randomUUID } from 'node:crypto'
import { eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import {
  accreditations,
  auditEntries,
  certificates,
  eventCohosts,
  eventSlugs,
  events,
  eventThemes,
  formFields,
  materials,
  sessions,
} from '#db/schema.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { firstFree, slugify } from '#src/lib/text.ts'
import { instantsOf, localTimeProblem } from '#src/lib/time.ts'
import { audit, auditEvent } from './audit.ts'
import { change, type Editor } from './changes.ts'
import { dropAsked } from './contributing.ts'
import { placeEnrolled } from './enrolling.ts'
import type { Event } from './events.ts'
import { removeQuestionsOf } from './feedback-questions.ts'
import { unplanAll } from './moderating.ts'
import { tellPlanned } from './question-news.ts'
import { giveUsualLines, removeLinesOf } from './run-sheets.ts'
import { refuseSecretsIn } from './secrets.ts'

export type NewEvent = Pick<
  typeof events.$inferInsert,
  'groupId' | 'kind' | 'timeZone' | 'durationMinutes' | 'attendance' | 'title' | 'localStart'
> &
  Partial<typeof events.$inferInsert>

/** A draft: no one sees it until it is published. One of no series has a run sheet of its own. Its UID is random and stays for ever (RFC 7986 §5.3). */
export function createEvent(tx: Tx, values: NewEvent, now: Temporal.Instant): Event {
  const problem = localTimeProblem(values.localStart, values.timeZone)
  if (problem) throw new Invalid({ start: problem })
  refuseSecretsIn(values, values.roomUrl, values.hostUrl)
  const slug = freeSlug(tx, values.slug ?? slugify(values.title))
  const plannedFor = values.plannedFor ?? (values.seriesId ? values.localStart : null)
  const event = tx
    .insert(events)
    .values({ ...values, ...instantsOf(values), slug, plannedFor, uid: randomUUID(), revisedAt: now, createdAt: now })
    .returning()
    .get()
  if (event.seriesId === null) giveUsualLines(tx, { eventId: event.id })
  return event
}

/** An address nobody has or had; a number is added where needed. */
export function freeSlug(tx: Tx, wish: string, ownId?: number): string {
  const isTaken = (slug: string) => {
    const owner = tx.select({ id: events.id }).from(events).where(eq(events.slug, slug)).get()?.id
    const former = tx.select({ id: eventSlugs.eventId }).from(eventSlugs).where(eq(eventSlugs.slug, slug)).get()?.id
    return [owner, former].some(id => id !== undefined && id !== ownId)
  }
  return firstFree(wish, isTaken)
}

export function addSession(tx: Tx, values: Omit<typeof sessions.$inferInsert, 'uid'>): { id: number } {
  return tx
    .insert(sessions)
    .values({ ...values, uid: randomUUID() })
    .returning({ id: sessions.id })
    .get()
}

/**
 * Makes the page public, gives everybody who takes part in its series a place, and tells whoever waits for a question that it is
 * about. Refusal('incomplete') without a title, or without a place where people come together.
 */
export function publishEvent(tx: Tx, event: Event, editor: Editor, now: Temporal.Instant): Event {
  if (event.publishedAt) return event
  if (!event.title.trim() || (event.attendance !== 'online' && !event.venue)) throw new Refusal('incomplete')
  const published = change(tx, event, { publishedAt: now, revisedAt: now }, editor)
  placeEnrolled(tx, published, now)
  auditEvent(tx, 'event_published', event, editor, now)
  tellPlanned(tx, published, now)
  return published
}

/** Only drafts can go: what has been published stays, cancelled if need be. */
export function deleteDraft(tx: Tx, event: Event, editor: Editor, now: Temporal.Instant): void {
  if (event.publishedAt) throw new Refusal('not_possible_now')
  if (event.revision !== editor.revision) throw new Refusal('changed_meanwhile')
  dropAsked(tx, event)
  unplanAll(tx, event)
  for (const table of [eventThemes, eventCohosts, formFields, sessions, materials, certificates, accreditations])
    tx.delete(table).where(eq(table.eventId, event.id)).run()
  removeLinesOf(tx, event)
  removeQuestionsOf(tx, event)
  // Who did what to it is kept; it only no longer leads anywhere.
  tx.update(auditEntries).set({ eventId: null }).where(eq(auditEntries.eventId, event.id)).run()
  tx.delete(events).where(eq(events.id, event.id)).run()
  audit(
    tx,
    { action: 'draft_deleted', organiserId: editor.organiserId, groupId: event.groupId, detail: event.title },
    now,
  )
}
