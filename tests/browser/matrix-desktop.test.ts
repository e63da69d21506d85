// Every page on a desktop: see the matrix.
import { expect, test } from 'vitest'
import { useBrowser } from '../support/browser.ts'
import { problemsOfEveryPage } from '../support/matrix.ts'

const browser = useBrowser()

test('every page, in every cell', { timeout: 400_000 }, async () => {
  expect(await problemsOfEveryPage(browser, 1280)).toEqual([])
})
