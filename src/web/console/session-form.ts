// The form of one part of a programme, as it is shown and as it is read.
import type { FastifyRequest } from 'fastify'
import { SESSION_KINDS } from '#db/schema.ts'
import type { Event, Session } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import { MOST_ROUNDS, type SessionPlan } from '#src/domain/session-editing.ts'
import { daysOf, localEndOf } from '#src/domain/session-times.ts'
import { Invalid } from '#src/lib/errors.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import { groupOptions, Line, Revision, Shown, Tick, Time } from './fields.ts'
import type { Options } from './pages.ts'

const MOST_SPEAKERS = 30

export const SessionForm = Type.Object({
  revision: Revision,
  recipients: Shown,
  kind: Type.Enum([...SESSION_KINDS]),
  round: Type.String({ pattern: `^[1-${MOST_ROUNDS}]?$`, default: '' }),
  title: Type.String({ minLength: 1, maxLength: 150, pattern: '[\\p{L}\\p{N}]' }),
  summary: Line(500),
  /** Only where an event has more days than one. */
  day: Type.String({ pattern: '^(\\d{4}-\\d{2}-\\d{2})?$', default: '' }),
  start: Time,
  end: Time,
  room: Line(80),
  groupId: Type.String({ pattern: '^\\d{0,15}$', default: '' }),
  speakers: Line(1500),
  capacity: Type.String({ pattern: '^([1-9]\\d{0,4})?$', default: '' }),
  isLearning: Tick,
})
type Body = Static<typeof SessionForm>

/** What is said of the part. An end that comes before the start is one of the next day, where the event has one. */
export function readSession(body: Body, event: Event, groups: Pick<Group, 'id'>[]): SessionPlan {
  const { kind, start, end } = body
  const days = daysOf(event)
  const day = body.day || (days[0] as string)
  const isNext = end <= start && days.length > 1
  const lastDay = isNext ? Temporal.PlainDate.from(day).add({ days: 1 }).toString() : day
  const groupId = Number(body.groupId) || null
  if (groupId !== null && !groups.some(group => group.id === groupId)) throw new Invalid({ groupId: 'choice' })
  return {
    ...{ kind, groupId, localStart: `${day}T${start}`, localEnd: `${lastDay}T${end}` },
    round: Number(body.round) || null,
    title: cleanLine(body.title),
    summary: cleanText(body.summary),
    room: cleanLine(body.room),
    speakers: body.speakers.split(/\r?\n/).map(cleanLine).filter(Boolean).slice(0, MOST_SPEAKERS),
    capacity: Number(body.capacity) || null,
    isLearning: body.isLearning === 'on',
  }
}

/** A part as it stands in its form. */
export function sessionValues(session: Session, event: Event): Record<string, string> {
  const { kind, round, title, summary, localStart, room, groupId, speakers, capacity, isLearning } = session
  return {
    ...{ kind, title, summary, room },
    revision: String(event.revision),
    round: String(round ?? ''),
    day: localStart.slice(0, 10),
    start: localStart.slice(11),
    end: localEndOf(session, event).slice(11),
    groupId: String(groupId ?? ''),
    speakers: speakers.join('\n'),
    capacity: String(capacity ?? ''),
    isLearning: isLearning ? 'on' : '',
  }
}

/**
 * A form to fill in after this part was added: beside it where it is a workshop, for those come together, and else from where it
 * ends. The first one begins with the event.
 */
export function nextValues(after: Session | undefined, event: Event): Record<string, string> {
  const empty = { title: '', summary: '', speakers: '', groupId: '', room: '', isLearning: 'on' }
  const revision = String(event.revision)
  if (!after) {
    const [day = '', start = ''] = event.localStart.split('T')
    return { ...empty, revision, kind: 'plenary', round: '', capacity: '', day, start, end: '' }
  }
  const values = sessionValues(after, event)
  if (after.kind === 'workshop') return { ...values, ...empty }
  const [day = '', start = ''] = localEndOf(after, event).split('T')
  return { ...empty, revision, kind: 'plenary', round: '', capacity: '', day, start, end: '' }
}

/** The same workshop once more: in the next round that there is, at the time of that. */
export function copyValues(session: Session, programme: Session[], event: Event): Record<string, string> {
  const later = programme.filter(({ round }) => round !== null && round > (session.round ?? 0))
  const [there] = later.toSorted((a, b) => (a.round ?? 0) - (b.round ?? 0))
  const values = sessionValues(session, event)
  if (!there) return { ...values, round: String(Math.min(MOST_ROUNDS, (session.round ?? 0) + 1)), start: '', end: '' }
  const { round = '', day = '', start = '', end = '' } = sessionValues(there, event)
  return { ...values, round, day, start, end }
}

export interface SessionChoices {
  kinds: Options
  rounds: Options
  groups: Options
  /** Empty where the event has one day only. */
  days: Options
}

export function sessionChoices({ t, f }: FastifyRequest, event: Event, groups: Group[]): SessionChoices {
  const { kinds, round, edit } = t.programme
  const days = daysOf(event)
  const rounds = Array.from({ length: MOST_ROUNDS }, (_, index) => index + 1)
  return {
    kinds: SESSION_KINDS.map(kind => [kind, kinds[kind]]),
    rounds: [['', edit.noRound], ...rounds.map((number): [string, string] => [String(number), round(number)])],
    groups: [['', edit.noGroup], ...groupOptions(groups)],
    days: days.length > 1 ? days.map(day => [day, f.dayShort({ localStart: `${day}T12:00` })]) : [],
  }
}
