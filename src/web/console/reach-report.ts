// The figures of a report as tables: each cut once, to be shown on a page, drawn, and written to a spreadsheet.
import type { Db } from '#db/open.ts'
import { ROLES } from '#db/schema.ts'
import { listGroups } from '#src/domain/groups.ts'
import { byMonth, byTheme, cutBy, type Fact, type Ground } from '#src/domain/reach.ts'
import { byOrganisation } from '#src/domain/reached-organisations.ts'
import { listSeries } from '#src/domain/series.ts'
import { type Attendance, COUNTS, type Counts, NOTHING, totalOf } from '#src/domain/totals.ts'
import type { Formats } from '#src/i18n/dates.ts'
import type { Messages } from '#src/i18n/index.ts'

export type CutName = 'months' | 'roles' | 'organisations' | 'themes' | 'groups' | 'series' | 'events'
export type Column = keyof Counts | 'events'

export interface Line {
  label: string
  /** Of one event: which. */
  eventId?: number
  /** What is counted, as far as it is known of this cut. */
  counts: Attendance & Partial<Record<Column, number>>
}

export interface Cut {
  name: CutName
  columns: Column[]
  lines: Line[]
  /** How many there are besides: of events a page makes no more lines than it shows. */
  more: number
}

export interface Report {
  total: Counts
  held: number
  coming: number
  cuts: Cut[]
}

interface Words {
  t: Messages
  f: Formats
}

const OF_ATTENDANCE: Column[] = ['registered', 'attended', 'absent', 'minutes']
const OF_ALL: Column[] = [...OF_ATTENDANCE, 'waited', 'waiting', 'cancelled']
const OF_EVENTS: Column[] = [...OF_ALL, 'events']

/** All cuts of a ground, with `most` lines for events; those with one line only, which says what the total says, are left out. */
export function reportOf(db: Db, ground: Ground, words: Words, now: Temporal.Instant, most: number): Report {
  const { events, facts } = ground
  const isOver = ({ endsAt }: (typeof events)[number]) => Temporal.Instant.compare(endsAt, now) <= 0
  const held = events.filter(isOver).length
  const isMany = events.length > 1
  const cuts: Omit<Cut, 'more'>[] = [
    ...(isMany ? [{ name: 'months' as const, columns: OF_EVENTS, lines: months(ground, words) }] : []),
    { name: 'roles', columns: OF_ALL, lines: roles(facts, words) },
    { name: 'organisations', columns: OF_ATTENDANCE, lines: organisations(db, ground, words, now) },
    ...(isMany ? many(db, ground, words, most) : []),
  ]
  const moreOf = ({ name, lines }: Omit<Cut, 'more'>) => (name === 'events' ? events.length - lines.length : 0)
  const full = cuts.map(cut => ({ ...cut, more: moreOf(cut) }))
  return { total: totalOf(COUNTS, facts), held, coming: events.length - held, cuts: full }
}

function many(db: Db, ground: Ground, words: Words, most: number): Omit<Cut, 'more'>[] {
  const groupNames = new Map(listGroups(db).map(({ id, name }) => [id, name]))
  const seriesNames = new Map(listSeries(db).map(({ id, title }) => [id, title]))
  const noSeries = words.t.console.reach.noSeries
  const groups = byPlace(ground, ({ groupId }) => groupNames.get(groupId) ?? '')
  const series = byPlace(ground, ({ seriesId }) => (seriesId === null ? noSeries : (seriesNames.get(seriesId) ?? '')))
  return [
    { name: 'themes', columns: OF_EVENTS, lines: themes(db, ground) },
    ...(groups.length > 1 ? [{ name: 'groups' as const, columns: OF_EVENTS, lines: groups }] : []),
    ...(series.length > 1 ? [{ name: 'series' as const, columns: OF_EVENTS, lines: series }] : []),
    { name: 'events', columns: OF_ALL, lines: perEvent(ground, words, most) },
  ]
}

function months({ events, facts }: Ground, { f }: Words): Line[] {
  const held = Map.groupBy(events, ({ localStart }) => Number(localStart.slice(5, 7)))
  return byMonth(facts).map((counts, index) => ({
    label: f.monthName(index + 1),
    counts: { ...counts, events: held.get(index + 1)?.length ?? 0 },
  }))
}

/** In the order of the form, without those nobody has. */
function roles(facts: Fact[], { t }: Words): Line[] {
  const found = cutBy(facts, fact => fact.role)
  return ROLES.flatMap(role => {
    const counts = found.get(role)
    return counts ? [{ label: t.words.roles[role], counts }] : []
  })
}

function organisations(db: Db, ground: Ground, { t }: Words, now: Temporal.Instant): Line[] {
  const { named, others } = byOrganisation(db, ground, now)
  const lines = named.map(({ name, ...counts }) => ({ label: name, counts }))
  return others.registered ? [...lines, { label: t.console.reach.others, counts: others }] : lines
}

function themes(db: Db, ground: Ground): Line[] {
  return byTheme(db, ground)
    .map(({ name, id: _, ...counts }) => ({ label: name, counts }))
    .sort(byMost)
}

/** By the group or series that an event belongs to, the most registrations first. */
function byPlace({ events, facts }: Ground, nameOf: (event: Fact['event']) => string): Line[] {
  const found = cutBy(facts, ({ event }) => nameOf(event))
  return [...Map.groupBy(events, nameOf)]
    .map(([label, list]) => ({ label, counts: { ...(found.get(label) ?? NOTHING), events: list.length } }))
    .sort(byMost)
}

const byMost = (a: Line, b: Line) => b.counts.registered - a.counts.registered || a.label.localeCompare(b.label)

function perEvent({ events, facts }: Ground, { f }: Words, most: number): Line[] {
  const shown = events.slice(0, most)
  const ids = new Set(shown.map(({ id }) => id))
  const found = cutBy(
    facts.filter(({ event }) => ids.has(event.id)),
    ({ event }) => event.id,
  )
  return shown.map(event => ({
    label: `${event.title} (${f.dayOfYear(event)})`,
    eventId: event.id,
    counts: found.get(event.id) ?? NOTHING,
  }))
}
