import { events } from '#db/schema.ts'
import { asc } from '#db/drizzle.ts'
import unpackChromium, { launchBrowser } from './support/chromium.ts'
import { askedPages } from './support/asked.ts'
import { openSite, organiserCookie } from './support/site.ts'

await unpackChromium()
const site = await openSite()
const event = site.db.select().from(events).orderBy(asc(events.startsAt)).all().find(e => Temporal.Instant.compare(e.startsAt, site.clock.now()) > 0)
const pages = [['/questions', '/questions', 'list'], ...askedPages(site, event as never), ['/', '/', 'agenda'], ['/console', '/console', 'home'],['/console/questions','/console/questions','new']]
const browser = await launchBrowser()
const only = process.argv[2]
for (const [width, scheme] of [[1280, 'light'], [360, 'dark'], [360,'light'],[1280,'dark']] as const) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, locale: 'nl-NL' })
  await context.addCookies([organiserCookie(site)])
  for (const [, path, state] of pages) {
    if (only && !new RegExp(only).test(`${path} ${state}`)) continue
    const page = await context.newPage()
    await page.goto(site.url + path)
    const name = `${path.replace(/[^a-z0-9]+/gi, '_').slice(0, 30)}-${String(state).replace(/\W+/g, '_')}-${width}-${scheme}.png`
    await page.screenshot({ path: `/tmp/q/shots/${name}`, fullPage: true })
    await page.close()
  }
  await context.close()
}
await browser.close()
await site.close()
process.exit(0)
