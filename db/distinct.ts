// The different values of a column, from its index: one step for each of them, where `select distinct` reads every row.
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { sql } from './drizzle.ts'
import type { Db } from './open.ts'

/** In their own order, nulls left out. Only for a column with an index that begins with it. */
export function distinctOf<Value extends string | number>(db: Db, column: AnySQLiteColumn): Value[] {
  const { table } = column
  const found = db.all<{ value: Value }>(sql`with recursive next(value) as (
      select min(${column}) from ${table} where ${column} is not null
      union all
      select (select min(${column}) from ${table} where ${column} > next.value) from next where next.value is not null
    ) select value from next where value is not null`)
  return found.map(({ value }) => value)
}
