// Compression of what is made for one reader: the console, personal pages, forms with errors. What many ask for is compressed
// once, by the page cache.
import { encodeOnce } from '../content.ts'
import type { App } from '../deps.ts'

/** Encodes every answer with text in it as its reader likes best; what a stream sends goes as it is. */
export function encoding(app: App): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const isContent = typeof payload === 'string' || Buffer.isBuffer(payload)
    if (!isContent || request.routeOptions.config.content || reply.hasHeader('content-encoding')) return payload
    const type = String(reply.getHeader('content-type'))
    const made = await encodeOnce(payload, type, request.headers['accept-encoding'])
    if (made.encoding === 'identity') return payload
    reply.header('content-encoding', made.encoding).removeHeader('content-length')
    if (!reply.hasHeader('vary')) reply.header('vary', 'Accept-Encoding')
    return made.bytes
  })
}
