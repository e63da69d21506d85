// Content that programs fetch again and again: sent once, then confirmed by its hash.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hash } from '#src/lib/tokens.ts'

/**
 * The content, or 304 when the reader has these very bytes (RFC 9110 §13.1.2). No Last-Modified: it cannot tell of a
 * removal. Public unless the reply says otherwise already.
 */
export function sendBytes(request: FastifyRequest, reply: FastifyReply, type: string, content: string): FastifyReply {
  const etag = `"${hash(content)}"`
  reply.headers({ etag, vary: 'accept-encoding', 'referrer-policy': 'no-referrer' })
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'public, max-age=900')
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.type(type).send(content)
}

/** Weak comparison: a proxy that compresses makes a strong tag weak. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags: string[] = ifNoneMatch?.match(/"[^"]*"/g) ?? []
  return ifNoneMatch?.trim() === '*' || tags.includes(etag)
}
