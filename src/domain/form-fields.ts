// Extra questions on an event's registration form: what is asked, and changing that. What people answered stands in `answers`.
import { asc, eq, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { type FORM_FIELD_KINDS, formFields } from '#db/schema.ts'

export type FormField = typeof formFields.$inferSelect
export type FormFieldKind = (typeof FORM_FIELD_KINDS)[number]

/** A form that asks more than this is filled in by nobody. */
export const MOST_FORM_FIELDS = 12

/** In the order in which they are asked. */
export function listFormFields(db: Db, eventId: number): FormField[] {
  return ofEvent(db).all({ eventId })
}

const ofEvent = prepared(db =>
  db
    .select()
    .from(formFields)
    .where(eq(formFields.eventId, sql.placeholder('eventId')))
    .orderBy(asc(formFields.position), asc(formFields.id))
    .prepare(),
)
