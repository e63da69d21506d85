// The rate by itself: a clock and no mail.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPace } from '#src/jobs/pace.ts'
import { createPause } from '#src/jobs/pause.ts'
import { NOW } from '../support/world.ts'

const at = (milliseconds: number) => NOW.add({ milliseconds })

function open(perSecond?: number) {
  const lines: [string, object][] = []
  const line = (fields: object, text: string) => void lines.push([text, fields])
  const pace = createPace(perSecond, { info: line, warn: line, error: line })
  /** Sends all that may leave whenever it may; the moments, in ms. */
  function sendAll(count: number, from = 0): number[] {
    const moments: number[] = []
    let ms = from
    while (moments.length < count) {
      const free = Math.min(pace.free(at(ms)), count - moments.length)
      pace.spend(free, at(ms))
      moments.push(...Array<number>(free).fill(ms))
      const next = pace.next(at(ms))
      if (free === 0 && !next) throw new Error('stands still')
      if (next) ms = Math.max(ms, next.epochMilliseconds - NOW.epochMilliseconds)
    }
    return moments
  }
  return { pace, lines, sendAll }
}

describe('the schedule', () => {
  test('§8.40 200 mails at 5 a second: five each second, the last ones after exactly 39 seconds', () => {
    const moments = open(5).sendAll(200)
    expect(moments).toEqual(Array.from({ length: 200 }, (_, index) => 1000 * Math.floor(index / 5)))
    expect(moments.at(-1)).toBe(39_000)
  })

  test.each([
    [0.5, [0, 2000, 4000, 6000, 8000]],
    [1, [0, 1000, 2000, 3000, 4000]],
    [2.5, [0, 0, 800, 800, 1600]],
    [100, [0, 0, 0, 0, 0]],
  ])('at %d a second five mails leave at %j ms', (perSecond, moments) => {
    expect(open(perSecond).sendAll(5)).toEqual(moments)
  })

  test('nobody asked for a rate: as many as there are', () => {
    const { pace } = open()
    expect(pace.spend(10_000, NOW)).toBe(0)
    expect(pace.free(NOW)).toBe(Number.POSITIVE_INFINITY)
    expect(pace.next(NOW)).toBeUndefined()
  })

  test('no second sees more, whenever mails come', () => {
    const waits = fc.array(fc.nat({ max: 700 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), waits, (perSecond, steps) => {
        const { pace } = open(perSecond)
        const sent: number[] = []
        let ms = 0
        for (const step of steps) {
          ms += step
          const free = pace.free(at(ms))
          pace.spend(free, at(ms))
          sent.push(...Array<number>(free).fill(ms))
        }
        for (const moment of sent) {
          expect(sent.filter(other => other >= moment && other < moment + 1000).length).toBeLessThanOrEqual(perSecond)
        }
      }),
    )
  })
})

describe('a mail server that finds it too much', () => {
  test('gets half, from then on for ten minutes; and half of that when it still is', () => {
    const { pace, lines, sendAll } = open(8)
    const step = pace.spend(8, NOW)
    pace.slowDown(step, '421 4.7.0 Too many', at(100))
    expect(pace.slowed(at(100))).toEqual({
      since: at(100),
      until: at(100).add({ minutes: 10 }),
      perSecond: 4,
      reason: '421 4.7.0 Too many',
    })
    expect(sendAll(8, 1000)).toEqual([1000, 1000, 1000, 1000, 2000, 2000, 2000, 2000])
    pace.slowDown(pace.spend(0, at(2000)), '454 still', at(60_000))
    expect(pace.slowed(at(60_000))).toEqual({
      since: at(100),
      until: at(60_000).add({ minutes: 10 }),
      perSecond: 2,
      reason: '454 still',
    })
    expect(lines.map(([text]) => text)).toEqual(Array(2).fill('the mail server finds it too much: mail leaves slower'))
  })

  test('says so of ten mails at once, and means it once', () => {
    const { pace, lines } = open(8)
    const steps = [pace.spend(5, NOW), pace.spend(3, at(50))]
    for (const step of [...steps, ...steps]) pace.slowDown(step, '421 Too many', at(100))
    expect(pace.slowed(at(100))?.perSecond).toBe(4)
    expect(lines).toHaveLength(1)
  })

  test('has its full rate back after ten quiet minutes, and the log says so once', () => {
    const { pace, lines, sendAll } = open(8)
    pace.slowDown(0, '421 Too many', NOW)
    const quiet = 10 * 60_000
    pace.recover(at(quiet - 1))
    expect(pace.free(at(quiet - 1))).toBe(4)
    expect(pace.free(at(quiet))).toBe(8)
    expect(pace.slowed(at(quiet))).toBeUndefined()
    pace.recover(at(quiet))
    pace.recover(at(quiet + 1))
    expect(lines.map(([text]) => text).slice(1)).toEqual(['mail leaves at the full rate again'])
    expect(sendAll(8, quiet)).toEqual(Array(8).fill(quiet))
  })

  test('gets five a second where nobody said what it takes, then as many as there are again', () => {
    const { pace } = open()
    pace.slowDown(pace.spend(500, NOW), '421 Too many', NOW)
    expect([pace.slowed(NOW)?.perSecond, pace.free(NOW)]).toEqual([5, 5])
    expect(pace.free(NOW.add({ minutes: 10 }))).toBe(Number.POSITIVE_INFINITY)
  })

  test.each([
    [undefined, [5, 2.5, 1.25, 0.625, 0.5, 0.5]],
    [0.8, [0.4, 0.2, 0.1, 0.1, 0.1, 0.1]],
  ])('never comes to a standstill (%s)', (perSecond, rates) => {
    const { pace } = open(perSecond)
    const seen = rates.map((_, index) => {
      pace.slowDown(index, '421', NOW)
      return pace.slowed(NOW)?.perSecond
    })
    expect(seen).toEqual(rates)
  })
})

describe('a clock that is set back by an hour', () => {
  const back = at(-3_600_000)

  test('holds up no mail: what left in a second to come counts for nothing', () => {
    const { pace, sendAll } = open(2)
    expect(sendAll(2)).toEqual([0, 0])
    expect(pace.free(back)).toBe(2)
    expect(pace.next(back)).toBeUndefined()
    expect(sendAll(4, -3_600_000)).toEqual([-3_600_000, -3_600_000, -3_599_000, -3_599_000])
  })

  test('ends a slower rate, of which nobody knows how long it would still last', () => {
    const { pace } = open(8)
    pace.slowDown(0, '421 Too many', NOW)
    expect([pace.slowed(back), pace.free(back)]).toEqual([undefined, 8])
  })

  test('has the door tried again at once', () => {
    const line = () => {}
    const pause = createPause({ info: line, warn: line, error: line })
    pause.note({ result: 'pause', reason: '535 No' }, NOW)
    expect(pause.slots(at(59_999), 10)).toBe(0)
    expect([pause.slots(back, 10), pause.slots(at(60_000), 10)]).toEqual([1, 1])
    pause.note({ result: 'pause', reason: '535 No' }, back)
    expect(pause.slots(back.add({ seconds: 119 }), 10)).toBe(0)
  })
})
