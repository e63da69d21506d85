import { expect, test } from 'vitest'
import { people, registrations, taskTicks } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { addLine, listLines, tick } from '#src/domain/run-sheets.ts'
import { sweepAt } from '../support/swept.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration, makeSeries, NOW, openWorld } from '../support/world.ts'

const at = (text: string) => Temporal.Instant.from(text)

/** Held on 3 December 2026; one of the two comes back on 7 January 2027. */
function world() {
  const { db } = openWorld()
  const group = makeGroup(db)
  const event = makeEvent(db, group)
  makeRegistration(db, event, { email: 'zoe@example.org', accessNeeds: 'Ondertiteling.' })
  makeRegistration(db, event, { email: 'blijft@example.org' })
  makeRegistration(db, makeEvent(db, group, { localStart: '2027-01-07T12:00' }), { email: 'blijft@example.org' })
  return db
}

test('needs go a week after the event', () => {
  const db = world()
  const needs = () =>
    db
      .select()
      .from(registrations)
      .all()
      .map(row => row.accessNeeds)
  sweepAt(db, at('2026-12-10T11:59:00Z'))
  expect(needs()).toEqual(['Ondertiteling.', '', ''])
  sweepAt(db, at('2026-12-10T12:01:00Z'))
  expect(needs()).toEqual(['', '', ''])
})

test('a year after an event its names go, then the addresses with nothing newer; the totals stay', () => {
  const db = world()
  const emails = () =>
    db
      .select()
      .from(people)
      .all()
      .map(row => row.email)
  const names = () =>
    db
      .select()
      .from(registrations)
      .all()
      .map(row => row.name)
  sweepAt(db, at('2027-12-03T11:59:00Z'))
  expect(emails()).toEqual(['zoe@example.org', 'blijft@example.org'])
  sweepAt(db, at('2027-12-04T12:00:00Z'))
  expect(emails()).toEqual([null, 'blijft@example.org'])
  expect(names()).toEqual(['', '', 'Zoë de Vries'])
  expect(new Set(listMessages(db).map(message => message.eventId)).size).toBe(1)
  expect(
    db
      .select()
      .from(registrations)
      .all()
      .map(row => [row.role, row.status]),
  ).toEqual(Array(3).fill(['practice', 'confirmed']))
  sweepAt(db, at('2028-01-08T12:00:00Z'))
  expect(emails()).toEqual([null, null])
  expect(listMessages(db)).toEqual([])
})

test('a year after an event the lines of its own run sheet go, and who ticked what; those of a series stay', () => {
  const db = world()
  const group = makeGroup(db, { slug: 'zuid', name: 'Zuid' })
  const { id: seriesId } = makeSeries(db, group)
  const old = makeEvent(db, group, { seriesId })
  const { id: organiserId } = writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  const own = { title: 'Bel Zoë de Vries', days: -3, proof: null }
  writeNow(db, tx => {
    const line = addLine(tx, { eventId: old.id }, own, organiserId, NOW)
    const [ofSeries] = listLines(tx, { seriesId })
    for (const { id } of [line, ofSeries ?? line]) tick(tx, old, id, organiserId, NOW)
  })
  const kept = () => [listLines(db, { eventId: old.id }).length, db.select().from(taskTicks).all().length]
  sweepAt(db, at('2027-12-03T11:59:00Z'))
  expect(kept()).toEqual([1, 2])
  sweepAt(db, at('2027-12-04T12:00:00Z'))
  expect([...kept(), listLines(db, { seriesId }).length]).toEqual([0, 0, 6])
})
