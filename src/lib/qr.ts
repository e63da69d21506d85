// A QR code (ISO/IEC 18004) of a short text: as a path for an SVG, and as a picture for where no SVG is shown.
import { crc32, deflateSync } from 'node:zlib'
import { encodeQR } from 'qr'

/** Light modules around the code, without which readers do not find it. */
const QUIET = 4

/** Rows of modules, true where it is dark. */
function modulesOf(text: string): boolean[][] {
  return encodeQR(text, 'raw', { ecc: 'medium', border: QUIET })
}

export interface QrPath {
  /** Modules along one side, the quiet ones among them: the viewBox. */
  size: number
  /** The dark ones, as `d` of a path. */
  path: string
}

export function qrPath(text: string): QrPath {
  const rows = modulesOf(text)
  const path = rows.flatMap((row, y) => runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`)).join('')
  return { size: rows.length, path }
}

/** Where dark modules begin in a row, and how many there are. */
function runsOf(row: boolean[]): [start: number, length: number][] {
  const runs: [number, number][] = []
  row.forEach((isDark, x) => {
    const last = runs.at(-1)
    if (isDark && last && row[x - 1]) last[1]++
    else if (isDark) runs.push([x, 1])
  })
  return runs
}

/** PNG of one bit a pixel: about a kilobyte whatever the scale, and sharp in every mail program. */
export function qrPng(text: string, scale: number): Buffer {
  const rows = modulesOf(text)
  const side = rows.length * scale
  const lines = rows.map(row => Buffer.concat([Buffer.of(0), bitsOf(row, scale)]))
  const pixels = Buffer.concat(lines.flatMap(line => Array.from({ length: scale }, () => line)))
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header[8] = 1
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), chunk('IEND')])
}

/** One line of pixels, eight in a byte, the first in its highest bit; light is 1. */
function bitsOf(row: boolean[], scale: number): Buffer {
  const line = Buffer.alloc(Math.ceil((row.length * scale) / 8))
  for (let x = 0; x < row.length * scale; x++) {
    if (!row[Math.floor(x / scale)]) line[x >> 3] = (line[x >> 3] ?? 0) | (0x80 >> (x & 7))
  }
  return line
}

/** Length, type, contents, checksum (ISO/IEC 15948 §5.3). */
function chunk(type: string, contents = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), contents])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(contents.length, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}
