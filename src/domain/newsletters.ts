// The newsletter of a group: whether there is one, on which day of the month it is composed, and what goes into it then. It is
// never sent by itself: composing makes a draft, which an organiser checks and releases.
import { and, desc, eq, isNotNull, lte, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { given, prepared } from '#db/prepared.ts'
import { bulletinItems, bulletins, groups, newsletters } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { dateIn, isBefore } from '#src/lib/time.ts'
import { listPast, listUpcoming } from './agenda.ts'
import { audit } from './audit.ts'
import { addItems, copyItems } from './bulletin-items.ts'
import { type Bulletin, isNotUndone, isPublic } from './bulletins.ts'
import type { ListedEvent } from './events.ts'
import { findGroup, type Group } from './groups.ts'

export type Newsletter = typeof newsletters.$inferSelect

const WEEKS_AHEAD = 6
/** What came out of a meeting is often written down weeks later: two months back, and told once. */
const DAYS_BACK = 62
const MOST = 100
/** A weekend in which nobody saw that the program stood still, and some. */
const FEW_DAYS = 7

export function findNewsletter(db: Db, { id }: Pick<Group, 'id'>): Newsletter | undefined {
  return db.select().from(newsletters).where(eq(newsletters.groupId, id)).get()
}

/** By group, all there are. */
export function listNewsletters(db: Db): Map<number, Newsletter> {
  return new Map(
    db
      .select()
      .from(newsletters)
      .all()
      .map(newsletter => [newsletter.groupId, newsletter]),
  )
}

/** Turns it on, from the next time that this day comes round; or off. */
export function setNewsletter(
  tx: Tx,
  { id: groupId }: Pick<Group, 'id'>,
  { day, isOn, timeZone, organiserId }: { day: number; isOn: boolean; timeZone: string; organiserId: number | null },
  now: Temporal.Instant,
): void {
  const set = { day, nextOn: isOn ? nextTime(dateIn(now, timeZone), day).toString() : null }
  tx.insert(newsletters)
    .values({ groupId, ...set })
    .onConflictDoUpdate({ target: newsletters.groupId, set })
    .run()
  audit(tx, { action: 'newsletter_set', organiserId, groupId, detail: isOn ? String(day) : '' }, now)
}

/** The first day after this one that has the day of the month. */
function nextTime(today: Temporal.PlainDate, day: number): Temporal.PlainDate {
  return today.day < day ? today.with({ day }) : today.add({ months: 1 }).with({ day })
}

const isDue = and(isNotNull(newsletters.nextOn), lte(newsletters.nextOn, given('today')))
/** Asked at every round of the worker. */
const due = prepared(db =>
  db
    .select({ newsletter: newsletters, group: groups })
    .from(newsletters)
    .innerJoin(groups, eq(groups.id, newsletters.groupId))
    .where(isDue)
    .prepare(),
)

export function isAnyToCompose(db: Db, timeZone: string, now: Temporal.Instant): boolean {
  return due(db).get({ today: dateIn(now, timeZone).toString() }) !== undefined
}

/**
 * Composes the first that is due today: one in a write, where many groups have the same day. Of months in which nobody ran the program
 * only this one; what is a few days late is still of its month.
 */
export function composeDue(tx: Tx, timeZone: string, now: Temporal.Instant): void {
  const today = dateIn(now, timeZone)
  const first = due(tx).get({ today: today.toString() })
  if (!first) return
  const { newsletter, group } = first
  const dueOn = Temporal.PlainDate.from(newsletter.nextOn ?? today)
  const month = String(dueOn.until(today).days < FEW_DAYS ? dueOn : today).slice(0, 7)
  if (!findOfMonth(tx, group, month)) compose(tx, group, month, null, now)
  const nextOn = nextTime(today, newsletter.day).toString()
  tx.update(newsletters).set({ nextOn }).where(eq(newsletters.groupId, newsletter.groupId)).run()
}

/** After a clock that was ahead: no newsletter waits for longer than until its day comes round. */
export function followCalendar(tx: Tx, timeZone: string, now: Temporal.Instant): void {
  const today = dateIn(now, timeZone)
  for (const { groupId, day, nextOn } of tx.select().from(newsletters).where(isNotNull(newsletters.nextOn)).all()) {
    const next = String(today.day === day ? today : nextTime(today, day))
    if (nextOn && nextOn > next) {
      tx.update(newsletters).set({ nextOn: next }).where(eq(newsletters.groupId, groupId)).run()
    }
  }
}

/**
 * The same by hand, before its day has come. After one that was called back it begins with the words and the order of that one.
 * Refusal('not_possible_now') if there is one of this month already, but for one that was called back before anybody had it.
 */
export function composeNow(
  tx: Tx,
  group: Group,
  { timeZone, organiserId }: { timeZone: string; organiserId: number | null },
  now: Temporal.Instant,
): Bulletin {
  const month = monthOf(timeZone, now)
  if (findOfMonth(tx, group, month)) throw new Refusal('not_possible_now')
  return compose(tx, group, month, organiserId, now)
}

/** The newsletter of this month, unless it was called back before anybody had it: then another can be made. */
export function findOfThisMonth(
  db: Db,
  group: Pick<Group, 'id'>,
  timeZone: string,
  now: Temporal.Instant,
): Bulletin | undefined {
  return findOfMonth(db, group, monthOf(timeZone, now))
}

/** The same for every group that has one, by group. */
export function listOfThisMonth(db: Db, timeZone: string, now: Temporal.Instant): Map<number, Bulletin> {
  const isOfMonth = and(eq(bulletins.month, monthOf(timeZone, now)), isNotUndone)
  return new Map(
    db
      .select()
      .from(bulletins)
      .where(isOfMonth)
      .all()
      .map(bulletin => [bulletin.groupId, bulletin]),
  )
}

const monthOf = (timeZone: string, now: Temporal.Instant) => dateIn(now, timeZone).toString().slice(0, 7)

function findOfMonth(db: Db, { id }: Pick<Group, 'id'>, month: string): Bulletin | undefined {
  return db
    .select()
    .from(bulletins)
    .where(and(isOf(id, month), isNotUndone))
    .get()
}

const isOf = (groupId: number, month: string) =>
  and(eq(bulletins.groupId, groupId), eq(bulletins.month, month), sql`${bulletins.month} <> ''`)

function compose(tx: Tx, group: Group, month: string, organiserId: number | null, now: Temporal.Instant): Bulletin {
  const before = findRecalled(tx, group, month)
  const words = before && { subject: before.subject, intro: before.intro }
  const bulletin = tx
    .insert(bulletins)
    .values({ kind: 'newsletter', groupId: group.id, month, ...words, createdAt: now })
    .returning()
    .get()
  if (before) copyItems(tx, before, bulletin)
  fill(tx, bulletin, group, now)
  audit(tx, { action: 'newsletter_composed', organiserId, groupId: group.id, detail: month }, now)
  return bulletin
}

/** The last of this month that was called back. */
function findRecalled(db: Db, { id }: Pick<Group, 'id'>, month: string): Bulletin | undefined {
  const isRecalled = and(isOf(id, month), eq(bulletins.kind, 'newsletter'), isNotNull(bulletins.recalledAt))
  return db.select().from(bulletins).where(isRecalled).orderBy(desc(bulletins.id)).limit(1).get()
}

/** Adds what has come to belong in a draft since it was composed; what stands in it stays where it is. */
export function refill(tx: Tx, bulletin: Bulletin, now: Temporal.Instant): void {
  const group = findGroup(tx, bulletin.groupId)
  if (group && bulletin.kind === 'newsletter') fill(tx, bulletin, group, now)
}

/** Whatever a newsletter holds comes in here; a part of another kind would be added beside these two. */
function fill(tx: Tx, bulletin: Bulletin, { slug }: Group, now: Temporal.Instant): void {
  addItems(tx, bulletin, 'coming', listComing(tx, slug, now))
  const told = listTold(tx, bulletin)
  const past = listWithYield(tx, slug, now).filter(({ id }) => !told.has(id))
  addItems(tx, bulletin, 'past', past)
}

/** What begins in the coming six weeks, takes place and is open to all, the first one first; of a group and all under it. */
export function listComing(db: Db, group: string | undefined, now: Temporal.Instant): ListedEvent[] {
  const until = now.add({ hours: WEEKS_AHEAD * 7 * 24 })
  return listUpcoming(db, { group }, now).filter(
    event =>
      !event.cancelledAt && !event.isInvitationOnly && isBefore(now, event.startsAt) && isBefore(event.startsAt, until),
  )
}

/** What came out of these events stood in an earlier newsletter of the group, or was left out of it. */
function listTold(db: Db, { groupId }: Bulletin): Set<number> {
  const rows = db
    .select({ eventId: bulletinItems.eventId })
    .from(bulletins)
    .innerJoin(bulletinItems, eq(bulletinItems.bulletinId, bulletins.id))
    .where(and(eq(bulletins.groupId, groupId), isPublic, eq(bulletinItems.part, 'past')))
    .all()
  return new Set(rows.map(({ eventId }) => eventId))
}

/** What was in the past two months and left something to read or to see, the last one first. */
function listWithYield(db: Db, group: string, now: Temporal.Instant): ListedEvent[] {
  const since = now.subtract({ hours: DAYS_BACK * 24 })
  return listPast(db, { group }, now, MOST).filter(
    event =>
      isBefore(since, event.endsAt) && !event.isInvitationOnly && (event.yield !== '' || event.materials.length > 0),
  )
}
