// What an event's page says, and how many can come: changes that move nobody's appointment.
import { eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { eventThemes } from '#db/schema.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { slugify } from '#src/lib/text.ts'
import { auditEvent } from './audit.ts'
import { change, type Editor } from './changes.ts'
import { setCohosts } from './cohosts.ts'
import { freeSlug } from './drafts.ts'
import type { Event } from './events.ts'
import { countLostAnswers, setFormFields, type WantedField } from './form-fields.ts'
import { placesOf } from './places.ts'
import { windowProblems } from './registration-windows.ts'
import { refuseSecrets } from './secrets.ts'
import { ensureTheme } from './themes.ts'
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
  | 'capacityOnline'
  | 'capacityInPerson'
> &
  Partial<
    Pick<
      Event,
      'waitingRule' | 'needsApproval' | 'isInvitationOnly' | 'registrationFrom' | 'registrationUntil' | 'hostUrl'
    >
  >

/** All that stands on the editor's page, the picture excepted. */
export interface EventEdit {
  text: EventText
  themeIds: number[]
  /** By its name; made if there is none. */
  newTheme: string
  cohostIds: number[]
  formFields: Typed<WantedField>[]
  /** How many answers somebody was told would go with that. */
  lostAnswers: number
}

/** With what the names of the fields begin in which it was typed. */
type Typed<T> = T & { row: string }

/**
 * Saves the whole page or nothing of it. Invalid if a question holds what others may not read, or the window of registration
 * does not fit; Refusal('changed_meanwhile') if other answers would go than was said; else as `editEvent`.
 */
export function saveEvent(tx: Tx, event: Event, edit: EventEdit, editor: Editor, now: Temporal.Instant): Event {
  const { text, newTheme, formFields } = edit
  refuseSecrets(textsOfFields(formFields), text.roomUrl, text.hostUrl)
  const problems = windowProblems({ registrationFrom: null, registrationUntil: null, ...text }, event)
  if (Object.keys(problems).length) throw new Invalid(problems)
  if (countLostAnswers(tx, event.id, formFields) !== edit.lostAnswers) throw new Refusal('changed_meanwhile')
  const added = newTheme ? ensureTheme(tx, newTheme) : undefined
  if (added?.isNew) auditEvent(tx, 'theme_added', event, { ...editor, detail: added.theme.name }, now)
  const edited = editEvent(tx, event, text, [...edit.themeIds, ...(added ? [added.theme.id] : [])], editor, now)
  setCohosts(tx, edited, edit.cohostIds)
  setFormFields(tx, event.id, formFields)
  return edited
}

const textsOfFields = (list: Typed<WantedField>[]) =>
  list.flatMap(({ row, label, hint, options }): [string, string][] => [
    [`${row}_label`, label],
    [`${row}_hint`, hint],
    [`${row}_options`, options.join('\n')],
  ])

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
