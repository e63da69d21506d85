// The reach as pages and as a spreadsheet, and the names of organisations as forms.
import readExcel from 'read-excel-file/node'
import { describe, expect, test } from 'vitest'
import { organisationSpellings, organisations, registrations, spellingsApart } from '#db/schema.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { openConsole, signIn } from '../../support/console.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../../support/world.ts'

async function openReach() {
  const world = await openConsole()
  const { db, group } = world
  const event = makeEvent(db, group)
  for (const [index, organisation] of ['Gem. Assen', 'Gemeente Assen', 'gemeente assen', 'Lies Advies'].entries()) {
    makeRegistration(db, event, { organisation, email: `m${index}@example.org`, role: index ? 'policy' : 'student' })
  }
  const owner = signIn(db, 'els@example.org', group, 'owner')
  return { ...world, event, owner }
}

/** The rows of a table after a heading. */
function tableUnder(html: string, heading: string): string[][] {
  const [, after = ''] = html.split(`">${heading}</h2>`)
  const rows = after.split('</table>')[0]?.matchAll(/<tr>(.*?)<\/tr>/gs) ?? []
  return [...rows].map(([, row = '']) => [...row.matchAll(/<t[hd][^>]*>([^<]*)/g)].map(([, cell = '']) => cell))
}

describe('the page', () => {
  test('shows each cut as a table, with a drawing that says what it shows', async () => {
    const { get } = await openReach()
    const { body } = await get('/console/reach?year=2026')
    expect(tableUnder(body, 'Per rol')).toEqual([
      ['Rol', 'Aanmeldingen', 'Aanwezig', 'Niet gekomen', 'Uren', 'Moest wachten', 'Wacht nog', 'Afgemeld'],
      ['beleid', '3', '0', '0', '0', '0', '0', '0'],
      ['student', '1', '0', '0', '0', '0', '0', '0'],
    ])
    expect(body).not.toContain('Lies Advies')
    expect(body).not.toContain('console/organisations')
    expect((await get('/console/reach?year=2030')).body).toContain('In 2030 was er nog niets.')
    expect((await get('/console/reach?year=2026&group=elders')).statusCode).toBe(404)
    expect((await get('/console/reach?year=x')).statusCode).toBe(400)
  })

  test('of a year with more events draws the months: a title, a text, and two bars for each', async () => {
    const { db, group, get } = await openReach()
    makeEvent(db, group, { localStart: '2026-12-10T12:00' })
    const { body } = await get('/console/reach?year=2026')
    expect(body).toContain('<title id="chart-months-title">Aanmeldingen en aanwezigen per maand in 2026</title>')
    expect(body).toContain('De meeste aanmeldingen waren er in december: 4, van wie er 0 kwamen.')
    const [svg = ''] = /<svg viewBox="0 0 100 100"[^>]*role="img".*?<\/svg>/s.exec(body) ?? []
    expect(svg.match(/class="whole"/g)).toHaveLength(12)
    expect(svg.match(/class="bar"/g)).toHaveLength(12)
    expect(body).not.toContain('style=')
  })

  test('of a viewer has the figures and no names', async () => {
    const { db, group, get, event } = await openReach()
    const viewer = signIn(db, 'vera@example.org', group, 'viewer')
    const { statusCode, body } = await get(`/console/events/${event.id}/reach`, viewer)
    expect(statusCode).toBe(200)
    expect(
      tableUnder(body, 'Per rol')
        .slice(1)
        .map(([role, count]) => [role, count]),
    ).toEqual([
      ['beleid', '3'],
      ['student', '1'],
    ])
    expect(body).not.toMatch(/Zoë|example\.org|Lies|\/registrations"|\/history"/)
  })

  test('as a spreadsheet has a sheet for each cut, with numbers that can be added up', async () => {
    const { db, group, get } = await openReach()
    makeEvent(db, group, { localStart: '2026-12-10T12:00' })
    db.update(registrations)
      .set({ attendedAt: Temporal.Instant.from('2026-12-03T12:00:00Z'), attendedMinutes: 50 })
      .run()
    const { rawPayload, headers } = await get('/console/reach.xlsx?year=2026&group=noord')
    expect(headers['content-disposition']).toBe('attachment; filename="bereik-2026-noord.xlsx"')
    const sheets = await readExcel(rawPayload)
    const names = ['Samen', 'Per maand', 'Per rol', 'Per organisatie', 'Per thema', 'Per bijeenkomst']
    expect(sheets.map(({ sheet }) => sheet)).toEqual(names)
    const rows = Object.fromEntries(sheets.map(({ sheet, data }) => [sheet, data]))
    expect(rows.Samen?.[1]).toEqual(['Samen', 2, 4, 4, 4, 0, 0, 0, 0, 3.33])
    expect(rows['Per maand']?.at(-1)).toEqual(['december', 4, 4, 0, 3.33, 0, 0, 0, 2])
    expect(rows['Per organisatie']?.slice(1)).toEqual([['Andere, en zonder organisatie', 4, 4, 0, 3.33]])
  })

  test('as a spreadsheet has every event of a year, however many a page shows, in the order of their days', async () => {
    const { db, group, get, event } = await openReach()
    const days = Array.from({ length: 230 }, (_, index) =>
      Temporal.PlainDate.from('2026-12-31').subtract({ days: index }),
    )
    for (const day of days) makeEvent(db, group, { localStart: `${day}T09:00` }, NOW.subtract({ hours: 24 * 400 }))
    const sheets = await readExcel((await get('/console/reach.xlsx?year=2026')).rawPayload)
    const rows = sheets.find(({ sheet }) => sheet === 'Per bijeenkomst')?.data.slice(1) ?? []
    const starts = [...days.map(day => `${day}T09:00`), event.localStart].sort()
    expect(rows.map(([title]) => title)).toEqual(
      starts.map(localStart => `${event.title} (${formatsIn('nl', 'Europe/Amsterdam').dayOfYear({ localStart })})`),
    )
    expect(rows.map(([, registered]) => registered)).toEqual(starts.map(one => (one === event.localStart ? 4 : 0)))
  })
})

describe('the names of organisations', () => {
  const state = ({ db }: Awaited<ReturnType<typeof openReach>>) => [
    db
      .select()
      .from(organisations)
      .all()
      .map(({ name }) => name),
    db
      .select()
      .from(organisationSpellings)
      .all()
      .map(({ spelling }) => spelling)
      .sort(),
    db.select().from(spellingsApart).all().length,
  ]

  test('are proposed, merged by one POST, used at once, renamed, and taken apart again', async () => {
    const world = await openReach()
    const { get, post, owner, event } = world
    const page = '/console/organisations'
    const { body } = await get(page, owner)
    expect(body).toMatch(/value="gem assen" checked[\s\S]*value="Gemeente Assen"/)
    const merged = await post(page, { name: 'Gemeente Assen', spelling: ['gem assen', 'gemeente assen'] }, owner)
    expect([merged.statusCode, merged.headers.location]).toEqual([303, `${page}?done=1`])
    expect(state(world)).toEqual([['Gemeente Assen'], ['gem assen', 'gemeente assen'], 0])
    expect((await get(page, owner)).body).toContain('We zien geen namen die op elkaar lijken.')
    const report = async () =>
      tableUnder((await get(`/console/events/${event.id}/reach`)).body, 'Per organisatie').slice(1)
    expect((await report())[0]?.slice(0, 2)).toEqual(['Gemeente Assen', '3'])
    await post(`${page}/1`, { name: 'Stad Assen' }, owner)
    expect((await report())[0]?.[0]).toBe('Stad Assen')
    await post(`${page}/1/separation`, { spelling: 'gem assen' }, owner)
    expect(state(world)).toEqual([['Stad Assen'], ['gemeente assen', 'stad assen'], 2])
    expect((await report())[0]?.slice(0, 2)).toEqual(['Andere, en zonder organisatie', '4'])
  })

  test('that were refused do not come back', async () => {
    const world = await openReach()
    const { get, post, owner } = world
    await post('/console/organisations/apart', { spelling: ['gem assen', 'gemeente assen'] }, owner)
    expect(state(world)).toEqual([[], [], 1])
    expect((await get('/console/organisations', owner)).body).toContain('We zien geen namen die op elkaar lijken.')
  })

  test('an empty name is refused beside its field, with what was typed', async () => {
    const world = await openReach()
    const { post, owner } = world
    const { statusCode, body } = await post('/console/organisations', { name: '', spelling: 'gem <assen>' }, owner)
    expect(statusCode).toBe(422)
    expect(body).toContain('value="gem &lt;assen&gt;"')
    expect(body).toMatch(/id="f-name-problem"/)
    expect(state(world)).toEqual([[], [], 0])
  })

  test('are for who owns every group, and nobody else', async () => {
    const { db, get, post, owner, me } = await openReach()
    expect((await get('/console/organisations', me)).statusCode).toBe(404)
    makeGroup(db, { slug: 'zuid', name: 'Zuid' })
    expect((await get('/console/organisations', owner)).statusCode).toBe(404)
    expect((await post('/console/organisations', { name: 'A', spelling: 'b' }, owner)).statusCode).toBe(404)
    expect(db.select().from(organisations).all()).toEqual([])
  })
})
