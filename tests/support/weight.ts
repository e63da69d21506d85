// What a page costs whoever opens it.
import type { Page } from 'playwright-core'

/** What comes over the line for a page, and from where. */
export async function weigh(page: Page, url: string): Promise<{ bytes: number; urls: string[] }> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Network.enable')
  let bytes = 0
  const urls: string[] = []
  devTools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  page.on('request', request => urls.push(request.url()))
  await page.goto(url, { waitUntil: 'networkidle' })
  return { bytes, urls }
}
