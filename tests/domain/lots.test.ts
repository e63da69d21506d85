// Drawing lots for places: nobody can be made happier without somebody else getting less, the lot can be drawn again, and it does
// not matter in which order people registered.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allocateRound, allocateRounds, drawOrder, type Wisher } from '#src/domain/lots.ts'

const WORKSHOPS = [1, 2, 3, 4]
const places = fc
  .array(fc.option(fc.integer({ min: 1, max: 3 }), { freq: 6 }), { minLength: 4, maxLength: 4 })
  .map(list => list.map((left, index) => ({ id: WORKSHOPS[index] ?? 0, left })))
const wanted = fc.uniqueArray(fc.constantFrom(...WORKSHOPS), { minLength: 1, maxLength: 2 })
const wishers = fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 500 }), wanted }), {
  maxLength: 12,
  selector: ({ id }) => id,
})
const seed = fc.string({ maxLength: 8 })

/** 0 for what somebody wanted most; nothing at all is worse than anything they asked for, and so is what they did not ask for. */
const sadness = ({ wanted }: Wisher, workshop: number | undefined) => {
  const index = workshop === undefined ? -1 : wanted.indexOf(workshop)
  return index < 0 ? wanted.length : index
}

test('no workshop holds more than it can, and nobody is where they did not want to be', () => {
  fc.assert(
    fc.property(places, wishers, (places, list) => {
      const got = allocateRound(places, list)
      for (const { id, left } of places)
        expect([...got.values()].filter(one => one === id).length).toBeLessThanOrEqual(left ?? list.length)
      for (const { id, wanted } of list) expect([...wanted, undefined]).toContain(got.get(id))
    }),
  )
})

test('no swap between two people makes one happier and none sadder, nor does a place that is left', () => {
  fc.assert(
    fc.property(places, wishers, seed, (places, list, seed) => {
      const [{ got } = { got: new Map() }] = allocateRounds([{ round: 1, places, wishers: list }], seed)
      const taken = (id: number) => [...got.values()].filter(one => one === id).length
      for (const one of list) {
        const now = sadness(one, got.get(one.id))
        for (const { id, left } of places)
          if (left === null || taken(id) < left) expect(sadness(one, id)).toBeGreaterThanOrEqual(now)
        for (const other of list) {
          const gain = now - sadness(one, got.get(other.id))
          const loss = sadness(other, got.get(one.id)) - sadness(other, got.get(other.id))
          if (loss <= 0) expect(gain).toBeLessThanOrEqual(0)
        }
      }
    }),
    { numRuns: 500 },
  )
})

test('no exchange among however many people makes one happier and none sadder', () => {
  const few = wishers.filter(list => list.length <= 5)
  fc.assert(
    fc.property(places, few, seed, (places, list, seed) => {
      const [{ got } = { got: new Map() }] = allocateRounds([{ round: 1, places, wishers: list }], seed)
      const now = list.map(one => sadness(one, got.get(one.id)))
      for (const other of everyAllocation(places, list)) {
        const then = list.map((one, index) => sadness(one, other[index]))
        const isNobodySadder = then.every((value, index) => value <= (now[index] ?? 0))
        if (isNobodySadder) expect(then).toEqual(now)
      }
    }),
    { numRuns: 60 },
  )
})

/** Every way to give these people a place they asked for, or none. */
function* everyAllocation(
  places: { id: number; left: number | null }[],
  list: Wisher[],
): Iterable<(number | undefined)[]> {
  const [one, ...others] = list
  if (!one) return yield []
  for (const workshop of [...one.wanted, undefined]) {
    if (workshop !== undefined && places.find(({ id }) => id === workshop)?.left === 0) continue
    const rest = places.map(place => ({
      ...place,
      left: place.id === workshop && place.left !== null ? place.left - 1 : place.left,
    }))
    for (const more of everyAllocation(rest, others)) yield [workshop, ...more]
  }
}

test('the same seed gives the same, in whatever order people stand; another seed another order', () => {
  fc.assert(
    fc.property(places, wishers, wishers, seed, (places, first, second, seed) => {
      const draw = (turn: <T>(list: T[]) => T[]) =>
        allocateRounds(
          [first, second].map((list, index) => ({ round: index + 1, places: turn(places), wishers: turn(list) })),
          seed,
        ).map(({ got, inOrder }) => [inOrder.map(({ id }) => id), [...got].toSorted()])
      expect(draw(list => list.toReversed())).toEqual(draw(list => list))
    }),
  )
  const hundred = Array.from({ length: 100 }, (_, id) => ({ id }))
  const order = (seed: string) => drawOrder(hundred, seed, 1, () => 0).map(({ id }) => id)
  expect(order('aap')).not.toEqual(order('noot'))
})

test('who got less in one round goes first in the next', () => {
  fc.assert(
    fc.property(places, wishers, seed, (places, list, seed) => {
      const round = (number: number) => ({ round: number, places, wishers: list })
      const [first, second] = allocateRounds([round(1), round(2)], seed)
      const missed = second?.inOrder.map(one => {
        const got = first?.got.get(one.id)
        return got === undefined ? 2 : one.wanted.indexOf(got)
      })
      expect(missed).toEqual(missed?.toSorted((a, b) => b - a))
    }),
  )
})

test('a thousand people and ten workshops in three rounds take no time', () => {
  const ids = Array.from({ length: 10 }, (_, id) => id)
  const list = Array.from({ length: 1000 }, (_, id) => ({ id, wanted: [id % 10, (id * 7 + 1) % 10] }))
  const rounds = [1, 2, 3].map(round => ({ round, places: ids.map(id => ({ id, left: 80 })), wishers: list }))
  const began = performance.now()
  expect(allocateRounds(rounds, 'zaad').map(({ got }) => got.size)).toEqual([800, 800, 800])
  expect(performance.now() - began).toBeLessThan(500)
})
