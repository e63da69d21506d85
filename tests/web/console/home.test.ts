import { describe, expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { organisers } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createEvent } from '#src/domain/drafts.ts'
import type { Group } from '#src/domain/groups.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { tick } from '#src/domain/run-sheets.ts'
import { listTasks } from '#src/domain/tasks.ts'
import { openConsole, signIn } from '../../support/console.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, NOW } from '../../support/world.ts'

const heading = (html: string) => /<h2 id="ahead"><a [^>]*>([^<]*)</.exec(html)?.[1]
/** Each line of a run sheet as it reads. */
const tasksIn = (html: string) =>
  html
    .split('<span class="task-mark')
    .slice(1)
    .map(part => part.split('</li>')[0] ?? '')
    .map(part =>
      part
        .slice(part.indexOf('</span>'))
        .replaceAll(/<[^>]*>/g, ' ')
        .replaceAll(/\s+/g, ' ')
        .replaceAll(' ,', ',')
        .trim(),
    )
const titles = (html: string) => [...html.matchAll(/<h3><a [^>]*>([^<]*)</g)].map(match => match[1])

const nextOf = (html = '') => /rel="next" href="([^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&')

const links = (html: string) => [...html.matchAll(/<a [^>]*href="([^"]*)"/g)].map(match => match[1])

function makeDraft(db: Db, group: Group, title: string, localStart: string) {
  const usual = { kind: 'meeting', timeZone: 'Europe/Amsterdam', durationMinutes: 60, attendance: 'online' } as const
  writeNow(db, tx => createEvent(tx, { ...usual, groupId: group.id, title, localStart }, NOW))
}

describe('who does not organise', () => {
  test.each([
    ['host', 'check-in'],
    ['viewer', 'reach'],
  ] as const)('as a %s gets to what they come for, and every link opens', async (right, act) => {
    const { app, db, group } = await openConsole()
    const event = makeEvent(db, group)
    makeRegistration(db, event)
    const headers = signIn(db, 'gerrit@example.org', group, right)
    for (const url of ['/console', '/console/events']) {
      const { body } = await app.inject({ url, headers })
      expect(links(body)).toContain(`/console/events/${event.id}/${act}`)
      expect(links(body)).not.toContain('/console/outbox')
      expect(links(body)).not.toContain('/console/events?when=drafts')
      const inside = links(body).filter(path => path?.startsWith('/console'))
      const answers = await Promise.all(inside.map(path => app.inject({ url: path ?? '', headers })))
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(inside.map(() => 200))
    }
  })
})

describe('the first page', () => {
  test('of a new installation says what to do first', async () => {
    const { get } = await openConsole()
    const { body } = await get('/console')
    expect(body).toContain('Begin met een reeks')
    expect(body).toContain('href="/console/series/new"')
    expect(body).toContain('href="/console/events/new"')
  })

  test('of somebody without a group says whom to ask', async () => {
    const { db, app } = await openConsole()
    const { body } = await app.inject({ url: '/console', headers: signIn(db, 'nina@example.org') })
    expect(body).toContain('Je bent nog bij geen groep organisator.')
    expect(body).not.toContain('/console/series/new')
  })

  test('shows what is next with who comes, drafts with what is against them, and how far each series is planned', async () => {
    const { db, group, get } = await openConsole()
    const event = makeEvent(db, group, { capacityOnline: 1 })
    for (const email of ['a@example.org', 'b@example.org']) makeRegistration(db, event, { email })
    makeEvent(db, group, { title: 'Geweest', localStart: '2026-11-05T12:00' }, NOW.subtract({ hours: 24 * 60 }))
    makeEvent(db, makeGroup(db, { slug: 'zuid', name: 'Zuid' }), { title: 'Van een ander' })
    const found = makeSeries(db, group)
    const { groupId, kind, timeZone, durationMinutes, attendance } = found
    const draft = { seriesId: found.id, groupId, kind, timeZone, durationMinutes, attendance, title: 'Concept van mei' }
    writeNow(db, tx => createEvent(tx, { ...draft, localStart: '2027-05-06T12:00' }, NOW))
    const { body } = await get('/console')
    expect(heading(body)).toBe('Eén gezin, één plan: lukt dat?')
    expect(titles(body)).toEqual(['Concept van mei', 'Webinar van de eerste donderdag'])
    expect(body).toContain('1 van 1 plaats, 1 op de wachtlijst')
    expect(body).toContain('Let op: donderdag 6 mei 2027 is Hemelvaartsdag.')
    expect(body).toContain('Gepland tot en met do 6 mei 2027.')
    expect(body).toContain('elke eerste donderdag van de maand, 12.00')
    expect(body).toContain('href="/console/series/eerste-donderdag/planning"')
  })

  test('of who has drafts only puts the first of them on top, with what is to be done', async () => {
    const { db, group, get } = await openConsole()
    const base = { groupId: group.id, kind: 'webinar', timeZone: 'Europe/Amsterdam', durationMinutes: 60 } as const
    const draft = { ...base, attendance: 'online' } as const
    const months = Array.from({ length: 9 }, (_, index) => `2027-0${index + 1}-07T12:00`)
    writeNow(db, tx => {
      for (const [index, localStart] of months.entries())
        createEvent(tx, { ...draft, title: `Concept ${index}`, localStart }, NOW)
    })
    const { body } = await get('/console')
    expect(heading(body)).toBe('Concept 0')
    expect(body).toContain('Dit is nog een concept.')
    expect(body).not.toContain('<h3>Aanmeldingen</h3>')
    expect(titles(body)).toEqual(['Concept 1', 'Concept 2', 'Concept 3', 'Concept 4', 'Concept 5', 'Concept 6'])
    expect(body).toContain('Alle 9 concepten')
  })

  test('says in words how each line of the run sheet stands, and by when', async () => {
    const { db, group, get } = await openConsole()
    const event = makeEvent(db, group, { description: 'Tekst.' })
    const lines = tasksIn((await get('/console')).body)
    expect(lines).toEqual([
      'Spreker gevraagd Te laat had klaar moeten zijn op do 5 nov, 16 dagen geleden',
      'Tekst klaar Klaar',
      'Ruimte geregeld Klaar',
      'Begeleider bekend Binnenkort uiterlijk do 26 nov',
      'Herinnering ingepland Klaar',
      'Materiaal geplaatst Later uiterlijk zo 6 dec',
    ])
    const { body } = await get('/console')
    expect(body).toContain('3 van de 6 klaar')
    expect(body).toContain(`href="/console/events/${event.id}/run-sheet"`)
  })

  test('says so when all is ready, and when nothing asks for anything', async () => {
    const { db, group, get } = await openConsole()
    const event = makeEvent(db, group, { description: 'Tekst.', speakers: ['Zoë'] })
    const calm = 'Alles is bij. Er is niets te laat'
    expect((await get('/console')).body).not.toContain(calm)
    writeNow(db, tx => {
      const organiser = createOrganiser(tx, 'ander@example.org', '', NOW)
      for (const { task, state } of listTasks(tx, event, NOW))
        if (state !== 'done') tick(tx, event, task.id, organiser.id, NOW)
    })
    const { body } = await get('/console')
    expect(body).toContain('<b>Alles is klaar</b>')
    expect(body).toContain(calm)
  })

  test('names what is overdue elsewhere with its event, also of who comes later and of what has been', async () => {
    const { db, group, get } = await openConsole()
    makeEvent(db, group, { title: 'Eerst' })
    makeEvent(db, group, { title: 'Later', localStart: '2026-12-10T12:00', description: 'Tekst.' })
    const past = { title: 'Geweest', localStart: '2026-11-12T12:00' }
    const before = NOW.subtract({ hours: 24 * 30 })
    makeEvent(db, group, past, before)
    makeEvent(db, makeGroup(db, { slug: 'zuid', name: 'Zuid' }), { title: 'Van een ander' })
    const { body } = await get('/console')
    const pressing = body.split('Dit vraagt nu aandacht')[1]?.split('</section>')[0] ?? ''
    expect(tasksIn(pressing)).toEqual([
      'Spreker gevraagd Te laat had klaar moeten zijn op do 12 nov, 9 dagen geleden Later, do 10 dec',
      'Materiaal geplaatst Te laat had klaar moeten zijn op zo 15 nov, 6 dagen geleden Geweest, do 12 nov',
    ])
  })

  test('draws who registered, with the same numbers in words and in a table', async () => {
    const { db, group, get } = await openConsole()
    const event = makeEvent(db, group, { capacityOnline: 10 }, NOW.subtract({ hours: 24 * 20 }))
    expect((await get('/console')).body).toContain('Er is nog niemand aangemeld.')
    const join = (email: string, hours: number) => makeRegistration(db, event, { email }, NOW.subtract({ hours }))
    for (const index of [0, 1, 2]) join(`p${index}@example.org`, 24 * 10)
    join('later@example.org', 1)
    const { body } = await get('/console')
    const chart = /<figure class="chart">[\s\S]*?<\/figure>/.exec(body)?.[0] ?? ''
    expect(chart).toContain(
      'Er zijn 4 mensen aangemeld, van wie 1 in de laatste zeven dagen. De streepjeslijn staat bij 10 plaatsen.',
    )
    expect(
      [...chart.matchAll(/<th scope="row">([^<]*)<\/th><td class="number">(\d+)/g)].map(match => match.slice(1)),
    ).toEqual([
      ['di 10 nov', '0'],
      ['wo 11 nov', '3'],
      ['za 21 nov', '4'],
    ])
    expect(chart).toMatch(/<svg [^>]*role="img" aria-label="Hoeveel mensen er zijn aangemeld, per dag">/)
    expect(chart).toContain('<path class="limit" d="M0 0H100"/>')
    expect(chart).not.toMatch(/style=|NaN|undefined/)
  })

  test('shows the year of the series with drafts, each leading to where it is worked on', async () => {
    const { db, group, get } = await openConsole()
    const { id: seriesId } = makeSeries(db, group)
    const event = makeEvent(db, group, { seriesId })
    const { kind, timeZone, durationMinutes, attendance } = event
    const base = { groupId: group.id, seriesId, kind, timeZone, durationMinutes, attendance }
    const draft = writeNow(db, tx => createEvent(tx, { ...base, title: 'Wordt', localStart: '2027-01-07T12:00' }, NOW))
    const { body } = await get('/console')
    const marks = [...body.matchAll(/<a class="mark [^"]*" href="([^"]*)" title="[^"]*\(([^)]*)\)"/g)].map(match =>
      match.slice(1),
    )
    expect(marks.slice(3, 7)).toEqual([
      ['/console/series/eerste-donderdag/planning', 'deze maand niet'],
      [`/console/events/${event.id}`, 'eerstvolgende'],
      [`/console/events/${draft.id}`, 'concept'],
      ['/console/series/eerste-donderdag/planning', 'nog niet gepland'],
    ])
  })

  test('lets an organiser stop the daily mail, and want it again', async () => {
    const { db, group, get, post } = await openConsole()
    makeSeries(db, group)
    const says = async (text: string) => (await get('/console')).body.includes(text)
    const stoppedAt = () => db.select({ at: organisers.summaryStoppedAt }).from(organisers).get()?.at
    const stopped = await post('/console/summaries', { wanted: 'no' })
    expect([stopped.statusCode, stopped.headers.location, stoppedAt()]).toEqual([303, '/console#summary', NOW])
    expect([await says('Je krijgt geen mail over wat te laat is.'), await says('Stuur me die mail weer')]).toEqual([
      true,
      true,
    ])
    await post('/console/summaries', { wanted: 'yes' })
    expect([stoppedAt(), await says('Om 8 uur krijg je een mail'), await says('Stuur me die mail niet')]).toEqual([
      null,
      true,
      true,
    ])
    expect((await post('/console/summaries', { wanted: 'x' })).statusCode).toBe(400)
  })

  test('speaks English to who chose it, and keeps doing so after a form', async () => {
    const { get, post } = await openConsole()
    const { body } = await get('/console?lang=en')
    expect(body).toContain('Begin with a series')
    expect(body).toContain('href="/console/series/new?lang=en"')
    const fields = {
      title: 'New',
      kind: 'webinar',
      groupId: '1',
      date: '2027-01-07',
      time: '12:00',
      durationMinutes: '60',
    }
    const { headers } = await post('/console/events/new?lang=en', { ...fields, attendance: 'online' })
    expect(headers.location).toBe('/console/events/1?lang=en')
    expect((await get(String(headers.location))).body).toContain('This is a draft.')
  })
})

describe('the list of events', () => {
  test('says how much is overdue for each', async () => {
    const { db, group, get } = await openConsole()
    makeEvent(db, group, { title: 'Alles', summary: '' })
    makeEvent(db, group, { title: 'Iets', description: 'Tekst.' })
    makeEvent(db, group, { title: 'Niets', localStart: '2027-03-04T12:00' })
    const { body } = await get('/console/events')
    const rows = body
      .split('<li class="row')
      .slice(1)
      .map(row => [/<h3><a [^>]*>([^<]*)/.exec(row)?.[1], /\d+ ta[^<"]*/.exec(row)?.[0]])
    expect(rows).toEqual([
      ['Alles', '2 taken te laat voor Alles'],
      ['Iets', '1 taak te laat voor Iets'],
      ['Niets', undefined],
    ])
  })

  test('has what comes, what is a draft, and what is over', async () => {
    const { db, group, get } = await openConsole()
    makeEvent(db, group, { title: 'Komt' })
    makeEvent(db, group, { title: 'Geweest', localStart: '2026-11-05T12:00' }, NOW.subtract({ hours: 24 * 60 }))
    makeDraft(db, group, 'Concept', '2027-01-07T12:00')
    const listed = async (query: string) => titles((await get(`/console/events${query}`)).body)
    expect(await listed('')).toEqual(['Komt'])
    expect(await listed('?when=drafts')).toEqual(['Concept'])
    expect(await listed('?when=past')).toEqual(['Geweest'])
  })

  // Most begin at one moment, so that a page ends among them.
  test.each([
    ['past', 'Ouder', 'Older'],
    ['coming', 'Meer', 'More'],
    ['drafts', 'Meer', 'More'],
  ])('goes on page by page (%s), without a gap or a double', async (when, label, inEnglish) => {
    const { db, group, get } = await openConsole()
    const ago = NOW.subtract({ hours: 24 * 60 })
    const made = Array.from({ length: 53 }, (_, index) => {
      const [title, day] = [`Nummer ${index}`, index < 52 ? '05' : '12']
      if (when === 'past') makeEvent(db, group, { title, localStart: `2026-11-${day}T12:00` }, ago)
      if (when === 'coming') makeEvent(db, group, { title, localStart: `2027-01-${day}T12:00` })
      if (when === 'drafts') makeDraft(db, group, title, `2027-01-${day}T12:00`)
      return title
    })
    const pages = [(await get(`/console/events?when=${when}`)).body]
    for (let next = nextOf(pages[0]); next && pages.length < 5; next = nextOf(pages.at(-1))) {
      pages.push((await get(next)).body)
    }
    expect(pages.map(body => titles(body).length)).toEqual([50, 3])
    expect(pages.flatMap(titles)).toEqual(when === 'past' ? made.reverse() : made)
    expect(pages.map(body => body.includes(`rel="next"`))).toEqual([true, false])
    expect(pages[0]).toMatch(new RegExp(`rel="next"[^>]*>${label}</a>`))
    const english = (await get(`/console/events?when=${when}&lang=en`)).body
    expect(english).toMatch(new RegExp(`rel="next" href="[^"]*lang=en"[^>]*>${inEnglish}</a>`))
  })

  test('of exactly one page says nothing of a next one, and an address that is none is refused', async () => {
    const { db, group, get } = await openConsole()
    for (let index = 0; index < 50; index++) makeEvent(db, group, { title: `Nummer ${index}` })
    const { body } = await get('/console/events')
    expect(titles(body)).toHaveLength(50)
    expect(body).not.toContain('rel="next"')
    expect((await get('/console/events?after=morgen')).statusCode).toBe(400)
    const { startsAt, id } = makeEvent(db, group, { title: 'De laatste' })
    const end = await get(`/console/events?after=${startsAt.epochMilliseconds}-${id}`)
    expect([end.statusCode, titles(end.body)]).toEqual([200, []])
  })
})
