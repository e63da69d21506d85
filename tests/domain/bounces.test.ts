// Mail that comes back: which addresses it stops, what nobody is taken to know, and what makes it go on again.
import { describe, expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { writeNow } from '#db/write.ts'
import { type Report, recordBounce, recordComplaint, recordRefusal } from '#src/domain/bounces.ts'
import { enrol } from '#src/domain/enrolling.ts'
import { getEnrolment } from '#src/domain/enrolments.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { enqueue, type Message } from '#src/domain/outbox.ts'
import { findPerson } from '#src/domain/people.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { canRetry, retry, trustAddress } from '#src/domain/retrying.ts'
import { freeze, recordOutcome } from '#src/domain/sending.ts'
import { toldSeriesNow } from '#src/domain/series-telling.ts'
import { createSignIn } from '#src/domain/sign-ins.ts'
import { findSubscription, listWishes } from '#src/domain/subscriptions.ts'
import { toldNow } from '#src/domain/telling.ts'
import { takeDue } from '#src/jobs/due.ts'
import { letterWish, subscribe } from '../support/letters.ts'

import {
  applicant,
  listMessages,
  makeEvent,
  makeGroup,
  makeRegistration,
  makeSeries,
  NOW,
  openWorld,
} from '../support/world.ts'

const at = (minutes: number) => NOW.add({ minutes })
const days = (count: number) => NOW.add({ hours: 24 * count })
const failed = (status: string, diagnostic = `550 ${status} said the other side`): Report => ({
  action: 'failed',
  status,
  diagnostic,
})

function openWebinar() {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db))
  const zoe = makeRegistration(db, event)
  const person = () => findPerson(db, 'zoe@example.org')
  const fresh = () => getRegistration(db, zoe.id)
  const move = (localStart: string, moment = at(30)) =>
    writeNow(db, tx => {
      const now = getEvent(tx, event.id)
      moveEvent(tx, now, { ...now, localStart }, '', { organiserId: null, revision: now.revision }, moment)
    })
  return { db, event, zoe, person, fresh, move }
}

/** A mail that told something and left at a moment. */
function leave(db: Db, message: Message, moment = at(1)): Message {
  writeNow(db, tx => {
    const told = message.registrationId === null ? null : toldOf(db, message.registrationId)
    const frozen = {
      subject: 'S',
      messageId: `<${message.id}@example.org>`,
      datedAt: moment,
      told,
      bytes: Buffer.from('x'),
    }
    freeze(tx, message.id, frozen)
    recordOutcome(tx, { ...message, ...frozen, attempts: 1 }, { result: 'sent' }, moment)
  })
  return byId(db, message.id)
}

function toldOf(db: Db, id: number) {
  const registration = getRegistration(db, id)
  return toldNow(getEvent(db, registration.eventId), registration)
}

function byId(db: Db, id: number): Message {
  const found = listMessages(db).find(message => message.id === id)
  if (!found) throw new Error('no mail')
  return found
}

const waiting = (db: Db) =>
  listMessages(db).filter(({ kind, state }) => !kind.startsWith('reminder') && state === 'queued')
const kinds = (db: Db) => waiting(db).map(({ kind }) => kind)
function first(db: Db): Message {
  const [message] = waiting(db)
  if (!message) throw new Error('no mail')
  return message
}
const bounce = (db: Db, message: Message, report: Report, moment = at(5)) =>
  writeNow(db, tx => recordBounce(tx, message, report, moment))

describe('a report', () => {
  test.each([
    ...['5.1.0', '5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1', '5.7.13'].map(status => [status, 'hard', true]),
    ...['5.2.2', '4.2.2', '4.4.7', '4.7.0', '5.0.0', '5.1.4', '5.2.0', '5.3.0', '5.4.1', '5.4.4', ''].map(status => [
      status,
      'soft',
      false,
    ]),
    ...['5.7.1', '5.7.26', '5.7.515', '5.7.130', '5.1.7', '5.1.8', '5.2.3', '5.3.4', '5.5.2', '5.6.0'].map(status => [
      status,
      'policy',
      false,
    ]),
  ] as [string, string, boolean][])('of %j is %s, and stops the address: %s', (status, expected, stops) => {
    const { db, person } = openWebinar()
    const message = leave(db, first(db))
    expect(bounce(db, message, failed(status))).toBe(expected)
    expect(byId(db, message.id)).toMatchObject({ state: 'sent', bounce: expected, bouncedAt: at(5) })
    expect(person()?.undeliverableAt ?? null).toEqual(stops ? at(5) : null)
  })

  test.each(['delayed', 'relayed', 'delivered', 'expanded'] as const)('§8.42 %s changes nothing', action => {
    const { db, fresh, person } = openWebinar()
    const message = leave(db, first(db))
    const before = [message, fresh(), person()]
    expect(bounce(db, message, { ...failed('5.1.1'), action })).toBe('nothing')
    expect([byId(db, message.id), fresh(), person()]).toEqual(before)
  })

  test('is kept in the other side’s words, on one line', () => {
    const { db, person } = openWebinar()
    const message = leave(db, first(db))
    bounce(db, message, failed('5.1.1', `550-5.1.1 The account\r\n 550 does not exist ${'x'.repeat(400)}`))
    const { bounceReason } = byId(db, message.id)
    expect(bounceReason).toMatch(/^550-5\.1\.1 The account 550 does not exist x+$/)
    expect(bounceReason).toHaveLength(300)
    expect(person()?.undeliverableReason).toBe(bounceReason)
    const bare = leave(db, enqueued(db, 'own'))
    bounce(db, bare, failed('5.2.1', ''))
    expect(byId(db, bare.id).bounceReason).toBe('5.2.1')
  })

  test('§8.42 that comes twice changes nothing the second time', () => {
    const { db, fresh, person } = openWebinar()
    const message = leave(db, first(db))
    expect(bounce(db, message, failed('5.1.1'))).toBe('hard')
    const before = [byId(db, message.id), fresh(), person()]
    expect(bounce(db, message, failed('5.7.1'), at(9))).toBe('nothing')
    expect([byId(db, message.id), fresh(), person()]).toEqual(before)
  })

  test('of an address that is nobody’s is shown on the mail only', () => {
    const { db } = openWebinar()
    const message = leave(db, enqueued(db, 'other', 'iemand@example.org'))
    expect(bounce(db, message, failed('5.1.1'))).toBe('hard')
    expect(byId(db, message.id).bounce).toBe('hard')
    expect(findPerson(db, 'zoe@example.org')?.undeliverableAt).toBeNull()
  })
})

/** One more mail to an address. */
function enqueued(db: Db, key: string, toAddress = 'zoe@example.org', moment = NOW): Message {
  const person = findPerson(db, toAddress)
  writeNow(db, tx => enqueue(tx, { key, kind: 'my', toAddress, locale: 'nl', personId: person?.id ?? null }, moment))
  const found = listMessages(db).find(message => message.key === key)
  if (!found) throw new Error('no mail')
  return found
}

describe('soft bounces', () => {
  const softOn = (db: Db, day: number) => {
    const message = leave(db, enqueued(db, `my:${day}`), days(day))
    return bounce(db, message, failed('5.2.2'), days(day))
  }

  test('stop the address at the third within 30 days', () => {
    const { db, person } = openWebinar()
    for (const day of [0, 10]) expect([softOn(db, day), person()?.undeliverableAt]).toEqual(['soft', null])
    expect(softOn(db, 30)).toBe('soft')
    expect(person()?.undeliverableAt).toEqual(days(30))
  })

  test('further apart do not', () => {
    const { db, person } = openWebinar()
    for (const day of [0, 10, 31, 42, 70]) softOn(db, day)
    expect(person()?.undeliverableAt).toBeNull()
  })
})

describe('an address that does not work', () => {
  test('gets nothing: what waits is dropped when it is due, and nothing is added', () => {
    const { db, move } = openWebinar()
    const confirmation = leave(db, first(db))
    move('2026-12-10T12:00', at(2))
    expect(kinds(db)).toEqual(['changed'])
    bounce(db, confirmation, failed('5.1.1'))
    expect(taken(db, at(6))).toEqual([])
    expect(
      listMessages(db)
        .filter(({ kind }) => kind === 'changed')
        .map(({ state, reason }) => [state, reason]),
    ).toEqual([['dropped', 'undeliverable']])
    const count = listMessages(db).length
    move('2026-12-17T12:00', at(8))
    expect(kinds(db)).toEqual([])
    // Its reminders were planned anew; they are judged on the day.
    expect(listMessages(db).length).toBe(count + 2)
    expect(taken(db, at(20))).toEqual([])
  })

  test('gets no reminder either', () => {
    const { db } = openWebinar()
    bounce(db, leave(db, first(db)), failed('5.1.1'))
    expect(taken(db, Temporal.Instant.from('2026-12-02T11:00:00Z'))).toEqual([])
    const [reminder] = listMessages(db).filter(({ kind }) => kind === 'reminder_day')
    expect([reminder?.state, reminder?.reason]).toEqual(['dropped', 'undeliverable'])
  })

  test('is not taken to know what came back, only what arrived before', () => {
    const { db, fresh, move } = openWebinar()
    const confirmation = leave(db, first(db))
    expect(fresh().threadId).toBe(confirmation.messageId)
    move('2026-12-10T12:00')
    const change = leave(db, first(db), at(31))
    expect(fresh().told?.localStart).toBe('2026-12-10T12:00')
    bounce(db, change, failed('5.1.1'), at(32))
    expect(fresh().told).toEqual(confirmation.told)
    expect(fresh().threadId).toBe(confirmation.messageId)
    bounce(db, confirmation, failed('5.1.1'), at(33))
    expect(fresh()).toMatchObject({ told: null, threadId: null })
  })

  test('keeps what one soft bounce or a policy says it was told', () => {
    const { db, fresh } = openWebinar()
    const confirmation = leave(db, first(db))
    bounce(db, confirmation, failed('5.7.1'))
    expect(fresh().told).toEqual(confirmation.told)
    expect(kinds(db)).toEqual([])
  })

  test('stops no sign-in link', () => {
    const { db } = openWebinar()
    writeNow(db, tx => createSignIn(tx, createOrganiser(tx, 'zoe@example.org', 'Zoë', NOW), NOW))
    bounce(db, leave(db, first(db)), failed('5.1.1'))
    writeNow(db, tx =>
      enqueue(tx, { key: 's', kind: 'sign_in', toAddress: 'zoe@example.org', locale: 'nl', signInId: 1 }, at(5)),
    )
    expect(taken(db, at(6), 'urgent')).toEqual(['sign_in'])
  })
})

/** What would leave now. */
const taken = (db: Db, moment: Temporal.Instant, queue: 'ordinary' | 'urgent' = 'ordinary') =>
  writeNow(db, tx =>
    takeDue(tx, 'worker', { queue, limit: 10 }, moment, error => {
      throw error
    }),
  ).map(({ message }) => message.kind)

describe('when an organiser trusts the address again', () => {
  const trust = (db: Db, moment = at(60)) => writeNow(db, tx => trustAddress(tx, 1, moment))

  test('the newest truth is told, in one mail, though rows were spent on it', () => {
    const { db, person, fresh, move, zoe } = openWebinar()
    bounce(db, leave(db, first(db)), failed('5.1.1'))
    trust(db)
    expect(person()).toMatchObject({ undeliverableAt: null, undeliverableReason: '' })
    expect(kinds(db)).toEqual(['confirmed'])
    expect(fresh()).toMatchObject({ sequence: zoe.sequence, revisedAt: at(60) })
    trust(db, at(70))
    expect(kinds(db)).toEqual(['confirmed'])
    move('2026-12-10T12:00', at(80))
    expect(kinds(db)).toEqual(['confirmed'])
    expect(taken(db, at(90))).toEqual(['confirmed'])
  })

  test('who knew the time before hears of the move; who was cancelled meanwhile of that', () => {
    const { db, move, zoe } = openWebinar()
    leave(db, first(db))
    move('2026-12-10T12:00')
    bounce(db, leave(db, first(db), at(31)), failed('5.1.1'), at(32))
    trust(db)
    expect(kinds(db)).toEqual(['changed'])
    writeNow(db, tx => cancelRegistration(tx, zoe, 'organiser', at(61)))
    expect(kinds(db)).toEqual(['unregistered'])
  })

  test('nothing is said about what is over', () => {
    const { db } = openWebinar()
    bounce(db, leave(db, first(db)), failed('5.1.1'))
    trust(db, Temporal.Instant.from('2026-12-03T12:00:00Z'))
    expect(kinds(db)).toEqual([])
  })

  test('a mail that came back can be sent again, and come back again', () => {
    const { db, person } = openWebinar()
    const message = leave(db, first(db))
    bounce(db, message, failed('5.1.1'))
    expect(canRetry(byId(db, message.id))).toBe(true)
    expect(() => writeNow(db, tx => retry(tx, byId(db, message.id), at(60)))).toThrow('not_possible_now')
    trust(db)
    writeNow(db, tx => retry(tx, byId(db, message.id), at(61)))
    expect(byId(db, message.id)).toMatchObject({ state: 'queued', bouncedAt: null, bounce: null, bounceReason: '' })
    expect(bounce(db, message, failed('5.1.1'), at(70))).toBe('hard')
    expect(person()?.undeliverableAt).toEqual(at(70))
  })

  test('a mail that arrived, as far as we know, cannot', () => {
    const { db } = openWebinar()
    const message = leave(db, first(db))
    expect(canRetry(message)).toBe(false)
    expect(() => writeNow(db, tx => retry(tx, message, at(60)))).toThrow('not_possible_now')
  })
})

describe('registering anew', () => {
  const again = (db: Db, event: Event, moment: Temporal.Instant) =>
    writeNow(db, tx => register(tx, event, applicant(), moment))

  test('within a week leaves the address as it is', () => {
    const { db, event, person } = openWebinar()
    bounce(db, leave(db, first(db)), failed('5.1.1'), NOW)
    again(db, event, days(7).subtract({ milliseconds: 1 }))
    expect(person()?.undeliverableAt).toEqual(NOW)
    expect(kinds(db)).toEqual([])
  })

  test('after a week gives it another chance, and tells what is true', () => {
    const { db, event, person } = openWebinar()
    bounce(db, leave(db, first(db)), failed('5.1.1'), NOW)
    again(db, event, days(7))
    expect(person()?.undeliverableAt).toBeNull()
    expect(kinds(db)).toEqual(['confirmed'])
  })
})

describe('a refusal on the spot', () => {
  const refuse = (db: Db, reason: string) => {
    const message = first(db)
    writeNow(db, tx => {
      const told = toldOf(db, message.registrationId ?? 0)
      const frozen = { subject: 'S', messageId: '<1@example.org>', datedAt: NOW, told, bytes: Buffer.from('x') }
      freeze(tx, message.id, frozen)
      recordOutcome(tx, { ...message, ...frozen, attempts: 1 }, { result: 'failed', reason }, at(1))
    })
    return byId(db, message.id)
  }

  test.each([
    ['550 5.1.1 No such user', 'hard', null],
    ['550-5.1.1 The account 550 5.1.1 does not exist', 'hard', null],
    ['550 5.7.1 Not wanted here', 'policy', '2026-12-03T12:00'],
    ['552 5.2.2 Mailbox full', 'soft', '2026-12-03T12:00'],
    ['550 Mailbox unavailable', 'soft', '2026-12-03T12:00'],
    ['554 Transaction failed', 'policy', '2026-12-03T12:00'],
    ['could not be written', null, '2026-12-03T12:00'],
    ['EENVELOPE: 5.1.1 bad', null, '2026-12-03T12:00'],
  ])('%j is a bounce: %s', (reason, expected, knows) => {
    const { db, fresh, person } = openWebinar()
    const message = refuse(db, reason)
    expect(message).toMatchObject({ state: 'failed', reason, bounce: expected })
    expect(message.bouncedAt).toEqual(expected && at(1))
    expect(person()?.undeliverableAt ?? null).toEqual(expected === 'hard' ? at(1) : null)
    expect(fresh().told?.localStart ?? null).toBe(knows)
    expect(kinds(db)).toEqual([])
  })

  test('is one report, however often it is read', () => {
    const { db } = openWebinar()
    const message = refuse(db, '550 5.1.1 No such user')
    writeNow(db, tx => recordRefusal(tx, message, '550 5.7.1 Later', at(9)))
    expect(byId(db, message.id)).toMatchObject({ bounce: 'hard', bounceReason: '550 5.1.1 No such user' })
  })
})

test('a complaint stops reminders and letters, and drops the reminders that wait; the registration stays', () => {
  const { db, fresh, person } = openWebinar()
  const message = leave(db, first(db))
  const letters = subscribe(db, 'zoe@example.org', [letterWish('newsletter', 'g1'), letterWish('announcement', 'g1')])
  for (const minutes of [5, 9]) writeNow(db, tx => recordComplaint(tx, message, at(minutes)))
  expect(person()).toMatchObject({ remindersStoppedAt: at(5), undeliverableAt: null })
  expect(findSubscription(db, letters.personId)?.stoppedAt).toEqual(at(5))
  expect(listWishes(db, letters.id)).toEqual([])
  const reminders = listMessages(db).filter(({ kind }) => kind.startsWith('reminder'))
  expect(reminders.map(({ state, reason }) => [state, reason])).toEqual([
    ['dropped', 'unsubscribed'],
    ['dropped', 'unsubscribed'],
  ])
  expect(fresh().status).toBe('confirmed')
})

test('a mail about a whole series that comes back is told again, with all its dates, once the address works', () => {
  const { db } = openWorld()
  const group = makeGroup(db)
  const found = makeSeries(db, group, { enrolmentRule: 'only' })
  for (const localStart of ['2026-12-03T12:00', '2026-12-24T12:00'])
    makeEvent(db, group, { seriesId: found.id, localStart })
  const enrolment = writeNow(db, tx => enrol(tx, found, { ...applicant(), wantsInvites: false }, NOW))
  const mail = first(db)
  const toldSeries = toldSeriesNow(db, enrolment, at(1))
  const frozen = { subject: 'S', messageId: '<s@example.org>', datedAt: at(1), told: null, bytes: Buffer.from('x') }
  writeNow(db, tx => {
    freeze(tx, mail.id, { ...frozen, toldSeries })
    recordOutcome(tx, { ...mail, ...frozen, toldSeries, attempts: 1 }, { result: 'sent' }, at(1))
  })
  expect([getEnrolment(db, enrolment.id).told, toldSeries.dates.length, kinds(db)]).toEqual(['confirmed', 2, []])
  writeNow(db, tx => recordBounce(tx, mail, failed('5.1.1'), at(5)))
  expect(getEnrolment(db, enrolment.id)).toMatchObject({ told: null, threadId: null })
  writeNow(db, tx => trustAddress(tx, enrolment.personId, at(60)))
  expect(kinds(db)).toEqual(['series_confirmed'])
})
