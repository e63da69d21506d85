// Groups that organise an event together with the one that hosts it.
import { and, asc, eq, exists, inArray, or, type SQL, type SQLWrapper } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { among, prepared } from '#db/prepared.ts'
import { eventCohosts, events, groups } from '#db/schema.ts'
import type { Event } from './events.ts'
import type { Group } from './groups.ts'

/** By the id of the event, each list by name; an event of one group is not in it. */
export function cohostsOf(db: Db, list: Pick<Event, 'id'>[]): Map<number, Group[]> {
  const rows = cohostsAmong(db).all({ ids: JSON.stringify(list.map(({ id }) => id)) })
  const byEvent = Map.groupBy(rows, row => row.eventId)
  return new Map([...byEvent].map(([id, own]) => [id, own.map(({ group }) => group)]))
}

const cohostsAmong = prepared(db =>
  db
    .select({ eventId: eventCohosts.eventId, group: groups })
    .from(eventCohosts)
    .innerJoin(groups, eq(groups.id, eventCohosts.groupId))
    .where(inArray(eventCohosts.eventId, among('ids')))
    .orderBy(asc(groups.name))
    .prepare(),
)

/** Of a query on events: hosted, alone or together, by one of these groups. */
export function isHostedBy(db: Db, groupIds: SQLWrapper): SQL | undefined {
  const together = db
    .select({ id: eventCohosts.groupId })
    .from(eventCohosts)
    .where(and(eq(eventCohosts.eventId, events.id), inArray(eventCohosts.groupId, groupIds)))
  return or(inArray(events.groupId, groupIds), exists(together))
}

/** The group that hosts is never its own co-host. */
export function setCohosts(tx: Tx, event: { id: number; groupId: number }, groupIds: number[]): void {
  tx.delete(eventCohosts).where(eq(eventCohosts.eventId, event.id)).run()
  for (const groupId of new Set(groupIds)) {
    if (groupId !== event.groupId) tx.insert(eventCohosts).values({ eventId: event.id, groupId }).run()
  }
}
