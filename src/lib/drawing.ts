// Draws a paper as a PDF that says what its parts are (tagged). Loaded in a thread only (`press`): it takes tens of milliseconds,
// and the library and what it holds go with the thread.
import PDFDocument from 'pdfkit'
import type { Block, Paper } from './paper.ts'
import type { QrPath } from './qr.ts'
import { type Face, type Style, styleOf, TYPEFACES } from './typefaces.ts'

type Doc = InstanceType<typeof PDFDocument>
type Element = ReturnType<Doc['struct']>
type Of<Kind extends Block['kind']> = Extract<Block, { kind: Kind }>

/** A4, in points. */
const PAGE = { width: 595.28, height: 841.89, side: 62, top: 50, foot: 46 }
const WIDTH = PAGE.width - 2 * PAGE.side
const BOTTOM = PAGE.height - PAGE.foot
const WORDS_WIDTH = 132
const CODE_SIZE = 88
const COLOURS = { sea: '#005762', ember: '#aa3f11', line: '#dad6c9' }

/** The whole file. The same paper gives the same bytes. */
export async function draw(paper: Paper): Promise<Buffer> {
  const doc = new PDFDocument({
    ...{ size: 'A4', margins: { top: PAGE.top, left: PAGE.side, right: PAGE.side, bottom: PAGE.foot } },
    ...{ tagged: true, lang: paper.language, displayTitle: true, pdfVersion: '1.7' as const },
    info: {
      ...{ Title: paper.title, Author: paper.author, Creator: 'Aanschuiven', Producer: 'Aanschuiven' },
      CreationDate: new Date(paper.madeAt),
    },
  })
  for (const [face, file] of Object.entries(TYPEFACES)) doc.registerFont(face, file)
  const parts: Buffer[] = []
  doc.on('data', (part: Buffer) => parts.push(part))
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  doc.on('end', () => resolve(Buffer.concat(parts))).on('error', reject)
  fill(doc, paper)
  doc.end()
  return promise
}

function fill(doc: Doc, { blocks }: Paper): void {
  const whole = doc.struct('Document')
  doc.addStructure(whole)
  drawTable(doc)
  for (const block of blocks) drawBlock(doc, whole, block)
  whole.end()
}

function drawBlock(doc: Doc, whole: Element, block: Block): void {
  if (block.kind === 'heading') drawHeading(doc, whole, block)
  else if (block.kind === 'text') drawText(doc, whole, block)
  else if (block.kind === 'facts') drawFacts(doc, whole, block)
  else if (block.kind === 'table') drawRows(doc, whole, block)
  else drawCode(doc, whole, block)
}

/** Eight chairs around a table, one of them warm: ours. Means nothing to who does not see it. */
function drawTable(doc: Doc): void {
  const [x, y, scale] = [PAGE.width - PAGE.side - 44, PAGE.top - 8, 44 / 48]
  doc.markContent('Artifact', { type: 'Layout' })
  doc.circle(x + 24 * scale, y + 24 * scale, 11.4 * scale).fill(COLOURS.sea)
  for (let seat = 0; seat < 8; seat++) {
    const angle = (seat / 4) * Math.PI - Math.PI / 2
    const [dx, dy] = [Math.cos(angle) * 19, Math.sin(angle) * 19]
    doc.circle(x + (24 + dx) * scale, y + (24 + dy) * scale, 3.7 * scale).fill(seat ? COLOURS.sea : COLOURS.ember)
  }
  doc.endMarkedContent()
}

interface About {
  alt?: string
  bbox?: [left: number, top: number, right: number, bottom: number]
  placement?: 'Block'
  scope?: 'Row' | 'Column'
}

/** A part with what it shows. The library's types are those of a version that knew less. */
function part(doc: Doc, type: string, about: About, place: () => void): Element {
  return doc.struct(type as 'P', about as object, place)
}

function drawHeading(doc: Doc, whole: Element, { level, text }: Of<'heading'>): void {
  const style = styleOf(level === 1 ? 'h1' : 'h2')
  doc.y += style.before
  // A heading stands with the first lines of what it is about.
  keepTogether(doc, heightOf(doc, text, style, WIDTH) + 40)
  whole.add(part(doc, `H${level}`, {}, () => write(doc, text, style, PAGE.side, doc.y, WIDTH)))
  doc.y += style.after
}

function drawText(doc: Doc, whole: Element, { style: name, text }: Of<'text'>): void {
  const style = styleOf(name)
  doc.y += style.before
  // Beside the table on top.
  const width = name === 'eyebrow' ? WIDTH - 70 : WIDTH
  keepTogether(doc, heightOf(doc, text, style, width))
  whole.add(part(doc, 'P', {}, () => write(doc, text, style, PAGE.side, doc.y, width)))
  doc.y += style.after
}

function drawFacts(doc: Doc, whole: Element, { rows }: Of<'facts'>): void {
  const columns = [
    { at: 0, width: WORDS_WIDTH - 12, style: styleOf('word') },
    { at: WORDS_WIDTH, width: WIDTH - WORDS_WIDTH, style: styleOf('plain') },
  ]
  const table = startTable(doc, whole)
  for (const row of rows) drawRow(doc, table, row, columns, 'Row')
  table.end()
}

function drawRows(doc: Doc, whole: Element, { heads, rows }: Of<'table'>): void {
  const each = [96, WIDTH - 96 - 84, 84]
  const columns = each.map((width, index) => ({
    at: each.slice(0, index).reduce((sum, one) => sum + one, 0),
    width: width - (index === each.length - 1 ? 0 : 12),
    style: styleOf('cell'),
  }))
  const table = startTable(doc, whole)
  drawRow(
    doc,
    table,
    heads,
    columns.map(column => ({ ...column, style: styleOf('head') })),
    'Column',
  )
  for (const row of rows) drawRow(doc, table, row, columns)
  table.end()
}

function startTable(doc: Doc, whole: Element): Element {
  const table = doc.struct('Table')
  whole.add(table)
  doc.y += 6
  return table
}

interface Column {
  at: number
  width: number
  style: Style
}

/** One row, whole on one page, with a line under it. Its first cell names the row, or each names a column. */
function drawRow(doc: Doc, table: Element, cells: string[], columns: Column[], scope?: 'Row' | 'Column'): void {
  const heights = columns.map(({ style, width }, index) => heightOf(doc, cells[index] ?? '', style, width))
  const height = Math.max(...heights) + 10
  keepTogether(doc, height)
  const top = doc.y
  const row = doc.struct('TR')
  table.add(row)
  columns.forEach(({ at, width, style }, index) => {
    const isHead = scope === 'Column' || (scope === 'Row' && index === 0)
    const place = () => write(doc, cells[index] ?? '', style, PAGE.side + at, top + 5, width)
    row.add(isHead && scope ? part(doc, 'TH', { scope }, place) : part(doc, 'TD', {}, place))
  })
  row.end()
  doc.markContent('Artifact', { type: 'Layout' })
  doc
    .moveTo(PAGE.side, top + height)
    .lineTo(PAGE.width - PAGE.side, top + height)
    .lineWidth(0.75)
    .stroke(COLOURS.line)
  doc.endMarkedContent()
  doc.y = top + height
}

function drawCode(doc: Doc, whole: Element, { code, alt, title, lines, address, about }: Of<'code'>): void {
  doc.y += 18
  keepTogether(doc, CODE_SIZE + 8)
  const top = Math.max(doc.y, BOTTOM - CODE_SIZE - 8)
  const left = PAGE.side + CODE_SIZE + 18
  const width = WIDTH - CODE_SIZE - 18
  const bbox: [number, number, number, number] = [PAGE.side, top, PAGE.side + CODE_SIZE, top + CODE_SIZE]
  whole.add(part(doc, 'Figure', { alt, bbox, placement: 'Block' }, () => drawModules(doc, code, PAGE.side, top)))
  doc.y = top
  whole.add(part(doc, 'H2', {}, () => write(doc, title, styleOf('h3'), left, top, width)))
  for (const line of lines) {
    whole.add(part(doc, 'P', {}, () => write(doc, line, styleOf('cell'), left, doc.y + 2, width)))
  }
  const paragraph = doc.struct('P')
  whole.add(paragraph)
  const link = doc.struct('Link')
  paragraph.add(link)
  link.add(() => writeLink(doc, link, { address, about, left, width }))
  paragraph.end()
}

/** The address as it is read and typed, without what every browser adds. */
function writeLink(
  doc: Doc,
  link: Element,
  { address, about, left, width }: { address: string; about: string; left: number; width: number },
): void {
  const style = styleOf('link')
  const [top, shown] = [doc.y + 2, address.replace(/^https?:\/\//, '')]
  write(doc, shown, style, left, top, width)
  const options = { structParent: link, Contents: new String(about) }
  doc.link(left, top, width, doc.y - top, address, options as object)
}

function drawModules(doc: Doc, { size, path }: QrPath, x: number, y: number): void {
  doc
    .save()
    .translate(x, y)
    .scale(CODE_SIZE / size)
    .path(path)
    .fill('#000000')
    .restore()
}

/** On the next page, if there is no room for so much on this one. */
function keepTogether(doc: Doc, height: number): void {
  if (doc.y + height <= BOTTOM) return
  doc.addPage()
  doc.y = PAGE.top
}

function heightOf(doc: Doc, text: string, style: Style, width: number): number {
  return doc.font(faceOf(style, text)).fontSize(style.size).heightOfString(text, { width, lineGap: style.gap })
}

function write(doc: Doc, text: string, style: Style, x: number, y: number, width: number): void {
  doc.font(faceOf(style, text)).fontSize(style.size).fillColor(style.colour)
  doc.text(text, x, y, { width, lineGap: style.gap })
}

function faceOf({ weight }: Style, text: string): Face {
  return OTHER_LETTERS.test(text) ? `other_${weight}` : weight
}

/** Letters that our own typeface lacks: Vietnamese, and every script but Latin. */
const OTHER_LETTERS = /[\u1ea0-\u1ef9]|[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u
