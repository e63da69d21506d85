// Choosing workshops: who gets a place, who waits, and what moves when a place comes free.
import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events, sessions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { choose, leaveWorkshop } from '#src/domain/choosing.ts'
import { addContributor } from '#src/domain/contributing.ts'
import { mergeRegistrations } from '#src/domain/doubles.ts'
import { getEvent } from '#src/domain/events.ts'
import { fillWorkshops } from '#src/domain/placing.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import { comeBack } from '#src/domain/replies.ts'
import { listRounds } from '#src/domain/workshops.ts'
import { makeChooser, makeConference, outcomes, wish } from '../support/workshops.ts'
import { applicant, candidate, makeContributor, NOW, openWorld } from '../support/world.ts'

test('the first choice while there is room, then the second, then the waiting list of both', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a, b] = []],
  } = makeConference(db, [[1, 1]])
  for (const name of ['Anna', 'Bram', 'Cees']) makeChooser(db, event, name, [wish(1, a, b)])
  makeChooser(db, event, 'Dirk', [wish(1, undefined)])
  expect(outcomes(db)).toEqual([
    ...['Anna 1A confirmed', 'Anna 1B spare'],
    ...['Bram 1A waitlisted', 'Bram 1B confirmed'],
    ...['Cees 1A waitlisted', 'Cees 1B waitlisted'],
  ])
  expect(listRounds(db, event)[0]?.workshops.map(({ confirmed, waiting, left }) => [confirmed, waiting, left])).toEqual(
    [
      [1, 2, 0],
      [1, 1, 0],
    ],
  )
})

test('a place that comes free goes to who chose it first, and what they leave to the next', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a, b] = []],
  } = makeConference(db, [[1, 1]])
  const [anna] = ['Anna', 'Bram', 'Cees'].map(name => makeChooser(db, event, name, [wish(1, a, b)]))
  writeNow(db, tx => cancelRegistration(tx, anna ?? { id: 0 }, 'attendee', NOW))
  expect(outcomes(db)).toEqual([
    ...['Anna 1A cancelled', 'Anna 1B cancelled'],
    ...['Bram 1A confirmed', 'Bram 1B spare'],
    ...['Cees 1A waitlisted', 'Cees 1B confirmed'],
  ])
})

test('after the last day of choosing nobody is moved who has a place; who has none still gets one', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a, b] = []],
  } = makeConference(db, [[1, 1]], { choicesUntil: '2026-12-01T12:00' })
  const [anna] = ['Anna', 'Bram', 'Cees'].map(name => makeChooser(db, event, name, [wish(1, a, b)]))
  const late = Temporal.Instant.from('2026-12-01T11:00:00Z')
  expect(() => writeNow(db, tx => choose(tx, anna ?? { id: 0 }, [wish(1, b)], late))).toThrow('choosing_over')
  writeNow(db, tx => cancelRegistration(tx, anna ?? { id: 0 }, 'attendee', late))
  expect(outcomes(db).slice(2)).toEqual([
    ...['Bram 1A waitlisted', 'Bram 1B confirmed'],
    ...['Cees 1A confirmed', 'Cees 1B spare'],
  ])
})

test('who waits for the event waits with all they chose, and gets it with their place', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a, b] = [], [c] = []],
  } = makeConference(db, [[1, 1], [1]], { capacityInPerson: 1 })
  const anna = makeChooser(db, event, 'Anna', [wish(1, a, b), wish(2, undefined)])
  const bram = makeChooser(db, event, 'Bram', [wish(1, a, b), wish(2, c)])
  expect(bram.status).toBe('waitlisted')
  expect(outcomes(db).slice(2)).toEqual(['Bram 1A waitlisted', 'Bram 1B spare', 'Bram 2A waitlisted'])
  expect(listRounds(db, event)[1]?.workshops[0]).toMatchObject({ confirmed: 0, waiting: 0, left: 1 })
  writeNow(db, tx => cancelRegistration(tx, anna, 'attendee', NOW))
  expect(outcomes(db).slice(2)).toEqual(['Bram 1A confirmed', 'Bram 1B spare', 'Bram 2A confirmed'])
})

test('a change keeps the place somebody has until there is something better, and gives what is left to the next', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a, b, c] = []],
  } = makeConference(db, [[1, 1, 1]])
  const anna = makeChooser(db, event, 'Anna', [wish(1, a, b)])
  makeChooser(db, event, 'Bram', [wish(1, b, a)])
  const again = (first: number | undefined, second?: number) =>
    writeNow(db, tx => choose(tx, anna, [wish(1, first, second)], NOW))
  again(b, a)
  expect(outcomes(db)).toEqual(['Anna 1B waitlisted', 'Anna 1A confirmed', 'Bram 1B confirmed', 'Bram 1A spare'])
  again(c)
  expect(outcomes(db)).toContain('Anna 1C confirmed')
  again(undefined)
  expect(outcomes(db).filter(line => line.startsWith('Anna') && !line.endsWith('cancelled'))).toEqual([])
  again(a)
  expect(outcomes(db)).toContain('Anna 1A confirmed')
})

test('what is not offered, twice the same, or two at the same time is refused', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a] = [], [c] = []],
  } = makeConference(db, [[1], [1]])
  const anna = makeChooser(db, event, 'Anna', [])
  const attempt =
    (...wishes: ReturnType<typeof wish>[]) =>
    () =>
      writeNow(db, tx => choose(tx, anna, wishes, NOW))
  expect(attempt(wish(1, c))).toThrow('changed_meanwhile')
  expect(attempt(wish(1, a, a))).toThrow('changed_meanwhile')
  db.update(sessions)
    .set({ localStart: '2026-12-10T11:30' })
    .where(eq(sessions.id, c ?? 0))
    .run()
  expect(attempt(wish(1, a), wish(2, c))).toThrow('changed_meanwhile')
  db.update(sessions)
    .set({ cancelledAt: NOW })
    .where(eq(sessions.id, a ?? 0))
    .run()
  expect(attempt(wish(1, a))).toThrow('changed_meanwhile')
  expect(outcomes(db)).toEqual([])
})

test('who chose a workshop that is called off gets their other choice, in the order in which they chose', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a, b] = []],
  } = makeConference(db, [[2, 1]])
  for (const name of ['Anna', 'Bram']) makeChooser(db, event, name, [wish(1, a, b)])
  writeNow(db, tx => {
    const called = tx
      .update(sessions)
      .set({ cancelledAt: NOW })
      .where(eq(sessions.id, a ?? 0))
      .returning()
      .get()
    leaveWorkshop(tx, called, NOW)
  })
  expect(outcomes(db)).toEqual(['Anna 1A cancelled', 'Anna 1B confirmed', 'Bram 1A cancelled', 'Bram 1B waitlisted'])
})

test('more places go to who waits', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a] = []],
  } = makeConference(db, [[1]])
  for (const name of ['Anna', 'Bram', 'Cees']) makeChooser(db, event, name, [wish(1, a)])
  db.update(sessions)
    .set({ capacity: 2 })
    .where(eq(sessions.id, a ?? 0))
    .run()
  writeNow(db, tx => fillWorkshops(tx, event, NOW))
  expect(outcomes(db)).toEqual(['Anna 1A confirmed', 'Bram 1A confirmed', 'Cees 1A waitlisted'])
})

test('registering again with other choices changes nothing; coming back begins anew', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a, b] = []],
  } = makeConference(db, [[1, 1]])
  const anna = makeChooser(db, event, 'Anna', [wish(1, a)])
  makeChooser(db, event, 'Anna', [wish(1, b)])
  expect(outcomes(db)).toEqual(['Anna 1A confirmed'])
  writeNow(db, tx => cancelRegistration(tx, anna, 'attendee', NOW))
  writeNow(db, tx => comeBack(tx, anna, NOW))
  expect(outcomes(db)).toEqual(['Anna 1A cancelled'])
})

test('whoever speaks chooses nothing, and leaves what they had', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a] = []],
  } = makeConference(db, [[1]])
  const speaker = makeContributor(db, event)
  expect(() => writeNow(db, tx => choose(tx, speaker, [wish(1, a)], NOW))).toThrow('not_possible_now')
  makeChooser(db, event, 'Anna', [wish(1, a)])
  makeChooser(db, event, 'Bram', [wish(1, a)])
  writeNow(db, tx => addContributor(tx, event, candidate('anna@example.org'), NOW))
  expect(outcomes(db)).toEqual(['Anna 1A cancelled', 'Bram 1A confirmed'])
})

test('of one person with two registrations the one that goes on takes over the places of the other', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a] = [], [c, d] = []],
  } = makeConference(db, [[1], [1, 1]])
  const stays = makeChooser(db, event, 'Anna', [wish(2, d)])
  const goes = makeChooser(db, event, 'Annie', [wish(1, a), wish(2, c)])
  makeChooser(db, event, 'Bram', [wish(1, a), wish(2, c)])
  writeNow(db, tx => mergeRegistrations(tx, stays.id, goes.id, NOW))
  expect(outcomes(db)).toEqual([
    ...['Anna 1A confirmed', 'Anna 2B confirmed'],
    ...['Annie 1A cancelled', 'Annie 2A cancelled'],
    ...['Bram 1A waitlisted', 'Bram 2A confirmed'],
  ])
})

test('who turns out to be the same person as a speaker is in no workshop, and leaves their places to who waits', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a] = []],
  } = makeConference(db, [[1]])
  const speaker = makeContributor(db, event)
  const stays = makeChooser(db, event, 'Anna', [wish(1, a)])
  makeChooser(db, event, 'Bram', [wish(1, a)])
  const merged = writeNow(db, tx => mergeRegistrations(tx, stays.id, speaker.id, NOW))
  expect(merged.part).toBe('speaker')
  expect(outcomes(db)).toEqual(['Anna 1A cancelled', 'Bram 1A confirmed'])
})

test('where places are given by preference nobody has one until then', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a, b] = []],
  } = makeConference(db, [[1, 1]], { allocation: 'by_preference' })
  makeChooser(db, event, 'Anna', [wish(1, a, b)])
  expect(outcomes(db)).toEqual(['Anna 1A waitlisted', 'Anna 1B spare'])
  db.update(events).set({ allocation: 'first_come' }).run()
  writeNow(db, tx => fillWorkshops(tx, getEvent(tx, event.id), NOW))
  expect(outcomes(db)).toEqual(['Anna 1A confirmed', 'Anna 1B spare'])
})

test('what is wished after choosing is over does not stand in the way of a registration', () => {
  const { db } = openWorld()
  const {
    event,
    rounds: [[a] = []],
  } = makeConference(db, [[1]], { choicesUntil: '2026-11-20T12:00' })
  const wishes = [wish(1, a)]
  const made = writeNow(db, tx => register(tx, event, applicant({ attendance: 'in_person', wishes }), NOW))
  expect(made.status).toBe('confirmed')
  expect(outcomes(db)).toEqual([])
})
