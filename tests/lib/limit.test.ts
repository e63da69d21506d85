import { expect, test } from 'vitest'
import { createLimit } from '#src/lib/limit.ts'
import { NOW } from '../support/world.ts'

test('a name may so many times in a span, and again in the next; other names have their own', () => {
  const may = createLimit(2, { hours: 1 })
  expect([may('a', NOW), may('a', NOW), may('a', NOW), may('b', NOW)]).toEqual([true, true, false, true])
  expect(may('a', NOW.add({ minutes: 59 }))).toBe(false)
  expect(may('a', NOW.add({ hours: 1 }))).toBe(true)
})

test('on a clock that was ahead and is set right, nobody is held to hours to come', () => {
  const may = createLimit(1, { hours: 1 })
  const ahead = NOW.add({ hours: 24 })
  expect([may('a', ahead), may('a', ahead), may('a', NOW), may('a', NOW)]).toEqual([true, false, true, false])
})
