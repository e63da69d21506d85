// What travels: some bytes in each encoding a reader may like, compressed once, and each with its own strong ETag, since that
// names the very bytes that travel (RFC 9110 §8.8.3.3).
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from 'node:zlib'
import { hash } from '#src/lib/tokens.ts'

export type Encoding = 'identity' | 'br' | 'gzip'

/** Less than this is not worth compressing. */
const SMALL = 1024
/** More than this takes longer than others should wait for. */
const LARGE = 128 * 1024
/** The logarithm of brotli's usual window. */
const WIDEST = 22
const IS_TEXT = /^(text\/|application\/(atom\+xml|xml|json|ld\+json)|image\/svg)/

/** A page that the next registration makes anew is not worth more; what stays as long as the program runs is worth the best. */
const QUALITY = { brief: { br: 1, gzip: 3 }, lasting: { br: 10, gzip: 9 } }

/** One encoding of a content, ready to go. */
export interface Encoded {
  bytes: Buffer
  etag: string
  encoding: Encoding
}

export interface Content {
  /** The content as this reader likes it best (RFC 9110 §12.5.3). */
  for(acceptEncoding: string | undefined): Encoded
  /** Bytes in memory, at the most. */
  size: number
}

export function createContent(payload: string | Buffer, type: string, lasts: keyof typeof QUALITY): Content {
  const bytes = Buffer.from(payload as string)
  const digest = hash(bytes)
  const isPlain = !isWorthIt(bytes, type)
  const made = new Map<Encoding, Encoded>()
  const make = (encoding: Encoding): Encoded => {
    if (encoding === 'identity') return { bytes, etag: `"${digest}"`, encoding }
    return { bytes: compress(bytes, encoding, QUALITY[lasts][encoding]), etag: `"${digest}-${encoding}"`, encoding }
  }
  return {
    size: bytes.length * (isPlain ? 1 : 2),
    for(acceptEncoding) {
      const encoding = isPlain ? 'identity' : encodingFor(acceptEncoding)
      const known = made.get(encoding) ?? make(encoding)
      made.set(encoding, known)
      return known
    },
  }
}

/** An answer that is made for one reader, once: in their encoding, without a tag. What takes long is done beside the event loop. */
export async function encodeOnce(payload: string | Buffer, type: string, accepted: string | undefined) {
  // Making it took its time already: it is encoded and sent in a turn of its own.
  if (payload.length > LARGE) await setImmediate()
  const bytes = Buffer.from(payload as string)
  const encoding = isWorthIt(bytes, type) ? encodingFor(accepted) : 'identity'
  if (encoding === 'identity') return { bytes, encoding }
  const isLarge = bytes.length > LARGE
  const made = isLarge ? await compressLater(bytes, encoding) : compress(bytes, encoding, QUALITY.brief[encoding])
  return { bytes: made, encoding }
}

function isWorthIt({ length }: Buffer, type: string): boolean {
  return length >= SMALL && IS_TEXT.test(type)
}

function compress(bytes: Buffer, encoding: 'br' | 'gzip', quality: number): Buffer {
  return encoding === 'gzip'
    ? gzipSync(bytes, gzipOf(bytes, quality))
    : brotliCompressSync(bytes, brotliOf(bytes, quality))
}

const [brotliLater, gzipLater] = [promisify(brotliCompress), promisify(gzip)]

function compressLater(bytes: Buffer, encoding: 'br' | 'gzip'): Promise<Buffer> {
  const quality = QUALITY.brief[encoding]
  return encoding === 'gzip' ? gzipLater(bytes, gzipOf(bytes, quality)) : brotliLater(bytes, brotliOf(bytes, quality))
}

function gzipOf({ length }: Buffer, level: number) {
  return { level, chunkSize: roomFor(length) }
}

/** With a window that holds the whole and no more: the usual one takes 8 MiB as soon as more than 16 KiB are to go in. */
function brotliOf({ length }: Buffer, quality: number) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT, BROTLI_PARAM_LGWIN } = constants
  const window = Math.min(WIDEST, Math.ceil(Math.log2(length + 16)))
  return {
    chunkSize: roomFor(length),
    params: { [BROTLI_PARAM_QUALITY]: quality, [BROTLI_PARAM_SIZE_HINT]: length, [BROTLI_PARAM_LGWIN]: window },
  }
}

/** What zlib gives is a view on rooms of this size (64 KiB if nobody says otherwise), and the last one is kept whole. */
function roomFor(length: number): number {
  return Math.max(SMALL, Math.ceil(length / 2))
}

/** Headers that readers send again and again, and what they come to. */
const wishes = new Map<string, Encoding>()
const MOST_WISHES = 500

/** The encoding that the reader likes best; brotli where it likes both alike, none where it takes neither. */
function encodingFor(accepted = ''): Encoding {
  const known = wishes.get(accepted) ?? readWish(accepted)
  if (wishes.size >= MOST_WISHES) wishes.clear()
  if (accepted.length < 100) wishes.set(accepted, known)
  return known
}

function readWish(accepted: string): Encoding {
  const weights = new Map(accepted.split(',').map(part => weightOf(part.toLowerCase())))
  const [br, gzip] = ['br', 'gzip'].map(name => weights.get(name) ?? weights.get('*') ?? 0) as [number, number]
  if (br > 0 && br >= gzip) return 'br'
  return gzip > 0 ? 'gzip' : 'identity'
}

/** 'gzip;q=0.5' → ['gzip', 0.5] */
function weightOf(part: string): [string, number] {
  const [name = '', ...parameters] = part.split(';').map(piece => piece.trim())
  const weight = parameters.find(parameter => parameter.startsWith('q='))?.slice(2)
  return [name, weight === undefined ? 1 : Number(weight)]
}

/** Whether the reader has these very bytes (RFC 9110 §13.1.2). Weak comparison: a proxy that compresses makes a strong tag weak. */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch === etag) return true
  const tags: string[] = ifNoneMatch.match(/"[^"]*"/g) ?? []
  return ifNoneMatch.trim() === '*' || tags.includes(etag)
}
