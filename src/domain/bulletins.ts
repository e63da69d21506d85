// A bulletin: a newsletter or an announcement, as a record: found and listed. What is in it stands in `bulletin-items`, how a draft
// is changed in `bulletin-edits`, who gets it in `readers`, how it leaves in `spreading`; when a newsletter is composed, in `newsletters`.
import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, or, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { bulletins, groups, messages } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import type { Group } from './groups.ts'
import { groupsWith, type Organiser } from './organisers.ts'

export type Bulletin = typeof bulletins.$inferSelect

export function findBulletin(db: Db, id: number | null): Bulletin | undefined {
  return id === null ? undefined : byId(db).get({ id })
}

const byId = prepared(db =>
  db
    .select()
    .from(bulletins)
    .where(eq(bulletins.id, sql.placeholder('id')))
    .prepare(),
)

/** Bulletins, each with its group. */
const withGroup = (db: Db) =>
  db.select({ bulletin: bulletins, group: groups }).from(bulletins).innerJoin(groups, eq(groups.id, bulletins.groupId))

/** The bulletin with its group, if this organiser may write for it; NotFound otherwise. */
export function getBulletinWith(db: Db, organiser: Organiser, id: number): { bulletin: Bulletin; group: Group } {
  const row = withGroup(db)
    .where(and(eq(bulletins.id, id), inArray(bulletins.groupId, groupsWith(organiser, 'organiser'))))
    .get()
  if (!row) throw new NotFound('bulletin')
  return row
}

/** What an organiser writes or wrote, the newest first; `before` is the id of the last one seen. */
export function listBulletinsOf(db: Db, organiser: Organiser, before: number | undefined, limit: number) {
  const isMine = inArray(bulletins.groupId, groupsWith(organiser, 'organiser'))
  return withGroup(db)
    .where(and(isMine, before === undefined ? undefined : lt(bulletins.id, before)))
    .orderBy(desc(bulletins.id))
    .limit(limit)
    .all()
}

/** Newsletters that wait for somebody to check them. */
export function listWaiting(db: Db, organiser: Organiser) {
  const waits = and(eq(bulletins.kind, 'newsletter'), isNull(bulletins.releasedAt))
  return withGroup(db)
    .where(and(waits, inArray(bulletins.groupId, groupsWith(organiser, 'organiser'))))
    .orderBy(asc(bulletins.id))
    .all()
}

/** A newsletter that went out, for everybody to read back. */
export const isPublic = and(
  eq(bulletins.kind, 'newsletter'),
  isNotNull(bulletins.releasedAt),
  isNull(bulletins.recalledAt),
)

/** A copy has left, or may have; a test says nothing. */
const hasLeft = sql`exists (select 1 from ${messages} where ${messages.bulletinId} = ${bulletins.id}
  and ${messages.state} in ('sent', 'sending', 'uncertain') and ${messages.organiserId} is null)`
/** What was called back before anybody had it may be sent once more, put right. */
export const isNotUndone = or(isNull(bulletins.recalledAt), hasLeft)

/** The newsletters that went out, for everybody to read back, the newest first. */
export function listPublished(db: Db, before: number | undefined, limit: number) {
  return withGroup(db)
    .where(and(isPublic, before === undefined ? undefined : lt(bulletins.id, before)))
    .orderBy(desc(bulletins.id))
    .limit(limit)
    .all()
}

/** One of them; NotFound for a draft, so that nobody can tell it from nothing. */
export function getPublished(db: Db, id: number): { bulletin: Bulletin; group: Group } {
  const row = withGroup(db)
    .where(and(eq(bulletins.id, id), isPublic))
    .get()
  if (!row) throw new NotFound('bulletin')
  return row
}
