// Giving places by preference: once, to who has a place at the event, as the lot falls; and taking that back.
import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { allocateAll, listOutcomes, takeBackAllocation, takeBackUntil } from '#src/domain/allocating.ts'
import { choose } from '#src/domain/choosing.ts'
import { getEvent } from '#src/domain/events.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { makeChooser, makeConference, outcomes, wish } from '../support/workshops.ts'
import { NOW, openWorld } from '../support/world.ts'

test('the places of an event are given once, to who has a place there; then it is first come', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a, b] = [], [c, d] = []],
  } = makeConference(
    db,
    [
      [1, 1],
      [1, 1],
    ],
    {
      ...{ allocation: 'by_preference', capacityInPerson: 3 },
    },
  )
  const wishes = [wish(1, a, b), wish(2, c, d)]
  const [anna, bram, cees] = ['Anna', 'Bram', 'Cees', 'Dirk'].map(name => makeChooser(db, event, name, wishes))
  const editor = { organiserId: null, revision: event.revision }
  writeNow(db, tx => allocateAll(tx, event, 'zaad', editor, NOW))
  const given = outcomes(db)
  expect(listOutcomes(db, event)).toEqual([
    { round: 1, first: 1, second: 1, none: 1 },
    { round: 2, first: 1, second: 1, none: 1 },
  ])
  // Whoever got nothing in the first round got what they wanted most in the second.
  const [empty] = [anna, bram, cees].filter(
    one => one && !given.some(line => line.startsWith(`${one.name} 1`) && line.endsWith(' confirmed')),
  )
  expect(given).toContain(`${empty?.name} 2A confirmed`)
  expect(given.filter(line => line.startsWith('Dirk'))).toEqual([
    ...['Dirk 1A waitlisted', 'Dirk 1B spare', 'Dirk 2A waitlisted', 'Dirk 2B spare'],
  ])
  const allocated = getEvent(db, event.id)
  expect(allocated).toMatchObject({ allocatedAt: NOW, allocationSeed: 'zaad' })
  expect(() =>
    writeNow(db, tx => allocateAll(tx, allocated, 'zaad', { ...editor, revision: allocated.revision }, NOW)),
  ).toThrow('not_possible_now')
  const [first] = [anna, bram, cees].filter(one => given.includes(`${one?.name} 1A confirmed`))
  writeNow(db, tx => choose(tx, first ?? { id: 0 }, [wish(1, undefined)], NOW))
  expect(outcomes(db).filter(line => line.endsWith('1A confirmed'))).toHaveLength(1)
  writeNow(db, tx => cancelRegistration(tx, first ?? { id: 0 }, 'attendee', NOW))
  // Dirk has a place at the event now, and waits as everybody does.
  expect(outcomes(db).filter(line => line.startsWith('Dirk'))).toEqual([
    ...['Dirk 1A waitlisted', 'Dirk 1B waitlisted', 'Dirk 2A waitlisted', 'Dirk 2B waitlisted'],
  ])
})

test('for two minutes the places can be taken back, and nobody hears of it', () => {
  const { db } = openWorld()
  const {
    event: { id },
    rounds: [[a, b] = []],
  } = makeConference(db, [[1, 2]], { allocation: 'by_preference' })
  const event = () => getEvent(db, id)
  for (const name of ['Anna', 'Bram', 'Cees']) makeChooser(db, event(), name, [wish(1, a, b)])
  const before = outcomes(db)
  const queued = () =>
    db
      .select()
      .from(messages)
      .where(eq(messages.state, 'queued'))
      .all()
      .filter(({ kind }) => kind.startsWith('workshop_'))
  const editor = () => ({ organiserId: null, revision: event().revision })
  writeNow(db, tx => allocateAll(tx, event(), 'zaad', editor(), NOW))
  const given = outcomes(db)
  expect(queued().map(({ kind, dueAt }) => [kind, dueAt])).toEqual(
    Array.from({ length: 3 }, () => ['workshop_confirmed', NOW.add({ minutes: 2 })]),
  )
  expect(takeBackUntil(event(), NOW)).toEqual(NOW.add({ minutes: 2 }))
  const later = NOW.add({ seconds: 119 })
  writeNow(db, tx => takeBackAllocation(tx, event(), editor(), later))
  expect(outcomes(db)).toEqual(before)
  expect(queued()).toEqual([])
  expect(event()).toMatchObject({ allocatedAt: null, allocationSeed: '' })
  // Given anew they are as they were, and once the mails leave they stay given.
  writeNow(db, tx => allocateAll(tx, event(), 'zaad', editor(), later))
  expect(outcomes(db)).toEqual(given)
  expect(queued()).toHaveLength(3)
  const tooLate = later.add({ minutes: 2 })
  expect(() => writeNow(db, tx => takeBackAllocation(tx, event(), editor(), tooLate))).toThrow('not_possible_now')
})
