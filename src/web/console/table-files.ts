// A spreadsheet on its way in: chosen as a file, shown with what is wrong in it, and sent once more to be entered. Between the two
// its rows travel with the form, so that nothing of it is kept that nobody entered.
import type { FastifyRequest } from 'fastify'
import { MOST_ROWS, readTable, type TableProblem, type TableRow } from '#src/lib/tables.ts'
import { readUpload } from '../plugins/uploads.ts'

/** The second POST carries the rows of a whole file. */
export const WITH_ROWS = { bodyLimit: 4 * 1024 * 1024 }
export const MOST_TEXT = 3_500_000

export type FileProblem = TableProblem | 'no_file' | 'too_large' | 'no_heading'

/** The table of the file that was sent, with the fields beside it; or why there is none. */
export async function uploadedTable(
  request: FastifyRequest,
): Promise<{ table: TableRow[]; fields: Record<string, string> } | FileProblem> {
  const { file, isTooLarge, fields } = await readUpload(request)
  if (isTooLarge) return 'too_large'
  if (!file) return 'no_file'
  const table = await readTable(file.bytes)
  return typeof table === 'string' ? table : { table, fields }
}

/** The rows as one field of a form, with their lines in the file. */
export function packRows(table: TableRow[]): string {
  return JSON.stringify(table.map(({ line, cells }) => [line, ...cells]))
}

/** The rows of such a field; nothing if it is none. */
export function unpackRows(text: string): TableRow[] | undefined {
  let rows: unknown
  try {
    rows = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(rows) || rows.length > MOST_ROWS) return undefined
  return rows.every(isRow) ? rows.map(([line, ...cells]) => ({ line, cells })) : undefined
}

function isRow(row: unknown): row is [number, ...string[]] {
  if (!Array.isArray(row)) return false
  const [line, ...cells] = row
  return Number.isSafeInteger(line) && cells.every(cell => typeof cell === 'string')
}
