import { describe, expect, it } from 'vitest'
import { eventSlugs } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { editEvent, setThemes } from '#src/domain/editing.ts'
import type { Event } from '#src/domain/events.ts'
import { findPerson, type Person, rotateFeed } from '#src/domain/people.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { createTheme } from '#src/domain/themes.ts'
import { paths } from '#src/lib/paths.ts'
import { openApp } from '../../support/app.ts'
import { parseCalendar } from '../../support/calendars.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, NOW } from '../../support/world.ts'

const ROOM = 'https://meet.example.org/geheime-kamer'

async function open() {
  const world = await openApp()
  const { app, db, tokens } = world
  const group = makeGroup(db)
  const child = makeGroup(db, { slug: 'iwp', name: 'IWP Armoede', parentId: group.id })
  const series = makeSeries(db, group)
  const theme = writeNow(db, tx => createTheme(tx, { slug: 'armoede', name: 'Armoede' }))
  const webinar = makeEvent(db, group, { title: 'Webinar', seriesId: series.id, roomUrl: ROOM })
  const meeting = makeEvent(db, child, {
    title: 'Leerkring',
    kind: 'learning_circle',
    localStart: '2027-01-07T12:00',
    roomUrl: ROOM,
  })
  writeNow(db, tx => setThemes(tx, meeting.id, [theme.id]))
  const registration = makeRegistration(db, webinar)
  const person = findPerson(db, 'zoe@example.org') as Person
  const personUrl = paths.personFeed(tokens.sign('feed', { id: person.id, version: 1 }))
  const ownUrl = paths.registrationFile(tokens.sign('registration', { id: registration.id, version: 1 }))
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  const titles = async (url: string) => parseCalendar((await get(url)).body).events.map(event => event.summary)
  return { ...world, webinar, meeting, registration, person, personUrl, ownUrl, get, titles }
}
const by = (event: Event) => ({ organiserId: null, revision: event.revision })

describe('what each address holds', () => {
  it('filters by kind, theme and group, and follows the tree of groups', async () => {
    const { titles } = await open()
    expect(await titles('/calendar.ics')).toEqual(['Webinar', 'Leerkring'])
    expect(await titles('/calendar.ics?kind=webinar')).toEqual(['Webinar'])
    expect(await titles('/calendar.ics?theme=armoede')).toEqual(['Leerkring'])
    expect(await titles('/calendar.ics?group=iwp')).toEqual(['Leerkring'])
    expect(await titles('/calendar.ics?theme=onbekend')).toEqual([])
    expect(await titles('/groups/noord.ics')).toEqual(['Webinar', 'Leerkring'])
    expect(await titles('/groups/iwp.ics')).toEqual(['Leerkring'])
    expect(await titles('/series/eerste-donderdag.ics')).toEqual(['Webinar'])
    expect(await titles('/themes/armoede.ics')).toEqual(['Leerkring'])
  })

  it('leaves cancelled events out with ?vervallen=nee', async () => {
    const { db, webinar, titles } = await open()
    writeNow(db, tx => cancelEvent(tx, webinar, '', by(webinar), NOW))
    expect(await titles('/calendar.ics')).toEqual(['Geannuleerd: Webinar', 'Leerkring'])
    expect(await titles('/calendar.ics?vervallen=nee')).toEqual(['Leerkring'])
  })

  it('names the room nowhere', async () => {
    const { get, webinar, personUrl, ownUrl } = await open()
    const urls = ['/calendar.ics', '/groups/noord.ics', '/feed.atom', paths.eventFile(webinar.slug), personUrl, ownUrl]
    const bodies = await Promise.all(urls.map(async url => (await get(url)).body.replaceAll('\r\n ', '')))
    expect(bodies.map(body => body.includes('meet.example.org'))).toEqual(urls.map(() => false))
    expect(bodies.map(body => body.includes('/join/'))).toEqual([false, false, false, false, true, true])
  })
})

describe('how it is served', () => {
  it('as a calendar anybody may keep a quarter of an hour, without cookie, redirect or Last-Modified', async () => {
    const { get } = await open()
    const { statusCode, headers } = await get('/calendar.ics')
    expect(statusCode).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/calendar; charset=utf-8',
      'cache-control': 'public, max-age=900',
      'referrer-policy': 'no-referrer',
      etag: expect.stringMatching(/^"[\w-]{43}"$/),
    })
    for (const absent of ['set-cookie', 'last-modified', 'x-robots-tag', 'location'])
      expect(headers[absent]).toBeUndefined()
  })

  it('privately and unseen by search engines when it is personal', async () => {
    const { get, personUrl, ownUrl } = await open()
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

  it('to HEAD with the same headers and no body', async () => {
    const { app, get, personUrl } = await open()
    for (const url of ['/calendar.ics', personUrl, '/feed.atom']) {
      const head = await app.inject({ method: 'HEAD', url })
      const { headers, body } = await get(url)
      expect([head.statusCode, head.body]).toEqual([200, ''])
      expect(head.headers.etag).toBe(headers.etag)
      expect(head.headers['content-length']).toBe(String(Buffer.byteLength(body)))
    }
  })

  it('not again to who has these bytes: weak, in a list, or any', async () => {
    const { get } = await open()
    const etag = String((await get('/calendar.ics')).headers.etag)
    for (const known of [etag, `W/${etag}`, `"other", W/${etag}`, '*']) {
      const answer = await get('/calendar.ics', {
        'if-none-match': known,
        'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT',
      })
      expect([answer.statusCode, answer.body, answer.headers.etag]).toEqual([304, '', etag])
      expect(answer.headers['cache-control']).toBe('public, max-age=900')
    }
    expect((await get('/calendar.ics', { 'if-none-match': '"other"' })).statusCode).toBe(200)
  })

  it('under another ETag after an edit, and after a removal', async () => {
    const { db, get, webinar, clock } = await open()
    const etags = [(await get('/calendar.ics')).headers.etag]
    const edited = writeNow(db, tx => editEvent(tx, webinar, { ...webinar, title: 'Anders' }, [], by(webinar), NOW))
    etags.push((await get('/calendar.ics')).headers.etag)
    writeNow(db, tx => cancelEvent(tx, edited, '', by(edited), NOW))
    etags.push((await get('/calendar.ics')).headers.etag)
    clock.set('2026-12-17T12:00:00Z')
    const { headers, body } = await get('/calendar.ics', { 'if-none-match': String(etags[2]) })
    expect(parseCalendar(body).events.map(event => event.summary)).toEqual(['Leerkring'])
    expect(new Set([...etags, headers.etag]).size).toBe(4)
  })

  it('in the language of its address, whatever the program prefers', async () => {
    const { get } = await open()
    const dutch = (await get('/calendar.ics')).body
    expect((await get('/calendar.ics', { 'accept-language': 'en' })).body).toBe(dutch)
    expect(dutch).toContain('X-WR-CALNAME:Aanschuiven: alle bijeenkomsten\r\n')
    const english = (await get('/calendar.ics?lang=en')).body
    expect(english).toContain('X-WR-CALNAME:Aanschuiven: all events\r\n')
    expect(english).toContain('/events/webinar?lang=en\r\n')
  })
})

describe('what is not there', () => {
  it('is 404: unknown names, drafts, tokens that are wrong, rotated or of another purpose, a place given up', async () => {
    const { db, get, tokens, webinar, person, personUrl, ownUrl, registration, post } = await open()
    writeNow(db, tx =>
      createEvent(tx, { ...webinar, id: undefined, title: 'Concept', slug: 'concept', publishedAt: null }, NOW),
    )
    const other = tokens.sign('my', { id: person.id, version: 1 })
    const urls = [
      '/groups/x.ics',
      '/series/x.ics',
      '/themes/x.ics',
      '/events/x.ics',
      '/events/concept.ics',
      '/people/x.ics',
      paths.personFeed(other),
      `${personUrl.slice(0, -5)}x.ics`,
    ]
    const answers = await Promise.all(urls.map(async url => (await get(url)).statusCode))
    expect(answers).toEqual(urls.map(() => 404))
    writeNow(db, tx => rotateFeed(tx, person))
    expect((await get(personUrl)).statusCode).toBe(404)
    writeNow(db, tx => cancelRegistration(tx, registration, 'attendee', NOW))
    expect((await get(ownUrl)).statusCode).toBe(404)
    expect((await post('/calendar.ics')).statusCode).toBe(404)
  })
})

describe('limits', () => {
  it('a personal feed answers sixty times an hour, and then says when to come back', async () => {
    const { get, personUrl, ownUrl } = await open()
    const codes = new Set<number>()
    for (let n = 0; n < 60; n++) codes.add((await get(personUrl)).statusCode)
    expect([...codes]).toEqual([200])
    const refused = await get(personUrl)
    expect(refused.statusCode).toBe(429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await get(ownUrl)).statusCode).toBe(200)
  })
})

describe('downloads', () => {
  it('come as a file named after the event, also under an address the event had before', async () => {
    const { db, get, webinar } = await open()
    writeNow(db, tx => tx.insert(eventSlugs).values({ slug: 'vroeger', eventId: webinar.id }).run())
    const answer = await get('/events/webinar.ics')
    expect(answer.headers['content-disposition']).toBe('attachment; filename="webinar.ics"')
    expect(answer.body).not.toMatch(/^(METHOD|ORGANIZER|ATTENDEE)/m)
    expect((await get('/events/vroeger.ics')).body).toBe(answer.body)
  })
})

describe('Atom', () => {
  it('lists what is coming, with ids that stay and the moment of the last change', async () => {
    const { db, get, webinar } = await open()
    writeNow(db, tx =>
      editEvent(tx, webinar, { ...webinar, title: 'Geld & <gezin>' }, [], by(webinar), NOW.add({ hours: 1 })),
    )
    const { headers, body } = await get('/feed.atom', { 'accept-language': 'en' })
    expect(headers['content-type']).toBe('application/atom+xml; charset=utf-8')
    expect(body.match(/(?<=<id>)[^<]+/g)?.slice(0, 2)).toEqual([
      'http://localhost:3000/feed.atom',
      `urn:uuid:${webinar.uid}`,
    ])
    expect(body.match(/(?<=<updated>)[^<]+/g)).toEqual([
      '2026-11-21T10:00:00Z',
      '2026-11-21T10:00:00Z',
      '2026-11-21T09:00:00Z',
    ])
    expect(body).toContain('<title>Geld &amp; &lt;gezin&gt;</title>')
    expect(body).toContain('<category term="armoede" label="Armoede"/>')
  })
})
