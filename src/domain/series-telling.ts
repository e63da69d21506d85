// Which mail somebody should get about their part in a whole series. One mail tells of all its dates at once; what differs from
// that afterwards is told date by date, as of any registration (`telling`).
import { and, desc, eq, inArray, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, messages, type ToldSeries } from '#db/schema.ts'
import { isBefore, later } from '#src/lib/time.ts'
import { dueOfSeries, isToldBy, type SeriesTelling, TELLS_SERIES } from './enrolment-dues.ts'
import { type Enrolment, getEnrolment, listPlaces, type Place } from './enrolments.ts'
import { drop, enqueue, type Message } from './outbox.ts'
import { findPersonById } from './people.ts'
import { hasEntry, isInvited } from './registrations.ts'
import { dueTelling, settle, toldNow } from './telling.ts'

/** Between two invites of one person: nobody gets a year of them at once. */
const SPREAD = { minutes: 15 }

/** The dates that such a mail tells of: those that are not over, also where they wait or it does not go on. */
export function listTold(db: Db, enrolment: Enrolment, now: Temporal.Instant): Place[] {
  return listPlaces(db, enrolment).filter(
    ({ registration, event }) => isToldBy(enrolment, registration) && isBefore(now, event.endsAt),
  )
}

/**
 * What a mail that is written now tells. It holds no entry for a calendar, so whoever has one for a date is told of that date
 * by itself.
 */
export function toldSeriesNow(db: Db, enrolment: Enrolment, now: Temporal.Instant): ToldSeries {
  const dates = listTold(db, enrolment, now)
    .filter(({ registration }) => !hasEntry(registration))
    .map(({ registration, event }): ToldSeries['dates'][number] => [
      registration.id,
      { ...toldNow(event, registration), uninvited: true },
    ])
  return { status: enrolment.status, dates }
}

/** Whether a mail that has been written still says what is true. */
export function isSeriesStillTrue(db: Db, { bytes, toldSeries }: Message, enrolment: Enrolment, now: Temporal.Instant) {
  return !bytes || JSON.stringify(toldSeries) === JSON.stringify(toldSeriesNow(db, enrolment, now))
}

/**
 * Makes the outbox hold the one mail that is due about an enrolment; when none is, the mails that are due about its dates.
 * While one is with the mail server nothing is decided: it is settled again when that ends.
 */
export function settleEnrolment(tx: Tx, { id }: Pick<Enrolment, 'id'>, now: Temporal.Instant): void {
  const enrolment = getEnrolment(tx, id)
  const waiting = waitingAbout(tx).all({ id })
  if (waiting.some(({ state }) => state === 'sending')) return
  const due = dueOfSeries(enrolment)
  const places = listTold(tx, enrolment, now)
  // Whoever takes part is told when there is a date to tell of.
  const kind = due !== 'series_left' && enrolment.status === 'confirmed' && places.length === 0 ? undefined : due
  const stays = waiting.find(message => message.kind === kind)
  const others = waiting.filter(message => message !== stays).map(message => message.id)
  drop(tx, others, 'superseded')
  if (kind && !stays) tell(tx, enrolment, kind, places, now)
  if (!due) settleDates(tx, places, now)
}

/** What is new to somebody leaves at once; invites, and what takes them back, one after another. */
function settleDates(tx: Tx, places: Place[], now: Temporal.Instant): void {
  let dueAt = now
  for (const { registration, event } of places) {
    const kind = dueTelling(registration.told, toldNow(event, registration))
    const isSpread = (kind === 'confirmed' || kind === 'unregistered') && isInvited(registration)
    settle(tx, registration, now, isSpread ? dueAt : now)
    if (isSpread) dueAt = dueAt.add(SPREAD)
  }
}

function tell(tx: Tx, enrolment: Enrolment, kind: SeriesTelling, places: Place[], now: Temporal.Instant): void {
  const last = places.at(-1)?.event.endsAt ?? now
  const key = `${kind}:${enrolment.id}:${enrolment.revisedAt.epochMilliseconds}`
  enqueueSeries(tx, enrolment, { key, kind, expiresAt: later(now.add({ hours: 96 }), last) }, places, now)
}

/** Somebody who joins again has probably lost the mail. Not when one is on its way, and once an hour at most. */
export function tellSeriesAgain(tx: Tx, enrolment: Enrolment, now: Temporal.Instant): void {
  if (dueOfSeries(enrolment) || waitingAbout(tx).all({ id: enrolment.id }).length > 0) return
  const hour = Math.floor(now.epochMilliseconds / 3_600_000)
  const again = { key: `series_again:${enrolment.id}:${hour}`, kind: 'series_again' } as const
  enqueueSeries(tx, enrolment, again, listTold(tx, enrolment, now), now)
}

/** About the next date, so that it is seen and kept as long as the mails of that. */
function enqueueSeries(
  tx: Tx,
  { id: enrolmentId, personId, locale, seriesId }: Enrolment,
  message: Pick<Message, 'key' | 'kind'> & { expiresAt?: Temporal.Instant },
  [next]: Place[],
  now: Temporal.Instant,
): void {
  const person = findPersonById(tx, personId)
  if (!person?.email || person.undeliverableAt) return
  const eventId = next?.event.id ?? lastOf(tx).get({ seriesId })?.id ?? null
  enqueue(tx, { ...message, toAddress: person.email, locale, eventId, personId, enrolmentId }, now)
}

const lastOf = prepared(db =>
  db
    .select({ id: events.id })
    .from(events)
    .where(eq(events.seriesId, sql.placeholder('seriesId')))
    .orderBy(desc(events.localStart))
    .limit(1)
    .prepare(),
)

const waitingAbout = prepared(db =>
  db
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.enrolmentId, sql.placeholder('id')),
        inArray(messages.state, ['queued', 'sending']),
        inArray(messages.kind, [...TELLS_SERIES]),
      ),
    )
    .prepare(),
)
