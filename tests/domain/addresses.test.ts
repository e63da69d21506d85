// One person, two addresses: what a registration becomes when it moves from one to the other.
import { describe, expect, test } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { messages, people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { correctAddress, proveAddress, requestAddress } from '#src/domain/addresses.ts'
import { writeNote } from '#src/domain/corrections.ts'
import type { Event } from '#src/domain/events.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { Refusal } from '#src/lib/errors.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

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
  return { db, event, add, move, cancel, all }
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

describe('an address that an organiser puts right', () => {
  function openCorrecting() {
    const world = openEvent(2)
    const { db } = world
    const correct = ({ id }: Registration, email: string) => writeNow(db, tx => correctAddress(tx, { id }, email, NOW))
    const nameless = (name: string) => makeRegistration(db, world.event, { name, email: null })
    return { ...world, correct, nameless, mails: () => waitingMails(db) }
  }

  test('takes what was told out of the old calendar, invites the new one, and ends the old links', () => {
    const { db, add, correct, all, mails } = openCorrecting()
    const mine = add('zoe.tikfout')
    writeNow(db, tx => {
      writeNote(tx, mine, 'Belde.')
      assumeTold(tx, NOW)
    })
    const moved = correct(mine, 'zoe@example.org')
    expect(all()).toEqual([
      'zoe.tikfout@example.org zoe.tikfout cancelled 1',
      'zoe@example.org zoe.tikfout confirmed 0',
    ])
    expect(mails()).toEqual(['unregistered zoe.tikfout@example.org', 'confirmed zoe@example.org'])
    expect(moved).toMatchObject({ note: 'Belde.', linkVersion: 1, doorVersion: 1, mergedIntoId: null })
    expect(getRegistration(db, mine.id)).toMatchObject({
      ...{ note: '', linkVersion: 2, doorVersion: 2, cancelledBy: 'organiser', mergedIntoId: moved.id },
    })
  })

  test('says nothing to a stranger who had heard of nothing', () => {
    const { add, correct, mails } = openCorrecting()
    correct(add('vreemd'), 'zoe@example.org')
    expect(mails()).toEqual(['confirmed zoe@example.org'])
  })

  test('tells who may have had a mail, though nobody knows', () => {
    const { db, add, correct, mails } = openCorrecting()
    const mine = add('misschien')
    db.update(messages).set({ attempts: 1 }).where(eq(messages.kind, 'confirmed')).run()
    correct(mine, 'zoe@example.org')
    expect(mails()).toEqual(['unregistered misschien@example.org', 'confirmed zoe@example.org'])
  })

  test('is added to who had none, in the same row; with reminders', () => {
    const { db, correct, nameless, all, mails } = openCorrecting()
    const mine = nameless('Bo')
    expect(correct(mine, 'bo@example.org').id).toBe(mine.id)
    expect(all()).toEqual(['bo@example.org Bo confirmed 0'])
    expect(mails()).toEqual(['confirmed bo@example.org'])
    expect(listMessages(db).filter(({ kind }) => kind.startsWith('reminder'))).toHaveLength(2)
  })

  test('of somebody else on the list makes one of the two', () => {
    const { add, correct, nameless, all } = openCorrecting()
    add('bo')
    correct(nameless('Bo'), 'bo@example.org')
    expect(all()).toEqual(['bo@example.org bo confirmed 0', 'null Bo cancelled 1'])
  })

  test('is the same: nothing happens; of who cancelled, or once it has begun, it is refused', () => {
    const { db, add, cancel, correct, event, all, mails } = openCorrecting()
    const mine = add('zoe')
    expect(correct(mine, 'zoe@example.org').id).toBe(mine.id)
    expect([all(), mails()]).toEqual([['zoe@example.org zoe confirmed 0'], ['confirmed zoe@example.org']])
    const late = () => writeNow(db, tx => correctAddress(tx, mine, 'laat@example.org', event.startsAt))
    expect(late).toThrow(new Refusal('past'))
    cancel(mine)
    expect(() => correct(mine, 'weg@example.org')).toThrow(new Refusal('not_possible_now'))
  })
})

function waitingMails(db: Db): string[] {
  return listMessages(db)
    .filter(({ kind, state }) => state === 'queued' && !kind.startsWith('reminder'))
    .map(({ kind, toAddress }) => `${kind} ${toAddress}`)
}
