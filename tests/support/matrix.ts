// Every page at one width × light and dark × JavaScript on and off: axe-core finds nothing, and nothing scrolls sideways.
// The pages come from the list of routes, so a new one cannot escape: it fails here until it has an address. A page that is
// the same to the last letter without scripts is not looked at twice.
import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { look } from './axe.ts'
import type { useBrowser } from './browser.ts'
import { pagesOf } from './page-list.ts'
import { openSite, organiserCookie } from './site.ts'

const SCHEMES = ['light', 'dark'] as const
type Browser = ReturnType<typeof useBrowser>
/** What is wrong with a page, by its name. `same`: without scripts it was, to the last letter, the page just looked at. */
type Cell = Map<string, { wrong: string[]; same: boolean }>

/** Signs an organiser in and opens every page in the four cells of this width. Each width is a file: they run side by side. */
export async function proveEveryPage(browser: Browser, width: number): Promise<void> {
  const site = await openSite()
  onTestFinished(() => site.close())
  // Signing in ends other sign-ins, and one of the pages is an unused link: so once, before that link is made.
  const cookie = organiserCookie(site)
  const { pages, missing } = pagesOf(site)
  expect(missing).toEqual([])
  const size: BrowserContextOptions = { viewport: { width, height: 800 }, isMobile: width < 600, hasTouch: width < 600 }
  const cells = await Promise.all(
    SCHEMES.map(async colorScheme => {
      const page = await browser.open({ colorScheme, ...size, bypassCSP: true, reducedMotion: 'reduce' })
      await page.context().addCookies([cookie])
      const open = await opener(page)
      const scripted: Cell = new Map()
      const plain: Cell = new Map()
      for (const [name, path] of pages) {
        const meant = name.includes('(404)') || name.includes('(used)')
        const refused = (status: number) => (status >= 400 && !meant ? [`status ${status}`] : [])
        const status = await open(site.url + path, true)
        const content = await page.content()
        const wrong = await look(page)
        scripted.set(name, { wrong: [...refused(status), ...wrong], same: false })
        const plainStatus = await open(site.url + path, false)
        const same = (await page.content()) === content
        plain.set(name, { wrong: [...refused(plainStatus), ...(same ? wrong : await look(page))], same })
      }
      await page.context().close()
      const letter = colorScheme === 'dark' ? 'd' : 'l'
      return [[`${width}${letter}+`, scripted] as const, [`${width}${letter}-`, plain] as const]
    }),
  )
  const seen = cells.flat()
  const rows = pages.map(([name]) => `${name.padEnd(46)} ${seen.map(([, cell]) => mark(cell, name)).join('')}`)
  console.log([`${''.padEnd(46)} ${seen.map(([head]) => head.padEnd(6)).join('')}`, ...rows].join('\n'))
  const wrong = seen.flatMap(([head, cell]) =>
    [...cell].flatMap(([name, found]) => found.wrong.map(problem => `${head} ${name}: ${problem}`)),
  )
  expect(wrong).toEqual([])
}

/** Opens a page with or without scripts; afterwards they run again, since axe-core is one. Answers with the status. */
async function opener(page: Page): Promise<(url: string, scripts: boolean) => Promise<number>> {
  const devTools = await page.context().newCDPSession(page)
  return async (url, scripts) => {
    await devTools.send('Emulation.setScriptExecutionDisabled', { value: !scripts })
    const response = await page.goto(url)
    await devTools.send('Emulation.setScriptExecutionDisabled', { value: false })
    return response?.status() ?? 0
  }
}

function mark(cell: Cell, name: string): string {
  const found = cell.get(name)
  return (found?.wrong.length ? 'X' : found?.same ? '=' : '·').padEnd(6)
}
