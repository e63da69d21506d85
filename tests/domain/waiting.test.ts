import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { messages, people } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { trustAddress } from '#src/domain/retrying.ts'
import { takePlace } from '#src/domain/waiting.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

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

describe('who waits at an address that does not work', () => {
  const stop = (db: Db, { personId }: { personId: number }) =>
    db.update(people).set({ undeliverableAt: NOW }).where(eq(people.id, personId)).run()
  const told = (db: Db, { id }: { id: number }) =>
    listMessages(db)
      .filter(({ registrationId, state, kind }) => registrationId === id && state === 'queued' && !/^remind/.test(kind))
      .map(({ kind }) => kind)
  const cancel = (db: Db, { id }: { id: number }, now = NOW) =>
    writeNow(db, tx => cancelRegistration(tx, getRegistration(tx, id), 'attendee', now))

  test('keeps their turn, while the place goes to the next: nobody would tell them of it', () => {
    const { db, a, b, c } = full()
    stop(db, b)
    cancel(db, a)
    expect(statuses(db, a, b, c)).toEqual(['cancelled', 'waitlisted', 'confirmed'])
    writeNow(db, tx => trustAddress(tx, b.personId, NOW))
    expect(statuses(db, b, c)).toEqual(['waitlisted', 'confirmed'])
    cancel(db, c)
    expect(statuses(db, b, c)).toEqual(['confirmed', 'cancelled'])
  })

  test('gets the place that nobody else took as soon as the address works, and hears of it in one mail', () => {
    const { db, a, b, c } = full()
    for (const one of [b, c]) stop(db, one)
    cancel(db, a)
    expect(statuses(db, b, c)).toEqual(['waitlisted', 'waitlisted'])
    writeNow(db, tx => trustAddress(tx, c.personId, NOW))
    expect(statuses(db, b, c)).toEqual(['waitlisted', 'confirmed'])
    expect(told(db, c)).toEqual(['confirmed'])
  })

  test('is not mailed in the last hour either, until the address works', () => {
    const { db, a, b } = full()
    const late = at('2026-12-03T10:00:00Z')
    stop(db, b)
    cancel(db, a, late)
    expect(offers(db)).toEqual(['c@example.org'])
    writeNow(db, tx => trustAddress(tx, b.personId, late))
    expect(offers(db).sort()).toEqual(['b@example.org', 'c@example.org'])
  })

  test('can still take a place, or be given one, by hand', () => {
    const { db, a, b, c } = full()
    for (const one of [b, c]) stop(db, one)
    cancel(db, a)
    expect(writeNow(db, tx => takePlace(tx, b, NOW)).status).toBe('confirmed')
  })

  test('who has no address, and was added by hand, gets the place as ever', () => {
    const { db } = openWorld()
    const event = makeEvent(db, makeGroup(db), { capacityOnline: 1 })
    const [a, b] = ['a@example.org', null].map(email => makeRegistration(db, event, { email }))
    if (!a || !b) throw new Error('two')
    cancel(db, a)
    expect(statuses(db, b)).toEqual(['confirmed'])
  })
})
