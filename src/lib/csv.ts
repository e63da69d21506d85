// Tables for spreadsheets (RFC 4180). Semicolons and a byte order mark, because Dutch Excel opens that with a double click,
// accents and all; LibreOffice and Numbers read it as well.

/** One file. Cells that a spreadsheet would calculate are made text. */
export function csv(rows: (string | number)[][]): string {
  return `\uFEFF${rows.map(row => `${row.map(cell).join(';')}\r\n`).join('')}`
}

/** What starts like a formula could run in the reader's name; an apostrophe in front makes it text (OWASP, CSV injection). */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const isFormula = /^\s*[=+\-@＝＋－＠]|^[\t\r]/.test(value)
  const text = `${isFormula ? "'" : ''}${value.replaceAll(/\r\n?/g, '\n')}`
  return /[";\n\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
