// Content that programs fetch again and again: sent once, then confirmed by its hash. Compressed here, since a strong ETag
// names the very bytes that travel: each encoding has its own (RFC 9110 §8.8.3.3).
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hash } from '#src/lib/tokens.ts'

const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
const [brotli, zip] = [promisify(brotliCompress), promisify(gzip)]
const ENCODERS = { br: (content: string) => brotli(content, QUALITY), gzip: (content: string) => zip(content) }
/** Less than this is not worth it. */
const SMALL = 1024

/**
 * The content, or 304 when the reader has these very bytes (RFC 9110 §13.1.2). No Last-Modified: it cannot tell of a
 * removal. Public unless the reply says otherwise already.
 */
export async function sendBytes(
  request: FastifyRequest,
  reply: FastifyReply,
  type: string,
  content: string,
): Promise<FastifyReply> {
  const encoding = content.length < SMALL ? undefined : encodingFor(request.headers['accept-encoding'])
  const etag = `"${hash(content)}${encoding ? `-${encoding}` : ''}"`
  reply.headers({ etag, vary: 'accept-encoding', 'referrer-policy': 'no-referrer' })
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'public, max-age=900')
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  reply.type(type)
  if (!encoding) return reply.send(content)
  return reply.header('content-encoding', encoding).send(await ENCODERS[encoding](content))
}

/** The encoding that the reader likes best; brotli where it likes both alike, none where it takes neither. */
function encodingFor(accepted = ''): keyof typeof ENCODERS | undefined {
  const weights = new Map(accepted.split(',').map(part => weightOf(part.toLowerCase())))
  const [br, gzip] = ['br', 'gzip'].map(name => weights.get(name) ?? weights.get('*') ?? 0) as [number, number]
  if (br > 0 && br >= gzip) return 'br'
  return gzip > 0 ? 'gzip' : undefined
}

/** 'gzip;q=0.5' → ['gzip', 0.5] */
function weightOf(part: string): [string, number] {
  const [name = '', ...parameters] = part.split(';').map(piece => piece.trim())
  const weight = parameters.find(parameter => parameter.startsWith('q='))?.slice(2)
  return [name, weight === undefined ? 1 : Number(weight)]
}

/** Weak comparison: a proxy that compresses makes a strong tag weak. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags: string[] = ifNoneMatch?.match(/"[^"]*"/g) ?? []
  return ifNoneMatch?.trim() === '*' || tags.includes(etag)
}
