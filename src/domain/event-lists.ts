// A list of events from a spreadsheet: what was in other years, and what is planned. Read row by row with what is wrong in each;
// what is over becomes a page of the archive, what is to come a draft.
import { and, eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { ATTENDANCES, events, KINDS } from '#db/schema.ts'
import { messagesIn } from '#src/i18n/index.ts'
import type { TableRow } from '#src/lib/tables.ts'
import { cleanLine, cleanText, fold } from '#src/lib/text.ts'
import { isBefore, localTimeProblem, zoned } from '#src/lib/time.ts'
import { audit } from './audit.ts'
import { type Headings, recognise } from './columns.ts'
import { createEvent, publishEvent } from './drafts.ts'
import { setThemes } from './editing.ts'
import type { Event, Kind } from './events.ts'
import type { Group } from './groups.ts'
import type { Theme } from './themes.ts'

/** Lists come from Dutch spreadsheets; our own values are understood as well. */
const { kinds: KIND_WORDS, attendances: ATTENDANCE_WORDS } = messagesIn('nl').words

type Field =
  | 'title'
  | 'date'
  | 'time'
  | 'end'
  | 'duration'
  | 'kind'
  | 'group'
  | 'attendance'
  | 'venue'
  | 'address'
  | 'city'
  | 'summary'
  | 'speakers'
  | 'themes'
const HEADINGS: Headings<Field> = {
  title: ['titel', 'title', 'onderwerp', 'naam', 'bijeenkomst', 'webinar'],
  date: ['datum', 'date', 'dag', 'wanneer'],
  time: ['tijd', 'begintijd', 'begin', 'aanvang', 'start', 'time', 'start time', 'van'],
  end: ['eindtijd', 'einde', 'tot', 'end', 'end time'],
  duration: ['duur', 'duur minuten', 'minuten', 'duration', 'duration minutes'],
  kind: ['soort', 'kind', 'type'],
  group: ['groep', 'werkplaats', 'group', 'organisator'],
  attendance: ['vorm', 'attendance', 'deelname', 'online of op locatie'],
  venue: ['locatie', 'venue', 'zaal', 'plek'],
  address: ['adres', 'address', 'straat'],
  city: ['plaats', 'stad', 'city'],
  summary: ['samenvatting', 'summary', 'omschrijving', 'beschrijving', 'inhoud'],
  speakers: ['spreker', 'sprekers', 'speaker', 'speakers', 'met'],
  themes: ['thema', 'themas', 'thema s', 'theme', 'themes'],
}

export interface ListedEntry {
  line: number
  title: string
  localStart: string
  durationMinutes: number
  kind: Kind
  group: Group
  attendance: Event['attendance']
  venue: Event['venue']
  summary: string
  speakers: string[]
  themeIds: number[]
}

export interface EventProblem {
  field:
    | 'title'
    | 'date'
    | 'time'
    | 'end'
    | 'duration'
    | 'kind'
    | 'group'
    | 'attendance'
    | 'venue'
    | 'speakers'
    | 'summary'
  why: 'missing' | 'unknown' | 'too_long' | 'no_such_time'
}

export interface EventList {
  entries: ListedEntry[]
  problems: { line: number; text: string; problems: EventProblem[] }[]
  unknown: string[]
}

/** What a list does not say, and what it may refer to. */
export interface Usual {
  /** Where no group is named, the first of them. */
  groups: Group[]
  themes: Theme[]
  timeZone: string
}

/** Reads a table of events. Nothing if no row of it holds headings for titles and dates. */
export function readEvents(table: TableRow[], usual: Usual): EventList | undefined {
  const found = recognise(table, HEADINGS, ['title', 'date'])
  if (!found) return undefined
  const list: EventList = { entries: [], problems: [], unknown: found.unknown }
  for (const { line, cells } of found.rows) {
    const entry = entryOf(line, cells, usual)
    if (Array.isArray(entry)) list.problems.push({ line, text: textOf(cells), problems: entry })
    else list.entries.push(entry)
  }
  return list
}

const textOf = (cells: Partial<Record<Field, string>>) => Object.values(cells).filter(Boolean).join(', ')

function entryOf(line: number, cells: Partial<Record<Field, string>>, usual: Usual): ListedEntry | EventProblem[] {
  const get = (field: Field) => cleanLine(cells[field] ?? '')
  const date = dateOf(get('date'))
  const time = get('time') ? timeOf(get('time')) : (/T(\d\d:\d\d)$/.exec(get('date'))?.[1] ?? '12:00')
  const durationMinutes = durationOf(time, get('end'), get('duration'))
  const kind = get('kind') ? wordIn(KINDS, KIND_WORDS, get('kind')) : 'webinar'
  const attendance = attendanceOf(get('attendance'), Boolean(get('venue') || get('city')))
  const group = get('group') ? usual.groups.find(one => fold(one.name) === fold(get('group'))) : usual.groups[0]
  const localStart = date && time ? `${date}T${time}` : ''
  const venue = {
    name: get('venue') || get('city'),
    address: get('address'),
    postcode: '',
    city: get('city'),
    access: '',
  }
  const problems: (EventProblem | false)[] = [
    !get('title') && { field: 'title', why: 'missing' },
    get('title').length > 150 && { field: 'title', why: 'too_long' },
    !get('date') ? { field: 'date', why: 'missing' } : !date && { field: 'date', why: 'unknown' },
    !time && { field: 'time', why: 'unknown' },
    localStart !== '' &&
      Boolean(localTimeProblem(localStart, usual.timeZone)) && { field: 'time', why: 'no_such_time' },
    durationMinutes === undefined && { field: get('end') ? 'end' : 'duration', why: 'unknown' },
    !kind && { field: 'kind', why: 'unknown' },
    !group && { field: 'group', why: 'unknown' },
    !attendance && { field: 'attendance', why: 'unknown' },
    attendance !== 'online' && !venue.name && { field: 'venue', why: 'missing' },
    [get('venue'), get('address'), get('city')].some(text => text.length > 150) && { field: 'venue', why: 'too_long' },
    (cells.speakers ?? '').length > 3000 && { field: 'speakers', why: 'too_long' },
    get('summary').length > 500 && { field: 'summary', why: 'too_long' },
  ]
  const wrong = problems.filter(problem => problem !== false)
  if (wrong.length || !kind || !group || !attendance || durationMinutes === undefined) return wrong
  return {
    ...{ line, localStart, durationMinutes, kind, group, attendance },
    title: get('title'),
    venue: attendance === 'online' ? null : venue,
    summary: cleanText(cells.summary ?? ''),
    speakers: parts(cells.speakers).slice(0, 30),
    themeIds: parts(cells.themes).flatMap(
      name => usual.themes.find(theme => fold(theme.name) === fold(name))?.id ?? [],
    ),
  }
}

const parts = (text = '') =>
  text
    .split(/[;,\n]/)
    .map(cleanLine)
    .filter(Boolean)

/** A value by its own name or by our Dutch word for it. */
function wordIn<Value extends string>(values: readonly Value[], words: Record<Value, string>, text: string) {
  return values.find(value => [fold(value), fold(words[value])].includes(fold(text)))
}

function attendanceOf(text: string, hasPlace: boolean): Event['attendance'] | undefined {
  if (!text) return hasPlace ? 'in_person' : 'online'
  if (['fysiek', 'live', 'locatie'].includes(fold(text))) return 'in_person'
  return wordIn(ATTENDANCES, ATTENDANCE_WORDS, text)
}

const MONTHS = ['jan', 'feb', 'maa', 'apr', 'mei', 'jun', 'jul', 'aug', 'sep', 'okt', 'nov', 'dec']

/** `2025-03-06`, `6-3-2025`, `06/03/2025`, `6 maart 2025`, with or without the name of the day before it. */
export function dateOf(text: string): string | undefined {
  const plain = text.replace(/T\d\d:\d\d$/, '').replace(/^\p{L}+,? +(?=\d)/u, '')
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain)
  const dutch = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(plain)
  const words = /^(\d{1,2}) (\p{L}{3,})\.? (\d{4})$/u.exec(plain)
  const month = words?.[2]
    ?.toLowerCase()
    .replace(/^mrt/, 'maa')
    .replace(/^may/, 'mei')
    .replace(/^oct/, 'okt')
    .slice(0, 3)
  const [year, inYear, day] = iso
    ? [iso[1], iso[2], iso[3]]
    : dutch
      ? [dutch[3], dutch[2], dutch[1]]
      : [words?.[3], month && String(MONTHS.indexOf(month.replace(/^mar/, 'maa')) + 1), words?.[1]]
  try {
    return Temporal.PlainDate.from(
      { year: Number(year), month: Number(inYear), day: Number(day) },
      { overflow: 'reject' },
    ).toString()
  } catch {
    return undefined
  }
}

/** `12:00`, `12.00 uur`, `9u30`, and the part of a day as a spreadsheet keeps a time (`0,5`). */
export function timeOf(text: string): string | undefined {
  const part = /^0?[.,](\d+)$/.exec(text)
  if (part) {
    const minutes = Math.round(Number(`0.${part[1]}`) * 1440)
    return clock(Math.floor(minutes / 60), minutes % 60)
  }
  const found = /^(?:.*T)?(\d{1,2})(?:[:.uh](\d{2})?)?(?::\d{2})?(?: ?(?:uur|u))?$/.exec(text)
  return found ? clock(Number(found[1]), Number(found[2] ?? 0)) : undefined
}

function clock(hours: number, minutes: number): string | undefined {
  if (hours > 23 || minutes > 59) return undefined
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
}

/** In minutes; an hour where nothing is said. */
function durationOf(time: string | undefined, end: string, duration: string): number | undefined {
  if (duration)
    return /^\d{1,4}$/.test(duration) && Number(duration) >= 5 && Number(duration) <= 1440
      ? Number(duration)
      : undefined
  if (!end) return 60
  const until = timeOf(end)
  if (!time || !until) return undefined
  const minutes = Temporal.PlainTime.from(time).until(Temporal.PlainTime.from(until)).total('minutes')
  return minutes >= 5 ? minutes : undefined
}

/** Whether a group has an event of this title at this moment already: then it is not laid again. */
function isThere(db: Db, { group, title, localStart }: ListedEntry): boolean {
  const same = and(eq(events.groupId, group.id), eq(events.localStart, localStart), eq(events.title, title))
  return db.select({ id: events.id }).from(events).where(same).limit(1).get() !== undefined
}

/** What would be laid and what is there already, by where it would go. */
export function sortEntries(db: Db, list: ListedEntry[], { timeZone }: Pick<Usual, 'timeZone'>, now: Temporal.Instant) {
  const known = new Set(list.filter(entry => isThere(db, entry)))
  const fresh = list.filter(entry => !known.has(entry))
  const isOver = ({ localStart }: ListedEntry) => isBefore(zoned({ localStart, timeZone }).toInstant(), now)
  return { known: [...known], past: fresh.filter(isOver), coming: fresh.filter(entry => !isOver(entry)) }
}

/** Lays the events of a list: those that are over with a page in the archive, the others as drafts. Nobody is mailed. */
export function enterEvents(
  tx: Tx,
  list: ListedEntry[],
  { timeZone, organiserId }: { timeZone: string; organiserId: number },
  now: Temporal.Instant,
): { past: number; coming: number } {
  const { past, coming } = sortEntries(tx, list, { timeZone }, now)
  for (const entry of past) {
    const event = lay(tx, entry, timeZone, now)
    publishEvent(tx, event, { organiserId, revision: event.revision }, now)
  }
  for (const entry of coming) lay(tx, entry, timeZone, now)
  const detail = String(past.length + coming.length)
  if (detail !== '0') audit(tx, { action: 'events_imported', organiserId, groupId: list[0]?.group.id, detail }, now)
  return { past: past.length, coming: coming.length }
}

function lay(
  tx: Tx,
  { line: _, group, themeIds, ...values }: ListedEntry,
  timeZone: string,
  now: Temporal.Instant,
): Event {
  const event = createEvent(tx, { ...values, groupId: group.id, timeZone }, now)
  setThemes(tx, event.id, themeIds)
  return event
}
