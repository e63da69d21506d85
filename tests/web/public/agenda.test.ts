import { describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { setThemes } from '#src/domain/editing.ts'
import { addMaterial } from '#src/domain/materials.ts'
import { createTheme } from '#src/domain/themes.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries } from '../../support/world.ts'

const titles = (body: string) => [...body.matchAll(/<h3><a [^>]*>([^<]*)<\/a>/g)].map(match => match[1])
const editor = (event: { revision: number }) => ({ organiserId: null, revision: event.revision })

describe('the agenda', () => {
  test('of an empty installation is a friendly page without a list or a filter', async () => {
    const { app } = await openApp()
    const { statusCode, body } = await app.inject('/')
    expect(statusCode).toBe(200)
    expect(body).toContain('<h1>Er staat nog niets in de agenda</h1>')
    expect(body).not.toContain('class="filter"')
    expect(body).not.toContain('Terugkijken</a></p>')
  })

  test('has the next event on top and the rest by month, each with its places', async () => {
    const { app, db } = await openApp()
    const group = makeGroup(db)
    const next = makeEvent(db, group, { capacityOnline: 2 })
    makeRegistration(db, next)
    makeEvent(db, group, { title: 'Daarna', localStart: '2027-01-07T12:00', capacityOnline: 9 })
    makeEvent(db, group, { title: 'Zonder grens', localStart: '2027-01-21T12:00', capacityOnline: null })
    const { body } = await app.inject('/')
    expect(body).toContain('Eerstvolgende webinar, over 12 dagen')
    expect(body).toMatch(/<h1 id="next">Eén gezin, één plan: lukt dat\?/)
    expect(body).toContain('<b>Nog 1 van 2 plaatsen vrij</b>')
    expect(titles(body)).toEqual(['Daarna', 'Zonder grens'])
    expect(body.match(/<h2 id="m-[^>]*>[^<]*/g)).toEqual(['<h2 id="m-2027-01">januari 2027'])
    expect(body).toContain('<b>9</b> plaatsen')
    expect(body).toContain('plaats voor iedereen')
  })

  test('passes over a cancelled event for the top, and keeps it in the list', async () => {
    const { app, db, clock } = await openApp()
    const group = makeGroup(db)
    const gone = makeEvent(db, group, { title: 'Valt uit' })
    makeEvent(db, group, { title: 'Gaat door', localStart: '2026-12-10T12:00' })
    writeNow(db, tx => cancelEvent(tx, gone, 'ziek', editor(gone), clock.now()))
    const { body } = await app.inject('/')
    expect(body).toMatch(/<h1 id="next">Gaat door/)
    expect(titles(body)).toEqual(['Valt uit'])
    expect(body).toContain('<span class="badge wrong">gaat niet door</span>')
  })

  test('says what is going on now', async () => {
    const { app, db, clock } = await openApp()
    makeEvent(db, makeGroup(db))
    clock.set('2026-12-03T11:30:00Z')
    expect((await app.inject('/')).body).toContain('Nu bezig: webinar')
  })

  test('narrows by word, kind, group and theme; an empty choice is no choice', async () => {
    const { app, db } = await openApp()
    const [north, south] = [makeGroup(db), makeGroup(db, { slug: 'zuid', name: 'Zuid' })]
    const event = makeEvent(db, north, { title: 'Eenzaamheid' })
    makeEvent(db, south, { title: 'Armoede', kind: 'meeting' })
    writeNow(db, tx => setThemes(tx, event.id, [createTheme(tx, { slug: 'jong', name: 'Jong' }).id]))
    const find = async (query: string) => titles((await app.inject(`/?${query}`)).body)
    expect(await find('q=eenzaam&kind=&group=&theme=')).toEqual(['Eenzaamheid'])
    expect(await find('kind=meeting')).toEqual(['Armoede'])
    expect(await find('group=noord')).toEqual(['Eenzaamheid'])
    expect(await find('theme=jong')).toEqual(['Eenzaamheid'])
    expect(await find('theme=jong&kind=meeting')).toEqual([])
    expect((await app.inject('/?q=zzz')).body).toContain('<h2>Niets gevonden</h2>')
    expect((await app.inject('/?kind=party')).statusCode).toBe(400)
  })

  test('shows what somebody searched for as text, not as markup', async () => {
    const { app, db } = await openApp()
    makeEvent(db, makeGroup(db))
    const { body } = await app.inject(`/?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expect(body).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"')
    expect(body).not.toContain('<script>alert')
  })

  test('carries the language of the link on, and offers the other one', async () => {
    const { app, db } = await openApp()
    makeEvent(db, makeGroup(db))
    const { body, headers } = await app.inject('/?lang=en')
    expect(body).toContain('<html lang="en">')
    expect(body).toContain('href="/archive?lang=en"')
    expect(body).toContain('href="/?lang=nl" lang="nl"')
    expect(headers.vary).toBe('Accept-Language, Accept-Encoding, Cookie')
  })
})

describe('the year strip', () => {
  const marks = (body: string) =>
    [...body.matchAll(/<a class="mark ([^"]*)" href="([^"]*)"[^>]*>([^<]*)<span/g)].map(([, look, href, day]) => [
      look?.trim(),
      href,
      day,
    ])

  test('has a mark for each month of twelve: past, next, to come, not planned, skipped', async () => {
    const { app, db } = await openApp()
    const group = makeGroup(db)
    const series = makeSeries(db, group, { skipMonths: [8] })
    const seriesId = series.id
    makeEvent(db, group, { seriesId, slug: 'was', localStart: '2026-11-05T12:00' })
    makeEvent(db, group, { seriesId, slug: 'next', localStart: '2026-12-03T12:00' })
    makeEvent(db, group, { seriesId, slug: 'moved', localStart: '2027-05-13T12:00' })
    const { body } = await app.inject('/')
    expect(marks(body)).toEqual([
      ['off', '/series/eerste-donderdag', '–'],
      ['off', '/series/eerste-donderdag', '–'],
      ['off', '/series/eerste-donderdag', '–'],
      ['past', '/events/was', '5'],
      ['next', '/events/next', '3'],
      ...['7', '4', '4', '1'].map(day => ['open', '/series/eerste-donderdag', day]),
      ['', '/events/moved', '13'],
      ...['3', '1'].map(day => ['open', '/series/eerste-donderdag', day]),
    ])
    expect(body.replaceAll(/\s+/g, ' ')).toContain(
      'Elke eerste donderdag, 12.00–13.00 uur. Niet in augustus. In mei op donderdag 13 mei, vanwege Hemelvaartsdag.',
    )
  })

  test('sets the quarter meetings beside them, in another shape', async () => {
    const { app, db } = await openApp()
    const group = makeGroup(db)
    makeSeries(db, group)
    const rule = 'FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=3TU'
    const { id } = makeSeries(db, group, { slug: 'kwartaal', title: 'Kwartaal', rule, localTime: '13:30' })
    makeEvent(db, group, { seriesId: id, slug: 'december', localStart: '2026-12-15T13:30' })
    const { body } = await app.inject('/')
    expect(marks(body).filter(([look]) => look?.includes('square'))).toEqual([
      ['off square', '/series/kwartaal', '–'],
      ['next square', '/events/december', '15'],
      ['open square', '/series/kwartaal', '16'],
      ['open square', '/series/kwartaal', '15'],
    ])
    expect(body).toContain('De derde dinsdag van maart, juni, september en december, 13.30–14.30 uur.')
  })

  test('is not there without a series that meets by the month', async () => {
    const { app, db } = await openApp()
    const group = makeGroup(db)
    makeSeries(db, group, { rule: 'FREQ=WEEKLY;INTERVAL=3;BYDAY=TU' })
    makeEvent(db, group)
    expect((await app.inject('/')).body).not.toContain('class="year"')
  })
})

describe('the archive', () => {
  test('holds what has been with its materials, the last one first, by pages', async () => {
    const { app, db } = await openApp()
    const group = makeGroup(db)
    for (let day = 1; day <= 22; day++) {
      makeEvent(db, group, { title: `Dag ${day}`, localStart: `2026-10-${String(day).padStart(2, '0')}T12:00` })
    }
    const last = makeEvent(db, group, { title: 'Laatste', localStart: '2026-11-01T12:00', yield: 'Drie plannen.' })
    writeNow(db, tx =>
      addMaterial(tx, { eventId: last.id, kind: 'slides', title: 'Dia’s', url: 'https://files.example.org/1' }),
    )
    const first = (await app.inject('/archive?q=&kind=')).body
    expect(titles(first)).toEqual(['Laatste', ...Array.from({ length: 19 }, (_, index) => `Dag ${22 - index}`)])
    expect(first).toContain('<a href="https://files.example.org/1" rel="external">Dia’s</a>')
    expect(first).toContain('Drie plannen.')
    const older = /href="(\/archive\?before=[^"]*)"/.exec(first)?.[1]
    const second = (await app.inject(String(older))).body
    expect(titles(second)).toEqual(['Dag 3', 'Dag 2', 'Dag 1'])
    expect(second).not.toContain('rel="next"')
  })
})
