// Which column of somebody's table means what: by its heading, in Dutch or English, wherever the headings stand.
import type { TableRow } from '#src/lib/tables.ts'
import { fold } from '#src/lib/text.ts'

/** For each field the headings that name it, folded (`e mail`). */
export type Headings<Field extends string> = Record<Field, readonly string[]>

/** What a table says, by field: the rows under its headings, each with its line in the file. */
export interface Recognised<Field extends string> {
  fields: Field[]
  rows: { line: number; cells: Partial<Record<Field, string>> }[]
  /** Headings that mean nothing to us; what stands under them is left out. */
  unknown: string[]
}

/** Headings stand within so many rows of the top: above them programs put a title and a summary. */
const ROWS_TO_LOOK = 40

/**
 * The first row that names every field of `needed` holds the headings; the rest of the table is read by it, up to a row of
 * other headings (`until`). Nothing if no row does.
 */
export function recognise<Field extends string>(
  table: TableRow[],
  headings: Headings<Field>,
  needed: readonly Field[],
  until: (cells: string[]) => boolean = () => false,
): Recognised<Field> | undefined {
  const at = table.slice(0, ROWS_TO_LOOK).findIndex(({ cells }) => {
    const columns = columnsOf(cells, headings)
    return needed.every(field => columns.has(field))
  })
  const head = table[at]
  if (!head) return undefined
  const columns = columnsOf(head.cells, headings)
  const rest = table.slice(at + 1)
  const end = rest.findIndex(({ cells }) => until(cells))
  return {
    fields: [...columns.keys()],
    rows: rest.slice(0, end < 0 ? undefined : end).map(({ line, cells }) => ({ line, cells: byField(cells, columns) })),
    unknown: head.cells.filter((heading, index) => heading && ![...columns.values()].includes(index)),
  }
}

/** The first column that bears a heading of each field. */
function columnsOf<Field extends string>(cells: string[], headings: Headings<Field>): Map<Field, number> {
  const folded = cells.map(fold)
  const found = (Object.entries(headings) as [Field, readonly string[]][]).map(([field, names]): [Field, number] => [
    field,
    folded.findIndex(heading => names.includes(heading)),
  ])
  return new Map(found.filter(([, index]) => index >= 0))
}

function byField<Field extends string>(cells: string[], columns: Map<Field, number>): Partial<Record<Field, string>> {
  const entries = [...columns].map(([field, index]) => [field, cells[index] ?? ''])
  return Object.fromEntries(entries) as Partial<Record<Field, string>>
}

/** `Ja`, `x`, `1`, `aanwezig`: a yes in a list that people kept. */
export function isYes(text: string): boolean {
  return (
    ['ja', 'j', 'yes', 'y', 'x', '1', 'true', 'waar', 'aanwezig', 'present', 'was er', 'geweest'].includes(
      fold(text),
    ) || text === '✓'
  )
}
