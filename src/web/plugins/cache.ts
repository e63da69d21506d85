// The page cache. A route says what its answer depends on (`config.content`); what anybody may see is rendered once per
// revision, language and encoding, and then answered from memory before anything else happens. Exact: it holds for its
// revision and for this minute, because words change by themselves only at whole minutes (every start, end and window is a
// wall time of hours and minutes, and days begin at one).
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { atOneMoment } from '#db/read.ts'
import { placesReader, revisionReader } from '#db/revision.ts'
import { preferredLocale } from '#src/i18n/index.ts'
import { countOne } from '#src/lib/counts.ts'
import { type Content, createContent, type Encoded, isKnown } from '../content.ts'
import type { App, Deps } from '../deps.ts'
import { cookieName } from './session.ts'

/**
 * What an answer depends on besides its address and language. `programme`: what is planned; `places`: that, and who has a place
 * (at which events says `request.tellsOf`); `nothing`: this version of the program; `person`: whose link it is, so it is never kept.
 */
type Dependence = 'programme' | 'places' | 'nothing' | 'person'

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

/** The page holds as long as this does not change. */
interface Moment {
  programme: number
  places: number
  minute: number
}

interface Kept {
  content: Content
  dependence: Dependence
  madeAt: Moment
  /** As JSON; null: all. */
  tellsOf: string | null
  headers: Headers
  ready: Map<Encoded, { full: Headers; unchanged: Headers }>
}
type Headers = Record<string, string>

/** A shared cache may show it to many for a moment; a browser asks each time. */
const PUBLIC_PAGE = 'public, max-age=0, s-maxage=10'
const MOST_BYTES = 32 * 1024 * 1024
const MOST_URL = 500
const LITTLE = 8 * 1024
/** All that belongs in a 304 (RFC 9110 §15.4.5): the reader keeps whatever else came with the bytes they have. */
const SAID_OF_NOTHING_NEW = new Set(['cache-control', 'vary', 'etag', 'date'])
/** Of one answer only, or said anew for each. */
const NOT_KEPT = new Set(['content-length', 'content-encoding', 'etag', 'date', 'connection', 'x-request-id'])

/** Answers from memory what is there and still true, and gives every other answer of such a route its ETag and encoding. */
export function pageCache(app: App, { db, config, clock, counts }: Deps): void {
  const kept = new LRUCache<string, Kept>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ content }, key) => content.size + 2 * key.length + 1000,
  })
  const readRevision = revisionReader(db)
  const hasChanged = placesReader(db)
  const session = `${cookieName(config.baseUrl.startsWith('https:'))}=`
  const isSignedIn = ({ headers }: FastifyRequest) => headers.cookie?.includes(session) ?? false
  /** A page says to who is signed in that they are; a file of ours does not. */
  const isForAll = (request: FastifyRequest, dependence: Dependence | undefined) =>
    dependence === 'nothing' || (dependence !== 'person' && !isSignedIn(request))
  const keyOf = ({ headers, raw }: FastifyRequest) =>
    `${preferredLocale(headers['accept-language']) ?? config.locale} ${raw.url}`

  function now(): Moment {
    const [programme, places] = readRevision()
    return { programme, places, minute: Math.floor(clock.now().epochMilliseconds / 60_000) }
  }

  function find(request: FastifyRequest): Kept | undefined {
    const found = kept.get(keyOf(request))
    if (!found || !isForAll(request, found.dependence) || !isStillTrue(found)) return undefined
    countOne(counts.pageCache, 'hit')
    return found
  }

  /** What changed at other events leaves it as it is. */
  function isStillTrue({ dependence, madeAt, tellsOf }: Kept): boolean {
    if (dependence === 'nothing') return true
    const { programme, places, minute } = now()
    if (madeAt.programme !== programme || madeAt.minute !== minute) return false
    if (dependence === 'programme' || madeAt.places === places) return true
    if (tellsOf === null || hasChanged(tellsOf, madeAt.places)) return false
    madeAt.places = places
    return true
  }

  app.decorateRequest('madeAt', null)
  app.decorateRequest('tellsOf', null)
  app.addHook('onRequest', (request, reply, done) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const found = isRead ? find(request) : undefined
    if (found) answer(request, reply, found)
    else done()
  })

  /** Just before it is made: somebody else who asked may have had it made meanwhile. */
  function prepare(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const found = find(request)
    if (found) {
      answer(request, reply, found)
      return
    }
    const isPublic = isForAll(request, dependenceOf(request))
    if (isPublic) {
      request.madeAt = now()
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
    const lasts = dependenceOf(request) === 'nothing' ? 'lasting' : 'brief'
    const content = createContent(payload, String(reply.getHeader('content-type')), lasts)
    keep(request, reply, content)
    done(null, encode(request, reply, content))
  }

  function keep(request: FastifyRequest, reply: FastifyReply, content: Content): void {
    const { madeAt, raw } = request
    const dependence = dependenceOf(request)
    if (!madeAt || !dependence || !raw.url || raw.url.length > MOST_URL) return
    const tellsOf = request.tellsOf && JSON.stringify(request.tellsOf)
    kept.set(keyOf(request), { content, dependence, madeAt, tellsOf, headers: headersOf(reply), ready: new Map() })
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

/** Past every hook that is left: nothing about this answer is still to be found out. */
function answer({ method, headers }: FastifyRequest, reply: FastifyReply, found: Kept): void {
  const encoded = found.content.for(headers['accept-encoding'])
  const { full, unchanged } = found.ready.get(encoded) ?? makeReady(found, encoded)
  reply.hijack()
  if (isKnown(headers['if-none-match'], encoded.etag)) reply.raw.writeHead(304, unchanged).end()
  else if (method === 'HEAD') reply.raw.writeHead(200, full).end()
  // As text, which Node writes in one go with the head; more than a little costs less as it is.
  else if (encoded.bytes.length < LITTLE) reply.raw.writeHead(200, full).end(encoded.bytes.toString('latin1'), 'latin1')
  else reply.raw.writeHead(200, full).end(encoded.bytes)
}

function makeReady({ headers, ready }: Kept, encoded: Encoded) {
  const { bytes, etag, encoding } = encoded
  const said = Object.entries(headers).filter(([name]) => SAID_OF_NOTHING_NEW.has(name))
  const unchanged = { ...Object.fromEntries(said), etag }
  const full: Headers = { ...headers, etag, 'content-length': String(bytes.length) }
  if (encoding !== 'identity') full['content-encoding'] = encoding
  const made = { full, unchanged }
  ready.set(encoded, made)
  return made
}
