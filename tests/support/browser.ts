// A real browser for a test file: opened once, each page in a context of its own.
import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { isBundled } from './chromium.ts'

// The package's own arguments run everything in one process, which dies with the first context that closes.
export const ARGS = ['--no-sandbox', '--disable-gpu', '--no-zygote', '--headless=shell', '--font-render-hinting=none']

/** Call at the top of a file; the browser lives as long as its tests. */
export function useBrowser(): { open: (options?: BrowserContextOptions) => Promise<Page> } {
  let browser: Browser
  beforeAll(async () => {
    browser = isBundled
      ? await driver.launch({ executablePath: await chromium.executablePath(), args: ARGS })
      : await driver.launch({ channel: 'chrome' })
  })
  afterAll(() => browser?.close())
  return {
    open: async options => {
      const context = await browser.newContext({ locale: 'nl-NL', timezoneId: 'Europe/Amsterdam', ...options })
      return context.newPage()
    },
  }
}
