// People who are asked to come to an event: who they are, what came of it, and asking them again. The link in their mail opens the
// form; where an event is for invited people only, nothing else does.
import { and, asc, eq, gt, inArray, isNull, ne, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { events, invitees, messages, people, registrations } from '#db/schema.ts'
import type { Locale } from '#src/i18n/index.ts'
import { NotFound, Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { canStillCome, type Event, getEvent } from './events.ts'
import { isMine, type Organiser } from './organisers.ts'
import { drop, dueFor, enqueue } from './outbox.ts'
import { presencesOf } from './places.ts'

export type Invitee = typeof invitees.$inferSelect

/** What came of it, as far as is known: `new` has not been asked yet. */
export type InviteeState = 'new' | 'asked' | 'registered' | 'declined'

/** Nobody is asked more often than this about one event, nor twice within a day. */
const MOST_ASKS = 3
const REST = { hours: 20 }
/** An event has at most so many: more is a mailing list, which is another thing. */
const MOST_INVITEES = 1000

export interface Wanted {
  email: string
  name: string
  organisation: string
}

/** Puts people on the list; who stands there already stays as they are. Returns how many are new. Refusal('too_many') beyond a thousand. */
export function addInvitees(tx: Tx, { id }: Pick<Event, 'id'>, list: Wanted[], locale: Locale, now: Temporal.Instant) {
  const before = listInvitees(tx, { id }).length
  for (const { email, name, organisation } of list) {
    tx.insert(invitees)
      .values({ eventId: id, email, name, organisation, locale, createdAt: now })
      .onConflictDoNothing({ target: [invitees.eventId, invitees.email] })
      .run()
  }
  const after = listInvitees(tx, { id }).length
  if (after > MOST_INVITEES) throw new Refusal('too_many')
  return after - before
}

/** Takes somebody off the list; a mail that has not left is dropped, and their link opens nothing more. */
export function removeInvitee(tx: Tx, { id }: Pick<Invitee, 'id'>): void {
  const mine = eq(messages.inviteeId, id)
  drop(tx, idsOf(tx, and(mine, eq(messages.state, 'queued'))), 'gone')
  tx.update(messages).set({ inviteeId: null }).where(mine).run()
  tx.delete(invitees).where(eq(invitees.id, id)).run()
}

export interface ListedInvitee {
  invitee: Invitee
  state: InviteeState
}

/** Everybody on the list, by name; whoever registered by another way is found by their address. */
export function listInvitees(db: Db, { id }: Pick<Event, 'id'>): ListedInvitee[] {
  const here = db
    .select({ id: registrations.id, email: people.email })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(and(eq(registrations.eventId, id), ne(registrations.status, 'cancelled')))
    .all()
  const ids = new Set(here.map(one => one.id))
  const emails = new Set(here.map(one => one.email))
  const list = db
    .select()
    .from(invitees)
    .where(eq(invitees.eventId, id))
    .orderBy(asc(invitees.name), asc(invitees.email))
    .all()
  return list.map(invitee => {
    const isHere = (invitee.registrationId !== null && ids.has(invitee.registrationId)) || emails.has(invitee.email)
    const state = isHere ? 'registered' : invitee.declinedAt ? 'declined' : invitee.askedAt ? 'asked' : 'new'
    return { invitee, state }
  })
}

/** Those who would be mailed now: not asked yet, or asked before and silent. */
export function listToAsk(db: Db, event: Event, which: 'new' | 'asked', now: Temporal.Instant): Invitee[] {
  return listInvitees(db, event)
    .filter(({ state }) => state === which)
    .map(({ invitee }) => invitee)
    .filter(({ asks, askedAt }) => asks < MOST_ASKS && (!askedAt || !isBefore(now, askedAt.add(REST))))
}

/**
 * Asks them by mail. To more than one it waits two minutes, in which it can be taken back. Refusal('closed') when nobody can
 * register any more, or the event has no page yet. Returns how many are asked.
 */
export function askInvitees(tx: Tx, { id }: Pick<Event, 'id'>, which: 'new' | 'asked', now: Temporal.Instant): number {
  const event = getEvent(tx, id)
  if (!presencesOf(event).some(presence => canStillCome(event, presence, now))) throw new Refusal('closed')
  const list = listToAsk(tx, event, which, now)
  const dueAt = dueFor(list.length, now)
  for (const { id: inviteeId, email: toAddress, locale, asks } of list) {
    const message = {
      key: `invited:${inviteeId}:${now.epochMilliseconds}`,
      kind: 'invited',
      toAddress,
      locale,
      eventId: id,
    } as const
    enqueue(tx, { ...message, inviteeId, dueAt, expiresAt: event.startsAt }, now)
    tx.update(invitees)
      .set({ askedAt: now, asks: asks + 1 })
      .where(eq(invitees.id, inviteeId))
      .run()
  }
  return list.length
}

/** The asks that still wait: how many, and until when. */
export function heldAsks(
  db: Db,
  event: Event,
  now: Temporal.Instant,
): { count: number; until: Temporal.Instant } | undefined {
  const waiting = db.select({ dueAt: messages.dueAt }).from(messages).where(isHeld(event, now)).all()
  const [first] = waiting
  return first && { count: waiting.length, until: first.dueAt }
}

/** Takes back what has not left yet. Returns how many hear nothing of it. */
export function recallAsks(tx: Tx, event: Event, now: Temporal.Instant): number {
  const held = tx
    .select({ id: messages.id, inviteeId: messages.inviteeId })
    .from(messages)
    .where(isHeld(event, now))
    .all()
  drop(
    tx,
    held.map(one => one.id),
    'recalled',
  )
  const ids = held.flatMap(one => one.inviteeId ?? [])
  tx.update(invitees)
    .set({
      asks: sql`${invitees.asks} - 1`,
      // When they were asked before, if they were: that mail has left.
      askedAt: sql`(select max(sent_at) from messages where invitee_id = ${invitees.id} and state = 'sent')`,
    })
    .where(inArray(invitees.id, ids))
    .run()
  return held.length
}

function isHeld({ id }: Pick<Event, 'id'>, now: Temporal.Instant) {
  // The plus has the event find them: of all mails there are, a great many are queued.
  const waits = and(sql`+${messages.state} = 'queued'`, eq(messages.attempts, 0), gt(messages.dueAt, now))
  return and(eq(messages.eventId, id), eq(messages.kind, 'invited'), waits)
}

function idsOf(tx: Tx, where: ReturnType<typeof and>): number[] {
  return tx
    .select({ id: messages.id })
    .from(messages)
    .where(where)
    .all()
    .map(({ id }) => id)
}

/** The invitee a signed link names, with the event; nothing once they were taken off the list. */
export function findInviteeByLink(db: Db, link: { id: number; version: number } | undefined): Invitee | undefined {
  const named = link && and(eq(invitees.id, link.id), eq(invitees.linkVersion, link.version))
  return named && db.select().from(invitees).where(named).get()
}

export function findInvitee(db: Db, id: number): Invitee | undefined {
  return db.select().from(invitees).where(eq(invitees.id, id)).get()
}

/** The invitee, if this organiser may change the event. */
export function getInviteeWith(db: Db, organiser: Organiser, id: number): Invitee {
  const found = db
    .select({ invitee: invitees })
    .from(invitees)
    .innerJoin(events, eq(events.id, invitees.eventId))
    .where(and(eq(invitees.id, id), isMine(organiser, 'organiser')))
    .get()
  if (!found) throw new NotFound('invitee')
  return found.invitee
}

/** Somebody who is asked, for an example: no row, so that the link opens nothing. */
export function exampleInvitee(
  { id: eventId }: Pick<Event, 'id'>,
  { email, name, locale }: Pick<Invitee, 'email' | 'name' | 'locale'>,
  now: Temporal.Instant,
): Invitee {
  const nothing = { organisation: '', linkVersion: 0, askedAt: null, asks: 0, declinedAt: null, registrationId: null }
  return { id: 0, eventId, email, name, locale, createdAt: now, ...nothing }
}

/** They say that they do not come; registering takes it back. */
export function refuseInvitation(tx: Tx, { id }: Pick<Invitee, 'id'>, now: Temporal.Instant): void {
  tx.update(invitees)
    .set({ declinedAt: now })
    .where(and(eq(invitees.id, id), isNull(invitees.declinedAt)))
    .run()
}

/**
 * Whose invitation this registration used: one person comes of one invitation. Refusal('already_there') if another person has
 * registered with it.
 */
export function useInvitation(tx: Tx, id: number, registration: { id: number }): void {
  const invitee = findInvitee(tx, id)
  if (!invitee) return
  const isOther = invitee.registrationId !== null && invitee.registrationId !== registration.id
  if (isOther && isActive(tx, invitee.registrationId ?? 0)) throw new Refusal('already_there')
  tx.update(invitees).set({ registrationId: registration.id, declinedAt: null }).where(eq(invitees.id, id)).run()
}

/**
 * The same, before anything is looked up by the address that was typed: with an invitation that somebody used, every other address
 * gets one answer, whether we know it or not.
 */
export function refuseIfUsed(tx: Tx, id: number, email: string | null): void {
  const used = tx
    .select({ email: people.email })
    .from(invitees)
    .innerJoin(registrations, eq(registrations.id, invitees.registrationId))
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(and(eq(invitees.id, id), ne(registrations.status, 'cancelled')))
    .get()
  if (used && used.email !== email) throw new Refusal('already_there')
}

/** As whom somebody was asked who registered so before: an invitation lasts. */
export function askedAs(tx: Tx, { id }: { id: number }): { inviteeId?: number } {
  const found = tx.select({ inviteeId: invitees.id }).from(invitees).where(eq(invitees.registrationId, id)).get()
  return found ?? {}
}

function isActive(tx: Tx, id: number): boolean {
  const row = tx.select({ status: registrations.status }).from(registrations).where(eq(registrations.id, id)).get()
  return row !== undefined && row.status !== 'cancelled'
}

/** Why a mail that asks should not leave after all; nothing if it should. */
export function whyNotAsk(tx: Tx, inviteeId: number | null, now: Temporal.Instant): string | undefined {
  const invitee = inviteeId === null ? undefined : findInvitee(tx, inviteeId)
  if (!invitee) return 'gone'
  const event = getEvent(tx, invitee.eventId)
  if (event.cancelledAt) return 'event_cancelled'
  if (!presencesOf(event).some(presence => canStillCome(event, presence, now))) return 'past'
  const state = listInvitees(tx, event).find(one => one.invitee.id === invitee.id)?.state
  return state === 'registered' || state === 'declined' ? 'answered' : undefined
}
