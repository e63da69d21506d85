// Which mail is due about a workshop, and what makes none due.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { choices, messages, sessions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { allocateAll } from '#src/domain/allocating.ts'
import { recordBounce } from '#src/domain/bounces.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { settleSession } from '#src/domain/choice-telling.ts'
import { choose, leaveWorkshop } from '#src/domain/choosing.ts'
import { getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { ownProgramme } from '#src/domain/own-programme.ts'
import { choiceSequenceOf, listChosen } from '#src/domain/own-workshops.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { applyReply } from '#src/domain/replies.ts'
import { trustAddress } from '#src/domain/retrying.ts'
import { assumeTold } from '#src/domain/telling.ts'
import type { Wish } from '#src/domain/wishes.ts'
import { makeChooser, makeConference, wish } from '../support/workshops.ts'
import { NOW, openWorld } from '../support/world.ts'

const at = (minutes: number) => NOW.add({ minutes })

/** A conference; in the first round there is one place in each workshop, in the second there is room. */
function open(values: Parameters<typeof makeConference>[2] = {}) {
  const { db } = openWorld()
  const made = makeConference(db, [[1, 1], [null]], values)
  const [[a, b], [c]] = made.rounds as [[number, number], [number]]
  const event = () => getEvent(db, made.event.id)
  const editor = () => ({ organiserId: null, revision: event().revision })
  /** What waits in the outbox, but reminders. */
  const mails = () =>
    db
      .select()
      .from(messages)
      .where(eq(messages.state, 'queued'))
      .orderBy(messages.id)
      .all()
      .filter(({ kind }) => !kind.startsWith('reminder'))
  const kinds = () => mails().map(({ kind, toAddress }) => `${toAddress.split('@')[0]} ${kind}`)
  const join = (name: string, ...wishes: Wish[]) => makeChooser(db, event(), name, wishes)
  const told = () => writeNow(db, tx => assumeTold(tx, at(1000)))
  const change = (id: number, more: Partial<typeof sessions.$inferInsert>, minute: number) =>
    writeNow(db, tx => {
      tx.update(sessions)
        .set({ ...more, revisedAt: at(minute) })
        .where(eq(sessions.id, id))
        .run()
      settleSession(tx, { id }, at(minute))
    })
  const chooses = (one: Registration, minute: number, ...wishes: Wish[]) =>
    writeNow(db, tx => choose(tx, one, wishes, at(minute)))
  const sequences = (one: Registration) => listChosen(db, one).map(choiceSequenceOf)
  return { db, a, b, c, event, editor, mails, kinds, join, told, change, chooses, sequences }
}

describe('a mail for each workshop with a place', () => {
  test('and none for one that is waited for, or not needed', () => {
    const { kinds, join, a, b, c } = open()
    join('Anna', wish(1, a, b), wish(2, c))
    join('Bram', wish(1, a))
    expect(kinds()).toEqual(['anna confirmed', 'anna workshop_confirmed', 'anna workshop_confirmed', 'bram confirmed'])
  })

  test('chosen and left before anybody heard is as if it had not been', () => {
    const { kinds, join, chooses, c } = open()
    const anna = join('Anna', wish(2, c))
    chooses(anna, 1, wish(2, undefined))
    expect(kinds()).toEqual(['anna confirmed'])
    chooses(anna, 2, wish(2, c))
    expect(kinds()).toEqual(['anna confirmed', 'anna workshop_confirmed'])
  })

  test('from the second choice to the first: one goes, the other comes, and only for who it is', () => {
    const { db, kinds, join, told, a, b } = open()
    const anna = join('Anna', wish(1, a, b))
    join('Bram', wish(1, a, b))
    told()
    writeNow(db, tx => cancelRegistration(tx, anna, 'attendee', at(5)))
    expect(kinds().toSorted()).toEqual([
      'anna unregistered',
      'anna workshop_cancelled',
      'bram workshop_cancelled',
      'bram workshop_confirmed',
    ])
  })

  test('before places are given by preference nobody hears of any; afterwards of what they got', () => {
    const { db, kinds, join, told, event, editor, a, b } = open({ allocation: 'by_preference' })
    const anna = join('Anna', wish(1, a, b))
    join('Bram', wish(1, a, b))
    expect(kinds()).toEqual(['anna confirmed', 'bram confirmed'])
    expect(ownProgramme(db, event(), anna).map(({ what }) => what)).toEqual(['common', 'later', 'open'])
    told()
    writeNow(db, tx => allocateAll(tx, event(), 'zaad', editor(), at(5)))
    expect(kinds().toSorted()).toEqual(['anna workshop_confirmed', 'bram workshop_confirmed'])
  })
})

describe('a change of the workshop', () => {
  test.each([
    ['another time', { localStart: '2026-12-10T14:15' }, ['anna workshop_changed', 'bram workshop_changed']],
    ['another length', { durationMinutes: 45 }, ['anna workshop_changed', 'bram workshop_changed']],
    ['another room', { room: 'Aula' }, ['anna workshop_changed', 'bram workshop_changed']],
    ['another title', { title: 'Anders' }, []],
    ['another text', { summary: 'Anders', speakers: ['Mo'] }, []],
    ['called off', { cancelledAt: NOW }, ['anna workshop_cancelled', 'bram workshop_cancelled']],
  ] as const)('%s: %s', (_, values, expected) => {
    const { kinds, mails, join, told, change, c } = open()
    for (const name of ['Anna', 'Bram']) join(name, wish(2, c))
    told()
    change(c, { ...values, ...('speakers' in values && { speakers: [...values.speakers] }) } as never, 5)
    expect(kinds()).toEqual(expected)
    // To many: it can be taken back for two minutes.
    expect(mails().map(({ dueAt }) => dueAt.equals(at(7)))).toEqual(expected.map(() => true))
  })

  test('taken back in time is no news for anybody', () => {
    const { kinds, join, told, change, c } = open()
    for (const name of ['Anna', 'Bram']) join(name, wish(2, c))
    told()
    change(c, { room: 'Aula' }, 5)
    change(c, { room: 'Zaal 1' }, 6)
    expect(kinds()).toEqual([])
  })

  test('of which the page of its event tells too: the entry of the event has a later stamp, and nobody a mail', () => {
    const { db, kinds, join, told, change, c } = open()
    const anna = join('Anna', wish(2, c))
    told()
    change(c, { title: 'Anders' }, 5)
    expect([getRegistration(db, anna.id).revisedAt.equals(at(5)), kinds()]).toEqual([true, []])
  })

  test('that is called off by what its people fall back on: each gets both mails, and the CANCEL waits', () => {
    const { db, kinds, mails, join, told, change, a, b } = open()
    join('Anna', wish(1, a, b))
    told()
    writeNow(db, tx => {
      tx.update(sessions)
        .set({ cancelledAt: at(5), sequence: 1 })
        .where(eq(sessions.id, a))
        .run()
      leaveWorkshop(tx, { id: a, eventId: 1 }, at(5))
    })
    change(a, {}, 5)
    expect(kinds()).toEqual(['anna workshop_cancelled', 'anna workshop_confirmed'])
    expect(mails()).toHaveLength(2)
  })
})

test('an event that is cancelled takes its workshops along, and brings them back with a higher SEQUENCE', () => {
  const { db, kinds, join, told, event, editor, sequences, c } = open()
  const anna = join('Anna', wish(2, c))
  told()
  const [before = 0] = sequences(anna)
  writeNow(db, tx => cancelEvent(tx, event(), 'Sneeuw', editor(), at(5)))
  expect(kinds()).toEqual(['anna cancelled', 'anna workshop_cancelled'])
  const [off = 0] = sequences(anna)
  expect(off).toBeGreaterThan(before)
  told()
  writeNow(db, tx => reinstateEvent(tx, event(), editor(), at(6)))
  expect(kinds()).toEqual(['anna reinstated', 'anna workshop_confirmed'])
  expect(sequences(anna)[0]).toBeGreaterThan(off)
})

test('another venue is another place for each workshop', () => {
  const { db, kinds, join, told, event, editor, sequences, c } = open()
  const anna = join('Anna', wish(2, c))
  told()
  const { venue } = event()
  const to = { ...event(), venue: venue && { ...venue, name: 'De Brug' } }
  writeNow(db, tx => moveEvent(tx, event(), to, '', editor(), at(5)))
  expect(kinds()).toEqual(['anna changed', 'anna workshop_changed'])
  expect(sequences(anna)[0]).toBeGreaterThan(0)
})

test('once a workshop would have begun nobody is mailed about it', () => {
  const { db, kinds, join, told, chooses, c } = open()
  const anna = join('Anna', wish(2, c))
  told()
  const begun = Temporal.Instant.from('2026-12-10T13:00:00Z')
  writeNow(db, tx => {
    tx.update(choices).set({ status: 'cancelled' }).where(eq(choices.registrationId, anna.id)).run()
    settleSession(tx, { id: c }, begun)
  })
  expect(kinds()).toEqual([])
  expect(() => chooses(anna, 60 * 24 * 365, wish(2, c))).toThrow('choosing_over')
})

test('a mail about a workshop that comes back makes its reader know nothing of it; a working address hears of it again', () => {
  const { db, mails, kinds, join, c } = open()
  const anna = join('Anna', wish(2, c))
  const [confirmed, workshop] = mails()
  writeNow(db, tx => assumeTold(tx, at(1)))
  const report = { action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 User unknown' } as const
  writeNow(db, tx => {
    for (const message of [confirmed, workshop]) {
      if (message)
        tx.insert(messages)
          .values({ ...message, state: 'sent', datedAt: at(1) })
          .run()
    }
    const told = listChosen(tx, anna)[0]?.choice.told
    tx.update(messages)
      .set({ told })
      .where(eq(messages.id, workshop?.id ?? 0))
      .run()
    tx.update(messages)
      .set({ told: getRegistration(tx, anna.id).told })
      .where(eq(messages.id, confirmed?.id ?? 0))
      .run()
    recordBounce(tx, { id: workshop?.id ?? 0 }, report, at(2))
  })
  // The confirmation arrived, and is still known.
  expect([getRegistration(db, anna.id).told?.status, listChosen(db, anna)[0]?.choice.told]).toEqual(['confirmed', null])
  writeNow(db, tx => trustAddress(tx, anna.personId, at(3)))
  expect(kinds()).toEqual(['anna workshop_confirmed'])
})

test('an answer to the invite of a workshop is known for one, and changes nothing', () => {
  const { db, kinds, join, told, c } = open()
  const anna = join('Anna', wish(2, c))
  told()
  const [workshop] = listChosen(db, anna)
  const before = [getRegistration(db, anna.id), listChosen(db, anna)]
  const answer = { uid: workshop?.session.uid ?? '', sequence: 0, stamp: at(2), isProven: true } as const
  const reply = (attendee: string) =>
    writeNow(db, tx => applyReply(tx, { ...answer, attendee, partstat: 'declined' }, at(3)))
  expect([reply('anna@example.org'), reply('bram@example.org')]).toEqual(['workshop', 'unknown'])
  expect([getRegistration(db, anna.id), listChosen(db, anna)]).toEqual(before)
  expect(kinds()).toEqual([])
})
