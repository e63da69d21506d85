// Files for a spreadsheet on their way out: what stands in an Excel file, and that neither kind holds the event loop.
import { crc32 } from 'node:zlib'
import { unzipSync } from 'fflate'
import { readSheet } from 'read-excel-file/node'
import { describe, expect, test } from 'vitest'
import { csv } from '#src/lib/csv.ts'
import { inTurns, ROWS } from '#src/lib/parts.ts'
import { type Row, xlsx } from '#src/lib/xlsx.ts'
import { xlsxFile } from '../support/tables.ts'

const SHEET = 'xl/worksheets/sheet1.xml'

describe('an Excel file', () => {
  test('has its sheets by name, the first row of each in bold and in sight', async () => {
    const rows = [['Naam'], ['Zoë']]
    const bytes = await xlsxFile({ name: 'Bereik: 2027/[1] "A" & B', rows }, { name: 'x'.repeat(40), rows: [['Leeg']] })
    expect(await readSheet(bytes, 'Bereik  2027  1  "A" & B')).toEqual(rows)
    expect(await readSheet(bytes, 'x'.repeat(31))).toEqual([['Leeg']])
    const sheet = Buffer.from(unzipSync(bytes)[SHEET] ?? []).toString()
    expect(sheet).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>')
    expect(sheet.match(/<c r="\w+" s="1"/g)).toEqual(['<c r="A1" s="1"'])
  })

  test('keeps numbers as numbers and text as text, with every mark that can be said', async () => {
    const marks = ['=1+1', '-2', ' <b a="&amp;">\u00e9\ud83d\ude00\n]]> ', '\u202eom', '12', '']
    const bytes = await xlsxFile({ name: 'x', rows: [['Kop'], [...marks, 12.5, -2, 0]] })
    const [, row] = await readSheet(bytes, { trim: false })
    expect(row).toEqual([...marks.slice(0, -1), null, 12.5, -2, 0])
    // Without it Excel leaves out the spaces around.
    expect(Buffer.from(unzipSync(bytes)[SHEET] ?? []).toString()).toContain('<t xml:space="preserve"> &lt;b a=&quot;')
  })

  test('leaves out what would keep it from opening', async () => {
    const bytes = await xlsxFile({ name: 'x', rows: [['a\u0000\u0008b\u007f\ufffe\ud800c']] })
    expect(await readSheet(bytes)).toEqual([['ab\ufffdc']])
  })

  test('goes on after column Z', async () => {
    const row = Array.from({ length: 704 }, (_, index) => index)
    expect(await readSheet(await xlsxFile({ name: 'x', rows: [row] }))).toEqual([row])
    const sheet = Buffer.from(unzipSync(await xlsxFile({ name: 'x', rows: [row] }))[SHEET] ?? [])
    for (const [at, value] of [
      ['Z1', 25],
      ['AA1', 26],
      ['ZZ1', 701],
      ['AAA1', 702],
    ]) {
      expect(sheet.toString()).toContain(`<c r="${at}" s="1"><v>${value}</v>`)
    }
  })

  test('is an archive whose directory, entries and sums agree', async () => {
    const bytes = await xlsxFile({ name: 'x', rows: [['é'.repeat(50_000)]] })
    const contents = Object.values(unzipSync(bytes))
    expect(contents).toHaveLength(6)
    let at = 0
    for (const content of contents) {
      at = bytes.indexOf('PK\u0001\u0002', at + 1)
      const begin = bytes.readUInt32LE(at + 42)
      const packed = bytes.readUInt32LE(at + 20)
      const behind = begin + 30 + bytes.readUInt16LE(begin + 26) + packed
      expect(bytes.subarray(begin, begin + 4).toString('latin1')).toBe('PK\u0003\u0004')
      const sums = [crc32(content), packed, content.length]
      expect([16, 20, 24].map(offset => bytes.readUInt32LE(at + offset))).toEqual(sums)
      expect([4, 8, 12].map(offset => bytes.readUInt32LE(behind + offset))).toEqual(sums)
    }
  })
})

describe('three thousand rows', () => {
  /** Rows that note in which turn of the event loop they are asked for. */
  function countedRows() {
    const asked: number[] = []
    let turn = 0
    const next = () => {
      turn++
      timer = setImmediate(next)
    }
    let timer = setImmediate(next)
    function* rows(): Generator<Row> {
      for (let line = 0; line < 3000; line++) {
        asked[turn] = (asked[turn] ?? 0) + 1
        yield [`Gast ${line}`, line]
      }
    }
    return { asked, rows: rows(), stop: () => clearImmediate(timer) }
  }

  test.each([
    ['CSV', (rows: Iterable<Row>) => inTurns(csv(rows))],
    ['Excel', (rows: Iterable<Row>) => xlsx([{ name: 'x', rows }])],
  ])('as %s are asked for a hundred in a turn of the event loop, and never more', async (_, write) => {
    const { asked, rows, stop } = countedRows()
    const parts = await Array.fromAsync<string | Buffer>(write(rows))
    stop()
    expect(parts.length).toBeGreaterThan(1)
    expect(asked.filter(Boolean)).toEqual(Array.from({ length: 3000 / ROWS }, () => ROWS))
  })
})
