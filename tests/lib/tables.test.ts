import { unzipSync, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { MOST_ROWS, readTable } from '#src/lib/tables.ts'
import { xlsxFile } from '../support/tables.ts'

const rows = [
  { line: 1, cells: ['Naam', 'E-mail'] },
  { line: 3, cells: ['Zoë; de Vries', 'zoe@example.org'] },
]
const semicolons = 'Naam;E-mail\r\n;\r\n"Zoë; de Vries"; zoe@example.org \r\n'

test('a CSV file is read in whatever way a program wrote it', async () => {
  expect(await readTable(Buffer.from(semicolons))).toEqual(rows)
  expect(await readTable(Buffer.from(`\uFEFF${semicolons}`))).toEqual(rows)
  expect(await readTable(Buffer.from(semicolons, 'latin1'))).toEqual(rows)
  expect(await readTable(Buffer.from(`\uFEFF${semicolons}`, 'utf16le'))).toEqual(rows)
  expect(await readTable(Buffer.from('Naam\tE-mail\n\t\nZoë; de Vries\tzoe@example.org\n'))).toEqual(rows)
  expect(await readTable(Buffer.from('Naam,E-mail\n,\nZoë; de Vries,zoe@example.org'))).toEqual(rows)
})

test('what is written as Excel is read as the same cells, also what looks like a formula', async () => {
  const table = [
    ['Naam', 'Uren'],
    ['=1+1', 12.5],
    ['Zoë', 0],
  ]
  const bytes = await xlsxFile({ name: 'Bereik: 2027/[1]', rows: table })
  expect(await readTable(bytes)).toEqual(table.map((cells, index) => ({ line: index + 1, cells: cells.map(String) })))
})

test('what is no table, or a table without an end, is refused', async () => {
  expect(await readTable(Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 9]))).toBe('unreadable')
  expect(await readTable(Buffer.from([1, 0, 2, 0]))).toBe('unreadable')
  expect(await readTable(Buffer.from('a\n'.repeat(MOST_ROWS + 1)))).toBe('too_many_rows')
  expect(await readTable(Buffer.alloc(0))).toEqual([])
})

test('a file of empty lines only, as some programs leave below a table, costs no time', async () => {
  const begun = performance.now()
  expect(await readTable(Buffer.from(`Naam;Mail\nZoë;\n${';;\r\n'.repeat(1_200_000)}`))).toHaveLength(2)
  expect(await readTable(Buffer.from(`${'\n'.repeat(5_000_000)}Naam`))).toBe('too_many_rows')
  expect(performance.now() - begun).toBeLessThan(1500)
})

test('a file that is made to fill the memory is refused before it does, also when it says that it is small', async () => {
  const files = unzipSync(await xlsxFile({ name: 'x', rows: [['x']] }))
  const row = `<row r="1"><c r="A1" t="inlineStr"><is><t>${'a'.repeat(1000)}</t></is></c></row>`
  const sheet = Buffer.from(`<worksheet><sheetData>${row.repeat(60_000)}</sheetData></worksheet>`)
  const bomb = Buffer.from(zipSync({ ...files, 'xl/worksheets/sheet1.xml': sheet }, { level: 9 }))
  expect(bomb.length).toBeLessThan(1_000_000)
  expect(await readTable(bomb)).toBe('unreadable')
  // The size that the directory tells of every entry: a lie.
  for (let at = bomb.indexOf('PK\u0001\u0002'); at >= 0; at = bomb.indexOf('PK\u0001\u0002', at + 4))
    bomb.writeUInt32LE(100, at + 24)
  expect(await readTable(bomb)).toBe('unreadable')
})

test.each(['XFD1048576', 'H1048576', 'XFD100000', '&#88;FD1048576'])(
  'a word in a far corner (%s) fills no memory',
  async at => {
    const files = unzipSync(await xlsxFile({ name: 'x', rows: [['x']] }))
    const cell = `<row><c r="${at}" t="inlineStr"><is><t>x</t></is></c></row>`
    const sheet = Buffer.from(`<worksheet><sheetData>${cell}</sheetData></worksheet>`)
    const far = Buffer.from(zipSync({ ...files, 'xl/worksheets/sheet1.xml': sheet }))
    expect(await readTable(far)).toBe('unreadable')
  },
)

test('a broken archive is refused, wherever it is cut or bent', async () => {
  const whole = await xlsxFile({ name: 'x', rows: [['Naam'], ['Zoë']] })
  for (let at = 4; at < whole.length; at += 97) {
    expect(await readTable(whole.subarray(0, at))).toBe('unreadable')
    const bent = Buffer.from(whole)
    bent[at] = (bent[at] ?? 0) ^ 0xff
    const read = await readTable(bent)
    expect(typeof read === 'string' || read.length <= 2).toBe(true)
  }
})
