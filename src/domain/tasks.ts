// What is to be done for events, and by when: the lines of their run sheets with the day each is due. A line with a proof
// sees for itself whether it is done, and is open again once that is no longer so; any line can be ticked by a person.
import { and, asc, count, eq, gt, inArray, isNotNull, isNull, lt, max, min, or, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, materials, organisers, series, tasks, taskTicks } from '#db/schema.ts'
import { dateIn, isBefore } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import { areMine, type Organiser } from './organisers.ts'
import type { Task } from './run-sheets.ts'

/** `lapsed`: never ticked, and nobody is asked any more: it was for an event that is over, or is long past itself. */
export type TaskState = 'done' | 'overdue' | 'soon' | 'open' | 'lapsed'

export type TaskEvent = Pick<
  Event,
  'id' | 'title' | 'localStart' | 'timeZone' | 'durationMinutes' | 'endsAt' | 'publishedAt'
>

export interface DueTask {
  task: Task
  event: TaskEvent
  /** The group whose organisers it concerns. */
  groupId: number
  due: Temporal.PlainDate
  /** Days until it is due; negative afterwards. */
  daysLeft: number
  state: TaskState
  /** It is so, whoever ticked what. */
  isProven: boolean
  /** When a person ticked it, and who that was. */
  tickedAt: Temporal.Instant | null
  tickedBy: string | null
}

/** A line is coming up this many days before it is due. */
const SOON_DAYS = 7
/** Nobody is asked about a line this long after its day. */
const LAPSE_DAYS = 30

/** So many days from the day of the event by its own wall clock: when the event moves, this moves along. */
export function dueOn({ localStart }: Pick<Event, 'localStart'>, { days }: Pick<Task, 'days'>): Temporal.PlainDate {
  return Temporal.PlainDateTime.from(localStart).toPlainDate().add({ days })
}

/** Every line of one event, the first to be done first. None of an event that was cancelled. */
export function listTasks(db: Db, event: Event, now: Temporal.Instant): DueTask[] {
  return event.cancelledAt ? [] : read(db, eq(events.id, event.id), now)
}

/**
 * What is overdue or due within a week over all events, the most urgent first: of those that this organiser sees, drafts
 * only where they organise. So many of them at most, without those of the event they stand `beside`; `total` counts all the
 * others, and `isCalm` says that there are none at all.
 */
export function listPressing(
  db: Db,
  organiser: Organiser,
  now: Temporal.Instant,
  most: number,
  beside?: Pick<Event, 'id'>,
): { list: DueTask[]; total: number; isCalm: boolean } {
  const mine = and(areMine(organiser, 'viewer'), or(isNotNull(events.publishedAt), areMine(organiser, 'organiser')))
  const days = pressingDays(db, undone(db, mine, now, SOON_DAYS), now, beside)
  const shown: Which[] = []
  for (const of of Map.groupBy(days, ({ due }) => due).values()) {
    if (shown.length < most) shown.push(...linesOf(of).filter(({ eventId }) => eventId !== beside?.id))
  }
  const isShown = or(
    ...shown.slice(0, most).map(({ eventId, taskId }) => and(eq(events.id, eventId), eq(tasks.id, taskId))),
  )
  const list = shown.length ? read(db, isShown, now, sql`0`) : []
  const total = days.reduce((sum, day) => sum + day.total - day.beside, 0)
  return { list, total, isCalm: days.length === 0 }
}

interface Which {
  startsAt: number
  eventId: number
  taskId: number
}

/**
 * The lines that are overdue or coming up, of those not done, by the day each is due. There may be thousands, of which few are
 * shown: those of a day are one text, and only of the first days it is read.
 */
function pressingDays(db: Db, where: SQL | undefined, now: Temporal.Instant, beside: Pick<Event, 'id'> | undefined) {
  const line = sql`${events.startsAt} || ' ' || ${events.id} || ' ' || ${tasks.id}`
  return db
    .select({
      due,
      zone: events.timeZone,
      total: count(),
      beside: sql<number>`sum(${events.id} = ${beside?.id ?? 0})`,
      lines: sql<string>`group_concat(${line})`,
    })
    .from(events)
    .innerJoin(tasks, belongs)
    .leftJoin(taskTicks, isTick)
    .where(where)
    .groupBy(due, events.timeZone)
    .orderBy(due)
    .all()
    .filter(day => isWithin(now, day, SOON_DAYS))
}

/** Whether a line that is `undone` is due within so many days and has not lapsed; `zone` is where its event is. */
function isWithin(now: Temporal.Instant, { due, zone }: { due: string; zone: string }, days: number): boolean {
  const daysLeft = dateIn(now, zone).until(Temporal.PlainDate.from(due)).days
  return daysLeft <= days && daysLeft >= -LAPSE_DAYS
}

/** Of one day, in the order of `read`. */
function linesOf(days: { lines: string }[]): Which[] {
  return days
    .flatMap(({ lines }) => lines.split(','))
    .map(line => {
      const [startsAt = 0, eventId = 0, taskId = 0] = line.split(' ').map(Number)
      return { startsAt, eventId, taskId }
    })
    .sort((a, b) => a.startsAt - b.startsAt || a.eventId - b.eventId || a.taskId - b.taskId)
}

/** What is overdue; of everybody, or where this organiser is to see to it. */
export function listOverdue(db: Db, organiser: Organiser | undefined, now: Temporal.Instant): DueTask[] {
  const mine = organiser && areMine(organiser, 'organiser')
  return read(db, undone(db, mine, now, 0), now, sql`0`).filter(({ state }) => state === 'overdue')
}

/** How many lines are overdue for each of these events; those without any are not in it. */
export function countOverdue(db: Db, list: Pick<Event, 'id'>[], now: Temporal.Instant): Map<number, number> {
  const which = inArray(
    events.id,
    list.map(({ id }) => id),
  )
  const overdue = db
    .select({ id: events.id, due, zone: events.timeZone })
    .from(events)
    .innerJoin(tasks, belongs)
    .leftJoin(taskTicks, isTick)
    .where(undone(db, which, now, 0))
    .all()
    .filter(line => isWithin(now, line, -1))
  return new Map([...Map.groupBy(overdue, ({ id }) => id)].map(([id, { length }]) => [id, length]))
}

/** What nobody has done yet and is due so many days from now at the latest. The index on starts finds the events it can be of. */
function undone(db: Db, which: SQL | undefined, now: Temporal.Instant, days: number): SQL | undefined {
  const { earliest, latest } = reach(db)
  // A few days more than that on both sides, for zones and whatever else a day can be longer by.
  const since = now.subtract({ hours: 24 * (latest + LAPSE_DAYS + 3) })
  const until = now.add({ hours: 24 * (days - earliest + 3) })
  // It is tomorrow already in some places; each event's own zone decides below.
  const last = dateIn(now, 'UTC').add({ days: days + 1 })
  const isAhead = or(isNotNull(events.publishedAt), gt(events.endsAt, now))
  return and(
    gt(events.startsAt, since),
    lt(events.startsAt, until),
    isNull(events.cancelledAt),
    isAhead,
    isNear(days, now),
    sql`${due} <= ${last.toString()}`,
    isNull(taskTicks.taskId),
    which,
    sql`not ${isProvenAt(now)}`,
  )
}

/** Near enough to now to be looked at, told in whole numbers: what day it is in words takes SQLite many times as long. */
function isNear(days: number, now: Temporal.Instant): SQL {
  const at = sql`(${events.startsAt} / 86400000 + ${tasks.days})`
  const today = Math.floor(now.epochMilliseconds / 86_400_000)
  const isOfUse = sql`(${tasks.days} >= 0 or ${events.endsAt} > ${now.epochMilliseconds})`
  return sql`${at} between ${today - LAPSE_DAYS - 3} and ${today + days + 3} and ${isOfUse}`
}

/** How far from an event any line stands: only events within that can have one that is due. */
function reach(db: Db): { earliest: number; latest: number } {
  // Asked one by one, each is a look at one end of the index.
  const earliest = db
    .select({ days: min(tasks.days) })
    .from(tasks)
    .get()?.days
  const latest = db
    .select({ days: max(tasks.days) })
    .from(tasks)
    .get()?.days
  return { earliest: Math.min(0, earliest ?? 0), latest: Math.max(0, latest ?? 0) }
}

const due = sql<string>`date(${events.localStart}, ${tasks.days} || ' days')`
const belongs = or(eq(tasks.seriesId, events.seriesId), eq(tasks.eventId, events.id))
const isTick = and(eq(taskTicks.taskId, tasks.id), eq(taskTicks.eventId, events.id))
const inOrder = [due, asc(events.startsAt), asc(events.id), asc(tasks.id)]

function read(db: Db, where: SQL | undefined, now: Temporal.Instant, isProven = isProvenAt(now)): DueTask[] {
  const { id, title, localStart, timeZone, durationMinutes, endsAt, publishedAt } = events
  const todayIn = onceEach((zone: string) => dateIn(now, zone))
  return db
    .select({
      task: tasks,
      event: { id, title, localStart, timeZone, durationMinutes, endsAt, publishedAt },
      groupId: sql<number>`coalesce((select group_id from ${series} where ${series.id} = ${events.seriesId}), ${events.groupId})`,
      isProven: sql<number>`${isProven}`,
      tickedAt: taskTicks.doneAt,
      tickedBy: sql<string | null>`coalesce(nullif(${organisers.name}, ''), ${organisers.email})`,
    })
    .from(events)
    .innerJoin(tasks, belongs)
    .leftJoin(taskTicks, isTick)
    .leftJoin(organisers, eq(organisers.id, taskTicks.doneBy))
    .where(where)
    .orderBy(...inOrder)
    .all()
    .map(row => judge({ ...row, isProven: row.isProven === 1 }, todayIn(row.event.timeZone), now))
}

type Row = Omit<DueTask, 'due' | 'daysLeft' | 'state'>

/** Keeps what was made for each: lists of thousands are in one zone. */
function onceEach<Value>(make: (name: string) => Value): (name: string) => Value {
  const made = new Map<string, Value>()
  return name => {
    const value = made.get(name) ?? make(name)
    made.set(name, value)
    return value
  }
}

/** `today`: where the event is. */
function judge(row: Row, today: Temporal.PlainDate, now: Temporal.Instant): DueTask {
  const due = dueOn(row.event, row.task)
  const daysLeft = today.until(due).days
  return { ...row, due, daysLeft, state: stateOf(row, daysLeft, now) }
}

function stateOf({ task, event, isProven, tickedAt }: Row, daysLeft: number, now: Temporal.Instant): TaskState {
  if (isProven || tickedAt) return 'done'
  if (daysLeft > SOON_DAYS) return 'open'
  if (daysLeft >= 0) return 'soon'
  const isForNothing = task.days < 0 && !isBefore(now, event.endsAt)
  return isForNothing || -daysLeft > LAPSE_DAYS ? 'lapsed' : 'overdue'
}

const comesAs = (part: 'speaker' | 'host') =>
  sql`from registrations r where r.event_id = ${events.id} and r.part = ${part} and r.status <> 'cancelled'`
const hasVenue = sql`${events.venue} is not null`
const hasRoom = sql`coalesce(${events.roomUrl}, '') <> ''`

/**
 * What each proof looks at. A reminder is planned for each person as they register, so it is arranged once the event is public
 * and its series has not switched both of them off, also while nobody has registered. Materials placed beforehand say
 * nothing about what comes after.
 */
const isProvenAt = (now: Temporal.Instant) => sql`(case ${tasks.proof}
  when 'speaker' then exists (select 1 ${comesAs('speaker')} and r.part_confirmed_at is not null)
    or (${events.speakers} <> '[]' and not exists (select 1 ${comesAs('speaker')} and r.part_confirmed_at is null))
  when 'text' then trim(${events.summary}) <> '' and trim(${events.description}) <> ''
  when 'room' then case ${events.attendance} when 'online' then ${hasRoom} when 'in_person' then ${hasVenue}
    else ${hasRoom} and ${hasVenue} end
  when 'reminder' then ${events.publishedAt} is not null and coalesce(
    (select remind_day_before or remind_hour_before from ${series} where ${series.id} = ${events.seriesId}), 1)
  when 'host' then exists (select 1 ${comesAs('host')})
  when 'materials' then ${events.endsAt} <= ${now.epochMilliseconds}
    and exists (select 1 from ${materials} where ${materials.eventId} = ${events.id})
  else 0 end)`
