// Queries of the hot path, built once per database: building one with drizzle costs more than running it.
import { type Placeholder, sql } from './drizzle.ts'
import type { Db } from './open.ts'

/** Wraps a query builder; its result gives the prepared query of a database, made at the first use. */
export function prepared<Query>(build: (db: Db) => Query): (db: Db) => Query {
  const made = new WeakMap<object, Query>()
  return db => {
    const known = made.get(db.$client) ?? build(db)
    made.set(db.$client, known)
    return known
  }
}

/** A placeholder for each field of an insertion, under the field's own name. */
export function placeholders<Name extends string>(names: readonly Name[]): Record<Name, Placeholder> {
  const entries = names.map((name): [Name, Placeholder] => [name, sql.placeholder(name)])
  return Object.fromEntries(entries) as Record<Name, Placeholder>
}

/** A list whose length is known only when the query runs: `inArray(events.id, among('ids'))`, given as JSON. */
export function among(name: string) {
  return sql`(select value from json_each(${sql.placeholder(name)}))`
}

/** A placeholder for a value that is given in the form the database keeps it in, past what the column would make of it. */
export function given(name: string) {
  return sql`${sql.placeholder(name)}`
}
