// What a first visit costs: few bytes, few requests, nothing from elsewhere, no cookie. And the picture for the README.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { and, eq } from '#db/drizzle.ts'
import { events, registrations } from '#db/schema.ts'
import { useBrowser } from '../support/browser.ts'
import { findExample, openSite, type Site } from '../support/site.ts'
import { weigh } from '../support/weight.ts'

const browser = useBrowser()
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

test('an event page weighs under 60 kB, all from here', async () => {
  const page = await browser.open()
  const { bytes, urls } = await weigh(page, `${site.url}/events/${findExample(site, 'confirmed').event.slug}`)
  console.log(`event page: ${bytes} bytes in ${urls.length} requests`)
  expect(bytes).toBeGreaterThan(20_000)
  expect(bytes).toBeLessThan(60_000)
  expect(urls.length).toBeLessThanOrEqual(8)
  expect(urls.filter(url => !url.startsWith(site.url) && !url.startsWith('data:'))).toEqual([])
  expect(await page.context().cookies()).toEqual([])
  await page.context().close()
})

test('the personal page of who comes in person weighs no more, with its code to scan', async () => {
  const row = site.db
    .select({ registration: registrations, event: events })
    .from(registrations)
    .innerJoin(events, eq(events.id, registrations.eventId))
    .where(and(eq(registrations.attendance, 'in_person'), eq(registrations.status, 'confirmed')))
    .all()
    .find(({ event }) => Temporal.Instant.compare(event.startsAt, site.clock.now()) > 0)
  if (!row) throw new Error('nobody comes in person')
  const { id, linkVersion: version } = row.registration
  const page = await browser.open()
  const { bytes, urls } = await weigh(
    page,
    `${site.url}/registrations/${site.tokens.sign('registration', { id, version })}`,
  )
  expect(await page.locator('.qr svg').count()).toBe(1)
  expect(bytes).toBeLessThan(60_000)
  expect(urls.length).toBeLessThanOrEqual(8)
  await page.context().close()
})

test('the picture in the README is what the agenda looks like', async () => {
  const page = await browser.open({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
  await page.goto(site.url, { waitUntil: 'networkidle' })
  const picture = await page.screenshot({ path: `${import.meta.dirname}/agenda.png` })
  expect(picture.length).toBeGreaterThan(50_000)
  await page.context().close()
})
