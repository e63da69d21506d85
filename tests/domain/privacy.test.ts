// What somebody's calendar answered, and that mail to them comes back: told to themselves, and gone with their address.
import { describe, expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { messages, people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { recordBounce } from '#src/domain/bounces.ts'
import { writeNote } from '#src/domain/corrections.ts'
import { mergeRegistrations } from '#src/domain/doubles.ts'
import { getEvent } from '#src/domain/events.ts'
import { findPerson } from '#src/domain/people.ts'
import { erasePerson, exportPerson } from '#src/domain/privacy.ts'
import { applyReply } from '#src/domain/replies.ts'
import { sweepAt } from '../support/swept.ts'
import {
  listMessages,
  makeContributor,
  makeEvent,
  makeGroup,
  makeRegistration,
  NOW,
  openWorld,
} from '../support/world.ts'

/** Zoë said no, and her confirmation came back. */
function world() {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db))
  makeRegistration(db, event)
  const answer = { uid: event.uid, attendee: 'zoe@example.org', partstat: 'declined', sequence: 0 } as const
  const report = { action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 <zoe@example.org> unknown' } as const
  writeNow(db, tx => {
    applyReply(tx, { ...answer, stamp: NOW, isProven: true }, NOW)
    tx.update(messages).set({ state: 'sent', sentAt: NOW }).run()
    const [sent] = listMessages(db)
    if (sent) recordBounce(tx, sent, report, NOW.add({ minutes: 1 }))
  })
  const person = findPerson(db, 'zoe@example.org')
  if (!person) throw new Error('nobody')
  return { db, person }
}

/** All that the store holds of it. */
function traces(db: Db): unknown[] {
  const [registration] = db.select().from(registrations).all()
  const [person] = db.select().from(people).all()
  return [
    registration?.reply,
    registration?.replySequence,
    registration?.repliedAt,
    registration?.declinedAt,
    registration?.freesAt,
    person?.undeliverableAt,
    person?.undeliverableReason,
  ]
}
const NOTHING = [null, null, null, null, null, null, '']

test('the file for somebody themselves tells their answer, and what came back', () => {
  const { db, person } = world()
  for (const trace of traces(db)) expect(NOTHING).not.toContain(trace)
  expect(exportPerson(db, person)).toMatchObject({
    undeliverableAt: '2026-11-21T09:01:00Z',
    undeliverableReason: '550 5.1.1 <zoe@example.org> unknown',
    registrations: [{ reply: 'declined', repliedAt: '2026-11-21T09:00:00Z', declinedAt: '2026-11-21T09:00:00Z' }],
  })
  expect(exportPerson(db, person).mails[0]).toMatchObject({
    kind: 'confirmed',
    bouncedAt: '2026-11-21T09:01:00Z',
    bounceReason: '550 5.1.1 <zoe@example.org> unknown',
  })
})

test('erasing somebody leaves nothing of it', () => {
  const { db, person } = world()
  writeNow(db, tx => erasePerson(tx, person, NOW))
  expect(traces(db)).toEqual(NOTHING)
  expect(listMessages(db).filter(({ bounceReason }) => bounceReason !== '')).toEqual([])
})

test('a year after the event nothing of it is left', () => {
  const { db } = world()
  sweepAt(db, Temporal.Instant.from('2027-12-04T12:00:00Z'))
  expect(traces(db)).toEqual(NOTHING)
  expect(listMessages(db)).toEqual([])
})

test('what somebody did as a speaker is told to themselves, and goes with their address: they are expected no more', () => {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { briefing: 'Zoë opent om twaalf uur.' })
  makeContributor(db, event, { hasSaidYes: true })
  const person = findPerson(db, 'zoe@example.org')
  if (!person) throw new Error('nobody')
  expect(exportPerson(db, person).registrations).toMatchObject([{ part: 'speaker', partConfirmedAt: String(NOW) }])
  writeNow(db, tx => erasePerson(tx, person, NOW))
  expect(db.select().from(registrations).all()).toMatchObject([
    { name: '', organisation: '', part: 'speaker', partConfirmedAt: null, status: 'cancelled' },
  ])
  expect(listMessages(db)).toEqual([])
})

test('a year after an event what was written to its speakers goes, and when they said yes', () => {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { briefing: 'Zoë opent om twaalf uur.' })
  makeContributor(db, event, { hasSaidYes: true })
  const kept = () => [getEvent(db, event.id).briefing, db.select().from(registrations).get()?.partConfirmedAt]
  sweepAt(db, Temporal.Instant.from('2027-12-03T10:00:00Z'))
  expect(kept()).toEqual(['Zoë opent om twaalf uur.', NOW])
  sweepAt(db, Temporal.Instant.from('2027-12-03T13:00:00Z'))
  expect(kept()).toEqual(['', null])
})

describe('a note of organisers', () => {
  const NOTE = 'Belde: komt met de trein.'
  function noted() {
    const { db, person } = world()
    const [one] = db.select().from(registrations).all()
    if (!one) throw new Error('nobody')
    const double = makeRegistration(db, getEvent(db, one.eventId), { name: 'Zoë', email: 'zoe2@example.org' })
    writeNow(db, tx => {
      writeNote(tx, one, NOTE)
      mergeRegistrations(tx, one.id, double.id, NOW)
    })
    return { db, person, all: () => JSON.stringify(db.select().from(registrations).all()) }
  }

  test('is in the file for the person themselves', () => {
    const { db, person } = noted()
    expect(exportPerson(db, person).registrations[0]?.note).toBe(NOTE)
  })

  test('goes with them, and so does their name where they stood on the list twice', () => {
    const { db, person, all } = noted()
    writeNow(db, tx => erasePerson(tx, person, NOW))
    expect(all()).not.toMatch(/trein|Zoë/)
  })

  test('goes a year after the event', () => {
    const { db, all } = noted()
    sweepAt(db, Temporal.Instant.from('2027-12-04T12:00:00Z'))
    expect(all()).not.toMatch(/trein|Zoë/)
  })
})
