// What an answer in somebody's calendar does: to their place, to what they are told, and to who waits.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { REPLIES } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { proofOf, proveAddress, requestAddress } from '#src/domain/addresses.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { markAttended } from '#src/domain/check-ins.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { freeDeclined, isAnyToFree } from '#src/domain/freeing.ts'
import { know } from '#src/domain/knowing.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { cancelRegistration, changeDetails } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { answerOf, applyReply, comeBack, type Reply } from '#src/domain/replies.ts'
import { assumeTold, sequenceOf, toldNow } from '#src/domain/telling.ts'
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
const START = Temporal.Instant.from('2026-12-03T11:00:00Z')

/** Zoë has a place in a webinar with a single one, and has been told; Bo waits. */
function openWebinar(values: Partial<Event> = {}) {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { capacityOnline: 1, ...values })
  const zoe = makeRegistration(db, event)
  const bo = makeRegistration(db, event, { email: 'bo@example.org', name: 'Bo' })
  writeNow(db, tx => assumeTold(tx, NOW))
  const fresh = (one: Registration = zoe) => getRegistration(db, one.id)
  const now = () => getEvent(db, event.id)
  const reply = (more: Partial<Reply> = {}, moment = at(10)) =>
    writeNow(db, tx =>
      applyReply(
        tx,
        {
          uid: event.uid,
          attendee: 'zoe@example.org',
          partstat: 'declined',
          sequence: sequenceOf(now(), fresh()),
          stamp: moment,
          isProven: true,
          ...more,
        },
        moment,
      ),
    )
  const mails = () =>
    listMessages(db)
      .filter(({ kind, state }) => !kind.startsWith('reminder') && state === 'queued')
      .map(({ kind, toAddress }) => `${kind} ${toAddress}`)
  const free = (moment: Temporal.Instant) => writeNow(db, tx => freeDeclined(tx, moment))
  const editor = () => ({ organiserId: null, revision: now().revision })
  const shift = (localStart: string, moment = at(20)) =>
    writeNow(db, tx => moveEvent(tx, now(), { ...event, localStart }, '', editor(), moment))
  const tell = () =>
    writeNow(db, tx => know(tx, { registrationId: zoe.id, choiceId: null, told: toldNow(now(), fresh()) }, null))
  /** The mail about it has arrived. */
  const move = (localStart: string, moment?: Temporal.Instant) => {
    shift(localStart, moment)
    tell()
  }
  return { db, event, zoe, bo, fresh, now, reply, mails, free, editor, shift, tell, move }
}

describe('a no', () => {
  test('frees the place after a day, and says so in one mail', () => {
    const { reply, fresh, mails } = openWebinar()
    expect(reply()).toBe('applied')
    expect(fresh()).toMatchObject({ status: 'confirmed', reply: 'declined', replySequence: 0 })
    expect(fresh().repliedAt).toEqual(at(10))
    expect(fresh().declinedAt).toEqual(at(10))
    expect(fresh().freesAt).toEqual(at(10).add({ hours: 24 }))
    expect(mails()).toEqual(['declined zoe@example.org'])
  })

  test('shortly before the start frees it halfway', () => {
    const { reply, fresh } = openWebinar()
    reply({}, START.subtract({ hours: 3 }))
    expect(fresh().freesAt).toEqual(START.subtract({ minutes: 90 }))
  })

  test.each([
    [0, '2026-11-21T09:10:00Z'],
    [2, '2026-11-21T11:10:00Z'],
    [336, '2026-11-27T10:05:00Z'],
    [null, undefined],
  ])('in a series that waits %s hours frees it at %s', (declineHours, moment) => {
    const { db } = openWorld()
    const group = makeGroup(db)
    const series = makeSeries(db, group, { declineHours })
    const { freesAt } = decline(db, makeEvent(db, group, { seriesId: series.id }))
    expect(freesAt?.toString()).toBe(moment)
  })

  test('given twice moves no clock, and brings a second mail on another day only', () => {
    const { reply, fresh, mails } = openWebinar()
    reply()
    expect(reply({}, at(60))).toBe('applied')
    expect(fresh().freesAt).toEqual(at(10).add({ hours: 24 }))
    expect(fresh().repliedAt).toEqual(at(60))
    expect(mails()).toEqual(['declined zoe@example.org'])
    reply({}, at(20 * 60))
    expect(mails()).toEqual(['declined zoe@example.org', 'declined zoe@example.org'])
  })

  test('to a new time on the same day brings a mail of its own: it is another question', () => {
    const { reply, fresh, move, mails } = openWebinar()
    reply()
    move('2026-12-10T12:00', at(20))
    expect(reply({}, at(30))).toBe('applied')
    expect(fresh().freesAt).toEqual(at(30).add({ hours: 24 }))
    expect(mails().filter(mail => mail.startsWith('declined'))).toHaveLength(2)
    reply({}, at(40))
    expect(mails().filter(mail => mail.startsWith('declined'))).toHaveLength(2)
  })

  test('raises no SEQUENCE and changes no other mail; the next invite has a later DTSTAMP', () => {
    const { reply, fresh, zoe } = openWebinar()
    reply()
    expect(fresh().sequence).toBe(zoe.sequence)
    expect(fresh().revisedAt).toEqual(at(10))
    reply({}, at(60))
    expect(fresh().revisedAt).toEqual(at(10))
  })

  test.each([
    ['an event we do not know', { uid: 'another' }],
    ['a stranger', { attendee: 'iemand@example.org' }],
    ['who only waits', { attendee: 'bo@example.org' }],
  ])('about %s does nothing', (_, about) => {
    const { reply, fresh, zoe, mails } = openWebinar()
    expect(reply(about)).toBe('unknown')
    expect(fresh()).toEqual({ ...zoe, told: fresh().told })
    expect(mails()).toEqual([])
  })

  test('once it has begun, is cancelled, or they are, does nothing', () => {
    const begun = openWebinar()
    expect(begun.reply({}, START)).toBe('unknown')
    const cancelled = openWebinar()
    writeNow(cancelled.db, tx => cancelEvent(tx, cancelled.event, '', cancelled.editor(), NOW))
    expect(cancelled.reply()).toBe('unknown')
    const gone = openWebinar()
    writeNow(gone.db, tx => cancelRegistration(tx, gone.zoe, 'attendee', NOW))
    expect(gone.reply()).toBe('unknown')
  })
})

function decline(db: ReturnType<typeof openWorld>['db'], event: Event): Registration {
  const { id } = makeRegistration(db, event)
  const answer: Reply = {
    uid: event.uid,
    attendee: 'zoe@example.org',
    partstat: 'declined',
    sequence: 0,
    stamp: at(10),
    isProven: true,
  }
  writeNow(db, tx => applyReply(tx, answer, at(10)))
  return getRegistration(db, id)
}

describe('a no that anybody may have sent', () => {
  test('is a question: no clock, nothing repeated in invites', () => {
    const { reply, fresh, mails } = openWebinar()
    expect(reply({ isProven: false })).toBe('asked')
    expect(fresh()).toMatchObject({ status: 'confirmed', reply: null, freesAt: null })
    expect(fresh().declinedAt).toEqual(at(10))
    expect(mails()).toEqual(['declined zoe@example.org'])
  })

  test('followed by one that is theirs starts the clock then', () => {
    const { reply, fresh, mails } = openWebinar()
    reply({ isProven: false })
    expect(reply({}, at(30))).toBe('applied')
    expect(fresh().declinedAt).toEqual(at(10))
    expect(fresh().freesAt).toEqual(at(30).add({ hours: 24 }))
    expect(mails()).toEqual(['declined zoe@example.org'])
  })

  test('stops no clock that runs already', () => {
    const { reply, fresh } = openWebinar()
    reply()
    expect(reply({ isProven: false }, at(30))).toBe('asked')
    expect(fresh()).toMatchObject({ reply: 'declined', freesAt: at(10).add({ hours: 24 }) })
  })

  test('counts for no more after a no that was taken back, or was about an older time', () => {
    const back = openWebinar()
    back.reply()
    writeNow(back.db, tx => comeBack(tx, back.zoe, at(20)))
    const moved = openWebinar()
    moved.reply()
    moved.move('2026-12-10T12:00', at(20))
    for (const { reply, fresh, now } of [back, moved]) {
      expect(reply({ isProven: false }, at(30))).toBe('asked')
      expect(fresh()).toMatchObject({ reply: null, declinedAt: at(30), freesAt: null })
      expect(answerOf(now(), fresh())).toBe('asked')
    }
  })

  test('cannot make the answers after it look old', () => {
    const { reply, fresh } = openWebinar()
    reply({ isProven: false, partstat: 'accepted', sequence: 99, stamp: at(10_000) })
    expect(reply({}, at(20))).toBe('applied')
    expect(fresh().reply).toBe('declined')
  })
})

describe('a yes or a maybe', () => {
  test.each(['accepted', 'tentative'] as const)('%s is written down in silence, and takes a no back', partstat => {
    const { reply, fresh, mails } = openWebinar()
    expect(reply({ partstat })).toBe('applied')
    expect(fresh()).toMatchObject({ reply: partstat, replySequence: 0, declinedAt: null, revisedAt: at(10) })
    expect(mails()).toEqual([])
    reply({}, at(20))
    expect(reply({ partstat }, at(30))).toBe('applied')
    expect(fresh()).toMatchObject({ reply: partstat, declinedAt: null, freesAt: null, revisedAt: at(30) })
    expect(mails()).toEqual(['declined zoe@example.org'])
  })

  test('that anybody may have sent stops the clock of a no, and leaves it to people', () => {
    const { reply, fresh } = openWebinar()
    reply()
    expect(reply({ partstat: 'accepted', isProven: false }, at(20))).toBe('asked')
    expect(fresh()).toMatchObject({ reply: 'declined', declinedAt: at(10), freesAt: null })
    expect(reply({}, at(30))).toBe('applied')
    expect(fresh().freesAt).toEqual(at(30).add({ hours: 24 }))
  })
})

describe('which answer counts', () => {
  test('the newer one by SEQUENCE, then DTSTAMP; the same one once (RFC 5546 §2.1.5)', () => {
    const { reply, fresh } = openWebinar()
    reply({ partstat: 'accepted', stamp: at(8) })
    expect(reply({ stamp: at(8) })).toBe('stale')
    expect(reply({ stamp: at(7) })).toBe('stale')
    expect(reply({ sequence: -1, stamp: at(9) })).toBe('stale')
    expect(fresh()).toMatchObject({ reply: 'accepted', replySequence: 0, repliedAt: at(8), declinedAt: null })
    expect(reply({ stamp: at(9) })).toBe('applied')
    expect(fresh().reply).toBe('declined')
  })

  test('one to an older invitation is written down for the organiser, and changes nothing', () => {
    const { reply, fresh, move, now, mails } = openWebinar()
    move('2026-12-10T12:00', at(5))
    expect(reply({ sequence: 0 })).toBe('stale')
    expect(fresh()).toMatchObject({ reply: 'declined', replySequence: 0, declinedAt: null, freesAt: null })
    expect(answerOf(now(), fresh())).toBe('older')
    expect(mails()).not.toContain('declined zoe@example.org')
    expect(reply({ sequence: 1, stamp: at(6) })).toBe('applied')
    expect(fresh()).toMatchObject({ replySequence: 1, freesAt: at(10).add({ hours: 24 }) })
  })

  test('one to an older invitation that anybody may have sent is not even written down', () => {
    const { reply, fresh, move } = openWebinar()
    move('2026-12-10T12:00', at(5))
    expect(reply({ sequence: 0, isProven: false })).toBe('stale')
    expect(fresh()).toMatchObject({ reply: null, replySequence: null, repliedAt: null })
  })

  test('in whatever order answers arrive, the newest one counts', () => {
    const answer = fc.record({
      partstat: fc.constantFrom(...REPLIES),
      sequence: fc.integer({ min: 0, max: 1 }),
      minutes: fc.integer({ min: 0, max: 9 }),
    })
    const all = fc.uniqueArray(answer, {
      minLength: 1,
      maxLength: 6,
      selector: one => `${one.sequence} ${one.minutes}`,
    })
    fc.assert(
      fc.property(all, answers => {
        const { reply, fresh, move } = openWebinar()
        move('2026-12-10T12:00', at(5))
        for (const { minutes, ...one } of answers) reply({ ...one, stamp: at(minutes) })
        const newest = answers.toSorted((a, b) => a.sequence - b.sequence || a.minutes - b.minutes).at(-1)
        expect(fresh()).toMatchObject({ reply: newest?.partstat, replySequence: newest?.sequence, status: 'confirmed' })
        expect(fresh().declinedAt !== null).toBe(newest?.partstat === 'declined' && newest.sequence === 1)
      }),
      { numRuns: 60 },
    )
  })

  test('a SEQUENCE that we never sent counts as the present one', () => {
    const { reply, fresh } = openWebinar()
    expect(reply({ partstat: 'accepted', sequence: 7 })).toBe('applied')
    expect(fresh().replySequence).toBe(0)
    expect(reply({}, at(20))).toBe('applied')
  })
})

describe('what an organiser sees of it', () => {
  test.each([
    ['nothing of a yes', [{ partstat: 'accepted' }], undefined],
    ['a maybe', [{ partstat: 'tentative' }], 'maybe'],
    ['a no that frees the place', [{}], 'frees'],
    ['a no in doubt', [{ isProven: false }], 'asked'],
    ['a no that people must decide about', [{}, { partstat: 'accepted', isProven: false }], 'declined'],
    ['nothing of a no that was taken back', [{}, { partstat: 'accepted' }], undefined],
  ] as [string, Partial<Reply>[], string | undefined][])('%s', (_, answers, seen) => {
    const { reply, fresh, now } = openWebinar()
    for (const [index, answer] of answers.entries()) reply(answer, at(10 + index))
    expect(answerOf(now(), fresh())).toBe(seen)
  })

  test('a yes to the time before is shown only to have come after the move', () => {
    const before = openWebinar()
    before.reply({ partstat: 'accepted' })
    before.move('2026-12-10T12:00', at(20))
    expect(answerOf(before.now(), before.fresh())).toBeUndefined()
    const after = openWebinar()
    after.move('2026-12-10T12:00', at(20))
    after.reply({ partstat: 'accepted', sequence: 0 }, at(30))
    expect(answerOf(after.now(), after.fresh())).toBe('older')
  })

  test('nothing of who is no longer registered', () => {
    const { db, reply, fresh, now, zoe } = openWebinar()
    reply({ partstat: 'tentative' })
    writeNow(db, tx => cancelRegistration(tx, zoe, 'attendee', at(20)))
    expect(answerOf(now(), fresh())).toBeUndefined()
  })
})

describe('when the time has come', () => {
  test('the place goes on to who waits, and both are told', () => {
    const { reply, fresh, free, mails, bo, db } = openWebinar()
    reply()
    const due = at(10).add({ hours: 24 })
    expect(isAnyToFree(db, due.subtract({ milliseconds: 1 }))).toBe(false)
    expect(isAnyToFree(db, due)).toBe(true)
    free(due.subtract({ milliseconds: 1 }))
    expect(fresh().status).toBe('confirmed')
    free(due)
    expect(fresh()).toMatchObject({ status: 'cancelled', cancelledBy: 'attendee', sequence: 1 })
    expect(fresh()).toMatchObject({ declinedAt: null, freesAt: null, reply: 'declined' })
    expect(fresh(bo).status).toBe('confirmed')
    expect(mails().slice(1)).toEqual(['unregistered zoe@example.org', 'promoted bo@example.org'])
    expect(isAnyToFree(db, due)).toBe(false)
  })

  test('but the worker slept until it had begun: nobody loses a place any more', () => {
    const { reply, fresh, free, db } = openWebinar()
    reply()
    free(START)
    expect(fresh()).toMatchObject({ status: 'confirmed', freesAt: null })
    expect(isAnyToFree(db, START)).toBe(false)
  })

  test('but they have come in: they stay', () => {
    const { db, reply, fresh, free, zoe } = openWebinar()
    reply({}, START.subtract({ minutes: 20 }))
    writeNow(db, tx => markAttended(tx, zoe, { source: 'door' }, START.subtract({ minutes: 12 })))
    free(START.subtract({ minutes: 10 }))
    expect(fresh()).toMatchObject({ status: 'confirmed', declinedAt: null, freesAt: null })
    expect(reply({}, START.subtract({ minutes: 5 }))).toBe('unknown')
  })
})

describe('coming back', () => {
  test('from a no: the place stays, and a new invite with the same SEQUENCE follows, once', () => {
    const { db, reply, fresh, zoe, mails, free } = openWebinar()
    reply()
    for (const minutes of [20, 25]) writeNow(db, tx => comeBack(tx, zoe, at(minutes)))
    expect(fresh()).toMatchObject({ status: 'confirmed', declinedAt: null, freesAt: null, sequence: 0 })
    expect(fresh().revisedAt).toEqual(at(20))
    expect(mails()).toEqual(['declined zoe@example.org', 'confirmed zoe@example.org'])
    free(START)
    expect(fresh().status).toBe('confirmed')
    expect(reply({ stamp: at(10) }, at(30))).toBe('stale')
  })

  test('after the place went to somebody else: on the waiting list, with the same details', () => {
    const { db, reply, fresh, free, bo, zoe } = openWebinar()
    reply()
    free(at(10).add({ hours: 24 }))
    expect(fresh(bo).status).toBe('confirmed')
    writeNow(db, tx => comeBack(tx, zoe, at(24 * 60 + 30)))
    expect(fresh()).toMatchObject({ status: 'waitlisted', name: 'Zoë de Vries', sequence: 2, reply: null })
    expect(fresh()).toMatchObject({ organisation: 'Gemeente Voorbeeld', role: 'practice', cancelledBy: null })
  })

  test('to a place that is still free', () => {
    const { db, zoe, fresh } = openWebinar({ capacityOnline: 40 })
    writeNow(db, tx => cancelRegistration(tx, zoe, 'attendee', at(10)))
    writeNow(db, tx => comeBack(tx, zoe, at(20)))
    expect(fresh()).toMatchObject({ status: 'confirmed', sequence: 2 })
  })

  test('is nothing for who never left', () => {
    const { db, zoe, bo, fresh, mails } = openWebinar()
    const before = [fresh(), fresh(bo)]
    for (const one of [zoe, bo]) writeNow(db, tx => comeBack(tx, one, at(10)))
    expect([fresh(), fresh(bo)]).toEqual(before)
    expect(mails()).toEqual([])
  })

  test('is too late once it has begun, and impossible when it is cancelled', () => {
    const { db, zoe, event, editor } = openWebinar()
    writeNow(db, tx => cancelRegistration(tx, zoe, 'attendee', at(10)))
    expect(() => writeNow(db, tx => comeBack(tx, zoe, START))).toThrow('past')
    writeNow(db, tx => cancelEvent(tx, event, '', editor(), at(20)))
    expect(() => writeNow(db, tx => comeBack(tx, zoe, at(30)))).toThrow('closed')
  })
})

describe('a pending no ends', () => {
  test('when the event moves: it was about the old time, and the mail about the move asks again', () => {
    const { reply, fresh, move, free, now, mails } = openWebinar()
    reply()
    move('2026-12-10T12:00')
    expect(fresh()).toMatchObject({ status: 'confirmed', reply: 'declined', declinedAt: null, freesAt: null })
    expect(answerOf(now(), fresh())).toBe('older')
    free(at(10).add({ hours: 24 }))
    expect(fresh().status).toBe('confirmed')
    expect(mails()).toContain('changed zoe@example.org')
  })

  test('when the event is cancelled, also if it goes on after all', () => {
    const { db, reply, fresh, free, editor, now, tell } = openWebinar()
    reply()
    writeNow(db, tx => cancelEvent(tx, now(), '', editor(), at(20)))
    tell()
    writeNow(db, tx => reinstateEvent(tx, now(), editor(), at(30)))
    free(at(10).add({ hours: 24 }))
    expect(fresh()).toMatchObject({ status: 'confirmed', declinedAt: null, freesAt: null })
  })

  test('only when they hear of the change: one that is taken back before leaves their no as it was', () => {
    const { db, reply, fresh, free, shift, editor, now, event } = openWebinar()
    reply()
    shift('2026-12-10T12:00', at(20))
    shift(event.localStart, at(21))
    writeNow(db, tx => cancelEvent(tx, now(), '', editor(), at(22)))
    writeNow(db, tx => reinstateEvent(tx, now(), editor(), at(23)))
    expect(answerOf(now(), fresh())).toBe('frees')
    free(at(10).add({ hours: 24 }))
    expect(fresh().status).toBe('cancelled')
  })

  test('also a no that came while the change was held back', () => {
    const { reply, fresh, shift, tell, event } = openWebinar()
    shift('2026-12-10T12:00', at(9))
    expect(reply({ sequence: 0 })).toBe('applied')
    expect(fresh().freesAt).toEqual(at(10).add({ hours: 24 }))
    shift(event.localStart, at(11))
    expect(fresh().declinedAt).toEqual(at(10))
    shift('2026-12-10T12:00', at(12))
    tell()
    expect(fresh()).toMatchObject({ reply: 'declined', declinedAt: null, freesAt: null })
  })

  test('and no place is freed as long as a change has yet to be told', () => {
    const { reply, fresh, free, shift, event } = openWebinar()
    reply()
    shift('2026-12-10T12:00', at(20))
    const due = at(10).add({ hours: 24 })
    free(due)
    expect(fresh()).toMatchObject({ status: 'confirmed', freesAt: due.add({ hours: 1 }) })
    shift(event.localStart, due)
    free(due.add({ hours: 1 }))
    expect(fresh().status).toBe('cancelled')
  })

  test('when they register again: they come, and are told so', () => {
    const { db, event, reply, fresh, mails } = openWebinar()
    reply()
    makeRegistration(db, event, applicant(), at(20))
    expect(fresh()).toMatchObject({ status: 'confirmed', declinedAt: null, freesAt: null, sequence: 0 })
    expect(mails()).toEqual(['declined zoe@example.org', 'confirmed zoe@example.org'])
  })

  test('when they choose another way to take part', () => {
    const venue = { name: 'Huis', address: '', postcode: '', city: 'Groningen', access: '' }
    const { db, reply, fresh, zoe } = openWebinar({ attendance: 'hybrid', capacityInPerson: 5, venue })
    reply()
    const details = {
      name: 'Zoë',
      organisation: '',
      role: 'practice',
      accessNeeds: '',
      attendance: 'in_person',
    } as const
    writeNow(db, tx => changeDetails(tx, zoe, details, at(20)))
    expect(fresh()).toMatchObject({ attendance: 'in_person', declinedAt: null, freesAt: null })
  })

  test('when they prove another address: the old one is out, the new one has not answered', () => {
    const { db, reply, fresh, zoe } = openWebinar()
    reply()
    writeNow(db, tx => requestAddress(tx, fresh(), 'nieuw@example.org', at(20)))
    expect(proofOf(fresh(), 'nieuw@example.org').id).toBe(zoe.id)
    const moved = writeNow(db, tx => proveAddress(tx, fresh(), at(30)))
    expect(fresh()).toMatchObject({ status: 'cancelled', declinedAt: null, freesAt: null })
    expect(moved).toMatchObject({ status: 'confirmed', reply: null, declinedAt: null, freesAt: null })
  })

  test('when they move to this address, which had a place already', () => {
    const { db, event, reply, fresh } = openWebinar({ capacityOnline: 40 })
    const other = makeRegistration(db, event, { email: 'oud@example.org' })
    reply()
    writeNow(db, tx => requestAddress(tx, other, 'zoe@example.org', at(20)))
    const kept = writeNow(db, tx => proveAddress(tx, fresh(other), at(30)))
    expect(kept).toMatchObject({ id: fresh().id, status: 'confirmed', declinedAt: null, freesAt: null })
  })
})
