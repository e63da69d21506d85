import { describe, expect, test } from 'vitest'
import { newestMigration } from '#db/versions.ts'
import { writeNow } from '#db/write.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../../support/world.ts'

test('robots.txt leaves pages and feeds open, and names the sitemap', async () => {
  const { app } = await openApp()
  const { body, headers } = await app.inject('/robots.txt')
  expect(headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(body).toBe(
    'User-agent: *\nDisallow: /console\nDisallow: /sign-in\nSitemap: http://localhost:3000/sitemap.xml\n',
  )
})

test('the sitemap holds what is published, and nothing else', async () => {
  const { app, db } = await openApp()
  const group = makeGroup(db)
  const event = makeEvent(db, group, { slug: 'een' })
  makeEvent(db, group, { slug: 'eerder', localStart: '2025-02-06T12:00' }, NOW.subtract({ hours: 24 * 700 }))
  writeNow(db, tx =>
    createEvent(
      tx,
      { ...event, id: undefined as never, uid: undefined as never, slug: 'klad', publishedAt: null },
      NOW,
    ),
  )
  const { body, headers } = await app.inject('/sitemap.xml')
  expect(headers['content-type']).toBe('application/xml; charset=utf-8')
  expect([...body.matchAll(/<loc>http:\/\/localhost:3000([^<]*)</g)].map(match => match[1])).toEqual([
    '/',
    '/archive',
    '/subscribe',
    '/questions',
    '/privacy',
    '/accessibility',
    '/groups/noord',
    '/events/eerder',
    '/events/een',
  ])
  expect([...body.matchAll(/<lastmod>([^<]*)</g)].map(match => match[1])).toEqual(['2024-12-21', '2026-11-21'])
})

describe('health', () => {
  test('alive is all that /healthz says', async () => {
    const { app } = await openApp()
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' })
  })

  test.each([
    [undefined, 503, false],
    [NOW.subtract({ minutes: 3 }), 503, false],
    [NOW.subtract({ minutes: 2 }), 200, true],
  ])('ready needs a worker that beats (%s)', async (beat, status, worker) => {
    const { app, deps } = await openApp()
    Object.assign(deps.mailHealth, { beat })
    const { statusCode, body } = await app.inject('/readyz')
    expect(statusCode).toBe(status)
    expect(JSON.parse(body)).toMatchObject({ database: true, worker })
  })

  test('ready needs a database that can be written', async () => {
    const { app, deps, db } = await openApp()
    Object.assign(deps.mailHealth, { beat: NOW })
    db.$client.close()
    const { statusCode, body } = await app.inject('/readyz')
    expect(statusCode).toBe(503)
    expect(JSON.parse(body)).toEqual({ status: 'unready', database: false, migrations: false, worker: true })
  })

  test('ready needs the tables that this version knows: not those of a newer one beside it', async () => {
    const { app, deps, db } = await openApp()
    Object.assign(deps.mailHealth, { beat: NOW })
    expect((await app.inject('/readyz')).statusCode).toBe(200)
    const newer = newestMigration() + 1
    db.$client.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run('later', newer)
    const { statusCode, body } = await app.inject('/readyz')
    expect(statusCode).toBe(503)
    expect(JSON.parse(body)).toEqual({ status: 'unready', database: true, migrations: false, worker: true })
  })

  test('asking often costs nothing that lasts: nothing is written', async () => {
    const { app, deps, db } = await openApp()
    Object.assign(deps.mailHealth, { beat: NOW })
    const changes = () => db.$client.prepare('select total_changes()').pluck().get()
    const before = changes()
    for (let index = 0; index < 20; index++) expect((await app.inject('/readyz')).statusCode).toBe(200)
    expect(changes()).toBe(before)
  })
})

test.each(['/subscribe', '/privacy', '/accessibility', '/my'])('%s is there in both languages', async url => {
  const { app, db } = await openApp()
  makeGroup(db)
  const [dutch, english] = [await app.inject(url), await app.inject(`${url}?lang=en`)]
  expect([dutch.statusCode, english.statusCode]).toEqual([200, 200])
  expect(dutch.body).toContain('<html lang="nl">')
  expect(english.body).toContain('<html lang="en">')
  expect(dutch.headers['set-cookie']).toBeUndefined()
})

test('the page on subscribing has a way for each program, the plain address, and how late each looks', async () => {
  const { app } = await openApp()
  const { body } = await app.inject('/subscribe')
  const [https, webcal] = ['http', 'webcal'].map(scheme => `${scheme}://localhost:3000/calendar.ics`)
  const links = [...body.matchAll(/<a class="button[^"]*" href="([^"]+)"/g)].map(([, href]) => href)
  expect(links).toEqual([
    `https://outlook.office.com/calendar/0/addfromweb?url=${encodeURIComponent(https ?? '')}`,
    `https://outlook.live.com/calendar/0/addfromweb?url=${encodeURIComponent(https ?? '')}`,
    `https://calendar.google.com/calendar/render?cid=${encodeURIComponent(webcal ?? '')}`,
    webcal,
  ])
  expect(body).toMatch(new RegExp(`<input id="feed-address" type="text" value="${https}" readonly`))
  for (const delay of [
    '<dt>Google Agenda</dt><dd>na 8 tot 24 uur</dd>',
    '<dt>Outlook op het web</dt><dd>na ongeveer 3 uur, soms na een dag</dd>',
    '<dt>Thunderbird</dt><dd>na 30 minuten, of wat je zelf instelt</dd>',
    '<dt>Proton</dt><dd>na 4 tot 16 uur</dd>',
  ])
    expect(body).toContain(delay)
})

test('wherever somebody meets a subscription, it says to choose: with both everything stands there twice', async () => {
  const { app, db, tokens } = await openApp()
  const event = makeEvent(db, makeGroup(db), { slug: 'een' })
  const registration = makeRegistration(db, event)
  const own = tokens.sign('registration', { id: registration.id, version: 1 })
  const mine = tokens.sign('my', { id: registration.personId, version: 1 })
  for (const url of ['/subscribe', '/events/een', '/groups/noord', `/registrations/${own}`, `/my/${mine}`]) {
    const { body } = await app.inject(url)
    expect(body).toContain('Met allebei staat alles waarvoor je je aanmeldt dubbel in je agenda.')
    if (url !== '/subscribe') expect(body).toContain('<a href="/subscribe#choose">Wat past bij mij?</a>')
  }
  const { body } = await app.inject('/subscribe')
  for (const id of ['choose', 'late']) expect(body).toContain(`id="${id}"`)
})
