// People who stand on the list of one event twice: who they may be, and making one registration of two.
import { and, asc, eq, inArray, ne } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { people, registrations } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { fold, nameKey } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import { handOverChoices } from './choosing.ts'
import { takeBack } from './declines.ts'
import { type Event, getEvent } from './events.ts'
import { carryAlong, stepAside } from './joining.ts'
import { getRegistration, isRequest, NOT_DECLINED, type Registration, update } from './registrations.ts'
import { planReminders } from './reminders.ts'
import { settle } from './telling.ts'
import { fillPlaces } from './waiting.ts'

export interface Double {
  /** The one that would stay, if nobody says otherwise; then the other. */
  pair: [number, number]
  /** What makes us think so: besides the name the organisation, that one has no address, or the name alone. */
  because: 'organisation' | 'no_address' | 'name'
}

interface Candidate {
  id: number
  organisation: string
  status: Registration['status']
  email: string | null
  undeliverableAt: Temporal.Instant | null
}

/** Likely doubles among who has not cancelled: the same name but for accents, capitals and the order of its words. */
export function listDoubles(db: Db, event: Pick<Event, 'id'>): Double[] {
  const named = db
    .select({ id: registrations.id, name: registrations.name })
    .from(registrations)
    .where(and(eq(registrations.eventId, event.id), ne(registrations.status, 'cancelled'), ne(registrations.name, '')))
    .orderBy(asc(registrations.queueNumber), asc(registrations.id))
    .all()
  const groups = [...Map.groupBy(named, ({ name }) => nameKey(name)).values()].filter(group => group.length > 1)
  const candidates = new Map(listCandidates(db, groups.flat()).map(one => [one.id, one]))
  return groups.flatMap(group => pairsOf(group.flatMap(({ id }) => candidates.get(id) ?? [])))
}

function listCandidates(db: Db, list: { id: number }[]): Candidate[] {
  const ids = list.map(({ id }) => id)
  return db
    .select({
      id: registrations.id,
      organisation: registrations.organisation,
      status: registrations.status,
      email: people.email,
      undeliverableAt: people.undeliverableAt,
    })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(inArray(registrations.id, ids))
    .all()
}

/** With whom somebody may be the same person. */
export function findDoublesOf(db: Db, event: Pick<Event, 'id'>, { id }: Pick<Registration, 'id'>) {
  return listDoubles(db, event).flatMap(({ pair, because }) =>
    pair.includes(id) ? pair.filter(other => other !== id).map(other => ({ id: other, because })) : [],
  )
}

/** Each of a group beside the best of it. */
function pairsOf(group: Candidate[]): Double[] {
  const [best, ...others] = group.toSorted((a, b) => merit(b) - merit(a))
  if (!best) return []
  return others.map(other => ({ pair: [best.id, other.id], because: whyDouble(best, other) }))
}

/** Whom mail reaches, then who has a place; of equals the first stays in front. */
function merit({ email, undeliverableAt, status }: Candidate): number {
  return (email ? 4 : 0) + (email && !undeliverableAt ? 2 : 0) + (status === 'confirmed' ? 1 : 0)
}

function whyDouble(a: Candidate, b: Candidate): Double['because'] {
  if (!a.email || !b.email) return 'no_address'
  return a.organisation && fold(a.organisation) === fold(b.organisation) ? 'organisation' : 'name'
}

/**
 * Makes one registration of two of the same event: `stays` keeps its address and name, and gets the better of both places,
 * the earlier turn, and what was noted, answered and seen; `goes` is taken out of its calendar. Nobody loses a place and no
 * place is added. Once the event has begun nobody is mailed. Refusal('not_possible_now') when either was merged before.
 */
export function mergeRegistrations(tx: Tx, stays: number, goes: number, now: Temporal.Instant): Registration {
  const to = getRegistration(tx, stays)
  const from = getRegistration(tx, goes)
  const event = getEvent(tx, to.eventId)
  const isOne = from.eventId === to.eventId && from.id !== to.id
  if (!isOne || to.mergedIntoId || from.mergedIntoId || event.cancelledAt) throw new Refusal('not_possible_now')
  const aside = stepAside(tx, from, 'organiser', now)
  const place = { ...placeOfBoth(to, from), ...partOfBoth(to, from) }
  const isOther = rankOf({ ...to, ...place }) !== rankOf(to) || place.part !== to.part
  const raise = isOther && { sequence: to.sequence + 1, revisedAt: now }
  const one = handOverChoices(tx, aside, update(tx, carryAlong(tx, aside, to), { ...place, ...raise }), now)
  return isBefore(now, event.startsAt) ? tell(tx, event, one, { to, from }, now) : one
}

const RANKS = { confirmed: 0, waitlisted: 1, cancelled: 3 }
/** To wait for a place is better than to have asked for one. */
const rankOf = (registration: Registration) => (isRequest(registration) ? 2 : RANKS[registration.status])

/** The better place, with what belongs to it; of two alike the one that stays has it, at the earlier turn. */
function placeOfBoth(to: Registration, from: Registration): Partial<Registration> {
  const isSameQueue = to.attendance === from.attendance && ![to.status, from.status].includes('cancelled')
  const queueNumber = isSameQueue ? Math.min(to.queueNumber, from.queueNumber) : to.queueNumber
  if (rankOf(to) <= rankOf(from)) return { status: to.status, queueNumber }
  const { status, attendance, confirmedAt, approvalAskedAt, approvedAt } = from
  return {
    ...{ status, attendance, confirmedAt, approvalAskedAt, approvedAt, reply: null, ...NOT_DECLINED },
    waitedAt: from.waitedAt ?? to.waitedAt,
    ...(to.status === 'cancelled' && { cancelledAt: null, cancelledBy: null, remindersStoppedAt: null }),
    queueNumber: isSameQueue ? queueNumber : from.queueNumber,
  }
}

/** Whoever was asked to speak in either still is; unless they were not to any more. */
function partOfBoth(to: Registration, from: Registration): Pick<Registration, 'part' | 'partConfirmedAt'> {
  const [first, second] = [to, from].filter(({ part, status }) => part !== null && status !== 'cancelled')
  const part = first?.part ?? null
  return { part, partConfirmedAt: first?.partConfirmedAt ?? second?.partConfirmedAt ?? null }
}

/** Mails whoever has something new to hear; a place that came free goes to who waits. */
function tell(
  tx: Tx,
  event: Event,
  one: Registration,
  { to, from }: Record<'to' | 'from', Registration>,
  now: Temporal.Instant,
): Registration {
  // Their calendar said no, but with the other address they come.
  const comes = one.declinedAt !== null && from.status === 'confirmed' && from.declinedAt === null
  if (comes) takeBack(tx, one, now)
  else settle(tx, one, now)
  if (one.status === 'confirmed' && to.status !== 'confirmed') planReminders(tx, one, event, now)
  fillPlaces(tx, event, now)
  return getRegistration(tx, one.id)
}
