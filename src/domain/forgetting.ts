// How personal data goes when its time is over: in stretches of a table, so that nobody is held up, and by rules that find
// the rows of a stretch and end what they hold. Which rules there are stands in `endings`.
import { getTableColumns, or, type SQL, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { emptied, personalColumns, TABLES, type TableName } from '#db/personal-columns.ts'
import type { DataKind } from '#db/personal-data.ts'
import type { Limits } from './retention.ts'

export interface Found {
  id: number
  /** Whose event it was; null for what belongs to none. */
  groupId: number | null
}

export interface Rule {
  kind: DataKind
  /** The rows in a stretch whose time is over. */
  find: (tx: Tx, stretch: SQL, limits: Limits) => Found[]
  end: (tx: Tx, ids: number[], now: Temporal.Instant) => void
  /** What belongs to a row that is counted itself. */
  isPartOfAnother?: true
}

/** A table and its rules. Every table has a `rowid`, also where that is not its key. */
export interface Walk {
  name: TableName
  rules: Rule[]
}

/** A part of a table: as many numbers of rows as are gone through at once. */
export interface Stretch {
  after: number
  to: number
}

/** How much of a kind went, of a group. */
export interface Gone extends Pick<Found, 'groupId'> {
  kind: DataKind
  total: number
}

/** Rows in a stretch: few enough that going through them takes a millisecond or two. */
const ROWS = 500
const DAY_MS = 86_400_000

/** The stretches of a table, from its first row to the last that it has now. Numbers may lie far apart: some are drawn by chance. */
export function* stretchesOf(db: Db, { name }: Walk): Iterable<Stretch> {
  // Each asked by itself: for both at once SQLite reads every row.
  const end = (which: 'min' | 'max') => sql`(select ${sql.raw(which)}(rowid) from ${TABLES[name]})`
  const ends = sql`select coalesce(${end('min')}, 1) - 1 as first, coalesce(${end('max')}, 0) as last`
  const [{ first, last } = { first: 0, last: 0 }] = db.all<{ first: number; last: number }>(ends)
  for (let after = first; after < last; ) {
    const to = Math.min(lastOf(db, name, after) ?? last, last)
    yield { after, to }
    after = to
  }
}

/** The number of the last row of a full stretch; nothing where fewer are left. */
function lastOf(db: Db, name: TableName, after: number): number | undefined {
  const [row] = db.all<{ id: number }>(
    sql`select rowid as id from ${TABLES[name]} where rowid > ${after} order by rowid limit 1 offset ${ROWS - 1}`,
  )
  return row?.id
}

/** Ends what is over in a stretch, and says how much that was. Doing it again changes nothing more. */
export function forgetIn(tx: Tx, { name, rules }: Walk, { after, to }: Stretch, limits: Limits): Gone[] {
  const within = sql`${TABLES[name]}.rowid > ${after} and ${TABLES[name]}.rowid <= ${to}`
  return rules.flatMap(({ kind, find, end, isPartOfAnother }) => {
    const found = find(tx, within, limits)
    if (found.length === 0) return []
    end(
      tx,
      found.map(({ id }) => id),
      limits.now,
    )
    if (isPartOfAnother) return []
    const byGroup = Map.groupBy(found, ({ groupId }) => groupId)
    return [...byGroup].map(([groupId, { length: total }]) => ({ kind, groupId, total }))
  })
}

export const theseRows = (ids: number[]) => sql`rowid in (select value from json_each(${JSON.stringify(ids)}))`
export const daysAgo = ({ now }: Limits, days: number) => now.epochMilliseconds - days * DAY_MS

/** As a condition: a row still holds something of a kind. */
export function holds(name: TableName, kind: DataKind): SQL {
  const columns: Record<string, unknown> = getTableColumns(TABLES[name])
  return sql`(${or(...personalColumns(name, kind).map(column => sql`coalesce(${columns[column]}, '') <> ''`))})`
}

export function empty(name: TableName, kind: DataKind): Rule['end'] {
  return (tx, ids) => void tx.update(TABLES[name]).set(emptied(name, kind)).where(theseRows(ids)).run()
}

export function remove(name: TableName): Rule['end'] {
  return (tx, ids) => void tx.delete(TABLES[name]).where(theseRows(ids)).run()
}
