// The security headers, to the letter, on every GET route of the app and on every kind of answer: found, known already, not
// there, refused, broken, and files as they are.
import { beforeAll, describe, expect, test } from 'vitest'
import { openApp } from '../support/app.ts'
import { openConsole } from '../support/console.ts'
import { type Stage, setStage } from '../support/hostile.ts'
import { unexpectedErrors } from '../support/logs.ts'

const SOURCES =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
const TYPES = "require-trusted-types-for 'script'; trusted-types 'none'"
const HEADERS: Record<string, string | undefined> = {
  'content-security-policy': `${SOURCES}; form-action 'self'; ${TYPES}`,
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), browsing-topics=()',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'strict-transport-security': undefined,
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  // Of a server that says what it is made of, or lets others read along.
  'access-control-allow-origin': undefined,
  'x-powered-by': undefined,
  server: undefined,
}
/** By what an address looks like: where it says something else. Personal pages tell no other site where somebody came from. */
const OTHERWISE: [RegExp, Record<string, string>][] = [
  [
    /^\/(console|sign-in|join|my\/:|registrations\/:token$|unsubscribe|subscriptions|subscription-proofs|invitations|invited\/:token$|feedback\/:token$|followers|enrolments|check-in|addresses)/,
    { 'referrer-policy': 'same-origin' },
  ],
  [/^\/(events|series)\/:slug\/registered$/, { 'referrer-policy': 'same-origin' }],
  [/\.(ics|atom|xml|txt)$/, { 'referrer-policy': 'no-referrer' }],
  [
    /^\/join/,
    {
      'content-security-policy': `${SOURCES}; form-action 'self' https: http://localhost:* http://127.0.0.1:*; ${TYPES}`,
    },
  ],
  [
    /\/check-in$/,
    {
      'content-security-policy': `${SOURCES}; form-action 'self'`,
      'permissions-policy': 'camera=(self), microphone=(), geolocation=(), browsing-topics=()',
    },
  ],
  [
    /^\/console\/(mailings\/:id|bulletins\/:id|outbox\/:id|groups.*preview)$/,
    { 'content-security-policy': `${SOURCES}; form-action 'self'; frame-src 'self'; ${TYPES}` },
  ],
  [
    /\.html$/,
    {
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'",
      'x-frame-options': 'SAMEORIGIN',
    },
  ],
]
const expected = (url: string) =>
  Object.assign({}, HEADERS, ...OTHERWISE.flatMap(([pattern, values]) => (pattern.test(url) ? [values] : [])))
const policies = (headers: Record<string, unknown>) =>
  Object.fromEntries(Object.keys(HEADERS).map(name => [name, headers[name]]))

let world: Awaited<ReturnType<typeof openConsole>>
let stage: Stage
beforeAll(async () => {
  world = await openConsole()
  stage = setStage(world, 1)
})

function pathOf(url: string): string {
  const words = stage.paramsOf(url)
  return url.replaceAll(/:(\w+)/g, (_, name) => words[name]?.[0] ?? 'x').replace('*', 'js/app.js')
}

describe('the security headers', () => {
  test('stand on every page, feed and file that is found', async () => {
    const seen: string[] = []
    for (const { url } of world.routes.filter(({ method }) => method === 'GET')) {
      const query = url.endsWith('/registered') ? `?v=${stage.words.byName.v?.at(-1)}` : ''
      const { statusCode, headers } = await world.app.inject({ url: pathOf(url) + query, headers: stage.me })
      if (statusCode !== 200) continue
      expect({ url, ...policies(headers) }).toEqual({ url, ...expected(url) })
      // And from memory, as a stranger, who has more of the pages from there.
      for (let again = 0; again < 2; again++) {
        const known = await world.app.inject({ url: pathOf(url) + query })
        if (known.statusCode === 200) expect({ url, ...policies(known.headers) }).toEqual({ url, ...expected(url) })
      }
      seen.push(url)
    }
    // The others redirect, or are of what this stage has none of.
    expect(seen.length).toBeGreaterThan(60)
  })

  test.each([
    ['/nowhere', 404],
    ['/%ff', 404],
    ['/static/../package.json', 404],
    ['/?kind=x', 400],
  ])('stand on what is refused: %s', async (url, status) => {
    const { statusCode, headers } = await world.app.inject({ url })
    expect([statusCode, policies(headers)]).toEqual([status, HEADERS])
  })

  test('stand on a form that is wrong, too large or from elsewhere', async () => {
    const post = (headers: Record<string, string>, payload = 'email=') =>
      world.app.inject({
        method: 'POST',
        url: '/my',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload,
      })
    const replies = [await post({}), await post({}, 'x'.repeat(70_000)), await post({ origin: 'https://evil.example' })]
    expect(replies.map(({ statusCode }) => statusCode)).toEqual([422, 413, 403])
    for (const { headers } of replies) expect(policies(headers)).toEqual(HEADERS)
  })

  test('stay with what the reader has on 304, which says what RFC 9110 §15.4.5 asks for and no more', async () => {
    for (const url of ['/', '/calendar.ics', '/static/js/app.js']) {
      const { headers: first } = await world.app.inject({ url })
      const { statusCode, headers } = await world.app.inject({ url, headers: { 'if-none-match': String(first.etag) } })
      expect(statusCode).toBe(304)
      const { connection, date, ...said } = headers
      const { etag, vary, 'cache-control': cacheControl } = first
      expect(said).toEqual({ etag, vary, 'cache-control': cacheControl })
      expect([connection, date]).toEqual([first.connection, expect.any(String)])
    }
  })

  test('stand on what broke, which says nothing of itself', async () => {
    const { app, db } = await openApp()
    db.$client.close()
    const { statusCode, headers, body } = await app.inject('/')
    expect(unexpectedErrors.splice(0)).toHaveLength(1)
    expect([statusCode, policies(headers)]).toEqual([500, HEADERS])
    expect(body).not.toMatch(/database|sqlite|\.ts|node_modules/i)
  })

  test('say to stay on https, where the site is on https', async () => {
    const { app } = await openApp({ baseUrl: 'https://agenda.example.org' })
    const { headers } = await app.inject('/')
    expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
  })
})
