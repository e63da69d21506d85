// No query of the program reads a table that grows from end to end. Every statement of every test passes the watch of
// tests/support/plans.ts; here it is shown that the watch sees, and that no page and no daily round escapes it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '#db/open.ts'
import { createWrite } from '#db/write.ts'
import { createWorker } from '#src/jobs/worker.ts'
import { fill } from '../bench/fill.ts'
import { pagesOf } from '../support/page-list.ts'
import { countLooked, lookAnew, scans, scansIn } from '../support/plans.ts'
import { openSite, organiserCookie, type Site } from '../support/site.ts'
import { sweepAt } from '../support/swept.ts'
import { NOW, openWorld } from '../support/world.ts'

describe('the watch', () => {
  const { $client } = openWorld().db

  test.each([
    ['a table without an index', 'select * from registrations where name = ?', ['SCAN registrations']],
    ['all of an index', 'select count(*) from people', ['SCAN people USING COVERING INDEX people_email_unique']],
    ['a table by another name', 'select 1 from materials m where m.title = ?', ['SCAN m']],
    [
      'part of a query',
      'delete from answers where registration_id in (select id from registrations where note = ?)',
      ['SCAN registrations'],
    ],
    ['who refers to a row that goes', 'delete from organisers where id = $id', undefined],
    ['nothing in particular', 'select * from events where id = ? and title = ?', []],
    ['a small table', 'select * from groups where name = ?', []],
    ['an empty list', 'select * from events where false order by id', []],
  ])('sees what reads %s', (_, query, lines) => {
    const found = scansIn($client, query)
    if (lines) expect(found).toEqual(lines)
    else expect(found).toContain('SCAN messages')
  })

  test('looks at what the program asks, and leaves a test alone', () => {
    const before = countLooked()
    $client.prepare('select * from registrations where name = ?')
    expect([countLooked(), scans]).toEqual([before, []])
  })

  test('needs no figures about what is in the tables: the program has none made, so plans follow from the schema alone', () => {
    expect($client.prepare("select name from sqlite_master where name like 'sqlite_stat%'").all()).toEqual([])
  })
})

describe('the program', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite()
  })
  afterAll(() => site.close())

  test('opens every page without reading a table from end to end', async () => {
    const { name, value } = organiserCookie(site)
    const cookie = `${name}=${value}`
    const { pages, missing } = pagesOf(site)
    expect(missing).toEqual([])
    const files = site.routes.filter(({ method, url }) => method === 'GET' && !url.includes(':')).map(({ url }) => url)
    lookAnew()
    for (const url of [...pages.map(([, path]) => path), ...files]) await site.app.inject({ url, headers: { cookie } })
    for (const url of SEARCHES) await site.app.inject({ url, headers: { cookie } })
    expect(countLooked()).toBeGreaterThan(170)
    expect(scans).toEqual([])
  })

  test('makes its rounds, of a minute and of a day, in a filled database', async () => {
    const db = openDatabase(':memory:')
    const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-plans-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    fill(db, { events: 60, registrations: 600, groups: 6, years: 3 }, NOW)
    const { config } = site
    const log = { info() {}, warn() {}, error() {} }
    lookAnew()
    const worker = createWorker({
      ...site.deps,
      config: { ...config, smtpUrl: undefined, dataDir: folder },
      db,
      log,
      write: createWrite(db),
    })
    worker.start()
    await worker.idle()
    await worker.stop()
    sweepAt(db, NOW.add({ hours: 24 * 800 }))
    expect(countLooked()).toBeGreaterThan(65)
    expect(scans).toEqual([])
  })
})

/** What lists can be asked for besides. */
const SEARCHES = [
  '/?q=eenz%20wijk&kind=webinar&group=noord&theme=armoede',
  '/archive?q=zorg',
  '/archive?group=noord&theme=armoede',
  '/console/events?when=past',
  '/console/events?when=drafts',
  '/console/events?after=1-1',
  '/console/events?when=drafts&after=1-1',
  '/console/events?when=past&before=9999999999999-1',
  ...['now', 'later', 'trouble', 'back', 'all', 'sent', 'failed'].map(state => `/console/outbox?state=${state}`),
  '/console/outbox?state=all&before=100',
  '/console/organisations?q=gem',
  '/console/reach?group=noord',
  '/console/reach?series=eerste-donderdag',
]

test('the triggers find what they change as well', () => {
  const { $client } = openWorld().db
  const triggers = $client.prepare("select name, sql from sqlite_master where type = 'trigger'").all() as {
    name: string
    sql: string
  }[]
  const statements = triggers.flatMap(({ name, sql }) =>
    (/\bBEGIN\b(.*)\bEND\b/s.exec(sql)?.[1] ?? '').split(';').flatMap(one => (one.trim() ? [[name, one.trim()]] : [])),
  )
  expect(statements.length).toBeGreaterThan(10)
  const found = statements.flatMap(([name, one = '']) =>
    scansIn($client, one.replaceAll(/\b(new|old)\.\w+/g, '?')).map(line => `${name}: ${line}`),
  )
  expect(found).toEqual([])
})
