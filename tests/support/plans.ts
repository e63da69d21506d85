// How SQLite finds what the program asks for. Every statement that a database of a test is asked to prepare is looked at once;
// those that would read a table that grows from one end to the other are kept until somebody asks.
import { createRequire } from 'node:module'
import type BetterSqlite3 from 'better-sqlite3'

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3
type Client = BetterSqlite3.Database

/** These stay small however long the program is used: what organisers set up, who they are, and what is seen to within a minute. */
const SMALL = new Set([
  ...['settings', 'groups', 'themes', 'series', 'skipped_dates', 'school_holidays', 'templates'],
  ...['organisers', 'memberships', 'invitations', 'passkeys', 'challenges', 'sign_ins', 'organiser_sessions'],
  ...[
    'organisations',
    'organisation_spellings',
    'spellings_apart',
    'questions',
    'question_themes',
    'stale_events',
    'revision',
    'erasures',
    'sweeps',
  ],
  // A few in a month of each group.
  ...['newsletters', 'bulletins'],
])

/** What may be read from one end on all the same, and why. */
const ALLOWED: [line: RegExp, query: RegExp, why: string][] = [
  [/USING INDEX events_drafts$/, /published_at" is null/, 'holds drafts only: they are published or removed'],
  [/^SCAN event_search VIRTUAL TABLE INDEX 0:(M\d|=)$/, /\bmatch\b|rowid = /, 'a look into the index for each word'],
  [/^SCAN backup_files/, /from backup_files$/, 'of a backup, when it is brought back: all of it is wanted'],
  [
    /^SCAN invitees USING COVERING INDEX/,
    /^select "email" from "invitees"$/,
    'of a backup, when it is brought back: who was erased',
  ],
  [
    /^SCAN question_followers USING COVERING INDEX/,
    /^select "email" from "question_followers"$/,
    'of a backup, when it is brought back: who was erased',
  ],
  [
    /^SCAN subscription_requests USING COVERING INDEX/,
    /^select "email" from "subscription_requests"$/,
    'of a backup, when it is brought back: who was erased',
  ],
  [/^SCAN messages$/, /order by "messages"\."id" desc limit \?$/, 'from the newest mail on, until a page is full'],
]

export interface Scan {
  query: string
  /** Lines of EXPLAIN QUERY PLAN that read a whole table, or all of an index. */
  lines: string[]
}

/** What was found since somebody last took it away. */
export const scans: Scan[] = []
const seen = new Set<string>()
/** How many different statements of the program were looked at, since somebody last began anew. */
export const countLooked = () => seen.size
/** A worker goes on from file to file: from here on each statement is looked at again, whatever asked it before. */
export const lookAnew = () => seen.clear()

const ROOT = new URL('../../', import.meta.url).pathname
const { prepare } = Sqlite.prototype

/** From here on no statement of the program escapes, in whatever database. */
export function watchPlans(): void {
  Sqlite.prototype.prepare = function (this: Client, query: string) {
    const statement = prepare.call(this, query)
    if (!seen.has(keyOf(query)) && /^\s*(select|with|update|delete|insert)\b/i.test(query) && isOfProgram()) {
      seen.add(keyOf(query))
      const lines = scansIn(this, query)
      if (lines.length) scans.push({ query, lines })
    }
    return statement
  } as typeof prepare
}

/** One list of values is as another. */
const keyOf = (query: string) => query.replaceAll(/\?(, \?)+/g, '?…')

/** What a test itself asks is its own business, and a migration reads what it changes: the nearest file of ours says whose question it is. */
function isOfProgram(): boolean {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = 30
  const frames = new Error().stack?.split('\n').filter(line => line.includes(ROOT) && !line.includes('/support/plans'))
  Error.stackTraceLimit = before
  const nearest = frames?.find(line => !line.includes('node_modules'))
  return nearest !== undefined && !nearest.includes(`${ROOT}tests/`) && !nearest.includes('bringUpToDate')
}

/** The lines of its plan that read all of a table that grows. */
export function scansIn(client: Client, query: string): string[] {
  if (READS_NOTHING.test(query)) return []
  const plan = prepare.call(client, `explain query plan ${query}`) as BetterSqlite3.Statement<
    unknown[],
    { detail: string }
  >
  const details = plan.all(...emptyValues(query)).map(({ detail }) => detail)
  const tables = tablesOf(client)
  const aliases = aliasesIn(query)
  return details.filter(detail => {
    const name = /^SCAN (\w+)/.exec(detail)?.[1] ?? ''
    const table = tables.has(name) ? name : (aliases.get(name) ?? '')
    if (!tables.has(table) || SMALL.has(table) || isOnlyChecked(query, table)) return false
    return !ALLOWED.some(([line, of]) => line.test(detail) && of.test(query))
  })
}

/** A condition that nothing meets, which is how drizzle writes an empty list: it is seen before anything is read. */
const READS_NOTHING = /\bwhere \(?false( and\b|\)|$| order by| group by)/

/** To a row that is new nothing can refer yet: the plan has a look at who does in it, and it is passed over when it runs. */
const isOnlyChecked = (query: string, table: string) =>
  /^insert/i.test(query) && !new RegExp(`\\b${table}\\b`).test(query)

function tablesOf(client: Client): Set<string> {
  const rows = prepare.call(client, "select name from sqlite_master where type = 'table'").pluck().all() as string[]
  return new Set(rows)
}

function aliasesIn(query: string): Map<string, string> {
  const found = query.matchAll(/\b(?:from|join|update|into) "?(\w+)"? (?:as )?"?(\w+)"?/gi)
  return new Map([...found].map(([, table = '', alias = '']) => [alias, table]))
}

/** A plan is made without looking at what is bound, but something has to be. */
function emptyValues(query: string): unknown[] {
  const bare = query.replaceAll(/'(?:[^']|'')*'|"[^"]*"/g, '')
  const named = [...bare.matchAll(/[$@:](\w+)/g)].map(([, name = '']): [string, null] => [name, null])
  const places = [...bare.matchAll(/\?/g)].map(() => null)
  return [...places, ...(named.length ? [Object.fromEntries(named)] : [])]
}
