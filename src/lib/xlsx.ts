// Tables as an Excel file (ECMA-376, SpreadsheetML), sent off row after row: the first row in bold and always in sight. Text
// stands in cells of text, so that nothing in it is ever calculated. Reading one is done in `tables`.
import { packed } from './packing.ts'
import { inTurns, partsOf } from './parts.ts'

export type Row = (string | number)[]

export interface Sheet {
  name: string
  /** Asked for a part at a time, each in its own turn of the event loop. */
  rows: Iterable<Row>
}

export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** One file with these sheets; of a row no more is kept than until it has been sent. */
export function xlsx(sheets: Sheet[]): AsyncGenerator<Buffer> {
  const numbered = sheets.map((sheet, index) => ({ ...sheet, number: index + 1 }))
  const about = [
    ['[Content_Types].xml', contentTypes(numbered)],
    ['_rels/.rels', relationships([['rId1', 'officeDocument', 'xl/workbook.xml']])],
    ['xl/workbook.xml', workbook(numbered)],
    ['xl/_rels/workbook.xml.rels', relationships([...numbered.map(linkOf), ['styles', 'styles', 'styles.xml']])],
    ['xl/styles.xml', STYLES],
  ] as const
  return packed([
    ...about.map(([name, content]) => ({ name, content: [HEAD + content] })),
    ...numbered.map(({ number, rows }) => ({ name: pathOf(number), content: inTurns(sheetOf(rows, number === 1)) })),
  ])
}

type Numbered = { name: string; number: number }

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const KIND = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

const pathOf = (number: number) => `xl/worksheets/sheet${number}.xml`
const linkOf = ({ number }: Numbered) => [`rId${number}`, 'worksheet', `worksheets/sheet${number}.xml`] as const

function contentTypes(sheets: Numbered[]): string {
  const parts = [
    ['xl/workbook.xml', 'sheet.main'],
    ['xl/styles.xml', 'styles'],
    ...sheets.map(({ number }) => [pathOf(number), 'worksheet']),
  ]
  const overrides = parts.map(([path, kind]) => `<Override PartName="/${path}" ContentType="${KIND}.${kind}+xml"/>`)
  const rels = `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`
  return `<Types xmlns="${PACKAGE}/content-types">${rels}${overrides.join('')}</Types>`
}

function relationships(links: (readonly [id: string, kind: string, target: string])[]): string {
  const all = links.map(
    ([id, kind, target]) => `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${target}"/>`,
  )
  return `<Relationships xmlns="${PACKAGE}/relationships">${all.join('')}</Relationships>`
}

/** Excel refuses these marks in a name, and more than 31 of any. */
function workbook(sheets: Numbered[]): string {
  const all = sheets.map(({ name, number }) => {
    const shown = name.replaceAll(/[\\/?*[\]:]/g, ' ').slice(0, 31)
    return `<sheet name="${escaped(shown)}" sheetId="${number}" r:id="rId${number}"/>`
  })
  return `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${all.join('')}</sheets></workbook>`
}

const BOLD = ' s="1"'
const FONT = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
const fills = ['none', 'gray125'].map(kind => `<fill><patternFill patternType="${kind}"/></fill>`).join('')
const xf = (font: number) => `<xf numFmtId="0" fontId="${font}" fillId="0" borderId="0"`
const STYLES = `<styleSheet xmlns="${MAIN}"><fonts count="2"><font>${FONT}</font><font><b/>${FONT}</font></fonts>
<fills count="2">${fills}</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1">${xf(0)}/></cellStyleXfs>
<cellXfs count="2">${xf(0)} xfId="0"/>${xf(1)} xfId="0" applyFont="1"/></cellXfs></styleSheet>`

function* sheetOf(rows: Iterable<Row>, isFirst: boolean): Generator<string> {
  const pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
  const view = `<sheetView${isFirst ? ' tabSelected="1"' : ''} workbookViewId="0">${pane}</sheetView>`
  yield `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews>${view}</sheetViews><sheetData>`
  let line = 0
  for (const part of partsOf(rows)) yield part.map(row => rowOf(row, ++line)).join('')
  yield '</sheetData></worksheet>'
}

function rowOf(row: Row, line: number): string {
  const cells = row.map((value, index) => cellOf(value, `r="${lettersOf(index)}${line}"${line === 1 ? BOLD : ''}`))
  return `<row r="${line}">${cells.join('')}</row>`
}

function cellOf(value: string | number, attributes: string): string {
  if (typeof value === 'number') return `<c ${attributes}><v>${value}</v></c>`
  return value && `<c ${attributes} t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`
}

/** A, B … Z, AA, AB … */
function lettersOf(column: number): string {
  const before = column < 26 ? '' : lettersOf(Math.floor(column / 26) - 1)
  return before + String.fromCharCode(65 + (column % 26))
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** What XML has no way to say is left out: a file with it does not open at all. */
function escaped(text: string): string {
  const sayable = text.toWellFormed().replaceAll(/(?![\t\n])\p{Cc}|[\uFFFE\uFFFF]/gu, '')
  return sayable.replaceAll(/[&<>"]/g, mark => ESCAPES[mark] ?? mark)
}
