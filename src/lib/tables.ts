// Tables that come in as a file: CSV in whatever way a program wrote it, and Excel. Only text in cells comes out; what it means
// is for who reads it. The readers are loaded when first needed, which takes 20 ms from a start.

/** Rows of trimmed cells, the empty rows left out; `line` is where a row stands in the file, from 1. */
export interface TableRow {
  line: number
  cells: string[]
}

export type TableProblem = 'unreadable' | 'too_many_rows'

/** More than a network has people; a file is read whole. */
export const MOST_ROWS = 5000
/** With the empty ones between them; each costs the reader as much as a full one. */
const MOST_LINES = 50_000

/**
 * Reads CSV (comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252, with or without byte order mark) or the first sheet of
 * an .xlsx. By its bytes, not by its name. A date cell becomes `2026-12-03` or `2026-12-03T12:00`.
 */
export async function readTable(bytes: Buffer): Promise<TableRow[] | TableProblem> {
  try {
    const rows = isZip(bytes) ? await readXlsx(bytes) : await readCsv(withoutEmptyEnd(textOf(bytes)))
    if (rows === undefined) return 'too_many_rows'
    const kept = rows
      .map((cells, index) => ({ line: index + 1, cells: cells.map(cell => cell.trim()) }))
      .filter(({ cells }) => cells.some(Boolean))
    return kept.length > MOST_ROWS ? 'too_many_rows' : kept
  } catch {
    return 'unreadable'
  }
}

const isZip = (bytes: Buffer) => bytes.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004', 'latin1'))

/** A sheet of five thousand rows is a few megabytes; what unpacks to more is made to fill the memory. */
const MOST_UNPACKED = 40 * 1024 * 1024

async function readXlsx(bytes: Buffer): Promise<string[][]> {
  const { readSheet } = await import('read-excel-file/node')
  const { repacked } = await import('./zip.ts')
  const rows = await readSheet(repacked(bytes, MOST_UNPACKED, refuseVast))
  return rows.map(row => row.map(textOfCell))
}

/** The reader makes every cell up to the last one that is filled: a word in the last corner of a sheet is 17 thousand million. */
const MOST_CELLS = 2_000_000

function refuseVast(content: Buffer): void {
  // Whatever it is called: a workbook may keep its sheets anywhere. In a chart the letter means another thing.
  if (!content.includes('sheetData')) return
  let [rows, columns] = [1, 1]
  for (const [, at = ''] of content.toString('latin1').matchAll(/\sr\s*=\s*["']([^"'<]{0,20})/g)) {
    const [, letters = '', digits = ''] = /^([A-Z]{0,3})(\d{0,7})$/i.exec(at) ?? []
    if (!letters && !digits && at) throw new Error('a cell that is nowhere')
    const column = [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)
    rows = Math.max(rows, Number(digits))
    columns = Math.max(columns, column)
  }
  if (rows * columns > MOST_CELLS) throw new Error('a sheet without an end')
}

function textOfCell(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (!(cell instanceof Date)) return String(cell)
  const text = cell.toISOString()
  return text.slice(11, 16) === '00:00' ? text.slice(0, 10) : text.slice(0, 16)
}

/** What the marks at the start say; without one UTF-8 if it is that, and otherwise what Windows wrote. */
function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** Spreadsheets write down a million empty rows when somebody once set the colour of one. */
function withoutEmptyEnd(text: string): string {
  let end = text.length
  while (end > 0 && EMPTY.has(text[end - 1] ?? '')) end--
  return text.slice(0, end)
}

const EMPTY = new Set([' ', '\t', '\r', '\n', ';', ','])

/** Nothing if there are too many lines to read them all. */
async function readCsv(text: string): Promise<string[][] | undefined> {
  if (text.includes('\u0000')) throw new Error('not a text')
  if (hasMoreLines(text, MOST_LINES)) return undefined
  const options = {
    delimiter: delimiterOf(text),
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: 100_000,
  }
  const { parse } = await import('csv-parse/sync')
  return parse(text, options)
}

function hasMoreLines(text: string, most: number): boolean {
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0 && lines <= most; at = text.indexOf('\n', at + 1)) lines++
  return lines > most
}

/** The one that the first line with any of them has most of; a tab rather than what people write in a sentence. */
function delimiterOf(text: string): string {
  const first = /^.*[\t;,].*$/m.exec(text)?.[0] ?? ''
  const count = (delimiter: string) => first.split(delimiter).length
  return ['\t', ';', ','].sort((a, b) => count(b) - count(a))[0] ?? ','
}
