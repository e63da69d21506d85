// What may happen to an event and to the people who have to do with it, one step at a time: what they do on the website, what
// their calendars answer, which mail comes back, what the organiser changes, and what the mail server makes of it all.
import fc from 'fast-check'
import { and, eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { correctAddress, proveAddress, requestAddress } from '#src/domain/addresses.ts'
import { recordBounce } from '#src/domain/bounces.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { addContributor, becomeAttendee, confirmPart } from '#src/domain/contributing.ts'
import { mergeRegistrations } from '#src/domain/doubles.ts'
import { editEvent } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { findPerson } from '#src/domain/people.ts'
import { cancelRegistration, changeDetails, register } from '#src/domain/registering.ts'
import { findRegistrationOf, getRegistration, type Registration } from '#src/domain/registrations.ts'
import { applyReply, comeBack, type Reply } from '#src/domain/replies.ts'
import { trustAddress } from '#src/domain/retrying.ts'
import { givePlace, takePlace } from '#src/domain/waiting.ts'
import { Refusal } from '#src/lib/errors.ts'
import { readInvitation } from './itip.ts'
import { editing, type PostOffice } from './postoffice.ts'
import type { Behaviour, Received } from './smtp.ts'
import { applicant, candidate } from './world.ts'

export const PEOPLE = ['zoe@example.org', 'bo@example.org', 'ali@example.org']
const STARTS = ['2027-03-25T12:00', '2027-04-01T12:00', '2027-04-08T13:30']
const BEHAVIOURS: Behaviour[] = ['accept', 'greylist', 'drop_at_mail', 'drop_at_end', 'shutdown']
const OWN = ['register', 'leave', 'come_back', 'take_place', 'switch', 'trust'] as const
/** What an organiser makes of two registrations, or of an address that was mistyped. */
const JOINED = ['merge', 'correct_address'] as const
/** Somebody is asked to speak, says yes to that, or goes back to who only attends. */
const ASKED = ['ask', 'say_yes', 'attend'] as const
/** An organiser says yes or no to who asked for a place, or gives one by hand. */
const JUDGED = ['approve', 'refuse'] as const
const ORGANISED = ['cancel', 'reinstate', 'edit', 'enlarge', 'screen'] as const

export type Step =
  | { does: (typeof OWN)[number] | (typeof ASKED)[number] | (typeof JUDGED)[number] | 'bounce'; who: number }
  | { does: 'change_address' | (typeof JOINED)[number]; who: number; to: number }
  /** `isForged`: somebody else said so, and the calendar itself knows of nothing. `isLate`: it arrives with the `post`. */
  | { does: 'answer'; who: number; partstat: Reply['partstat']; isProven: boolean; isForged: boolean; isLate: boolean }
  | { does: (typeof ORGANISED)[number] | 'post' }
  | { does: 'move'; to: number }
  | { does: 'deliver'; behaviours: Behaviour[]; minutes: number }

const who = fc.nat(PEOPLE.length - 1)
const be = <Name extends string>(...names: readonly Name[]) => fc.constantFrom(...names)
const minutes = fc.constantFrom(0, 1, 3, 10, 25 * 60)
const behaviours = fc.array(be(...BEHAVIOURS), { maxLength: 4 })
const answer = {
  partstat: be<Reply['partstat']>('accepted', 'tentative', 'declined', 'declined'),
  isProven: fc.boolean(),
  isForged: fc.boolean(),
  isLate: fc.boolean(),
}

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: be('register', 'leave', 'come_back'), who }) },
  { weight: 4, arbitrary: fc.record({ does: be('take_place', 'switch', 'bounce', 'trust'), who }) },
  { weight: 3, arbitrary: fc.record({ does: be(...ASKED), who }) },
  { weight: 3, arbitrary: fc.record({ does: be(...JUDGED), who }) },
  { weight: 1, arbitrary: fc.record({ does: be('change_address'), who, to: who }) },
  { weight: 3, arbitrary: fc.record({ does: be(...JOINED), who, to: who }) },
  { weight: 5, arbitrary: fc.record({ does: be('answer'), who, ...answer }) },
  { weight: 3, arbitrary: fc.record({ does: be(...ORGANISED) }) },
  { weight: 3, arbitrary: fc.record({ does: be('move'), to: fc.nat(STARTS.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ does: be('post') }) },
  { weight: 7, arbitrary: fc.record({ does: be('deliver'), behaviours, minutes }) },
)

export interface Story {
  office: PostOffice
  /** As it was at the beginning. */
  event: Event
  /** Answers that are still on their way. */
  onTheirWay: (() => void)[]
  /** After how many mails somebody answered last, and threw the entry away; by address. */
  read: Map<string, number>
  thrownAway: Map<string, number>
  /** Who has ever left by themselves, or for another address. */
  left: Set<string>
}

export function beginStory(office: PostOffice, event: Event): Story {
  return { office, event, onTheirWay: [], read: new Map(), thrownAway: new Map(), left: new Set() }
}

export const mailsTo = ({ office }: Story, address: string): Received[] =>
  office.mailbox.received.filter(({ to }) => to[0] === address)

/** One step, as the website, the mailbox of answers or the worker would take it. What is refused does not happen. */
export async function take(story: Story, what: Step): Promise<void> {
  switch (what.does) {
    case 'move':
      return organise(story, (tx, event, editor, now) =>
        moveEvent(tx, event, { ...event, localStart: STARTS[what.to] ?? '' }, '', editor, now),
      )
    case 'cancel':
      return organise(story, (tx, event, editor, now) => cancelEvent(tx, event, '', editor, now))
    case 'reinstate':
      return organise(story, (tx, event, editor, now) => reinstateEvent(tx, event, editor, now))
    case 'edit':
      return organise(story, (tx, event, editor, now) =>
        editEvent(tx, event, { ...event, title: `${event.title}!` }, [], editor, now),
      )
    case 'enlarge':
      return organise(story, (tx, event, editor, now) =>
        editEvent(tx, event, { ...event, capacityOnline: 2 }, [], editor, now),
      )
    case 'screen':
      return organise(story, (tx, event, editor, now) =>
        editEvent(tx, event, { ...event, needsApproval: !event.needsApproval }, [], editor, now),
      )
    case 'answer':
      return answerMail(story, what)
    case 'post':
      return story.onTheirWay.splice(0).forEach(arrive => {
        arrive()
      })
    case 'bounce':
      return bounce(story, PEOPLE[what.who] ?? '')
    case 'change_address':
      return changeAddress(story, PEOPLE[what.who] ?? '', PEOPLE[what.to] ?? '')
    case 'merge':
    case 'correct_address':
      return join(story, what.does, PEOPLE[what.who] ?? '', PEOPLE[what.to] ?? '')
    case 'deliver':
      story.office.mailbox.next(...what.behaviours)
      return passes(story, { minutes: what.minutes })
    default:
      return act(story, what.does, PEOPLE[what.who] ?? '')
  }
}

/** Time passes, and then what is due leaves. */
export function passes({ office }: Story, duration: Temporal.DurationLike): Promise<void> {
  office.clock.advance(duration)
  return office.deliver()
}

function attempt({ office }: Story, work: (tx: Tx, now: Temporal.Instant) => unknown): void {
  try {
    writeNow(office.db, tx => void work(tx, office.clock.now()))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

type Change = (tx: Tx, event: Event, editor: ReturnType<typeof editing>, now: Temporal.Instant) => unknown

function organise(story: Story, change: Change): void {
  attempt(story, (tx, now) => change(tx, getEvent(tx, story.event.id), editing(story.office, story.event), now))
}

function registrationOf({ office, event }: Story, address: string): Registration | undefined {
  const person = findPerson(office.db, address)
  return person && findRegistrationOf(office.db, event, person)
}

type Act = (typeof OWN)[number] | (typeof ASKED)[number] | (typeof JUDGED)[number]

function act(story: Story, does: Act, email: string): void {
  if (does === 'register') attempt(story, (tx, now) => register(tx, story.event, applicant({ email }), now))
  if (does === 'ask') attempt(story, (tx, now) => addContributor(tx, story.event, candidate(email), now))
  const own = registrationOf(story, email)
  if (!own || does === 'register' || does === 'ask') return
  if (does === 'leave' || does === 'refuse') story.left.add(email)
  const other = own.attendance === 'online' ? ('in_person' as const) : ('online' as const)
  attempt(story, (tx, now) => {
    if (does === 'leave') cancelRegistration(tx, own, 'attendee', now)
    else if (does === 'refuse') cancelRegistration(tx, own, 'organiser', now)
    else if (does === 'approve') givePlace(tx, own, now)
    else if (does === 'come_back') comeBack(tx, own, now)
    else if (does === 'take_place') takePlace(tx, own, now)
    else if (does === 'say_yes') confirmPart(tx, own, now)
    else if (does === 'attend') becomeAttendee(tx, own, now)
    else if (does === 'switch') changeDetails(tx, own, { ...own, attendance: other }, now)
    else trustAddress(tx, own.personId, now)
  })
}

/** An organiser finds that two are one, or that an address was mistyped. */
function join(story: Story, does: (typeof JOINED)[number], from: string, to: string): void {
  const [goes, stays] = [registrationOf(story, from), registrationOf(story, to)]
  if (!goes || from === to || (does === 'merge' && !stays)) return
  story.left.add(from)
  attempt(story, (tx, now) => {
    if (does === 'merge' && stays) mergeRegistrations(tx, stays.id, goes.id, now)
    else correctAddress(tx, goes, to, now)
  })
}

/** Its proof is a mail, so mails flow. */
async function changeAddress(story: Story, from: string, to: string): Promise<void> {
  const own = registrationOf(story, from)
  if (!own || from === to) return
  story.left.add(from)
  story.office.mailbox.next()
  await passes(story, { minutes: 61 })
  attempt(story, (tx, now) => {
    requestAddress(tx, getRegistration(tx, own.id), to, now)
    proveAddress(tx, getRegistration(tx, own.id), now)
  })
  await story.office.deliver()
}

/** To the newest invitation that somebody has. A no of their own throws the entry away, as some calendars do. */
async function answerMail(story: Story, what: Extract<Step, { does: 'answer' }>): Promise<void> {
  const attendee = PEOPLE[what.who] ?? ''
  const mails = mailsTo(story, attendee)
  const newest = await newestIn(mails)
  if (newest?.method !== 'REQUEST') return
  story.read.set(attendee, mails.length)
  if (!what.isForged && what.partstat === 'declined') story.thrownAway.set(attendee, mails.length)
  else if (!what.isForged) story.thrownAway.delete(attendee)
  const { uid, sequence } = newest
  const stamp = story.office.clock.now().round('second')
  const isProven = what.isProven && !what.isForged
  const arrive = () =>
    attempt(story, (tx, now) => {
      const outcome = applyReply(tx, { uid, attendee, partstat: what.partstat, sequence, stamp, isProven }, now)
      // To nothing that still stood: what they do in their own calendar then is theirs. Nor is a no that nobody could prove
      // safe from a yes that somebody forged.
      if (outcome === 'unknown' || (outcome === 'applied' && what.isForged)) story.thrownAway.delete(attendee)
    })
  if (what.isLate) story.onTheirWay.push(arrive)
  else arrive()
}

async function newestIn(mails: Received[]) {
  const invitations = await Promise.all(mails.map(({ raw }) => readInvitation(raw)))
  return invitations
    .filter(one => one !== undefined)
    .toSorted((a, b) => a.sequence - b.sequence || Temporal.Instant.compare(a.stamp, b.stamp))
    .at(-1)
}

/** The last mail to somebody comes back, so they never had it; not one that they have answered. */
function bounce(story: Story, address: string): void {
  const { db, mailbox } = story.office
  const mails = mailsTo(story, address)
  const last = mails.at(-1)?.mail.messageId
  if (!last || mails.length <= (story.read.get(address) ?? 0) || mayHaveAnother(story, address)) return
  const isThis = and(eq(messages.messageId, last), eq(messages.state, 'sent'))
  const sent = db.select().from(messages).where(isThis).get()
  if (!sent) return
  const others = mailbox.received.filter(({ mail }) => mail.messageId !== last)
  mailbox.received.splice(0, mailbox.received.length, ...others)
  const report = { action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 User unknown' } as const
  attempt(story, (tx, now) => recordBounce(tx, sent, report, now))
}

/** A mail that perhaps arrived and was then replaced is not remembered: what a bounce leaves its reader with is not known. */
function mayHaveAnother({ office }: Story, address: string): boolean {
  return office
    .messages()
    .some(
      ({ toAddress, attempts, state, told }) =>
        toAddress === address && told !== null && (attempts > 1 || (state === 'dropped' && attempts > 0)),
    )
}
