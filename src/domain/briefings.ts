// What speakers and hosts are told before an event: when it goes how, who comes, what organisers want to know of them. How the
// mail reads stands in `mail/contributors`.
import { and, asc, count, desc, eq, inArray, ne } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { messages, registrations } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { cleanText } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import { change } from './changes.ts'
import { listContributors } from './contributors.ts'
import { doorOpensAt } from './door.ts'
import { type Event, getEvent, listSessions } from './events.ts'
import { drop, dueFor, enqueueAbout } from './outbox.ts'
import { takesPlace } from './programmes.ts'
import { isAttendee, type Part, type Registration, type Role } from './registrations.ts'

/** One moment of the event; a `door`, `start` or `end` has no title of its own. */
export interface Moment {
  what: 'door' | 'start' | 'session' | 'end'
  localStart: string
  title: string
}

/** How many come, never who. Speakers and hosts are not among them. */
export interface Coming {
  total: number
  roles: [role: Role, count: number][]
  /** The organisations that most people come from. */
  organisations: [name: string, count: number][]
}

export interface Briefing {
  moments: Moment[]
  coming: Coming
  /** The others who speak or host, as far as they said yes. */
  others: { name: string; part: Part }[]
  /** What the organisers wrote to all of them. */
  words: string
}

/** What this speaker or host is told, as it is now: of the others, only who said yes. */
export function readBriefing(db: Db, event: Event, registration: Pick<Registration, 'id'>): Briefing {
  const others = listContributors(db, event).flatMap(({ registration: { id, partConfirmedAt, name, part } }) =>
    id === registration.id || partConfirmedAt === null ? [] : [{ name, part }],
  )
  return { moments: momentsOf(db, event), coming: whoComes(db, event), others, words: event.briefing }
}

function momentsOf(db: Db, event: Event): Moment[] {
  const wall = (instant: Temporal.Instant) =>
    instant.toZonedDateTimeISO(event.timeZone).toPlainDateTime().toString({ smallestUnit: 'minute' })
  const sessions = listSessions(db, event.id)
    .filter(takesPlace)
    .map(({ localStart, title, room }): Moment => {
      return { what: 'session', localStart, title: [title, room].filter(Boolean).join(' · ') }
    })
  const isOnline = event.attendance !== 'in_person'
  return [
    ...(isOnline ? [{ what: 'door' as const, localStart: wall(doorOpensAt(event)), title: '' }] : []),
    ...(sessions.length ? sessions : [{ what: 'start' as const, localStart: event.localStart, title: '' }]),
    { what: 'end', localStart: wall(event.endsAt), title: '' },
  ]
}

const MOST_ORGANISATIONS = 8
const attends = ({ id }: Pick<Event, 'id'>) =>
  and(eq(registrations.eventId, id), eq(registrations.status, 'confirmed'), isAttendee)

/** How many have a place, by role and from the organisations most of them come from. No name is in it. */
export function whoComes(db: Db, event: Pick<Event, 'id'>): Coming {
  const total = count()
  const roles = db
    .select({ role: registrations.role, total })
    .from(registrations)
    .where(attends(event))
    .groupBy(registrations.role)
    .orderBy(desc(total), asc(registrations.role))
    .all()
  const organisations = db
    .select({ name: registrations.organisation, total })
    .from(registrations)
    .where(and(attends(event), ne(registrations.organisation, '')))
    .groupBy(registrations.organisation)
    .orderBy(desc(total), asc(registrations.organisation))
    .limit(MOST_ORGANISATIONS)
    .all()
  return {
    total: roles.reduce((sum, row) => sum + row.total, 0),
    roles: roles.map(row => [row.role, row.total]),
    organisations: organisations.map(row => [row.name, row.total]),
  }
}

const MOST_NAMES = 500

/** Who comes, by name: for who receives them, and nobody else. */
export function listNames(
  db: Db,
  event: Pick<Event, 'id'>,
): Pick<Registration, 'name' | 'organisation' | 'attendance'>[] {
  const { name, organisation, attendance } = registrations
  return db
    .select({ name, organisation, attendance })
    .from(registrations)
    .where(attends(event))
    .orderBy(asc(registrations.queueNumber))
    .limit(MOST_NAMES)
    .all()
}

/** Keeps what all of them are to know, for every briefing from now on. Invalid if it holds the room or a personal link. */
export function writeBriefing(tx: Tx, { id }: Pick<Event, 'id'>, words: string, organiserId: number): Event {
  const event = getEvent(tx, id)
  return change(tx, event, { briefing: cleanText(words) }, { organiserId, revision: event.revision })
}

/**
 * Mails the briefing, to one of them or to everybody who has not said no and has an address that works. To more than one it
 * waits two minutes, in which time it can be called back. Refusal('past') once the event has begun.
 */
export function sendBriefing(tx: Tx, { id }: Pick<Event, 'id'>, to: number | undefined, now: Temporal.Instant): void {
  const event = getEvent(tx, id)
  if (event.cancelledAt) throw new Refusal('not_possible_now')
  if (!isBefore(now, event.startsAt)) throw new Refusal('past')
  const readers = listContributors(tx, event).flatMap(({ registration, email, isUndeliverable }) =>
    email && !isUndeliverable && registration.status !== 'cancelled' && (to ?? registration.id) === registration.id
      ? [{ registration, toAddress: email }]
      : [],
  )
  if (readers.length === 0) throw new Refusal('not_possible_now')
  const dueAt = dueFor(readers.length, now)
  const minute = Math.floor(now.epochMilliseconds / 60_000)
  for (const { registration, toAddress } of readers) {
    const key = `briefing:${registration.id}:${minute}`
    enqueueAbout(tx, registration, { key, kind: 'briefing', toAddress, dueAt, expiresAt: event.startsAt }, now)
  }
}

/** Takes back the briefings that have not left. Returns how many there were. */
export function recallBriefings(tx: Tx, event: Pick<Event, 'id'>): number {
  const ids = listWaiting(tx, event).map(message => message.id)
  drop(tx, ids, 'recalled')
  return ids.length
}

/** Briefings that can still be called back: how many, and when they leave. */
export function waitingBriefings(
  db: Db,
  event: Pick<Event, 'id'>,
): { count: number; until: Temporal.Instant } | undefined {
  const waiting = listWaiting(db, event)
  const [first] = waiting
  return first && { count: waiting.length, until: first.dueAt }
}

function listWaiting(db: Db, event: Pick<Event, 'id'>) {
  return ofContributors(db, event).filter(({ state, attempts }) => state === 'queued' && attempts === 0)
}

/** When each of them was last sent one, by the id of their registration. */
export function lastBriefings(db: Db, event: Pick<Event, 'id'>): Map<number, Temporal.Instant> {
  const sent = ofContributors(db, event).flatMap(({ registrationId, sentAt }) =>
    registrationId !== null && sentAt ? [[registrationId, sentAt] as const] : [],
  )
  return new Map(sent)
}

/** Found by person: an event may have thousands of mails, and few who speak. */
function ofContributors(db: Db, event: Pick<Event, 'id'>) {
  const ids = listContributors(db, event).map(({ registration }) => registration.id)
  return db
    .select()
    .from(messages)
    .where(and(inArray(messages.registrationId, ids), eq(messages.kind, 'briefing')))
    .orderBy(asc(messages.dueAt))
    .all()
}

/** Why a briefing that waits should not leave after all; nothing if it should. */
export function whyNotBrief(event: Event, { part, status }: Registration, now: Temporal.Instant): string | undefined {
  if (event.cancelledAt) return 'event_cancelled'
  if (part === null || status !== 'confirmed') return 'cancelled'
  return isBefore(now, event.startsAt) ? undefined : 'past'
}
