// Many at once: with each as it would be alone, nobody over capacity, and a reason for everyone it was not done with.
import { describe, expect, test } from 'vitest'
import { asc } from '#db/drizzle.ts'
import { auditEntries, registrations } from '#db/schema.ts'
import { preview, writeNow } from '#db/write.ts'
import { editEvent } from '#src/domain/editing.ts'
import { getEvent } from '#src/domain/events.ts'
import { placesOf } from '#src/domain/places.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { applyToAll, listUnreached, type SelectionAct, sealOf } from '#src/domain/selections.ts'
import { signIn } from '../support/console.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

/** Two places: a and b have them, c, d and e wait, and x has cancelled. */
function openList() {
  const { db } = openWorld()
  const group = makeGroup(db)
  signIn(db, 'otto@example.org', group)
  const event = makeEvent(db, group, { capacityOnline: 2 })
  const add = (name: string) => makeRegistration(db, event, { name, email: `${name}@example.org` })
  const x = add('x')
  writeNow(db, tx => cancelRegistration(tx, x, 'attendee', NOW))
  const all = { x, a: add('a'), b: add('b'), c: add('c'), d: add('d'), e: add('e') }
  const idsOf = (names: string) => [...names].map(name => all[name as keyof typeof all].id)
  const apply = (act: SelectionAct, names: string, now = NOW) =>
    writeNow(db, tx => applyToAll(tx, event, act, idsOf(names), 1, now))
  /** A promotion of the list by hand, without the program filling places first. */
  const enlarge = (capacityOnline: number) =>
    db.$client.prepare('update events set capacity_online = ?').run(capacityOnline)
  const statuses = () =>
    db
      .select()
      .from(registrations)
      .orderBy(asc(registrations.id))
      .all()
      .map(({ name, status }) => `${name} ${status}`)
  return { db, event, all, idsOf, apply, enlarge, statuses }
}

const whys = (left: { name: string; why: string }[]) => left.map(({ name, why }) => `${name} ${why}`)

describe('giving places', () => {
  test('goes by who waited longest, never over capacity, and says who got none and why', () => {
    const { db, event, apply, enlarge, idsOf, statuses } = openList()
    enlarge(4)
    const { done, left } = apply('promote', 'edcbax')
    expect(done).toEqual(idsOf('cd'))
    expect(whys(left)).toEqual(['x not_possible_now', 'a already', 'b already', 'e full'])
    expect(statuses().slice(-3)).toEqual(['c confirmed', 'd confirmed', 'e waitlisted'])
    expect(placesOf(db, getEvent(db, event.id))[0]).toMatchObject({ confirmed: 4, waiting: 1 })
  })

  test('is over when the event is', () => {
    const { event, apply, enlarge } = openList()
    enlarge(4)
    expect(whys(apply('promote', 'c', event.endsAt).left)).toEqual(['c closed'])
  })
})

describe('cancelling', () => {
  test('gives the places to who waits and was not cancelled with them', () => {
    const { apply, idsOf, statuses } = openList()
    const { done, left } = apply('cancel', 'abcx')
    expect(done).toEqual(idsOf('abc'))
    expect(whys(left)).toEqual(['x already'])
    expect(statuses()).toEqual([
      ...['x cancelled', 'a cancelled', 'b cancelled', 'c cancelled'],
      ...['d confirmed', 'e confirmed'],
    ])
  })

  test('is refused once it has begun', () => {
    const { event, apply, statuses } = openList()
    const before = statuses()
    expect(whys(apply('cancel', 'ac', event.startsAt).left)).toEqual(['a past', 'c past'])
    expect(statuses()).toEqual(before)
  })
})

test('attendance is noted for who has a place, and taken back', () => {
  const { apply, idsOf } = openList()
  const present = apply('present', 'abc')
  expect([present.done, whys(present.left)]).toEqual([idsOf('ab'), ['c not_possible_now']])
  expect(whys(apply('present', 'a').left)).toEqual(['a already'])
  const absent = apply('absent', 'abd')
  expect([absent.done, whys(absent.left)]).toEqual([idsOf('ab'), ['d already']])
})

test('each is one act of the audit log, about that person', () => {
  const { db, apply, idsOf } = openList()
  apply('cancel', 'abx')
  const entries = db
    .select()
    .from(auditEntries)
    .all()
    .filter(({ action }) => action === 'registration_cancelled')
  expect(entries.map(({ registrationId, organiserId }) => [registrationId, organiserId])).toEqual(
    idsOf('ab').map(id => [id, 1]),
  )
})

test('people of another event, and ids of nobody, are passed over', () => {
  const { db, event, all, apply, statuses } = openList()
  const other = makeEvent(db, makeGroup(db, { slug: 'zuid' }), { title: 'Elders' })
  makeRegistration(db, other, { email: 'elders@example.org', name: 'Elders' })
  const elsewhere = db.select().from(registrations).all().at(-1) as Registration
  const selected = writeNow(db, tx => applyToAll(tx, event, 'cancel', [elsewhere.id, 999], 1, NOW))
  expect(selected).toEqual({ done: [], left: [] })
  expect(statuses()).toContain('Elders confirmed')
  expect(apply('cancel', 'a').done).toEqual([all.a.id])
})

test('the seal is the same for the same outcome, and for no other', () => {
  const { db, event, idsOf, enlarge } = openList()
  const seal = (names: string) => preview(db, tx => sealOf(applyToAll(tx, event, 'promote', idsOf(names), 1, NOW)))
  const shown = seal('cd')
  expect(seal('dc')).toBe(shown)
  expect(seal('c')).not.toBe(shown)
  enlarge(3)
  expect(seal('cd')).not.toBe(shown)
})

test('whom no mail reaches is named', () => {
  const { db, event, idsOf, all } = openList()
  const nameless = makeRegistration(db, event, { name: 'zonder', email: null })
  db.$client.prepare('update people set undeliverable_at = 1 where id = ?').run(all.b.personId)
  expect(listUnreached(db, [...idsOf('abc'), nameless.id])).toEqual(['b', 'zonder'])
})

test('an event made larger by its form fills by itself, so that nothing is left to give', () => {
  const { db, event, apply, statuses } = openList()
  writeNow(db, tx => {
    const now = getEvent(tx, event.id)
    editEvent(tx, now, { ...now, capacityOnline: 9 }, [], { organiserId: 1, revision: now.revision }, NOW)
  })
  expect(statuses().filter(line => line.endsWith('waitlisted'))).toEqual([])
  expect(whys(apply('promote', 'c').left)).toEqual(['c already'])
})
