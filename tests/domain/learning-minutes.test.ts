// What counts as learning: examples by hand, and what must hold of every programme.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Lessons, learnedBy, lessonsIn } from '#src/domain/learning-minutes.ts'
import { instantsOf } from '#src/lib/time.ts'
import { NOW } from '../support/world.ts'

const START = '2026-11-05T09:30'

function eventOf(durationMinutes: number, localStart = START) {
  const when = { localStart, timeZone: 'Europe/Amsterdam', durationMinutes }
  return { ...when, ...instantsOf(when) }
}

interface Given {
  id: number
  kind: 'plenary' | 'workshop' | 'break'
  /** Minutes after the start; before it where negative. */
  after: number
  durationMinutes: number
  isLearning: boolean
  cancelledAt: Temporal.Instant | null
}

function partOf({ after, ...part }: Given, start = START) {
  const localStart = Temporal.PlainDateTime.from(start).add({ minutes: after }).toString({ smallestUnit: 'minute' })
  return { ...part, localStart }
}

const part = (kind: Given['kind'], after: number, durationMinutes: number, more: Partial<Given> = {}) =>
  partOf({ id: after, kind, after, durationMinutes, isLearning: true, cancelledAt: null, ...more })

const there = (workshopIds: number[] = [], attendedMinutes: number | null = null) => ({
  ...{ attendedAt: NOW, attendedMinutes },
  workshopIds: new Set(workshopIds),
})
const minutesOf = (lessons: Lessons<ReturnType<typeof partOf>>, who = there()) => learnedBy(lessons, who).minutes

describe('a day with a programme', () => {
  const day = [
    part('plenary', 0, 30, { isLearning: false }),
    part('plenary', 30, 45),
    part('workshop', 90, 60, { id: 1 }),
    part('workshop', 90, 60, { id: 2 }),
    part('break', 150, 60),
    part('workshop', 210, 45, { id: 3 }),
    part('plenary', 255, 30),
  ]
  const lessons = lessonsIn(eventOf(360), day, 0)

  test('counts the plenary parts and the workshops somebody had a place in, and no welcome or break', () => {
    expect(minutesOf(lessons)).toBe(45 + 30)
    expect(minutesOf(lessons, there([2]))).toBe(45 + 60 + 30)
    expect(minutesOf(lessons, there([1, 3]))).toBe(45 + 60 + 45 + 30)
  })

  test('tells what was followed and what does not count, in the order of the day', () => {
    const { followed, uncounted, offered } = learnedBy(lessons, there([1]))
    expect(followed.map(({ id }) => id)).toEqual([30, 1, 255])
    expect(uncounted.map(({ id }) => id)).toEqual([0, 150])
    expect(offered).toBe(135)
  })

  test('a workshop that did not take place counts for nobody', () => {
    const without = day.map(one => (one.id === 1 ? { ...one, cancelledAt: NOW } : one))
    expect(minutesOf(lessonsIn(eventOf(360), without, 0), there([1]))).toBe(75)
  })

  test('what overlaps counts once, and only within the event', () => {
    const twice = [part('plenary', -30, 60), part('plenary', 15, 45), part('plenary', 50, 600)]
    expect(minutesOf(lessonsIn(eventOf(120), twice, 0))).toBe(120)
  })

  test('pauses by hand play no part where there is a programme', () => {
    expect(minutesOf(lessonsIn(eventOf(360), day, 200), there([1]))).toBe(135)
  })

  test('a night in which the clock changes has the minutes that it has', () => {
    const night = eventOf(180, '2026-10-25T01:00')
    const whole = partOf(
      { id: 1, kind: 'plenary', after: 0, durationMinutes: 180, isLearning: true, cancelledAt: null },
      night.localStart,
    )
    expect(minutesOf(lessonsIn(night, [whole], 0))).toBe(180)
  })
})

describe('an hour without a programme', () => {
  test('is all of it, without what an organiser says that pauses take', () => {
    expect(minutesOf(lessonsIn(eventOf(60), [], 0))).toBe(60)
    expect(minutesOf(lessonsIn(eventOf(150), [], 20))).toBe(130)
    expect(minutesOf(lessonsIn(eventOf(60), [], 90))).toBe(0)
  })

  test('online no more than the report of the room says; of who was not seen nothing', () => {
    const lessons = lessonsIn(eventOf(60), [], 5)
    expect(minutesOf(lessons, there([], 40))).toBe(40)
    expect(minutesOf(lessons, there([], 60))).toBe(55)
    expect(minutesOf(lessons, { ...there(), attendedAt: null } as never)).toBe(0)
  })

  test('a programme of breaks alone is none', () => {
    expect(minutesOf(lessonsIn(eventOf(60), [part('break', 20, 10)], 0))).toBe(60)
  })
})

const given: fc.Arbitrary<Given[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('plenary', 'workshop', 'break'),
      after: fc.integer({ min: -120, max: 600 }),
      durationMinutes: fc.integer({ min: 5, max: 300 }),
      isLearning: fc.boolean(),
      cancelledAt: fc.constantFrom(null, null, null, NOW),
    }),
    { maxLength: 12 },
  )
  .map(list => list.map((one, index) => ({ ...one, id: index + 1 }) as Given))
const length = fc.integer({ min: 5, max: 540 })
const pauses = fc.integer({ min: 0, max: 600 })
const seen = fc.option(fc.integer({ min: 1, max: 800 }))
const places = fc.uniqueArray(fc.integer({ min: 1, max: 12 }))

test('always: from nothing to what there was for them, which is no more than the event lasts or they were online', () => {
  fc.assert(
    fc.property(given, length, pauses, seen, places, (parts, minutes, pause, online, workshops) => {
      const lessons = lessonsIn(
        eventOf(minutes),
        parts.map(one => partOf(one)),
        pause,
      )
      const learned = learnedBy(lessons, there(workshops, online))
      expect(learned.minutes).toBeGreaterThanOrEqual(0)
      expect(learned.minutes).toBeLessThanOrEqual(learned.offered)
      expect(learned.offered).toBeLessThanOrEqual(minutes)
      // What the reach counts of the same person is never less.
      expect(learned.minutes).toBeLessThanOrEqual(online ?? minutes)
      expect(Number.isInteger(learned.minutes)).toBe(true)
      const unseen = learnedBy(lessons, { ...there(workshops, online), attendedAt: null })
      expect(unseen.minutes).toBe(0)
    }),
  )
})

test('always: one more break, another order, or a workshop of somebody else changes nothing', () => {
  fc.assert(
    fc.property(given, length, pauses, places, fc.integer({ min: 0, max: 400 }), (parts, minutes, pause, own, at) => {
      const count = (list: Given[]) =>
        minutesOf(
          lessonsIn(
            eventOf(minutes),
            list.map(one => partOf(one)),
            pause,
          ),
          there(own),
        )
      const one = { id: 99, after: at, durationMinutes: 30, isLearning: true, cancelledAt: null }
      const before = count(parts)
      expect(count([...parts, { ...one, kind: 'break' }])).toBe(before)
      expect(count([...parts].reverse())).toBe(before)
      const isAny = parts.some(({ kind, cancelledAt }) => kind !== 'break' && !cancelledAt)
      if (isAny) expect(count([...parts, { ...one, kind: 'workshop' }])).toBe(before)
    }),
  )
})
