// The whole database as text: what nobody changed is equal before and after, to the last column.
import type { Db } from '#db/open.ts'

export function dumpOf({ $client }: Db, { without = [] }: { without?: string[] } = {}): string {
  // What events are searched by is made from the rest (tests/domain/search.test.ts), and keeps no text to compare.
  const names = $client
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'event_search%' order by name")
    .pluck()
    .all()
  const rows = (names as string[])
    .filter(name => !without.includes(name))
    .map(name => [name, $client.prepare(`select * from "${name}" order by rowid`).all()])
  return JSON.stringify(rows)
}
