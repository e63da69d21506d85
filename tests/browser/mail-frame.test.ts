// A mail's HTML in the console, in a real browser: the frame shows it, nothing in it runs, and the form works without script.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useBrowser } from '../support/browser.ts'
import { openSite, organiserCookie, type Site } from '../support/site.ts'

const MAIL = '/console/groups/noord/mails/nl/confirmed'
const browser = useBrowser()
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

async function openPage(javaScriptEnabled = true) {
  const page = await browser.open({ javaScriptEnabled })
  await page.context().addCookies([organiserCookie(site)])
  const complaints: string[] = []
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  const frame = page.frameLocator('iframe.mail-frame')
  return { page, frame, complaints }
}

test('a mail of the outbox is shown as it looks, in a frame that has no door to the page or elsewhere', async () => {
  const { page, frame, complaints } = await openPage()
  await page.goto(`${site.url}/console/outbox?state=later`)
  await page.locator('tbody th a').first().click()
  await frame.getByText('Herinnering', { exact: true }).waitFor()
  const inside = page.frames().find(each => each !== page.mainFrame())
  expect(inside?.url()).toMatch(/\/mail\.html$/)
  // Its styles count, and its origin is nobody's.
  expect(await inside?.evaluate("getComputedStyle(document.querySelector('p.ember')).fontWeight")).toBe('700')
  expect(await inside?.evaluate('window.origin')).toBe('null')
  expect(await frame.locator('[href], script, img, form').count()).toBe(0)
  expect(await page.locator('iframe').getAttribute('title')).toBe('De mail, zoals die eruitziet')
  expect(complaints).toEqual([])
})

test('a long word or address is broken, so that the mail still fits a narrow phone', async () => {
  const { page, frame } = await openPage()
  await page.setViewportSize({ width: 320, height: 700 })
  await page.goto(site.url + MAIL)
  const address = `https://example.org/${'een-heel-lang-adres-'.repeat(6)}`
  await page.getByLabel('Eigen alinea').fill(`Kijk op ${address}`)
  await page.getByRole('button', { name: 'Bekijk voorbeeld' }).click()
  await frame.getByText(address).waitFor()
  const inside = page.frames().find(each => each !== page.mainFrame())
  expect(await inside?.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
})

test('what is typed is shown at once, and without script after one click', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { page, frame, complaints } = await openPage(javaScriptEnabled)
    await page.goto(site.url + MAIL)
    await page.getByLabel('Eigen alinea').fill('Neem je <b>vraag</b> mee, {voornaam}!')
    await page.getByRole('button', { name: 'Bekijk voorbeeld' }).click()
    const show = page.getByRole('button', { name: 'Laat de mail zien zoals die eruitziet' })
    if (!javaScriptEnabled) await show.click()
    await frame.getByText(/^Neem je <b>vraag<\/b> mee, \p{L}+!$/u).waitFor()
    expect(await show.isVisible()).toBe(!javaScriptEnabled)
    expect(await page.getByLabel('Eigen alinea').inputValue()).toBe('Neem je <b>vraag</b> mee, {voornaam}!')
    expect(complaints).toEqual([])
    await page.goto(site.url + MAIL)
    expect(await page.getByLabel('Eigen alinea').inputValue()).toBe('')
  }
})
