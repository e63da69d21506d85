// Making and changing the parts of an event's programme. Every change is one of the event: it raises its revision. What nobody
// chose can go; what somebody chose is cancelled (`session-cancellations`).
import { eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { sessions } from '#db/schema.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { auditEvent } from './audit.ts'
import { change, type Editor } from './changes.ts'
import { settleSession } from './choice-telling.ts'
import { isEverChosen } from './choices.ts'
import { addSession } from './drafts.ts'
import { type Event, listSessions, type Session } from './events.ts'
import { fillWorkshops } from './placing.ts'
import { clashesOf, countPlaced, getSession, isChosen } from './programmes.ts'
import { refuseSecrets } from './secrets.ts'
import { outsideProblems, type Times, timesBetween } from './session-times.ts'

/** Of one event: what fits on its page, and in a round. */
export const MOST_SESSIONS = 100
export const MOST_ROUNDS = 9

/** What an organiser says of a part of a programme; both times by the clock on the wall. */
export interface SessionPlan
  extends Pick<
    Session,
    'kind' | 'round' | 'title' | 'summary' | 'localStart' | 'room' | 'groupId' | 'speakers' | 'capacity' | 'isLearning'
  > {
  localEnd: string
}

/** A new part of the programme. Invalid, by field, if it does not fit its event; as with every other that is said wrongly. */
export function planSession(tx: Tx, event: Event, plan: SessionPlan, editor: Editor, now: Temporal.Instant): Session {
  if (listSessions(tx, event.id).length >= MOST_SESSIONS) throw new Invalid({ title: 'sessions_many' })
  const values = valuesOf(event, plan)
  change(tx, event, { revisedAt: now }, editor)
  const { id } = addSession(tx, { ...values, eventId: event.id, revisedAt: now })
  auditEvent(tx, 'session_added', event, { ...editor, detail: values.title }, now)
  return getSession(tx, id)
}

/**
 * Changes a part of the programme, and everybody's calendar with it: another time or room raises SEQUENCE once the event is
 * public, another text only says that it was revised. More places go to who waits. Invalid, by field, if people who chose it could no longer go: fewer places than people have, another kind or round,
 * a time at which they chose something else.
 */
export function changeSession(
  tx: Tx,
  event: Event,
  session: Session,
  plan: SessionPlan,
  editor: Editor,
  now: Temporal.Instant,
): Session {
  if (session.cancelledAt) throw new Refusal('not_possible_now')
  const values = valuesOf(event, plan)
  refuseForChosen(tx, event, session, values)
  change(tx, event, { revisedAt: now }, editor)
  const isMoved = hasMoved(session, values)
  tx.update(sessions)
    .set({ ...values, revisedAt: now, sequence: session.sequence + (isMoved && event.publishedAt ? 1 : 0) })
    .where(eq(sessions.id, session.id))
    .run()
  settleSession(tx, session, now)
  fillWorkshops(tx, event, now)
  auditEvent(tx, isMoved ? 'session_moved' : 'session_changed', event, { ...editor, detail: values.title }, now)
  return getSession(tx, session.id)
}

/** Takes away what nobody ever chose. Refusal('not_possible_now') for anything else: that is cancelled, and stays to be read. */
export function removeSession(tx: Tx, event: Event, session: Session, editor: Editor, now: Temporal.Instant): void {
  if (isEverChosen(tx, session)) throw new Refusal('not_possible_now')
  change(tx, event, { revisedAt: now }, editor)
  tx.delete(sessions).where(eq(sessions.id, session.id)).run()
  auditEvent(tx, 'session_removed', event, { ...editor, detail: session.title }, now)
}

type Values = Omit<SessionPlan, 'localEnd'> & Times

function valuesOf(event: Event, { localEnd, ...plan }: SessionPlan): Values {
  const isWorkshop = plan.kind === 'workshop'
  const problems = {
    ...(!plan.title && { title: 'required' }),
    ...(isWorkshop && !isRound(plan.round) && { round: 'session_round' }),
  }
  const times = timesBetween(plan.localStart, localEnd, event)
  const wrong = { ...problems, ...outsideProblems(times, event) }
  if (Object.keys(wrong).length) throw new Invalid(wrong)
  refuseSecrets(textsOf(plan), event.roomUrl, event.hostUrl)
  return {
    ...plan,
    ...times,
    round: isWorkshop ? plan.round : null,
    capacity: isWorkshop ? plan.capacity : null,
    // A break teaches nobody anything, whatever was ticked.
    isLearning: plan.kind !== 'break' && plan.isLearning,
  }
}

const isRound = (round: number | null) => round !== null && round >= 1 && round <= MOST_ROUNDS

const textsOf = ({ title, summary, room, speakers }: Omit<SessionPlan, 'localEnd'>): [string, string][] => [
  ['title', title],
  ['summary', summary],
  ['room', room],
  ['speakers', speakers.join('\n')],
]

const hasMoved = (session: Session, { localStart, durationMinutes, room }: Values) =>
  session.localStart !== localStart || session.durationMinutes !== durationMinutes || session.room !== room

function refuseForChosen(tx: Tx, event: Event, session: Session, values: Values): void {
  if (!isChosen(tx, session)) return
  const problems = {
    ...(values.kind !== session.kind && { kind: 'session_chosen' }),
    ...(values.kind === session.kind && values.round !== session.round && { round: 'session_chosen' }),
    ...(values.capacity !== null && values.capacity < countPlaced(tx, session) && { capacity: 'session_seats' }),
    ...(clashesOf(tx, event, session, values).length && { start: 'session_clash' }),
  }
  if (Object.keys(problems).length) throw new Invalid(problems)
}
