// The one door to drizzle. Its CommonJS build is loaded on purpose: Node parses drizzle's 130 kB `exports` map again for
// each of its hundred ES modules, which doubles the start-up time. Types come from the ordinary entry points.
import { createRequire } from 'node:module'

// drizzle-kit compiles this file to CommonJS, where `import.meta.url` is undefined and `__filename` is not.
const require = createRequire(import.meta.url ?? __filename)
const orm = require('drizzle-orm') as typeof import('drizzle-orm')
const sqlite = require('drizzle-orm/sqlite-core') as typeof import('drizzle-orm/sqlite-core')

export const {
  and,
  asc,
  count,
  countDistinct,
  desc,
  eq,
  exists,
  getTableColumns,
  getTableName,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  like,
  lt,
  lte,
  max,
  min,
  ne,
  not,
  notInArray,
  or,
  sql,
} = orm
export const {
  alias,
  blob,
  check,
  customType,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} = sqlite
export type { Placeholder, SQL, SQLWrapper } from 'drizzle-orm'
export type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
