// Tables for spreadsheets (RFC 4180). Semicolons and a byte order mark, because Dutch Excel opens that with a double click,
// accents and all; LibreOffice and Numbers read it as well.
import { partsOf } from './parts.ts'

/** One file, in parts: rows are asked for when theirs is. Cells that a spreadsheet would calculate are made text. */
export function* csv(rows: Iterable<(string | number)[]>): Generator<string> {
  let mark = '\uFEFF'
  for (const part of partsOf(rows)) {
    yield mark + part.map(row => `${row.map(cell).join(';')}\r\n`).join('')
    mark = ''
  }
}

/** What starts like a formula could run in the reader's name; an apostrophe in front makes it text (OWASP, CSV injection). */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const isFormula = /^\s*[=+\-@＝＋－＠]|^[\t\r]/.test(value)
  const text = `${isFormula ? "'" : ''}${value.replaceAll(/\r\n?/g, '\n')}`
  return /[";\n\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
