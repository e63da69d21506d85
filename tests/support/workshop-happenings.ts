// What may happen to the workshops of an event and to who chose them, beside what happens to any event (`happenings`).

import fc from 'fast-check'
import { eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { sessions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { settleSession } from '#src/domain/choice-telling.ts'
import { choose, leaveWorkshop } from '#src/domain/choosing.ts'
import { getEvent, type Session } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { findPerson } from '#src/domain/people.ts'
import { findRegistrationOf } from '#src/domain/registrations.ts'
import { Refusal } from '#src/lib/errors.ts'
import { PEOPLE, type Story, take, type Step as Usual } from './happenings.ts'
import { editing } from './postoffice.ts'
import { wish } from './workshops.ts'

export type Step =
  | Usual
  | { does: 'choose'; who: number; round: 1 | 2; first: number; second: number }
  | { does: 'session_moves' | 'session_room' | 'session_title' | 'session_off'; which: number }
  | { does: 'event_moves'; to: number }
  | { does: 'venue' }

const who = fc.nat(PEOPLE.length - 1)
const be = <Name extends string>(...names: readonly Name[]) => fc.constantFrom(...names)
const behaviours = fc.array(be('accept', 'greylist', 'drop_at_mail', 'drop_at_end', 'shutdown'), { maxLength: 4 })
const minutes = fc.constantFrom(0, 1, 3, 10, 25 * 60)
const round = fc.constantFrom(1 as const, 2 as const)
/** 0 chooses nothing. */
const which = fc.nat(3)

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: be('register', 'leave', 'come_back'), who }) },
  { weight: 2, arbitrary: fc.record({ does: be('switch', 'take_place', 'bounce', 'trust'), who }) },
  { weight: 9, arbitrary: fc.record({ does: be('choose'), who, round, first: which, second: which }) },
  {
    weight: 6,
    arbitrary: fc.record({
      does: be('session_moves', 'session_moves', 'session_room', 'session_title', 'session_off'),
      which: fc.nat(4),
    }),
  },
  { weight: 3, arbitrary: fc.record({ does: be('cancel', 'reinstate', 'edit') }) },
  { weight: 2, arbitrary: fc.record({ does: be('event_moves'), to: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ does: be('venue') }) },
  { weight: 2, arbitrary: fc.record({ does: be('merge', 'change_address'), who, to: who }) },
  { weight: 8, arbitrary: fc.record({ does: be('deliver'), behaviours, minutes }) },
)

const DATES = ['2027-03-25', '2027-04-01', '2027-04-08']

/** One step; what is refused does not happen. */
export async function takeStep(story: Story, what: Step, ids: number[][]): Promise<void> {
  switch (what.does) {
    case 'choose': {
      const round = ids[what.round - 1] ?? []
      const [first, second] = [round[what.first - 1], round[what.second - 1]]
      if (second !== undefined && (first === undefined || second === first)) return
      return attempt(story, (tx, now) => choose(tx, own(story, what.who), [wish(what.round, first, second)], now))
    }
    case 'session_moves':
      return changeSession(story, ids.flat()[what.which], ({ localStart }) => ({ localStart: shifted(localStart) }))
    case 'session_room':
      return changeSession(story, ids.flat()[what.which], ({ room }) => ({ room: `${room}a` }))
    case 'session_title':
      return changeSession(story, ids.flat()[what.which], ({ title }) => ({ title: `${title}!` }))
    case 'session_off':
      return callOff(story, ids.flat()[what.which])
    case 'event_moves':
      return attempt(story, (tx, now) => {
        const event = getEvent(tx, story.event.id)
        const localStart = `${DATES[what.to]}T10:00`
        moveEvent(tx, event, { ...event, localStart }, '', editing(story.office, event), now)
      })
    case 'venue':
      return attempt(story, (tx, now) => {
        const event = getEvent(tx, story.event.id)
        const venue = event.venue && { ...event.venue, name: `${event.venue.name}!` }
        moveEvent(tx, event, { ...event, venue }, '', editing(story.office, event), now)
      })
    case 'cancel':
      return attempt(story, (tx, now) =>
        cancelEvent(tx, getEvent(tx, story.event.id), '', editing(story.office, story.event), now),
      )
    case 'reinstate':
      return attempt(story, (tx, now) =>
        reinstateEvent(tx, getEvent(tx, story.event.id), editing(story.office, story.event), now),
      )
    default:
      return take(story, what)
  }
}

function own({ office, event }: Story, who: number) {
  const person = findPerson(office.db, PEOPLE[who] ?? '')
  const found = person && findRegistrationOf(office.db, event, person)
  if (!found) throw new Refusal('not_possible_now')
  return found
}

function attempt({ office }: Story, work: (tx: Tx, now: Temporal.Instant) => unknown): void {
  try {
    writeNow(office.db, tx => void work(tx, office.clock.now()))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

/** A quarter of an hour to and fro, so that it never gets to where another round is. */
function shifted(localStart: string): string {
  return localStart.endsWith(':15') ? localStart.replace(/:15$/, ':00') : localStart.replace(/:00$/, ':15')
}

function changeSession(story: Story, id: number | undefined, values: (session: Session) => Partial<Session>): void {
  attempt(story, (tx, now) => {
    const session = sessionOf(tx, id)
    if (!session || session.cancelledAt) return
    const changed = values(session)
    const raise = 'title' in changed ? 0 : 1
    tx.update(sessions)
      .set({ ...changed, revisedAt: now, sequence: session.sequence + raise })
      .where(eq(sessions.id, session.id))
      .run()
    settleSession(tx, session, now)
  })
}

function callOff(story: Story, id: number | undefined): void {
  attempt(story, (tx, now) => {
    const session = sessionOf(tx, id)
    if (!session || session.cancelledAt) return
    tx.update(sessions)
      .set({ cancelledAt: now, revisedAt: now, sequence: session.sequence + 1 })
      .where(eq(sessions.id, session.id))
      .run()
    leaveWorkshop(tx, session, now)
    settleSession(tx, session, now)
  })
}

function sessionOf(tx: Tx, id: number | undefined): Session | undefined {
  const found = id === undefined ? undefined : tx.select().from(sessions).where(eq(sessions.id, id)).get()
  return found && { ...found, group: null }
}
