// The mail after an event, with what came of it: one text for who was there, one for who was not, and one for everybody with a
// place, which goes out where nobody was seen and so nobody knows who was there. They are mailings of their own purpose; how
// they leave stands in `releases`, whom they reach in `audiences`.
import { and, asc, eq, gt, isNotNull, isNull, lte, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, mailings, series } from '#db/schema.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore, zoned } from '#src/lib/time.ts'
import type { Audience } from './audiences.ts'
import { auditEvent } from './audit.ts'
import { certificateOf } from './certificates.ts'
import type { Event, Material } from './events.ts'
import { feedbackTurn } from './feedback.ts'
import { createMailing, type Mailing } from './mailings.ts'
import { listMaterials } from './materials.ts'
import { GRACE } from './outbox.ts'
import type { Registration } from './registrations.ts'
import { schedule, withdraw } from './releases.ts'

/** For whom there is a text, in the order in which they are shown. */
const READERS = ['attended', 'absent', 'confirmed'] as const satisfies Audience[]
/** When it leaves by itself, unless somebody says otherwise: in the morning, by the clock of the event. */
const AT = '10:00'
export const USUAL_DAYS = 2

/** A mailing as its mail is written: one that follows up brings what there is to look at. */
export type Brought = Mailing & { materials?: Material[] }

export function withMaterials(db: Db, mailing: Mailing): Brought {
  return mailing.purpose === 'follow_up' ? { ...mailing, materials: listMaterials(db, mailing.eventId) } : mailing
}

/** What is open to one reader once it is over. */
export interface Afterwards {
  /** To say what they thought of it. */
  feedback: boolean
  /** To fetch: they have one. */
  certificate: boolean
}

/** As their own page has it at this moment: what is closed to them, or was done, is not offered. */
export function afterwardsFor(db: Db, event: Event, registration: Registration, now: Temporal.Instant): Afterwards {
  return {
    feedback: feedbackTurn(db, event, registration, now) === 'open',
    certificate: typeof certificateOf(db, event, registration, now) !== 'string',
  }
}

/** Those of an event, in their order; none until they were prepared. One that was called back counts only if nothing replaced it. */
export function listFollowUps(db: Db, { id }: Pick<Event, 'id'>): Mailing[] {
  const all = ofEvent(db).all({ eventId: id })
  return READERS.flatMap(reader => all.findLast(({ audience }) => audience === reader) ?? [])
}

const ofEvent = prepared(db =>
  db
    .select()
    .from(mailings)
    .where(and(eq(mailings.eventId, sql.placeholder('eventId')), eq(mailings.purpose, 'follow_up')))
    .orderBy(asc(mailings.id))
    .prepare(),
)

/**
 * Writes the texts down, in our words, as drafts; those that are there stay as they are. Nobody is mailed. Refusal for an event
 * that is not public or does not take place.
 */
export function prepareFollowUps(
  tx: Tx,
  event: Event,
  locale: Locale,
  organiserId: number | null,
  now: Temporal.Instant,
): Mailing[] {
  if (event.cancelledAt) throw new Refusal('not_possible_now')
  const there = listFollowUps(tx, event)
  if (there.length) return there
  const { letters } = messagesIn(locale).afterwards
  for (const audience of READERS) {
    createMailing(tx, event, { audience, purpose: 'follow_up', ...letters[audience] }, organiserId, now)
  }
  auditEvent(tx, 'follow_up_prepared', event, { organiserId }, now)
  return listFollowUps(tx, event)
}

/** When it would leave so many days after the event: '2026-12-05T10:00', by the clock of the event. */
export function momentAfter({ endsAt, timeZone }: Event, days: number): string {
  return `${endsAt.toZonedDateTimeISO(timeZone).toPlainDate().add({ days })}T${AT}`
}

/** Has those that have not left leave by themselves; as `schedule` says. Refusal('not_possible_now') if all have left. */
export function scheduleFollowUps(
  tx: Tx,
  event: Event,
  localTime: string,
  organiserId: number | null,
  now: Temporal.Instant,
): void {
  const drafts = listFollowUps(tx, event).filter(({ releasedAt }) => !releasedAt)
  if (!drafts.length) throw new Refusal('not_possible_now')
  for (const draft of drafts) schedule(tx, draft, event, localTime, { organiserId, revision: draft.revision }, now)
}

/** Back to drafts: they no longer leave by themselves. */
export function withdrawFollowUps(tx: Tx, event: Event, organiserId: number, now: Temporal.Instant): void {
  const waiting = listFollowUps(tx, event).filter(({ releasedAt, scheduledFor }) => scheduledFor && !releasedAt)
  for (const draft of waiting) withdraw(tx, draft, event, { organiserId, revision: draft.revision }, now)
}

/** Longer ago nothing is planned any more; the days that a series can say are fewer. */
const MOST_DAYS = { hours: 31 * 24 }

/** Events that are over, of a series whose follow-up leaves by itself, for which it is not there yet, and when it is to leave. */
export function listToFollowUp(db: Db, now: Temporal.Instant): { event: Event; localTime: string }[] {
  const since = now.subtract(MOST_DAYS).epochMilliseconds
  return over(db)
    .all({ since, now: now.epochMilliseconds })
    .map(({ event, days }) => ({ event, localTime: momentAfter(event, days ?? 0) }))
    .filter(({ event: { timeZone }, localTime }) =>
      isBefore(now.add(GRACE), zoned({ localStart: localTime, timeZone }).toInstant()),
    )
}

const over = prepared(db =>
  db
    .select({ event: events, days: series.followUpDays })
    .from(events)
    .innerJoin(series, eq(series.id, events.seriesId))
    .where(
      and(
        gt(events.endsAt, sql.placeholder('since')),
        lte(events.endsAt, sql.placeholder('now')),
        isNotNull(events.publishedAt),
        isNull(events.cancelledAt),
        isNotNull(series.followUpDays),
        sql`not exists (select 1 from ${mailings} f where f.event_id = ${events.id} and f.purpose = 'follow_up')`,
      ),
    )
    .prepare(),
)

/** Prepares and plans those, so that an organiser can still change them or hold them back. */
export function planFollowUps(tx: Tx, locale: Locale, now: Temporal.Instant): void {
  for (const { event, localTime } of listToFollowUp(tx, now)) {
    prepareFollowUps(tx, event, locale, null, now)
    scheduleFollowUps(tx, event, localTime, null, now)
  }
}
