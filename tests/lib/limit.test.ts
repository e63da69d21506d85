import { expect, test } from 'vitest'
import { createLimit } from '#src/lib/limit.ts'
import { NOW } from '../support/world.ts'

test('a name may so many times in a span, and again in the next; other names have their own', () => {
  const may = createLimit(2, { hours: 1 })
  expect([may('a', NOW), may('a', NOW), may('a', NOW), may('b', NOW)]).toEqual([true, true, false, true])
  expect(may('a', NOW.add({ minutes: 59 }))).toBe(false)
  expect(may('a', NOW.add({ hours: 1 }))).toBe(true)
})
