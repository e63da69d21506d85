// What a first visit costs: few bytes, few requests, nothing from elsewhere, no cookie. And the picture for the README.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useBrowser } from '../support/browser.ts'
import { findExample, openSite, type Site } from '../support/site.ts'

const browser = useBrowser()
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

test('an event page weighs under 60 kB, all from here', async () => {
  const page = await browser.open()
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Network.enable')
  let bytes = 0
  const urls: string[] = []
  devTools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  page.on('request', request => urls.push(request.url()))
  await page.goto(`${site.url}/events/${findExample(site, 'confirmed').event.slug}`, { waitUntil: 'networkidle' })
  console.log(`event page: ${bytes} bytes in ${urls.length} requests`)
  expect(bytes).toBeGreaterThan(20_000)
  expect(bytes).toBeLessThan(60_000)
  expect(urls.length).toBeLessThanOrEqual(8)
  expect(urls.filter(url => !url.startsWith(site.url) && !url.startsWith('data:'))).toEqual([])
  expect(await page.context().cookies()).toEqual([])
  await page.context().close()
})

test('the picture in the README is what the agenda looks like', async () => {
  const page = await browser.open({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
  await page.goto(site.url, { waitUntil: 'networkidle' })
  const picture = await page.screenshot({ path: `${import.meta.dirname}/agenda.png` })
  expect(picture.length).toBeGreaterThan(50_000)
  await page.context().close()
})
