// Everything that can be known of anybody: an attendee, an invitee and an organiser of one event, with something in every
// column that holds personal data. Texts are markers that name their column, so that they can be looked for anywhere.
import { type AnySQLiteColumn, eq, getTableColumns, isNull, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { personalColumns, TABLE_NAMES, TABLES, type TableName } from '#db/personal-columns.ts'
import { DATA, DATA_KINDS, type DataKind } from '#db/personal-data.ts'
import { memberships, messages, signIns, subscriptionRequests, subscriptions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { setAnswers } from '#src/domain/answers.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { markAttended } from '#src/domain/check-ins.ts'
import { rememberErasure } from '#src/domain/erasures.ts'
import { getEvent } from '#src/domain/events.ts'
import { setFormFields } from '#src/domain/form-fields.ts'
import { invite } from '#src/domain/invitations.ts'
import { addInvitees, askInvitees } from '#src/domain/invitees.ts'
import { createMailing } from '#src/domain/mailings.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { addPasskey, keepChallenge } from '#src/domain/passkeys.ts'
import { findOrCreatePerson } from '#src/domain/people.ts'
import { addLine, tick } from '#src/domain/run-sheets.ts'
import { createSignIn, requestSignIn, signInByToken } from '#src/domain/sign-ins.ts'
import { addWishes } from '#src/domain/subscriptions.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from './world.ts'

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
  const field = { kind: 'text', label: 'Lunch', hint: '', options: [], isRequired: false, deleteAfterDays: 30 } as const
  writeNow(db, tx => {
    setFormFields(tx, id, [{ id: null, ...field, options: [] }])
    setAnswers(tx, own, new Map([[1, ['Alles']]]))
    markAttended(tx, own, { source: 'by_hand' }, event.startsAt)
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
