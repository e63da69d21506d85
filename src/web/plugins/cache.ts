// Which answers are kept in memory. A route says what its answer depends on (`config.content`); what anybody may see is rendered
// once per revision, language and encoding. How it is kept and answered stands in `page-cache`.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { atOneMoment } from '#db/read.ts'
import { countOne } from '#src/lib/counts.ts'
import { type Content, createContent, isKnown } from '../content.ts'
import type { App, Deps } from '../deps.ts'
import {
  answer,
  type Dependence,
  type Headers,
  type Moment,
  type PageCache,
  SAID_OF_NOTHING_NEW,
} from '../page-cache.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    content?: Dependence
  }
  interface FastifyRequest {
    /** What was true when this page began to be made; of whoever is signed in nothing is kept. */
    madeAt: Moment | null
    /** The events (by id) whose places the page tells of, where it depends on places; of all, if it does not say. */
    tellsOf: number[] | null
  }
}

/** A shared cache may show it to many for a moment; a browser asks each time. */
const PUBLIC_PAGE = 'public, max-age=0, s-maxage=10'
/** Of one answer only, or said anew for each. */
const NOT_KEPT = new Set(['content-length', 'content-encoding', 'etag', 'date', 'connection', 'x-request-id'])

/** Gives every answer of such a route its ETag and encoding, and keeps what anybody may see. */
export function keepPages(app: App, cache: PageCache, { db, counts }: Deps): void {
  app.decorateRequest('madeAt', null)
  app.decorateRequest('tellsOf', null)

  /** Just before it is made: somebody else who asked may have had it made meanwhile. */
  function prepare(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const found = cache.find(request.raw)
    if (found) {
      reply.hijack()
      answer(found, request.raw, reply.raw)
      return
    }
    const isPublic = cache.isForAll(request.raw, dependenceOf(request))
    if (isPublic) {
      request.madeAt = cache.now()
      countOne(counts.pageCache, 'miss')
    }
    reply.header('cache-control', isPublic ? PUBLIC_PAGE : 'private, no-cache')
    done()
  }

  function finish(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Done): void {
    const isContent = typeof payload === 'string' || Buffer.isBuffer(payload)
    if (reply.statusCode !== 200 || !isContent) {
      done(null, payload)
      return
    }
    if (!reply.hasHeader('vary')) reply.header('vary', 'accept-encoding')
    const dependence = dependenceOf(request)
    const lasts = dependence === 'nothing' ? 'lasting' : 'brief'
    const content = createContent(payload, String(reply.getHeader('content-type')), lasts)
    const { madeAt, tellsOf, raw, routeOptions } = request
    if (madeAt && dependence) {
      cache.keep(raw, { content, dependence, madeAt, tellsOf, headers: headersOf(reply), route: routeOptions.url })
    }
    done(null, encode(request, reply, content))
  }

  app.addHook('onRoute', route => {
    if (!route.config?.content) return
    const { handler } = route
    route.handler = function (request, reply) {
      let answer: unknown
      atOneMoment(db, () => {
        answer = handler.call(this, request, reply)
      })
      return answer
    }
    route.preHandler = [route.preHandler ?? [], prepare].flat()
    // First: what makes a HEAD of a GET takes the body away.
    route.onSend = [finish, route.onSend ?? []].flat()
  })
}
type Done = (error: null, payload: unknown) => void

const dependenceOf = ({ routeOptions }: FastifyRequest) => routeOptions.config.content

/** In this reader's encoding; nothing but the headers to who has these bytes. */
function encode({ headers }: FastifyRequest, reply: FastifyReply, content: Content): Buffer | string {
  const { bytes, etag, encoding } = content.for(headers['accept-encoding'])
  reply.header('etag', etag)
  if (isKnown(headers['if-none-match'], etag)) {
    reply.code(304)
    for (const name of Object.keys(reply.getHeaders())) if (!SAID_OF_NOTHING_NEW.has(name)) reply.removeHeader(name)
    return ''
  }
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  return bytes
}

function headersOf(reply: FastifyReply): Headers {
  const entries = Object.entries(reply.getHeaders()).filter(([name]) => !NOT_KEPT.has(name))
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}
