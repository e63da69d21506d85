// A year on a phone and on a desk: planned with its holidays, one time skipped, two topics swapped, the rule changed; and old lists
// from spreadsheets, so that the year before is not empty.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { and, asc, eq, gte, lt } from '#db/drizzle.ts'
import { events, registrations } from '#db/schema.ts'
import { look } from '../support/axe.ts'
import { useBrowser } from '../support/browser.ts'
import { openSite, organiserCookie, type Site } from '../support/site.ts'
import { csvFile, xlsxFile } from '../support/tables.ts'

const browser = useBrowser()
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const PLANNING = '/console/series/eerste-donderdag/planning'

async function openConsole(width: number, path: string, javaScriptEnabled = true): Promise<Page> {
  const page = await browser.open({ javaScriptEnabled, viewport: { width, height: 800 }, bypassCSP: true })
  await page.context().addCookies([organiserCookie(site)])
  await page.goto(site.url + path)
  return page
}

const press = (page: Page, name: string) =>
  Promise.all([page.waitForNavigation(), page.getByRole('button', { name, exact: true }).click()])

/** What the series has in a year, by day. */
function planned(year: number): string[] {
  const within = and(gte(events.localStart, `${year}`), lt(events.localStart, `${year + 1}`), eq(events.seriesId, 1))
  return site.db
    .select({ start: events.localStart })
    .from(events)
    .where(within)
    .orderBy(asc(events.localStart))
    .all()
    .map(({ start }) => start)
}

describe.each([
  [360, 2028],
  [1280, 2029],
])('at %d pixels', (width, year) => {
  test('a year is planned, with one time skipped and two topics swapped', async () => {
    const page = await openConsole(width, `${PLANNING}?from=${year}-01-01&until=${year}-12-31`)
    expect(await look(page)).toEqual([])
    const row = page.locator('.plan > li').filter({ hasText: `juni ${year}` })
    await row.locator('summary').click()
    await row.getByLabel(/^Reden voor/).fill('Studiereis')
    await row.getByRole('checkbox', { name: /Sla deze keer over/ }).check()
    await press(page, 'Bewaar dit plan')
    expect(await page.textContent('[role=status]')).toContain('Eén datum is overgeslagen.')
    expect(await look(page)).toEqual([])
    expect(await page.locator('.plan .skipped').first().textContent()).toContain('Studiereis')
    const before = planned(year)
    expect(before.some(start => start.startsWith(`${year}-06`))).toBe(false)
    expect(before.length).toBeGreaterThan(7)

    const ids = () => site.db.select().from(events).where(eq(events.seriesId, 1)).orderBy(asc(events.localStart)).all()
    const [one, other] = ids().filter(event => event.localStart.startsWith(String(year)))
    await page.getByLabel('Dit onderwerp', { exact: true }).selectOption(String(one?.id))
    await page.getByLabel('met dit onderwerp').selectOption(String(other?.id))
    await press(page, 'Wissel ze')
    expect(planned(year)).toEqual(before)
    const [first, second] = ids().filter(event => event.localStart.startsWith(String(year)))
    expect([first?.id, second?.id]).toEqual([other?.id, one?.id])
  })

  test('a list of other years is read, its wrong row is shown, and the rest gets its pages and its people', async () => {
    const page = await openConsole(width, '/console/import', false)
    const title = `Uit de oude doos (${width})`
    const rows = [
      ['Titel', 'Datum', 'Tijd', 'Eindtijd'],
      [title, '6-3-2025', '12:00', '13:00'],
      ['Zonder dag', '', '12:00', ''],
    ]
    const file = { name: 'agenda.csv', mimeType: 'text/csv', buffer: csvFile(rows) }
    await page.getByLabel('Bestand', { exact: true }).setInputFiles(file)
    await press(page, 'Bekijk het bestand')
    expect(await page.textContent('h1')).toBe('1 bijeenkomst in de agenda zetten?')
    expect(await page.textContent('tbody tr')).toContain('De datum ontbreekt.')
    await press(page, 'Zet deze in de agenda')
    expect(await page.textContent('[role=status]')).toContain('In het archief: 1.')
    const event = site.db.select().from(events).where(eq(events.title, title)).get()
    expect([event?.localStart, event?.publishedAt !== null]).toEqual(['2025-03-06T12:00', true])

    await page.goto(`${site.url}/console/events/${event?.id}/people-import`)
    const people = [
      ['Naam', 'E-mail', 'Organisatie'],
      ['Deelnemer Eén', 'een@example.org', 'Gemeente'],
      ['Deelnemer Twee', 'geen adres', ''],
    ]
    const sheet = await xlsxFile({ name: 'Mensen', rows: people })
    await page
      .getByLabel('Bestand', { exact: true })
      .setInputFiles({ name: 'mensen.xlsx', mimeType: 'application/octet-stream', buffer: sheet })
    await press(page, 'Bekijk het bestand')
    expect(await page.textContent('tbody tr')).toContain('Het e-mailadres klopt niet.')
    expect(await page.textContent('.card h2')).toBe('Niemand krijgt een mail')
    await press(page, 'Zet deze persoon op de lijst')
    const list = site.db
      .select()
      .from(registrations)
      .where(eq(registrations.eventId, event?.id ?? 0))
      .all()
    expect(list.map(({ name, attendedAt }) => [name, attendedAt !== null])).toEqual([['Deelnemer Eén', true]])
  })
})

test.each([360, 1280])('the pages between are clean at %d pixels', async width => {
  const page = await openConsole(width, '/console/import')
  expect(await look(page)).toEqual([])
  const rows = [
    ['Titel', 'Datum', 'Code'],
    ['Een webinar', '4-3-2027', ''],
    ['', '', 'x'],
  ]
  await page
    .getByLabel('Bestand', { exact: true })
    .setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: csvFile(rows) })
  await press(page, 'Bekijk het bestand')
  expect(await look(page)).toEqual([])
  await page.goto(`${site.url}/console/import`)
  await press(page, 'Bekijk het bestand')
  expect(await page.textContent('[role=alert]')).toContain('Kies eerst een bestand.')
  expect(await look(page)).toEqual([])

  const past = site.db
    .select()
    .from(events)
    .where(lt(events.endsAt, site.clock.now()))
    .orderBy(asc(events.startsAt))
    .all()
  const event = past.find(one => one.publishedAt && one.attendance === 'online')
  const [known] = site.db
    .select()
    .from(registrations)
    .where(and(eq(registrations.eventId, event?.id ?? 0), eq(registrations.status, 'confirmed')))
    .all()
  await page.goto(`${site.url}/console/events/${event?.id}/attendance-report`)
  const report = [
    ['Name (Original Name)', 'User Email', 'Total Duration (Minutes)', 'Guest'],
    [known?.name ?? '', '', '51', 'No'],
    ['iPad', '', '5', 'Yes'],
  ]
  const text = report.map(cells => cells.join(',')).join('\n')
  await page
    .getByLabel('Bestand', { exact: true })
    .setInputFiles({ name: 'zoom.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await press(page, 'Bekijk het bestand')
  expect(await page.textContent('h1')).toBe('1 persoon gevonden')
  expect(await look(page)).toEqual([])
  await press(page, 'Leg vast wie er was')
  expect(await page.textContent('[role=status]')).toContain('1 persoon was er.')
  const minutes = site.db
    .select({ minutes: registrations.attendedMinutes })
    .from(registrations)
    .where(eq(registrations.id, known?.id ?? 0))
    .get()
  expect(minutes).toEqual({ minutes: 51 })
})
