// The report of participants that an online room gives afterwards: Teams, Zoom and BigBlueButton, by their published columns. Who
// was there is matched to the event's list by address, then by name; what a person cannot be sure of is left to one.
import { and, eq, isNull } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { people, registrations } from '#db/schema.ts'
import type { TableRow } from '#src/lib/tables.ts'
import { cleanLine, fold, nameKey, normaliseEmail } from '#src/lib/text.ts'
import { markAttended } from './check-ins.ts'
import { type Headings, recognise } from './columns.ts'
import type { Event } from './events.ts'
import { getRegistration, type Registration, update } from './registrations.ts'

export const REPORTS = ['teams', 'zoom', 'bigbluebutton'] as const
export type ReportKind = (typeof REPORTS)[number]

/** One participant: everybody once, with the minutes of all their visits together. */
export interface Participant {
  name: string
  email: string
  minutes: number
}

export interface Report {
  kind: ReportKind
  participants: Participant[]
}

type Field = 'name' | 'email' | 'duration'

/** What each room calls its columns, and by which of them it is known. Teams translates them; the others do not. */
const LAYOUTS: Record<ReportKind, { headings: Headings<Field>; mark: RegExp }> = {
  teams: {
    headings: {
      name: ['name', 'naam', 'full name', 'volledige naam'],
      email: ['email', 'e mail', 'e mailadres'],
      duration: [
        'in meeting duration',
        'duration',
        'duur',
        'duur in vergadering',
        'duur van vergadering',
        'vergaderduur',
      ],
    },
    mark: /participant id|deelnemer id|in meeting duration|first join|eerste deelname/,
  },
  zoom: {
    headings: {
      name: ['name original name', 'naam oorspronkelijke naam', 'name'],
      email: ['user email', 'email', 'e mail van gebruiker'],
      duration: ['duration minutes', 'total duration minutes', 'duur minuten', 'totale duur minuten'],
    },
    mark: /original name|duration minutes|duur minuten/,
  },
  bigbluebutton: {
    headings: { name: ['name', 'naam'], email: ['email', 'e mail'], duration: ['duration', 'duur'] },
    mark: /activity score|talk time|webcam time|activiteitsscore|spreektijd/,
  },
}

/** Below the participants Teams lists every visit once more, and Zoom nothing: a numbered title or other headings end the list. */
const isNextPart = (cells: string[]) => /^\d+\. \p{L}/u.test(cells[0] ?? '')

/** Reads a report of one of the three rooms. Nothing if the table is none of them. */
export function readReport(table: TableRow[]): Report | undefined {
  for (const kind of REPORTS) {
    const { headings, mark } = LAYOUTS[kind]
    const isMarked = table.slice(0, 40).some(({ cells }) => mark.test(cells.map(fold).join(' | ')))
    const found = isMarked && recognise(table, headings, ['name', 'duration'], isNextPart)
    if (found) return { kind, participants: together(found.rows.flatMap(({ cells }) => participantOf(cells) ?? [])) }
  }
}

function participantOf(cells: Partial<Record<Field, string>>): Participant | undefined {
  // Zoom writes what somebody is called now, and in brackets what they were called at first.
  const name = cleanLine(cells.name ?? '').replace(/\s*\([^()]*\)$/, '')
  const minutes = minutesOf(cells.duration ?? '')
  return name && minutes !== undefined ? { name, email: normaliseEmail(cells.email ?? ''), minutes } : undefined
}

/** Of no room's report; a pattern takes its time with what is much longer. */
const LONGEST_TIME = 60

/** `1h 2m 3s`, `1 u 2 min 3 sec`, `01:02:03`, or plain minutes; rounded to whole ones, with one for a short look. */
export function minutesOf(text: string): number | undefined {
  if (text.length > LONGEST_TIME) return undefined
  const clock = /^(\d{1,3}):(\d{2}):(\d{2})$/.exec(text.trim())
  const words = /^(?:(\d+)\s*(?:h|hr|u|uur)\w*)?\s*(?:(\d+)\s*m\w*)?\s*(?:(\d+)\s*s\w*)?$/i.exec(text.trim())
  const [, hours, minutes, seconds] = clock ?? words ?? []
  if (hours ?? minutes ?? seconds)
    return atLeastOne(Number(hours ?? 0) * 60 + Number(minutes ?? 0) + Number(seconds ?? 0) / 60)
  return /^\d+([.,]\d+)?$/.test(text.trim()) ? atLeastOne(Number(text.trim().replace(',', '.'))) : undefined
}

const atLeastOne = (minutes: number) => Math.max(1, Math.round(minutes))

/** Whoever left and came back stands there twice. */
function together(list: Participant[]): Participant[] {
  const groups = Map.groupBy(list, ({ email, name }) => email || fold(name))
  return [...groups.values()].flatMap(([first, ...again]) =>
    first ? [{ ...first, minutes: again.reduce((sum, { minutes }) => sum + minutes, first.minutes) }] : [],
  )
}

/** Somebody on the event's list, for who chooses by hand. */
export interface OnList {
  id: number
  name: string
  email: string | null
}

export interface Matching {
  sure: { participant: Participant; expected: OnList; by: 'address' | 'name' }[]
  /** In the room, but not to be found on the list, or more than one there is called so. */
  unsure: Participant[]
  /** On the list, and not in the room. */
  missing: OnList[]
}

/** Whose visits these were. Nobody is matched twice: one participant to one registration. */
export function matchReport(db: Db, event: Event, participants: Participant[]): Matching {
  const list = listConfirmed(db, event)
  const taken = new Set<number>()
  const byAddress = Map.groupBy(list, ({ email }) => email)
  const byName = Map.groupBy(list, ({ name }) => nameKey(name))
  const onlyOne = (found: OnList[] = []) => {
    const free = found.filter(({ id }) => !taken.has(id))
    return free.length === 1 ? free[0] : undefined
  }
  const matching: Matching = { sure: [], unsure: [], missing: [] }
  const take = (by: 'address' | 'name', participant: Participant, expected: OnList | undefined) => {
    if (expected) taken.add(expected.id)
    if (expected) matching.sure.push({ participant, expected, by })
    return !expected
  }
  const left = participants.filter(one =>
    take('address', one, one.email ? onlyOne(byAddress.get(one.email)) : undefined),
  )
  matching.unsure = left.filter(one => take('name', one, onlyOne(byName.get(nameKey(one.name)))))
  matching.missing = list.filter(({ id }) => !taken.has(id))
  return matching
}

function listConfirmed(db: Db, event: Event): OnList[] {
  return db
    .select({ id: registrations.id, name: registrations.name, email: people.email })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(
      and(
        eq(registrations.eventId, event.id),
        eq(registrations.status, 'confirmed'),
        isNull(registrations.mergedIntoId),
      ),
    )
    .all()
}

/** Somebody was there, so long. */
export interface Visit {
  registrationId: number
  minutes: number
}

/**
 * Writes down who was there and how long; the same report read again changes nothing. Who does not stand on this event's list
 * with a place is passed over. Returns how many were there.
 */
export function recordVisits(
  tx: Tx,
  event: Event,
  visits: Visit[],
  organiserId: number,
  now: Temporal.Instant,
): number {
  let count = 0
  for (const { registrationId, minutes } of visits) {
    const registration: Registration = getRegistration(tx, registrationId)
    if (registration.eventId !== event.id || registration.status !== 'confirmed') continue
    if (!registration.attendedAt) markAttended(tx, registration, { source: 'report', organiserId }, now)
    update(tx, registration, { attendedMinutes: minutes })
    count++
  }
  return count
}
