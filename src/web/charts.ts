// Numbers as shapes, drawn on the server: where lines and bars go in a box of 100 by 100, which the stylesheet gives its size
// and colours. What a chart says stands in words and in a table beside it (partials/chart), so it hides nothing.

/** A chart with all that its partial says in words. */
export interface Chart {
  /** What it shows, as the title of its table; `summary` is what can be read off it, in a sentence. */
  title: string
  summary: string
  /** What stands under its left and right end, and beside its top. */
  from: string
  until: string
  top: string
  /** Headings of the table's two columns, and its rows. */
  columns: [string, string]
  rows: [string, string][]
  /** A path that is filled, and one that is drawn; empty for bars. */
  area: string
  line: string
  bars: Bar[]
  /** How high a number stands that the others are held against, such as the places there are. */
  limit: number | undefined
}

export interface Bar {
  x: number
  y: number
  width: number
  height: number
}

const SIZE = 100
/** Between two bars, as a part of the room that each has. */
const GAP = 0.2

const round = (value: number) => Math.round(value * 100) / 100

/** The top of a scale: 1, 2 or 5 and noughts, and never under what it has to hold. */
export function topOf(most: number): number {
  if (most <= 5) return 5
  const step = 10 ** Math.floor(Math.log10(most))
  return [1, 2, 5, 10].map(times => times * step).find(top => top >= most) ?? most
}

/** A number that grows by steps: it stays until the next one, and the last one until the end. */
export function stepsOf(values: number[], top: number): Pick<Chart, 'area' | 'line'> {
  if (!values.length) return { area: '', line: '' }
  const width = SIZE / values.length
  const steps = values.map((value, index) => `V${heightOf(value, top)}H${round((index + 1) * width)}`).join('')
  return { line: `M0 ${heightOf(values[0] ?? 0, top)}${steps}`, area: `M0 ${SIZE}${steps}V${SIZE}Z` }
}

/** Bars that stand side by side, the first on the left. */
function barsOf(values: number[], top: number): Bar[] {
  const room = SIZE / values.length
  return values.map((value, index) => {
    const y = heightOf(value, top)
    return { x: round(index * room + (room * GAP) / 2), y, width: round(room * (1 - GAP)), height: round(SIZE - y) }
  })
}

/** How far from the top something stands. */
export function heightOf(value: number, top: number): number {
  return round(SIZE - (SIZE * Math.min(value, top)) / top)
}

/** How many, and how many of those. */
export interface Pair {
  label: string
  whole: number
  part: number
}

/** Pairs side by side, such as the months of a year: each a hollow bar with a full one in it. */
export interface Columns {
  title: string
  /** What can be read off it, in a sentence or two. */
  summary: string
  top: string
  columns: { label: string; whole: Bar; part: Bar }[]
}

export function columnsOf(pairs: Pair[], format: Format): Pick<Columns, 'top' | 'columns'> {
  const top = topOf(Math.max(...pairs.map(({ whole }) => whole), 0))
  const [wholes, parts] = [
    barsOf(
      pairs.map(({ whole }) => whole),
      top,
    ),
    barsOf(
      pairs.map(({ part }) => part),
      top,
    ),
  ]
  const columns = pairs.flatMap(({ label }, index) => {
    const [whole, part] = [wholes[index], parts[index]]
    return whole && part ? [{ label, whole, part: { ...part, ...within(part) } }] : []
  })
  return { top: format(top), columns }
}

/** The full bar stands free of the edge of the hollow one, so that the two are told apart without their colours. */
function within({ x, width }: Bar) {
  const edge = width * 0.2
  return { x: round(x + edge), width: round(width - 2 * edge) }
}

/** Pairs under each other, with their numbers; the longest bar is as wide as there is room. */
export interface Ranking {
  rows: { label: string; whole: string; part: string; wholeWidth: number; partWidth: number }[]
}

type Format = (value: number) => string

export function rankingOf(pairs: Pair[], format: Format): Ranking {
  const most = Math.max(...pairs.map(({ whole }) => whole), 1)
  const widthOf = (value: number) => round((SIZE * value) / most)
  const rows = pairs.map(({ label, whole, part }) => ({
    ...{ label, whole: format(whole), part: format(part) },
    ...{ wholeWidth: widthOf(whole), partWidth: widthOf(part) },
  }))
  return { rows }
}
