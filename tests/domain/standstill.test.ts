// Since when no mail gets through, as it is kept.
import { expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { findStandstill, isLong, noteStuck } from '#src/domain/standstill.ts'
import { NOW, openWorld } from '../support/world.ts'

test('on a clock that was set back it began now, not in days to come', () => {
  const { db } = openWorld()
  const fail = (now: Temporal.Instant) => writeNow(db, tx => noteStuck(tx, { reason: '451 Later', isShut: false }, now))
  const longAgo = NOW.subtract({ hours: 24 * 300 })
  fail(NOW)
  fail(longAgo)
  const hourAfter = longAgo.add({ hours: 1 })
  fail(hourAfter)
  const found = findStandstill(db, hourAfter)
  expect(found?.since).toEqual(longAgo)
  expect(found && isLong(found, hourAfter)).toBe(true)
})
