// The page of what comes after an event: what it yielded, the list of what there is to watch and read, and the mail about it.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { mailings, registrations } from '#db/schema.ts'
import { getEvent } from '#src/domain/events.ts'
import { listMaterials } from '#src/domain/materials.ts'
import { versionOfYield } from '#src/web/console/materials-page.ts'
import { openConsole } from '../../support/console.ts'
import { makeEvent, makeRegistration, makeSeries } from '../../support/world.ts'

const LINK = { kind: 'recording', title: 'De opname', url: 'https://v.example.org/1' }

async function open(values = {}) {
  const world = await openConsole()
  const { db, group, get, post } = world
  const event = makeEvent(db, group, values)
  const path = `/console/events/${event.id}`
  const page = async () => (await get(`${path}/materials`)).body
  const now = () => getEvent(db, event.id)
  const write = (text: string, version = versionOfYield(now())) => post(`${path}/yield`, { yield: text, version })
  const add = (fields = {}) => post(`${path}/materials`, { ...LINK, ...fields })
  const titles = () => listMaterials(db, event.id).map(({ title }) => title)
  return { ...world, event, path, page, now, write, add, titles }
}

describe('what it yielded', () => {
  test('stands on top of its page, in the archive, and is found by its words', async () => {
    const { write, now, app, event, path, clock } = await open()
    const { statusCode, headers } = await write('  Drie buurten\r\ndoen mee. ')
    expect([statusCode, headers.location]).toEqual([303, `${path}/materials?done=yield`])
    expect(now().yield).toBe('Drie buurten\ndoen mee.')
    clock.set('2026-12-03T12:00:00Z')
    const { body } = await app.inject({ url: `/events/${event.slug}` })
    expect(body).toContain(
      '<section class="harvest"><h2>Wat het opleverde</h2><p>Drie buurten\ndoen mee.</p></section>',
    )
    expect(body.indexOf('class="harvest"')).toBeLessThan(body.indexOf('class="facts"'))
    expect((await app.inject({ url: '/archive?q=buurten' })).body).toContain(event.title)
  })

  test('typed by two at once is lost of neither', async () => {
    const { write, now } = await open()
    const version = versionOfYield(now())
    await write('Van Els')
    const { statusCode, body } = await write('Van mij', version)
    expect(statusCode).toBe(409)
    expect(body).toContain('<blockquote>Van Els</blockquote>')
    expect(body).toMatch(/<textarea[^>]* name="yield"[^>]*>Van mij<\/textarea>/)
    expect(now().yield).toBe('Van Els')
    const [, shown = ''] = /name="version" value="([^"]*)"/.exec(body) ?? []
    expect((await write('Van mij', shown)).statusCode).toBe(303)
    expect(now().yield).toBe('Van mij')
  })

  test.each([
    ['x'.repeat(5001), 'hoogstens 5000 tekens'],
    ['Kom naar meet.example.org/kamer', 'adres van de online ruimte'],
  ])('will not do: %#', async (text, problem) => {
    const { write, now } = await open()
    const { statusCode, body } = await write(text)
    expect([statusCode, now().yield]).toEqual([422, ''])
    expect(body).toContain(problem)
    expect(body).toContain('<a href="#yield-yield">')
    expect(body).toContain(text)
  })
})

describe('the list', () => {
  test('is put in order, changed and made shorter, and the public page follows', async () => {
    const { add, titles, post, db, event, app } = await open()
    const body = async () => (await app.inject({ url: `/events/${event.slug}` })).body
    await add({ kind: 'link', title: 'Een' })
    await add({ kind: 'link', title: 'Twee' })
    await add({ kind: 'link', title: 'Drie' })
    const [one, two] = listMaterials(db, event.id)
    await post(`/console/materials/${one?.id}/place`, { to: 'up' })
    await post(`/console/materials/${two?.id}/place`, { to: 'up' })
    expect(titles()).toEqual(['Twee', 'Een', 'Drie'])
    await post(`/console/materials/${one?.id}/place`, { to: 'down' })
    await post(`/console/materials/${one?.id}/place`, { to: 'down' })
    expect(titles()).toEqual(['Twee', 'Drie', 'Een'])
    expect(await body()).toMatch(/Twee[\s\S]*Drie[\s\S]*Een/)
    await post(`/console/materials/${one?.id}`, { ...LINK, title: 'Vier' })
    await post(`/console/materials/${two?.id}/removal`)
    expect(titles()).toEqual(['Drie', 'Vier'])
    expect(await body()).not.toContain('Twee')
    expect((await app.inject({ url: '/archive?q=vier' })).statusCode).toBe(200)
  })

  test.each([
    [{ title: '' }, 'link-title'],
    [{ title: 'x'.repeat(151) }, 'link-title'],
    [{ url: '' }, 'link-url'],
    [{ url: 'javascript:alert(1)' }, 'link-url'],
    [{ url: 'http://v.example.org/1' }, 'link-url'],
    [{ url: 'https://meet.example.org/kamer' }, 'link-url'],
    [{ kind: 'virus' }, 'link-kind'],
  ])('%j is refused beside its field, and nothing typed is lost', async (fields, at) => {
    const { add, titles } = await open()
    const { statusCode, body } = await add(fields)
    expect([statusCode, titles()]).toEqual([422, []])
    expect(body).toContain(`<a href="#${at}">`)
    expect(body).toContain(`id="${at}-problem"`)
    if (!('title' in fields)) expect(body).toContain('value="De opname"')
  })

  test('no two things on its page have the same id, so that every label is of its own field', async () => {
    const { add, page } = await open()
    await add()
    const ids = [...(await page()).matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  test('of one that is changed the problem stands in its own form, which is open', async () => {
    const { add, post, db, event } = await open()
    await add()
    const [material] = listMaterials(db, event.id)
    const { statusCode, body } = await post(`/console/materials/${material?.id}`, { ...LINK, url: 'nee' })
    expect(statusCode).toBe(422)
    expect(body).toMatch(new RegExp(`<details open>[\\s\\S]*id="m${material?.id}-url-problem"`))
  })
})

test('the archive is searched by titles of what is kept, by year, and by what there is', async () => {
  const { add, app, clock, db, group } = await open()
  await add({ title: 'Filmpje over schulden' })
  makeEvent(db, group, { title: 'Een ander jaar', localStart: '2027-02-04T12:00' })
  clock.set('2027-03-01T12:00:00Z')
  const found = async (query: string) =>
    [...(await app.inject({ url: `/archive?${query}` })).body.matchAll(/<h3><a[^>]*>([^<]*)/g)].map(
      ([, title]) => title,
    )
  const first = 'Eén gezin, één plan: lukt dat?'
  expect(await found('')).toEqual(['Een ander jaar', first])
  expect(await found('q=schulden')).toEqual([first])
  expect(await found('year=2026')).toEqual([first])
  expect(await found('year=2027')).toEqual(['Een ander jaar'])
  expect(await found('kept=recording')).toEqual([first])
  expect(await found('kept=materials&year=2027')).toEqual([])
  const { body } = await app.inject({ url: '/archive?kept=recording&year=2026' })
  expect(body).toContain('<option value="2026" selected>2026</option>')
  expect(body).toContain('<option value="recording" selected>')
  expect((await app.inject({ url: '/archive?year=abc' })).statusCode).toBe(400)
  expect((await app.inject({ url: '/?year=2026' })).body).not.toContain('id="year"')
})

describe('the mail after it', () => {
  const AFTER = '2026-12-03T12:00:00Z'

  test('is prepared, read with how many get it, planned, held back, and sent once', async () => {
    const { db, event, path, post, page, clock } = await open()
    const { id } = makeRegistration(db, event)
    db.update(registrations).set({ attendedAt: event.startsAt }).where(eq(registrations.id, id)).run()
    clock.set(AFTER)
    expect(await page()).toContain('Zet de mails klaar')
    const made = await post(`${path}/follow-up`)
    expect(made.headers.location).toBe(`${path}/materials?done=prepared#mail`)
    const body = await page()
    expect(body).toMatch(/Voor wie er was<\/a> [\s\S]*nu 1 persoon/)
    expect(body).toMatch(/Voor wie er niet was<\/a> [\s\S]*nu niemand/)
    expect(body).not.toContain('Voor iedereen met een plaats')
    expect(body).toContain('Er staat nog niets om terug te kijken')
    await post(`${path}/follow-up/schedule`, { date: '2026-12-05', time: '10:00' })
    expect(await page()).toContain('De mails gaan vanzelf weg op')
    await post(`${path}/follow-up/withdrawal`)
    expect(await page()).not.toContain('De mails gaan vanzelf weg op')
    const attended = db.select().from(mailings).where(eq(mailings.audience, 'attended')).get()
    const release = { revision: String(attended?.revision), recipients: '1' }
    expect((await post(`/console/mailings/${attended?.id}/release`, release)).statusCode).toBe(303)
    expect((await post(`/console/mailings/${attended?.id}/release`, release)).statusCode).toBe(409)
    expect(await page()).toMatch(/Voor wie er was<\/a> <span class="badge warm">wacht even/)
  })

  test('at a moment that will not do it is said beside the day', async () => {
    const { path, post } = await open()
    await post(`${path}/follow-up`)
    const { statusCode, body } = await post(`${path}/follow-up/schedule`, { date: '2026-12-01', time: '10:00' })
    expect(statusCode).toBe(422)
    expect(body).toContain('<a href="#schedule-date">')
    expect(body).toContain('Kies een moment na afloop van de bijeenkomst.')
  })

  test('before it begins each text can be read, and none can be sent', async () => {
    const { db, event, path, post, page, get } = await open()
    makeRegistration(db, event)
    await post(`${path}/follow-up`)
    const body = await page()
    for (const forWhom of ['Voor wie er was', 'Voor wie er niet was', 'Voor iedereen met een plaats']) {
      expect(body).toContain(forWhom)
    }
    const all = db.select().from(mailings).where(eq(mailings.audience, 'confirmed')).get()
    const one = (await get(`/console/mailings/${all?.id}`)).body
    expect(one).toContain('Versturen kan na afloop.')
    expect(one).not.toContain('/release"')
    expect(one).not.toContain('/deletion"')
    const release = { revision: '1', recipients: '1' }
    expect((await post(`/console/mailings/${all?.id}/release`, release)).statusCode).toBe(409)
  })

  test('its words are changed, not its readers', async () => {
    const { db, path, post, get } = await open()
    await post(`${path}/follow-up`)
    const absent = db.select().from(mailings).where(eq(mailings.audience, 'absent')).get()
    const form = (await get(`/console/mailings/${absent?.id}/edit`)).body
    expect(form).toContain('<input type="hidden" name="audience" value="absent">')
    expect(form).not.toContain('<select id="f-audience"')
    await post(`/console/mailings/${absent?.id}`, { revision: '1', audience: 'all', subject: 'Anders', body: 'Dag.' })
    expect(
      db
        .select()
        .from(mailings)
        .where(eq(mailings.id, absent?.id ?? 0))
        .get(),
    ).toMatchObject({
      audience: 'absent',
      subject: 'Anders',
    })
  })
})

test('a series says after how many days, and shows the mails that leave then', async () => {
  const { db, group, get, post } = await openConsole()
  makeSeries(db, group)
  const { body } = await get('/console/series/eerste-donderdag')
  expect(body).toContain('name="followUpDays"')
  expect(body).toContain('Fijn dat je er was op {datum}.')
  const wrong = await post('/console/series/eerste-donderdag', { followUpDays: '31' })
  expect(wrong.statusCode).toBe(422)
  expect(wrong.body).toContain('Vul een heel getal in van 1 tot en met 30, of laat het leeg.')
})
