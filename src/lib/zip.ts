// A zip that somebody sent, unpacked no further than it may be. The libraries that read spreadsheets unpack whatever comes,
// and 700 kB can be made to unpack to 300 MB; so the entries are unpacked here, each with a limit, and packed again plainly.
import { inflateRawSync } from 'node:zlib'
import { zipSync } from 'fflate'

export const END = 0x06054b50
export const ENTRY = 0x02014b50
export const LOCAL = 0x04034b50
const STORED = 0
export const DEFLATED = 8

/**
 * The same archive without compression. Throws if it is broken, encrypted or split, if two entries share a name, or if what is
 * in it comes to more than `most` bytes, whatever it says of itself. `look` sees each of them, and may throw too.
 */
export function repacked(bytes: Buffer, most: number, look: (content: Buffer) => void): Buffer {
  const files: Record<string, Uint8Array> = Object.create(null)
  let left = most
  for (const { name, content } of entriesOf(bytes, () => left)) {
    if (name in files) throw new Error('two entries of one name')
    look(content)
    files[name] = content
    left -= content.length
    if (left < 0) throw new Error('unpacks to too much')
  }
  return Buffer.from(zipSync(files, { level: 0 }))
}

/** By the central directory (APPNOTE 4.3.12): an entry that it does not name is not there. */
function* entriesOf(bytes: Buffer, left: () => number): Generator<{ name: string; content: Buffer }> {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  if (end < 0 || bytes.readUInt32LE(end) !== END) throw new Error('no end of a directory')
  let at = bytes.readUInt32LE(end + 16)
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw new Error('no entry of a directory')
    const [method, packed] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)]
    const [named, extra, comment] = [28, 30, 32].map(offset => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    const name = bytes.toString('utf8', at + 46, at + 46 + named)
    yield { name, content: contentAt(bytes, bytes.readUInt32LE(at + 42), { method, packed }, left()) }
    at += 46 + named + extra + comment
  }
}

function contentAt(bytes: Buffer, at: number, { method, packed }: { method: number; packed: number }, left: number) {
  if (bytes.readUInt32LE(at) !== LOCAL) throw new Error('no entry where the directory says')
  const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
  const content = bytes.subarray(start, start + packed)
  if (method === STORED) return content
  if (method !== DEFLATED) throw new Error('packed in another way')
  return content.length ? inflateRawSync(content, { maxOutputLength: Math.max(1, left) }) : content
}
