// How a backup shows that it is as it was made: the CRC-32 of its bytes stands in a field of the SQLite header that is free for
// applications (`user_version`, fileformat2 §1.3.5). `integrity_check` sees a broken page; this sees a changed letter as well.
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

const MAGIC = 'SQLite format 3\0'
const FIELD = 60
const LENGTH = 4
const CHUNK = 1024 * 1024

/** To be the last that is written. */
export function seal(file: string): void {
  withFile(file, 'r+', handle => {
    const field = Buffer.alloc(LENGTH)
    field.writeUInt32BE(sumOf(handle))
    writeSync(handle, field, 0, LENGTH, FIELD)
  })
}

/** Whether it is as it was sealed. A backup of before there were seals has none, and passes. */
export function isIntact(file: string): boolean {
  return withFile(file, 'r', handle => {
    const field = Buffer.alloc(LENGTH)
    readSync(handle, field, 0, LENGTH, FIELD)
    const sealed = field.readUInt32BE()
    return sealed === 0 || sealed === sumOf(handle)
  })
}

/** Whether it calls itself a SQLite file. */
export function isDatabase(file: string): boolean {
  return withFile(file, 'r', handle => {
    const start = Buffer.alloc(MAGIC.length)
    readSync(handle, start, 0, MAGIC.length, 0)
    return start.toString('latin1') === MAGIC
  })
}

/** Of all but the field itself. */
function sumOf(handle: number): number {
  const chunk = Buffer.alloc(CHUNK)
  let sum = 0
  for (let at = 0, length = CHUNK; length > 0; at += length) {
    length = readSync(handle, chunk, 0, CHUNK, at)
    if (at === 0) chunk.fill(0, FIELD, FIELD + LENGTH)
    sum = crc32(chunk.subarray(0, length), sum)
  }
  // Nothing is sealed with a 0.
  return sum || 1
}

function withFile<T>(file: string, flags: string, work: (handle: number) => T): T {
  const handle = openSync(file, flags)
  try {
    return work(handle)
  } finally {
    closeSync(handle)
  }
}
