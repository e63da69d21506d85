// Which ways of writing look like the same organisation. Only ever a proposal: an owner says yes or no, and both stay said.
import { distinctOf } from '#db/distinct.ts'
import { and, inArray } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, organisationTotals, spellingsApart, staleEvents, yearOrganisations } from '#db/schema.ts'
import { isOneSlipAway } from '#src/lib/text.ts'
import { listNames, type Organisation } from './organisations.ts'
import { isCounted } from './reach.ts'
import { countEvent, type OrganisationCounts } from './totals.ts'

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

/**
 * Spellings that may mean one organisation, put together; so many at most. What was said to be different stays apart. They
 * are those that reports count: who registered for what was cancelled is in none of them.
 */
export function listProposals(db: Db, limit: number): Proposals {
  const names = listNames(db)
  const fresh = freshOf(db)
  const counts = countSpellings(db, fresh)
  const groups = together([...counts.keys()].sort(), names, readApart(db, names))
  const writtenOf = readWritten(db, fresh)
  const proposals = groups.slice(0, limit).map(group => proposalOf(group, names, counts, writtenOf))
  return { proposals, more: groups.length - proposals.length }
}

/** How many registered in each spelling, of all years: as it was added up, less what that said of events that changed since. */
function countSpellings(db: Db, fresh: OrganisationCounts[]): Map<string, number> {
  const years = distinctOf<number>(db, yearOrganisations.year)
  const off = keptOfStale(db)
    .all()
    .map(({ spelling, registered }) => ({ spelling, registered: -registered }))
  const counts = new Map<string, number>()
  for (const { spelling, registered } of [...years.flatMap(year => inYear(db).all(year)), ...off, ...fresh]) {
    counts.set(spelling, (counts.get(spelling) ?? 0) + registered)
  }
  return new Map([...counts].filter(([spelling, registered]) => spelling && registered > 0))
}

type Count = Pick<OrganisationCounts, 'spelling' | 'registered'>

const inYear = prepared(db =>
  db.$client.prepare<[number], Count>('select spelling, registered from year_organisations where year = ?'),
)

const keptOfStale = prepared(db =>
  db.$client.prepare<[], Count>(
    // The few that are stale lead to what is kept of them: "cross" keeps that order.
    `select spelling, registered from stale_events
     cross join events on events.id = stale_events.event_id and published_at is not null and cancelled_at is null
     cross join organisation_totals kept on kept.event_id = events.id`,
  ),
)

/** Those of events that are not added up yet. */
function freshOf(db: Db): OrganisationCounts[] {
  const stale = db.select({ id: staleEvents.eventId }).from(staleEvents)
  const list = db
    .select()
    .from(events)
    .where(and(inArray(events.id, stale), isCounted))
    .all()
  return list.flatMap(event => countEvent(db, event).organisations)
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

function proposalOf(
  group: string[],
  names: Names,
  counts: Map<string, number>,
  writtenOf: (spelling: string) => string,
): Proposal {
  const spellings = group
    .map(spelling => ({ spelling, written: writtenOf(spelling), registered: counts.get(spelling) ?? 0 }))
    .sort((a, b) => b.registered - a.registered)
  const chosen = spellings.map(({ spelling }) => names.get(spelling)).find(Boolean)
  return { name: chosen?.name ?? spellings[0]?.written ?? '', spellings }
}

/** How a spelling is written where it changed since it was added up, or else in the last year that has it. */
function readWritten(db: Db, fresh: OrganisationCounts[]): (spelling: string) => string {
  const now = new Map(fresh.map(({ spelling, written }) => [spelling, written]))
  const years = distinctOf<number>(db, organisationTotals.year).reverse()
  return spelling => {
    const kept = years.values().map(year => lastWritten(db).get(year, spelling))
    return now.get(spelling) ?? kept.find(written => written !== undefined) ?? spelling
  }
}

const lastWritten = prepared(db =>
  db.$client
    .prepare<[number, string], string>(
      `select written from organisation_totals where year = ? and spelling = ?
       and event_id not in (select event_id from stale_events) order by event_id desc limit 1`,
    )
    .pluck(),
)
