// Whatever happens in whatever order, every calendar ends up right: a property over the whole way from the domain to a
// calendar program, with a mail server that refuses, drops and repeats.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { editEvent } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import { getRegistration, listRegistrations } from '#src/domain/registrations.ts'
import { editing, inviteIn, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { type Behaviour, type Mailbox, openMailbox, type Received } from '../support/smtp.ts'
import { applicant, makeEvent, makeGroup } from '../support/world.ts'

const PEOPLE = ['zoe@example.org', 'bo@example.org', 'ali@example.org']
const STARTS = ['2027-03-25T12:00', '2027-04-01T12:00', '2027-04-08T13:30']
const BEHAVIOURS: Behaviour[] = ['accept', 'greylist', 'drop_at_mail', 'drop_at_end', 'shutdown']

type Step =
  | { does: 'register' | 'unregister'; who: number }
  | { does: 'move'; to: number }
  | { does: 'cancel' | 'reinstate' | 'edit' }
  | { does: 'deliver'; behaviours: Behaviour[]; minutes: number }

const who = fc.nat(PEOPLE.length - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('register' as const, 'unregister' as const), who }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('move' as const), to: fc.nat(STARTS.length - 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constantFrom('cancel' as const, 'reinstate' as const, 'edit' as const) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('deliver' as const),
      behaviours: fc.array(fc.constantFrom(...BEHAVIOURS), { maxLength: 4 }),
      minutes: fc.constantFrom(0, 1, 3, 10),
    }),
  },
)

/** A cancellation that arrived although nobody knows, taken back: found by this property. */
const CANCELLED_UNHEARD: Step[] = [
  { does: 'register', who: 0 },
  { does: 'deliver', behaviours: [], minutes: 0 },
  { does: 'cancel' },
  { does: 'deliver', behaviours: ['drop_at_end'], minutes: 0 },
  { does: 'reinstate' },
]

let mailbox: Mailbox
beforeAll(async () => {
  mailbox = await openMailbox()
})
afterAll(() => mailbox.close())

async function take(office: PostOffice, event: Event, what: Step): Promise<void> {
  const now = office.clock.now()
  const current = getEvent(office.db, event.id)
  const editor = editing(office, event)
  switch (what.does) {
    case 'register':
      if (current.cancelledAt) return
      writeNow(office.db, tx => register(tx, current, applicant({ email: PEOPLE[what.who] ?? null }), now))
      return
    case 'unregister': {
      const found = listRegistrations(office.db, current).find(({ email }) => email === PEOPLE[what.who])
      if (!found) return
      writeNow(office.db, tx => cancelRegistration(tx, getRegistration(tx, found.registration.id), 'attendee', now))
      return
    }
    case 'move':
      if (current.cancelledAt) return
      writeNow(office.db, tx =>
        moveEvent(tx, current, { ...current, localStart: STARTS[what.to] ?? '' }, '', editor, now),
      )
      return
    case 'cancel':
      writeNow(office.db, tx => cancelEvent(tx, current, '', editor, now))
      return
    case 'reinstate':
      writeNow(office.db, tx => reinstateEvent(tx, current, editor, now))
      return
    case 'edit':
      writeNow(office.db, tx => editEvent(tx, current, { ...current, title: `${current.title}!` }, [], editor, now))
      return
    case 'deliver':
      mailbox.next(...what.behaviours)
      office.clock.advance({ minutes: what.minutes })
      await office.deliver()
  }
}

/** A calendar as RFC 5546 §2.1.5 has it: a higher SEQUENCE wins, then a later DTSTAMP. Throws when a message comes out of order. */
function calendarOf(received: Received[], address: string): string | undefined {
  let shown: ReturnType<typeof inviteIn>
  for (const invite of received.filter(({ to }) => to[0] === address).flatMap(mail => inviteIn(mail) ?? [])) {
    if (invite.attendees.join() !== `mailto:${address}`) throw new Error('invites somebody else')
    if (shown && invite.sequence < shown.sequence) throw new Error('an older invite after a newer one')
    const isRepeat = invite.sequence === shown?.sequence && invite.stamp === shown.stamp
    if (isRepeat && invite.method !== shown?.method) throw new Error('two things under one number')
    shown = invite
  }
  return shown?.method === 'REQUEST' ? shown.start : undefined
}

test('every calendar ends with what is true', async () => {
  let bounced = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 16 }), async steps => {
      mailbox.received.length = 0
      const office = await openPostOffice({ mailbox })
      const event = makeEvent(office.db, makeGroup(office.db), { localStart: '2027-03-25T12:00', capacityOnline: 2 })
      for (const what of steps) {
        office.clock.advance({ seconds: 1 })
        await take(office, event, what)
      }
      mailbox.next()
      for (let round = 0; round < 4; round++) {
        office.clock.advance({ minutes: 61 })
        await office.deliver()
      }
      const truth = getEvent(office.db, event.id)
      for (const { registration, email } of listRegistrations(office.db, truth)) {
        const isExpected = registration.status === 'confirmed' && !truth.cancelledAt
        const expected = isExpected ? new Date(truth.startsAt.epochMilliseconds).toISOString() : undefined
        expect(calendarOf(mailbox.received, email ?? '')).toBe(expected)
      }
      const waiting = office.messages().filter(({ kind, state }) => state === 'queued' && !kind.startsWith('reminder'))
      expect(waiting).toEqual([])
      expect(office.messages().filter(({ state }) => state === 'sending' || state === 'failed')).toEqual([])
      bounced += office.messages().filter(({ attempts }) => attempts > 1).length
      await office.worker().stop()
    }),
    { numRuns: 80, examples: [[CANCELLED_UNHEARD]] },
  )
  expect(bounced).toBeGreaterThan(0)
}, 120_000)
