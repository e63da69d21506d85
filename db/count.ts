// How many rows of a table meet a condition.
import type { SQL } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { count } from './drizzle.ts'
import type { Db } from './open.ts'

export function countRows(db: Db, table: SQLiteTable, where: SQL | undefined): number {
  return db.select({ total: count() }).from(table).where(where).get()?.total ?? 0
}
