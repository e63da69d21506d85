// What Prometheus reads, who may, and that nothing in it points at anybody.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { noteStuck } from '#src/domain/standstill.ts'
import { countOne } from '#src/lib/counts.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../../support/world.ts'

const TOKEN = 'a-token-of-thirty-two-characters'
const BEARER = { authorization: `Bearer ${TOKEN}` }
const HTTPS = 'https://agenda.example.org'
const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-metrics-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('who may read it', () => {
  const OFFICE = '192.0.2.7'
  const ME = '127.0.0.1'
  const apps = new Map<string, ReturnType<typeof openApp>>()
  /** One for each way of setting up. */
  function appWith(config: object) {
    const key = JSON.stringify(config)
    const app = apps.get(key) ?? openApp(config)
    apps.set(key, app)
    return app
  }

  test.each([
    ['this machine', ME, {}, {}, 200],
    ['this machine, over IPv6', '::1', {}, {}, 200],
    ['this machine, IPv4 in IPv6', '::ffff:127.0.0.1', {}, {}, 200],
    ['another machine', OFFICE, {}, {}, 404],
    ['one that looks like loopback', '::ffff:192.0.2.1', {}, {}, 404],
    ['a visitor behind a proxy here', ME, { 'x-forwarded-for': OFFICE }, {}, 404],
    ['a visitor who says to be local', ME, { 'x-forwarded-for': '127.0.0.1' }, { trustProxy: true }, 404],
    ['a visitor of nginx', ME, { 'x-real-ip': OFFICE }, {}, 404],
    ['a visitor, RFC 7239', ME, { forwarded: `for=${OFFICE}` }, {}, 404],
    ['a visitor of a cache', ME, { via: '1.1 varnish' }, {}, 404],
    ['whoever an unknown proxy passes on', ME, {}, { baseUrl: HTTPS }, 404],
    ['this machine past a known proxy', ME, {}, { baseUrl: HTTPS, trustProxy: 1 }, 200],
    ['the right token', OFFICE, BEARER, { metricsToken: TOKEN }, 200],
    ['the right token through a proxy', ME, { ...BEARER, 'x-forwarded-for': OFFICE }, { metricsToken: TOKEN }, 200],
    ['a wrong token', OFFICE, { authorization: `Bearer ${TOKEN}x` }, { metricsToken: TOKEN }, 404],
    ['no token', OFFICE, {}, { metricsToken: TOKEN }, 404],
    ['a token where none is set', OFFICE, { authorization: 'Bearer undefined' }, {}, 404],
  ])('%s', async (_who, remoteAddress, headers, config, status) => {
    const { app } = await appWith(config)
    const reply = await app.inject({ url: '/metrics', remoteAddress, headers: headers as Record<string, string> })
    expect(reply.statusCode).toBe(status)
    const nowhere = await app.inject('/nowhere')
    const text = (html: string) => html.replaceAll(/\/(nowhere|metrics)/g, '')
    if (status === 404) expect(text(reply.body)).toBe(text(nowhere.body))
    else expect(reply.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  })
})

describe('what it says', () => {
  async function open() {
    const opened = await openApp({ dataDir: folder })
    const read = async () => (await opened.app.inject('/metrics')).body
    /** The samples of one measure, as they stand there. */
    const samples = async (name: string) =>
      (await read()).split('\n').filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    return { ...opened, read, samples }
  }

  test('how long answers took by route and kind of answer, and not what was asked for', async () => {
    const { app, db, tokens, read, samples } = await open()
    const event = makeEvent(db, makeGroup(db))
    const registration = makeRegistration(db, event)
    const token = tokens.sign('registration', { id: registration.id, version: 1 })
    for (const url of [`/registrations/${token}`, `/events/${event.slug}`, '/events/nergens', '/zoe@example.org'])
      await app.inject(url)
    await app.inject(`/events/${event.slug}?q=zoe`)
    const counts = await samples('http_request_duration_seconds_count')
    expect(counts.map(line => line.slice('http_request_duration_seconds_count'.length))).toEqual([
      '{method="GET",route="/registrations/:token",status="2xx"} 1',
      '{method="GET",route="/events/:slug",status="2xx"} 2',
      '{method="GET",route="/events/:slug",status="4xx"} 1',
      '{method="GET",route="",status="4xx"} 1',
    ])
    const text = await read()
    for (const trace of ['zoe', 'Zoë', token, event.slug, 'nergens']) expect(text).not.toContain(trace)
  })

  test('how often the page cache had what was asked for, also in the count of all answers', async () => {
    const { app, db, samples } = await open()
    makeEvent(db, makeGroup(db))
    for (let index = 0; index < 3; index++) await app.inject('/')
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as { port: number }
    await (await fetch(`http://127.0.0.1:${port}/`)).text()
    expect((await samples('aanschuiven_page_cache_total')).toSorted()).toEqual([
      'aanschuiven_page_cache_total{result="hit"} 3',
      'aanschuiven_page_cache_total{result="miss"} 1',
    ])
    const ofAgenda = 'http_request_duration_seconds_count{method="GET",route="/",status="2xx"}'
    expect(await samples('http_request_duration_seconds_count')).toContain(`${ofAgenda} 4`)
    await app.close()
  })

  test('within each bound at least as many as within the one before, and in all as many as there were', async () => {
    const { app, samples } = await open()
    for (let index = 0; index < 20; index++) await app.inject('/healthz')
    const buckets = await samples('http_request_duration_seconds_bucket')
    const mine = buckets.filter(line => line.includes('"/healthz"'))
    expect(mine.map(line => /le="([^"]+)"/.exec(line)?.[1])).toEqual(['0.005', '0.025', '0.1', '0.5', '2.5', '+Inf'])
    const counts = mine.map(line => Number(line.split(' ').at(-1)))
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(counts.at(-1)).toBe(20)
  })

  test('registrations of what is to come, mails that wait and for how long, and what came of those that went', async () => {
    const { db, clock, deps, samples } = await open()
    const event = makeEvent(db, makeGroup(db), { capacityOnline: 2 })
    const [first] = ['a', 'b', 'c'].map(name => makeRegistration(db, event, { email: `${name}@example.org` }))
    makeRegistration(db, makeEvent(db, makeGroup(db, { slug: 'zuid' }), { slug: 'al-geweest' }))
    db.$client.exec(`update events set starts_at = 1 where slug = 'al-geweest'`)
    clock.advance({ minutes: 3 })
    writeNow(db, tx => first && cancelRegistration(tx, first, 'attendee', clock.now()))
    countOne(deps.counts.mails, 'confirmed sent')
    countOne(deps.counts.mails, 'confirmed sent')
    expect(await samples('aanschuiven_coming_registrations')).toEqual([
      'aanschuiven_coming_registrations{status="confirmed"} 2',
      'aanschuiven_coming_registrations{status="waitlisted"} 0',
      'aanschuiven_coming_registrations{status="cancelled"} 1',
    ])
    expect((await samples('aanschuiven_outbox')).toSorted()).toEqual([
      'aanschuiven_outbox{state="queued",kind="confirmed"} 3',
      'aanschuiven_outbox{state="queued",kind="unregistered"} 1',
    ])
    expect(await samples('aanschuiven_mail_waiting_seconds')).toEqual(['aanschuiven_mail_waiting_seconds 180'])
    expect(await samples('aanschuiven_mails_total')).toEqual([
      'aanschuiven_mails_total{kind="confirmed",result="sent"} 2',
    ])
  })

  test('that no mail gets through, when the worker was last seen, and when the last backup was made', async () => {
    const { db, clock, deps, samples } = await open()
    expect(await samples('aanschuiven_mail_standstill_seconds')).toEqual(['aanschuiven_mail_standstill_seconds 0'])
    expect(await samples('aanschuiven_worker_beat_timestamp_seconds')).toEqual([])
    expect(await samples('aanschuiven_backup_timestamp_seconds')).toEqual([])
    writeNow(db, tx => noteStuck(tx, { reason: '421 busy', isShut: false }, clock.now()))
    Object.assign(deps.mailHealth, { beat: NOW })
    clock.advance({ minutes: 30 })
    mkdirSync(join(folder, 'backups'))
    for (const [name, at] of [
      ['2026-11-19', 1000],
      ['2026-11-20', 2000],
      ['before-0004_finding', 3000],
      ['by-hand', 4000],
    ] as const) {
      writeFileSync(join(folder, 'backups', `${name}.sqlite`), '')
      utimesSync(join(folder, 'backups', `${name}.sqlite`), at, at)
    }
    writeFileSync(join(folder, 'backups', '2026-11-21.sqlite.unfinished'), '')
    expect(await samples('aanschuiven_mail_standstill_seconds')).toEqual(['aanschuiven_mail_standstill_seconds 1800'])
    const beat = NOW.epochMilliseconds / 1000
    expect(await samples('aanschuiven_worker_beat_timestamp_seconds')).toEqual([
      `aanschuiven_worker_beat_timestamp_seconds ${beat}`,
    ])
    expect(await samples('aanschuiven_backup_timestamp_seconds')).toEqual(['aanschuiven_backup_timestamp_seconds 2000'])
  })

  test('each line as Prometheus reads it, with how the process itself is doing', async () => {
    const { read } = await open()
    await read()
    const text = await read()
    const wrong = text
      .trimEnd()
      .split('\n')
      .filter(
        line => !/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="([^"\\]|\\.)*",?)+\})? (-?[\d.e+-]+|Na[nN]|\+Inf))$/.test(line),
      )
    expect(wrong.filter(line => line !== '')).toEqual([])
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds', 'aanschuiven_info'])
      expect(text).toMatch(new RegExp(`^${name}(\\{.+\\})? [\\d.]+`, 'm'))
  })
})
