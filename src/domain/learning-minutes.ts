// How long somebody learned at an event: the parts of its programme that they were in and that count as learning. Breaks never
// do, nor does what an organiser says is none, as a welcome. Where there is no programme, one number says what the pauses take.
// The reach of an event counts something else: how long people were there, breaks and all (`totals`).
import { instantsOf } from '#src/lib/time.ts'
import type { Event, Session } from './events.ts'
import type { Registration } from './registrations.ts'

type Span = Pick<Event, 'startsAt' | 'endsAt' | 'durationMinutes' | 'timeZone'>
type Part = Pick<Session, 'id' | 'kind' | 'localStart' | 'durationMinutes' | 'isLearning' | 'cancelledAt'>

/** A part of the programme with its minutes, counted from whenever; none outside the event. */
interface Timed<One> {
  part: One
  from: number
  until: number
}

/** An event as far as it decides what counts: worked out once for all of its people. */
export interface Lessons<One extends Part = Session> {
  /** By when they begin. */
  parts: Timed<One>[]
  /** Breaks alone are no programme: with one more, an event of no parts is still one of no parts. */
  hasProgramme: boolean
  minutesWithoutPauses: number
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

/** `pauseMinutes`: welcome and breaks together, where there is no programme that says so. */
export function lessonsIn<One extends Part>(event: Span, sessions: One[], pauseMinutes: number): Lessons<One> {
  const parts = sessions.filter(({ cancelledAt }) => !cancelledAt).map(part => timed(event, part))
  return {
    parts: parts.sort((a, b) => a.from - b.from || a.until - b.until || a.part.id - b.part.id),
    hasProgramme: parts.some(({ part }) => part.kind !== 'break'),
    minutesWithoutPauses: Math.max(0, event.durationMinutes - pauseMinutes),
  }
}

function timed<One extends Part>({ startsAt, endsAt, timeZone }: Span, part: One): Timed<One> {
  const { localStart, durationMinutes } = part
  const span = instantsOf({ localStart, durationMinutes, timeZone })
  const minute = (instant: Temporal.Instant) => Math.round(instant.epochMilliseconds / 60_000)
  return {
    part,
    from: Math.max(minute(span.startsAt), minute(startsAt)),
    until: Math.min(minute(span.endsAt), minute(endsAt)),
  }
}

/**
 * Whole minutes, no less than 0 and no more than the event lasts. Parts that overlap count once, their order changes nothing,
 * and neither does a break. Of who took part online no more counts than the room's report says; of who was not seen, nothing.
 */
export function learnedBy<One extends Part>(lessons: Lessons<One>, presence: Presence): Learned<One> {
  const mine = lessons.parts.filter(({ part }) => part.kind !== 'workshop' || presence.workshopIds.has(part.id))
  const [followed, uncounted] = [mine.filter(isLesson), mine.filter(one => !isLesson(one))]
  const offered = lessons.hasProgramme ? together(followed) : lessons.minutesWithoutPauses
  const seen = presence.attendedAt ? (presence.attendedMinutes ?? offered) : 0
  const partOf = ({ part }: Timed<One>) => part
  return {
    ...{ minutes: Math.min(offered, seen), offered },
    ...{ followed: followed.map(partOf), uncounted: uncounted.map(partOf) },
  }
}

const isLesson = ({ part }: Timed<Part>) => part.kind !== 'break' && part.isLearning

/** The minutes that any of these takes; by when they begin. */
function together(parts: Timed<Part>[]): number {
  let [sum, reached] = [0, Number.NEGATIVE_INFINITY]
  for (const { from, until } of parts) {
    sum += Math.max(0, until - Math.max(from, reached))
    reached = Math.max(reached, until)
  }
  return sum
}
