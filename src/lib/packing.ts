// A zip on its way out, sent off while what goes into it is still being made: the sizes stand behind each entry (APPNOTE 4.4.4,
// bit 3). Compressing is done by threads of zlib's own. What comes in is unpacked in `zip`.
import { pipeline } from 'node:stream'
import { crc32, createDeflateRaw } from 'node:zlib'
import { DEFLATED, END, ENTRY, LOCAL } from './zip.ts'

export interface Packable {
  name: string
  content: Iterable<string> | AsyncIterable<string>
}

/** What is known of an entry when all of it has gone by. */
interface Sums {
  crc: number
  packed: number
  size: number
}

const SUMS = 0x08074b50
const VERSION = 20
const SIZES_FOLLOW_AND_NAME_IS_UTF8 = 0x808
/** A file has no date of its own: the first that the format knows, 1 January 1980. */
const [TIME, DATE] = [0, 0x21]

/** The archive in the order of the entries, which together are less than 4 GB. Whoever stops reading ends the making. */
export async function* packed(entries: Packable[]): AsyncGenerator<Buffer> {
  const directory: Buffer[] = []
  let at = 0
  for (const { name, content } of entries) {
    const sums = { crc: 0, packed: 0, size: 0 }
    const begin = Buffer.concat([longs(LOCAL), factsOf(name, sums)])
    yield begin
    yield* deflated(content, sums)
    yield longs(SUMS, sums.crc, sums.packed, sums.size)
    directory.push(
      Buffer.concat([longs(ENTRY), shorts(VERSION), factsOf(name, sums, shorts(0, 0, 0, 0, 0), longs(at))]),
    )
    at += begin.length + sums.packed + 16
  }
  yield Buffer.concat(directory)
  const size = directory.reduce((sum, { length }) => sum + length, 0)
  const count = entries.length
  yield Buffer.concat([longs(END), shorts(0, 0, count, count), longs(size, at), shorts(0)])
}

/** Adds up what goes in and what comes out. */
async function* deflated(content: Packable['content'], sums: Sums): AsyncGenerator<Buffer> {
  async function* counted() {
    for await (const text of content) {
      const bytes = Buffer.from(text)
      sums.crc = crc32(bytes, sums.crc)
      sums.size += bytes.length
      yield bytes
    }
  }
  // An error destroys the stream that is read here with it, and so is thrown below.
  const stream = pipeline(counted, createDeflateRaw(), () => {})
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    sums.packed += bytes.length
    yield bytes
  }
}

/** What the entry and the directory say alike, and then the name; the directory has more between the two. */
function factsOf(name: string, { crc, packed, size }: Sums, ...more: Buffer[]): Buffer {
  const bytes = Buffer.from(name)
  const how = shorts(VERSION, SIZES_FOLLOW_AND_NAME_IS_UTF8, DEFLATED, TIME, DATE)
  return Buffer.concat([how, longs(crc, packed, size), shorts(bytes.length, 0), ...more, bytes])
}

function shorts(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, index * 2)
  return bytes
}

function longs(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4)
  return bytes
}
