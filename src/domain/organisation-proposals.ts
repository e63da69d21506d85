// Which ways of writing look like the same organisation. Only ever a proposal: an owner says yes or no, and both stay said.

import { distinctOf } from '#db/distinct.ts'
import { and, eq, inArray, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, organisationTotals, spellingsApart, staleEvents } from '#db/schema.ts'
import { isOneSlipAway } from '#src/lib/text.ts'
import { listNames, type Organisation } from './organisations.ts'
import { writtenAt } from './reached-organisations.ts'
import { countEvent } from './totals.ts'

export interface Spelling {
  spelling: string
  written: string
  registered: number
}

/** `more`: how many there are besides. */
export interface Proposals {
  proposals: Proposal[]
  more: number
}

export interface Proposal {
  /** The name that most people wrote, or that was chosen before. */
  name: string
  spellings: Spelling[]
}

/** The words in full, and those that say nothing. */
const SHORT: Record<string, string> = {
  gem: 'gemeente',
  st: 'stichting',
  sticht: 'stichting',
  hs: 'hogeschool',
  hogesch: 'hogeschool',
  univ: 'universiteit',
  prov: 'provincie',
  ver: 'vereniging',
}
const EMPTY = new Set(['de', 'het', 'the', 'bv', 'nv', 'b', 'v'])
/** What kind of thing it is: 'Groningen' may be the 'gemeente Groningen', and is not the 'provincie Groningen' as well. */
const KINDS = new Set(['gemeente', 'provincie', 'stichting', 'vereniging', 'hogeschool', 'universiteit'])
/** Shorter words than this differ by a letter without being a slip. */
const LONG_ENOUGH = 8

const wordsOf = (spelling: string) =>
  spelling
    .split(' ')
    .map(word => SHORT[word] ?? word)
    .filter(word => !EMPTY.has(word))

const kindOf = (spelling: string) => wordsOf(spelling).find(word => KINDS.has(word))

/** What a spelling has in common with others that mean the same: its words in full, without their kind, and its initials. */
function keysOf(spelling: string): string[] {
  const words = wordsOf(spelling)
  const bare = KINDS.has(words[0] ?? '') ? words.slice(1).join('') : ''
  const all = spelling.split(' ')
  const initials = all.length > 2 ? all.map(word => word[0]).join('') : all.length === 1 ? spelling : ''
  return [words.join(''), bare, initials && `#${initials}`].filter(key => key.length > 1)
}

/** Whether a key can be a slip of another: of words long enough for that. Numbers are no slips, and neither are initials. */
const canSlip = (key: string) => key.length >= LONG_ENOUGH && !/[\d#]/.test(key)

/** Spellings that may mean one organisation, put together; so many at most. What was said to be different stays apart. */
export function listProposals(db: Db, limit: number): Proposals {
  const names = listNames(db)
  const fresh = staleSpellings(db)
  const spellings = [...new Set([...keptSpellings(db), ...fresh.keys()])].sort()
  const groups = together(spellings, names, readApart(db, names))
  const years = yearsOf(db)
  const proposals = groups.slice(0, limit).map(group => proposalOf(db, years, group, names, fresh))
  return { proposals, more: groups.length - proposals.length }
}

const yearsOf = (db: Db) => distinctOf<number>(db, organisationTotals.year)

function keptSpellings(db: Db): string[] {
  return yearsOf(db)
    .flatMap(year => spellingsIn(db, year))
    .filter(Boolean)
}

/** One step through the index for each spelling, instead of one for each row. */
function spellingsIn({ $client }: Db, year: number): string[] {
  return $client
    .prepare(
      `with recursive next(spelling) as (
        select min(spelling) from organisation_totals where year = $year
        union all
        select (select min(spelling) from organisation_totals where year = $year and spelling > next.spelling)
        from next where next.spelling is not null
      ) select spelling from next where spelling is not null`,
    )
    .pluck()
    .all({ year }) as string[]
}

/** Those of events that are not added up yet. */
function staleSpellings(db: Db): Map<string, Spelling> {
  const stale = db.select({ id: staleEvents.eventId }).from(staleEvents)
  const list = db.select().from(events).where(inArray(events.id, stale)).all()
  const found = new Map<string, Spelling>()
  for (const { spelling, written, registered } of list.flatMap(event => countEvent(db, event).organisations)) {
    const before = found.get(spelling)?.registered ?? 0
    if (spelling) found.set(spelling, { spelling, written, registered: registered + before })
  }
  return found
}

type Names = Map<string, Organisation>
type Apart = (a: string, b: string) => boolean
const ownerOf = (names: Names, spelling: string) => String(names.get(spelling)?.id ?? `:${spelling}`)

/** Of different kinds, or said to be different: two spellings, and with them the names that they stand under. */
function readApart(db: Db, names: Names): Apart {
  const key = (a: string, b: string) => [ownerOf(names, a), ownerOf(names, b)].sort().join('|')
  const rows = db.select().from(spellingsApart).all()
  const said = new Set(rows.map(({ one, other }) => key(one, other)))
  return (a, b) => {
    const [kind, other] = [kindOf(a), kindOf(b)]
    return (kind !== undefined && other !== undefined && kind !== other) || said.has(key(a, b))
  }
}

/** Puts what looks alike together, pair by pair, unless something in the one is different from something in the other. */
function together(spellings: string[], names: Names, isApart: Apart): string[][] {
  const groupOf = new Map<string, string[]>()
  for (const group of Map.groupBy(spellings, spelling => ownerOf(names, spelling)).values()) {
    for (const spelling of group) groupOf.set(spelling, group)
  }
  for (const [a, b] of likePairs(spellings)) {
    const [one, other] = [groupOf.get(a), groupOf.get(b)]
    if (!one || !other || one === other || one.some(x => other.some(y => isApart(x, y)))) continue
    one.push(...other)
    for (const spelling of other) groupOf.set(spelling, one)
  }
  const isMore = (group: string[]) => new Set(group.map(spelling => ownerOf(names, spelling))).size > 1
  return [...new Set(groupOf.values())].filter(isMore)
}

/** Pairs that share a key, and pairs whose keys are a slip apart. */
function likePairs(spellings: string[]): [string, string][] {
  const byKey = new Map<string, string[]>()
  for (const spelling of spellings) {
    for (const key of keysOf(spelling)) byKey.set(key, [...(byKey.get(key) ?? []), spelling])
  }
  const same = [...byKey].flatMap(([key, of]) => (key.startsWith('#') ? initialPairs(of) : pairsOf(of)))
  const slips = slipsAmong([...byKey.keys()]).flatMap(([a, b]) =>
    (byKey.get(a) ?? []).flatMap(one => (byKey.get(b) ?? []).map((other): [string, string] => [one, other])),
  )
  return [...same, ...slips]
}

/** A word and the names it may be the initials of; two names with the same initials have nothing in common. */
function initialPairs(of: string[]): [string, string][] {
  const names = of.filter(spelling => spelling.includes(' '))
  return of
    .filter(spelling => !spelling.includes(' '))
    .flatMap(word => names.map((name): [string, string] => [word, name]))
}

function pairsOf<T>(list: T[]): [T, T][] {
  return list.flatMap((one, index) => list.slice(index + 1).map((other): [T, T] => [one, other]))
}

/** Texts that are a slip apart share what is left of them without one letter: no need to compare each with each. */
function slipsAmong(keys: string[]): [string, string][] {
  const rests = keys.filter(canSlip).flatMap(key => restsOf(key).map(rest => ({ key, rest })))
  return [...Map.groupBy(rests, ({ rest }) => rest).values()].flatMap(of =>
    pairsOf(of.map(({ key }) => key)).filter(([a, b]) => a !== b && isOneSlipAway(a, b)),
  )
}

const restsOf = (key: string) => [
  ...new Set([key, ...Array.from(key, (_, index) => key.slice(0, index) + key.slice(index + 1))]),
]

function proposalOf(db: Db, years: number[], group: string[], names: Names, fresh: Map<string, Spelling>): Proposal {
  const spellings = group
    .map(spelling => readSpelling(db, years, spelling, fresh.get(spelling)))
    .sort((a, b) => b.registered - a.registered)
  const chosen = spellings.map(({ spelling }) => names.get(spelling)).find(Boolean)
  return { name: chosen?.name ?? spellings[0]?.written ?? '', spellings }
}

const isFresh = sql`${organisationTotals.eventId} not in (select ${staleEvents.eventId} from ${staleEvents})`
const ofSpelling = prepared(db =>
  db
    .select({
      registered: sql<number>`coalesce(sum(${organisationTotals.registered}), 0)`,
      eventId: sql<number | null>`max(${organisationTotals.eventId})`,
    })
    .from(organisationTotals)
    .where(
      and(
        eq(organisationTotals.year, sql.placeholder('year')),
        eq(organisationTotals.spelling, sql.placeholder('spelling')),
        isFresh,
      ),
    )
    .prepare(),
)

function readSpelling(db: Db, years: number[], spelling: string, fresh: Spelling | undefined): Spelling {
  const kept = years.flatMap(year => ofSpelling(db).get({ spelling, year }) ?? [])
  const registered = kept.reduce((sum, row) => sum + row.registered, fresh?.registered ?? 0)
  const eventId = kept.findLast(row => row.eventId !== null)?.eventId
  const written = fresh?.written ?? (eventId ? writtenAt(db, eventId, spelling) : spelling)
  return { spelling, written, registered }
}
