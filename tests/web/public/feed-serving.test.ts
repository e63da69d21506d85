// How programs that come back every hour are answered: by hash, by token, within a limit.
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { editEvent } from '#src/domain/editing.ts'
import { findPerson, type Person, rotateFeed } from '#src/domain/people.ts'
import { erasePerson } from '#src/domain/privacy.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { paths } from '#src/lib/paths.ts'
import { createTokens, readSecret } from '#src/lib/tokens.ts'
import { parseCalendar, propertyOf } from '../../support/calendars.ts'
import { by, openFeeds, PUBLIC_FEEDS, ROOM } from '../../support/feeds.ts'
import { makeDataDir, startServer } from '../../support/server.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../../support/world.ts'

describe('§8.43 what is answered', () => {
  test('200: a calendar anybody may keep a quarter of an hour, with a strong ETag and without Last-Modified', async () => {
    const { get } = await openFeeds()
    for (const url of PUBLIC_FEEDS) {
      const { statusCode, headers } = await get(url)
      expect(statusCode).toBe(200)
      expect(headers).toMatchObject({
        'content-type': 'text/calendar; charset=utf-8',
        'cache-control': 'public, max-age=900',
        'referrer-policy': 'no-referrer',
        etag: expect.stringMatching(/^"[\w-]{43}"$/),
      })
      expect([headers['last-modified'], headers['x-robots-tag']]).toEqual([undefined, undefined])
    }
  })

  test('200: a personal one is private, and unseen by search engines', async () => {
    const { get, personUrl, ownUrl } = await openFeeds()
    for (const url of [personUrl, ownUrl]) {
      const { statusCode, headers } = await get(url)
      expect(statusCode).toBe(200)
      expect(headers).toMatchObject({
        'cache-control': 'private, max-age=900',
        'x-robots-tag': 'noindex',
        'referrer-policy': 'no-referrer',
      })
    }
  })

  test('HEAD: the same headers and no body, in every encoding; 304 too', async () => {
    const { app, get, personUrl } = await openFeeds()
    for (const url of ['/calendar.ics', personUrl, '/feed.atom'])
      for (const encoding of ['identity', 'gzip', 'br']) {
        const asked = { 'accept-encoding': encoding }
        const { headers, rawPayload } = await get(url, asked)
        const head = await app.inject({ method: 'HEAD', url, headers: asked })
        expect([head.statusCode, head.body]).toEqual([200, ''])
        expect(head.headers['content-length']).toBe(String(rawPayload.length))
        for (const name of ['etag', 'content-type', 'content-encoding', 'cache-control', 'vary'])
          expect(head.headers[name]).toBe(headers[name])
        const again = { ...asked, 'if-none-match': String(headers.etag) }
        expect((await app.inject({ method: 'HEAD', url, headers: again })).statusCode).toBe(304)
      }
  })

  test('304: to who has these bytes, by a strong or weak tag, in a list, or any; it says what a 200 would', async () => {
    const { get, personUrl } = await openFeeds()
    for (const url of ['/calendar.ics', personUrl]) {
      const { headers } = await get(url)
      const etag = String(headers.etag)
      for (const known of [etag, `W/${etag}`, `"other", W/${etag}`, `W/"a,b" ,${etag}`, '*', ' * ']) {
        const answer = await get(url, { 'if-none-match': known })
        expect([known, answer.statusCode, answer.body]).toEqual([known, 304, ''])
        for (const name of ['etag', 'cache-control', 'vary']) expect(answer.headers[name]).toBe(headers[name])
      }
      for (const other of ['"other"', `"${etag}"`, 'W/"x"', etag.slice(1, -1), `"x", "${etag.slice(2)}`])
        expect([other, (await get(url, { 'if-none-match': other })).statusCode]).toEqual([other, 200])
    }
  })

  test('If-None-Match wins over If-Modified-Since, whichever of them would say otherwise', async () => {
    const { get } = await openFeeds()
    const etag = String((await get('/calendar.ics')).headers.etag)
    const [long, soon] = ['Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 01 Jan 2038 00:00:00 GMT']
    const ask = async (known: string, since: string) =>
      (await get('/calendar.ics', { 'if-none-match': known, 'if-modified-since': since })).statusCode
    expect([await ask(etag, long), await ask('"other"', soon)]).toEqual([304, 200])
    expect((await get('/calendar.ics', { 'if-modified-since': soon })).statusCode).toBe(200)
  })

  test('404: unknown names, drafts, and whatever is not a GET', async () => {
    const { db, get, webinar, post, app } = await openFeeds()
    const draft = { ...webinar, id: undefined, title: 'Concept', slug: 'concept', publishedAt: null }
    writeNow(db, tx => createEvent(tx, draft, NOW))
    const urls = ['/groups/x.ics', '/series/x.ics', '/themes/x.ics', '/events/x.ics', '/events/concept.ics']
    for (const url of urls) {
      expect([url, (await get(url)).statusCode]).toEqual([url, 404])
      expect((await app.inject({ method: 'HEAD', url })).statusCode).toBe(404)
    }
    expect((await post('/calendar.ics')).statusCode).toBe(404)
  })
})

describe('§8.43 the bytes', () => {
  test('are the same at any hour and for anybody', async () => {
    const { clock, get, personUrl } = await openFeeds()
    for (const url of [...PUBLIC_FEEDS, personUrl]) {
      const first = await get(url)
      clock.advance({ hours: 1 })
      const headers = { 'user-agent': 'Google-Calendar-Importer', 'accept-language': 'fr', cookie: 'a=b' }
      const second = await get(url, headers)
      expect(second.body).toBe(first.body)
      expect(second.headers.etag).toBe(first.headers.etag)
    }
  })

  test('are the same from one start of the program to the next', async () => {
    const { dataDir, open, remove } = makeDataDir()
    const db = open()
    makeRegistration(db, makeEvent(db, makeGroup(db)))
    const own = paths.personFeed(createTokens(readSecret(dataDir)).sign('feed', { id: 1, version: 1 }))
    const answers: string[][] = []
    for (const CLOCK of [NOW, NOW.add({ hours: 7 })].map(String)) {
      const server = await startServer({ DATA_DIR: dataDir, CLOCK, BASE_URL: 'https://agenda.example.org' })
      for (const url of ['/calendar.ics', own]) {
        const answer = await fetch(server.url + url)
        answers.push([url, answer.headers.get('etag') ?? '', await answer.text()])
      }
      expect(await server.stop()).toBe(0)
    }
    expect(answers.slice(2)).toEqual(answers.slice(0, 2))
    expect(answers.map(([, , body = '']) => parseCalendar(body).events.length)).toEqual([1, 1, 1, 1])
    db.$client.close()
    remove()
  })

  test('travel as gzip or brotli when asked, each under a strong ETag of its own, and are the same inside', async () => {
    const { get, personUrl } = await openFeeds()
    for (const url of ['/calendar.ics', personUrl, '/feed.atom']) {
      const plain = await get(url)
      const zipped = await get(url, { 'accept-encoding': 'gzip, deflate' })
      const brotli = await get(url, { 'accept-encoding': 'gzip, deflate, br' })
      expect([plain, zipped, brotli].map(({ headers }) => headers['content-encoding'])).toEqual([
        undefined,
        'gzip',
        'br',
      ])
      expect(gunzipSync(zipped.rawPayload).toString()).toBe(plain.body)
      expect(brotliDecompressSync(brotli.rawPayload).toString()).toBe(plain.body)
      const tags = [plain, zipped, brotli].map(({ headers }) => String(headers.etag))
      expect(new Set(tags).size).toBe(3)
      for (const tag of tags) expect(tag).toMatch(/^"[\w-]+"$/)
      for (const { headers } of [plain, zipped, brotli]) expect(headers.vary).toBe('accept-encoding')
      const again = await get(url, { 'accept-encoding': 'gzip', 'if-none-match': `W/${tags[1]}` })
      expect([again.statusCode, again.headers.etag]).toEqual([304, tags[1]])
      // Another encoding is another representation: who has one does not have the other.
      expect((await get(url, { 'accept-encoding': 'gzip', 'if-none-match': tags[2] ?? '' })).statusCode).toBe(200)
    }
  })

  test.each([
    ['gzip;q=0, br;q=0', undefined],
    ['br;q=0.1, gzip;q=0.9', 'gzip'],
    ['GZIP', 'gzip'],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['identity', undefined],
    ['br;q=x', undefined],
    ['', undefined],
  ])('of who accepts %j travel as %s', async (accepted, encoding) => {
    const { get } = await openFeeds()
    expect((await get('/calendar.ics', { 'accept-encoding': accepted })).headers['content-encoding']).toBe(encoding)
  })

  test('have another ETag after an edit, a cancellation, and when something falls out of the window', async () => {
    const { db, get, webinar, clock } = await openFeeds()
    const etags = [(await get('/calendar.ics')).headers.etag]
    const edited = writeNow(db, tx => editEvent(tx, webinar, { ...webinar, title: 'Anders' }, [], by(webinar), NOW))
    etags.push((await get('/calendar.ics')).headers.etag)
    writeNow(db, tx => cancelEvent(tx, edited, '', by(edited), NOW))
    etags.push((await get('/calendar.ics')).headers.etag)
    clock.set('2026-12-17T12:00:00Z')
    const { headers, body } = await get('/calendar.ics', { 'if-none-match': String(etags[2]) })
    expect(parseCalendar(body).events.map(event => event.summary)).toEqual(['Leerkring'])
    clock.set('2028-01-09T12:00:00Z')
    const empty = await get('/calendar.ics', { 'if-none-match': String(headers.etag) })
    expect(parseCalendar(empty.body).events).toEqual([])
    expect(new Set([...etags, headers.etag, empty.headers.etag]).size).toBe(5)
  })

  test('have another ETag in a personal feed when that person leaves', async () => {
    const { db, get, personUrl, registration, meeting } = await openFeeds()
    makeRegistration(db, meeting)
    const before = await get(personUrl)
    writeNow(db, tx => cancelRegistration(tx, registration, 'attendee', NOW))
    const after = await get(personUrl, { 'if-none-match': String(before.headers.etag) })
    expect(after.statusCode).toBe(200)
    expect(parseCalendar(after.body).events.map(({ summary }) => summary)).toEqual(['Leerkring'])
    expect(after.headers.etag).not.toBe(before.headers.etag)
  })
})

describe('§8.44 tokens', () => {
  test('that are wrong, rotated or of another purpose are 404, like those of somebody unknown', async () => {
    const { db, get, tokens, person, personUrl, ownUrl, registration } = await openFeeds()
    const feed = (id: number, version: number) => paths.personFeed(tokens.sign('feed', { id, version }))
    const token = personUrl.slice('/people/'.length, -'.ics'.length)
    const other = paths.personFeed(tokens.sign('my', { id: person.id, version: 1 }))
    const wrong = ['x', `${token.slice(0, -2)}xx`, token.toLowerCase(), `${token}x`, token.slice(1), `${token}%00`]
    const urls = [...wrong.map(paths.personFeed), other, feed(person.id, 2), feed(999, 1)]
    const answers = await Promise.all(urls.map(url => get(url)))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(urls.map(() => 404))
    expect(new Set(answers.map(({ body }) => body.replaceAll(/\/people\/[^"&]*/g, '/people/'))).size).toBe(1)
    expect((await get(personUrl)).statusCode).toBe(200)
    writeNow(db, tx => rotateFeed(tx, person))
    expect((await get(personUrl)).statusCode).toBe(404)
    expect((await get(feed(person.id, 2))).statusCode).toBe(200)
    expect((await get(feed(person.id, 3))).statusCode).toBe(404)
    writeNow(db, tx => cancelRegistration(tx, registration, 'attendee', NOW))
    expect((await get(ownUrl)).statusCode).toBe(404)
    writeNow(db, tx => erasePerson(tx, findPerson(tx, 'zoe@example.org') as Person, NOW))
    expect((await get(feed(person.id, 2))).statusCode).toBe(404)
  })

  test('stand in no log, whatever the answer was and however much is logged', async () => {
    const { db, app, get, lines, person, personUrl, ownUrl, post } = await openFeeds({ logLevel: 'trace' })
    const secrets = [personUrl, ownUrl].map(url => /-([\w-]{43})\.ics$/.exec(url)?.[1] ?? '')
    const ask = async (url: string) => {
      const answers = [await get(url), await app.inject({ method: 'HEAD', url }), await post(url)]
      return answers.map(({ statusCode }) => statusCode)
    }
    for (const url of [personUrl, ownUrl]) {
      expect(await ask(url)).toEqual([200, 200, 404])
      expect(await ask(`${url}?lang=en&x=${url}`)).toEqual([200, 200, 404])
      const odd = [
        `/${url}`,
        url.toUpperCase(),
        url.replace('.ics', '.ICS'),
        `${url}/`,
        `${url}%`,
        url.replace('-', '%2D'),
      ]
      for (const way of [...odd, url.replace('/people', '/PEOPLE'), encodeURIComponent(url), `${url}%2fmore`])
        await ask(way)
      for (let n = 0; n < 60; n++) await get(url)
      expect((await get(url)).statusCode).toBe(429)
    }
    writeNow(db, tx => rotateFeed(tx, person))
    await ask(personUrl)
    expect(lines.length).toBeGreaterThan(100)
    expect(
      lines.filter(line => secrets.some(secret => line.includes(secret) || line.includes(secret.toUpperCase()))),
    ).toEqual([])
    expect(lines.some(line => line.includes('/people/***'))).toBe(true)
  })

  test('show one person’s data and nobody else’s', async () => {
    const { db, get, webinar, meeting, personUrl } = await openFeeds()
    for (const event of [webinar, meeting])
      makeRegistration(db, event, { name: 'Ali Öztürk', email: 'ali@example.org', organisation: 'Ander Werk' })
    const { body } = await get(personUrl)
    const text = body.replaceAll('\r\n ', '')
    expect(parseCalendar(body).events.map(({ summary }) => summary)).toEqual(['Webinar'])
    const known = [...db.select().from(people).all(), ...db.select().from(registrations).all()].flatMap(row =>
      [row].flatMap(one => ('email' in one ? [one.email ?? ''] : [one.name, one.organisation])),
    )
    expect(known.toSorted()).toEqual([
      'Ali Öztürk',
      'Ali Öztürk',
      'Ander Werk',
      'Ander Werk',
      'Gemeente Voorbeeld',
      'Zoë de Vries',
      'ali@example.org',
      'zoe@example.org',
    ])
    expect(known.filter(word => text.includes(word))).toEqual([])
    expect(text.match(/\/join\/[\w-]+/g)?.map(path => path.split('-')[0])).toEqual(['/join/1', '/join/1', '/join/1'])
    expect(text).not.toMatch(/\/(registrations|my|unsubscribe|people)\//)
  })

  test('are in no public feed, which has no way in either', async () => {
    const { db, get, webinar, meeting } = await openFeeds()
    makeRegistration(db, meeting)
    const urls = [...PUBLIC_FEEDS, '/feed.atom', paths.eventFile(webinar.slug), paths.eventFile(meeting.slug)]
    for (const url of urls) {
      const text = (await get(url)).body.replaceAll('\r\n ', '')
      expect([url, /\/(join|registrations|my|unsubscribe|people)\/|CONFERENCE|zoe|Zoë/.exec(text)?.[0]]).toEqual([
        url,
        undefined,
      ])
      expect(text).not.toContain(ROOM)
    }
  })
})

describe('§8.45 what a feed holds', () => {
  test('has unique UIDs and nobody invited; what is cancelled says so, until a fortnight after it would have ended', async () => {
    const { db, get, webinar, meeting, personUrl, clock } = await openFeeds()
    makeRegistration(db, meeting)
    writeNow(db, tx => cancelEvent(tx, webinar, 'De spreker is ziek.', by(webinar), NOW))
    const read = async (url: string) => {
      const { body } = await get(url)
      expect(body).not.toMatch(/^(ATTENDEE|BEGIN:VALARM)/m)
      const { events } = parseCalendar(body)
      expect(new Set(events.map(({ uid }) => uid)).size).toBe(events.length)
      return events.map(event => [
        event.summary,
        propertyOf(event, 'status'),
        propertyOf(event, 'transp'),
        event.sequence,
      ])
    }
    const going = ['Leerkring', 'CONFIRMED', 'OPAQUE', 0]
    const gone = ['Geannuleerd: Webinar', 'CANCELLED', 'TRANSPARENT', 1]
    for (const url of ['/calendar.ics', personUrl]) {
      clock.set('2026-12-17T11:59:59Z')
      expect(await read(url)).toEqual([gone, going])
      clock.set('2026-12-17T12:00:00Z')
      expect(await read(url)).toEqual([going])
    }
  })
})

describe('§8.47 who may come', () => {
  test('robots.txt keeps nobody from a feed', async () => {
    const { get, personUrl } = await openFeeds()
    const { statusCode, body } = await get('/robots.txt')
    expect(statusCode).toBe(200)
    const rules = body.split('\n').flatMap(line => /^Disallow:\s*(\S+)/i.exec(line)?.[1] ?? [])
    expect(rules).toEqual(['/console', '/sign-in'])
    for (const url of [...PUBLIC_FEEDS, personUrl]) expect(rules.filter(rule => url.startsWith(rule))).toEqual([])
  })

  test('no feed redirects, sets a cookie or asks who is there', async () => {
    const { get, personUrl, ownUrl } = await openFeeds()
    for (const url of [...PUBLIC_FEEDS, personUrl, ownUrl]) {
      const { statusCode, headers } = await get(url, { 'user-agent': 'Google-Calendar-Importer' })
      expect([url, statusCode]).toEqual([url, 200])
      for (const absent of ['set-cookie', 'location', 'www-authenticate']) expect(headers[absent]).toBeUndefined()
    }
  })

  test('a personal feed answers sixty times an hour, whoever asks, and then says when to come back', async () => {
    const { app, get, personUrl, ownUrl } = await openFeeds()
    const codes = new Set<number>()
    for (let n = 0; n < 60; n++)
      codes.add((await app.inject({ url: personUrl, remoteAddress: `10.0.0.${n}` })).statusCode)
    expect([...codes]).toEqual([200])
    const refused = await get(personUrl)
    expect(refused.statusCode).toBe(429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(3600)
    // Not the address it comes from: other links, and public feeds, still answer there.
    expect((await get(ownUrl)).statusCode).toBe(200)
    for (let n = 0; n < 100; n++) codes.add((await get('/calendar.ics')).statusCode)
    expect([...codes]).toEqual([200])
  })
})
