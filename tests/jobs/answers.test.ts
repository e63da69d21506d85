// From a no in a calendar to the place of who waits, and from a mail that comes back to silence and out of it: by the mails
// that arrive, over real SMTP.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { events } from '#db/schema.ts'
import { recordBounce } from '#src/domain/bounces.ts'
import type { Event } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { getRegistration, getRegistrationByLink, type Registration } from '#src/domain/registrations.ts'
import { applyReply, comeBack } from '#src/domain/replies.ts'
import { trustAddress } from '#src/domain/retrying.ts'
import { editing, inviteIn, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import type { Received } from '../support/smtp.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, NOW } from '../support/world.ts'

let office: PostOffice
let event: Event
let zoe: Registration

beforeEach(async () => {
  office = await openPostOffice({ config: { imapUrl: 'imap://agenda.example.org' } })
  event = makeEvent(office.db, makeGroup(office.db), { capacityOnline: 1 })
  zoe = makeRegistration(office.db, event)
  makeRegistration(office.db, event, { email: 'bo@example.org', name: 'Bo' })
  await office.deliver()
})
afterEach(() => office.close())

const fresh = () => getRegistration(office.db, zoe.id)
const to = (address: string) => office.mailbox.received.filter(mail => mail.to.includes(address))
const last = (address: string) => to(address).at(-1) as Received
const textOf = ({ mail }: Received) => mail.text ?? ''
const stateOf = (kind: string) =>
  office
    .messages()
    .filter(message => message.kind === kind)
    .map(({ state, reason }) => `${state} ${reason}`.trim())

async function after(duration: Temporal.DurationLike): Promise<void> {
  office.clock.advance(duration)
  await office.deliver()
}

async function sayNo(isProven = true): Promise<void> {
  office.clock.advance({ minutes: 10 })
  const now = office.clock.now()
  const answer = { uid: event.uid, attendee: 'zoe@example.org', partstat: 'declined', sequence: 0 } as const
  await office.write(tx => applyReply(tx, { ...answer, stamp: now, isProven }, now))
  await office.deliver()
}

/** What the button of the mail leads to. */
function linkedIn(mail: Received): Registration {
  const token = /\/registrations\/([\w-]+)/.exec(textOf(mail))?.[1] ?? ''
  return getRegistrationByLink(office.db, office.tokens.read('registration', token))
}

describe('a no in the calendar', () => {
  test('brings a mail without an invite; its way back keeps the place, and a new invite asks again', async () => {
    const first = inviteIn(last('zoe@example.org'))
    expect(first).toMatchObject({ method: 'REQUEST', sequence: 0, partstat: 'NEEDS-ACTION' })
    await sayNo()
    const declined = last('zoe@example.org')
    expect(to('zoe@example.org')).toHaveLength(2)
    expect(declined.mail.subject).toBe('Je zei nee: Eén gezin, één plan: lukt dat? (do 3 dec)')
    expect(textOf(declined)).toContain('Je plaats komt daarom vrij op zondag 22 november, 10.10 uur.')
    expect(inviteIn(declined)).toBeUndefined()
    expect(declined.mail.inReplyTo).toBe(to('zoe@example.org')[0]?.mail.messageId)

    office.clock.advance({ hours: 3 })
    await office.write(tx => comeBack(tx, linkedIn(declined), office.clock.now()))
    await office.deliver()
    const again = inviteIn(last('zoe@example.org'))
    expect(again).toMatchObject({ method: 'REQUEST', uid: first?.uid, sequence: 0, partstat: 'NEEDS-ACTION' })
    expect([first?.stamp, again?.stamp]).toEqual(['2026-11-21T09:00:00Z', '2026-11-21T12:10:00Z'])

    await after({ hours: 48 })
    expect(fresh().status).toBe('confirmed')
    expect(to('zoe@example.org')).toHaveLength(3)
    expect(to('bo@example.org')).toHaveLength(1)
  })

  test('left as it is: after a day the entry is taken back and who waits has the place', async () => {
    await sayNo()
    await after({ minutes: 24 * 60 - 1 })
    expect([to('zoe@example.org').length, to('bo@example.org').length]).toEqual([2, 1])
    await after({ minutes: 1 })
    const cancel = inviteIn(last('zoe@example.org'))
    expect(cancel).toMatchObject({ method: 'CANCEL', uid: event.uid, sequence: 1, status: null })
    expect(last('zoe@example.org').mail.subject).toContain('Je bent afgemeld')
    expect(inviteIn(last('bo@example.org'))).toMatchObject({ method: 'REQUEST', uid: event.uid, sequence: 1 })
    expect(last('bo@example.org').mail.subject).toContain('Er is een plaats voor je')
    await after({ hours: 48 })
    expect([to('zoe@example.org').length, to('bo@example.org').length]).toEqual([3, 2])
  })

  test('that anybody may have sent is a question, and no answer to it costs nobody a place', async () => {
    await sayNo(false)
    expect(last('zoe@example.org').mail.subject).toContain('Klopt het dat je niet komt?')
    await after({ hours: 24 * 5 })
    expect(fresh().status).toBe('confirmed')
    expect(to('zoe@example.org')).toHaveLength(2)
  })

  test('gets no reminder, as long as it stands', async () => {
    const series = makeSeries(office.db, makeGroup(office.db, { slug: 'zuid' }), { declineHours: null })
    office.db.update(events).set({ seriesId: series.id }).run()
    await sayNo()
    office.clock.set('2026-12-02T11:00:00Z')
    await office.deliver()
    expect(stateOf('reminder_day')).toEqual(['dropped declined'])
    await office.write(tx => comeBack(tx, zoe, office.clock.now()))
    office.clock.set('2026-12-03T10:00:00Z')
    await office.deliver()
    expect(stateOf('reminder_hour')).toEqual(['sent'])
  })

  test('that is taken back before its mail left brings only the invite', async () => {
    office.mailbox.always('greylist')
    await sayNo()
    expect(stateOf('declined')).toEqual(['queued 451 4.7.1 Try again later'])
    await office.write(tx => comeBack(tx, zoe, office.clock.now()))
    office.mailbox.always('accept')
    await after({ minutes: 5 })
    expect(stateOf('declined')).toEqual(['dropped answered'])
    expect(to('zoe@example.org').map(({ mail }) => mail.subject?.split(':')[0])).toEqual([
      'Je bent aangemeld',
      'Je bent aangemeld',
    ])
  })

  test('to an event that moves: the mail about the move asks again, and the place stays', async () => {
    await sayNo()
    const now = () => office.clock.now()
    await office.write(tx =>
      moveEvent(tx, event, { ...event, localStart: '2026-12-10T12:00' }, '', editing(office, event), now()),
    )
    await after({ minutes: 2 })
    expect(inviteIn(last('zoe@example.org'))).toMatchObject({ sequence: 1, partstat: 'NEEDS-ACTION' })
    await after({ hours: 48 })
    expect(fresh().status).toBe('confirmed')
  })
})

describe('an address that does not work', () => {
  const bounce = () =>
    office.write(tx => {
      const [confirmation] = office.messages().filter(({ kind }) => kind === 'confirmed')
      if (!confirmation) throw new Error('no mail')
      return recordBounce(tx, confirmation, { action: 'failed', status: '5.1.1', diagnostic: '' }, office.clock.now())
    })

  test('hears nothing of a move, and all of it once it is trusted again', async () => {
    expect(await bounce()).toBe('hard')
    await office.write(tx =>
      moveEvent(
        tx,
        event,
        { ...event, localStart: '2026-12-10T12:00' },
        '',
        editing(office, event),
        office.clock.now(),
      ),
    )
    await after({ minutes: 2 })
    expect([to('zoe@example.org').length, to('bo@example.org').length]).toEqual([1, 2])
    await office.write(tx => trustAddress(tx, zoe.personId, office.clock.now()))
    await office.deliver()
    expect(to('zoe@example.org')).toHaveLength(2)
    const { mail } = last('zoe@example.org')
    expect(mail.subject).toBe('Je bent aangemeld: Eén gezin, één plan: lukt dat? (do 10 dec)')
    expect(mail.inReplyTo).toBeUndefined()
    expect(inviteIn(last('zoe@example.org'))).toMatchObject({ sequence: 1, start: '2026-12-10T11:00:00.000Z' })
  })

  test('§8.36 refused on the spot: one attempt, failed, shown, and told again when it is trusted', async () => {
    office.mailbox.next('unknown_user')
    const cor = makeRegistration(office.db, event, { email: 'cor@example.org', name: 'Cor' })
    await office.deliver()
    expect(stateOf('waitlisted').at(-1)).toBe('failed 550 5.1.1 No such user')
    await after({ hours: 24 })
    expect(to('cor@example.org')).toEqual([])
    await office.write(tx => trustAddress(tx, cor.personId, office.clock.now()))
    await office.deliver()
    expect(to('cor@example.org').map(({ mail }) => mail.subject?.split(':')[0])).toEqual(['Je staat op de wachtlijst'])
    expect(office.clock.now()).toEqual(NOW.add({ hours: 24 }))
  })
})
