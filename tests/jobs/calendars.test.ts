// Whatever happens in whatever order, every calendar ends up right: a property over the whole way from the domain to a
// calendar program, with a mail server that refuses, drops and repeats.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { editEvent } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { personalPaths } from '#src/domain/links.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import { getRegistration, listRegistrations, type Registration } from '#src/domain/registrations.ts'
import { readInvitation } from '../support/itip.ts'
import { type Appointment, type Calendar, differences, openCalendar } from '../support/itip-client.ts'
import { openLine } from '../support/line.ts'
import { editing, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { type Behaviour, type Mailbox, openMailbox, type Received } from '../support/smtp.ts'
import { applicant, makeEvent, makeGroup } from '../support/world.ts'
import { randomFrom, shuffled } from '../support/year.ts'

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

/** What should stand in somebody's calendar. Not its number: a change that is taken back before it is told raises it unheard. */
function appointmentIn(office: PostOffice, event: Event, registration: Registration): Appointment[] {
  if (registration.status !== 'confirmed' || event.cancelledAt) return []
  const location = `${office.config.baseUrl}${personalPaths(office.tokens).door(registration)}`
  return [{ uid: event.uid, start: event.startsAt, end: event.endsAt, location }]
}

const mailsTo = (address: string) => mailbox.received.filter(({ to }) => to[0] === address)

async function calendarAfter(address: string, mails: Received[]): Promise<Calendar> {
  const calendar = openCalendar(address)
  for (const { raw } of mails) await calendar.receive(raw)
  return calendar
}

/** SEQUENCE of each invitation somebody got, in the order in which they came. */
async function sequencesTo(address: string): Promise<number[]> {
  const invitations = await Promise.all(mailsTo(address).map(({ raw }) => readInvitation(raw)))
  return invitations.flatMap(invitation => invitation?.sequence ?? [])
}

test('§8.10 §8.39 every calendar ends with what is true, in whatever order the mails arrive', async () => {
  let bounced = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 16 }), fc.nat(), async (steps, seed) => {
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
        const [address, expected] = [email ?? '', appointmentIn(office, truth, registration)]
        const mails = mailsTo(address)
        expect(differences(await calendarAfter(address, mails), expected)).toEqual([])
        // Mails overtake one another on their way; ours do not on theirs.
        expect(differences(await calendarAfter(address, shuffled(mails, randomFrom(seed))), expected)).toEqual([])
        const sequences = await sequencesTo(address)
        expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
      }
      const waiting = office.messages().filter(({ kind, state }) => state === 'queued' && !kind.startsWith('reminder'))
      expect(waiting).toEqual([])
      expect(office.messages().filter(({ state }) => state === 'sending' || state === 'failed')).toEqual([])
      bounced += office.messages().filter(({ attempts }) => attempts > 1).length
      await office.worker().stop()
    }),
    { numRuns: 80, examples: [[CANCELLED_UNHEARD, 0]] },
  )
  expect(bounced).toBeGreaterThan(0)
}, 120_000)

describe('while the mail server is down', () => {
  test.each([
    ['before anything was tried', 0],
    ['after the move was tried and frozen', 5],
  ])('§8.39 a move and then a cancellation leave as one CANCEL, %s', async (_name, minutes) => {
    mailbox.received.length = 0
    const line = await openLine(mailbox.url)
    const office = await openPostOffice({ mailbox: { ...mailbox, url: line.url, close: line.close } })
    const event = makeEvent(office.db, makeGroup(office.db), { localStart: '2027-03-25T12:00' })
    for (const who of [0, 1]) await take(office, event, { does: 'register', who })
    await office.deliver()
    line.cut()
    office.clock.advance({ minutes: 1 })
    await take(office, event, { does: 'move', to: 1 })
    for (let minute = 0; minute < minutes; minute++) {
      office.clock.advance({ minutes: 1 })
      await office.deliver()
    }
    const tried = office.messages().filter(({ kind, attempts, bytes }) => kind === 'changed' && attempts > 0 && bytes)
    expect(tried).toHaveLength(minutes ? 2 : 0)
    await take(office, event, { does: 'cancel' })
    line.mend()
    for (let round = 0; round < 4; round++) {
      office.clock.advance({ minutes: 61 })
      await office.deliver()
    }
    for (const address of PEOPLE.slice(0, 2)) {
      const invitations = await Promise.all(mailsTo(address).map(({ raw }) => readInvitation(raw)))
      expect(invitations.map(one => [one?.method, one?.sequence])).toEqual([
        ['REQUEST', 0],
        ['CANCEL', 2],
      ])
      expect(differences(await calendarAfter(address, mailsTo(address)), [])).toEqual([])
    }
    await office.close()
  })
})
