// Mail with an organiser's own words: who gets it, exactly once; called back, scheduled, released twice.
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { eq, sql } from '#db/drizzle.ts'
import { auditEntries, mailings, people } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { proveAddress } from '#src/domain/addresses.ts'
import { countAudiences, listMissed } from '#src/domain/audiences.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { isAnyDue } from '#src/domain/claiming.ts'
import { editEvent } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { countCopies, phaseOf } from '#src/domain/mailing-copies.ts'
import {
  copyMailing,
  createMailing,
  deleteMailing,
  editMailing,
  findMailing,
  type Mailing,
  type Written,
} from '#src/domain/mailings.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import type { Message } from '#src/domain/outbox.ts'
import { erasePerson } from '#src/domain/privacy.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { type Registration, update } from '#src/domain/registrations.ts'
import {
  hurry,
  isAnyToRelease,
  recall,
  release,
  releaseScheduled,
  schedule,
  testMailing,
  withdraw,
} from '#src/domain/releases.ts'
import { recordOutcome } from '#src/domain/sending.ts'
import { urgencyOf } from '#src/domain/urgent.ts'
import { takeDue } from '#src/jobs/due.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { sweepAt } from '../support/swept.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration, makeSeries, NOW, openWorld } from '../support/world.ts'

type World = ReturnType<typeof open>
let world: World
beforeEach(() => {
  world = open()
})

function open() {
  const { db, clock } = openWorld()
  const group = makeGroup(db)
  const { id } = makeEvent(db, group, { capacityOnline: 2 })
  const organiser = writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  const event = () => getEvent(db, id)
  const join = (name: string) => makeRegistration(db, event(), { name, email: `${name}@example.org` }, clock.now())
  const written: Written = { audience: 'confirmed', subject: 'Dag', body: 'Neem je vraag mee.' }
  const draft = (values: Partial<Written & { isUrgent: boolean }> = {}) =>
    writeNow(db, tx => createMailing(tx, event(), { ...written, ...values }, organiser.id, clock.now()))
  const send = (mailing: Mailing, shown: number, revision = mailing.revision) =>
    writeNow(db, tx => release(tx, mailing, event(), { organiserId: organiser.id, revision, shown }, clock.now()))
  const by = ({ revision }: Mailing) => ({ organiserId: organiser.id, revision })
  const copies = () =>
    listMessages(db).filter(({ kind, registrationId }) => kind === 'mailing' && registrationId !== null)
  const now = (mailing: Mailing) => findMailing(db, mailing.id) as Mailing
  const counts = (mailing: Mailing) => {
    const found = countCopies(db, [mailing.id]).get(mailing.id)
    if (!found) throw new Error('no counts')
    return found
  }
  const phase = (mailing: Mailing) => phaseOf(now(mailing), counts(mailing), clock.now())
  const acts = () =>
    db
      .select()
      .from(auditEntries)
      .all()
      .filter(({ action }) => action.startsWith('mailing_'))
      .map(({ action, detail }) => (detail ? `${action} ${detail}` : action))
  const take = () =>
    writeNow(db, tx =>
      takeDue(tx, 'w', { queue: 'ordinary', limit: 500 }, clock.now(), error => {
        throw error
      }),
    ).map(({ message }) => message)
  const sent = (list: Message[]) =>
    writeNow(db, tx => list.map(message => recordOutcome(tx, message, { result: 'sent' }, clock.now())))
  /** The copies that leave now: each is judged again, and the rest is dropped. Every other mail has gone before. */
  const leave = (): Message[] => {
    const own: Message[] = []
    while (isAnyDue(db, 'ordinary', clock.now())) {
      const taken = take()
      own.push(...taken.filter(({ kind }) => kind === 'mailing'))
      sent(taken.filter(({ kind }) => kind !== 'mailing'))
    }
    return own
  }
  return { db, clock, group, organiser, event, join, draft, send, by, copies, now, counts, phase, acts, leave, sent }
}

const to = (rows: Pick<Message, 'toAddress'>[]) => rows.map(({ toAddress }) => toAddress.split('@')[0]).sort()
const refusal = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof Refusal) return error.code
    if (error instanceof Invalid) return error.problems
    throw error
  }
  return undefined
}
const away = (db: World['db'], { personId }: Registration) =>
  writeNow(db, tx => tx.update(people).set({ undeliverableAt: NOW }).where(eq(people.id, personId)).run())

describe('audiences', () => {
  test('each has its people: attendees only, and only those mail reaches', () => {
    const { db, clock, event, join } = world
    const [ann, bob] = [join('ann'), join('bob')]
    join('cas')
    const dirk = join('dirk')
    writeNow(db, tx => cancelRegistration(tx, dirk, 'attendee', NOW))
    const speaker = join('eva')
    writeNow(db, tx => update(tx, speaker, { part: 'speaker', status: 'confirmed' }))
    away(db, bob)
    const count = (now = clock.now()) =>
      Object.entries(countAudiences(db, event(), now)).map(([audience, { people, reached }]) => [
        audience,
        people,
        reached,
      ])
    expect(count()).toEqual([
      ['all', 3, 2],
      ['confirmed', 2, 1],
      ['waiting', 1, 1],
      ['attended', 0, 0],
      ['absent', 0, 0],
    ])
    expect(listMissed(db, event(), { audience: 'confirmed', purpose: 'letter' }, NOW, 9)).toEqual([
      { id: bob.id, name: 'bob', why: 'undeliverable' },
    ])
    writeNow(db, tx => update(tx, ann, { attendedAt: event().startsAt }))
    expect(count(event().startsAt)).toEqual([
      ['all', 3, 2],
      ['confirmed', 2, 1],
      ['waiting', 1, 1],
      ['attended', 1, 1],
      ['absent', 1, 0],
    ])
  })

  test('once it is over, whoever stopped the reminders is left in peace', () => {
    const { db, event, join } = world
    const ann = join('ann')
    writeNow(db, tx => update(tx, ann, { remindersStoppedAt: NOW }))
    const reached = (now: Temporal.Instant) => countAudiences(db, event(), now).confirmed.reached
    expect([reached(event().startsAt), reached(event().endsAt)]).toEqual([1, 0])
    expect(listMissed(db, event(), { audience: 'confirmed', purpose: 'letter' }, event().endsAt, 9)).toEqual([
      { id: ann.id, name: 'ann', why: 'stopped' },
    ])
  })
})

describe('what may be written', () => {
  const problems = (values: Partial<Written>) => refusal(() => world.draft(values))

  test('no personal link, no room, no placeholder that is not there', () => {
    const { db } = world
    makeSeries(db, world.group)
    expect(problems({ subject: '' })).toEqual({ subject: 'required' })
    expect(problems({ body: 'x'.repeat(5001) })).toEqual({ body: 'too_long' })
    expect(problems({ body: `https://agenda.example.org/join/${'a'.repeat(43)}` })).toEqual({
      body: 'personal_address',
    })
    expect(problems({ body: 'Kom naar meet.example.org/kamer' })).toEqual({ body: 'room' })
    expect(problems({ body: 'Dag {achternaam}' })).toEqual({ body: 'unknown_placeholder' })
    expect(problems({ subject: '{eigen-pagina}' })).toEqual({ subject: 'personal_placeholder' })
    expect(problems({ body: 'Dag {voornaam}, see you {when} at {titel}' })).toBeUndefined()
  })

  test('a draft of an event that is not public has nobody to go to', () => {
    const { db, organiser } = world
    const written = { audience: 'all', subject: 'a', body: 'b' } as const
    const hidden = { ...world.event(), publishedAt: null }
    expect(refusal(() => writeNow(db, tx => createMailing(tx, hidden, written, organiser.id, NOW)))).toBe(
      'not_possible_now',
    )
  })
})

describe('release', () => {
  test('one row for everybody it reaches, in two minutes, in a lane behind reminders', () => {
    const { join, draft, send, copies, phase, acts, clock } = world
    join('ann')
    join('bob')
    const mailing = draft()
    send(mailing, 2)
    expect(copies().map(({ key, lane, dueAt }) => [key, lane, dueAt.since(NOW).total('minutes')])).toEqual([
      [`mailing:${mailing.id}:1`, 6, 2],
      [`mailing:${mailing.id}:2`, 6, 2],
    ])
    expect(phase(mailing)).toBe('waiting')
    clock.advance({ minutes: 2 })
    expect(phase(mailing)).toBe('leaving')
    expect(acts()).toEqual(['mailing_written', 'mailing_released 2'])
  })

  test('twice, by two organisers who look at the same page, sends once', () => {
    const { join, draft, send, copies } = world
    join('ann')
    const mailing = draft()
    send(mailing, 1)
    expect(refusal(() => send(mailing, 1))).toBe('changed_meanwhile')
    expect(refusal(() => send(mailing, 1, mailing.revision + 1))).toBe('changed_meanwhile')
    expect(copies()).toHaveLength(1)
  })

  test('to another number of people than was shown, or in other words, is not done', () => {
    const { db, join, draft, send, copies, now, event, by } = world
    join('ann')
    const mailing = draft()
    join('bob')
    expect(refusal(() => send(mailing, 1))).toBe('changed_meanwhile')
    writeNow(db, tx => editMailing(tx, mailing, event(), { ...mailing, subject: 'Anders' }, by(mailing), NOW))
    expect(refusal(() => send(mailing, 2))).toBe('changed_meanwhile')
    expect([copies(), now(mailing).releasedAt]).toEqual([[], null])
    expect(refusal(() => send(now(mailing), 2))).toBeUndefined()
    expect(refusal(() => writeNow(db, tx => deleteMailing(tx, mailing, event(), by(now(mailing)), NOW)))).toBe(
      'changed_meanwhile',
    )
  })

  test('to nobody is refused', () => {
    expect(refusal(() => world.send(world.draft(), 0))).toBe('not_possible_now')
  })

  test('whoever cancelled, was erased or bounced meanwhile gets none, and whoever comes after it neither', () => {
    const { db, join, draft, send, copies, clock, leave, counts } = world
    const [ann, bob] = [join('ann'), join('bob')]
    const mailing = draft({ audience: 'all' })
    const [cas, dirk] = [join('cas'), join('dirk')]
    send(mailing, 4)
    join('late')
    writeNow(db, tx => cancelRegistration(tx, ann, 'attendee', NOW))
    const person = db.select().from(people).where(eq(people.id, bob.personId)).get()
    if (!person) throw new Error('nobody')
    writeNow(db, tx => erasePerson(tx, person, NOW))
    away(db, cas)
    clock.advance({ minutes: 2 })
    expect(to(leave())).toEqual(['dirk'])
    expect(copies().map(({ registrationId, state, reason }) => [registrationId, state, reason])).toEqual([
      [ann.id, 'dropped', 'cancelled'],
      [cas.id, 'dropped', 'undeliverable'],
      [dirk.id, 'sending', ''],
    ])
    expect(counts(mailing)).toMatchObject({ total: 3, dropped: 2, recalled: 0, sending: 1 })
  })

  test('what was said to who waits is not sent to who got a place', () => {
    const { db, join, draft, send, clock, leave, copies } = world
    const ann = join('ann')
    join('bob')
    join('cas')
    const mailing = draft({ audience: 'waiting' })
    send(mailing, 1)
    writeNow(db, tx => cancelRegistration(tx, ann, 'attendee', NOW))
    clock.advance({ minutes: 2 })
    expect(leave()).toEqual([])
    expect(copies().map(({ reason }) => reason)).toEqual(['not_theirs'])
  })

  test('property: everybody of the audience gets exactly one, and nobody else', () => {
    const person = fc.record({
      status: fc.constantFrom('confirmed' as const, 'waitlisted' as const, 'cancelled' as const),
      isThere: fc.boolean(),
      isSpeaker: fc.boolean(),
      address: fc.constantFrom('works' as const, 'away' as const, 'none' as const),
      stopped: fc.boolean(),
    })
    const audience = fc.constantFrom(
      'all' as const,
      'confirmed' as const,
      'waiting' as const,
      'attended' as const,
      'absent' as const,
    )
    const moment = fc.constantFrom('before' as const, 'during' as const, 'after' as const)
    fc.assert(
      fc.property(
        fc.array(person, { maxLength: 12 }),
        audience,
        moment,
        fc.boolean(),
        (list, chosen, when, isTwice) => {
          const { db, clock, event, join, draft, send, leave, sent } = open()
          const expected = list.flatMap((one, index) => {
            const name = `p${index}`
            const row = join(name)
            const attendedAt = one.isThere && one.status === 'confirmed' && when !== 'before' ? NOW : null
            const stopped = one.stopped ? NOW : null
            writeNow(db, tx => {
              const part = one.isSpeaker ? ('speaker' as const) : null
              update(tx, row, { status: one.status, attendedAt, part, remindersStoppedAt: stopped })
              const email = one.address === 'none' ? null : `${name}@example.org`
              const undeliverableAt = one.address === 'away' ? NOW : null
              tx.update(people).set({ email, undeliverableAt }).where(eq(people.id, row.personId)).run()
            })
            const isMember = {
              all: one.status !== 'cancelled',
              confirmed: one.status === 'confirmed',
              waiting: one.status === 'waitlisted',
              attended: attendedAt !== null,
              absent: one.status === 'confirmed' && attendedAt === null && when !== 'before',
            }[chosen]
            const isReached = one.address === 'works' && !(one.stopped && when === 'after')
            return isMember && isReached && !one.isSpeaker ? [name] : []
          })
          const { startsAt, endsAt } = event()
          clock.set(String({ before: NOW, during: startsAt, after: endsAt.add({ hours: 1 }) }[when]))
          const mailing = draft({ audience: chosen })
          if (expected.length) send(mailing, expected.length)
          if (isTwice && expected.length)
            expect(refusal(() => send(mailing, expected.length))).toBe('changed_meanwhile')
          clock.advance({ minutes: 2 })
          const got: Message[] = []
          for (let round = 0; round < 3; round++) {
            const left = leave()
            sent(left)
            got.push(...left)
          }
          expect(to(got)).toEqual(expected.toSorted())
        },
      ),
      { numRuns: 60 },
    )
  })
})

test('whoever proves another address in the two minutes gets it there, once', () => {
  const { db, clock, join, draft, send, leave } = world
  const [ann, bob] = [join('ann'), join('bob')]
  send(draft(), 2)
  const prove = (one: Registration, newEmail: string) =>
    writeNow(db, tx => proveAddress(tx, update(tx, one, { newEmail }), clock.now()))
  prove(ann, 'elders@example.org')
  prove(bob, 'elders@example.org')
  clock.advance({ minutes: 2 })
  expect(to(leave())).toEqual(['elders'])
})

describe('recall', () => {
  test('within two minutes nobody has it; the same words can be sent anew, as another mailing', () => {
    const { db, join, draft, send, event, organiser, counts, phase, acts, clock, leave, now } = world
    join('ann')
    join('bob')
    const mailing = draft()
    send(mailing, 2)
    clock.advance({ seconds: 119 })
    expect(leave()).toEqual([])
    expect(writeNow(db, tx => recall(tx, now(mailing), event(), organiser, clock.now()))).toEqual({
      dropped: 2,
      left: 0,
    })
    clock.advance({ minutes: 5 })
    expect([leave(), phase(mailing)]).toEqual([[], 'recalled'])
    expect(counts(mailing)).toMatchObject({ total: 2, dropped: 2, recalled: 2, sent: 0 })
    const copy = writeNow(db, tx => copyMailing(tx, now(mailing), event(), organiser.id, clock.now()))
    send(copy, 2)
    clock.advance({ minutes: 2 })
    expect(to(leave())).toEqual(['ann', 'bob'])
    expect(acts()).toEqual([
      'mailing_written',
      'mailing_released 2',
      'mailing_recalled 2/0',
      'mailing_written',
      'mailing_released 2',
    ])
  })

  test('halfway, what has left is counted, and one that the server does not take after all is not offered again', () => {
    const { db, join, draft, send, event, organiser, counts, clock, leave, now, copies } = world
    for (const name of ['ann', 'bob', 'cas', 'dirk']) join(name)
    const mailing = draft({ audience: 'all' })
    send(mailing, 4)
    clock.advance({ minutes: 2 })
    const [first, second, ...rest] = leave()
    expect(rest).toHaveLength(2)
    writeNow(db, tx => {
      if (first) recordOutcome(tx, first, { result: 'sent' }, clock.now())
      for (const one of rest) recordOutcome(tx, one, { result: 'retry', reason: '451 later' }, clock.now())
    })
    expect(writeNow(db, tx => recall(tx, now(mailing), event(), organiser, clock.now()))).toEqual({
      dropped: 2,
      left: 2,
    })
    writeNow(db, tx => second && recordOutcome(tx, second, { result: 'retry', reason: '451 later' }, clock.now()))
    clock.advance({ hours: 1 })
    expect(leave()).toEqual([])
    expect(counts(mailing)).toMatchObject({ total: 4, sent: 1, dropped: 3, recalled: 3 })
    expect(copies().filter(({ state }) => state === 'sent')).toHaveLength(1)
  })

  test('too late changes nothing', () => {
    const { db, join, draft, send, event, organiser, clock, leave, sent, now, phase, acts } = world
    join('ann')
    const mailing = draft()
    send(mailing, 1)
    clock.advance({ minutes: 2 })
    sent(leave())
    expect(writeNow(db, tx => recall(tx, now(mailing), event(), organiser, clock.now()))).toEqual({
      dropped: 0,
      left: 1,
    })
    expect([phase(mailing), now(mailing).recalledAt]).toEqual(['sent', null])
    expect(acts()).toEqual(['mailing_written', 'mailing_released 1'])
  })
})

test('at once: what waits leaves now, and is not called back any more', () => {
  const { db, join, draft, send, event, organiser, clock, leave, now, acts } = world
  join('ann')
  const mailing = draft()
  send(mailing, 1)
  expect(leave()).toEqual([])
  writeNow(db, tx => hurry(tx, now(mailing), event(), organiser, clock.now()))
  expect(leave()).toHaveLength(1)
  writeNow(db, tx => hurry(tx, now(mailing), event(), organiser, clock.now()))
  expect(acts()).toEqual(['mailing_written', 'mailing_released 1', 'mailing_hurried 1'])
})

describe('later', () => {
  const plan = (mailing: Mailing, at: string) =>
    writeNow(world.db, tx => schedule(tx, mailing, world.event(), at, world.by(mailing), world.clock.now()))
  const run = () => writeNow(world.db, tx => releaseScheduled(tx, world.clock.now()))

  test('leaves at a wall time of the event, to who belongs to the audience then, without waiting again', () => {
    const { db, clock, join, draft, leave, phase, acts, counts } = world
    join('ann')
    const mailing = draft({ audience: 'all' })
    plan(mailing, '2026-12-01T09:00')
    expect(phase(mailing)).toBe('scheduled')
    join('bob')
    clock.set('2026-12-01T07:59:59Z')
    expect(isAnyToRelease(db, clock.now())).toBe(false)
    clock.set('2026-12-01T08:00:00Z')
    expect(isAnyToRelease(db, clock.now())).toBe(true)
    run()
    expect(isAnyToRelease(db, clock.now())).toBe(false)
    run()
    expect(to(leave())).toEqual(['ann', 'bob'])
    expect(counts(mailing).total).toBe(2)
    expect(acts()).toEqual(['mailing_written', 'mailing_scheduled 1', 'mailing_released 2'])
  })

  test('not at a time that is over, nearer than two minutes, or does not exist', () => {
    const { draft, clock } = world
    const mailing = draft()
    expect(refusal(() => plan(mailing, '2026-11-21T09:59'))).toEqual({ date: 'moment_past' })
    expect(refusal(() => plan(mailing, '2026-11-21T10:01'))).toEqual({ date: 'moment_past' })
    expect(refusal(() => plan(mailing, '2027-03-28T02:30'))).toEqual({ date: 'time_missing' })
    expect(refusal(() => plan(mailing, '2026-11-21T10:02'))).toBeUndefined()
    expect(clock.now()).toEqual(NOW)
  })

  test('can be changed and withdrawn until it leaves', () => {
    const { db, clock, join, draft, now, event, by, leave, phase } = world
    join('ann')
    const mailing = draft()
    plan(mailing, '2026-12-01T09:00')
    const edited = writeNow(db, tx =>
      editMailing(tx, now(mailing), event(), { ...mailing, body: 'Anders.' }, by(now(mailing)), NOW),
    )
    expect([edited.body, edited.scheduledFor?.toString()]).toEqual(['Anders.', '2026-12-01T08:00:00Z'])
    writeNow(db, tx => withdraw(tx, edited, event(), by(edited), NOW))
    clock.set('2026-12-01T09:00:00Z')
    run()
    expect([leave(), phase(mailing)]).toEqual([[], 'draft'])
  })

  test('of an event that was cancelled nothing leaves: it is a draft again, also when the event takes place after all', () => {
    const { db, clock, join, draft, event, phase, copies, acts } = world
    join('ann')
    const mailing = draft()
    plan(mailing, '2026-12-01T09:00')
    const editor = (of: Event) => ({ organiserId: null, revision: of.revision })
    writeNow(db, tx => cancelEvent(tx, event(), 'Ziek.', editor(event()), NOW))
    expect(refusal(() => plan(draft(), '2026-12-01T09:00'))).toBe('not_possible_now')
    clock.set('2026-12-01T08:00:00Z')
    run()
    writeNow(db, tx => reinstateEvent(tx, event(), editor(event()), clock.now()))
    run()
    expect([phase(mailing), copies()]).toEqual(['draft', []])
    expect(acts()).toContain('mailing_held')
  })
})

test('a cancellation in the two minutes holds back what waits; what is written after it leaves', () => {
  const { db, clock, join, draft, send, event, leave, copies } = world
  join('ann')
  send(draft(), 1)
  clock.advance({ minutes: 1 })
  writeNow(db, tx => cancelEvent(tx, event(), 'Ziek.', { organiserId: null, revision: event().revision }, clock.now()))
  clock.advance({ minutes: 1 })
  expect(leave()).toEqual([])
  expect(copies().map(({ reason }) => reason)).toEqual(['event_cancelled'])
  send(draft({ subject: 'Wat nu?' }), 1)
  clock.advance({ minutes: 2 })
  expect(leave()).toHaveLength(1)
})

describe('urgent', () => {
  test('from two hours before until the end, with a later start that is a guess', () => {
    const { event } = world
    const at = (time: string) => urgencyOf(event(), Temporal.Instant.from(`2026-12-03T${time}Z`))?.laterStart
    expect(['08:59:59', '09:00:00', '11:02:00', '11:57:59', '11:58:00'].map(at)).toEqual([
      undefined,
      '12:15',
      '12:20',
      '13:15',
      undefined,
    ])
    expect(urgencyOf({ ...event(), cancelledAt: NOW }, event().startsAt)).toBeUndefined()
  })

  test('goes before reminders, and is worth nothing after the end', () => {
    const { clock, join, draft, send, copies, event } = world
    join('ann')
    clock.set('2026-12-03T10:00:00Z')
    send(draft({ isUrgent: true }), 1)
    expect(copies().map(({ lane, expiresAt }) => [lane, expiresAt])).toEqual([[2, event().endsAt]])
  })
})

test('a test goes to the organiser alone, at once, and counts as no copy', () => {
  const { db, clock, draft, event, organiser, counts, join } = world
  join('ann')
  const mailing = draft()
  const tryOut = () => writeNow(db, tx => testMailing(tx, mailing, event(), organiser, clock.now()))
  tryOut()
  tryOut()
  const rows = listMessages(db).filter(({ mailingId }) => mailingId === mailing.id)
  expect(rows.map(({ toAddress, lane, registrationId, dueAt }) => [toAddress, lane, registrationId, dueAt])).toEqual([
    ['otto@example.org', 1, null, NOW],
  ])
  expect(counts(mailing).total).toBe(0)
  writeNow(db, tx =>
    deleteMailing(tx, mailing, event(), { organiserId: organiser.id, revision: mailing.revision }, NOW),
  )
  expect(
    listMessages(db)
      .filter(({ kind }) => kind === 'mailing')
      .map(({ mailingId }) => mailingId),
  ).toEqual([null])
})

test('a year after the event drafts go, and the words of what was sent; that something was sent stays', () => {
  const { db, join, draft, send, event } = world
  join('ann')
  send(draft(), 1)
  draft({ subject: 'Nooit verstuurd' })
  sweepAt(db, event().endsAt.add({ hours: 24 * 365 }))
  expect(db.select().from(mailings).all()).toHaveLength(2)
  sweepAt(db, event().endsAt.add({ hours: 24 * 367 }))
  expect(db.select().from(mailings).all()).toMatchObject([{ subject: '', body: '', audience: 'confirmed' }])
  expect(listMessages(db)).toEqual([])
})

test('five thousand people: one transaction, well under a second', () => {
  const { db, clock, group, organiser } = world
  const event = makeEvent(db, group, { capacityOnline: null, localStart: '2026-12-10T12:00' })
  writeNow(db, tx => {
    const many = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)`
    const at = NOW.epochMilliseconds
    tx.run(sql`${many} insert into people (email, created_at) select 'p' || i || '@example.org', ${at} from n`)
    tx.run(sql`insert into registrations
      (event_id, person_id, name, role, attendance, locale, status, queue_number, revised_at, created_at)
      select ${event.id}, id, email, 'other', 'online', 'nl', 'confirmed', id, ${at}, ${at} from people`)
  })
  const written = { audience: 'confirmed', subject: 'Dag', body: 'Tot dan.' } as const
  const mailing = writeNow(db, tx => createMailing(tx, event, written, organiser.id, NOW))
  const begun = performance.now()
  writeNow(db, tx => release(tx, mailing, event, { organiserId: organiser.id, revision: 1, shown: 5000 }, clock.now()))
  const took = performance.now() - begun
  expect(countCopies(db, [mailing.id]).get(mailing.id)).toMatchObject({ queued: 5000, total: 5000 })
  expect(took).toBeLessThan(2000)
})

describe('a room that came to be what was written before', () => {
  function openRoom() {
    world.join('bo')
    const mailing = world.draft({ body: 'Zie meet.example.org/later.' })
    const setRoom = () => {
      const event = world.event()
      const editor = { organiserId: null, revision: event.revision }
      const text = { ...event, roomUrl: 'https://meet.example.org/later' }
      writeNow(world.db, tx => editEvent(tx, event, text, [], editor, world.clock.now()))
    }
    return { mailing, setRoom }
  }

  test('is not released', () => {
    const { mailing, setRoom } = openRoom()
    setRoom()
    expect(() => world.send(mailing, 1)).toThrow(new Invalid({ body: 'room' }))
    expect(world.copies()).toEqual([])
  })

  test('does not leave by itself: it is a draft again', () => {
    const { mailing, setRoom } = openRoom()
    writeNow(world.db, tx =>
      schedule(tx, mailing, world.event(), '2026-12-01T09:00', world.by(mailing), world.clock.now()),
    )
    setRoom()
    world.clock.set('2026-12-01T08:00:00Z')
    writeNow(world.db, tx => releaseScheduled(tx, world.clock.now()))
    expect([world.phase(mailing), world.copies()]).toEqual(['draft', []])
  })
})
