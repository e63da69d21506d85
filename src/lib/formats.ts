// What a file is, as its own bytes say: its name and what the sender calls it are not asked. Only what we know by its first and
// last bytes is taken, and nothing that has more in front of it or behind it. What stands in a zip is the business of
// `documents`, what stands in sound of `sounds`.
import type { FileHandle } from 'node:fs/promises'
import { documentOf } from './documents.ts'
import { soundOf } from './sounds.ts'

/** What it is served as. Nothing of it runs in a browser. */
export const TYPES = {
  pdf: 'application/pdf',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  odp: 'application/vnd.oasis.opendocument.presentation',
  odt: 'application/vnd.oasis.opendocument.text',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  ogg: 'audio/ogg',
} as const
export type Format = keyof typeof TYPES

export const isSound = (format: Format | null) => format !== null && TYPES[format].startsWith('audio/')

/** `macros`: an office file that carries a program; `unknown`: nothing that we take, or a broken one. */
export type Judgement = { format: Format } | { problem: 'macros' | 'unknown' }

/** Bytes of a file, however it is kept: as many as asked for, fewer at its end. */
export interface Bytes {
  size: number
  read: (at: number, length: number) => Promise<Buffer>
}

export async function bytesOf(handle: FileHandle): Promise<Bytes> {
  const { size } = await handle.stat()
  const read = async (at: number, length: number) => {
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - at)))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    return buffer.subarray(0, bytesRead)
  }
  return { size, read }
}

export async function judge(bytes: Bytes): Promise<Judgement> {
  const head = await bytes.read(0, 64)
  try {
    if (head.subarray(0, 5).equals(PDF)) return (await endsAsPdf(bytes)) ? { format: 'pdf' } : UNKNOWN
    if (head.subarray(0, 4).equals(ZIP)) return await documentOf(bytes)
    const format = await soundOf(bytes, head)
    return format ? { format } : UNKNOWN
  } catch {
    // It says of itself what is not so.
    return UNKNOWN
  }
}

const UNKNOWN = { problem: 'unknown' } as const
const PDF = Buffer.from('%PDF-')
const ZIP = Buffer.from([0x50, 0x4b, 3, 4])
const PDF_END = '%%EOF'

/** With something else behind it, it would be two files at once. */
async function endsAsPdf({ size, read }: Bytes): Promise<boolean> {
  const tail = (await read(Math.max(0, size - 1024), 1024)).toString('latin1')
  const end = tail.lastIndexOf(PDF_END)
  return end >= 0 && /^[\s\0]*$/.test(tail.slice(end + PDF_END.length))
}
