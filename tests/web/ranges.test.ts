// Parts of a file (RFC 9110 §14.1.2), for a file of 1000 bytes.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { partOf } from '#src/web/ranges.ts'

test.each([
  [undefined, undefined],
  ['bytes=0-499', { first: 0, last: 499 }],
  ['bytes=500-', { first: 500, last: 999 }],
  ['bytes=-100', { first: 900, last: 999 }],
  ['bytes=-5000', { first: 0, last: 999 }],
  ['bytes=900-5000', { first: 900, last: 999 }],
  ['bytes=1000-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  // What is no range, or more than one, is as none.
  ['bytes=500-100', undefined],
  ['bytes=-', undefined],
  ['bytes=0-1,5-6', undefined],
  ['lines=1-2', undefined],
  ['bytes=1e3-', undefined],
])('%s', (range, part) => {
  expect(partOf(range, 1000)).toEqual(part)
})

test('property: a part lies within the file', () => {
  fc.assert(
    fc.property(
      fc.option(fc.nat(3000)),
      fc.option(fc.nat(3000)),
      fc.integer({ min: 1, max: 2000 }),
      (from, to, size) => {
        const part = partOf(`bytes=${from ?? ''}-${to ?? ''}`, size)
        if (part === undefined || part === 'unsatisfiable') return
        expect(part.first).toBeGreaterThanOrEqual(0)
        expect(part.first).toBeLessThanOrEqual(part.last)
        expect(part.last).toBeLessThan(size)
      },
    ),
  )
})
