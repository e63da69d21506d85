// What is to be done, on a phone and at a desk: from the first page to the run sheet of the next event, ticked there, and a
// line added for the whole series. Without scripts: nothing here has a reason to need one.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { and, asc, eq, gt, isNull } from '#db/drizzle.ts'
import { events, series, tasks, taskTicks } from '#db/schema.ts'
import { look } from '../support/axe.ts'
import { useBrowser } from '../support/browser.ts'
import { openSite, organiserCookie, type Site } from '../support/site.ts'

const browser = useBrowser()
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

/** A page on which only axe-core runs scripts. */
async function openConsole(width: number, path = '/console') {
  const page = await browser.open({ viewport: { width, height: 800 }, bypassCSP: true, reducedMotion: 'reduce' })
  await page.context().addCookies([organiserCookie(site)])
  const devTools = await page.context().newCDPSession(page)
  const scripts = (isOn: boolean) => devTools.send('Emulation.setScriptExecutionDisabled', { value: !isOn })
  await scripts(false)
  await page.goto(site.url + path)
  /** What is wrong with the page as it stands. */
  const problems = async () => {
    await scripts(true)
    const found = await look(page)
    await scripts(false)
    return found
  }
  return { page, problems }
}

const next = (): typeof events.$inferSelect => {
  const isAhead = and(isNull(events.cancelledAt), gt(events.startsAt, site.clock.now()))
  const event = site.db.select().from(events).where(isAhead).orderBy(asc(events.startsAt)).get()
  if (!event) throw new Error('nothing is ahead')
  return event
}
const lineOf = (page: Page, name: string) => page.locator('.tasks > li', { has: page.getByText(name, { exact: true }) })
const badge = async (page: Page, name: string) => (await lineOf(page, name).locator('.badge').textContent())?.trim()

describe.each([360, 1280])('at %i pixels', width => {
  test('an organiser sees what is to be done, ticks it and takes it back', async () => {
    const { page, problems } = await openConsole(width)
    expect(await page.locator('#ahead a').textContent()).toBe(next().title)
    expect(await badge(page, 'Begeleider bekend')).toBe('Binnenkort')
    expect(await problems()).toEqual([])
    await page.getByText('Bekijk de cijfers in een tabel').click()
    expect(await page.getByRole('row').count()).toBeGreaterThan(1)
    expect(await problems()).toEqual([])

    await page.getByRole('link', { name: /^Naar het draaiboek/ }).click()
    expect(await page.locator('[aria-current=page]').last().textContent()).toBe('Draaiboek')
    expect(await problems()).toEqual([])
    await lineOf(page, 'Begeleider bekend')
      .getByRole('button', { name: /^Niet nodig/ })
      .click()
    expect(await badge(page, 'Begeleider bekend')).toBe('Klaar')
    expect(site.db.select().from(taskTicks).all()).toHaveLength(1)
    expect(await problems()).toEqual([])
    await lineOf(page, 'Begeleider bekend')
      .getByRole('button', { name: /^Toch niet klaar/ })
      .click()
    expect(await badge(page, 'Begeleider bekend')).toBe('Binnenkort')
    expect(site.db.select().from(taskTicks).all()).toEqual([])
    await page.context().close()
  })

  test('a line for one event, wrong at first, then right; and gone again', async () => {
    const { page, problems } = await openConsole(width, `/console/events/${next().id}/run-sheet`)
    await page.getByText('Nieuwe regel, alleen voor deze bijeenkomst').click()
    await page.getByRole('button', { name: 'Voeg toe' }).click()
    expect(await page.locator('.problem').textContent()).toBe('Vul dit in.')
    expect(await problems()).toEqual([])
    await page.locator('#f-title').fill('Bel de zaal over de lift en de ringleiding')
    await page.locator('#f-days').fill('2')
    await page.getByRole('button', { name: 'Voeg toe' }).click()
    const name = 'Bel de zaal over de lift en de ringleiding'
    expect(await lineOf(page, name).textContent()).toContain('Later')
    expect(site.db.select().from(tasks).where(eq(tasks.eventId, next().id)).all()).toMatchObject([
      { title: name, days: -2 },
    ])
    await lineOf(page, name).getByText('Wijzig').click()
    expect(await problems()).toEqual([])
    await lineOf(page, name)
      .getByRole('button', { name: /^Haal deze regel weg/ })
      .click()
    expect(await lineOf(page, name).count()).toBe(0)
    await page.context().close()
  })

  test('a line for the whole series', async () => {
    const { page, problems } = await openConsole(width, '/console/series/eerste-donderdag')
    await page.getByRole('link', { name: 'Draaiboek' }).click()
    expect(await problems()).toEqual([])
    const form = page.locator('section.card')
    await form.getByLabel('Wat moet er gebeuren?').fill('Bedank de spreker')
    await form.getByLabel('Hoeveel dagen').fill('1')
    await form.getByLabel('Voor of na de bijeenkomst').selectOption({ label: 'dagen erna' })
    await form.getByRole('button', { name: 'Voeg toe' }).click()
    expect(await page.getByRole('status').textContent()).toContain('Bewaard.')
    expect(await lineOf(page, 'Bedank de spreker').textContent()).toContain('1 dag erna')
    const line = lineOf(page, 'Bedank de spreker')
    await line.getByText('Wijzig').click()
    expect(await problems()).toEqual([])
    await line.getByLabel('Hoeveel dagen').fill('14')
    await line.getByRole('button', { name: 'Bewaar' }).click()
    expect(await lineOf(page, 'Bedank de spreker').textContent()).toContain('2 weken erna')
    const [first] = site.db.select().from(series).where(eq(series.slug, 'eerste-donderdag')).all()
    const made = site.db
      .select()
      .from(tasks)
      .where(and(eq(tasks.seriesId, first?.id ?? 0), isNull(tasks.proof)))
      .all()
    expect(made).toMatchObject([{ title: 'Bedank de spreker', days: 14 }])
    await lineOf(page, 'Bedank de spreker').getByText('Wijzig').click()
    await lineOf(page, 'Bedank de spreker')
      .getByRole('button', { name: /^Haal deze regel weg/ })
      .click()
    expect(await lineOf(page, 'Bedank de spreker').count()).toBe(0)
    await page.context().close()
  })

  test('the daily mail is switched off and on again', async () => {
    const { page } = await openConsole(width)
    await page.getByRole('button', { name: 'Stuur me die mail niet' }).click()
    expect(await page.locator('#summary').textContent()).toContain('Je krijgt geen mail over wat te laat is.')
    await page.getByRole('button', { name: 'Stuur me die mail weer' }).click()
    expect(await page.locator('#summary').textContent()).toContain('Om 8 uur krijg je een mail als er iets te laat is.')
    await page.context().close()
  })
})
