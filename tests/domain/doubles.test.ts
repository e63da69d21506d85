// One registration of two: who is proposed, and what must hold whatever the two are. That calendars end right stands in
// `jobs/calendars`.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { auditEntries, messages, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { answersOfOne, setAnswers } from '#src/domain/answers.ts'
import { markAttended } from '#src/domain/check-ins.ts'
import { writeNote } from '#src/domain/corrections.ts'
import { listDoubles, mergeRegistrations } from '#src/domain/doubles.ts'
import type { Event } from '#src/domain/events.ts'
import { listFormFields, setFormFields } from '#src/domain/form-fields.ts'
import { placesOf } from '#src/domain/places.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { assumeTold, isTelling } from '#src/domain/telling.ts'
import { fillPlaces } from '#src/domain/waiting.ts'
import { Refusal } from '#src/lib/errors.ts'
import { applicant, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

function openEvent(values: Parameters<typeof makeEvent>[2] = {}) {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), values)
  const add = (email: string | null, name = 'Zoë de Vries', more: Parameters<typeof makeRegistration>[2] = {}) =>
    makeRegistration(db, event, { name, email: email && `${email}@example.org`, ...more })
  const merge = (stays: Registration, goes: Registration, now = NOW) =>
    writeNow(db, tx => mergeRegistrations(tx, stays.id, goes.id, now))
  return { db, event, add, merge, of: ({ id }: Registration) => getRegistration(db, id) }
}

const queued = (db: Db) =>
  db
    .select()
    .from(messages)
    .where(eq(messages.state, 'queued'))
    .orderBy(asc(messages.id))
    .all()
    .filter(({ kind }) => !kind.startsWith('reminder'))
    .map(({ kind, toAddress }) => `${kind} ${toAddress}`)

describe('who is proposed', () => {
  test('the same name with another address, whatever its accents, capitals and order; the best of them first', () => {
    const { db, event, add } = openEvent()
    const first = add('zoe')
    add('ander', 'Zoë de Boer')
    const other = add('zoe.werk', 'De Vries, Zoe', { organisation: 'Elders' })
    const nameless = add(null, 'ZOË DE VRIES')
    expect(listDoubles(db, event)).toEqual([
      { pair: [first.id, other.id], because: 'name' },
      { pair: [first.id, nameless.id], because: 'no_address' },
    ])
  })

  test('with the same organisation it is likelier, and who has a working address goes before who came first', () => {
    const { db, event, add } = openEvent()
    const nameless = add(null)
    const mailed = add('zoe')
    expect(listDoubles(db, event)).toEqual([{ pair: [mailed.id, nameless.id], because: 'no_address' }])
    add('zoe2')
    expect(listDoubles(db, event)[0]?.because).toBe('organisation')
  })

  test('nobody who has cancelled, or was merged', () => {
    const { db, event, add, merge } = openEvent()
    const [first, second] = [add('zoe'), add('zoe2')]
    writeNow(db, tx => cancelRegistration(tx, add('zoe3'), 'attendee', NOW))
    merge(first, second)
    expect(listDoubles(db, event)).toEqual([])
  })
})

describe('merging', () => {
  test('takes the place along to who waits, mails both, and gives nobody else the place', () => {
    const { db, event, add, merge, of } = openEvent({ capacityOnline: 1 })
    const [placed, first, waiting] = [add('vast'), add('eerst', 'Eerst'), add('later')]
    writeNow(db, tx => assumeTold(tx, NOW))
    merge(waiting, placed)
    expect(of(waiting)).toMatchObject({ status: 'confirmed', queueNumber: placed.queueNumber, sequence: 1 })
    expect(of(placed)).toMatchObject({ status: 'cancelled', mergedIntoId: waiting.id, sequence: 1, linkVersion: 2 })
    expect(of(first)).toMatchObject({ status: 'waitlisted' })
    expect(placesOf(db, event)[0]?.confirmed).toBe(1)
    expect(queued(db)).toEqual(['unregistered vast@example.org', 'promoted later@example.org'])
  })

  test('frees the second place of who had two', () => {
    const { db, add, merge, of } = openEvent({ capacityOnline: 2 })
    const [first, second, waiting] = [add('een'), add('twee'), add('wacht', 'Wacht')]
    writeNow(db, tx => assumeTold(tx, NOW))
    merge(second, first)
    expect([of(second).status, of(second).queueNumber, of(waiting).status]).toEqual(['confirmed', 1, 'confirmed'])
    expect(queued(db)).toEqual(['unregistered een@example.org', 'promoted wacht@example.org'])
  })

  test('of two that wait for the same gives the earlier turn; for different things each keeps its own', () => {
    const venue = { name: 'Huis', address: '', postcode: '', city: 'Groningen', access: '' }
    const hybrid = { attendance: 'hybrid', capacityOnline: 1, capacityInPerson: 1, venue } as const
    const { add, merge, of } = openEvent(hybrid)
    for (const attendance of ['online', 'in_person'] as const) add(attendance, attendance, { attendance })
    const [early, late] = [add('vroeg'), add('laat')]
    merge(late, early)
    expect(of(late)).toMatchObject({ status: 'waitlisted', queueNumber: early.queueNumber, sequence: 0 })
    const room = add('zaal', 'Zoë de Vries', { attendance: 'in_person' })
    merge(room, late)
    expect(of(room)).toMatchObject({ status: 'waitlisted', attendance: 'in_person', queueNumber: room.queueNumber })
  })

  test('of one that asked for a place and one that waits for it goes on waiting, and is told so', () => {
    const { db, add, merge, of } = openEvent({ capacityOnline: 1 })
    add('vol', 'Vol')
    const [asks, waits] = [add('vroeg'), add('laat')]
    db.update(registrations).set({ approvalAskedAt: NOW }).where(eq(registrations.id, asks.id)).run()
    db.update(registrations).set({ approvalAskedAt: NOW, approvedAt: NOW }).where(eq(registrations.id, waits.id)).run()
    writeNow(db, tx => assumeTold(tx, NOW))
    merge(asks, waits)
    expect(of(asks)).toMatchObject({ status: 'waitlisted', approvedAt: NOW, sequence: 1 })
    expect(queued(db)).toEqual(['unregistered laat@example.org', 'waitlisted vroeg@example.org'])
  })

  test('brings back who had cancelled here and comes there', () => {
    const { db, add, merge, of } = openEvent()
    const [gone, comes] = [add('weg'), add('komt')]
    writeNow(db, tx => {
      cancelRegistration(tx, gone, 'attendee', NOW)
      assumeTold(tx, NOW)
    })
    merge(gone, comes)
    expect(of(gone)).toMatchObject({ status: 'confirmed', cancelledAt: null, cancelledBy: null, sequence: 2 })
    expect(queued(db)).toEqual(['unregistered komt@example.org', 'confirmed weg@example.org'])
  })

  test('mails nobody who had heard of nothing yet', () => {
    const { db, add, merge } = openEvent()
    const [stays, goes] = [add('een'), add('twee')]
    merge(stays, goes)
    expect(queued(db)).toEqual(['confirmed een@example.org'])
  })

  test('joins notes, needs, answers and attendance, and keeps what stands on the one that stays', () => {
    const { db, event, add, merge, of } = openEvent()
    const question = { id: null, kind: 'text' as const, hint: '', options: [], isRequired: false, deleteAfterDays: 30 }
    const labels = ['Dieet', 'Vervoer']
    writeNow(db, tx =>
      setFormFields(
        tx,
        event.id,
        labels.map(label => ({ ...question, label })),
      ),
    )
    const [diet = 0, travel = 0] = listFormFields(db, event.id).map(({ id }) => id)
    const stays = add('een', 'Zoë', { accessNeeds: 'Een tolk.' })
    const goes = add('twee', 'Z. de Vries', { accessNeeds: 'Vooraan zitten.', role: 'other' })
    const at = event.startsAt
    writeNow(db, tx => {
      writeNote(tx, stays, 'Belde.')
      writeNote(tx, goes, 'Komt later.')
      setAnswers(tx, stays, new Map([[diet, ['vega']]]))
      setAnswers(
        tx,
        goes,
        new Map([
          [diet, ['vis']],
          [travel, ['trein']],
        ]),
      )
      markAttended(tx, goes, { source: 'check_in' }, at)
      tx.update(registrations).set({ attendedMinutes: 40 }).where(eq(registrations.id, goes.id)).run()
    })
    merge(stays, goes, at)
    expect(of(stays)).toMatchObject({
      ...{ name: 'Zoë', role: 'practice', note: 'Belde.\nKomt later.', accessNeeds: 'Een tolk.\nVooraan zitten.' },
      ...{ attendedAt: at, attendanceSource: 'check_in', attendedMinutes: 40 },
    })
    expect(of(goes)).toMatchObject({ note: '', accessNeeds: '', attendedAt: null, attendedMinutes: null })
    expect([...answersOfOne(db, stays)]).toEqual([
      [diet, ['vega']],
      [travel, ['trein']],
    ])
    expect(answersOfOne(db, goes).size).toBe(0)
  })

  test('after the event has begun mails nobody', () => {
    const { db, event, add, merge, of } = openEvent({ capacityOnline: 1 })
    const [placed, waiting] = [add('een'), add('twee')]
    writeNow(db, tx => assumeTold(tx, NOW))
    merge(waiting, placed, event.startsAt)
    expect([of(waiting).status, of(placed).status]).toEqual(['confirmed', 'cancelled'])
    expect(queued(db)).toEqual([])
  })

  test('makes a speaker of who was asked to speak with the other address; the place goes to who waits', () => {
    const { db, add, merge, of } = openEvent({ capacityOnline: 1 })
    const [attends, waiting, speaks] = [add('een'), add('wacht', 'Wacht'), add('spreekt')]
    db.update(registrations).set({ status: 'confirmed', part: 'speaker' }).where(eq(registrations.id, speaks.id)).run()
    merge(attends, speaks)
    expect(of(attends)).toMatchObject({ status: 'confirmed', part: 'speaker' })
    expect(of(waiting).status).toBe('confirmed')
  })

  test.each([
    ['with itself', ({ first }) => [first, first]],
    ['twice', ({ first, merged }) => [first, merged]],
    ['into one that was merged', ({ first, merged }) => [merged, first]],
    ['with somebody at another event', ({ first, elsewhere }) => [first, elsewhere]],
  ] as [string, (all: Record<'first' | 'merged' | 'elsewhere', Registration>) => [Registration, Registration]][])(
    'is refused %s',
    (_name, choose) => {
      const { db, event, add, merge } = openEvent()
      const first = add('een')
      const merged = add('twee')
      merge(first, merged)
      const other: Event = makeEvent(db, { ...makeGroup(db, { slug: 'zuid' }), id: event.groupId }, { title: 'Elders' })
      const elsewhere = makeRegistration(db, other, { email: 'drie@example.org' })
      const before = JSON.stringify(db.select().from(registrations).all())
      const [stays, goes] = choose({ first, merged, elsewhere })
      expect(() => merge(stays, goes)).toThrow(new Refusal('not_possible_now'))
      expect(JSON.stringify(db.select().from(registrations).all())).toBe(before)
      expect(
        db
          .select()
          .from(auditEntries)
          .all()
          .filter(({ action }) => action === 'registrations_merged'),
      ).toEqual([])
    },
  )

  test('whoever was merged and registers again with that address is there again', () => {
    const { db, event, add, merge, of } = openEvent()
    const [stays, goes] = [add('een'), add('twee')]
    merge(stays, goes)
    writeNow(db, tx => register(tx, event, applicant({ email: 'twee@example.org' }), NOW))
    expect(of(goes)).toMatchObject({ status: 'confirmed', mergedIntoId: null })
  })
})

const who = fc.nat(5)
const act = fc.oneof(
  fc.record({ does: fc.constant('register' as const), who, attendance: fc.constantFrom('online', 'in_person') }),
  fc.record({ does: fc.constant('cancel' as const), who }),
  fc.record({ does: fc.constant('speak' as const), who }),
  fc.record({ does: fc.constant('merge' as const), who, to: who }),
)

test('whatever is merged in whatever order: no place is lost or added, and nobody waits for a free one', () => {
  const venue = { name: 'Huis', address: '', postcode: '', city: 'Groningen', access: '' }
  const hybrid = { attendance: 'hybrid', capacityOnline: 2, capacityInPerson: 1, venue } as const
  fc.assert(
    fc.property(fc.array(act, { minLength: 4, maxLength: 30 }), acts => {
      const { db, event, of } = openEvent(hybrid)
      const all: (Registration | undefined)[] = []
      for (const one of acts) {
        const mine = all[one.who]
        try {
          if (one.does === 'register') {
            const person = applicant({ email: `p${one.who}@example.org`, attendance: one.attendance as 'online' })
            all[one.who] = writeNow(db, tx => register(tx, event, person, NOW))
          } else if (one.does === 'cancel' && mine) {
            writeNow(db, tx => cancelRegistration(tx, mine, 'attendee', NOW))
          } else if (one.does === 'speak' && mine && of(mine).status === 'confirmed') {
            writeNow(db, tx => {
              tx.update(registrations).set({ part: 'speaker' }).where(eq(registrations.id, mine.id)).run()
              fillPlaces(tx, event, NOW)
            })
          } else if (one.does === 'merge' && mine && all[one.to]) {
            const [to, from] = [of(all[one.to] as Registration), of(mine)]
            const merged = writeNow(db, tx => mergeRegistrations(tx, to.id, from.id, NOW))
            const ranks = { confirmed: 0, waitlisted: 1, cancelled: 2 }
            const best = Math.min(ranks[to.status], ranks[from.status])
            // Whoever waited may have been given the place that the other left.
            expect(ranks[merged.status]).toBeLessThanOrEqual(best)
            expect(of(from).status).toBe('cancelled')
          }
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
        }
        for (const { capacity, confirmed, waiting, left } of placesOf(db, event)) {
          expect(confirmed).toBeLessThanOrEqual(capacity ?? 0)
          expect(waiting === 0 || left === 0).toBe(true)
        }
      }
      const waiting = db.select().from(messages).where(eq(messages.state, 'queued')).all()
      const telling = waiting.filter(({ kind }) => isTelling(kind)).map(({ registrationId }) => registrationId)
      expect(new Set(telling).size).toBe(telling.length)
      db.$client.close()
    }),
    { numRuns: 200 },
  )
})
