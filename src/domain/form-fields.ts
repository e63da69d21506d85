// Extra questions on an event's registration form: what is asked, and changing that. What people answered stands in `answers`.
import { and, asc, eq, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { answers, type FORM_FIELD_KINDS, formFields } from '#db/schema.ts'

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

/** What an organiser wants to ask; with the id of the question that it was, so that its answers stay. */
export type WantedField = Pick<FormField, 'kind' | 'label' | 'hint' | 'options' | 'isRequired' | 'deleteAfterDays'> & {
  id: number | null
}

/** How many answers would go: those to questions that are no longer there, and those that a changed question cannot have. */
export function countLostAnswers(db: Db, eventId: number, wanted: WantedField[]): number {
  return lostAnswers(db, eventId, wanted).length
}

/** Asks these questions, in this order. Answers that fit no question any more go. */
export function setFormFields(tx: Tx, eventId: number, wanted: WantedField[]): void {
  for (const { registrationId, formFieldId } of lostAnswers(tx, eventId, wanted)) {
    tx.delete(answers)
      .where(and(eq(answers.registrationId, registrationId), eq(answers.formFieldId, formFieldId)))
      .run()
  }
  const present = new Set(listFormFields(tx, eventId).map(({ id }) => id))
  wanted
    .slice(0, MOST_FORM_FIELDS)
    .forEach(({ id, kind, label, hint, options, isRequired, deleteAfterDays }, position) => {
      const field = { kind, label, hint, options, isRequired, deleteAfterDays }
      if (id !== null && present.delete(id)) {
        tx.update(formFields)
          .set({ ...field, position })
          .where(eq(formFields.id, id))
          .run()
      } else
        tx.insert(formFields)
          .values({ ...field, eventId, position })
          .run()
    })
  for (const id of present) tx.delete(formFields).where(eq(formFields.id, id)).run()
}

function lostAnswers(db: Db, eventId: number, wanted: WantedField[]) {
  const after = new Map(wanted.slice(0, MOST_FORM_FIELDS).map(field => [field.id, field]))
  return db
    .select({ registrationId: answers.registrationId, formFieldId: answers.formFieldId, value: answers.value })
    .from(answers)
    .innerJoin(formFields, eq(formFields.id, answers.formFieldId))
    .where(eq(formFields.eventId, eventId))
    .all()
    .filter(({ formFieldId, value }) => {
      const field = after.get(formFieldId)
      return field === undefined || !fits(field, value)
    })
}

/** The same questions for another event. */
export function copyFormFields(tx: Tx, from: number, to: number): void {
  setFormFields(
    tx,
    to,
    listFormFields(tx, from).map(({ kind, label, hint, options, isRequired, deleteAfterDays }) => ({
      ...{ id: null, kind, label, hint, options, isRequired, deleteAfterDays },
    })),
  )
}

const YES_NO = ['yes', 'no'] as const

/** Whether an answer is one that a question, as it is now, can have. */
export function fits({ kind, options }: Pick<FormField, 'kind' | 'options'>, value: string[]): boolean {
  if (kind === 'text') return value.length === 1
  const known: readonly string[] = kind === 'yes_no' ? YES_NO : options
  return value.every(one => known.includes(one)) && (kind === 'several' || value.length === 1)
}
