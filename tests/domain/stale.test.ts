// What a page showed may have changed before its POST is written: the transaction looks again.
import { expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { editEvent } from '#src/domain/editing.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { takePlace } from '#src/domain/waiting.ts'
import { applicant, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const editor = { organiserId: null, revision: 2 }

test('an event that was cancelled meanwhile takes nobody', () => {
  const { db } = openWorld()
  const seen = makeEvent(db, makeGroup(db))
  writeNow(db, tx => cancelEvent(tx, seen, '', editor, NOW))
  expect(() => writeNow(db, tx => register(tx, seen, applicant(), NOW))).toThrow('closed')
})

test('an event that was made smaller meanwhile is not overfilled', () => {
  const { db } = openWorld()
  const seen = makeEvent(db, makeGroup(db), { capacityOnline: 2 })
  makeRegistration(db, seen, { email: 'eerst@example.org' })
  writeNow(db, tx => editEvent(tx, seen, { ...seen, capacityOnline: 1 }, [], editor, NOW))
  expect(writeNow(db, tx => register(tx, seen, applicant(), NOW)).status).toBe('waitlisted')
})

test('a registration that was cancelled meanwhile is neither cancelled again nor given a place', () => {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { capacityOnline: 1 })
  makeRegistration(db, event, { email: 'eerst@example.org' })
  const seen = makeRegistration(db, event)
  for (const _ of ['once', 'twice']) writeNow(db, tx => cancelRegistration(tx, seen, 'organiser', NOW))
  expect(() => writeNow(db, tx => takePlace(tx, seen, NOW))).toThrow('not_possible_now')
  expect(getRegistration(db, seen.id)).toMatchObject({ status: 'cancelled', sequence: 1 })
})
