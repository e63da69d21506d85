// The figures of a report as tables: each cut once, to be shown on a page, drawn, and written to a spreadsheet.
import type { Db } from '#db/open.ts'
import { listGroups } from '#src/domain/groups.ts'
import type { Ground } from '#src/domain/reach.ts'
import { byEvent, byMonth, byPlace, byRole, byTheme, listEventIds } from '#src/domain/reach-cuts.ts'
import { byOrganisation } from '#src/domain/reached-organisations.ts'
import { listSeries } from '#src/domain/series.ts'
import type { Attendance, Counts } from '#src/domain/totals.ts'
import type { Formats } from '#src/i18n/dates.ts'
import type { Messages } from '#src/i18n/index.ts'
import { partsOf } from '#src/lib/parts.ts'

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

/**
 * All cuts of a ground, with `most` lines for events; those with one line only, which says what the total says, are left out.
 * Made in parts, the organisations in one of their own.
 */
export function* reportOf(
  db: Db,
  ground: Ground,
  words: Words,
  now: Temporal.Instant,
  most: number,
): Generator<undefined, Report> {
  const { total, held } = ground
  const isMany = total.events > 1
  yield
  const ofOrganisations = organisations(db, ground, words, now)
  yield
  const cuts: Omit<Cut, 'more'>[] = [
    ...(isMany ? [{ name: 'months' as const, columns: OF_EVENTS, lines: months(db, ground, words) }] : []),
    { name: 'roles', columns: OF_ALL, lines: roles(db, ground, words) },
    { name: 'organisations', columns: OF_ATTENDANCE, lines: ofOrganisations },
    ...(isMany ? many(db, ground, words, most, now) : []),
  ]
  const moreOf = ({ name, lines }: Omit<Cut, 'more'>) => (name === 'events' ? total.events - lines.length : 0)
  const full = cuts.map(cut => ({ ...cut, more: moreOf(cut) }))
  yield
  return { total, held, coming: total.events - held, cuts: full }
}

function many(db: Db, ground: Ground, words: Words, most: number, now: Temporal.Instant): Omit<Cut, 'more'>[] {
  const groupNames = new Map(listGroups(db).map(({ id, name }) => [id, name]))
  const seriesNames = new Map(listSeries(db).map(({ id, title }) => [id, title]))
  const noSeries = words.t.console.reach.noSeries
  const groups = places(ground, ({ groupId }) => groupNames.get(groupId) ?? '')
  const series = places(ground, ({ seriesId }) => (seriesId === null ? noSeries : (seriesNames.get(seriesId) ?? '')))
  return [
    { name: 'themes', columns: OF_EVENTS, lines: themes(db, ground) },
    ...(groups.length > 1 ? [{ name: 'groups' as const, columns: OF_EVENTS, lines: groups }] : []),
    ...(series.length > 1 ? [{ name: 'series' as const, columns: OF_EVENTS, lines: series }] : []),
    { name: 'events', columns: OF_ALL, lines: linesOf(db, listEventIds(db, ground, most), words, now) },
  ]
}

function months(db: Db, ground: Ground, { f }: Words): Line[] {
  return byMonth(db, ground).map((counts, index) => ({ label: f.monthName(index + 1), counts }))
}

/** In the order of the form, without those nobody has. */
function roles(db: Db, ground: Ground, { t }: Words): Line[] {
  return [...byRole(db, ground)].map(([role, counts]) => ({ label: t.words.roles[role], counts }))
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
function places(ground: Ground, nameOf: Parameters<typeof byPlace>[1]): Line[] {
  return byPlace(ground, nameOf)
    .map(([label, counts]) => ({ label, counts }))
    .sort(byMost)
}

const byMost = (a: Line, b: Line) => b.counts.registered - a.counts.registered || a.label.localeCompare(b.label)

function linesOf(db: Db, ids: number[], { f }: Words, now: Temporal.Instant): Line[] {
  return byEvent(db, ids, now).map(({ event, counts }) => ({
    label: `${event.title} (${f.dayOfYear(event)})`,
    eventId: event.id,
    counts,
  }))
}

/** Every event of a ground. Which they are is settled now; each is as it is when its part is made. */
export function everyEvent(db: Db, ground: Ground, words: Words, now: Temporal.Instant): Iterable<Line> {
  const parts = partsOf(listEventIds(db, ground))
  return parts.flatMap(ids => linesOf(db, ids, words, now))
}
