import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asc } from '#db/drizzle.ts'
import { events } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { planDates } from '#src/domain/planning.ts'
import { planText, redate, redatingOf } from '#src/domain/redating.ts'
import { swapEvents } from '#src/domain/swaps.ts'
import { Refusal } from '#src/lib/errors.ts'
import { makeGroup, makeSeries, NOW, openWorld } from '../support/world.ts'

const DAYS = ['2027-01-07', '2027-02-04', '2027-03-04', '2027-04-01', '2027-05-13']
const NOBODY = { organiserId: null, reason: '' }

/** Five planned webinars; the one of May stands a week after its rule, because of a holiday. */
function openYear() {
  const { db } = openWorld()
  const found = makeSeries(db, makeGroup(db), { rule: 'FREQ=MONTHLY;BYDAY=1TH', localTime: '12:00' })
  const dates = DAYS.map(text => ({
    date: Temporal.PlainDate.from(text),
    ...(text.includes('-05-') && { insteadOf: Temporal.PlainDate.from('2027-05-06'), reason: 'Hemelvaartsdag' }),
  }))
  writeNow(db, tx => planDates(tx, found, dates, null, NOW))
  const list = () => db.select().from(events).orderBy(asc(events.id)).all()
  const starts = () => list().map(event => event.localStart)
  const move = (index: number, localStart: string) =>
    writeNow(db, tx => {
      const event = getEvent(tx, list()[index]?.id ?? 0)
      const { durationMinutes, attendance, venue, revision } = event
      moveEvent(tx, event, { localStart, durationMinutes, attendance, venue }, '', { organiserId: null, revision }, NOW)
    })
  return { db, found, list, starts, move }
}

const TUESDAY = { rule: 'FREQ=MONTHLY;BYDAY=2TU', localTime: '16:00' }

test('four change and one stays: what somebody dated by hand is never dated anew', () => {
  const { db, found, starts } = openYear()
  const redating = redatingOf(db, found, TUESDAY, NOW)
  expect(redating.changes.map(({ to }) => to)).toEqual([
    '2027-01-12T16:00',
    '2027-02-09T16:00',
    '2027-03-09T16:00',
    '2027-04-13T16:00',
  ])
  expect(redating.stays.map(({ event, why }) => [event.localStart, why])).toEqual([['2027-05-13T12:00', 'by_hand']])
  writeNow(db, tx => redate(tx, found, TUESDAY, { ...NOBODY, shown: planText(redating) }, NOW))
  expect(starts()).toEqual([...redating.changes.map(({ to }) => to), '2027-05-13T12:00'])
  // They stand where their rule put them again: the next change finds them.
  expect(redatingOf(db, { ...found, ...TUESDAY }, found, NOW).changes).toHaveLength(4)
})

test('nothing is done that was not shown', () => {
  const { db, found, starts, move } = openYear()
  const shown = planText(redatingOf(db, found, TUESDAY, NOW))
  move(0, '2027-01-14T12:00')
  const before = starts()
  expect(() => writeNow(db, tx => redate(tx, found, TUESDAY, { ...NOBODY, shown }, NOW))).toThrow(
    new Refusal('changed_meanwhile'),
  )
  expect(starts()).toEqual(before)
})

test('a month that the new rule leaves out stays, and is named', () => {
  const { db, found } = openYear()
  const { stays } = redatingOf(db, found, { rule: 'FREQ=MONTHLY;BYMONTH=1,2,3,5;BYDAY=1TH', localTime: '12:00' }, NOW)
  expect(stays.map(({ event, why }) => [event.localStart, why])).toEqual([
    ['2027-04-01T12:00', 'no_date'],
    ['2027-05-13T12:00', 'by_hand'],
  ])
})

test('the same rule and time ask for nothing', () => {
  const { db, found } = openYear()
  expect(redatingOf(db, found, found, NOW)).toEqual({ changes: [], stays: [] })
})

test('two topics that traded dates follow the rule as before', () => {
  const { db, found, list, starts } = openYear()
  const [one, other] = list()
  if (!one || !other) throw new Error('no year')
  const editor = { organiserId: null, revision: one.revision }
  writeNow(db, tx => swapEvents(tx, [one, other], '', [editor, editor], NOW))
  expect(starts().slice(0, 2)).toEqual(['2027-02-04T12:00', '2027-01-07T12:00'])
  expect(
    redatingOf(db, found, TUESDAY, NOW)
      .changes.map(({ event, to }) => [event.id, to])
      .slice(0, 2),
  ).toEqual([
    [other.id, '2027-01-12T16:00'],
    [one.id, '2027-02-09T16:00'],
  ])
})

test('whatever is moved by hand stays under any new rule', () => {
  const rules = [
    'FREQ=MONTHLY;BYDAY=2TU',
    'FREQ=MONTHLY;BYDAY=-1FR',
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO',
    'FREQ=MONTHLY;BYDAY=1TH',
  ]
  fc.assert(
    fc.property(
      fc.subarray([0, 1, 2, 3]),
      fc.constantFrom(...rules),
      fc.constantFrom('09:00', '12:00', '19:30'),
      (moved, rule, localTime) => {
        const { db, found, list, move } = openYear()
        for (const index of moved) move(index, `${DAYS[index]?.slice(0, 8)}25T10:00`)
        const before = list()
        const shown = planText(redatingOf(db, found, { rule, localTime }, NOW))
        writeNow(db, tx => redate(tx, found, { rule, localTime }, { ...NOBODY, shown }, NOW))
        const after = list()
        for (const index of [...moved, 4]) expect(after[index]?.localStart).toBe(before[index]?.localStart)
        const free = [0, 1, 2, 3].filter(index => !moved.includes(index))
        for (const index of free) expect(after[index]?.localStart.slice(11)).toBe(localTime)
      },
    ),
    { numRuns: 40 },
  )
})

test('a time that the clock leaves out on one day leaves that event where it is, and moves the others', () => {
  const { db, found, starts } = openYear()
  const night = { rule: 'FREQ=MONTHLY;BYDAY=-1SU', localTime: '02:30' }
  const redating = redatingOf(db, found, night, NOW)
  const stays = redating.stays.map(({ event, why }) => [event.localStart, why])
  expect(stays).toContainEqual(['2027-03-04T12:00', 'no_date'])
  writeNow(db, tx => redate(tx, found, night, { ...NOBODY, shown: planText(redating) }, NOW))
  expect(starts().slice(0, 4)).toEqual(['2027-01-31T02:30', '2027-02-28T02:30', '2027-03-04T12:00', '2027-04-25T02:30'])
})
