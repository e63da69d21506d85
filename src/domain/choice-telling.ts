// Which mail somebody should get about a workshop they chose. Each workshop is an entry of its own in their calendar, and the
// mail follows from what their last one told of it, as for a registration (`telling`). Waiting for one brings no mail.
import { asc, eq, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { choices, type Told } from '#db/schema.ts'
import { isBefore, later, zoned } from '#src/lib/time.ts'
import type { Choice } from './choices.ts'
import type { Event } from './events.ts'
import { dueFor, type Message, type MessageKind } from './outbox.ts'
import {
  choiceChangedAt,
  choiceSequenceOf,
  choiceToldNow,
  getOwnWorkshop,
  listChosen,
  type OwnWorkshop,
  type SessionRecord,
} from './own-workshops.ts'
import { type Registration, update } from './registrations.ts'
import { CHOICE_TELLING, isInFlight, settleMatter } from './settling.ts'
import { isSameAppointment, saysTruth } from './told.ts'

type ChoiceTelling = (typeof CHOICE_TELLING)[number]

export const isChoiceTelling = (kind: MessageKind): kind is ChoiceTelling =>
  (CHOICE_TELLING as readonly MessageKind[]).includes(kind)

/** The mail that is due to somebody who knows `told`; nothing if their calendar shows what is true. */
export function dueChoiceTelling(told: Told | null, now: Told): ChoiceTelling | undefined {
  const hadPlace = told?.status === 'confirmed'
  if (now.status !== 'confirmed') return hadPlace ? 'workshop_cancelled' : undefined
  if (!hadPlace) return 'workshop_confirmed'
  return isSameAppointment(told, now) ? undefined : 'workshop_changed'
}

/** The same at a moment: once it would have begun nobody is mailed about it any more. */
export function dueAboutChoice(workshop: OwnWorkshop, at: Temporal.Instant): ChoiceTelling | undefined {
  const { event, session, choice } = workshop
  const starts = zoned({ ...event, localStart: session.localStart }).toInstant()
  return isBefore(at, starts) ? dueChoiceTelling(choice.told, choiceToldNow(workshop)) : undefined
}

/** Whether a mail about it that has been written still says what is true. */
export function isChoiceStillTrue(message: Message, workshop: OwnWorkshop): boolean {
  const now = choiceToldNow(workshop)
  return saysTruth(message, { now, known: workshop.choice.told, changedAt: choiceChangedAt(workshop) })
}

/**
 * To be called after every change of a choice: makes the outbox hold exactly the one mail that is due about it. Their own
 * entry of the event names their workshops, so its text is as new as the newest of them; that alone mails nobody.
 */
export function settleChoice(tx: Tx, { id }: Pick<Choice, 'id'>, now: Temporal.Instant, dueAt = now): void {
  settleOne(tx, getOwnWorkshop(tx, id), now, dueAt)
}

/** The same for every workshop of a registration, which `settle` does when anything about the registration changes. */
export function settleChoices(
  tx: Tx,
  event: Event,
  registration: Registration,
  now: Temporal.Instant,
  dueAt: Temporal.Instant,
): void {
  for (const chosen of listChosen(tx, registration)) settleOne(tx, { ...chosen, event, registration }, now, dueAt)
}

/**
 * To be called after every change of a workshop: settles everybody who chose it. A mail to many waits two minutes, in which
 * time the change can be taken back without anybody having heard of it.
 */
export function settleSession(tx: Tx, { id }: Pick<SessionRecord, 'id'>, now: Temporal.Instant): void {
  const all = choicesOfSession(tx)
    .all({ id })
    .map(choice => getOwnWorkshop(tx, choice.id))
  const dueAt = dueFor(all.filter(workshop => dueAboutChoice(workshop, now)).length, now)
  for (const workshop of all) settleOne(tx, workshop, now, dueAt)
}

/** A row has been spent on what is due already; as of now it is told anew. */
export function tellMissedChoices(tx: Tx, registration: Registration, now: Temporal.Instant): void {
  for (const { choice } of listChosen(tx, registration)) {
    if (!dueAboutChoice(getOwnWorkshop(tx, choice.id), now)) continue
    tx.update(choices).set({ revisedAt: now }).where(eq(choices.id, choice.id)).run()
    settleChoice(tx, choice, now)
  }
}

function settleOne(tx: Tx, { registration, ...about }: OwnWorkshop, now: Temporal.Instant, dueAt: Temporal.Instant) {
  const newest = later(about.session.revisedAt, about.choice.revisedAt)
  const isOlder = isBefore(registration.revisedAt, newest)
  const own = isOlder ? update(tx, registration, { revisedAt: newest }) : registration
  if (isInFlight(tx, own.id, about.choice.id)) return
  const before = { ...about, registration: own }
  const kind = dueAboutChoice(before, now)
  const workshop = kind ? raised(tx, before, now) : before
  const key = `${workshop.choice.id}:${choiceSequenceOf(workshop)}:${choiceChangedAt(workshop).epochMilliseconds}`
  const isTrue = (message: Message) => isChoiceStillTrue(message, workshop)
  const { event, choice } = workshop
  settleMatter(tx, { event, registration: own, choiceId: choice.id, kind, key, isTrue }, now, dueAt)
}

/**
 * What changes in somebody's calendar has a higher SEQUENCE than what stands there, wherever the change came from: the event,
 * its venue, their way to take part or the workshop itself. So a REQUEST never follows a CANCEL with a lower one.
 */
function raised(tx: Tx, workshop: OwnWorkshop, now: Temporal.Instant): OwnWorkshop {
  const { choice } = workshop
  const behind = (choice.told?.sequence ?? -1) + 1 - choiceSequenceOf(workshop)
  if (behind <= 0) return workshop
  const values = { sequence: choice.sequence + behind, revisedAt: now }
  return { ...workshop, choice: tx.update(choices).set(values).where(eq(choices.id, choice.id)).returning().get() }
}

const choicesOfSession = prepared(db =>
  db
    .select({ id: choices.id })
    .from(choices)
    .where(eq(choices.sessionId, sql.placeholder('id')))
    .orderBy(asc(choices.id))
    .prepare(),
)
