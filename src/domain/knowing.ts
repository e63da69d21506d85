// What somebody knows of their registration, of a workshop they chose, or of their part in a whole series: what the last mail told.
// Which mail is due because of it stands in `telling`, `choice-telling` and `series-telling`.
import { type AnySQLiteColumn, eq, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { given, prepared } from '#db/prepared.ts'
import { choices, enrolments, registrations } from '#db/schema.ts'
import type { Message } from './outbox.ts'
import { getRegistration, hasEntry } from './registrations.ts'

/**
 * Takes it that somebody knows what a mail says; `root` becomes the root of their thread, if it has none. A pending no to an
 * older SEQUENCE ends (RFC 5546 §2.1.5): who could not come then may well be able to now, and this mail asked.
 */
export function know(
  tx: Tx,
  { registrationId, choiceId, told }: Pick<Message, 'registrationId' | 'choiceId' | 'told'>,
  root: string | null,
): void {
  if (registrationId === null || !told) return
  if (choiceId === null) {
    knowing(tx).run({ id: registrationId, told: JSON.stringify(told), sequence: told.sequence, root })
  } else {
    knowingChoice(tx).run({ id: choiceId, told: JSON.stringify(told) })
    rooting(tx).run({ id: registrationId, root })
  }
}

const unlessOlder = (mark: AnySQLiteColumn) =>
  sql`case when ${registrations.replySequence} < ${given('sequence')} then null else ${mark} end`

const knowing = prepared(db =>
  db
    .update(registrations)
    .set({
      told: given('told'),
      threadId: sql`coalesce(${registrations.threadId}, ${given('root')})`,
      declinedAt: unlessOlder(registrations.declinedAt),
      freesAt: unlessOlder(registrations.freesAt),
    })
    .where(eq(registrations.id, sql.placeholder('id')))
    .prepare(),
)

const knowingChoice = prepared(db =>
  db
    .update(choices)
    .set({ told: given('told') })
    .where(eq(choices.id, sql.placeholder('id')))
    .prepare(),
)

const rooting = prepared(db =>
  db
    .update(registrations)
    .set({ threadId: sql`coalesce(${registrations.threadId}, ${given('root')})` })
    .where(eq(registrations.id, sql.placeholder('id')))
    .prepare(),
)

/**
 * The same of a mail about a whole series: of the enrolment, and of each date that the mail told of. Not of one for which an entry
 * reached their calendar meanwhile: that stands there, whatever a mail without one says, and is kept right by mails of its own.
 */
export function knowSeries(
  tx: Tx,
  { enrolmentId, toldSeries }: Pick<Message, 'enrolmentId' | 'toldSeries'>,
  root: string | null,
): void {
  if (enrolmentId === null || !toldSeries) return
  knowingSeries(tx).run({ id: enrolmentId, told: toldSeries.status, root })
  for (const [registrationId, told] of toldSeries.dates)
    if (!hasEntry(getRegistration(tx, registrationId))) know(tx, { registrationId, choiceId: null, told }, root)
}

const knowingSeries = prepared(db =>
  db
    .update(enrolments)
    .set({ told: given('told'), threadId: sql`coalesce(${enrolments.threadId}, ${given('root')})` })
    .where(eq(enrolments.id, sql.placeholder('id')))
    .prepare(),
)
