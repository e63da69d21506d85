// What somebody tries who wants in, or wants to know who is: each attack with what comes of it.
import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { organiserSessions, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createOrganiser, findOrganiser } from '#src/domain/organisers.ts'
import { createSignIn, mint, requestSignIn } from '#src/domain/sign-ins.ts'
import { maskPath } from '#src/lib/masking.ts'
import { openApp } from '../support/app.ts'
import { openConsole } from '../support/console.ts'
import { dumpOf } from '../support/dump.ts'
import { setStage } from '../support/hostile.ts'
import { ME, openHouse } from '../support/house.ts'
import { linksIn } from '../support/scanner.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../support/world.ts'

describe('a POST from another site', () => {
  test.each<[string, Record<string, string>]>([
    ['cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['same-site', { 'sec-fetch-site': 'same-site' }],
    ['typed', { 'sec-fetch-site': 'none' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin', { origin: 'null' }],
  ])('is refused on every route that writes, and writes nothing: %s', async (_name, headers) => {
    const world = await openConsole()
    const { me, paramsOf } = setStage(world, 1)
    const before = dumpOf(world.db)
    const writes = world.routes.filter(({ method }) => !['GET', 'HEAD'].includes(method))
    expect(writes.length).toBeGreaterThan(100)
    for (const { method, url } of writes) {
      // A mail program unsubscribes from anywhere (RFC 8058).
      if (url === '/unsubscribe/:token') continue
      const path = url.replaceAll(/:(\w+)/g, (_, name) => paramsOf(url)[name]?.[0] ?? '1')
      const { statusCode } = await world.app.inject({
        method: method as 'POST',
        url: path,
        headers: { ...me, ...headers },
      })
      expect([url, statusCode]).toEqual([url, 403])
    }
    expect(dumpOf(world.db) === before).toBe(true)
  })
})

async function openSignIn() {
  const world = await openApp()
  const otto = writeNow(world.db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  const link = () => writeNow(world.db, tx => createSignIn(tx, otto, world.clock.now()))
  const isIn = async (cookie: string) =>
    (await world.app.inject({ url: '/console', headers: { cookie } })).statusCode === 200
  return { ...world, link, isIn }
}

describe('a session', () => {
  test('that was planted in a browser beforehand does not become one', async () => {
    const { post, link, isIn } = await openSignIn()
    const planted = `session=${'A'.repeat(43)}`
    const { headers } = await post(`/sign-in/${link()}`, {}, { cookie: planted })
    const cookie = String(headers['set-cookie']).split(';')[0] ?? ''
    expect(cookie).not.toBe(planted)
    expect([await isIn(cookie), await isIn(planted)]).toEqual([true, false])
  })

  test('is another one after each sign-in, and the one before is worth nothing', async () => {
    const { db, post, link, isIn } = await openSignIn()
    const enter = async (cookie = '') =>
      String((await post(`/sign-in/${link()}`, {}, { cookie })).headers['set-cookie']).split(';')[0] ?? ''
    const first = await enter()
    const second = await enter(first)
    expect([await isIn(first), await isIn(second)]).toEqual([false, true])
    expect(db.select().from(organiserSessions).all()).toHaveLength(1)
  })

  test('ends after fourteen days, used or not', async () => {
    const { clock, post, link, isIn } = await openSignIn()
    const cookie = String((await post(`/sign-in/${link()}`)).headers['set-cookie']).split(';')[0] ?? ''
    clock.advance({ hours: 14 * 24 - 1 })
    expect(await isIn(cookie)).toBe(true)
    clock.advance({ hours: 1 })
    expect(await isIn(cookie)).toBe(false)
  })
})

describe('guessing codes', () => {
  test('day after day: twenty wrong ones end all codes of that day, and the link goes on working', async () => {
    const { clock, post, db } = await openSignIn()
    const wrong = (code: string) => (code === '111111' ? '222222' : '111111')
    const mail = () =>
      writeNow(db, tx => {
        requestSignIn(tx, 'otto@example.org', 'nl', clock.now())
        return mint(tx, Number(db.$client.prepare('select max(id) from sign_ins').pluck().get()))
      })
    const guess = (code: string) => post('/sign-in/code', { email: 'otto@example.org', code })
    let last = mail()
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 5; i++) expect((await guess(wrong(last.code))).statusCode).toBe(422)
      clock.advance({ minutes: 15 })
      last = mail()
    }
    expect((await guess(last.code)).statusCode).toBe(422)
    expect((await post(`/sign-in/${last.token}`)).statusCode).toBe(303)
    clock.advance({ hours: 24 })
    expect((await guess(mail().code)).statusCode).toBe(303)
  })
})

describe('whether an address is known', () => {
  test.each<[string, string, Record<string, string>, string, string]>([
    [
      'registering',
      '/events/een-gezin-een-plan-lukt-dat/registrations',
      { name: 'Zoë', role: 'practice' },
      'zoe@example.org',
      'nora@example.org',
    ],
    ['asking for "my registrations"', '/my', {}, 'zoe@example.org', 'nora@example.org'],
    ['signing in', '/sign-in', {}, 'otto@example.org', 'nora@example.org'],
    ['typing a code', '/sign-in/code', { code: '111111' }, 'otto@example.org', 'nora@example.org'],
  ])(
    'does not show when %s: status, headers, body, and that something is written once',
    async (_name, url, fields, known, unknown) => {
      const { app, db, post } = await openApp()
      makeRegistration(db, makeEvent(db, makeGroup(db)))
      writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
      const changes = () => Number(db.$client.prepare('select total_changes()').pluck().get())
      const answers = []
      for (const email of [known, unknown]) {
        const before = changes()
        const { statusCode, headers, body } = await post(url, { ...fields, email })
        await new Promise(setImmediate)
        const location = String(headers.location).replace(/v=.*/, 'v=')
        answers.push({
          statusCode,
          names: Object.keys(headers),
          location,
          body: body.replaceAll(email, '@'),
          isWritten: changes() > before,
        })
      }
      expect(answers[0]).toEqual(answers[1])
      expect(answers[0]?.isWritten).toBe(true)
      await app.close()
    },
  )
})

test('fields that a form does not have are not taken: nobody gives themselves a place, a part or an id', async () => {
  const { db, post } = await openApp()
  const event = makeEvent(db, makeGroup(db), { capacityOnline: 1 })
  makeRegistration(db, event)
  const more = {
    status: 'confirmed',
    confirmedAt: '1',
    part: 'host',
    id: '999',
    addedBy: '1',
    approvedAt: '1',
    inviteeId: '1',
    personId: '1',
  }
  await post(`/events/${event.slug}/registrations`, {
    name: 'Nora',
    email: 'nora@example.org',
    role: 'practice',
    ...more,
  })
  const { id, status, part, addedBy, personId } = db.select().from(registrations).all().at(-1) ?? {}
  expect({ id, status, part, addedBy, personId }).toEqual({
    id: 2,
    status: 'waitlisted',
    part: null,
    addedBy: null,
    personId: 2,
  })
  expect(findOrganiser(db, 'nora@example.org')).toBeUndefined()
})

test('an address that a client gives itself is not believed: the limit is the same', async () => {
  const { post } = await openApp()
  const statuses: number[] = []
  for (let i = 0; i < 31; i++)
    statuses.push(
      (await post('/sign-in/code', {}, { 'x-forwarded-for': `10.0.0.${i}`, 'x-real-ip': `10.0.1.${i}` })).statusCode,
    )
  expect(statuses).toEqual([...Array(30).fill(422), 429])
})

describe('the name a request gives our host', () => {
  const EVIL = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    forwarded: 'host=evil.example',
  }

  test.each([false, true])('is in no page, with a proxy trusted: %s', async trustProxy => {
    const { app, db } = await openApp({ trustProxy })
    const { slug } = makeEvent(db, makeGroup(db))
    for (const url of [
      '/',
      `/events/${slug}`,
      '/calendar.ics',
      '/feed.atom',
      '/sitemap.xml',
      '/robots.txt',
      '/nowhere',
      '/sign-in',
    ]) {
      const { body, headers } = await app.inject({ url, headers: EVIL })
      expect(`${body}${JSON.stringify(headers)}`).not.toContain('evil.example')
    }
  })

  test('is in no mail: every link of it leads to BASE_URL', async () => {
    const house = await openHouse()
    const send = (path: string, form: Record<string, string>) =>
      new Promise<number>((done, failed) => {
        const payload = new URLSearchParams(form).toString()
        const headers = {
          ...EVIL,
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': payload.length,
        }
        const sent = request(new URL(path, house.url), { method: 'POST', headers }, reply =>
          done(reply.resume().statusCode ?? 0),
        )
        sent.on('error', failed).end(payload)
      })
    const form = { name: 'Zoe', email: ME, role: 'practice' }
    expect(await send(`/events/${house.event().slug}/registrations`, form)).toBe(303)
    expect(await send('/my', { email: ME })).toBe(303)
    await house.deliver()
    const links = (await Promise.all(house.mailbox.received.map(({ raw }) => linksIn(raw)))).flat()
    expect(house.mailbox.received).toHaveLength(2)
    expect(links.filter(link => !link.startsWith(house.url))).toEqual([])
    await house.close()
  })
})

test('what stands behind a personal address is left out of the log, whichever address that is', async () => {
  const { routes, tokens } = await openApp()
  const token = tokens.sign('registration', { id: 1, version: 1 })
  const personal = routes.filter(({ url }) => url.includes('/:token')).map(({ url }) => url.replace(':token', token))
  expect(personal.length).toBeGreaterThan(20)
  for (const url of personal) expect(maskPath(url)).not.toContain(token)
})
