import { describe, expect, test } from 'vitest'
import { csv } from '#src/lib/csv.ts'

const whole = (rows: (string | number)[][]) => [...csv(rows)].join('')

describe('a table for a spreadsheet', () => {
  test('opens in Dutch Excel: a byte order mark, semicolons, CRLF', () => {
    expect(
      whole([
        ['Naam', 'Aantal'],
        ['Zoë', 3],
      ]),
    ).toBe('\uFEFFNaam;Aantal\r\nZoë;3\r\n')
  })

  test('has one mark at its start, however long it is', () => {
    const rows = Array.from({ length: 250 }, (_, line) => [line])
    expect(whole(rows)).toBe(`\uFEFF${rows.map(([line]) => `${line}\r\n`).join('')}`)
  })

  test.each([
    ['=1+1', "'=1+1"],
    ['+31612345678', "'+31612345678"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t=1"'],
    ['\r=1', '"\'\n=1"'],
    [' =1', "' =1"],
    ['＝1', "'＝1"],
    ['=HYPERLINK("http://x";"klik")', '"\'=HYPERLINK(""http://x"";""klik"")"'],
  ])('%j stays text', (value, cell) => {
    expect(whole([[value]])).toBe(`\uFEFF${cell}\r\n`)
  })

  test.each([
    ['a;b', '"a;b"'],
    ['zegt "ja"', '"zegt ""ja"""'],
    ['regel\nregel', '"regel\nregel"'],
    ["d'Hondt", "d'Hondt"],
    ['a-b', 'a-b'],
    ['', ''],
  ])('%j stays one cell', (value, cell) => {
    expect(whole([[value]])).toBe(`\uFEFF${cell}\r\n`)
  })

  test('a number is a number, also below zero', () => {
    expect(whole([[-2]])).toBe('\uFEFF-2\r\n')
  })
})
