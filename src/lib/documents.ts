// Office files by what is in their zip: Open XML and OpenDocument, without a program in them. Nothing is unpacked but the list of
// contents, which is small or refused; how large the rest would become is read from the directory.
import { inflateRawSync } from 'node:zlib'
import type { Bytes, Format, Judgement } from './formats.ts'
import { DEFLATED, END, ENTRY, LOCAL } from './zip.ts'

interface Entry {
  name: string
  method: number
  packed: number
  size: number
  at: number
}

const OPEN_XML: [type: string, Format][] = [
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml', 'pptx'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml', 'docx'],
]
const OPEN_DOCUMENT: Record<string, Format> = {
  'application/vnd.oasis.opendocument.presentation': 'odp',
  'application/vnd.oasis.opendocument.text': 'odt',
}
/** Programs: of Visual Basic, of ActiveX, of LibreOffice. */
const PROGRAM = /(^|\/)(vba[^/]*\.bin|activex\/|basic\/|scripts\/)/i
/** What it would be unpacked, for whoever opens it; a bomb says more, or packs a file into many entries at once. */
const MOST_UNPACKED = 500 * 1024 * 1024
const MOST_DIRECTORY = 1024 * 1024
const MOST_CONTENTS = 256 * 1024
const END_LENGTH = 22

/** Throws for a zip that is broken, or that has anything before or behind it. */
export async function documentOf(bytes: Bytes): Promise<Judgement> {
  const entries = await directoryOf(bytes)
  const sizes = entries.reduce((sum, { size }) => sum + size, 0)
  const packed = entries.reduce((sum, entry) => sum + entry.packed, 0)
  if (sizes > MOST_UNPACKED || packed > bytes.size) return { problem: 'unknown' }
  if (entries.some(({ name }) => PROGRAM.test(name))) return { problem: 'macros' }
  const contents = entries.find(({ name }) => name === '[Content_Types].xml')
  return contents ? openXml(await contentOf(bytes, contents)) : openDocument(bytes, entries)
}

function openXml(contents: string): Judgement {
  if (/macroEnabled|vbaProject|activeX/i.test(contents)) return { problem: 'macros' }
  const format = OPEN_XML.find(([type]) => contents.includes(`"${type}"`))?.[1]
  return format ? { format } : { problem: 'unknown' }
}

/** Its first entry is called `mimetype`, and is not packed (OpenDocument 1.2, part 3, §3.3). */
async function openDocument(bytes: Bytes, entries: Entry[]): Promise<Judgement> {
  const first = entries.find(({ at }) => at === 0)
  if (first?.name !== 'mimetype' || first.method !== 0) return { problem: 'unknown' }
  const type = await contentOf(bytes, first)
  const format = Object.hasOwn(OPEN_DOCUMENT, type) ? OPEN_DOCUMENT[type] : undefined
  return format ? { format } : { problem: 'unknown' }
}

/** What the central directory names (APPNOTE 4.3.12), which ends where the file does. */
async function directoryOf({ size, read }: Bytes): Promise<Entry[]> {
  const end = await read(size - END_LENGTH, END_LENGTH)
  if (end.readUInt32LE(0) !== END) throw new Error('no end of a directory')
  const [length, start] = [end.readUInt32LE(12), end.readUInt32LE(16)]
  if (start + length !== size - END_LENGTH || length > MOST_DIRECTORY) throw new Error('no directory before its end')
  const directory = await read(start, length)
  const entries: Entry[] = []
  for (let at = 0; at < directory.length; ) {
    if (directory.readUInt32LE(at) !== ENTRY) throw new Error('no entry of a directory')
    const [named, extra, comment] = [28, 30, 32].map(offset => directory.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + named),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      at: directory.readUInt32LE(at + 42),
    })
    at += 46 + named + extra + comment
  }
  return entries
}

async function contentOf({ read }: Bytes, { at, method, packed }: Entry): Promise<string> {
  if (packed > MOST_CONTENTS) throw new Error('too long a list of contents')
  const head = await read(at, 30)
  if (head.readUInt32LE(0) !== LOCAL) throw new Error('no entry where the directory says')
  const content = await read(at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28), packed)
  return (method === DEFLATED ? inflateRawSync(content, { maxOutputLength: MOST_CONTENTS }) : content).toString('utf8')
}
