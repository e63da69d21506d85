// Every page on a desktop: see the matrix.
import { test } from 'vitest'
import { useBrowser } from '../support/browser.ts'
import { proveEveryPage } from '../support/matrix.ts'

const browser = useBrowser()

test('every page, in every cell', { timeout: 400_000 }, () => proveEveryPage(browser, 1280))
