// What the log keeps of a request: enough to find what went wrong by the code that somebody reads out, and nothing of theirs.
import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createWrite } from '#db/write.ts'
import { createApp } from '#src/app.ts'
import { type Config, readConfig } from '#src/config.ts'
import { createLog } from '#src/lib/log.ts'
import { shareValidators } from '../support/validators.ts'
import { openWorld } from '../support/world.ts'

/** An app of which errors are expected, with its log as it is in production. */
async function open(values: Partial<Config> = {}, level = 'info') {
  const world = openWorld()
  const lines: Record<string, unknown>[] = []
  const out = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  const health = { mailHealth: { beat: undefined, slowed: undefined }, inboxHealth: { trouble: undefined } }
  const config = { ...readConfig({}), ...values }
  const deps = { ...world, ...health, config, write: createWrite(world.db) }
  const app = await createApp(deps, { log: createLog(level, out), onAjv: shareValidators })
  return { ...world, app, lines, log: app.log }
}
const NAME = /^[a-z0-9]{5}-[a-z0-9]+$/

describe('what goes wrong', () => {
  test('has one code: on the page, in the answer, and in every line about it', async () => {
    const { app, db, lines } = await open()
    db.$client.close()
    const page = await app.inject('/?q=zoe@example.org')
    expect(page.statusCode).toBe(500)
    expect(page.body).toContain('Meld dan deze code')
    const code = /<code>([^<]+)<\/code>/.exec(page.body)?.[1]
    expect(code).toMatch(NAME)
    expect(page.headers['x-request-id']).toBe(code)
    expect(lines.map(({ level, reqId, url, status }) => [level, reqId, url, status])).toEqual([
      [50, code, undefined, undefined],
      [30, code, '/', 500],
    ])
    const english = await app.inject('/?lang=en')
    expect(english.body).toContain('Tell the organiser this code')
    expect(english.headers['x-request-id']).not.toBe(code)
  })

  test('stands in the log without addresses and without links that open something', async () => {
    const { log, lines } = await open()
    const token = `3f-1-${'A'.repeat(43)}`
    const error = Object.assign(new Error(`550 no mailbox zoe@example.org, see /registrations/${token}`), {
      code: 'EENVELOPE',
      rejected: ['zoe@example.org'],
      cause: new Error('zoe@example.org again'),
    })
    log.error(error)
    log.error({ err: error, reason: '550 <zoe@example.org>' }, 'mail not written')
    log.error({ err: 'zoe@example.org is no error' }, 'odd')
    expect(JSON.stringify(lines)).not.toMatch(/zoe|AAAA|rejected/)
    expect(lines[0]).toMatchObject({
      err: { message: '550 no mailbox •••, see /registrations/•••', code: 'EENVELOPE' },
    })
    expect(lines[1]).toMatchObject({ err: { cause: { message: '••• again' } }, reason: '550 <•••>' })
  })
})

describe('of an address only the path is kept, and that without whom it is of', () => {
  test.each([
    [`/registrations/3f-1-${'A'.repeat(43)}?lang=en`, '/registrations/***'],
    ['/nergens?q=zoe', '/nergens'],
    ['/nergens/zoe@example.org/x', '/nergens/***/x'],
    ['/nergens/zoe%40example.org', '/nergens/***'],
  ])('%s', async (url, kept) => {
    const { app, lines } = await open()
    await app.inject(url)
    expect(lines.map(line => line.url)).toEqual([kept])
  })
})

test('reads that went well have a line only when asked for', async () => {
  const usual = await open()
  await usual.app.inject('/healthz')
  expect(usual.lines).toEqual([])
  const asked = await open({}, 'debug')
  await asked.app.inject('/healthz')
  expect(asked.lines).toMatchObject([{ level: 20, method: 'GET', url: '/healthz', status: 200 }])
})

describe('the name a proxy gave a request', () => {
  const GIVEN = '3f0c9d52-1a2b-4c3d-8e4f-5a6b7c8d9e0f'
  const PROXY = '10.0.0.2'
  test.each([
    ['is kept', { trustProxy: true }, PROXY, GIVEN, true],
    ['is kept from a network that is trusted', { trustProxy: ['10.0.0.0/8'] }, PROXY, GIVEN, true],
    ['is kept, IPv4 in IPv6', { trustProxy: ['10.0.0.2'] }, `::ffff:${PROXY}`, GIVEN, true],
    ['is not kept from elsewhere', { trustProxy: ['10.0.0.0/8'] }, '192.0.2.1', GIVEN, false],
    ['is not kept where no proxy is trusted', {}, PROXY, GIVEN, false],
    ['is not kept where none is counted', { trustProxy: 0 }, PROXY, GIVEN, false],
    ['is not kept if it is no name', { trustProxy: true }, PROXY, 'a b"c<script>', false],
    ['is not kept if it is long', { trustProxy: true }, PROXY, 'a'.repeat(65), false],
  ])('%s', async (_what, config, remoteAddress, given, isKept) => {
    const { app, lines } = await open(config)
    await app.inject({ url: '/nergens', remoteAddress, headers: { 'x-request-id': given } })
    const [line] = lines
    if (isKept) expect(line?.reqId).toBe(given)
    else expect(line?.reqId).toMatch(NAME)
  })
})

test('two starts never give one name to two requests', async () => {
  const apps = [await open(), await open()]
  for (const { app } of apps) for (let index = 0; index < 3; index++) await app.inject('/nergens')
  expect(new Set(apps.flatMap(({ lines }) => lines.map(({ reqId }) => reqId))).size).toBe(6)
})
