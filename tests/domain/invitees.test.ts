import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events, invitees, messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import {
  addInvitees,
  askInvitees,
  heldAsks,
  listInvitees,
  listToAsk,
  recallAsks,
  refuseInvitation,
  removeInvitee,
  whyNotAsk,
} from '#src/domain/invitees.ts'
import { findOrCreatePerson } from '#src/domain/people.ts'
import { erasePerson, exportPerson } from '#src/domain/privacy.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import { comeBack } from '#src/domain/replies.ts'
import { Refusal } from '#src/lib/errors.ts'
import { readList } from '#src/web/console/invitees.ts'
import { sweepAt } from '../support/swept.ts'
import { applicant, listMessages, makeEvent, makeGroup, NOW, openWorld } from '../support/world.ts'

const after = (duration: Temporal.DurationLike) => NOW.add(duration)

function openEvent(names = ['een', 'twee', 'drie']) {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { isInvitationOnly: true })
  const wanted = names.map(name => ({ name, email: `${name}@example.org`, organisation: '' }))
  const add = () => writeNow(db, tx => addInvitees(tx, event, wanted, 'nl', NOW))
  add()
  const of = (name: string) => {
    const found = db
      .select()
      .from(invitees)
      .all()
      .find(one => one.name === name)
    if (!found) throw new Error(name)
    return found
  }
  const come = (name: string, email = `${name}@example.org`) =>
    writeNow(db, tx => register(tx, event, { ...applicant({ name, email }), inviteeId: of(name).id }, NOW))
  const ask = (which: 'new' | 'asked', now = NOW) => writeNow(db, tx => askInvitees(tx, event, which, now))
  const states = () => Object.fromEntries(listInvitees(db, event).map(({ invitee, state }) => [invitee.name, state]))
  const asks = () => listMessages(db).filter(({ kind, state }) => kind === 'invited' && state === 'queued')
  return { db, event, add, of, come, ask, states, asks }
}

describe('an event for invited people only', () => {
  test('takes nobody without an invitation, known or not', () => {
    const { db, event, come } = openEvent()
    come('een')
    for (const email of ['een@example.org', 'vreemd@example.org'])
      expect(() => writeNow(db, tx => register(tx, event, applicant({ email }), NOW))).toThrow(
        new Refusal('invitation_only'),
      )
  })

  test('takes who was asked, also with another address; and of one invitation one person', () => {
    const { db, event, of, come, states } = openEvent()
    expect(come('een', 'thuis@example.org').status).toBe('confirmed')
    expect(states()).toEqual({ een: 'registered', twee: 'new', drie: 'new' })
    const other = { ...applicant({ email: 'ander@example.org' }), inviteeId: of('een').id }
    expect(() => writeNow(db, tx => register(tx, event, other, NOW))).toThrow(new Refusal('already_there'))
  })

  test('takes back who left, by the same invitation', () => {
    const { db, come } = openEvent()
    const { id } = come('een')
    writeNow(db, tx => cancelRegistration(tx, { id }, 'attendee', NOW))
    expect(writeNow(db, tx => comeBack(tx, { id }, NOW)).status).toBe('confirmed')
  })
})

test('whom an organiser asks needs no yes as well', () => {
  const { db, event, of } = openEvent()
  db.update(events).set({ needsApproval: true }).run()
  const asked = { ...applicant({ email: 'een@example.org' }), inviteeId: of('een').id }
  expect(writeNow(db, tx => register(tx, event, asked, NOW)).status).toBe('confirmed')
})

test('the list holds everybody once', () => {
  const { add, states } = openEvent()
  expect(add()).toBe(0)
  expect(Object.keys(states())).toHaveLength(3)
})

describe('asking', () => {
  test('mails those who were not asked, after two minutes; and takes back what has not left', () => {
    const { db, event, ask, asks, states } = openEvent()
    expect(ask('new')).toBe(3)
    expect(asks().map(({ toAddress, dueAt }) => [toAddress, dueAt])).toEqual(
      ['drie', 'een', 'twee'].map(name => [`${name}@example.org`, after({ minutes: 2 })]),
    )
    expect(heldAsks(db, event, NOW)?.count).toBe(3)
    expect(ask('new')).toBe(0)
    expect(writeNow(db, tx => recallAsks(tx, event, after({ minutes: 1 })))).toBe(3)
    expect([asks().length, states()]).toEqual([0, { een: 'new', twee: 'new', drie: 'new' }])
    expect(writeNow(db, tx => recallAsks(tx, event, after({ minutes: 1 })))).toBe(0)
  })

  test('again goes to who was silent, a day later at the earliest, and three times at most', () => {
    const { db, event, of, come, ask } = openEvent()
    ask('new')
    come('een')
    writeNow(db, tx => refuseInvitation(tx, of('twee'), NOW))
    const silent = (now: Temporal.Instant) => listToAsk(db, event, 'asked', now).map(({ name }) => name)
    expect(silent(after({ hours: 1 }))).toEqual([])
    expect(silent(after({ hours: 21 }))).toEqual(['drie'])
    expect([
      ask('asked', after({ hours: 24 })),
      ask('asked', after({ hours: 48 })),
      ask('asked', after({ hours: 72 })),
    ]).toEqual([1, 1, 0])
  })

  test('taken back a second time can be done anew at once, since the first was a day ago', () => {
    const { db, event, ask } = openEvent(['een'])
    ask('new')
    db.update(messages).set({ state: 'sent', sentAt: NOW }).where(eq(messages.kind, 'invited')).run()
    const later = after({ hours: 24 })
    db.update(invitees).set({ asks: 1 }).run()
    writeNow(db, tx =>
      addInvitees(tx, event, [{ email: 'meer@example.org', name: 'meer', organisation: '' }], 'nl', NOW),
    )
    writeNow(db, tx => askInvitees(tx, event, 'asked', later))
    db.update(messages)
      .set({ dueAt: later.add({ minutes: 2 }) })
      .where(eq(messages.state, 'queued'))
      .run()
    expect(writeNow(db, tx => recallAsks(tx, event, later))).toBe(1)
    expect(listToAsk(db, event, 'asked', later).map(({ name, asks }) => [name, asks])).toEqual([['een', 1]])
  })

  test('stops for who answered before the mail left', () => {
    const { db, of, come, ask } = openEvent()
    ask('new')
    come('een')
    writeNow(db, tx => refuseInvitation(tx, of('twee'), NOW))
    const why = (name: string) => writeNow(db, tx => whyNotAsk(tx, of(name).id, NOW))
    expect(['een', 'twee', 'drie'].map(why)).toEqual(['answered', 'answered', undefined])
  })

  test('is refused for what is over', () => {
    const { ask } = openEvent()
    expect(() => ask('new', Temporal.Instant.from('2027-06-01T00:00:00Z'))).toThrow(new Refusal('closed'))
  })
})

test('who says no and comes after all has not said no', () => {
  const { db, of, come, states } = openEvent()
  writeNow(db, tx => refuseInvitation(tx, of('een'), NOW))
  expect(states().een).toBe('declined')
  come('een')
  expect([states().een, of('een').declinedAt]).toEqual(['registered', null])
})

test('taken off the list, a mail that waits is dropped', () => {
  const { db, of, ask, asks, states } = openEvent(['een'])
  ask('new')
  writeNow(db, tx => removeInvitee(tx, of('een')))
  expect([asks().length, states()]).toEqual([0, {}])
})

describe('what is known of who was asked', () => {
  test('goes a month after the event, with the mails', () => {
    const { db, ask } = openEvent()
    ask('new')
    const end = db.select({ at: events.endsAt }).from(events).get()?.at ?? NOW
    sweepAt(db, end.add({ hours: 29 * 24 }))
    expect(db.select().from(invitees).all()).toHaveLength(3)
    sweepAt(db, end.add({ hours: 31 * 24 }))
    expect([db.select().from(invitees).all(), listMessages(db)]).toEqual([[], []])
  })

  test('is given to the person, and erased with them', () => {
    const { db, ask } = openEvent()
    ask('new')
    const person = writeNow(db, tx => findOrCreatePerson(tx, 'een@example.org', NOW))
    expect(exportPerson(db, person).invitations).toMatchObject([
      {
        event: 'Eén gezin, één plan: lukt dat?',
        start: '2026-12-03T12:00',
        name: 'een',
        organisation: '',
        askedAt: NOW.toString(),
      },
    ])
    writeNow(db, tx => erasePerson(tx, person, NOW))
    expect(JSON.stringify(db.select().from(invitees).all())).not.toContain('een@')
    expect(JSON.stringify(listMessages(db))).not.toContain('een@')
  })
})

test('a list is read line by line, however an address stands in it', () => {
  const text = [
    'Zoë de Vries <Zoe@Example.org>, Gemeente',
    'bea@example.org',
    'Ali Baba; ali@example.org',
    '',
    '  <x@example.org>  ',
  ].join('\n')
  expect(readList(text)).toEqual({
    wanted: [
      { name: 'Zoë de Vries', email: 'zoe@example.org', organisation: 'Gemeente' },
      { name: '', email: 'bea@example.org', organisation: '' },
      { name: 'Ali Baba', email: 'ali@example.org', organisation: '' },
      { name: '', email: 'x@example.org', organisation: '' },
    ],
    wrong: [],
  })
  // Fifty thousand letters without an address are looked at once.
  const begun = performance.now()
  expect(readList('a'.repeat(50_000)).wrong).toHaveLength(1)
  expect(performance.now() - begun).toBeLessThan(1000)
  expect(readList('geen adres\nwww.winkel.example <a@example.org>').wrong).toHaveLength(2)
})
