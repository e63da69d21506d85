// What the page of an event weighs in a real browser: at the first visit, and at the second one.
import unpackChromium, { launchBrowser } from '../support/chromium.ts'
import { weigh } from '../support/weight.ts'
import { findEventPath, layExample, layGround } from './grounds.ts'
import { startSite } from './servers.ts'
import type { Measured } from './verdict.ts'

export async function measureWeight(): Promise<Measured[]> {
  const ground = layGround(layExample)
  const site = await startSite(ground.dataDir)
  await unpackChromium()
  const browser = await launchBrowser()
  const context = await browser.newContext({ locale: 'nl-NL' })
  const url = `http://127.0.0.1:${site.port}${ground.use(findEventPath)}`
  const [first, second] = [await weigh(await context.newPage(), url), await weigh(await context.newPage(), url)]
  await browser.close()
  await site.stop()
  return [
    { key: 'weight.first', value: first.bytes / 1000 },
    {
      key: 'weight.second',
      value: second.bytes / 1000,
      detail: `${second.urls.length} requests, also those from its cache`,
    },
    { key: 'weight.requests', value: first.urls.filter(url => !url.startsWith('data:')).length },
  ]
}
