// Who was there follows from what was seen, not from the order in which it was told: whatever phones send, in whatever order,
// twice or in pieces, the outcome is the one of their words in the order of their clocks.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { auditEntries, checkIns, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { proveAddress, requestAddress } from '#src/domain/addresses.ts'
import { type CheckIn, markAttended, takeCheckIns, unmarkAttended } from '#src/domain/check-ins.ts'
import { enterRoom } from '#src/domain/door.ts'
import type { Event } from '#src/domain/events.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { findPerson } from '#src/domain/people.ts'
import { erasePerson, exportPerson } from '#src/domain/privacy.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { sweepAt } from '../support/swept.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

/** The event starts at 11.00 UTC; the phones' words come in at half past. */
const START = Temporal.Instant.from('2026-12-03T11:00:00Z')
const RECEIVED = START.add({ minutes: 30 })
const VENUE = { name: 'De Zaal', address: 'Straat 1', postcode: '9700 AA', city: 'Groningen', access: '' }

function openDoor(people = 3) {
  const { db, tokens } = openWorld()
  const event = makeEvent(db, makeGroup(db), { attendance: 'in_person', capacityInPerson: 40, venue: VENUE })
  const list = Array.from({ length: people }, (_, index) =>
    makeRegistration(db, event, { name: `Bezoeker ${index}`, email: `b${index}@example.org`, attendance: 'in_person' }),
  )
  const host = writeNow(db, tx => createOrganiser(tx, 'hella@example.org', 'Hella', NOW))
  const take = (marks: CheckIn[], now = RECEIVED, at: Event = event) =>
    writeNow(db, tx => takeCheckIns(tx, at, marks, host.id, now))
  return { db, tokens, event, list, host, take }
}

function outcome(db: Db) {
  return db
    .select({ id: registrations.id, attendedAt: registrations.attendedAt, source: registrations.attendanceSource })
    .from(registrations)
    .orderBy(asc(registrations.id))
    .all()
    .map(row => [row.id, row.attendedAt?.toString() ?? null, row.source])
}

const minute = (minutes: number) => START.add({ minutes })
const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
let made = 0
const mark = ({ id }: Registration, isPresent: boolean, at: Temporal.Instant): CheckIn => ({
  id: uuid(++made),
  registrationId: id,
  isPresent,
  at,
})

describe('words from phones', () => {
  const word = () =>
    fc.record({
      id: fc.uuid(),
      registrationId: fc.constantFrom(1, 2, 3),
      isPresent: fc.boolean(),
      // Few moments, so that ties are common; some lie ahead of the clock of the server.
      at: fc.integer({ min: -20, max: 40 }).map(minute),
    })

  const straight = openDoor()
  const phones = openDoor()
  const wipe = (db: Db) => {
    db.delete(checkIns).run()
    db.update(registrations).set({ attendedAt: null, attendanceSource: null }).run()
  }

  test('end the same in any order, in any pieces, sent any number of times', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(word(), { selector: ({ id }) => id, maxLength: 14 }),
        fc.infiniteStream(fc.nat({ max: 1000 })),
        fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
        (words, chance, sizes) => {
          for (const { db } of [straight, phones]) wipe(db)
          straight.take(words)
          // As two phones would send them: everything at least once, shuffled, cut into batches.
          const sent = words.flatMap(one => Array.from({ length: 1 + (draw(chance) % 2) }, () => one))
          const shuffled = sent
            .map(one => ({ one, rank: draw(chance) }))
            .sort((a, b) => a.rank - b.rank)
            .map(({ one }) => one)
          for (let from = 0; from < shuffled.length; ) {
            const size = draw(sizes)
            phones.take(shuffled.slice(from, from + size))
            from += size
          }
          expect(outcome(phones.db)).toEqual(outcome(straight.db))
          expect(phones.db.select().from(checkIns).all()).toHaveLength(words.length)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('end as somebody would who read them all in the order of the clocks', () => {
    fc.assert(
      fc.property(fc.uniqueArray(word(), { selector: ({ id }) => id, maxLength: 14 }), words => {
        wipe(straight.db)
        straight.take(words)
        const read = words.toSorted(
          (a, b) =>
            Number(earlier(a.at).epochMilliseconds - earlier(b.at).epochMilliseconds) ||
            Temporal.Instant.compare(a.at, b.at) ||
            (a.id < b.id ? -1 : 1),
        )
        const there = new Map<number, string>()
        for (const one of read) {
          if (!one.isPresent) there.delete(one.registrationId)
          else if (!there.has(one.registrationId)) there.set(one.registrationId, earlier(one.at).toString())
        }
        const expected = [1, 2, 3].map(id => [id, there.get(id) ?? null, there.has(id) ? 'check_in' : null])
        expect(outcome(straight.db)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  const draw = <T>(stream: Iterator<T>): T => stream.next().value as T
  /** No clock is believed beyond the moment at which its word came in. */
  const earlier = (at: Temporal.Instant) => (Temporal.Instant.compare(at, RECEIVED) > 0 ? RECEIVED : at)
})

describe('a clock that is wrong', () => {
  test('ahead by a day: its words stand in their own order, and the next word of another phone wins', () => {
    const { db, list, take } = openDoor()
    const [zoe, bo] = list as [Registration, Registration]
    const tomorrow = minute(24 * 60)
    take([mark(zoe, true, tomorrow), mark(zoe, false, tomorrow.add({ minutes: 1 })), mark(bo, true, tomorrow)])
    expect(outcome(db).slice(0, 2)).toEqual([
      [zoe.id, null, null],
      [bo.id, RECEIVED.toString(), 'check_in'],
    ])
    take([mark(zoe, true, minute(31)), mark(bo, false, minute(31))], minute(32))
    expect(outcome(db).slice(0, 2)).toEqual([
      [zoe.id, minute(31).toString(), 'check_in'],
      [bo.id, null, null],
    ])
  })

  test('far behind: nobody was there before they registered, and it wins from nobody', () => {
    const { db, list, take } = openDoor()
    const [zoe, bo] = list as [Registration, Registration]
    const long = Temporal.Instant.fromEpochMilliseconds(0)
    take([mark(bo, true, minute(1)), mark(zoe, true, long), mark(bo, false, long)])
    expect(outcome(db).slice(0, 2)).toEqual([
      [zoe.id, NOW.toString(), 'check_in'],
      [bo.id, minute(1).toString(), 'check_in'],
    ])
  })
})

test('a second phone that sees somebody later makes them no later; undoing both takes one word', () => {
  const { db, list, take } = openDoor(1)
  const [zoe] = list as [Registration]
  take([mark(zoe, true, minute(5))])
  take([mark(zoe, true, minute(-2))])
  expect(outcome(db)).toEqual([[zoe.id, minute(-2).toString(), 'check_in']])
  take([mark(zoe, false, minute(6))])
  expect(outcome(db)).toEqual([[zoe.id, null, null]])
})

test('each word is written down once, with who said it', () => {
  const { db, event, list, host, take } = openDoor(1)
  const [zoe] = list as [Registration]
  const words = [mark(zoe, true, minute(1)), mark(zoe, false, minute(2))]
  expect([take(words), take(words)]).toEqual([[], []])
  const deeds = db.select().from(auditEntries).where(eq(auditEntries.registrationId, zoe.id)).all()
  expect(deeds.map(deed => [deed.action, deed.organiserId, deed.eventId])).toEqual([
    ['attendance_marked', host.id, event.id],
    ['attendance_unmarked', host.id, event.id],
  ])
})

describe('not taken in', () => {
  test('somebody of another event, and somebody there never was', () => {
    const { db, event, list, take } = openDoor(1)
    const other = makeEvent(db, makeGroup(db, { slug: 'zuid' }))
    const stranger = makeRegistration(db, other)
    const [zoe] = list as [Registration]
    const words = [mark(stranger, true, START), mark(zoe, true, START), mark({ ...zoe, id: 999 }, true, START)]
    expect(take(words, RECEIVED, event)).toEqual([words[0]?.id, words[2]?.id])
    expect(outcome(db).map(([, at]) => at)).toEqual([START.toString(), null])
  })

  test('somebody without a place is not there, and can be said not to be', () => {
    const { db, list, take } = openDoor(1)
    const [zoe] = list as [Registration]
    take([mark(zoe, true, minute(-5))])
    writeNow(db, tx => cancelRegistration(tx, getRegistration(tx, zoe.id), 'organiser', minute(-4)))
    const again = mark(zoe, true, minute(1))
    expect(take([again])).toEqual([again.id])
    expect(take([mark(zoe, false, minute(2))])).toEqual([])
    expect(outcome(db)).toEqual([[zoe.id, null, null]])
  })
})

describe('the other ways in', () => {
  test('the door, the list and a phone speak of one thing: the last word counts, the first tells since when and how', () => {
    const { db } = openWorld()
    const event = makeEvent(db, makeGroup(db))
    const zoe = makeRegistration(db, event)
    const host = writeNow(db, tx => createOrganiser(tx, 'hella@example.org', 'Hella', NOW))
    const byHand = { source: 'by_hand', organiserId: host.id } as const
    writeNow(db, tx => enterRoom(tx, zoe, minute(-3)))
    writeNow(db, tx => enterRoom(tx, zoe, minute(4)))
    expect(db.select().from(checkIns).all()).toHaveLength(1)
    writeNow(db, tx => markAttended(tx, zoe, byHand, minute(5)))
    expect(outcome(db)).toEqual([[zoe.id, minute(-3).toString(), 'door']])
    // Within one tick of the clock, in the order in which it was done.
    for (let turn = 0; turn < 3; turn++) {
      writeNow(db, tx => unmarkAttended(tx, zoe, byHand, minute(6)))
      expect(outcome(db)).toEqual([[zoe.id, null, null]])
      writeNow(db, tx => markAttended(tx, zoe, byHand, minute(6)))
      expect(outcome(db)).toEqual([[zoe.id, minute(6).toString(), 'by_hand']])
    }
    // A phone that noted it before that, and found a connection only now.
    writeNow(db, tx => takeCheckIns(tx, event, [mark(zoe, false, minute(1))], host.id, minute(9)))
    expect(outcome(db)).toEqual([[zoe.id, minute(6).toString(), 'by_hand']])
  })

  test('who proves another address takes along that they are there', () => {
    const { db, list, take } = openDoor(1)
    const [zoe] = list as [Registration]
    take([mark(zoe, true, minute(-10))])
    const now = minute(-5)
    const moved = writeNow(db, tx => {
      requestAddress(tx, getRegistration(tx, zoe.id), 'nieuw@example.org', now)
      return proveAddress(tx, getRegistration(tx, zoe.id), now)
    })
    expect(outcome(db)).toEqual([
      [zoe.id, null, null],
      [moved.id, now.toString(), 'check_in'],
    ])
  })
})

describe('what was seen ends', () => {
  test('a year after, while the totals stay; a word that comes in then says nothing', () => {
    const { db, list, take } = openDoor(1)
    const [zoe] = list as [Registration]
    take([mark(zoe, true, minute(1))])
    const later = START.add({ hours: 24 * 367 })
    sweepAt(db, later)
    expect(db.select().from(checkIns).all()).toEqual([])
    expect(outcome(db)).toEqual([[zoe.id, minute(1).toString(), 'check_in']])
    const late = mark(zoe, false, minute(2))
    expect(take([late], later)).toEqual([late.id])
  })

  test('when a person is erased; until then they can ask for it', () => {
    const { db, list, take } = openDoor(1)
    const [zoe] = list as [Registration]
    take([mark(zoe, true, minute(1))])
    const person = findPerson(db, 'b0@example.org')
    if (!person) throw new Error('nobody')
    expect(exportPerson(db, person).registrations[0]).toMatchObject({
      attendedAt: minute(1).toString(),
      attendanceSource: 'check_in',
    })
    writeNow(db, tx => erasePerson(tx, person, minute(90)))
    expect(db.select().from(checkIns).all()).toEqual([])
  })
})
