// The daily summary: each organiser with something overdue gets one mail a day about it, at eight in the morning. Who gets one
// is decided then; what it says, and whether it still has anything to say, when it leaves.
import { and, eq, inArray, isNotNull, isNull } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { groups, memberships, organisers, settings } from '#db/schema.ts'
import { audit } from './audit.ts'
import type { Event } from './events.ts'
import { groupsWith, type Organiser } from './organisers.ts'
import { enqueue, type Message } from './outbox.ts'
import type { Proof } from './run-sheets.ts'
import { type DueTask, listOverdue } from './tasks.ts'

const HOUR = 8
const KEY = 'summaries'

/** What is overdue for one event, the longest overdue first. */
export interface Arrears {
  event: DueTask['event']
  tasks: DueTask[]
}

/** The last day on which it has been eight o'clock, by the clock of the installation. */
function lastDay(now: Temporal.Instant, timeZone: string): Temporal.PlainDate {
  const local = now.toZonedDateTimeISO(timeZone)
  return local.toPlainDate().subtract({ days: local.hour < HOUR ? 1 : 0 })
}

function plannedUntil(db: Db): string | undefined {
  return row(db).get()?.value
}

/** Asked at every round of the worker. */
const row = prepared(db => db.select().from(settings).where(eq(settings.key, KEY)).prepare())

/** Whether a day's summaries are to be planned. */
export function areSummariesDue(db: Db, timeZone: string, now: Temporal.Instant): boolean {
  return plannedUntil(db) !== lastDay(now, timeZone).toString()
}

/**
 * Plans the mails of today, once a day: of days that went by while nobody ran the program only the last one. The first time
 * it only notes where it stands, so that nobody is mailed by an installation that was just begun or brought up to date.
 */
export function planSummaries(tx: Tx, timeZone: string, now: Temporal.Instant): void {
  const until = plannedUntil(tx)
  const value = lastDay(now, timeZone).toString()
  if (until === value) return
  tx.insert(settings).values({ key: KEY, value }).onConflictDoUpdate({ target: settings.key, set: { value } }).run()
  const today = now.toZonedDateTimeISO(timeZone).toPlainDate()
  if (until === undefined || today.toString() !== value) return
  // Worth nothing after the day: the next one has its own.
  const expiresAt = today.add({ days: 1 }).toZonedDateTime(timeZone).toInstant()
  for (const { id, email, locale } of listWanting(tx, now)) {
    const message = { key: `tasks:${id}:${value}`, kind: 'tasks', toAddress: email, locale, organiserId: id } as const
    enqueue(tx, { ...message, expiresAt }, now)
  }
}

/** Organisers with something overdue in a group that is theirs, or in one under it, who have not stopped this mail. */
function listWanting(tx: Tx, now: Temporal.Instant): Organiser[] {
  const late = [...new Set(listOverdue(tx, undefined, now).map(({ groupId }) => groupId))]
  if (!late.length) return []
  const members = tx.select({ id: memberships.organiserId }).from(memberships)
  const wanted = and(isNull(organisers.summaryStoppedAt), inArray(organisers.id, members))
  const isTheirs = (organiser: Organiser) =>
    tx
      .select({ id: groups.id })
      .from(groups)
      .where(and(inArray(groups.id, late), inArray(groups.id, groupsWith(organiser, 'organiser'))))
      .limit(1)
      .get() !== undefined
  return tx.select().from(organisers).where(wanted).all().filter(isTheirs)
}

/** What one organiser is to see to, by event, as it is now. */
export function listArrears(db: Db, organiser: Organiser, now: Temporal.Instant): Arrears[] {
  const byEvent = Map.groupBy(listOverdue(db, organiser, now), ({ event }) => event.id)
  return [...byEvent.values()].flatMap(tasks => (tasks[0] ? [{ event: tasks[0].event, tasks }] : []))
}

/** What a summary could hold, about this event: to show what the mail is like. */
export function exampleArrears(event: Event, now: Temporal.Instant): Arrears[] {
  const today = now.toZonedDateTimeISO(event.timeZone).toPlainDate()
  const late = (id: number, proof: Proof, daysLeft: number): DueTask => ({
    task: { id, seriesId: null, eventId: event.id, title: '', days: daysLeft, proof },
    event,
    groupId: event.groupId,
    due: today.add({ days: daysLeft }),
    daysLeft,
    state: 'overdue',
    isProven: false,
    tickedAt: null,
    tickedBy: null,
  })
  return [{ event, tasks: [late(1, 'speaker', -8), late(2, 'text', -1)] }]
}

/** To whom a summary goes; nothing if they are no organiser any more. */
export function findReader(db: Db, { organiserId, toAddress }: Message): Organiser | undefined {
  const found = organiserId === null ? undefined : findById(db, organiserId)
  return found?.email === toAddress ? found : undefined
}

/** Why a summary should not leave after all; nothing if it should. */
export function whyNotSummarise(db: Db, message: Message, now: Temporal.Instant): string | undefined {
  const reader = findReader(db, message)
  if (!reader) return 'gone'
  if (reader.summaryStoppedAt) return 'unsubscribed'
  return listOverdue(db, reader, now).length ? undefined : 'all_done'
}

/** No more of this mail, until it is wanted again. The second time changes nothing. */
export function stopSummaries(tx: Tx, organiserId: number, now: Temporal.Instant): void {
  set(tx, organiserId, now, now)
}

/** They come again from the next morning on; with nothing stopped nothing changes. */
export function resumeSummaries(tx: Tx, organiserId: number, now: Temporal.Instant): void {
  set(tx, organiserId, null, now)
}

function set(tx: Tx, organiserId: number, summaryStoppedAt: Temporal.Instant | null, now: Temporal.Instant): void {
  const { summaryStoppedAt: stopped } = organisers
  const differs = summaryStoppedAt ? isNull(stopped) : isNotNull(stopped)
  const { changes } = tx
    .update(organisers)
    .set({ summaryStoppedAt })
    .where(and(eq(organisers.id, organiserId), differs))
    .run()
  if (changes) audit(tx, { action: summaryStoppedAt ? 'summary_stopped' : 'summary_resumed', organiserId }, now)
}

function findById(db: Db, id: number): Organiser | undefined {
  return db.select().from(organisers).where(eq(organisers.id, id)).get()
}
