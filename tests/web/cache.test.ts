// The page cache is exact: whatever happens, what is answered from memory is what would have been made anew.
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import pino from 'pino'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { bulletins, registrations } from '#db/schema.ts'
import { createWrite, writeNow } from '#db/write.ts'
import { createApp } from '#src/app.ts'
import { readConfig } from '#src/config.ts'
import { askQuestion } from '#src/domain/asking.ts'
import { changeItem, editBulletin } from '#src/domain/bulletin-edits.ts'
import { addItems, listItems, withItems } from '#src/domain/bulletin-items.ts'
import { findBulletin } from '#src/domain/bulletins.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { setThemes } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { createGroup, listGroups, updateGroup } from '#src/domain/groups.ts'
import { approveQuestion } from '#src/domain/moderating.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { composeNow, setNewsletter } from '#src/domain/newsletters.ts'
import { startSession } from '#src/domain/organiser-sessions.ts'
import { createOrganiser, ensureOwner } from '#src/domain/organisers.ts'
import { answerQuestion, planQuestion } from '#src/domain/question-plans.ts'
import { findQuestion } from '#src/domain/questions.ts'
import { countReaders } from '#src/domain/readers.ts'
import { recognise } from '#src/domain/recognitions.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { recallBulletin, releaseBulletin } from '#src/domain/spreading.ts'
import { createTheme } from '#src/domain/themes.ts'
import { Refusal } from '#src/lib/errors.ts'
import { openApp } from '../support/app.ts'
import { by, openFeeds } from '../support/feeds.ts'
import { letterWish, makeNewsletter, subscribe } from '../support/letters.ts'
import { makeDataDir } from '../support/server.ts'
import { shareValidators } from '../support/validators.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, NOW, openWorld } from '../support/world.ts'

/** An app that tells which pages it made. */
async function openCounted(
  world: Pick<ReturnType<typeof openWorld>, 'db' | 'clock' | 'tokens' | 'counts'> = openWorld(),
) {
  const made: string[] = []
  const config = readConfig({ BASE_URL: 'http://localhost:3000' })
  const health = { mailHealth: { beat: undefined, slowed: undefined }, inboxHealth: { trouble: undefined } }
  const deps = { ...world, ...health, config, write: createWrite(world.db) }
  const options = { log: pino({ level: 'silent' }), onPage: (name: string) => made.push(name), onAjv: shareValidators }
  const app = await createApp(deps, options)
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers })
  return { ...world, app, made, get }
}

describe('a page that anybody may see', () => {
  test('is made once, whoever asks for it in whatever encoding', async () => {
    const { db, get, made, app } = await openCounted()
    const event = makeEvent(db, makeGroup(db))
    const url = `/events/${event.slug}`
    const bodies = [
      (await get(url)).body,
      (await get(url)).body,
      brotliDecompressSync((await get(url, { 'accept-encoding': 'gzip, br' })).rawPayload).toString(),
      gunzipSync((await get(url, { 'accept-encoding': 'gzip' })).rawPayload).toString(),
    ]
    expect(new Set(bodies).size).toBe(1)
    expect((await app.inject({ method: 'HEAD', url })).headers['content-length']).toBe(
      String(Buffer.byteLength(bodies[0] ?? '')),
    )
    expect(made).toEqual(['public/event'])
  })

  test('says the same from memory as when it was made, header for header, and 304 to who has it', async () => {
    const { get } = await openFeeds()
    for (const url of [
      '/',
      '/archive',
      '/groups/noord',
      '/groups/noord.css',
      '/calendar.ics',
      '/feed.atom',
      '/static/site.css',
    ])
      for (const encoding of ['br', 'gzip', 'identity']) {
        const headers = { 'accept-encoding': encoding, 'accept-language': `nl;q=0.${encoding.length}` }
        const [first, second] = [await get(url, headers), await get(url, headers)]
        const said = ({ headers: { date, connection, ...rest } }: typeof first) => rest
        expect(said(second)).toEqual(said(first))
        expect(second.rawPayload).toEqual(first.rawPayload)
        const again = await get(url, { ...headers, 'if-none-match': String(first.headers.etag) })
        expect([url, again.statusCode, again.body]).toEqual([url, 304, ''])
        for (const name of ['etag', 'cache-control', 'vary']) expect(again.headers[name]).toBe(first.headers[name])
      }
  })

  test('may be kept by a shared cache for ten seconds, by who is signed in not at all', async () => {
    const { get } = await openCounted()
    expect((await get('/')).headers['cache-control']).toBe('public, max-age=0, s-maxage=10')
    const { headers, body } = await get('/', { cookie: 'session=whatever' })
    expect(headers['cache-control']).toBe('private, no-cache')
    expect((await get('/')).body).toBe(body)
  })

  test('says to nobody else that somebody is signed in, however their cookie is written', async () => {
    const { db, clock, get } = await openCounted()
    const me = writeNow(db, tx => ensureOwner(tx, 'eigenaar@example.org', clock.now()))
    const token = writeNow(db, tx => startSession(tx, me.id, 'link', clock.now()))
    for (const [index, cookie] of [`session=${token}`, `session =${token}`, `a=1;session\t= ${token}`].entries()) {
      const url = `/?niet-eerder=${index}`
      const mine = await get(url, { cookie })
      expect([mine.headers['cache-control'], mine.body.includes('href="/console"')]).toEqual([
        'private, no-cache',
        true,
      ])
      expect((await get(url)).body).not.toContain('href="/console"')
    }
  })

  test('is made anew in another language, and after a minute', async () => {
    const { get, made, clock } = await openCounted()
    expect((await get('/', { 'accept-language': 'en' })).body).toContain('<html lang="en">')
    expect((await get('/')).body).toContain('<html lang="nl">')
    clock.advance({ seconds: 59 })
    await get('/')
    expect(made).toHaveLength(2)
    clock.advance({ seconds: 1 })
    await get('/')
    expect(made).toHaveLength(3)
  })

  test('is made anew after a registration, while a feed, which tells of none, stays', async () => {
    const { db, get, made } = await openCounted()
    const event = makeEvent(db, makeGroup(db), { capacityOnline: 2 })
    const left = async () => /data-left="(\d+)"/.exec((await get(`/events/${event.slug}`)).body)?.[1]
    const { body, headers } = await get('/calendar.ics')
    expect(await left()).toBe('2')
    const registration = makeRegistration(db, event)
    expect(await left()).toBe('1')
    writeNow(db, tx => cancelRegistration(tx, registration, 'attendee', event.createdAt))
    expect(await left()).toBe('2')
    expect(made).toHaveLength(3)
    expect(await get('/calendar.ics')).toMatchObject({ body, headers: { etag: headers.etag } })
  })

  test('stays after a registration elsewhere, from whichever process, and is made anew where somebody moves to or from', async () => {
    const folder = makeDataDir()
    const [ours, theirs] = [folder.open(), folder.open()]
    const { get, made } = await openCounted({ ...openWorld(), db: ours })
    const group = makeGroup(theirs)
    const [one, other] = ['een', 'ander'].map(slug => makeEvent(theirs, group, { slug, capacityOnline: 9 })) as [
      Event,
      Event,
    ]
    const look = async () => {
      made.length = 0
      // What another process wrote is seen in the next turn.
      await new Promise(setImmediate)
      const bodies = [await get('/events/een'), await get('/events/ander'), await get('/')]
      return [bodies.slice(0, 2).map(({ body }) => /data-left="(\d+)"/.exec(body)?.[1]), made]
    }
    const [own, all] = ['public/event', 'public/agenda']
    expect(await look()).toEqual([
      ['9', '9'],
      [own, own, all],
    ])
    const registration = makeRegistration(theirs, one)
    expect(await look()).toEqual([
      ['8', '9'],
      [own, all],
    ])
    expect(await look()).toEqual([['8', '9'], []])
    writeNow(theirs, tx => tx.update(registrations).set({ eventId: other.id }).run())
    expect(await look()).toEqual([
      ['9', '8'],
      [own, own, all],
    ])
    writeNow(theirs, tx => cancelRegistration(tx, registration, 'attendee', one.createdAt))
    expect(await look()).toEqual([
      ['9', '9'],
      [own, all],
    ])
    ours.$client.close()
    theirs.$client.close()
    folder.remove()
  })

  test('is made anew after another process wrote', async () => {
    const folder = makeDataDir()
    const [ours, theirs] = [folder.open(), folder.open()]
    const { get } = await openCounted({ ...openWorld(), db: ours })
    const event = makeEvent(theirs, makeGroup(theirs), { title: 'Eerst zo' })
    expect((await get('/')).body).toContain('Eerst zo')
    writeNow(theirs, tx => cancelEvent(tx, event, 'Ziek.', by(event), event.createdAt))
    expect((await get(`/events/${event.slug}`)).body).toContain('Ziek.')
    ours.$client.close()
    theirs.$client.close()
    folder.remove()
  })
})

test('made anew, the pages that most ask for, and a registration, ask with statements that were prepared before', async () => {
  const { app, db, post, clock } = await openApp()
  const group = makeGroup(db)
  const event = makeEvent(db, group, { capacityOnline: null })
  const register = (name: string) =>
    post(`/events/${event.slug}/registrations`, { name, email: `${name}@example.org`, role: 'practice' })
  const ask = async (name: string) => {
    const pages = ['/', '/archive', `/events/${event.slug}`, '/calendar.ics'].map(url => app.inject(url))
    return [...(await Promise.all(pages)), await register(name)].map(({ statusCode }) => statusCode)
  }
  // The first of each finds what there is yet to prepare, the second what is for later.
  for (const name of ['anna', 'bea']) await ask(name)
  clock.advance({ minutes: 2 })
  const prepares = vi.spyOn(Object.getPrototypeOf(db.$client), 'prepare')
  onTestFinished(() => void prepares.mockRestore())
  expect(await ask('cor')).toEqual([200, 200, 200, 200, 303])
  expect(prepares.mock.calls).toEqual([])
  // And it would be seen.
  await app.inject(`/groups/${group.slug}`)
  expect(prepares).toHaveBeenCalled()
})

describe('over a connection, where memory answers before the framework', () => {
  /** The answer as it travels, without what only says when and how. */
  async function ask(url: string, headers: Record<string, string> = {}, method = 'GET') {
    const asked = request(url, { method, headers, agent: false })
    asked.end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    const bytes = Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>))
    const { date, connection, ...said } = answer.headers
    return { status: answer.statusCode, said, bytes }
  }

  test('says the same from memory as when it was made, to whoever asks in whatever way', async () => {
    const { app, counts } = await openFeeds()
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const seen = (name: string) => counts.pageCache.get(name) ?? 0
    for (const path of ['/', '/groups/noord', '/calendar.ics', '/static/site.css', '/events/webinar'])
      for (const encoding of ['br', 'gzip', 'identity']) {
        const url = `http://127.0.0.1:${port}${path}`
        const headers = { 'accept-encoding': encoding, 'accept-language': `nl;q=0.${encoding.length}` }
        const first = await ask(url, headers)
        const before = seen('hit')
        expect([path, await ask(url, headers)]).toEqual([path, first])
        const head = await ask(url, headers, 'HEAD')
        expect([head.status, head.said, head.bytes.length]).toEqual([200, first.said, 0])
        const known = await ask(url, { ...headers, 'if-none-match': String(first.said.etag) })
        expect([known.status, known.bytes.length, known.said.etag]).toEqual([304, 0, first.said.etag])
        expect(seen('hit') - before).toBe(3)
      }
    const signedIn = await ask(`http://127.0.0.1:${port}/`, { cookie: 'session=whatever' })
    expect(signedIn.said['cache-control']).toBe('private, no-cache')
    expect((await ask(`http://127.0.0.1:${port}/`, {}, 'POST')).status).toBe(404)
    await app.close()
  })

  test('a store that cannot be read is a page that says so, and no end of the program', async () => {
    const { app, db } = await openCounted()
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/`
    expect((await ask(url)).status).toBe(200)
    db.$client.close()
    for (let time = 0; time < 2; time++) {
      const { status, bytes } = await ask(url)
      expect([status, String(bytes)]).toEqual([500, expect.stringContaining('<html lang="nl">')])
    }
    await app.close()
  })
})

test('what is one person’s own, a form with errors and an error are never kept', async () => {
  const { get, personUrl, ownUrl, post, webinar } = await openFeeds()
  for (const url of [personUrl, ownUrl]) expect((await get(url)).headers['cache-control']).toMatch(/^private/)
  const wrong = await post(`/events/${webinar.slug}/registrations`, { name: 'Zoë' })
  expect([wrong.statusCode, wrong.headers.etag]).toEqual([422, undefined])
  const missing = await get('/events/nergens')
  expect([missing.statusCode, missing.headers.etag, missing.headers['cache-control']]).toEqual([
    404,
    undefined,
    'no-store',
  ])
})

test('whatever happens and whoever asks: memory says what a page made anew would say', {
  timeout: 120_000,
}, async () => {
  const { app, db, clock, get } = await openCountedProgramme()
  const urls = [
    '/',
    '/archive',
    '/?kind=webinar',
    '/groups/noord',
    '/series/eerste-donderdag',
    '/themes/armoede',
    '/calendar.ics',
    '/feed.atom',
    '/sitemap.xml',
    '/subscribe',
    '/questions',
    '/questions?q=vraag&order=new',
    '/questions/1',
    '/events/EVENT',
    '/events/EVENT.ics',
    '/newsletter',
    '/newsletter?group=noord',
    '/newsletter/archive',
    '/newsletter/archive/1',
    '/newsletter/archive/2',
  ]
  const deeds = [
    'register',
    'leave',
    'move',
    'cancel',
    'rename',
    'theme',
    'wait',
    'nothing',
    'publish',
    'ask',
    'recognise',
    'plan',
    'answer',
    'rhythm',
    'compose',
    'words',
    'hide',
    'release',
    'recall',
    'found',
  ] as const
  const step = fc.record({
    deed: fc.constantFrom(...deeds),
    pick: fc.nat(1000),
    urls: fc.subarray(urls),
    lang: fc.constantFrom('nl', 'en'),
  })
  let number = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async steps => {
      for (const { deed, pick, urls, lang } of steps) {
        happen(db, clock, deed, pick, number++)
        const slug = slugOf(db, pick)
        const fresh = await openCounted({ ...openWorld(), db, clock })
        for (const url of urls.map(url => url.replace('EVENT', slug))) {
          const headers = { 'accept-language': lang }
          const [kept, anew] = [await get(url, headers), await fresh.get(url, headers)]
          expect([url, kept.statusCode, kept.body]).toEqual([url, anew.statusCode, anew.body])
        }
        await fresh.app.close()
      }
    }),
    { numRuns: 12, seed: Number(process.env.FC_SEED ?? 2026) },
  )
  await app.close()
})

test('a newsletter stands in the archive as soon as it goes, and no longer than until it is called back', async () => {
  const { app, db, clock, get } = await openCountedProgramme()
  const urls = ['/newsletter', '/newsletter/archive', '/newsletter/archive/1']
  const seen: number[] = []
  for (const deed of ['nothing', 'rhythm', 'found', 'words', 'hide', 'hide', 'release', 'recall']) {
    happen(db, clock, deed, 4, 0)
    const fresh = await openCounted({ ...openWorld(), db, clock })
    for (const url of urls) {
      const [kept, anew] = [await get(url), await fresh.get(url)]
      expect([deed, url, kept.statusCode, kept.body]).toEqual([deed, url, anew.statusCode, anew.body])
    }
    seen.push((await get('/newsletter/archive/1')).statusCode)
    await fresh.app.close()
  }
  expect(seen).toEqual([404, 404, 404, 404, 404, 404, 200, 404])
  await app.close()
})

async function openCountedProgramme() {
  const world = openWorld()
  const { db } = world
  const group = makeGroup(db)
  const series = makeSeries(db, group)
  writeNow(db, tx => {
    createTheme(tx, { slug: 'armoede', name: 'Armoede' })
    createOrganiser(tx, 'otto@example.org', 'Otto', world.clock.now())
  })
  subscribe(db, 'anna@example.org', [letterWish('newsletter', 'g1')])
  for (const [index, date] of ['2026-12-03', '2027-01-07', '2027-02-04'].entries())
    makeEvent(db, group, {
      title: `Webinar ${index}`,
      seriesId: series.id,
      capacityOnline: 3,
      localStart: `${date}T12:00`,
    })
  makeNewsletter(db, group)
  return openCounted(world)
}

type World = Awaited<ReturnType<typeof openCounted>>

const idsOf = (db: World['db']) => db.$client.prepare('select id from events order by id').pluck().all() as number[]
const slugOf = (db: World['db'], pick: number) => getEvent(db, Number(idsOf(db)[pick % idsOf(db).length])).slug

/** One thing that people do, to one of the events; what is no longer possible is left. */
function happen(db: World['db'], clock: World['clock'], deed: string, pick: number, number: number): void {
  const ids = idsOf(db)
  const event = getEvent(db, Number(ids[pick % ids.length]))
  const now = clock.now()
  const isOver = Temporal.Instant.compare(event.startsAt, now) <= 0
  if (deed === 'wait') clock.advance({ minutes: (pick % 4) * 720 + (pick % 7) })
  if (deed === 'publish')
    makeEvent(db, { id: event.groupId } as never, { title: `Nieuw ${number}`, localStart: '2027-03-04T12:00' }, now)
  if (deed === 'rename')
    writeNow(db, tx =>
      updateGroup(
        tx,
        { id: event.groupId, name: 'x' },
        { name: `Werkplaats ${number}`, summary: '', email: null, accent: null, schoolRegion: null },
        now,
      ),
    )
  if (['ask', 'recognise', 'plan', 'answer'].includes(deed)) question(db, deed, pick, number, now)
  letter(db, deed, pick, number, now)
  if (deed === 'theme') writeNow(db, tx => setThemes(tx, event.id, pick % 2 ? [1] : []))
  if (event.cancelledAt || isOver) return
  if (deed === 'register') makeRegistration(db, event, { email: `d${number}@example.org` }, now)
  if (deed === 'move')
    writeNow(db, tx =>
      moveEvent(
        tx,
        event,
        { ...event, localStart: event.localStart.replace(/T.*/, `T${13 + (pick % 6)}:30`) },
        'Zaal bezet.',
        by(event),
        now,
      ),
    )
  if (deed === 'cancel') writeNow(db, tx => cancelEvent(tx, event, 'Ziek.', by(event), now))
  if (deed === 'leave') {
    const id = db.$client
      .prepare("select id from registrations where event_id = ? and status <> 'cancelled'")
      .pluck()
      .get(event.id)
    if (id) writeNow(db, tx => cancelRegistration(tx, { id: Number(id) }, 'attendee', now))
  }
}

/** One thing that is done to a newsletter, or to what there is to follow; what is no longer possible is left. */
function letter(db: World['db'], deed: string, pick: number, number: number, now: Temporal.Instant): void {
  const group = listGroups(db)[0]
  if (!group) return
  const choice = { day: 1 + (pick % 28), isOn: pick % 3 > 0, timeZone: 'Europe/Amsterdam', organiserId: 1 }
  const ids = db.$client.prepare('select id from bulletins').pluck().all() as number[]
  const bulletin = findBulletin(db, ids[pick % ids.length] ?? null)
  const revision = bulletin?.revision ?? 0
  const by = { organiserId: 1, revision }
  try {
    writeNow(db, tx => {
      if (deed === 'found') createGroup(tx, { slug: `nieuw-${number}`, name: `Groep ${number}`, parentId: group.id })
      if (deed === 'rhythm') setNewsletter(tx, group, choice, now)
      if (deed === 'compose') composeNow(tx, group, { timeZone: 'Europe/Amsterdam', organiserId: 1 }, now)
      if (!bulletin) return
      if (deed === 'words') editBulletin(tx, bulletin, { subject: `Brief ${number}`, intro: `Dag ${number}` }, by, now)
      if (deed === 'hide') {
        const [item] = listItems(tx, bulletin)
        if (item) changeItem(tx, bulletin, item.event.id, item.hiddenAt ? 'show' : 'hide', by, now)
      }
      if (deed === 'release') {
        const shown = countReaders(tx, withItems(tx, bulletin), now)
        releaseBulletin(tx, bulletin, { ...by, shown }, now)
      }
      if (deed === 'recall') recallBulletin(tx, bulletin, { id: 1 }, now)
    })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

/** One thing that is done to a question; what is no longer possible is left. */
function question(db: World['db'], deed: string, pick: number, number: number, now: Temporal.Instant): void {
  const ids = db.$client.prepare('select id from questions where answered_at is null').pluck().all() as number[]
  const id = Number(ids[pick % ids.length])
  const event = getEvent(db, Number(idsOf(db)[pick % idsOf(db).length]))
  const editor = (revision: number) => ({ organiserId: null, revision })
  writeNow(db, tx => {
    if (deed === 'ask') {
      const asked = {
        text: `Vraag ${number}`,
        role: 'policy',
        place: '',
        name: 'An',
        groupId: null,
        locale: 'nl',
      } as const
      const made = askQuestion(tx, { ...asked, email: '' }, now)
      const wording = { text: made.text, place: '', groupId: null, themeIds: [1] }
      if (pick % 3) approveQuestion(tx, made, wording, editor(1), now)
      return
    }
    const found = findQuestion(tx, id)
    if (!found?.approvedAt) return
    if (deed === 'recognise') recognise(tx, id, `h${number % 4}`, now)
    if (deed === 'plan') planQuestion(tx, found, event, editor(found.revision), now)
    if (deed === 'answer') answerQuestion(tx, found, `Antwoord ${number}`, editor(found.revision), now)
  })
}

test('every table that such a page reads raises the revision when it changes', async () => {
  const { db, get } = await openFeeds()
  const read = new Set<string>()
  const { prepare } = db.$client
  db.$client.prepare = function (this: typeof db.$client, source: string) {
    for (const [, table] of source.matchAll(/(?:from|join) "?([a-z_]+)"?/g)) read.add(String(table))
    return prepare.call(this, source)
  } as typeof prepare
  const pages = [
    '/',
    '/?q=x&kind=webinar&group=noord&theme=armoede',
    '/archive',
    '/groups/noord',
    '/groups/iwp.css',
    '/series/eerste-donderdag',
    '/themes/armoede',
    '/subscribe',
    '/privacy',
    '/questions?q=x&group=noord&theme=armoede',
    '/sitemap.xml',
    '/calendar.ics?theme=armoede',
    '/feed.atom',
    '/events/webinar',
    '/events/webinar.ics',
    '/newsletter?group=noord&theme=armoede',
    '/newsletter/archive',
    '/newsletter/archive/1',
  ]
  writeNow(db, tx => {
    const one = { kind: 'newsletter' as const, groupId: 1, month: '2026-11', createdAt: NOW, releasedAt: NOW }
    const { id } = tx.insert(bulletins).values(one).returning().get()
    addItems(tx, { id }, 'coming', [{ id: 1 }, { id: 2 }])
  })
  for (const url of pages) expect([url, (await get(url)).statusCode]).toEqual([url, 200])
  db.$client.prepare = prepare
  const raising = db.$client
    .prepare(
      "select tbl_name || ' ' || count(*) from sqlite_master where type = 'trigger' and name like 'revision\\_%' escape '\\' group by tbl_name",
    )
    .pluck()
    .all()
  // `event_search` is written by triggers of tables that are looked at here too.
  const own = ['revision', 'tree', 'up', 'json_each', 'sqlite_master', 'event_search']
  const tables = [...read].filter(table => !own.includes(table))
  expect(tables).toContain('registrations')
  expect(tables.filter(table => !raising.includes(`${table} 3`))).toEqual([])
})
