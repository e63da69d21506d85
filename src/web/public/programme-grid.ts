// A programme as a table: its rows are times, its columns the rooms between which people go. What everybody is at stands across,
// and so does what goes on in more rooms than fit beside each other.
import type { Event, Session } from '#src/domain/events.ts'
import { localEndOf } from '#src/domain/session-times.ts'

export interface GridRow<Part extends Session = Session> {
  localStart: string
  /** Until when all of it lasts; empty if one part lasts longer than another, and each says so itself. */
  localEnd: string
  round: number | null
  /** One for each room, or one across. */
  cells: Part[][]
  /** The first of its day, in a programme of more days than one. */
  isNewDay: boolean
}

export interface Grid<Part extends Session = Session> {
  /** Empty where everybody is in one room at any time, or there are too many. '' is a part of no room. */
  rooms: string[]
  rows: GridRow<Part>[]
}

const MOST_ROOMS = 5

/** Rooms stand in the order in which they come up. */
export function gridOf<Part extends Session>(parts: Part[], event: Pick<Event, 'timeZone'>): Grid<Part> {
  const slots = [...Map.groupBy(parts, ({ localStart }) => localStart).values()]
  const all = [...new Set(slots.filter(slot => slot.length > 1).flatMap(slot => slot.map(({ room }) => room)))]
  const rooms = all.length > 1 && all.length <= MOST_ROOMS ? all : []
  const days = new Set(parts.map(dayOf))
  return {
    rooms,
    rows: slots.map((slot, index): GridRow<Part> => {
      const [first] = slot as [Part, ...Part[]]
      const ends = new Set(slot.map(part => localEndOf(part, event)))
      const before = slots[index - 1]?.[0]
      return {
        localStart: first.localStart,
        localEnd: ends.size === 1 ? localEndOf(first, event) : '',
        round: first.round,
        cells: slot.length > 1 && rooms.length ? rooms.map(room => slot.filter(part => part.room === room)) : [slot],
        isNewDay: days.size > 1 && (!before || dayOf(before) !== dayOf(first)),
      }
    }),
  }
}

const dayOf = ({ localStart }: Pick<Session, 'localStart'>) => localStart.slice(0, 10)

/** How it is set on paper, so that it stays on one sheet: the more there is to read, the smaller. */
export type Fit = 'roomy' | 'usual' | 'tight' | 'tightest'

/** The lines that each size of letter leaves on a sheet, and how many letters stand on a line across it. */
const SHEETS: [Fit, lines: number, letters: number][] = [
  ['roomy', 44, 92],
  ['usual', 57, 112],
  ['tight', 74, 138],
]

export function fitOf({ rooms, rows }: Grid, event: Pick<Event, 'title'>): Fit {
  const found = SHEETS.find(
    ([, lines, letters]) => linesOf(rooms.length, rows, letters) + event.title.length / 40 <= lines,
  )
  return found?.[0] ?? 'tightest'
}

function linesOf(rooms: number, rows: GridRow[], letters: number): number {
  const tallest = (parts: Session[], width: number) => Math.max(1, ...parts.map(part => linesIn(part, width)))
  return rows.reduce((sum, { cells }) => {
    const lines = cells.length > 1 ? tallest(cells.flat(), letters / rooms) : acrossIn(cells[0] ?? [], letters)
    return sum + lines + 0.8
  }, 3)
}

/** What stands across is set beside each other, a few at a time. */
function acrossIn(parts: Session[], letters: number): number {
  const beside = Math.min(BESIDE, parts.length)
  const lines = parts.map(part => linesIn(part, letters / beside))
  const tops = lines.filter((_, index) => index % beside === 0)
  return tops.reduce((sum, _, row) => sum + Math.max(...lines.slice(row * beside, (row + 1) * beside)), 0)
}

const BESIDE = 3

/** A title, who speaks, by which group and how many places are left. */
function linesIn({ title, speakers, group, room, kind }: Session, width: number): number {
  const lines = (text: string) => Math.ceil((text.length * 1.15) / width)
  return (
    lines(title) +
    lines(speakers.join(', ')) +
    lines([group?.name, room].filter(Boolean).join(' · ')) +
    Number(kind === 'workshop')
  )
}
