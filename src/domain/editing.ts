// What an event's page says, and how many can come: changes that move nobody's appointment.
import { eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { eventThemes } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { slugify } from '#src/lib/text.ts'
import { auditEvent } from './audit.ts'
import { change, type Editor } from './changes.ts'
import { freeSlug } from './drafts.ts'
import type { Event } from './events.ts'
import { placesOf } from './places.ts'
import { fillPlaces } from './waiting.ts'

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
  const { attendance } = event
  for (const places of placesOf(tx, { ...event, ...text, attendance })) {
    if (places.capacity !== null && places.capacity < places.confirmed) throw new Refusal('capacity_below_confirmed')
  }
  const slug = event.publishedAt ? event.slug : freeSlug(tx, slugify(text.title), event.id)
  const edited = change(tx, event, { ...text, slug, revisedAt: now }, editor)
  setThemes(tx, event.id, themeIds)
  fillPlaces(tx, edited, now)
  auditEvent(tx, 'event_edited', event, editor, now)
  return edited
}

export function setThemes(tx: Tx, eventId: number, themeIds: number[]): void {
  tx.delete(eventThemes).where(eq(eventThemes.eventId, eventId)).run()
  for (const themeId of new Set(themeIds)) tx.insert(eventThemes).values({ eventId, themeId }).run()
}
