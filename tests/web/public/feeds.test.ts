import { describe, expect, it } from 'vitest'
import { eventSlugs, events, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { FEED_LIMIT } from '#src/calendar/feed.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { editEvent } from '#src/domain/editing.ts'
import { paths } from '#src/lib/paths.ts'
import { by, openFeeds } from '../../support/feeds.ts'
import { NOW } from '../../support/world.ts'

describe('what each address holds', () => {
  it('filters by kind, theme and group, and follows the tree of groups', async () => {
    const { titles } = await openFeeds()
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
    const { db, webinar, titles } = await openFeeds()
    writeNow(db, tx => cancelEvent(tx, webinar, '', by(webinar), NOW))
    expect(await titles('/calendar.ics')).toEqual(['Geannuleerd: Webinar', 'Leerkring'])
    expect(await titles('/calendar.ics?vervallen=nee')).toEqual(['Leerkring'])
  })

  it('in every language the address asks, whatever the program prefers', async () => {
    const { get } = await openFeeds()
    const dutch = (await get('/calendar.ics')).body
    expect((await get('/calendar.ics', { 'accept-language': 'en' })).body).toBe(dutch)
    expect(dutch).toContain('X-WR-CALNAME:Aanschuiven: alle bijeenkomsten\r\n')
    const english = (await get('/calendar.ics?lang=en')).body
    expect(english).toContain('X-WR-CALNAME:Aanschuiven: all events\r\n')
    expect(english).toContain('/events/webinar?lang=en\r\n')
  })

  it('names the room nowhere', async () => {
    const { get, webinar, personUrl, ownUrl } = await openFeeds()
    const urls = ['/calendar.ics', '/groups/noord.ics', '/feed.atom', paths.eventFile(webinar.slug), personUrl, ownUrl]
    const bodies = await Promise.all(urls.map(async url => (await get(url)).body.replaceAll('\r\n ', '')))
    expect(bodies.map(body => body.includes('meet.example.org'))).toEqual(urls.map(() => false))
    expect(bodies.map(body => body.includes('/join/'))).toEqual([false, false, false, false, true, true])
  })
})

describe('a feed of many years', () => {
  it('holds the newest 500 events, in less than a megabyte, publicly and personally', async () => {
    const { db, webinar, registration, get, personUrl } = await openFeeds()
    const { id: _, ...event } = webinar
    const { id: __, ...place } = registration
    const summary = 'Wat één gezin nodig heeft, en wie dat weet. '.repeat(12).slice(0, 500)
    for (let day = 0; day < FEED_LIMIT + 10; day++) {
      const [startsAt, endsAt] = [webinar.startsAt, webinar.endsAt].map(at => at.add({ hours: 24 * (day + 100) }))
      const values = { title: `Dag ${day}`, uid: `dag-${day}`, slug: `dag-${day}`, summary }
      const localStart = startsAt?.toZonedDateTimeISO(event.timeZone).toPlainDateTime().toString().slice(0, 16)
      const row = { ...event, ...values, localStart, startsAt, endsAt } as typeof events.$inferInsert
      const { id } = db.insert(events).values(row).returning().get()
      db.insert(registrations)
        .values({ ...place, eventId: id })
        .run()
    }
    for (const url of ['/calendar.ics', personUrl]) {
      const { body } = await get(url)
      const found = body.match(/(?<=^SUMMARY:)[^\r]*/gm)
      expect([found?.length, found?.[0], found?.at(-1)]).toEqual([500, 'Dag 10', 'Dag 509'])
      expect(Buffer.byteLength(body)).toBeLessThan(1_000_000)
    }
  })
})

describe('downloads', () => {
  it('come as a file named after the event, also under an address the event had before', async () => {
    const { db, get, webinar } = await openFeeds()
    writeNow(db, tx => tx.insert(eventSlugs).values({ slug: 'vroeger', eventId: webinar.id }).run())
    const answer = await get('/events/webinar.ics')
    expect(answer.headers['content-disposition']).toBe('attachment; filename="webinar.ics"')
    expect(answer.body).not.toMatch(/^(METHOD|ORGANIZER|ATTENDEE)/m)
    expect((await get('/events/vroeger.ics')).body).toBe(answer.body)
  })
})

describe('Atom', () => {
  it('lists what is coming, with ids that stay and the moment of the last change', async () => {
    const { db, get, webinar } = await openFeeds()
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
