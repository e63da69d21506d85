// What leaves, when, and what does not leave after all.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { series } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { requestAddress } from '#src/domain/addresses.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { enqueue, type MessageKind } from '#src/domain/outbox.ts'
import { findPerson, requestMyLink } from '#src/domain/people.ts'
import { erasePerson } from '#src/domain/privacy.ts'
import { cancelRegistration, changeDetails } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { requestSignIn, signInByCode, signInByToken } from '#src/domain/sign-ins.ts'
import { stopReminders } from '#src/domain/stopping.ts'
import { editing, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries } from '../support/world.ts'

let office: PostOffice
beforeEach(async () => {
  office = await openPostOffice()
})
afterEach(() => office.close())

const now = () => office.clock.now()
const texts = () => office.mailbox.received.map(({ mail }) => mail.text ?? '')
const at = async (instant: string) => {
  office.clock.set(instant)
  await office.deliver()
}
const ends = (kind: MessageKind) =>
  office.messages().flatMap(message => (message.kind === kind ? [[message.state, message.reason]] : []))
const event = (values: Parameters<typeof makeEvent>[2] = {}) => makeEvent(office.db, makeGroup(office.db), values)
const fresh = ({ id }: Event) => getEvent(office.db, id)

describe('reminders', () => {
  let webinar: Event
  let registration: Registration
  beforeEach(async () => {
    webinar = event()
    registration = makeRegistration(office.db, webinar)
    await office.deliver()
  })

  test('leave at their moments: the day before, and the hour before, with the door', async () => {
    await at('2026-12-02T10:59:59Z')
    expect(office.mailbox.received).toHaveLength(1)
    await at('2026-12-02T11:00:00Z')
    await at('2026-12-03T09:59:59Z')
    expect(office.mailbox.received).toHaveLength(2)
    await at('2026-12-03T10:00:00Z')
    expect(office.mailbox.received).toHaveLength(3)
    for (const text of texts().slice(1)) {
      expect(text).toContain(
        `https://agenda.example.org/join/${office.tokens.sign('join', { id: registration.id, version: 1 })}`,
      )
      expect(text).not.toContain('meet.example.org')
    }
  })

  test('keep the wall clock across the night the clock goes forward', async () => {
    const spring = makeEvent(office.db, makeGroup(office.db, { slug: 'b' }), {
      slug: 'b',
      localStart: '2027-03-28T12:00',
    })
    makeRegistration(office.db, spring, { email: 'bo@example.org' })
    await office.deliver()
    const sent = office.mailbox.received.length
    await at('2027-03-27T10:59:59Z')
    expect(office.mailbox.received).toHaveLength(sent)
    await at('2027-03-27T11:00:00Z')
    expect(office.mailbox.received[sent]?.mail.date).toBe('2027-03-27T11:00:00.000Z')
    await at('2027-03-28T08:59:59Z')
    expect(office.mailbox.received).toHaveLength(sent + 1)
    await at('2027-03-28T09:00:00Z')
    expect(office.mailbox.received).toHaveLength(sent + 2)
  })

  test('follow a move: not at the old moment, once at the new', async () => {
    writeNow(office.db, tx =>
      moveEvent(
        tx,
        fresh(webinar),
        { ...webinar, localStart: '2026-12-10T12:00' },
        '',
        editing(office, webinar),
        now(),
      ),
    )
    await office.deliver()
    await at('2026-12-02T11:00:00Z')
    expect(office.mailbox.received).toHaveLength(2)
    await at('2026-12-09T11:00:00Z')
    expect(office.mailbox.received[2]?.mail.subject).toContain('Herinnering')
    expect(ends('reminder_day')).toEqual([
      ['dropped', 'moved'],
      ['sent', ''],
    ])
  })

  test('stop with the event, and with the registration', async () => {
    writeNow(office.db, tx => cancelEvent(tx, fresh(webinar), '', editing(office, webinar), now()))
    await at('2026-12-03T10:00:00Z')
    expect(ends('reminder_day')).toEqual([['dropped', 'event_cancelled']])
    expect(ends('reminder_hour')).toEqual([['dropped', 'event_cancelled']])
  })

  test('stop for who wants none, while other mail goes on', async () => {
    writeNow(office.db, tx => stopReminders(tx, registration, now()))
    await at('2026-12-02T11:00:00Z')
    expect(ends('reminder_day')).toEqual([['dropped', 'unsubscribed']])
    writeNow(office.db, tx => cancelRegistration(tx, getRegistration(tx, registration.id), 'attendee', now()))
    await office.deliver()
    expect(ends('unregistered')).toEqual([['sent', '']])
  })

  test('§8.38 never leave after the start', async () => {
    office.mailbox.always('greylist')
    await at('2026-12-03T10:00:00Z')
    office.mailbox.always('accept')
    await at('2026-12-03T11:00:00Z')
    expect(ends('reminder_hour').flat()).toContain('dropped')
    expect(office.mailbox.received).toHaveLength(1)
  })

  test('know how somebody takes part now', async () => {
    const place = {
      name: 'Het Paleis',
      address: 'Boterdiep 111',
      postcode: '9712 LM',
      city: 'Groningen',
      access: 'Lift.',
    }
    const hybrid = makeEvent(office.db, makeGroup(office.db, { slug: 'c' }), {
      slug: 'c',
      attendance: 'hybrid',
      venue: place,
      capacityInPerson: 10,
    })
    const bo = makeRegistration(office.db, hybrid, { email: 'bo@example.org' })
    writeNow(office.db, tx => changeDetails(tx, bo, { ...bo, attendance: 'in_person' }, now()))
    await office.deliver()
    await at('2026-12-02T11:00:00Z')
    const text = office.mailbox.received.filter(({ to }) => to[0] === 'bo@example.org').at(-1)?.mail.text ?? ''
    expect(text).toContain('Het Paleis, Boterdiep 111, 9712 LM Groningen')
    expect(text).toContain('Toegankelijk: Lift.')
    expect(text).not.toContain('/join/')
  })
})

test('after a standstill over both moments only the last reminder leaves', async () => {
  const webinar = event()
  makeRegistration(office.db, webinar)
  await office.deliver()
  await at('2026-12-03T10:00:00Z')
  expect(ends('reminder_day')).toEqual([['dropped', 'superseded']])
  expect(ends('reminder_hour')).toEqual([['sent', '']])
})

test('a series may switch its reminders off', async () => {
  const group = makeGroup(office.db)
  const reeks = makeSeries(office.db, group)
  makeRegistration(office.db, makeEvent(office.db, group, { seriesId: reeks.id }))
  await office.deliver()
  writeNow(office.db, tx => tx.update(series).set({ remindDayBefore: false }).where(eq(series.id, reeks.id)).run())
  await at('2026-12-03T10:00:00Z')
  expect(ends('reminder_day')).toEqual([['dropped', 'switched_off']])
  expect(ends('reminder_hour')).toEqual([['sent', '']])
})

describe('a sign-in mail', () => {
  const ask = () =>
    writeNow(office.db, tx => {
      createOrganiser(tx, 'org@example.org', 'Org', now())
      requestSignIn(tx, 'org@example.org', 'nl', now())
    })

  test('holds a link and a code that work once, and leaves no trace in the outbox', async () => {
    ask()
    await office.deliver()
    const text = texts()[0] ?? ''
    const token = /\/sign-in\/([\w-]+)/.exec(text)?.[1] ?? ''
    const code = /^ {2}(\d{6})$/m.exec(text)?.[1] ?? ''
    expect(office.messages()).toMatchObject([{ state: 'sent', bytes: null }])
    expect(JSON.stringify(office.messages())).not.toContain(token)
    expect(office.messages()[0]?.subject).not.toContain(code)
    expect(writeNow(office.db, tx => signInByToken(tx, token, now()))).toMatch(/^[\w-]{43}$/)
    expect(writeNow(office.db, tx => signInByCode(tx, 'org@example.org', code, now()))).toBeUndefined()
  })

  test('§8.38 is not sent when it has waited too long', async () => {
    ask()
    office.clock.advance({ minutes: 11 })
    await office.deliver()
    expect(ends('sign_in')).toEqual([['dropped', 'expired']])
    expect(office.mailbox.received).toEqual([])
  })
})

describe('mails that somebody asked for', () => {
  test('lead to all registrations of an address', async () => {
    const { personId } = makeRegistration(office.db, event())
    writeNow(office.db, tx => requestMyLink(tx, 'zoe@example.org', 'nl', now()))
    await office.deliver()
    const mine = texts().find(text => text.includes('/my/'))
    const page = `/my/${office.tokens.sign('my', { id: personId, version: 1 })}`
    expect(mine).toContain(`:\nhttps://agenda.example.org${page}\n`)
    // Where the subscription stands, with its buttons.
    expect(mine).toContain(`:\nhttps://agenda.example.org${page}#follow\n`)
  })

  test('prove a new address, unless another one was asked for since', async () => {
    const registration = makeRegistration(office.db, event())
    await office.deliver()
    writeNow(office.db, tx => requestAddress(tx, registration, 'een@example.org', now()))
    office.clock.advance({ seconds: 1 })
    writeNow(office.db, tx => requestAddress(tx, registration, 'twee@example.org', now()))
    await office.deliver()
    expect(office.mailbox.received.slice(1).map(({ to }) => to)).toEqual([['twee@example.org']])
    expect(ends('address')).toEqual([
      ['dropped', 'superseded'],
      ['sent', ''],
    ])
  })

  test('a test mail just leaves', async () => {
    writeNow(office.db, tx =>
      enqueue(tx, { key: 'test:1', kind: 'test', toAddress: 'org@example.org', locale: 'en' }, now()),
    )
    await office.deliver()
    expect(office.mailbox.received.map(({ mail }) => mail.subject)).toEqual(['Test mail from Aanschuiven'])
  })
})

test('a free place is announced to who waits, not to who has one by now', async () => {
  const full = event({ capacityOnline: 1, localStart: '2026-11-21T10:30' })
  const first = makeRegistration(office.db, full)
  const waiting = makeRegistration(office.db, full, { email: 'bo@example.org' })
  await office.deliver()
  office.clock.advance({ seconds: 1 })
  writeNow(office.db, tx => cancelRegistration(tx, first, 'attendee', now()))
  writeNow(office.db, tx => cancelRegistration(tx, waiting, 'attendee', now()))
  await office.deliver()
  expect(ends('place_free')).toEqual([['dropped', 'superseded']])
})

test('an erased person gets nothing more', async () => {
  const webinar = event()
  makeRegistration(office.db, webinar)
  await office.deliver()
  writeNow(office.db, tx => erasePerson(tx, findPerson(tx, 'zoe@example.org') ?? raise(), now()))
  await at('2026-12-03T10:00:00Z')
  expect(office.mailbox.received).toHaveLength(1)
})

function raise(): never {
  throw new Error('nobody')
}
