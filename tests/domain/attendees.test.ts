// The list of an event's people: what it is narrowed to, its orders, and pages that leave nobody out and show nobody twice.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { type AttendeeFilter, countAttendees, listAttendeeIds, listAttendees, ORDERS } from '#src/domain/attendees.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { fold } from '#src/lib/text.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

/** Four people at one event for three, and somebody elsewhere. */
function openList() {
  const { db } = openWorld()
  const group = makeGroup(db)
  const event = makeEvent(db, group, { capacityOnline: 3 })
  const add = (name: string, more: Parameters<typeof makeRegistration>[2] = {}) =>
    makeRegistration(db, event, { name, email: `${fold(name).replaceAll(' ', '.')}@example.org`, ...more })
  const zoe = add('Zoë de Vries', { organisation: 'Gemeente Voorbeeld', role: 'policy' })
  const eliane = add('Éliane Ørsted', { organisation: '', role: 'research' })
  const ali = add('Ali Yıldız', { organisation: 'Wijkteam Ooster-Noord', role: 'resident' })
  const bo = add('bo 100%', { organisation: 'gemeente Ander', email: null })
  makeRegistration(db, makeEvent(db, group, { title: 'Elders' }), { email: 'elders@example.org' })
  writeNow(db, tx => {
    tx.update(registrations).set({ note: 'Belde.', attendedAt: NOW }).where(eq(registrations.id, zoe.id)).run()
    tx.update(registrations).set({ part: 'speaker' }).where(eq(registrations.id, eliane.id)).run()
    tx.update(people)
      .set({ undeliverableAt: NOW, undeliverableReason: '550 5.1.1' })
      .where(eq(people.id, ali.personId))
      .run()
  })
  const names = (filter: AttendeeFilter) => listAttendees(db, event, filter).map(row => row.registration.name)
  return { db, event, names, zoe, eliane, ali, bo }
}

const ALL = ['Zoë de Vries', 'Éliane Ørsted', 'Ali Yıldız', 'bo 100%']

describe('narrowed', () => {
  test.each<[AttendeeFilter, string[]]>([
    [{}, ALL],
    [{ q: 'zoe' }, ['Zoë de Vries']],
    [{ q: 'VRIES gemeente' }, ['Zoë de Vries']],
    [{ q: 'orsted' }, ['Éliane Ørsted']],
    [{ q: 'yildiz' }, ['Ali Yıldız']],
    [{ q: 'ooster noord' }, ['Ali Yıldız']],
    [{ q: 'ali.yildiz@' }, ['Ali Yıldız']],
    [{ q: 'yildiz@example', byAddress: false }, []],
    [{ q: '@', byAddress: false }, []],
    [{ q: '100%' }, ['bo 100%']],
    [{ q: '%' }, ALL],
    [{ q: 'elders' }, []],
    [{ status: 'waitlisted' }, ['bo 100%']],
    [{ role: 'resident' }, ['Ali Yıldız']],
    [{ attendance: 'in_person' }, []],
    [{ attended: 'yes' }, ['Zoë de Vries']],
    [{ attended: 'no' }, ['Éliane Ørsted', 'Ali Yıldız']],
    [{ mark: 'undeliverable' }, ['Ali Yıldız']],
    [{ mark: 'note' }, ['Zoë de Vries']],
    [{ mark: 'part' }, ['Éliane Ørsted']],
    [{ mark: 'note', role: 'research' }, []],
  ])('to %o', (filter, expected) => {
    const { db, event, names } = openList()
    expect(names(filter)).toEqual(expected)
    expect(countAttendees(db, event, filter)).toBe(expected.length)
    expect(listAttendeeIds(db, event, filter)).toHaveLength(expected.length)
  })

  test('says of each their address, and why mail does not arrive', () => {
    const { db, event } = openList()
    expect(listAttendees(db, event).map(({ email, undeliverable }) => [email, undeliverable])).toEqual([
      ['zoe.de.vries@example.org', null],
      ['eliane.orsted@example.org', null],
      ['ali.yildiz@example.org', '550 5.1.1'],
      [null, null],
    ])
  })
})

describe('in order', () => {
  test.each([
    ['queue', ALL],
    ['name', ['Ali Yıldız', 'bo 100%', 'Éliane Ørsted', 'Zoë de Vries']],
    ['organisation', ['bo 100%', 'Zoë de Vries', 'Ali Yıldız', 'Éliane Ørsted']],
    ['role', ['Éliane Ørsted', 'bo 100%', 'Zoë de Vries', 'Ali Yıldız']],
    ['status', ['Éliane Ørsted', 'Ali Yıldız', 'bo 100%', 'Zoë de Vries']],
  ] as const)('of %s', (order, expected) => {
    const { db, event, zoe, bo } = openList()
    writeNow(db, tx => {
      cancelRegistration(tx, zoe, 'attendee', NOW)
      tx.update(registrations).set({ status: 'waitlisted' }).where(eq(registrations.id, bo.id)).run()
    })
    expect(listAttendees(db, event, {}, { order }).map(row => row.registration.name)).toEqual(expected)
  })

  test('pages put behind each other are the whole list, in every order, also with equal names and turns', () => {
    const person = fc.record({
      name: fc.constantFrom('Zoë', 'zoe', 'Bo', 'Ævar', '李'),
      organisation: fc.constantFrom('', 'A', 'á', 'B'),
      role: fc.constantFrom('practice' as const, 'other' as const),
      queueNumber: fc.integer({ min: 1, max: 4 }),
    })
    fc.assert(
      fc.property(
        fc.array(person, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(...ORDERS),
        (list, limit, order) => {
          const { db } = openWorld()
          const event = makeEvent(db, makeGroup(db), { capacityOnline: 5 })
          for (const [index, { queueNumber, ...one }] of list.entries()) {
            const { id } = makeRegistration(db, event, { ...one, email: `p${index}@example.org` })
            db.update(registrations).set({ queueNumber }).where(eq(registrations.id, id)).run()
          }
          const whole = listAttendees(db, event, {}, { order }).map(row => row.registration.id)
          const paged: number[] = []
          for (let after: number | undefined; paged.length < whole.length; after = paged.at(-1)) {
            const page = listAttendees(db, event, {}, { order, after, limit })
            expect(page.length).toBeGreaterThan(0)
            paged.push(...page.map(row => row.registration.id))
          }
          expect(paged).toEqual(whole)
          expect(new Set(whole).size).toBe(list.length)
          expect(listAttendees(db, event, {}, { order, after: whole.at(-1) })).toEqual([])
          db.$client.close()
        },
      ),
      { numRuns: 60 },
    )
  })
})
