// What an organiser does, by keyboard alone: no click in this file. The pages are the real ones, in a real browser.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { and, asc, eq, isNull } from '#db/drizzle.ts'
import { events, messages } from '#db/schema.ts'
import { getEvent } from '#src/domain/events.ts'
import { useBrowser } from '../support/browser.ts'
import { findExample, openSite, organiserCookie, type Site } from '../support/site.ts'

const browser = useBrowser()
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

async function openConsole(path: string): Promise<Page> {
  const page = await browser.open({ javaScriptEnabled: true, viewport: { width: 360, height: 740 } })
  await page.context().addCookies([organiserCookie(site)])
  await page.goto(site.url + path)
  return page
}

/** Presses Tab until the focus is on something whose name begins with these words. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 150; presses++) {
    await page.keyboard.press('Tab')
    const isThere = await page.evaluate(`(() => {
      const at = document.activeElement
      const names = [at.textContent, at.getAttribute('aria-label'), ...[...(at.labels ?? [])].map(label => label.textContent)]
      return names.some(text => (text?.trim() + ' ').replace(/\\s+/g, ' ').startsWith(${JSON.stringify(`${name} `)}))
    })()`)
    if (isThere) return
  }
  throw new Error(`no way to "${name}" by keyboard on ${page.url()}`)
}

async function follow(page: Page, name: string): Promise<void> {
  await tabTo(page, name)
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
}

const heading = (page: Page) => page.textContent('h1')
const drafts = () =>
  site.db
    .select({ start: events.localStart, title: events.title })
    .from(events)
    .where(isNull(events.publishedAt))
    .orderBy(asc(events.localStart))
    .all()

test('plans the year after what exists: a dozen ticks are there already, one is taken out, one gets a title', async () => {
  const page = await openConsole('/console')
  await follow(page, 'Plan Webinar van de eerste donderdag')
  expect(await heading(page)).toBe('Webinar van de eerste donderdag: datums kiezen')
  await tabTo(page, 'donderdag 2 december 2027')
  await page.keyboard.press('Space')
  await tabTo(page, 'Andere datum, eigen titel of overslaan: donderdag 6 januari 2028')
  await page.keyboard.press('Enter')
  await tabTo(page, 'Titel op donderdag 6 januari 2028')
  await page.keyboard.type('Nieuwjaarsgesprek')
  await follow(page, 'Bewaar dit plan')
  expect(await page.textContent('[role=status]')).toContain('Er zijn 9 concepten gemaakt.')
  expect(drafts().map(({ start }) => start.slice(0, 10))).toEqual([
    ...['2028-01-06', '2028-02-03', '2028-03-02', '2028-04-06', '2028-06-01', '2028-07-06'],
    ...['2028-09-07', '2028-10-05', '2028-11-02'],
  ])
  expect(drafts()[0]?.title).toBe('Nieuwjaarsgesprek')
})

test('moves an event three hours, cancels it, and takes that back while the mails wait', async () => {
  const { event } = findExample(site, 'confirmed')
  const now = () => getEvent(site.db, event.id)
  const waiting = (kind: 'changed' | 'cancelled') =>
    site.db
      .select({ id: messages.id })
      .from(messages)
      .where(and(eq(messages.eventId, event.id), eq(messages.kind, kind), eq(messages.state, 'queued')))
      .all().length

  const page = await openConsole(`/console/events/${event.id}`)
  await follow(page, 'Tijd en locatie wijzigen')
  await tabTo(page, 'Begintijd')
  for (let hours = 0; hours < 3; hours++) await page.keyboard.press('ArrowUp')
  await tabTo(page, 'Waarom?')
  await page.keyboard.type('De spreker kan later.')
  await follow(page, 'Verder')
  expect(await heading(page)).toBe('Verplaatsen?')
  const mailed = Number(/^(\d+) mensen/.exec((await page.textContent('.card h2')) ?? '')?.[1])
  expect(mailed).toBeGreaterThan(1)
  expect(now().localStart).toBe(event.localStart)
  await follow(page, 'Verplaats')
  expect(now().localStart).toBe(event.localStart.replace('T12', 'T15'))
  expect(waiting('changed')).toBe(mailed)

  await follow(page, 'Annuleer dit webinar')
  await follow(page, 'Verder')
  expect(await heading(page)).toBe('Wil je dit webinar annuleren?')
  await follow(page, 'Ja, annuleer dit webinar')
  expect(now().cancelledAt).not.toBe(null)
  expect([waiting('changed'), waiting('cancelled')]).toEqual([0, mailed])

  await follow(page, 'Terugdraaien')
  await follow(page, 'Ja, laat dit doorgaan')
  expect(now().cancelledAt).toBe(null)
  expect([waiting('changed'), waiting('cancelled')]).toEqual([mailed, 0])
})

test('signs in with what is typed alone', async () => {
  const page = await browser.open({ javaScriptEnabled: false })
  await page.goto(`${site.url}/sign-in`)
  await tabTo(page, 'Je e-mailadres')
  await page.keyboard.type('organisator@example.org')
  await follow(page, 'Stuur mij een mail')
  expect(await heading(page)).toBe('Kijk in je mail')
  await tabTo(page, 'De code uit de mail')
  await page.keyboard.type('12345')
  await follow(page, 'Log in')
  expect(await page.textContent('.problem')).toBe('Deze code klopt niet. Kijk in de laatste mail die je kreeg.')
})
