// The run sheet ("draaiboek"): what has to be done for an event, so many days before or after it. A series has lines for all
// its events, an event has lines of its own. When each is due and whether it is done stands in `tasks`.
import { and, asc, eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { events, PROOFS, series, tasks, taskTicks } from '#db/schema.ts'
import { Invalid, NotFound, Refusal } from '#src/lib/errors.ts'
import { cleanLine } from '#src/lib/text.ts'
import { type Action, audit } from './audit.ts'
import type { Event } from './events.ts'
import { getEventWith, getSeriesWith, type Organiser } from './organisers.ts'
import { refuseSecrets } from './secrets.ts'
import type { Series } from './series.ts'

export type Task = typeof tasks.$inferSelect
export type Proof = (typeof PROOFS)[number]
/** Whose run sheet a line stands on. */
export type SheetOf = { seriesId: number } | { eventId: number }

/** What a line says. Without a title it is called after its proof; without a proof a person ticks it. */
export interface TaskValues {
  title: string
  days: number
  proof: Proof | null
}

export const EARLIEST = -365
const LATEST = 90

const USUAL: Record<Proof, number> = { speaker: -28, text: -21, room: -14, host: -7, reminder: -3, materials: 3 }

/** The six lines that every series begins with, and every event that belongs to none. */
export function giveUsualLines(tx: Tx, of: SheetOf): void {
  tx.insert(tasks)
    .values(PROOFS.map(proof => ({ ...of, proof, days: USUAL[proof] })))
    .run()
}

/** The lines of one sheet, the first to be done first. */
export function listLines(db: Db, of: SheetOf): Task[] {
  const mine = 'seriesId' in of ? eq(tasks.seriesId, of.seriesId) : eq(tasks.eventId, of.eventId)
  return db.select().from(tasks).where(mine).orderBy(asc(tasks.days), asc(tasks.id)).all()
}

/** A line with the series or event it stands on, if this organiser may change that; NotFound otherwise. */
export function getLineWith(db: Db, organiser: Organiser, id: number): { task: Task; series?: Series; event?: Event } {
  const task = db.select().from(tasks).where(eq(tasks.id, id)).get()
  if (!task) throw new NotFound('task')
  if (task.eventId !== null) return { task, event: getEventWith(db, organiser, 'organiser', task.eventId) }
  const of = db
    .select({ slug: series.slug })
    .from(series)
    .where(eq(series.id, task.seriesId ?? 0))
    .get()
  return { task, series: getSeriesWith(db, organiser, 'organiser', of?.slug ?? '') }
}

/** Invalid without a title where nothing else names the line, or with days too far from the event. */
export function addLine(tx: Tx, of: SheetOf, values: TaskValues, organiserId: number, now: Temporal.Instant): Task {
  refuseRooms(tx, of, values)
  const task = tx
    .insert(tasks)
    .values({ ...of, ...checked(values) })
    .returning()
    .get()
  record(tx, 'task_added', task, organiserId, now)
  return task
}

/** The version of a line that a form was made from. */
export const versionOfLine = ({ days, proof, title }: Task): string => `${days} ${proof ?? ''} ${title}`

/** What was ticked stays ticked. Refusal('changed_meanwhile') if the line is no longer what the form showed. */
export function changeLine(
  tx: Tx,
  task: Task,
  { version, ...values }: TaskValues & { version: string },
  organiserId: number,
  now: Temporal.Instant,
): void {
  if (versionOfLine(task) !== version) throw new Refusal('changed_meanwhile')
  refuseRooms(tx, task.eventId === null ? { seriesId: task.seriesId ?? 0 } : { eventId: task.eventId }, values)
  tx.update(tasks).set(checked(values)).where(eq(tasks.id, task.id)).run()
  record(tx, 'task_changed', task, organiserId, now)
}

/** Gone for every event of the sheet, with what was ticked. */
export function removeLine(tx: Tx, task: Task, organiserId: number, now: Temporal.Instant): void {
  tx.delete(taskTicks).where(eq(taskTicks.taskId, task.id)).run()
  tx.delete(tasks).where(eq(tasks.id, task.id)).run()
  record(tx, 'task_removed', task, organiserId, now)
}

/** What an event has of its own, with every tick: for when the event itself goes. */
export function removeLinesOf(tx: Tx, { id }: Pick<Event, 'id'>): void {
  tx.delete(taskTicks).where(eq(taskTicks.eventId, id)).run()
  tx.delete(tasks).where(eq(tasks.eventId, id)).run()
}

/** A person says that a line is done for an event, or not needed there. The first time counts. */
export function tick(tx: Tx, event: Event, taskId: number, organiserId: number, now: Temporal.Instant): void {
  const task = getLineOf(tx, event, taskId)
  const { changes } = tx
    .insert(taskTicks)
    .values({ taskId: task.id, eventId: event.id, doneAt: now, doneBy: organiserId })
    .onConflictDoNothing()
    .run()
  if (changes) recordFor(tx, 'task_ticked', task, event, organiserId, now)
}

/** Takes back what a person ticked; a line that sees for itself that it is done stays done. */
export function untick(tx: Tx, event: Event, taskId: number, organiserId: number, now: Temporal.Instant): void {
  const task = getLineOf(tx, event, taskId)
  const { changes } = tx
    .delete(taskTicks)
    .where(and(eq(taskTicks.taskId, task.id), eq(taskTicks.eventId, event.id)))
    .run()
  if (changes) recordFor(tx, 'task_unticked', task, event, organiserId, now)
}

/** NotFound for a line of another event or series. Refusal('not_possible_now') for an event that was cancelled: it has no tasks. */
function getLineOf(tx: Tx, event: Event, taskId: number): Task {
  const task = tx.select().from(tasks).where(eq(tasks.id, taskId)).get()
  const isOf = task && (task.eventId === event.id || (task.seriesId !== null && task.seriesId === event.seriesId))
  if (!isOf) throw new NotFound('task')
  if (event.cancelledAt) throw new Refusal('not_possible_now')
  return task
}

/** Lines are read by who only looks, and mailed when they are overdue: the room stands in none of them. */
function refuseRooms(tx: Tx, of: SheetOf, { title }: TaskValues): void {
  const isOf = 'seriesId' in of ? eq(events.seriesId, of.seriesId) : eq(events.id, of.eventId)
  const usual =
    'seriesId' in of ? tx.select({ url: series.roomUrl }).from(series).where(eq(series.id, of.seriesId)) : undefined
  const rooms = tx.selectDistinct({ room: events.roomUrl, host: events.hostUrl }).from(events).where(isOf).all()
  refuseSecrets([['title', title]], usual?.get()?.url, ...rooms.flatMap(({ room, host }) => [room, host]))
}

function checked({ title, days, proof }: TaskValues): TaskValues {
  const values = { title: cleanLine(title), days, proof }
  const problems: Record<string, string> = {}
  if (!values.title && !proof) problems.title = 'required'
  if (!Number.isInteger(days) || days < EARLIEST || days > LATEST) problems.days = 'task_days'
  if (Object.keys(problems).length) throw new Invalid(problems)
  return values
}

/** A title may name somebody: what is written down is which line it was. */
function record(tx: Tx, action: Action, task: Task, organiserId: number, now: Temporal.Instant): void {
  const groupOf = <T extends { groupId: number }>(row: T | undefined) => row?.groupId ?? null
  const groupId =
    task.seriesId === null
      ? groupOf(
          tx
            .select({ groupId: events.groupId })
            .from(events)
            .where(eq(events.id, task.eventId ?? 0))
            .get(),
        )
      : groupOf(tx.select({ groupId: series.groupId }).from(series).where(eq(series.id, task.seriesId)).get())
  audit(tx, { action, organiserId, groupId, eventId: task.eventId, detail: task.proof ?? '' }, now)
}

function recordFor(tx: Tx, action: Action, task: Task, event: Event, organiserId: number, now: Temporal.Instant): void {
  audit(tx, { action, organiserId, groupId: event.groupId, eventId: event.id, detail: task.proof ?? '' }, now)
}
