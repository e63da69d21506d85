// Every route of the app, from its own list, with bodies that its schema takes and with junk, as a stranger and as an
// organiser. Nobody meets a 5xx, no markup comes back as markup, no GET writes, no visitor is given a cookie but who recognises a question. `FC_SEED=…`
// repeats a run.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openConsole } from '../support/console.ts'
import { dumpOf } from '../support/dump.ts'
import { ODD_NAMES, SOMETIMES, type Stage, setStage, VALUES } from '../support/hostile.ts'
import { unexpectedErrors } from '../support/logs.ts'
import { type Shape, shaped, type Words } from '../support/shapes.ts'

const SEED = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31))
const RUNS = { GET: 5, POST: 10 } as Record<string, number>
const POLICIES = [
  'content-security-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'permissions-policy',
  'referrer-policy',
  'x-content-type-options',
  'x-frame-options',
]
type Route = { method: string; url: string; schema?: { params?: unknown; querystring?: unknown; body?: unknown } }
type Pairs = [string, string][]

const { routes, app } = await openConsole()
await app.close()
/** First what changes nothing, for which one stage does; each of the others has a stage of its own. */
const listed = ['GET', 'POST'].flatMap(method => (routes as Route[]).filter(route => route.method === method))

let world: Awaited<ReturnType<typeof openConsole>>
let stage: Stage
let number = 0
/** How often each route answered with what. */
const statuses = new Map<string, Map<number, number>>()

beforeAll(async () => {
  world = await openConsole()
  stage = setStage(world, number)
  console.info(`fuzzing with FC_SEED=${SEED}`)
})
afterAll(() => world.app.close())

/** Pages that show a mail before it goes: they write it, look, and roll back. */
const LOOKS_AHEAD = /\/(mails|mailings|cancellation|merge)\//
/** What a GET must leave as it was: how many rows were ever written, or the whole database where some are taken back. */
const stateFor = (url: string) =>
  LOOKS_AHEAD.test(`${url}/`)
    ? dumpOf(world.db)
    : String(world.db.$client.prepare('select total_changes()').pluck().get())

const junk = () =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...VALUES) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 50 }) },
  )

/** A form as pairs: what the schema takes, with a few fields of it spoiled, sent twice, or of a name that is none. */
function form(schema: unknown, words: Words): fc.Arbitrary<Pairs> {
  const shape = (schema ?? { type: 'object' }) as Shape
  const names = [...Object.keys(shape.properties ?? {}), ...ODD_NAMES, ...SOMETIMES]
  const spoiled = fc.array(fc.tuple(fc.constantFrom(...names), junk()), { minLength: 1, maxLength: 3 })
  const good = shaped(shape, words).map(value => pairsOf(value as Record<string, unknown>))
  return fc.oneof(
    { weight: 4, arbitrary: good },
    { weight: 2, arbitrary: fc.tuple(good, spoiled).map(([some, bad]) => replaced(some, bad)) },
    { weight: 1, arbitrary: fc.tuple(good, spoiled).map(([some, bad]) => [...some, ...bad]) },
  )
}

const pairsOf = (value: Record<string, unknown>): Pairs =>
  Object.entries(value ?? {}).flatMap(([name, one]) =>
    (Array.isArray(one) ? one : [one]).map((each): [string, string] => [name, textOf(each)]),
  )
const textOf = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))
function replaced(some: Pairs, bad: Pairs): Pairs {
  const names = new Set(bad.map(([name]) => name))
  return [...some.filter(([name]) => !names.has(name)), ...bad]
}

const encoded = (pairs: Pairs) => new URLSearchParams(pairs.map(([a, b]) => [a, b.toWellFormed()])).toString()
const EDGE = 'fzzedge'
const part = (disposition: string, content: string) =>
  `--${EDGE}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`
/** As browsers write it, but for a quote in a name, which they escape. */
const multipart = (pairs: Pairs) => {
  const fields = pairs.map(([name, value]) => part(`name="${name}"`, value))
  return `${fields.join('')}${part('name="file"; filename="../../x.csv"', 'a;b\r\n=1+1;<script>fzz</script>')}--${EDGE}--\r\n`
}

/** The same form as each kind of body that a client may send, and as what it only says it is. */
const ENCODINGS: Record<string, (pairs: Pairs) => [type: string, payload: string]> = {
  form: pairs => ['application/x-www-form-urlencoded', encoded(pairs)],
  json: pairs => ['application/json', JSON.stringify(Object.fromEntries(pairs))],
  nested: pairs => [
    'application/json',
    `{"__proto__":{"isAdmin":1},"constructor":{"prototype":{}},"a":${JSON.stringify(pairs)}}`,
  ],
  list: pairs => ['application/json', JSON.stringify(pairs)],
  multipart: pairs => [`multipart/form-data; boundary=${EDGE}`, multipart(pairs)],
  unending: pairs => [`multipart/form-data; boundary=${EDGE}`, multipart(pairs).slice(0, -7)],
  'no edge': pairs => ['multipart/form-data', multipart(pairs)],
  liar: pairs => ['application/json', encoded(pairs)],
  plain: pairs => ['text/plain', encoded(pairs)],
  odd: pairs => ['application/x-www-form-urlencoded; charset=utf-7', encoded(pairs)],
  none: pairs => ['', encoded(pairs)],
}
const encoding = () =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant('form') },
    { weight: 1, arbitrary: fc.constant('json') },
    { weight: 1, arbitrary: fc.constant('multipart') },
    { weight: 2, arbitrary: fc.constantFrom(...Object.keys(ENCODINGS)) },
  )
const headers = () =>
  fc.record(
    {
      host: fc.constantFrom('evil.example', '[::1', '', 'localhost:3000"><fzz>'),
      'accept-language': fc.constantFrom('en', 'nl;q=0', '<fzz>', '*', `${'a,'.repeat(500)}`),
      'accept-encoding': fc.constantFrom('br', 'gzip;q=NaN', 'identity', '*;q=0'),
      'x-forwarded-host': fc.constant('evil.example'),
      'if-none-match': fc.constantFrom('*', '"x"', '"'.repeat(300)),
      range: fc.constantFrom('bytes=0-1', 'bytes=9-1', 'x'),
      cookie: fc.constantFrom('session=', 'session=x; session=y', '__proto__=1', `session=${'x'.repeat(3000)}`, ';;=;'),
      referer: fc.constant('https://evil.example/'),
      'user-agent': fc.constantFrom('<fzz>', 'Mozilla/5.0 Firefox/1 Windows'),
    },
    { requiredKeys: [] },
  )

function request({ method, url, schema }: Route, { words, paramsOf }: Stage) {
  const names = [...url.matchAll(/:(\w+)|\*/g)].map(([, name = 'slug']) => name)
  const paramWords = paramsOf(url)
  const param = (name: string) => {
    const known = paramWords[name] ?? ['1', '2', 'x']
    return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: junk() })
  }
  return fc.record({
    params: fc.tuple(...names.map(param)),
    query: form(method === 'GET' ? schema?.querystring : undefined, words),
    form: form(schema?.body, words),
    as: encoding(),
    headers: headers(),
    isRaw: fc.boolean(),
    isOrganiser: fc.oneof(fc.constant(url.startsWith('/console')), fc.boolean()),
    // Each from a client of its own, or the limits would answer for everything.
    client: fc.ipV4(),
  })
}
type Request = ReturnType<typeof request> extends fc.Arbitrary<infer T> ? T : never

function pathOf(url: string, { params, isRaw, query }: Request): string {
  let index = 0
  const path = url.replaceAll(/:\w+|\*/g, () => {
    const text = String(params[index++] ?? '').toWellFormed()
    return isRaw ? encodeURI(text).replaceAll('#', '') : encodeURIComponent(text)
  })
  return `${path}?${encoded(query)}`
}

async function send({ method, url }: Route, one: Request, { me }: Stage) {
  const [type, payload] = ENCODINGS[one.as]?.(one.form) ?? ['', '']
  return await world.app.inject({
    method: method as 'GET' | 'POST',
    url: pathOf(url, one),
    remoteAddress: one.client,
    headers: {
      'sec-fetch-site': 'same-origin',
      ...one.headers,
      ...(one.isOrganiser && me),
      ...(method === 'POST' && type && { 'content-type': type }),
    },
    ...(method === 'POST' && { payload }),
  })
}

/** Nothing that was typed may be read as markup: what is shown of it stands there escaped, and no address runs it. */
function checkMarkup(html: string): void {
  const [page, ...data] = html.split(/<script type="application\/ld\+json">/)
  const rest = data.map(text => {
    const [json = '', ...after] = text.split('</script>')
    JSON.parse(json)
    return after.join('</script>')
  })
  const markup = [page, ...rest].join('')
  const tags = markup.replaceAll(/="[^"]*"/g, '=""')
  const found = [
    ...markup.matchAll(/<[^<>a-z]{0,3}fzz|<script>fzz|"'>/gi),
    ...tags.matchAll(/<[^>]*\sonfzz/gi),
    ...markup.matchAll(/\s(?:href|src|action|formaction)\s*=\s*["']?\s*(?:javascript|data|vbscript):(?!image)/gi),
  ]
  expect(found.map(({ index = 0 }) => markup.slice(index, index + 80))).toEqual([])
}

describe('every route', () => {
  test.each(listed.map((route): [string, string, Route] => [route.method, route.url, route]))(
    '%s %s',
    async (method, url, route) => {
      if (method === 'POST') stage = setStage(world, ++number)
      const counts = statuses.get(`${method} ${url}`) ?? new Map()
      statuses.set(`${method} ${url}`, counts)
      await fc.assert(
        fc.asyncProperty(request(route, stage), async one => {
          const before = method === 'GET' ? stateFor(url) : ''
          const reply = await send(route, one, stage)
          counts.set(reply.statusCode, (counts.get(reply.statusCode) ?? 0) + 1)
          // Without a worker the program is rightly not ready.
          if (url !== '/readyz') expect(reply.statusCode).toBeLessThan(500)
          expect(unexpectedErrors.splice(0).map(line => JSON.parse(line).err?.message ?? line)).toEqual([])
          if (reply.statusCode !== 304) expect(POLICIES.filter(name => !reply.headers[name])).toEqual([])
          expect(Object.keys(Object.prototype)).toEqual([])
          const { location } = reply.headers
          // The door alone leads elsewhere, and only to the room its organiser gave it.
          if (location && !location.startsWith('https://meet.example.org/'))
            expect(location).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/)
          // Signing out takes a cookie away, also from who had none; who says that they recognise a question is given one.
          const given = reply.cookies.filter(({ value }) => value).map(({ name }) => name)
          if (url === '/questions/:id/recognition' && method === 'POST') expect(['', 'visitor']).toContain(given.join())
          else if (!one.isOrganiser) expect(given).toEqual([])
          if (method === 'GET') expect(stateFor(url) === before).toBe(true)
          const type = String(reply.headers['content-type'] ?? '')
          if (type.includes('html')) checkMarkup(reply.body)
          else expect(type).not.toMatch(/xhtml|svg/)
        }),
        { numRuns: RUNS[method] ?? 1, seed: SEED },
      )
    },
  )
})

test('most of what was sent got past the validators', () => {
  const posts = listed.filter(({ method }) => method === 'POST')
  const isDone = ({ method, url }: Route) => [200, 303].some(status => statuses.get(`${method} ${url}`)?.has(status))
  expect(posts.filter(isDone).length / posts.length).toBeGreaterThan(0.4)
})

test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'SEARCH', 'HEAD'])(
  'no route answers %s with more than a GET',
  async method => {
    const before = dumpOf(world.db)
    const { me } = setStage(world, ++number)
    const staged = dumpOf(world.db)
    expect(staged === before).toBe(false)
    for (const { url } of listed) {
      const path = url.replaceAll(/:\w+|\*/g, '1')
      const reply = await world.app.inject({
        method: method as 'PUT',
        url: path,
        headers: { ...me, 'sec-fetch-site': 'same-origin' },
      })
      if (method === 'HEAD') expect(reply.body).toBe('')
      else expect([url, reply.statusCode]).toEqual([url, 404])
      if (reply.statusCode !== 304) expect(POLICIES.filter(name => !reply.headers[name])).toEqual([])
    }
    expect(dumpOf(world.db) === staged).toBe(true)
  },
)
