// The address of a calendar, taken along: with a script by a button that says so, without one by selecting it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useBrowser } from '../support/browser.ts'
import { openSite, type Site } from '../support/site.ts'

const browser = useBrowser()
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const clipboard = () =>
  (
    globalThis as unknown as { navigator: { clipboard: { readText(): Promise<string> } } }
  ).navigator.clipboard.readText()
const selected = () => String((globalThis as unknown as { getSelection(): unknown }).getSelection())

test('a button copies it and says so, by keyboard', async () => {
  const page = await browser.open({ permissions: ['clipboard-read', 'clipboard-write'] })
  await page.goto(`${site.url}/subscribe`)
  const field = page.getByLabel('Of zet dit adres zelf in je agenda')
  const button = page.getByRole('button', { name: 'Kopieer' })
  const status = page.getByRole('status')
  await button.waitFor()
  await field.focus()
  expect(await page.evaluate(selected)).toBe(`${site.url}/calendar.ics`)
  expect(await status.textContent()).toBe('')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await status.filter({ hasText: 'Het adres is gekopieerd.' }).waitFor()
  expect(await page.evaluate(clipboard)).toBe(`${site.url}/calendar.ics`)
  await page.context().close()
})

test('without a script there is no button, and the address can be selected but not changed', async () => {
  const page = await browser.open({ javaScriptEnabled: false })
  await page.goto(`${site.url}/subscribe`)
  const field = page.getByLabel('Of zet dit adres zelf in je agenda')
  expect(await page.getByRole('button', { name: 'Kopieer' }).count()).toBe(0)
  await field.focus()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('weg')
  expect(await field.inputValue()).toBe(`${site.url}/calendar.ics`)
  await page.context().close()
})
