// Taking part in a whole series: joining, also later on, and leaving. Status, places at the dates to come and outbox rows commit
// together or not at all. Each date is a registration like any other, counted against the places of its event.
import { desc, eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { type CANCELLERS, enrolments, series } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { isToldBy } from './enrolment-dues.ts'
import { canBeJoined, groupPlacesOf, hasRoomInGroup } from './enrolment-places.ts'
import {
  type Enrolment,
  findEnrolmentOf,
  getEnrolment,
  listDatesToCome,
  listEnrolled,
  listPlaces,
  updateEnrolment,
} from './enrolments.ts'
import type { Event } from './events.ts'
import { findOrCreatePerson, findPersonById, type Person } from './people.ts'
import { outlookFor, placesFor, presencesOf } from './places.ts'
import { type Applicant, register, withdraw } from './registering.ts'
import { findRegistrationOf, type Registration, update } from './registrations.ts'
import { trustAfterRest } from './retrying.ts'
import { getSeriesOf, type Series } from './series.ts'
import { settleEnrolment, tellSeriesAgain } from './series-telling.ts'
import { writeSomething } from './silence.ts'
import { fillPlaces } from './waiting.ts'

/** Somebody who joins a series. */
export interface Joiner extends Omit<Applicant, 'inviteeId' | 'answers' | 'enrolment'> {
  /** They want an entry for their calendar by mail for each date. */
  wantsInvites: boolean
}

/**
 * Puts somebody in a series, from its next event on: in the group if there is room, on its waiting list if not. Doing it twice
 * changes nothing and mails once more (at most once an hour). Refusal('closed') when nobody can join, Refusal('closed_list')
 * when only an organiser adds people.
 */
export function enrol(tx: Tx, { id }: Pick<Series, 'id'>, joiner: Joiner, now: Temporal.Instant): Enrolment {
  // As it is now: between a page and its POST its settings may have changed.
  const found = getSeriesOf(tx, { seriesId: id })
  if (found.enrolmentRule === 'off') throw new Refusal('closed')
  if (joiner.addedBy === undefined) {
    if (found.isClosedList) throw new Refusal('closed_list')
    if (!canBeJoined(tx, found, now)) throw new Refusal('closed')
  }
  const person = findOrCreatePerson(tx, joiner.email, now)
  trustAfterRest(tx, person, now)
  const earlier = findEnrolmentOf(tx, found, person)
  if (earlier && earlier.status !== 'cancelled') {
    tellSeriesAgain(tx, earlier, now)
    writeSomething(tx)
    return earlier
  }
  const values = { ...valuesOf(joiner, now), queueNumber: nextQueueNumber(tx, found) }
  const isIn = hasRoomInGroup(groupPlacesOf(tx, found))
  const state = isIn
    ? ({ status: 'confirmed', joinedAt: now } as const)
    : ({ status: 'waitlisted', waitedAt: now } as const)
  const enrolment = earlier
    ? updateEnrolment(tx, earlier, { ...values, ...state })
    : tx
        .insert(enrolments)
        .values({ ...values, ...state, seriesId: found.id, personId: person.id, createdAt: now })
        .returning()
        .get()
  return takePlaces(tx, found, enrolment, now)
}

function valuesOf(joiner: Joiner, now: Temporal.Instant) {
  const { name, organisation, role, attendance, accessNeeds, locale, addedBy, wantsInvites } = joiner
  const details = { name, organisation, role, attendance, accessNeeds, locale, addedBy: addedBy ?? null }
  const state = { joinedAt: null, waitedAt: null, leftAt: null, leftBy: null }
  return { ...details, ...state, invitesSince: wantsInvites ? now : null, revisedAt: now }
}

function nextQueueNumber(tx: Tx, { id }: Series): number {
  const last = tx
    .select({ last: enrolments.queueNumber })
    .from(enrolments)
    .where(eq(enrolments.seriesId, id))
    .orderBy(desc(enrolments.queueNumber))
    .limit(1)
    .get()
  return (last?.last ?? 0) + 1
}

/** A place at every date to come, for who takes part; and the mail about all of it. */
function takePlaces(tx: Tx, found: Series, enrolment: Enrolment, now: Temporal.Instant): Enrolment {
  const person = findPersonById(tx, enrolment.personId)
  if (person && enrolment.status === 'confirmed') {
    for (const event of listDatesToCome(tx, found, now)) placeAt(tx, event, enrolment, person, now)
  }
  settleEnrolment(tx, enrolment, now)
  return enrolment
}

/**
 * One date: a place, or the waiting list of that event where it is full; nothing where nobody can wait. Who is registered for
 * it already stays so, and it counts as one of their dates from now on.
 */
function placeAt(tx: Tx, event: Event, enrolment: Enrolment, person: Person, now: Temporal.Instant): void {
  const there = findRegistrationOf(tx, event, person)
  if (there && there.status !== 'cancelled') {
    update(tx, there, { enrolmentId: enrolment.id })
    return
  }
  const presence = presencesOf(event).find(one => one === enrolment.attendance) ?? presencesOf(event)[0]
  if (!presence || !outlookFor(event, placesFor(tx, event, presence))) return
  const { name, organisation, role, accessNeeds, locale } = enrolment
  const details = { name, organisation, role, accessNeeds, locale, attendance: presence }
  register(tx, event, { ...details, email: person.email, enrolment }, now)
}

/**
 * Gives everybody who takes part in its series a place at an event: when it gets a page, or goes on after all. Not who said no
 * to this date before.
 */
export function placeEnrolled(tx: Tx, event: Event, now: Temporal.Instant): void {
  if (event.seriesId === null || event.cancelledAt || !isBefore(now, event.startsAt)) return
  for (const enrolment of listEnrolled(tx, { id: event.seriesId }, 'confirmed')) {
    const person = findPersonById(tx, enrolment.personId)
    if (!person || hasDate(tx, event, enrolment, person)) continue
    placeAt(tx, event, enrolment, person, now)
    settleEnrolment(tx, enrolment, now)
  }
  // With a date to come again there is something to join.
  fillGroup(tx, { id: event.seriesId }, now)
}

function hasDate(tx: Tx, event: Event, { id }: Enrolment, person: Person): boolean {
  const there = findRegistrationOf(tx, event, person)
  return there !== undefined && (there.enrolmentId === id || there.part !== null)
}

/**
 * Takes somebody out of a series: the dates to come are cancelled, those that were stay as they are, and the place goes to who
 * waits. Leaving twice is leaving once.
 */
export function leave(
  tx: Tx,
  { id }: Pick<Enrolment, 'id'>,
  by: (typeof CANCELLERS)[number],
  now: Temporal.Instant,
): Enrolment {
  const enrolment = getEnrolment(tx, id)
  if (enrolment.status === 'cancelled') return enrolment
  const left = updateEnrolment(tx, enrolment, { status: 'cancelled', leftAt: now, leftBy: by, revisedAt: now })
  for (const { registration, event } of datesToGiveUp(tx, left, now)) {
    withdraw(tx, registration, by, now)
    fillPlaces(tx, event, now)
  }
  fillGroup(tx, { id: left.seriesId }, now)
  settleEnrolment(tx, left, now)
  return left
}

/** What somebody promised to do at an event is another matter than taking part in it. */
function datesToGiveUp(tx: Tx, enrolment: Enrolment, now: Temporal.Instant) {
  return listPlaces(tx, enrolment).filter(
    ({ registration, event }) =>
      registration.status !== 'cancelled' && registration.part === null && isBefore(now, event.startsAt),
  )
}

/** Lets in who waited longest, as long as there is room and anybody can join. Goes past whose address does not work. */
export function fillGroup(tx: Tx, { id }: Pick<Series, 'id'>, now: Temporal.Instant): void {
  const found = getSeriesOf(tx, { seriesId: id })
  if (found.enrolmentRule === 'off' || !canBeJoined(tx, found, now)) return
  const { left, waiting } = groupPlacesOf(tx, found)
  if (waiting === 0 || left === 0) return
  const turn = listEnrolled(tx, found, 'waitlisted').filter(
    ({ personId }) => !findPersonById(tx, personId)?.undeliverableAt,
  )
  for (const enrolment of turn.slice(0, left ?? turn.length)) {
    const joined = updateEnrolment(tx, enrolment, { status: 'confirmed', joinedAt: now, revisedAt: now })
    takePlaces(tx, found, joined, now)
  }
}

/** What somebody may change about themselves, for all dates to come. */
export type EnrolmentDetails = Pick<Enrolment, 'name' | 'organisation' | 'role' | 'accessNeeds'>

/** Refusal('not_possible_now') for who has left. */
export function changeEnrolment(
  tx: Tx,
  { id }: Pick<Enrolment, 'id'>,
  details: EnrolmentDetails,
  now: Temporal.Instant,
): Enrolment {
  const enrolment = getEnrolment(tx, id)
  if (enrolment.status === 'cancelled') throw new Refusal('not_possible_now')
  for (const { registration } of datesToGiveUp(tx, enrolment, now))
    update(tx, registration, { ...details, revisedAt: now })
  return updateEnrolment(tx, enrolment, details)
}

/**
 * An entry for their calendar by mail for each date, or no more of them. Whoever has one for a date keeps it: it goes on
 * following that date.
 */
export function chooseInvites(
  tx: Tx,
  { id }: Pick<Enrolment, 'id'>,
  wantsThem: boolean,
  now: Temporal.Instant,
): Enrolment {
  const enrolment = getEnrolment(tx, id)
  if (enrolment.status === 'cancelled') throw new Refusal('not_possible_now')
  if (wantsThem === (enrolment.invitesSince !== null)) return enrolment
  for (const { registration } of datesToGiveUp(tx, enrolment, now))
    if (isToldBy(enrolment, registration)) follow(tx, registration, wantsThem, now)
  const chosen = updateEnrolment(tx, enrolment, { invitesSince: wantsThem ? now : null })
  settleEnrolment(tx, chosen, now)
  return chosen
}

function follow(tx: Tx, registration: Registration, wantsInvite: boolean, now: Temporal.Instant): void {
  update(tx, registration, { feedOnlySince: wantsInvite ? null : now, revisedAt: now })
}

/** The settings of a series that say who takes part in it. */
export type EnrolmentSettings = Pick<Series, 'enrolmentRule' | 'enrolmentCapacity' | 'enrolmentUntil' | 'isClosedList'>

/**
 * Nobody loses their part: Refusal('capacity_below_confirmed') for fewer places than people. More places go to who waits.
 */
export function setEnrolmentRules(
  tx: Tx,
  { id }: Pick<Series, 'id'>,
  settings: EnrolmentSettings,
  now: Temporal.Instant,
): Series {
  const { joined } = groupPlacesOf(tx, getSeriesOf(tx, { seriesId: id }))
  if (settings.enrolmentCapacity !== null && settings.enrolmentCapacity < joined)
    throw new Refusal('capacity_below_confirmed')
  const set = tx.update(series).set(settings).where(eq(series.id, id)).returning().get()
  fillGroup(tx, set, now)
  return set
}
