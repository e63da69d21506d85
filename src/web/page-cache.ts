// What is kept in memory of pages, feeds and files, and answering from it before the framework has looked at who asks: that
// would cost more than the answer. Exact: what is kept holds until something that it tells of changes, and for this minute. What
// is kept, and what of, says the plugin `cache`.
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import { placesReader, revisionReader } from '#db/revision.ts'
import { preferredLocale } from '#src/i18n/index.ts'
import { countOne } from '#src/lib/counts.ts'
import { minuteOf } from '#src/lib/time.ts'
import { type Content, type Encoded, isKnown } from './content.ts'
import type { Deps } from './deps.ts'
import type { Answered } from './plugins/requests.ts'
import { cookieName } from './plugins/session.ts'
import { visitorCookie } from './plugins/visitor.ts'

/**
 * What an answer depends on besides its address and language. `programme`: what is planned; `places`: that, and who has a place
 * (at which events says `request.tellsOf`); `questions`: the programme, who recognises a question, and which ones this visitor does;
 * `nothing`: this version of the program; `person`: whose link it is, so it is never kept.
 */
export type Dependence = 'programme' | 'places' | 'questions' | 'nothing' | 'person'

/** What is kept holds as long as this does not change. */
export interface Moment {
  programme: number
  places: number
  questions: number
  minute: number
}

export interface Page {
  content: Content
  dependence: Dependence
  madeAt: Moment
  /** The events (by id) whose places it tells of; null: of all. */
  tellsOf: number[] | null
  headers: Headers
  /** The route's pattern. */
  route: string | undefined
}

export interface Kept extends Page {
  ready: Map<Encoded, { full: Headers; unchanged: Headers }>
}
export type Headers = Record<string, string>

export interface PageCache {
  /** What is asked for, if it is kept and still true. */
  find: (request: IncomingMessage) => Kept | undefined
  /** A page says to who is signed in that they are, and holds for nobody else; a file of ours does not. */
  isForAll: (request: IncomingMessage, dependence: Dependence | undefined) => boolean
  keep: (request: IncomingMessage, page: Page) => void
  now: () => Moment
}

const MOST_BYTES = 32 * 1024 * 1024
const MOST_URL = 500
const LITTLE = 8 * 1024
/** All that belongs in a 304 (RFC 9110 §15.4.5): the reader keeps whatever else came with the bytes they have. */
export const SAID_OF_NOTHING_NEW = new Set(['cache-control', 'vary', 'etag', 'date'])

export function createPageCache({ db, config, clock, counts }: Deps): PageCache {
  const all = new LRUCache<string, Kept>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ content }, key) => content.size + 2 * key.length + 1000,
  })
  const readRevision = revisionReader(db)
  const lastChangeAt = placesReader(db)
  // White space before the `=` is no part of the name, says who reads cookies for us.
  const isHttps = config.baseUrl.startsWith('https:')
  const session = new RegExp(`${cookieName(isHttps)}\\s*=`)
  const visitor = new RegExp(`${visitorCookie(isHttps)}\\s*=`)
  const keyOf = ({ headers, url }: IncomingMessage) =>
    `${preferredLocale(headers['accept-language']) ?? config.locale} ${url}`
  const isForAll: PageCache['isForAll'] = ({ headers: { cookie = '' } }, dependence) => {
    if (dependence === 'nothing') return true
    if (dependence === 'person' || session.test(cookie)) return false
    return dependence !== 'questions' || !visitor.test(cookie)
  }

  function now(): Moment {
    const [programme, places, questions] = readRevision()
    return { programme, places, questions, minute: minuteOf(clock.now()) }
  }

  /** What changed at other events leaves it as it is. */
  function isStillTrue({ dependence, madeAt, tellsOf }: Kept): boolean {
    if (dependence === 'nothing') return true
    const { programme, places, questions, minute } = now()
    if (madeAt.programme !== programme || madeAt.minute !== minute) return false
    if (dependence === 'questions') return madeAt.questions === questions
    if (dependence === 'programme' || madeAt.places === places) return true
    if (tellsOf === null || tellsOf.some(id => lastChangeAt(id) > madeAt.places)) return false
    madeAt.places = places
    return true
  }

  return {
    isForAll,
    now,
    keep: (request, page) => {
      if (!request.url || request.url.length > MOST_URL) return
      all.set(keyOf(request), { ...page, ready: new Map() })
    },
    find: request => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
      const found = all.get(keyOf(request))
      if (!found || !isForAll(request, found.dependence) || !isStillTrue(found)) return undefined
      countOne(counts.pageCache, 'hit')
      return found
    },
  }
}

/** What is in memory is answered before the framework makes a request of it; while we stop, the framework sends people away. */
export function answerFromMemory(server: Server, cache: PageCache, note: (answered: Answered) => void): void {
  const [handle] = server.listeners('request') as [RequestListener]
  server.off('request', handle)
  server.on('request', (request, response) => {
    const begun = performance.now()
    const found = server.listening ? tryFind(cache, request) : undefined
    if (!found) return handle.call(server, request, response)
    answer(found, request, response)
    const { method, url = '' } = request
    note({ method, url, route: found.route, status: response.statusCode, ms: performance.now() - begun })
  })
}

/** A store that cannot be read has a page of its own, which the framework makes. */
function tryFind(cache: PageCache, request: IncomingMessage): Kept | undefined {
  try {
    return cache.find(request)
  } catch {
    return undefined
  }
}

export function answer(found: Kept, { method, headers }: IncomingMessage, response: ServerResponse): void {
  const encoded = found.content.for(headers['accept-encoding'])
  const { full, unchanged } = found.ready.get(encoded) ?? makeReady(found, encoded)
  if (isKnown(headers['if-none-match'], encoded.etag)) response.writeHead(304, unchanged).end()
  else if (method === 'HEAD') response.writeHead(200, full).end()
  // As text, which Node writes in one go with the head; more than a little costs less as it is.
  else if (encoded.bytes.length < LITTLE) response.writeHead(200, full).end(encoded.bytes.toString('latin1'), 'latin1')
  else response.writeHead(200, full).end(encoded.bytes)
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
