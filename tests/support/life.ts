// Everything that can be known of anybody: an attendee, an invitee and an organiser of one event, with something in every
// column that holds personal data. Texts are markers that name their column, so that they can be looked for anywhere.
import { type AnySQLiteColumn, eq, getTableColumns, isNotNull, isNull, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { personalColumns, TABLE_NAMES, TABLES, type TableName } from '#db/personal-columns.ts'
import { DATA, DATA_KINDS, type DataKind } from '#db/personal-data.ts'
import { memberships, messages, signIns, subscriptionRequests, subscriptions, tasks } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { setAnswers } from '#src/domain/answers.ts'
import { askQuestion } from '#src/domain/asking.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { markAttended } from '#src/domain/check-ins.ts'
import { choose } from '#src/domain/choosing.ts'
import { addSession } from '#src/domain/drafts.ts'
import { enrol } from '#src/domain/enrolling.ts'
import { rememberErasure } from '#src/domain/erasures.ts'
import { getEvent } from '#src/domain/events.ts'
import { giveFeedback } from '#src/domain/feedback.ts'
import { listAsked, versionOf } from '#src/domain/feedback-questions.ts'
import { proveFollower } from '#src/domain/followers.ts'
import { setFormFields } from '#src/domain/form-fields.ts'
import { invite } from '#src/domain/invitations.ts'
import { addInvitees, askInvitees } from '#src/domain/invitees.ts'
import { createMailing } from '#src/domain/mailings.ts'
import { approveQuestion } from '#src/domain/moderating.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { addPasskey, keepChallenge } from '#src/domain/passkeys.ts'
import { findOrCreatePerson } from '#src/domain/people.ts'
import { answerQuestion } from '#src/domain/question-plans.ts'
import { recognise } from '#src/domain/recognitions.ts'
import { update } from '#src/domain/registrations.ts'
import { addLine, tick } from '#src/domain/run-sheets.ts'
import { createSignIn, requestSignIn, signInByToken } from '#src/domain/sign-ins.ts'
import { addWishes } from '#src/domain/subscriptions.ts'
import { applicant, makeEvent, makeGroup, makeRegistration, makeSeries, NOW, openWorld } from './world.ts'

const EMAIL = 'wilhelmina@example.org'
/** When they said that they want no letters any more. */
export const STOPPED = '2026-05-22T09:00:00Z'
/** The kinds that go by themselves. */
export const ENDING = DATA_KINDS.filter(kind => !['never', 'removal'].includes(DATA[kind].end.after))

export function openLife(retentionMonths: number | null = null) {
  const { db } = openWorld()
  const group = makeGroup(db, { retentionMonths })
  const { id } = makeEvent(db, group)
  const own = makeRegistration(db, getEvent(db, id), { email: EMAIL, accessNeeds: 'Een tolk' })
  const organiser = writeNow(db, tx => {
    const me = createOrganiser(tx, 'otto@example.org', 'Otto', NOW)
    grant(tx, me, group, 'owner')
    return me
  })
  const event = getEvent(db, id)
  const circle = makeSeries(db, group, { enrolmentRule: 'beside' })
  const field = { kind: 'text', label: 'Lunch', hint: '', options: [], isRequired: false, deleteAfterDays: 30 } as const
  writeNow(db, tx => {
    // The lines of a series are about every date of it, and so about nobody.
    tx.delete(tasks).where(isNotNull(tasks.seriesId)).run()
    const joiner = { ...applicant({ email: EMAIL, accessNeeds: 'Een tolk' }), wantsInvites: true }
    update(tx, own, { enrolmentId: enrol(tx, circle, { ...joiner, addedBy: organiser.id }, NOW).id })
    setFormFields(tx, id, [{ id: null, ...field, options: [] }])
    setAnswers(tx, own, new Map([[1, ['Alles']]]))
    const workshop = {
      kind: 'workshop',
      round: 1,
      title: 'Workshop',
      localStart: event.localStart,
      durationMinutes: 60,
    } as const
    addSession(tx, { ...workshop, eventId: id })
    choose(tx, own, [{ round: 1, first: 1, second: null }], NOW)
    markAttended(tx, own, { source: 'by_hand' }, event.startsAt)
    const feedback = { answers: new Map([[1, ['Alles']]]), version: versionOf(listAsked(tx, event)), withName: true }
    giveFeedback(tx, event, own, feedback, event.endsAt)
    addInvitees(tx, event, [{ email: EMAIL, name: 'W', organisation: 'W' }], 'nl', NOW)
    askInvitees(tx, event, 'new', NOW)
    createMailing(tx, event, { audience: 'all', subject: 'Dag', body: 'Dag' }, organiser.id, NOW)
    const line = addLine(tx, { eventId: id }, { title: 'Bel', days: -3, proof: null }, organiser.id, NOW)
    tick(tx, event, line.id, organiser.id, NOW)
    invite(tx, organiser, 'noord', { email: 'nieuw@example.org', right: 'host', locale: 'nl' }, NOW)
    const key = { id: 'x', publicKey: Buffer.from('x'), counter: 1, transports: ['usb'] as never[] }
    addPasskey(tx, organiser, key, 'Telefoon', NOW)
    keepChallenge(tx, 'x', organiser, NOW)
    signInByToken(tx, createSignIn(tx, organiser, NOW), NOW)
    requestSignIn(tx, organiser.email, 'nl', NOW)
    auditEvent(tx, 'note_written', event, { organiserId: organiser.id, registrationId: own.id }, NOW)
    rememberErasure(tx, 'gewist@example.org', NOW)
    layQuestion(tx)
    const { id: personId } = findOrCreatePerson(tx, EMAIL, NOW)
    const stoppedAt = Temporal.Instant.from(STOPPED)
    const letters = tx
      .insert(subscriptions)
      .values({ personId, locale: 'nl', provenAt: stoppedAt, stoppedAt })
      .returning()
      .get()
    addWishes(tx, letters, [{ letter: 'newsletter', groupId: group.id, themeId: null }])
    const asked = { email: 'straks@example.org', locale: 'nl', wishes: [], createdAt: NOW } as const
    tx.insert(subscriptionRequests)
      .values({ ...asked, wishes: [], expiresAt: Temporal.Instant.from('2026-12-05T09:00:00Z') })
      .run()
    tx.update(messages).set({ state: 'sent', sentAt: NOW }).run()
    for (const name of TABLE_NAMES) fill(tx, name)
    // Of what was mailed as an organiser nothing is asked here; it is kept by a row of its own.
    tx.delete(messages).where(isNull(messages.eventId)).run()
    tx.delete(signIns).where(isNull(signIns.tokenHash)).run()
  })
  const leave = () => writeNow(db, tx => tx.delete(memberships).where(eq(memberships.organiserId, organiser.id)).run())
  return { db, group, event, own, organiser, leave }
}

/** Somebody asked, somebody recognised it, and it was answered at once. */
function layQuestion(tx: Tx): void {
  const asked = { text: 'Wie helpt mij?', role: 'resident', place: '', name: 'W', groupId: 1, locale: 'nl' } as const
  const question = askQuestion(tx, { ...asked, email: EMAIL }, NOW)
  const editor = { organiserId: null, revision: question.revision }
  const approved = approveQuestion(tx, question, { text: asked.text, place: '', groupId: 1, themeIds: [] }, editor, NOW)
  recognise(tx, question.id, 'x', NOW)
  proveFollower(tx, { id: 1 }, NOW)
  answerQuestion(tx, approved, 'Iedereen.', { organiserId: null, revision: approved.revision }, NOW)
}

/** A text that says where it stands. */
export const markerOf = (name: TableName, column: string) => `§${name}.${column}§`

/** Puts something in every column that holds personal data: a marker where it is free text, anything else where it is empty. */
function fill(tx: Db, name: TableName): void {
  const columns: Record<string, AnySQLiteColumn> = getTableColumns(TABLES[name])
  for (const column of ENDING.flatMap(kind => personalColumns(name, kind))) {
    const { columnType, enumValues, notNull } = columns[column] as AnySQLiteColumn
    const isFree = columnType === 'SQLiteText' && !enumValues?.length
    const value = isFree ? sql`${markerOf(name, column)} || rowid` : somethingIn(columnType, name, column, enumValues)
    const where = isFree || columnType !== 'SQLiteCustomColumn' ? undefined : sql`${columns[column]} is null`
    if (isFree || !notNull || columnType === 'SQLiteTextJson') {
      tx.update(TABLES[name])
        .set({ [column]: value })
        .where(where)
        .run()
    }
  }
}

function somethingIn(type: string, name: TableName, column: string, values: string[] | undefined): unknown {
  if (type === 'SQLiteCustomColumn') return NOW
  if (type === 'SQLiteTextJson') return [markerOf(name, column)]
  if (type === 'SQLiteBlobBuffer') return Buffer.from(markerOf(name, column))
  return values?.[0] ?? 7
}

/** Columns of a kind in which something stands, as `table.column`. */
export function heldOf(db: Db, kind: DataKind): string[] {
  return TABLE_NAMES.flatMap(name => {
    const columns: Record<string, AnySQLiteColumn> = getTableColumns(TABLES[name])
    // An address at which nobody can be is none.
    const isHeld = (column: AnySQLiteColumn) =>
      sql`coalesce(${column}, '') <> '' and coalesce(${column}, '') not like '%@former.invalid'`
    return personalColumns(name, kind)
      .filter(
        column =>
          db
            .select()
            .from(TABLES[name])
            .where(isHeld(columns[column] as AnySQLiteColumn))
            .all().length,
      )
      .map(column => `${name}.${column}`)
  })
}
