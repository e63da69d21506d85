// What became of a bulletin, in numbers: its copies, who stopped since, and who registered for what stood in it. Nobody is followed:
// its links say nothing of who opens them.
import { countRows } from '#db/count.ts'
import { and, eq, gte, inArray, isNull, lt, or, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { messages, registrations, subscriptionStops } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import { listItems } from './bulletin-items.ts'
import type { Bulletin } from './bulletins.ts'
import { GRACE, type Message } from './outbox.ts'

/** Days after it left in which what happens is put down to it; the page says so. */
const DAYS_AFTER = 14

export interface Figures extends Record<Message['state'] | 'bounced', number> {
  /** Stopped getting such letters since. */
  stopped: number
  /** New registrations for the events in it since. */
  registered: number
}

export function figuresOf(db: Db, bulletin: Bulletin): Figures {
  const none = { queued: 0, sending: 0, sent: 0, failed: 0, uncertain: 0, dropped: 0, bounced: 0 }
  const rows = db
    .select({
      state: messages.state,
      count: sql<number>`count(*)`,
      bounced: sql<number>`count(${messages.bouncedAt})`,
    })
    .from(messages)
    .where(and(eq(messages.bulletinId, bulletin.id), isNull(messages.organiserId)))
    .groupBy(messages.state)
    .all()
  const states = Object.fromEntries(rows.map(({ state, count }) => [state, count]))
  const bounced = rows.reduce((sum, row) => sum + row.bounced, 0)
  return { ...none, ...states, bounced, ...sinceThen(db, bulletin) }
}

function sinceThen(db: Db, bulletin: Bulletin): Pick<Figures, 'stopped' | 'registered'> {
  const { releasedAt, kind, groupId } = bulletin
  if (!releasedAt) return { stopped: 0, registered: 0 }
  const until = releasedAt.add({ hours: DAYS_AFTER * 24 })
  const { at, letter } = subscriptionStops
  const isIts =
    kind === 'newsletter' ? or(eq(subscriptionStops.groupId, groupId), isNull(subscriptionStops.groupId)) : undefined
  const ids = listItems(db, bulletin)
    .filter(({ part, hiddenAt }) => part === 'coming' && !hiddenAt)
    .map(({ event }) => event.id)
  const { createdAt, eventId } = registrations
  const isNew = and(inArray(eventId, ids), gte(createdAt, releasedAt), lt(createdAt, until))
  return {
    stopped: countRows(db, subscriptionStops, and(eq(letter, kind), gte(at, releasedAt), lt(at, until), isIts)),
    registered: countRows(db, registrations, isNew),
  }
}

/** Where a bulletin stands. `waiting`: it can be called back before anybody has it. */
export type BulletinPhase = 'draft' | 'waiting' | 'leaving' | 'sent' | 'recalled'

export function phaseOfBulletin(db: Db, bulletin: Bulletin, now: Temporal.Instant): BulletinPhase {
  if (bulletin.recalledAt) return 'recalled'
  if (!bulletin.releasedAt) return 'draft'
  if (isBefore(now, bulletin.releasedAt.add(GRACE))) return 'waiting'
  return bulletin.spreadAt && !isAnyUnderWay(db, bulletin) ? 'sent' : 'leaving'
}

/** Whether a copy has yet to leave: of thousands no more than one is looked for. */
function isAnyUnderWay(db: Db, { id }: Bulletin): boolean {
  const waits = and(inArray(messages.state, ['queued', 'sending']), isNull(messages.organiserId))
  const its = and(eq(messages.bulletinId, id), waits)
  return db.select({ id: messages.id }).from(messages).where(its).limit(1).get() !== undefined
}
