// Every page × phone and desktop × light and dark × JavaScript on and off: axe-core finds nothing, and nothing scrolls
// sideways. The pages come from the list of routes, so a new one cannot escape: it fails here until it has an address.
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { look } from '../support/axe.ts'
import { useBrowser } from '../support/browser.ts'
import { pagesOf } from '../support/page-list.ts'
import { openSite, organiserCookie, type Site } from '../support/site.ts'

const CELLS = [360, 1280].flatMap(width =>
  (['light', 'dark'] as const).flatMap(colorScheme =>
    [true, false].map(javaScriptEnabled => ({ width, colorScheme, javaScriptEnabled })),
  ),
)
const browser = useBrowser()
let site: Site
let cookie: ReturnType<typeof organiserCookie>
beforeAll(async () => {
  site = await openSite()
  // Signing in ends other sign-ins, and one of the pages is an unused link: so once, before that link is made.
  cookie = organiserCookie(site)
})
afterAll(() => site.close())

interface Cell {
  page: Page
  /** Opens a page as this cell's visitor does; afterwards scripts run again, since axe-core is one. */
  open: (path: string) => Promise<number>
}

async function openCell({ width, colorScheme, javaScriptEnabled }: (typeof CELLS)[number]): Promise<Cell> {
  const size: BrowserContextOptions = { viewport: { width, height: 800 }, isMobile: width < 600, hasTouch: width < 600 }
  const page = await browser.open({ colorScheme, ...size, bypassCSP: true, reducedMotion: 'reduce' })
  await page.context().addCookies([cookie])
  const devTools = await page.context().newCDPSession(page)
  return {
    page,
    open: async path => {
      await devTools.send('Emulation.setScriptExecutionDisabled', { value: !javaScriptEnabled })
      const response = await page.goto(site.url + path)
      await devTools.send('Emulation.setScriptExecutionDisabled', { value: false })
      return response?.status() ?? 0
    },
  }
}

test('the look finds what is wrong', async () => {
  const page = await browser.open({ viewport: { width: 360, height: 800 } })
  await page.setContent(
    '<!doctype html><html><title>x</title><main><h1>x</h1><img src="data:,"><p style="width:900px">x</p></main>',
  )
  const found = await look(page)
  expect(found.map(problem => problem.split(':')[0])).toEqual(['scrolls sideways', 'html-has-lang', 'image-alt'])
  await page.context().close()
})

test('every page, in every cell', { timeout: 400_000 }, async () => {
  const { pages, missing } = pagesOf(site)
  expect(missing).toEqual([])
  const seen = await Promise.all(
    CELLS.map(async cell => {
      const { page, open } = await openCell(cell)
      const found: [string, string[]][] = []
      for (const [name, path] of pages) {
        const status = await open(path)
        found.push([
          name,
          [
            ...(status >= 400 && !name.includes('(404)') && !name.includes('(used)') ? [`status ${status}`] : []),
            ...(await look(page)),
          ],
        ])
      }
      await page.context().close()
      return new Map(found)
    }),
  )
  const head = CELLS.map(
    cell => `${cell.width}${cell.colorScheme === 'dark' ? 'd' : 'l'}${cell.javaScriptEnabled ? '+' : '-'}`,
  )
  const rows = pages.map(
    ([name]) => `${name.padEnd(46)} ${seen.map(cell => (cell.get(name)?.length ? 'X' : '·').padEnd(6)).join('')}`,
  )
  console.log([`${''.padEnd(46)} ${head.map(name => name.padEnd(6)).join('')}`, ...rows].join('\n'))
  const wrong = seen.flatMap((cell, index) =>
    [...cell].flatMap(([name, problems]) => problems.map(problem => `${head[index]} ${name}: ${problem}`)),
  )
  expect(wrong).toEqual([])
})
