// Whatever happens to workshops and to who chose them, in whatever order, every calendar ends up right: over the whole way from
// the domain to a calendar program, with a mail server that refuses, drops and repeats.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAttendees } from '#src/domain/attendees.ts'
import { type Event, getEvent, placeOf } from '#src/domain/events.ts'
import { personalPaths } from '#src/domain/links.ts'
import { choiceToldNow, hasPlace, listChosen, type OwnWorkshop, roomOf } from '#src/domain/own-workshops.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { zoned } from '#src/lib/time.ts'
import { beginStory, mailsTo, PEOPLE, passes, type Story, take } from '../support/happenings.ts'
import { type Invitation, readInvitation } from '../support/itip.ts'
import { type Appointment, differences, openCalendar } from '../support/itip-client.ts'
import { openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { type Mailbox, openMailbox, type Received } from '../support/smtp.ts'
import { type Step, step, takeStep } from '../support/workshop-happenings.ts'
import { makeConference } from '../support/workshops.ts'
import { randomFrom, shuffled } from '../support/year.ts'

let mailbox: Mailbox
beforeAll(async () => {
  mailbox = await openMailbox()
})
afterAll(() => mailbox.close())

/** Two rounds; in the first there is one place in each workshop, in the second there is room. */
async function open() {
  mailbox.received.length = 0
  const office = await openPostOffice({ mailbox })
  const values = { attendance: 'hybrid', localStart: '2027-03-25T10:00', capacityOnline: 2 } as const
  const { event, rounds } = makeConference(
    office.db,
    [
      [1, 1, 1],
      [null, 2],
    ],
    values,
  )
  return { office, rounds, story: beginStory(office, event) }
}

function workshopsOf(office: PostOffice, event: Event, registration: Registration): OwnWorkshop[] {
  return listChosen(office.db, registration).map(chosen => ({ ...chosen, event, registration }))
}

/** What should stand in somebody's calendar: the event, and each workshop in which they have a place. */
function appointmentsOf(office: PostOffice, event: Event, registration: Registration): Appointment[] {
  if (registration.status !== 'confirmed' || event.cancelledAt) return []
  const door = `${office.config.baseUrl}${personalPaths(office.tokens).door(registration)}`
  const location = placeOf(event, registration.attendance) || door
  const workshops = workshopsOf(office, event, registration).filter(hasPlace)
  return [
    { uid: event.uid, start: event.startsAt, end: event.endsAt, location },
    ...workshops.map(workshop => {
      const { session } = workshop
      const start = zoned({ ...session, timeZone: event.timeZone })
      const end = start.add({ minutes: session.durationMinutes }).toInstant()
      return { uid: session.uid, start: start.toInstant(), end, location: roomOf(workshop) || door }
    }),
  ]
}

async function calendarAfter(address: string, mails: Received[]) {
  const calendar = openCalendar(address)
  for (const { raw } of mails) await calendar.receive(raw)
  return calendar
}

async function invitationsIn(mails: Received[]): Promise<Invitation[]> {
  const read = await Promise.all(mails.map(({ raw }) => readInvitation(raw)))
  return read.filter(one => one !== undefined)
}

async function expectCalendarRight(story: Story, registration: Registration, address: string, seed: number) {
  const { office } = story
  const event = getEvent(office.db, story.event.id)
  const expected = appointmentsOf(office, event, registration)
  const mails = mailsTo(story, address)
  expect(differences(await calendarAfter(address, mails), expected)).toEqual([])
  // Mails overtake one another on their way; ours do not on theirs.
  expect(differences(await calendarAfter(address, shuffled(mails, randomFrom(seed))), expected)).toEqual([])
  for (const [, invitations] of Map.groupBy(await invitationsIn(mails), ({ uid }) => uid)) {
    const sequences = invitations.map(({ sequence }) => sequence)
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
  }
  // What we take them to know is what they see; a raise that they have not heard of is no news.
  for (const workshop of workshopsOf(office, event, registration).filter(hasPlace)) {
    const { told } = workshop.choice
    expect(told).toEqual({ ...choiceToldNow(workshop), sequence: told?.sequence })
  }
}

/** The mail server behaves, addresses work, and whatever may follow has the time for it. */
async function settleDown(story: Story): Promise<void> {
  mailbox.next()
  for (let round = 0; round < 4; round++) await passes(story, { minutes: 61 })
  for (const who of PEOPLE.keys()) await take(story, { does: 'trust', who })
  for (let round = 0; round < 2; round++) await passes(story, { hours: 25 })
}

const arrives: Step = { does: 'deliver', behaviours: [], minutes: 3 }
/** Two people with a workshop in each round, who know so; the second has their second choice in the first. */
const BEGUN: Step[] = [
  { does: 'register', who: 0 },
  { does: 'register', who: 1 },
  { does: 'choose', who: 0, round: 1, first: 1, second: 2 },
  { does: 'choose', who: 1, round: 1, first: 1, second: 2 },
  { does: 'choose', who: 0, round: 2, first: 1, second: 0 },
  { does: 'choose', who: 1, round: 2, first: 1, second: 2 },
  arrives,
]
const STORIES: Step[][] = [
  // Another time, back before anybody heard, then another room and another title.
  [
    ...BEGUN,
    { does: 'session_moves', which: 3 },
    { does: 'session_moves', which: 3 },
    arrives,
    { does: 'session_moves', which: 3 },
    arrives,
    { does: 'session_title', which: 3 },
    { does: 'session_room', which: 3 },
    arrives,
    { does: 'session_off', which: 3 },
    { does: 'venue' },
  ],
  // From the second choice to the first, when its place comes free.
  [
    { does: 'register', who: 0 },
    { does: 'register', who: 1 },
    { does: 'choose', who: 0, round: 1, first: 1, second: 0 },
    { does: 'choose', who: 1, round: 1, first: 1, second: 2 },
    arrives,
    { does: 'leave', who: 0 },
    arrives,
    { does: 'register', who: 0 },
    { does: 'choose', who: 0, round: 1, first: 1, second: 2 },
  ],
  // Chosen, left and chosen again before anybody heard; then with each heard of.
  [
    { does: 'register', who: 0 },
    { does: 'choose', who: 0, round: 2, first: 1, second: 0 },
    { does: 'choose', who: 0, round: 2, first: 0, second: 0 },
    { does: 'choose', who: 0, round: 2, first: 1, second: 0 },
    arrives,
    { does: 'choose', who: 0, round: 2, first: 2, second: 0 },
    arrives,
    { does: 'choose', who: 0, round: 2, first: 1, second: 0 },
  ],
  // A cancellation that arrived although nobody knows, taken back.
  [
    { does: 'register', who: 0 },
    { does: 'choose', who: 0, round: 2, first: 1, second: 0 },
    arrives,
    { does: 'cancel' },
    { does: 'deliver', behaviours: ['accept', 'drop_at_end'], minutes: 3 },
    { does: 'reinstate' },
  ],
]

test('§8.10 §8.39 every calendar ends with the workshops that are true, in whatever order the mails arrive', async () => {
  const kinds = new Set<string>()
  const any = fc.array(step, { minLength: 4, maxLength: 18 })
  const taken = fc.oneof(
    any,
    any.map(steps => [...BEGUN, ...steps]),
  )
  const examples = STORIES.map((steps): [Step[], number] => [steps, 0])
  await fc.assert(
    fc.asyncProperty(taken, fc.nat(), async (steps, seed) => {
      const { office, rounds, story } = await open()
      for (const what of steps) {
        office.clock.advance({ seconds: 1 })
        await takeStep(story, what, rounds)
      }
      await settleDown(story)
      for (const { registration, email } of listAttendees(office.db, story.event)) {
        await expectCalendarRight(story, registration, email ?? '', seed)
      }
      const left = office.messages().filter(({ kind }) => !kind.startsWith('reminder'))
      expect(left.filter(({ state }) => ['queued', 'sending', 'failed'].includes(state))).toEqual([])
      for (const { kind, state } of left) if (state === 'sent') kinds.add(kind)
      await office.worker().stop()
    }),
    // One seed, so that a run says the same twice; FC_SEED looks elsewhere.
    { numRuns: Number(process.env.FC_RUNS ?? 40), examples, seed: Number(process.env.FC_SEED ?? 2026) },
  )
  for (const kind of ['workshop_confirmed', 'workshop_changed', 'workshop_cancelled']) expect(kinds).toContain(kind)
}, 120_000)
