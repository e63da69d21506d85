// What an organiser may see of events and mails: every list here is cut by the query that loads it.
import { countRows } from '#db/count.ts'
import { and, asc, desc, eq, gt, gte, inArray, isNotNull, isNull, lt, ne, not, or, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, groups, invitations, messages, people } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { type Cursor, isBeyond, isNotOver, isOver } from './agenda.ts'
import { type Event, type ListedEvent, listed } from './events.ts'
import { groupsWith, isMine, type Organiser, type Right } from './organisers.ts'
import type { Message } from './outbox.ts'
import type { Series } from './series.ts'

/** Published events that have not ended, the first one first. */
export function listComing(db: Db, organiser: Organiser, right: Right, now: Temporal.Instant, limit: number) {
  return listWhere(db, and(isNotNull(events.publishedAt), isNotOver(now), isMine(organiser, right)), limit)
}

/**
 * What comes first of all that takes place, or is going on: published, or a draft where this organiser works on it. Drafts of
 * a day that has passed come to nothing any more.
 */
export function findAhead(db: Db, organiser: Organiser, now: Temporal.Instant): ListedEvent | undefined {
  const notOver = and(isNotOver(now), isNull(events.cancelledAt))
  const isSeen = and(isMine(organiser, 'viewer'), or(isNotNull(events.publishedAt), isMine(organiser, 'organiser')))
  return listWhere(db, and(notOver, isSeen), 1)[0]
}

/** The drafts of a series in a calendar year. */
export function listDraftsOfYear(db: Db, { id }: Series, year: number): Event[] {
  const within = and(gte(events.localStart, `${year}-01-01`), lt(events.localStart, `${year + 1}-01-01`))
  return db
    .select()
    .from(events)
    .where(and(eq(events.seriesId, id), isNull(events.publishedAt), within))
    .orderBy(asc(events.startsAt))
    .all()
}

/** Drafts, the first one first; those whose day has passed as well, since they can still be removed. */
export function listDrafts(db: Db, organiser: Organiser, limit: number): ListedEvent[] {
  return listWhere(db, and(isNull(events.publishedAt), isMine(organiser, 'organiser')), limit)
}

export function countDrafts(db: Db, organiser: Organiser): number {
  return countRows(db, events, and(isNull(events.publishedAt), isMine(organiser, 'organiser')))
}

/** Published events that have ended, the last one first, after a cursor. */
export function listEnded(
  db: Db,
  organiser: Organiser,
  right: Right,
  now: Temporal.Instant,
  limit: number,
  after?: Cursor,
): ListedEvent[] {
  const where = and(isNotNull(events.publishedAt), isOver(now), isMine(organiser, right), isBeyond(after))
  return listed(
    db,
    db.select().from(events).where(where).orderBy(desc(events.startsAt), desc(events.id)).limit(limit).all(),
  )
}

function listWhere(db: Db, where: SQL | undefined, limit: number): ListedEvent[] {
  return listed(
    db,
    db.select().from(events).where(where).orderBy(asc(events.startsAt), asc(events.id)).limit(limit).all(),
  )
}

/** What else is on the days of a span, by date: what everybody can see, and the drafts of one's own groups. Cancelled events clash with nothing. */
export function listOnDays(
  db: Db,
  organiser: Organiser,
  from: Temporal.PlainDate,
  until: Temporal.PlainDate,
): Map<string, Event[]> {
  const within = and(
    isAround(from, until),
    sql`${events.localStart} >= ${from.toString()}`,
    lt(events.localStart, `${until.add({ days: 1 })}`),
  )
  const seen = or(isNotNull(events.publishedAt), isMine(organiser, 'host'))
  const found = db
    .select()
    .from(events)
    .where(and(within, isNull(events.cancelledAt), seen))
    .orderBy(asc(events.localStart))
    .all()
  return Map.groupBy(found, event => event.localStart.slice(0, 10))
}

/** The index finds the days and a day around them; the wall time says which it is. */
function isAround(from: Temporal.PlainDate, until: Temporal.PlainDate): SQL | undefined {
  const begin = (day: Temporal.PlainDate) => day.toZonedDateTime('UTC').toInstant()
  return and(
    gte(events.startsAt, begin(from.subtract({ days: 1 }))),
    lt(events.startsAt, begin(until.add({ days: 2 }))),
  )
}

/** The last day for which each series has something, by the id of the series. */
export function lastPlanned(db: Db, list: Series[]): Map<number, string> {
  return new Map(
    list.flatMap(({ id }) => {
      const last = lastOf(db).get(id)
      return last ? [[id, last]] : []
    }),
  )
}

/** A look at the end of the index: put as one query, all events of each series are gone through. */
const lastOf = prepared(db =>
  db.$client.prepare<[number], string | null>('select max(local_start) from events where series_id = ?').pluck(),
)

/**
 * Mails about events of one's own groups. Those about no event (sign-in, "mijn aanmeldingen") are for who owns every group:
 * they say who asked for something, and whether mail works at all. An invitation is its group's owners'.
 */
function isMyMail(organiser: Organiser): SQL | undefined {
  const aboutMine = sql`exists (select 1 from ${events} where ${events.id} = ${messages.eventId} and ${isMine(organiser, 'organiser')})`
  const ownsAll = sql`not exists (select 1 from ${groups} where ${groups.parentId} is null and ${groups.id} not in ${groupsWith(organiser, 'owner')})`
  const invites = sql`${messages.invitationId} in (select ${invitations.id} from ${invitations} where ${invitations.groupId} in ${groupsWith(organiser, 'owner')})`
  return or(aboutMine, invites, and(isNull(messages.eventId), ownsAll))
}

/**
 * What a list of mails shows: those of one state, those that came `back`, or `now` (all but what is ready for later),
 * `later`, `trouble`, `all`.
 */
export type MailView = Message['state'] | 'now' | 'later' | 'trouble' | 'back' | 'all'

/** Mails, the newest first; `before` is the id of the last one seen. */
export function listMyMessages(
  db: Db,
  organiser: Organiser,
  { view, before }: { view: MailView; before?: number | undefined },
  now: Temporal.Instant,
  limit: number,
): Message[] {
  const where = and(inView(view, now), before === undefined ? undefined : lt(messages.id, before), isMyMail(organiser))
  // Of the few that are in trouble or came back an index knows which; the plus keeps from looking through all mails in their order.
  const isRare = view === 'trouble' || view === 'back'
  const newest = desc(isRare ? sql`+${messages.id}` : messages.id)
  return db.select().from(messages).where(where).orderBy(newest).limit(limit).all()
}

/** A reminder of next month would hide what leaves today. */
function inView(view: MailView, now: Temporal.Instant): SQL | undefined {
  const isLater = and(eq(messages.state, 'queued'), eq(messages.attempts, 0), gt(messages.dueAt, now.add({ hours: 1 })))
  if (view === 'all') return undefined
  if (view === 'later') return isLater
  if (view === 'now') return isLater && not(isLater)
  if (view === 'trouble') return isTrouble
  if (view === 'back') return and(isNotNull(messages.bouncedAt), ne(messages.state, 'failed'))
  return eq(messages.state, view)
}

export function getMyMessage(db: Db, organiser: Organiser, id: number): Message {
  const message = db
    .select()
    .from(messages)
    .where(and(eq(messages.id, id), isMyMail(organiser)))
    .get()
  if (!message) throw new NotFound('message')
  return message
}

/**
 * Refused, without an answer, or come back. What came back because the address does not work asks for nothing more once it
 * is taken to work again.
 */
const isStopped = sql`exists (select 1 from ${people} where ${people.email} = ${messages.toAddress} and ${people.undeliverableAt} is not null)`
const isTrouble = or(
  and(inArray(messages.state, ['failed', 'uncertain']), isNull(messages.bouncedAt)),
  and(isNotNull(messages.bouncedAt), or(ne(messages.bounce, 'hard'), isStopped)),
)

/** Mails that ask for a decision. */
export function countTroubles(db: Db, organiser: Organiser): number {
  return countRows(db, messages, and(isTrouble, isMyMail(organiser)))
}

/** Which of these events the organiser may change, besides seeing who comes. */
export function changeableIds(db: Db, organiser: Organiser, list: Event[]): Set<number> {
  return idsWith(db, organiser, 'organiser', list)
}

/** Of which of these events the organiser may see who comes. */
export function receivableIds(db: Db, organiser: Organiser, list: Event[]): Set<number> {
  return idsWith(db, organiser, 'host', list)
}

function idsWith(db: Db, organiser: Organiser, right: Right, list: Event[]): Set<number> {
  const ids = list.map(event => event.id)
  const rows = db
    .select({ id: events.id })
    .from(events)
    .where(and(inArray(events.id, ids), isMine(organiser, right)))
    .all()
  return new Set(rows.map(row => row.id))
}
