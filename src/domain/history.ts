// What was done, to be read: by event, or by group with those under it. Names are looked up when it is read, so they end where
// they end: an attendee's with retention or erasure, an organiser's when they are forgotten.
import { and, desc, eq, inArray, lt, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { auditEntries, events, groups, organisers, registrations } from '#db/schema.ts'
import { ACTIONS, type Action, type Subject } from './audit.ts'
import type { Event } from './events.ts'
import { descendantsOf, type Group } from './groups.ts'
import { type Organiser, ownsEverything } from './organisers.ts'

export interface Entry {
  id: number
  at: Temporal.Instant
  action: Action
  detail: string
  /** Null: nobody did it, the program did. */
  organiser: Pick<Organiser, 'name' | 'email'> | null
  event: Pick<Event, 'id' | 'title' | 'kind' | 'localStart'> | null
  group: string | null
  /** Null for what is about no attendee; '' for one whose name we no longer have. */
  attendee: string | null
}

export interface Page {
  subject: Subject | undefined
  /** The id of the last entry of the page before. */
  before: number | undefined
}

const actionsAbout = (subject: Subject | undefined) =>
  (Object.keys(ACTIONS) as Action[]).filter(action => subject === undefined || ACTIONS[action] === subject)

const beforeIt = ({ before }: Page) => (before === undefined ? undefined : lt(auditEntries.id, before))

/** Ids of what was done to an event and with who is on its list, the newest first. */
export function eventHistoryIds(db: Db, { id }: Pick<Event, 'id'>, page: Page, limit: number): number[] {
  const isAbout = inArray(auditEntries.action, actionsAbout(page.subject))
  return newest(db, and(eq(auditEntries.eventId, id), isAbout, beforeIt(page)), limit)
}

/**
 * Ids of what was done in a group and those under it, the newest first; for who owns every group at the top also what belongs
 * to none, on the page of such a group.
 */
export function groupHistoryIds(db: Db, organiser: Organiser, group: Group, page: Page, limit: number): number[] {
  const ids: (number | null)[] = db
    .select({ id: groups.id })
    .from(groups)
    .where(sql`${groups.id} in ${descendantsOf(group.slug)}`)
    .all()
    .map(row => row.id)
  const of = group.parentId === null && ownsEverything(db, organiser) ? [...ids, null] : ids
  const { subject, before = Number.MAX_SAFE_INTEGER } = page
  return newestOf(subject === undefined ? inAll(db, of) : aboutIt(db, of, subject), before, limit)
}

/** Ids under `before` and above `after`, the newest first. */
type Look = (before: number, after: number, limit: number) => number[]

function inAll(db: Db, of: (number | null)[]): Look[] {
  return of.map((id): Look => {
    return (...range) => inGroup(db).all(id, ...range)
  })
}

/** One look into the index for each group and act, so that a rare act in a busy group is found as fast as any. */
function aboutIt(db: Db, of: (number | null)[], subject: Subject): Look[] {
  const acts = actsIn(db).all(JSON.stringify(of), JSON.stringify(actionsAbout(subject)))
  return acts.map(({ groupId, action }): Look => {
    return (...range) => ofAction(db).all(groupId, action, ...range)
  })
}

/** Reads a few of each first: that many newer ones make it needless to read what is older than all of them. */
function newestOf(looks: Look[], before: number, limit: number): number[] {
  const few = Math.ceil(limit / looks.length) + 5
  const begins = looks.map(look => look(before, 0, few))
  const found = begins.flat().sort(newestFirst)
  const oldest = found[limit - 1] ?? 0
  const rest = begins.flatMap((ids, index) => {
    const last = ids[few - 1]
    return last === undefined || last <= oldest ? [] : (looks[index]?.(last, oldest, limit) ?? [])
  })
  return [...found, ...rest].sort(newestFirst).slice(0, limit)
}

const newestFirst = (a: number, b: number) => b - a

/** Which of these acts were ever done in which of these groups: far fewer than there could be. */
const actsIn = prepared(db =>
  db.$client.prepare<[string, string], { groupId: number | null; action: string }>(
    `select ids.value as groupId, acts.value as action from json_each(?) ids, json_each(?) acts
      where exists (select 1 from audit_entries where group_id is ids.value and action = acts.value)`,
  ),
)
const RANGE = 'id < ? and id > ? order by id desc limit ?'
const inGroup = prepared(db =>
  db.$client.prepare<unknown[], number>(`select id from audit_entries where group_id is ? and ${RANGE}`).pluck(),
)
const ofAction = prepared(db =>
  db.$client
    .prepare<unknown[], number>(`select id from audit_entries where group_id is ? and action = ? and ${RANGE}`)
    .pluck(),
)

function newest(db: Db, where: SQL | undefined, limit: number): number[] {
  return db
    .select({ id: auditEntries.id })
    .from(auditEntries)
    .where(where)
    .orderBy(desc(auditEntries.id))
    .limit(limit)
    .all()
    .map(row => row.id)
}

const theseEntries = (ids: number[]) => sql`${auditEntries.id} in (select value from json_each(${JSON.stringify(ids)}))`

/** The same, the last done first: an import writes down today what was done before. */
export function byMoment(db: Db, ids: number[]): number[] {
  return db
    .select({ id: auditEntries.id })
    .from(auditEntries)
    .where(theseEntries(ids))
    .orderBy(desc(auditEntries.at), desc(auditEntries.id))
    .all()
    .map(row => row.id)
}

/** These entries, the last done first; without those that are kept no longer. */
export function listEntries(db: Db, ids: number[]): Entry[] {
  const rows = db
    .select({
      entry: auditEntries,
      organiser: { name: organisers.name, email: organisers.email },
      event: { id: events.id, title: events.title, kind: events.kind, localStart: events.localStart },
      group: groups.name,
      attendee: registrations.name,
    })
    .from(auditEntries)
    .leftJoin(organisers, eq(organisers.id, auditEntries.organiserId))
    .leftJoin(events, eq(events.id, auditEntries.eventId))
    .leftJoin(groups, eq(groups.id, auditEntries.groupId))
    .leftJoin(registrations, eq(registrations.id, auditEntries.registrationId))
    .where(theseEntries(ids))
    .orderBy(desc(auditEntries.at), desc(auditEntries.id))
    .all()
  return rows.flatMap(({ entry: { id, at, action, detail }, ...about }) =>
    isAction(action) ? [{ id, at, action, detail, ...about }] : [],
  )
}

const isAction = (action: string): action is Action => Object.hasOwn(ACTIONS, action)
