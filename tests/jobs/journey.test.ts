// One registration as its calendar sees it: over real SMTP, read back by a mail and a calendar library.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { editEvent } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { editing, FROM, inviteIn, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { partsOf } from '../support/smtp.ts'
import { applicant, makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

let office: PostOffice
beforeEach(async () => {
  office = await openPostOffice()
})
afterEach(() => office.close())

const now = () => office.clock.now()
const move = (event: Event, localStart: string) =>
  writeNow(office.db, tx =>
    moveEvent(
      tx,
      getEvent(tx, event.id),
      { ...getEvent(tx, event.id), localStart },
      'De zaal lekt.',
      editing(office, event),
      now(),
    ),
  )
const cancel = (event: Event) =>
  writeNow(office.db, tx => cancelEvent(tx, getEvent(tx, event.id), 'Te weinig mensen.', editing(office, event), now()))
const unregister = ({ id }: Registration) =>
  writeNow(office.db, tx => cancelRegistration(tx, getRegistration(tx, id), 'attendee', now()))
const invites = () => office.mailbox.received.flatMap(received => inviteIn(received) ?? [])
const kinds = () =>
  office.mailbox.received.map(({ mail }) => mail.headers.find(({ key }) => key === 'x-aanschuiven-message')?.value)

/** Lets a minute pass and sends what is due. */
async function later(): Promise<void> {
  office.clock.advance({ minutes: 1 })
  await office.deliver()
}

describe('an invitation', () => {
  test('has the shape that calendars act upon', async () => {
    makeRegistration(office.db, makeEvent(office.db, makeGroup(office.db)))
    await office.deliver()
    const [received] = office.mailbox.received
    if (!received) throw new Error('no mail')
    const parts = partsOf(received.raw)
    expect(parts.map(({ type }) => type)).toEqual([
      'multipart/mixed',
      'multipart/alternative',
      'text/plain',
      'text/html',
      'text/calendar',
      'application/ics',
    ])
    const [inline, attached] = parts.slice(-2)
    expect(inline?.headers).toEqual({
      'content-type': 'text/calendar; charset=utf-8; method=REQUEST',
      'content-transfer-encoding': 'quoted-printable',
    })
    expect(attached?.headers['content-disposition']).toBe('attachment; filename=invite.ics')
    expect(attached?.content).toBe(inline?.content)
    expect(inline?.content.replaceAll('\r\n ', '')).toContain('PARTSTAT=ACCEPTED;RSVP=FALSE')
    expect(received.from).toMatch(/^agenda\+1-[0-9a-f]{10}@aanschuiven\.example$/)
    expect([received.to, received.mail.from?.address]).toEqual([['zoe@example.org'], FROM])
    expect(received.mail.to).toEqual([{ name: 'Zoë de Vries', address: 'zoe@example.org' }])
    expect(invites()).toMatchObject([
      {
        method: 'REQUEST',
        sequence: 0,
        status: 'CONFIRMED',
        start: '2026-12-03T11:00:00.000Z',
        stamp: '2026-11-21T09:00:00Z',
        attendees: ['mailto:zoe@example.org'],
        organizer: `mailto:${FROM}`,
      },
    ])
  })

  test('follows the event: moved across the clock change, then cancelled', async () => {
    const event = makeEvent(office.db, makeGroup(office.db), { localStart: '2027-03-25T12:00' })
    makeRegistration(office.db, event)
    await office.deliver()
    office.clock.advance({ minutes: 1 })
    move(event, '2027-04-01T12:00')
    await office.deliver()
    office.clock.advance({ minutes: 1 })
    cancel(event)
    await office.deliver()
    expect(invites().map(({ method, uid, sequence, start, status }) => [method, uid, sequence, start, status])).toEqual(
      [
        ['REQUEST', event.uid, 0, '2027-03-25T11:00:00.000Z', 'CONFIRMED'],
        ['REQUEST', event.uid, 1, '2027-04-01T10:00:00.000Z', 'CONFIRMED'],
        ['CANCEL', event.uid, 2, '2027-04-01T10:00:00.000Z', 'CANCELLED'],
      ],
    )
    expect(kinds()).toEqual(['confirmed', 'changed', 'cancelled'])
    const [first, ...rest] = office.mailbox.received
    for (const { mail } of rest)
      expect([mail.inReplyTo, mail.references]).toEqual([first?.mail.messageId, first?.mail.messageId])
    expect(rest[0]?.mail.text).toContain('was: donderdag 25 maart 2027, 12.00–13.00 uur')
    expect(rest[0]?.mail.text).toContain('Reden: De zaal lekt.')
    expect(rest[1]?.mail.text).toContain('Reden: Te weinig mensen.')
  })

  test('moves to another place, with the reason of that change and no older one', async () => {
    const venue = { name: 'Het Paleis', address: 'Boterdiep 111', postcode: '9712 LM', city: 'Groningen', access: '' }
    const event = makeEvent(office.db, makeGroup(office.db), { attendance: 'in_person', venue, capacityInPerson: 9 })
    makeRegistration(office.db, event, { attendance: 'in_person' })
    await office.deliver()
    move(event, '2026-12-10T12:00')
    await later()
    const at = { ...getEvent(office.db, event.id), venue: { ...venue, name: 'Forum', city: 'Assen' } }
    for (const [to, reason] of [
      [at, 'Meer ruimte.'],
      [{ ...at, durationMinutes: 90 }, ''],
    ] as const) {
      writeNow(office.db, tx => moveEvent(tx, getEvent(tx, event.id), to, reason, editing(office, event), now()))
      await later()
    }
    const [, , place, longer] = office.mailbox.received.map(({ mail }) => mail.text)
    expect(place).toContain(
      'Waar: Forum, Boterdiep 111, 9712 LM Assen\n  was: Het Paleis, Boterdiep 111, 9712 LM Groningen',
    )
    expect(place).toContain('Reden: Meer ruimte.')
    expect(longer).toContain('was: donderdag 10 december 2026, 12.00–13.00 uur')
    expect(longer).not.toContain('Reden')
    expect(invites().map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3])
  })

  test('leaves one calendar only when one person unregisters', async () => {
    const event = makeEvent(office.db, makeGroup(office.db))
    const registration = makeRegistration(office.db, event)
    makeRegistration(office.db, event, { email: 'bo@example.org' })
    await office.deliver()
    unregister(registration)
    await later()
    expect(invites().slice(2)).toMatchObject([
      { method: 'CANCEL', sequence: 1, status: null, attendees: ['mailto:zoe@example.org'] },
    ])
    expect(kinds()).toEqual(['confirmed', 'confirmed', 'unregistered'])
  })

  test('comes back with a higher number after cancelling, for the event and for the person', async () => {
    const event = makeEvent(office.db, makeGroup(office.db))
    const registration = makeRegistration(office.db, event)
    await office.deliver()
    cancel(event)
    await later()
    writeNow(office.db, tx => reinstateEvent(tx, getEvent(tx, event.id), editing(office, event), now()))
    await later()
    unregister(registration)
    await later()
    writeNow(office.db, tx => register(tx, getEvent(tx, event.id), applicant(), now()))
    await later()
    expect(invites().map(({ method, sequence }) => [method, sequence])).toEqual([
      ['REQUEST', 0],
      ['CANCEL', 1],
      ['REQUEST', 2],
      ['CANCEL', 3],
      ['REQUEST', 4],
    ])
    expect(kinds()).toEqual(['confirmed', 'cancelled', 'reinstated', 'unregistered', 'confirmed'])
  })

  test('goes to who moves up from the waiting list', async () => {
    const event = makeEvent(office.db, makeGroup(office.db), { capacityOnline: 1 })
    const first = makeRegistration(office.db, event)
    await office.deliver()
    makeRegistration(office.db, event, { email: 'bo@example.org', name: 'Bo' })
    await later()
    expect(office.mailbox.received[1]?.mail.text).toContain('op plek 1')
    unregister(first)
    await later()
    expect(kinds().toSorted()).toEqual(['confirmed', 'promoted', 'unregistered', 'waitlisted'])
    const told = invites().map(({ method, sequence, attendees }) => [method, sequence, attendees])
    expect(told).toHaveLength(3)
    expect(told).toContainEqual(['CANCEL', 1, ['mailto:zoe@example.org']])
    expect(told).toContainEqual(['REQUEST', 1, ['mailto:bo@example.org']])
  })

  test('comes once more to who registers twice, with the same numbers', async () => {
    const event = makeEvent(office.db, makeGroup(office.db))
    makeRegistration(office.db, event)
    await office.deliver()
    office.clock.advance({ minutes: 5 })
    makeRegistration(office.db, event, {}, now())
    await office.deliver()
    const [first, second] = invites()
    expect(kinds()).toEqual(['confirmed', 'again'])
    expect({ ...second, subject: first?.subject }).toEqual(first)
  })
})

describe('while no mail leaves', () => {
  test('a confirmation takes up the move: one mail, with the new time', async () => {
    const event = makeEvent(office.db, makeGroup(office.db))
    makeRegistration(office.db, event)
    move(event, '2026-12-10T12:00')
    await office.deliver()
    expect(kinds()).toEqual(['confirmed'])
    expect(invites()).toMatchObject([{ method: 'REQUEST', sequence: 1, start: '2026-12-10T11:00:00.000Z' }])
  })

  test('a move and a cancellation become one CANCEL', async () => {
    const event = makeEvent(office.db, makeGroup(office.db))
    makeRegistration(office.db, event)
    await office.deliver()
    move(event, '2026-12-10T12:00')
    cancel(event)
    await office.deliver()
    expect(kinds()).toEqual(['confirmed', 'cancelled'])
    expect(invites()[1]).toMatchObject({ method: 'CANCEL', sequence: 2 })
    expect(office.messages().map(({ kind, state, reason }) => [kind, state, reason])).toContainEqual([
      'changed',
      'dropped',
      'superseded',
    ])
  })

  test('a change that is taken back tells nobody anything', async () => {
    const event = makeEvent(office.db, makeGroup(office.db))
    makeRegistration(office.db, event)
    makeRegistration(office.db, event, { email: 'bo@example.org' })
    await office.deliver()
    move(event, '2026-12-10T12:00')
    await later()
    move(event, '2026-12-03T12:00')
    office.clock.advance({ minutes: 3 })
    await office.deliver()
    expect(kinds()).toEqual(['confirmed', 'confirmed'])
  })

  test('what changes while a mail is under way is told after it', async () => {
    const event = makeEvent(office.db, makeGroup(office.db))
    makeRegistration(office.db, event)
    office.worker().start()
    await expect.poll(() => office.messages()[0]?.state).toBe('sending')
    office.clock.advance({ seconds: 1 })
    move(event, '2026-12-10T12:00')
    await office.worker().idle()
    expect(invites().map(({ method, sequence, start }) => [method, sequence, start])).toEqual([
      ['REQUEST', 0, '2026-12-03T11:00:00.000Z'],
      ['REQUEST', 1, '2026-12-10T11:00:00.000Z'],
    ])
  })

  test('a new text mails nobody, and the next mail carries it', async () => {
    const event = makeEvent(office.db, makeGroup(office.db))
    makeRegistration(office.db, event)
    await office.deliver()
    office.clock.advance({ minutes: 1 })
    writeNow(office.db, tx =>
      editEvent(tx, event, { ...event, title: 'Nieuwe titel' }, [], editing(office, event), now()),
    )
    await office.deliver()
    expect(kinds()).toEqual(['confirmed'])
  })
})
