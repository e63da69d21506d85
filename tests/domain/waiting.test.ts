import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { takePlace } from '#src/domain/waiting.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const at = (text: string) => Temporal.Instant.from(text)
/** Starts 2026-12-03T11:00Z, one place, three people. */
function full() {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { capacityOnline: 1 })
  const [a, b, c] = ['a', 'b', 'c'].map(name => makeRegistration(db, event, { email: `${name}@example.org` }))
  if (!a || !b || !c) throw new Error('three')
  return { db, event, a, b, c }
}
const offers = (db: Db) =>
  db
    .select()
    .from(messages)
    .where(eq(messages.kind, 'place_free'))
    .all()
    .map(row => row.toAddress)
const statuses = (db: Db, ...all: { id: number }[]) => all.map(({ id }) => getRegistration(db, id).status)

describe('a place that comes free', () => {
  test('until an hour before an online event it goes to the first who waits', () => {
    const { db, a, b, c } = full()
    writeNow(db, tx => cancelRegistration(tx, a, 'attendee', at('2026-12-03T09:59:59Z')))
    expect(statuses(db, a, b, c)).toEqual(['cancelled', 'confirmed', 'waitlisted'])
    expect(offers(db)).toEqual([])
  })

  test('in the last hour everyone who waits hears of it once, and the first to take it has it', () => {
    const { db, a, b, c } = full()
    const late = at('2026-12-03T10:00:00Z')
    writeNow(db, tx => cancelRegistration(tx, a, 'attendee', late))
    expect(statuses(db, a, b, c)).toEqual(['cancelled', 'waitlisted', 'waitlisted'])
    expect(offers(db)).toEqual(['b@example.org', 'c@example.org'])
    writeNow(db, tx => takePlace(tx, c, late))
    expect(() => writeNow(db, tx => takePlace(tx, b, late))).toThrow('full')
    expect(statuses(db, b, c)).toEqual(['waitlisted', 'confirmed'])
    writeNow(db, tx => cancelRegistration(tx, getRegistration(db, c.id), 'attendee', late))
    expect(offers(db)).toEqual(['b@example.org', 'c@example.org'])
  })

  test('taking a place twice is taking it once', () => {
    const { db, a } = full()
    const before = getRegistration(db, a.id)
    expect(writeNow(db, tx => takePlace(tx, before, NOW))).toEqual(before)
  })
})
