import { describe, expect, test } from 'vitest'
import { eventSlugs } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { addSession, createEvent } from '#src/domain/drafts.ts'
import type { Event } from '#src/domain/events.ts'
import { addMaterial } from '#src/domain/materials.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries } from '../../support/world.ts'

const VENUE = { name: 'Huis', address: 'Plein 1', postcode: '9700 AA', city: 'Groningen', access: 'Lift' }
const TO_AGENDA = '<p><a href="/">Bekijk in de agenda wat er nog komt</a></p>'
const editor = (event: { revision: number }) => ({ organiserId: null, revision: event.revision })

async function openEvent(values: Partial<Parameters<typeof makeEvent>[2]> = {}) {
  const world = await openApp()
  const group = makeGroup(world.db)
  const event = makeEvent(world.db, group, { slug: 'een', ...values })
  const page = async (url = '/events/een') => (await world.app.inject(url)).body
  const structured = async () => JSON.parse(/ld\+json">(.*?)<\/script>/.exec(await page())?.[1] ?? '')
  return { ...world, group, event, page, structured }
}

function fill(
  { db }: Awaited<ReturnType<typeof openEvent>>,
  event: Event,
  amount: number,
  presence = 'online' as const,
) {
  for (let number = 0; number < amount; number++) {
    makeRegistration(db, event, { email: `${presence}${number}@example.org`, attendance: presence })
  }
}

describe('the page of an event', () => {
  test('that is open says when, where, by whom, and how many places are left', async () => {
    const world = await openEvent({ speakers: ['Lector', 'Bewoner'], description: '## Voor wie?\n\n**Iedereen**' })
    fill(world, world.event, 2)
    const body = await world.page()
    expect(body).toContain(
      '<time datetime="2026-12-03T12:00+01:00"><b>donderdag 3 december 2026</b><br><b>12.00–13.00 uur</b></time>',
    )
    expect(body).toContain('Nederlandse tijd')
    expect(body).toContain('Online. De link krijg je per mail.')
    expect(body).toContain('Lector, Bewoner')
    expect(body).toContain('<strong>Iedereen</strong>')
    expect(body).toContain('<p data-capacity="40" data-left="38">Nog 38 van 40 plaatsen vrij.</p>')
    expect(body).toContain('<a class="button" href="#schuif-aan">Schuif aan</a>')
    expect(body).toContain('<button class="button wide">Aanmelden</button>')
    expect(body).toContain('action="/events/een/registrations"')
    expect(body).not.toContain('meet.example.org')
  })

  test('that is nearly full says so', async () => {
    const world = await openEvent({ capacityOnline: 8 })
    fill(world, world.event, 5)
    expect(await world.page()).toContain('<span class="badge warm">bijna vol</span>')
  })

  test('that is full offers the waiting list', async () => {
    const world = await openEvent({ capacityOnline: 1 })
    fill(world, world.event, 3)
    const body = await world.page()
    expect(body).toContain('<span class="badge warm">vol</span>')
    expect(body).toContain('<a class="button" href="#schuif-aan">Kom op de wachtlijst</a>')
    expect(body).toContain('data-capacity="1" data-left="0"')
    expect(body).toContain('Er wachten nu 2 mensen.')
    expect(body).toContain('<button class="button wide">Zet mij op de wachtlijst</button>')
    expect(body).not.toContain('>Aanmelden</button>')
  })

  test('that is hybrid has both places, and offers first the one with room', async () => {
    const world = await openEvent({ attendance: 'hybrid', venue: VENUE, capacityInPerson: 1, capacityOnline: 5 })
    makeRegistration(world.db, world.event, { attendance: 'in_person' })
    const body = await world.page()
    expect(body).toContain('<b>Huis</b><br>Plein 1, 9700 AA Groningen')
    expect(body).toContain('Of online: dan krijg je de link per mail.')
    expect(body).toContain('data-capacity="1" data-left="0" data-attendance="in_person"')
    expect(body).toContain('data-capacity="5" data-left="5" data-attendance="online"')
    expect(body).toContain('value="online" checked')
    expect(body).toContain('>Aanmelden</button>')
  })

  test('in a room that has begun is closed; online it stays open until the end', async () => {
    const room = await openEvent({ attendance: 'in_person', venue: VENUE, capacityInPerson: 5 })
    room.clock.set('2026-12-03T11:30:00Z')
    expect(await room.page()).toContain('Aanmelden kan niet meer')
    expect(await room.page()).not.toContain('<form class="registration"')
    const online = await openEvent()
    online.clock.set('2026-12-03T11:30:00Z')
    expect(await online.page()).toContain('Dit is nu bezig')
    expect(await online.page()).toContain('>Aanmelden</button>')
  })

  test('that was moved says from when and why', async () => {
    const { db, event, clock, page, structured } = await openEvent()
    const to = { localStart: '2026-12-10T16:00', durationMinutes: 60, attendance: 'online' as const, venue: null }
    writeNow(db, tx => moveEvent(tx, event, to, 'De zaal <b>lekt</b>', editor(event), clock.now()))
    const body = await page()
    expect(body).toContain('Eerst stond het op donderdag 3 december 2026, 12.00–13.00 uur.')
    expect(body).toContain('Reden: De zaal &lt;b&gt;lekt&lt;/b&gt;')
    expect(await structured()).toMatchObject({
      eventStatus: 'https://schema.org/EventRescheduled',
      startDate: '2026-12-10T16:00+01:00',
      previousStartDate: '2026-12-03T12:00+01:00',
    })
  })

  test('that was cancelled says so, and has no form', async () => {
    const { db, event, clock, page, structured } = await openEvent()
    writeNow(db, tx => cancelEvent(tx, event, 'ziekte', editor(event), clock.now()))
    const body = await page()
    expect(body).toContain('<h2>Dit gaat niet door</h2><p>Reden: ziekte</p>')
    expect(body).toContain(TO_AGENDA)
    expect(body).not.toContain('<form class="registration"')
    expect((await structured()).eventStatus).toBe('https://schema.org/EventCancelled')
  })

  test('that is over shows what was kept, and has no form', async () => {
    const { db, event, clock, page } = await openEvent({ yield: 'Drie plannen.' })
    writeNow(db, tx =>
      addMaterial(tx, { eventId: event.id, kind: 'recording', title: 'Film', url: 'https://v.example.org' }),
    )
    clock.set('2026-12-03T12:00:00Z')
    const body = await page()
    expect(body).toContain('<h2>Dit is geweest</h2>')
    expect(body).toContain('<section class="harvest"><h2>Wat het opleverde</h2><p>Drie plannen.</p></section>')
    expect(body).toContain(TO_AGENDA)
    expect(body).toContain(
      '<a class="button wide" href="https://v.example.org" rel="external">Film</a> <span class="soft small">opname</span>',
    )
    expect(body).not.toContain('<form class="registration"')
  })

  test('that is a draft is not there', async () => {
    const { app, db, group, event, clock } = await openEvent()
    writeNow(db, tx =>
      createEvent(
        tx,
        {
          ...event,
          id: undefined as never,
          uid: undefined as never,
          groupId: group.id,
          slug: 'klad',
          publishedAt: null,
        },
        clock.now(),
      ),
    )
    expect((await app.inject('/events/klad')).statusCode).toBe(404)
  })

  test('at an address it had before leads on to the present one', async () => {
    const { app, db, event } = await openEvent()
    db.insert(eventSlugs).values({ slug: 'oud', eventId: event.id }).run()
    const { statusCode, headers } = await app.inject('/events/oud?lang=en')
    expect([statusCode, headers.location]).toEqual([301, '/events/een?lang=en'])
  })

  test('of a conference has the programme, by the clock', async () => {
    const { db, event, page } = await openEvent({ kind: 'conference', durationMinutes: 420 })
    const add = (title: string, localStart: string, round?: number) =>
      writeNow(db, tx =>
        addSession(tx, {
          eventId: event.id,
          kind: round ? 'workshop' : 'plenary',
          title,
          localStart,
          durationMinutes: 60,
          round: round ?? null,
          room: 'Zaal 1',
        }),
      )
    add('Vroeg', '2026-12-03T12:00')
    add('Links', '2026-12-03T13:15', 1)
    add('Rechts', '2026-12-03T13:15', 1)
    const body = await page()
    expect(body.match(/<p class="slot">/g)).toHaveLength(2)
    expect(body).toContain('13.15</time> <span class="soft small">Ronde 1</span>')
    expect(body.indexOf('Vroeg')).toBeLessThan(body.indexOf('Links'))
  })

  test('answers HEAD like GET, without the page', async () => {
    const { app } = await openEvent()
    const { statusCode, body } = await app.inject({ method: 'HEAD', url: '/events/een' })
    expect([statusCode, body]).toEqual([200, ''])
  })
})

describe('what machines read of it', () => {
  test('is complete', async () => {
    const { page, structured } = await openEvent({ seriesId: undefined })
    expect(await structured()).toEqual({
      '@context': 'https://schema.org',
      '@type': 'Event',
      name: 'Eén gezin, één plan: lukt dat?',
      description: 'Drie gemeenten over de gezinsbenadering.',
      url: 'http://localhost:3000/events/een',
      startDate: '2026-12-03T12:00+01:00',
      endDate: '2026-12-03T13:00+01:00',
      eventStatus: 'https://schema.org/EventScheduled',
      eventAttendanceMode: 'https://schema.org/OnlineEventAttendanceMode',
      location: { '@type': 'VirtualLocation', url: 'http://localhost:3000/events/een' },
      organizer: { '@type': 'Organization', name: 'Werkplaats Noord', url: 'http://localhost:3000/groups/noord' },
      isAccessibleForFree: true,
      offers: {
        '@type': 'Offer',
        price: 0,
        priceCurrency: 'EUR',
        url: 'http://localhost:3000/events/een',
        availability: 'https://schema.org/InStock',
      },
    })
    const body = await page()
    expect(body).toContain('<link rel="canonical" href="http://localhost:3000/events/een">')
    expect(body).toContain('<meta property="og:title" content="Eén gezin, één plan: lukt dat?">')
    expect(body).toContain(
      '<link rel="alternate" type="text/calendar" title="Werkplaats Noord" href="/groups/noord.ics">',
    )
    expect(body).not.toContain('noindex')
  })

  test('of a hybrid event names the venue and the page', async () => {
    const { structured } = await openEvent({ attendance: 'hybrid', venue: VENUE, capacityInPerson: 5 })
    expect((await structured()).location).toEqual([
      {
        '@type': 'Place',
        name: 'Huis',
        address: {
          '@type': 'PostalAddress',
          streetAddress: 'Plein 1',
          postalCode: '9700 AA',
          addressLocality: 'Groningen',
        },
      },
      { '@type': 'VirtualLocation', url: 'http://localhost:3000/events/een' },
    ])
  })

  test('stays data, whatever the title holds', async () => {
    const title = '</script><script>alert(1)</script> & "zo"'
    const { page, structured } = await openEvent({ title, summary: '<img src=x onerror=alert(2)>' })
    const body = await page()
    expect(body).not.toContain('<script>alert')
    expect(body).not.toContain('<img')
    expect(body).toContain('<h1>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;zo&quot;</h1>')
    expect((await structured()).name).toBe(title)
  })

  test('in a demo asks search engines to stay away, and says that it is an example', async () => {
    const { app, db } = await openApp({ isDemo: true })
    makeEvent(db, makeGroup(db), { slug: 'een' })
    const { body } = await app.inject('/events/een')
    expect(body).toContain('<meta name="robots" content="noindex">')
    expect(body).toContain('>Voorbeeld</b>')
  })
})

test('the links to calendars say that they never follow a move, and lead to what does', async () => {
  const { app, db } = await openApp()
  const group = makeGroup(db)
  makeEvent(db, group, { slug: 'een', seriesId: makeSeries(db, group).id })
  const { body } = await app.inject('/events/een')
  expect(body).toContain('<a href="/events/een.ics">Download (.ics)</a>')
  expect(body).toContain('href="https://calendar.google.com/calendar/render?action=TEMPLATE')
  expect(body).toContain('href="https://outlook.office.com/calendar/0/deeplink/compose?')
  expect(body).toContain('Deze links veranderen nooit mee')
  expect(body).toContain('href="/series/eerste-donderdag#follow">de hele reeks')
})
