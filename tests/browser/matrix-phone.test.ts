// Every page on a phone: see the matrix.
import { expect, test } from 'vitest'
import { look, lookAtColours } from '../support/axe.ts'
import { useBrowser } from '../support/browser.ts'
import { problemsOfEveryPage } from '../support/matrix.ts'

const browser = useBrowser()

test('the look finds what is wrong', async () => {
  const page = await browser.open({ viewport: { width: 360, height: 800 } })
  await page.setContent(
    '<!doctype html><html><title>x</title><main><h1>x</h1><img src="data:,"><p style="width:900px">x</p></main>',
  )
  const found = await look(page)
  expect(found.map(problem => problem.split(':')[0])).toEqual(['scrolls sideways', 'html-has-lang', 'image-alt'])
  await page.context().close()
})

test('and in dark, what only the colours of dark hide', async () => {
  const page = await browser.open({ colorScheme: 'light' })
  await page.setContent(
    '<!doctype html><html lang="nl"><title>x</title><style>@media (prefers-color-scheme: dark) { p { color: #eee } }</style><main><h1>x</h1><p>Hier staat iets</p></main>',
  )
  expect(await look(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect((await lookAtColours(page)).map(problem => problem.split(':')[0])).toEqual(['color-contrast'])
  await page.context().close()
})

test('every page, in every cell', { timeout: 400_000 }, async () => {
  expect(await problemsOfEveryPage(browser, 360)).toEqual([])
})
