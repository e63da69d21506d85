// An owner at the end of the year: the figures, the names that belong together, and who did what. On a phone and on a desk, with
// scripts switched off: nothing here needs them.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { registrations } from '#db/schema.ts'
import { useBrowser } from '../support/browser.ts'
import { openSite, organiserCookie, type Site } from '../support/site.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const browser = useBrowser()
let site: Site
beforeAll(async () => {
  site = await openSite()
  const { db } = site
  const list = db.select().from(registrations).where(eq(registrations.organisation, 'Gemeente Voorbeeld')).all()
  for (const { id } of list.filter((_, index) => index % 3 === 0)) {
    db.update(registrations).set({ organisation: 'Gem. Voorbeeld' }).where(eq(registrations.id, id)).run()
  }
})
afterAll(() => site.close())

/** Opens a page as who has no scripts; `look` runs axe-core, which is one. */
async function openConsole(width: number, path: string) {
  const page = await browser.open({ viewport: { width, height: 800 }, bypassCSP: true })
  await page.context().addCookies([organiserCookie(site)])
  const devTools = await page.context().newCDPSession(page)
  const scripts = (isOn: boolean) => devTools.send('Emulation.setScriptExecutionDisabled', { value: !isOn })
  await scripts(false)
  await page.goto(site.url + path)
  const look = async () => {
    await scripts(true)
    await page.evaluate(AXE)
    const found = await page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) => [
      ...violations.map(({ id, nodes }) => id + ': ' + nodes[0].html),
      ...(document.documentElement.scrollWidth > document.documentElement.clientWidth ? ['scrolls sideways'] : []),
    ])`)
    await scripts(false)
    return found
  }
  return { page, look }
}

const rowOf = (page: Page, name: string) =>
  page.locator('tbody tr', { hasText: name }).first().locator('td').allTextContents()

test.each([360, 1280])(
  'the reach of a year, a name that is merged and undone, and the history, at %i pixels',
  async width => {
    const { page, look } = await openConsole(width, '/console')
    await page.click('nav.tabs >> text=Bereik')
    expect(await page.textContent('h1')).toBe('Bereik')
    expect(await look()).toEqual([])
    const before = await rowOf(page, 'Gemeente Voorbeeld')
    const rest = await rowOf(page, 'Gem. Voorbeeld')

    await page.click('text=Namen van organisaties samenvoegen')
    expect(await look()).toEqual([])
    const proposal = page.locator('form.card', { hasText: 'Gem. Voorbeeld' })
    expect(await proposal.locator('input[name=name]').inputValue()).toBe('Gemeente Voorbeeld')
    await proposal.locator('button', { hasText: 'Voeg samen' }).click()
    expect(await page.textContent('[role=status]')).toContain('Gedaan. Het bereik telt meteen zo.')
    expect(await page.textContent('main')).toContain('We zien geen namen die op elkaar lijken.')
    expect(await look()).toEqual([])
    await page.click('text=Naar het bereik')
    const merged = await rowOf(page, 'Gemeente Voorbeeld')
    expect(Number(merged[0])).toBe(Number(before[0]) + Number(rest[0]))
    expect(await page.locator('tbody', { hasText: 'Gem. Voorbeeld' }).count()).toBe(0)

    await page.selectOption('select[name=group]', 'noord')
    await page.click('button:has-text("Toon")')
    expect(page.url()).toContain('group=noord')
    expect(await look()).toEqual([])
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Download voor Excel')])
    expect(download.suggestedFilename()).toBe('bereik-2026-noord.xlsx')

    await page.goto(`${site.url}/console/organisations`)
    await page.click('button:has-text("Haal eruit") >> nth=0')
    expect(await page.textContent('[role=status]')).toContain('Gedaan. Het bereik telt meteen zo.')
    await page.goto(`${site.url}/console/groups/werkplaatsen-sociaal-domein/history?about=group`)
    const told = await page.locator('.deeds p').allTextContents()
    expect(told.map(text => text.trim())).toContainEqual(
      expect.stringMatching(/voegde de schrijfwijze “gem voorbeeld” bij de organisatie “Gemeente Voorbeeld”\.$/),
    )
    expect(await look()).toEqual([])
    await page.context().close()
    // As it was, for the next width.
    site.db.$client.exec('delete from organisation_spellings; delete from organisations; delete from spellings_apart')
  },
)
