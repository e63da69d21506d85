// One person, two addresses: what a registration becomes when it moves from one to the other.
import { describe, expect, test } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import { people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { proveAddress, requestAddress } from '#src/domain/addresses.ts'
import type { Event } from '#src/domain/events.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

function openEvent(capacityOnline: number) {
  const { db } = openWorld()
  const event: Event = makeEvent(db, makeGroup(db), { capacityOnline })
  const add = (name: string) => makeRegistration(db, event, { name, email: `${name}@example.org` })
  const move = ({ id }: Registration, email: string) =>
    writeNow(db, tx => {
      requestAddress(tx, getRegistration(tx, id), email, NOW)
      return proveAddress(tx, getRegistration(tx, id), NOW)
    })
  const cancel = ({ id }: Registration) =>
    writeNow(db, tx => cancelRegistration(tx, getRegistration(tx, id), 'attendee', NOW))
  /** Address, name, status and SEQUENCE of everybody, in the order in which they stand. */
  const all = () =>
    db
      .select({ registration: registrations, email: people.email })
      .from(registrations)
      .innerJoin(people, eq(people.id, registrations.personId))
      .orderBy(asc(registrations.queueNumber), asc(registrations.id))
      .all()
      .map(({ registration: one, email }) => `${email} ${one.name} ${one.status} ${one.sequence}`)
  return { db, add, move, cancel, all }
}

describe('an address that is proven', () => {
  test('takes the place along, and the old one is out', () => {
    const { add, move, all } = openEvent(1)
    const mine = add('a')
    add('wacht')
    move(mine, 'b@example.org')
    expect(all()).toEqual([
      'a@example.org a cancelled 1',
      'b@example.org a confirmed 0',
      'wacht@example.org wacht waitlisted 0',
    ])
  })

  test('that waits already gets the place of the other, not the end of it', () => {
    const { add, move, all } = openEvent(1)
    const mine = add('a')
    add('eerst')
    add('b')
    move(mine, 'b@example.org')
    expect(all()).toEqual([
      'a@example.org a cancelled 1',
      'b@example.org a confirmed 1',
      'eerst@example.org eerst waitlisted 0',
    ])
  })

  test('that has a place keeps it, and the other place goes to the first who waits', () => {
    const { add, move, all } = openEvent(2)
    const mine = add('a')
    add('b')
    add('eerst')
    move(mine, 'b@example.org')
    expect(all()).toEqual([
      'a@example.org a cancelled 1',
      'b@example.org b confirmed 0',
      'eerst@example.org eerst confirmed 1',
    ])
  })

  test('of two that wait keeps the earlier turn, whichever it was', () => {
    const { add, move, all } = openEvent(1)
    add('vol')
    const early = add('a')
    add('tussen')
    const late = add('b')
    move(late, 'a@example.org')
    expect(all()[1]).toBe('a@example.org a waitlisted 0')
    move(early, 'b@example.org')
    expect(all()).toEqual([
      'vol@example.org vol confirmed 0',
      'a@example.org a cancelled 1',
      'b@example.org a waitlisted 2',
      'tussen@example.org tussen waitlisted 0',
    ])
  })

  test('back and forth raises each address on its own, so that no REQUEST follows a CANCEL with a lower number', () => {
    const { add, move, cancel, all } = openEvent(5)
    let mine = add('a')
    const seen = new Map<string, number>()
    for (const to of ['b', 'a', 'b', 'c', 'a', 'b']) {
      mine = move(mine, `${to}@example.org`)
      if (to === 'c') cancel(add('ander'))
      for (const line of all()) {
        const [email = '', , , sequence = ''] = line.split(' ')
        expect(Number(sequence)).toBeGreaterThanOrEqual(seen.get(email) ?? 0)
        seen.set(email, Number(sequence))
      }
    }
    expect(all().filter(line => line.includes('confirmed'))).toEqual(['b@example.org a confirmed 4'])
  })
})
