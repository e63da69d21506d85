// What is said of each kind of personal data is true: until its end it is there, and after it there is nothing of it anywhere.
import { expect, test } from 'vitest'
import { personalColumns, TABLE_NAMES } from '#db/personal-columns.ts'
import { DATA, type DataKind, MONTHS } from '#db/personal-data.ts'
import { messages, people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { monthsBefore } from '#src/domain/retention.ts'
import { dumpOf } from '../support/dump.ts'
import { ENDING, heldOf, markerOf, openLife, STOPPED } from '../support/life.ts'
import { sweepAt } from '../support/swept.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const columnsOf = (kind: DataKind) =>
  TABLE_NAMES.flatMap(name => personalColumns(name, kind).map(column => `${name}.${column}`))

/** The moments from which an end is counted, in the life of `openLife`; a question there says 30 days. */
const BEGINS = {
  event: '2026-12-03T12:00:00Z',
  last_registration: '2026-12-03T12:00:00Z',
  sending: String(NOW),
  answer: String(NOW),
  deed: String(NOW),
  stopping: STOPPED,
  last_deed: String(NOW),
}
/** An organiser's invitation is open for two weeks; a session, the longest way of being signed in, as well. */
const EXPIRES = '2026-12-05T09:00:00Z'

function endOf(kind: DataKind, ofGroup: number): Temporal.Instant {
  const { end } = DATA[kind]
  const { after, days = 0, months = 0 } = { days: undefined, months: undefined, ...end }
  const begins = after === 'expiry' ? EXPIRES : BEGINS[after as keyof typeof BEGINS]
  const ofName = after === 'last_registration' || months === 'group'
  const asked = days === 'question' ? Math.min(30, 24 * 365) : days
  return Temporal.Instant.from(begins)
    .toZonedDateTimeISO('UTC')
    .add({ days: asked, months: ofName ? ofGroup : Number(months) })
    .toInstant()
}

/** Their rows go earlier: with the last right, or when their own, shorter, time is over. */
const SOONER = ['memberships.', 'passkeys.', 'challenges.', 'signIns.']

test.each(ENDING.flatMap(kind => [12, 3].map(months => [kind, months] as const)))(
  '%s, in a group that keeps names for %i months, is there until its end and not a second longer',
  (kind, months) => {
    const { db, leave } = openLife(months === MONTHS.usual ? null : months)
    expect(heldOf(db, kind)).toEqual(columnsOf(kind))
    leave()
    const end = endOf(kind, months)
    sweepAt(db, end.subtract({ seconds: 1 }))
    const lasting = columnsOf(kind).filter(column => !SOONER.some(name => column.startsWith(name)))
    expect(heldOf(db, kind).filter(column => lasting.includes(column))).toEqual(lasting)
    sweepAt(db, end.add({ seconds: 1 }))
    expect(heldOf(db, kind)).toEqual([])
  },
)

test('after the longest of them no marker of any is left in the database', () => {
  const { db, leave } = openLife()
  leave()
  expect(dumpOf(db)).toContain(markerOf('registrations', 'name'))
  sweepAt(db, Temporal.Instant.from('2029-01-01T00:00:00Z'))
  expect(dumpOf(db)).not.toContain('§')
})

test('a mail about no event goes twelve months after it was made, and with the address it went to', () => {
  const { db } = openWorld()
  const mail = { kind: 'my', lane: 1, state: 'sent', locale: 'nl', createdAt: NOW, dueAt: NOW, expiresAt: NOW } as const
  const add = (toAddress: string) =>
    writeNow(db, tx =>
      tx
        .insert(messages)
        .values({ ...mail, key: toAddress, toAddress })
        .run(),
    )
  add('oud@example.org')
  const to = () => listMessages(db).flatMap(({ kind, toAddress }) => (kind === 'my' ? [toAddress] : []))
  sweepAt(db, Temporal.Instant.from('2027-11-21T09:00:00Z'))
  expect(to()).toEqual(['oud@example.org'])
  sweepAt(db, Temporal.Instant.from('2027-11-21T09:00:01Z'))
  expect(to()).toEqual([])
  makeRegistration(db, makeEvent(db, makeGroup(db, { retentionMonths: 1 })))
  add('zoe@example.org')
  sweepAt(db, Temporal.Instant.from('2027-01-03T12:00:01Z'))
  expect([to(), db.select({ email: people.email }).from(people).all()]).toEqual([[], [{ email: null }]])
})

test('what somebody writes at an event whose names are gone, goes the next night', () => {
  const { db, own } = openLife()
  const at = Temporal.Instant.from('2028-01-01T00:00:00Z')
  sweepAt(db, at)
  writeNow(db, tx => tx.update(registrations).set({ note: 'Zoë belde.' }).run())
  expect(sweepAt(db, at)).toEqual([{ kind: 'registration', groupId: 1, total: 1 }])
  expect(db.select().from(registrations).all()).toMatchObject([{ id: own.id, note: '' }])
  expect(sweepAt(db, at)).toEqual([])
})

test('months are those of the calendar', () => {
  expect(monthsBefore(Temporal.Instant.from('2027-03-31T12:00:00Z'), 1).toString()).toBe('2027-02-28T12:00:00Z')
})
