// Six calendar programs that share no code with ours, each asked what it makes of a calendar: ical.js (Thunderbird) and
// node-ical from npm; python-icalendar, vobject, libical (Evolution) and KCalendarCore (KOrganizer) where Debian has them.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import nodeIcal, { type ParameterValue } from 'node-ical'
import { instantOf, parseCalendar } from './calendars.ts'
import { needs, runs } from './tools.ts'

/** What a program understood of an event. Moments in UTC, `2026-12-03T11:00:00Z`. */
export interface Read {
  uid: string
  start: string
  end: string
  summary: string
  description: string
  location: string
  attendees: string[]
  names: string[]
}

export function readWithIcalJs(content: string): Read[] {
  return parseCalendar(content).events.map(event => ({
    uid: event.uid,
    start: inSeconds(instantOf(event.startDate)),
    end: inSeconds(instantOf(event.endDate)),
    summary: event.summary ?? '',
    description: event.description ?? '',
    location: event.location ?? '',
    attendees: event.attendees.map(attendee => String(attendee.getFirstValue())),
    names: event.attendees.map(attendee => String(attendee.getParameter('cn'))),
  }))
}

export function readWithNodeIcal(content: string): Read[] {
  return Object.values(nodeIcal.sync.parseICS(content)).flatMap(part => {
    if (part?.type !== 'VEVENT') return []
    const attendees = [part.attendee ?? []].flat() as { val: string; params: { CN: string } }[]
    return {
      uid: part.uid,
      start: inSeconds(part.start.toISOString()),
      end: inSeconds(part.end?.toISOString() ?? ''),
      summary: plain(part.summary),
      description: plain(part.description),
      location: plain(part.location),
      attendees: attendees.map(({ val }) => val),
      names: attendees.map(({ params }) => params.CN),
    }
  })
}

const inSeconds = (moment: string) => moment.replace('.000Z', 'Z')
const plain = (value: ParameterValue = '') => (typeof value === 'string' ? value : value.val)

/**
 * What node-ical makes of a text: it puts back `\n` before `\\`, so an `n` after a backslash becomes a new line; and it
 * takes the quotes away from a line that stands between two of them.
 */
export const nodeIcalText = (text: string) => text.replaceAll(/\\[nN]/g, '\\\n').replace(/^"(.*)"$/, '$1')

/** What node-ical makes of a name: it cuts quoted parameters at a semicolon, and keeps the quote that it then lacks. */
export const nodeIcalName = (name: string) => (name.includes(';') ? `"${name.split(';')[0]}` : name)

export type Program = 'python3-icalendar' | 'python3-vobject' | 'libical' | 'KCalendarCore'

interface Tool {
  /** The command that reads texts from its input; nothing where it is not installed. */
  find: () => string[] | undefined
  packages: string
}

const HERE = resolve(import.meta.dirname, '../tools')
const SCRIPT = join(HERE, 'read_calendars.py')
const inPython = (library: string) => () => {
  const python = pythonWith(SCRIPT, library, '--there')
  return python === undefined ? undefined : [python, SCRIPT, library]
}

const TOOLS: Record<Program, Tool> = {
  'python3-icalendar': { find: inPython('icalendar'), packages: 'python3-icalendar' },
  'python3-vobject': { find: inPython('vobject'), packages: 'python3-vobject' },
  libical: { find: inPython('libical'), packages: 'python3-gi gir1.2-ical-3.0' },
  KCalendarCore: { find: compiled, packages: 'g++ pkg-config libkf5calendarcore-dev' },
}

/** The first `python3` of the path that can run this: a machine often has several, and Debian's libraries know one. */
export function pythonWith(...args: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map(folder => join(folder, 'python3')).find(python => existsSync(python) && runs(python, ...args))
}

/** Compiled once; a program made of another source has another name. */
function compiled(): string[] | undefined {
  const source = join(HERE, 'read_calendars.cpp')
  const flags = spawnSync('pkg-config', ['--cflags', '--libs', 'KF5CalendarCore', 'Qt5Core'], { encoding: 'utf8' })
  if (flags.status !== 0) return undefined
  const name = createHash('sha256').update(readFileSync(source)).update(flags.stdout).digest('hex').slice(0, 16)
  const folder = join(tmpdir(), 'aanschuiven-tools')
  const program = join(folder, `read_calendars-${name}`)
  if (existsSync(program)) return [program]
  mkdirSync(folder, { recursive: true })
  const fresh = `${program}.${process.pid}`
  const options = ['-std=c++17', '-fPIC', '-o', fresh, source, ...flags.stdout.trim().split(/\s+/)]
  const { error, status, stderr } = spawnSync('g++', options, { encoding: 'utf8' })
  if (error) return undefined
  if (status !== 0) throw new Error(`g++ ended with ${status}: ${stderr}`)
  renameSync(fresh, program)
  return [program]
}

/** A reader of many calendars at once; nothing, said aloud, where the program is not installed. */
export function readerOf(program: Program): ((contents: string[]) => Read[][]) | undefined {
  const { find, packages } = TOOLS[program]
  const [command, ...args] = find() ?? []
  if (!needs(program, command !== undefined, `apt-get install ${packages}`) || command === undefined) return undefined
  return contents => {
    // A zone of the machine that is none of ours: a floating time would show.
    const env = { ...process.env, TZ: 'America/New_York' }
    const { status, stdout, stderr } = spawnSync(command, args, {
      input: JSON.stringify(contents),
      encoding: 'utf8',
      env,
      maxBuffer: 64 * 1024 * 1024,
    })
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`)
    return JSON.parse(stdout) as Read[][]
  }
}
