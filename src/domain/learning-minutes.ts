// How long somebody learned at an event: the parts of its programme that they were in and that count as learning. Breaks never
// do, nor does what an organiser says is none, as a welcome. Where there is no programme, one number says what the pauses take.
// The reach of an event counts something else: how long people were there, breaks and all (`totals`).
import { instantsOf } from '#src/lib/time.ts'
import type { Event, Session } from './events.ts'
import type { Registration } from './registrations.ts'

type Span = Pick<Event, 'startsAt' | 'endsAt' | 'durationMinutes' | 'timeZone'>
type Part = Pick<Session, 'id' | 'kind' | 'localStart' | 'durationMinutes' | 'isLearning' | 'cancelledAt'>

/** An event as far as it decides what counts. `pauseMinutes` counts where nothing else in it says so. */
export interface Lessons<One extends Part = Session> {
  event: Span
  sessions: One[]
  pauseMinutes: number
}

/** What somebody did there, and the workshops in which they have a place. */
export interface Presence extends Pick<Registration, 'attendedAt' | 'attendedMinutes'> {
  workshopIds: ReadonlySet<number>
}

export interface Learned<One extends Part = Session> {
  minutes: number
  /** What there was to learn for them: what they would have with nothing missed. */
  offered: number
  followed: One[]
  /** Parts of the programme that were theirs and do not count. */
  uncounted: One[]
}

/**
 * Whole minutes, no less than 0 and no more than the event lasts. Parts that overlap count once, their order changes nothing,
 * and neither does a break. Of who took part online no more counts than the room's report says; of who was not seen, nothing.
 */
export function learnedBy<One extends Part>(lessons: Lessons<One>, presence: Presence): Learned<One> {
  const mine = lessons.sessions.filter(one => !one.cancelledAt && isOf(one, presence.workshopIds))
  const [followed, uncounted] = [mine.filter(counts), mine.filter(one => !counts(one))]
  const offered = hasProgramme(lessons) ? together(lessons.event, followed) : withoutPauses(lessons)
  const seen = presence.attendedAt ? (presence.attendedMinutes ?? offered) : 0
  return { minutes: Math.min(offered, seen), offered, followed, uncounted }
}

/** Breaks alone are no programme: with one more, an event of no parts is still one of no parts. */
function hasProgramme({ sessions }: Lessons<Part>): boolean {
  return sessions.some(({ kind, cancelledAt }) => kind !== 'break' && !cancelledAt)
}

const isOf = ({ id, kind }: Part, workshopIds: ReadonlySet<number>) => kind !== 'workshop' || workshopIds.has(id)
const counts = ({ kind, isLearning }: Part) => kind !== 'break' && isLearning

function withoutPauses({ event, pauseMinutes }: Lessons<Part>): number {
  return Math.max(0, event.durationMinutes - pauseMinutes)
}

/** The minutes that any of these parts takes, within the event. */
function together(event: Span, parts: Part[]): number {
  const spans = parts.map(part => spanWithin(event, part)).sort((a, b) => a.from - b.from)
  let [sum, reached] = [0, Number.NEGATIVE_INFINITY]
  for (const { from, until } of spans) {
    sum += Math.max(0, until - Math.max(from, reached))
    reached = Math.max(reached, until)
  }
  return sum
}

function spanWithin({ startsAt, endsAt, timeZone }: Span, { localStart, durationMinutes }: Part) {
  const span = instantsOf({ localStart, durationMinutes, timeZone })
  const minute = (instant: Temporal.Instant) => Math.round(instant.epochMilliseconds / 60_000)
  return {
    from: Math.max(minute(span.startsAt), minute(startsAt)),
    until: Math.min(minute(span.endsAt), minute(endsAt)),
  }
}
