// Every page at one width × light and dark × JavaScript on and off: axe-core finds nothing, and nothing scrolls sideways.
// The pages come from the list of routes, so a new one cannot escape: it fails here until it has an address. A page that is
// the same to the last letter without scripts is not looked at twice.
import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { look, lookAtColours } from './axe.ts'
import type { useBrowser } from './browser.ts'
import { pagesOf } from './page-list.ts'
import { openSite, organiserCookie } from './site.ts'

type Browser = ReturnType<typeof useBrowser>
/** What is wrong with a page, by its name. `same`: without scripts it was, to the last letter, the page just looked at. */
type Cell = Map<string, { wrong: string[]; same: boolean }>

/**
 * What is wrong with the pages, as an organiser sees them, in the four cells of this width; prints a row for each page.
 * Each width is a file: they run side by side.
 */
export async function problemsOfEveryPage(browser: Browser, width: number): Promise<string[]> {
  const site = await openSite()
  onTestFinished(() => site.close())
  // Signing in ends other sign-ins, and one of the pages is an unused link: so once, before that link is made.
  const cookie = organiserCookie(site)
  const { pages, missing } = pagesOf(site)
  expect(missing, 'routes without an address').toEqual([])
  const size: BrowserContextOptions = { viewport: { width, height: 800 }, isMobile: width < 600, hasTouch: width < 600 }
  const page = await browser.open({ ...size, bypassCSP: true, reducedMotion: 'reduce' })
  await page.context().addCookies([cookie])
  const open = await opener(page)
  const seen: [head: string, Cell][] = ['l+', 'd+', 'l-', 'd-'].map(cell => [`${width}${cell}`, new Map()])
  for (const [name, path] of pages) {
    const meant = /\((404|410|used)\)/.test(name)
    const refused = (status: number) => (status >= 400 && !meant ? [`status ${status}`] : [])
    const status = await open(site.url + path, true)
    const same = await isAsSent(page, status)
    const scripted = await inBoth(page)
    const plainStatus = same ? status : await open(site.url + path, false)
    const plain = same ? scripted : await inBoth(page)
    for (const [index, wrong] of [...scripted, ...plain].entries()) {
      const without = index >= scripted.length
      seen[index]?.[1].set(name, {
        wrong: [...refused(without ? plainStatus : status), ...wrong],
        same: without && same,
      })
    }
  }
  await page.context().close()
  const rows = pages.map(([name]) => `${name.padEnd(46)} ${seen.map(([, cell]) => mark(cell, name)).join('')}`)
  console.log([`${''.padEnd(46)} ${seen.map(([head]) => head.padEnd(6)).join('')}`, ...rows].join('\n'))
  return seen.flatMap(([head, cell]) =>
    [...cell].flatMap(([name, found]) => found.wrong.map(problem => `${head} ${name}: ${problem}`)),
  )
}

/**
 * Whether scripts left the page to the last letter as it is sent: then it is the same without them. It is read anew and
 * parsed, where no script runs; showing it a second time was a quarter of all the work.
 */
function isAsSent(page: Page, status: number): Promise<boolean> {
  return page.evaluate(`fetch(location.href).then(async response => {
    const sent = new DOMParser().parseFromString(await response.text(), 'text/html')
    return response.status === ${status} && sent.documentElement.outerHTML === document.documentElement.outerHTML
  })`)
}

/** What is wrong in light and in dark: the same page, so in dark only its colours can be wrong anew. */
async function inBoth(page: Page): Promise<[light: string[], dark: string[]]> {
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await look(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  return [light, await lookAtColours(page)]
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
