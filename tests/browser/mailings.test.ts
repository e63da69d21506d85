// An organiser mails the people of an event: writes, looks, tests, sends and calls back; and in two taps says what cannot wait.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { and, eq, isNotNull } from '#db/drizzle.ts'
import { mailings, messages } from '#db/schema.ts'
import type { Event } from '#src/domain/events.ts'
import { look } from '../support/axe.ts'
import { useBrowser } from '../support/browser.ts'
import { makeNearEvent } from '../support/mailed.ts'
import { openSite, organiserCookie, type Site } from '../support/site.ts'

const browser = useBrowser()
let site: Site
let event: Event
let cookie: ReturnType<typeof organiserCookie>
beforeAll(async () => {
  site = await openSite()
  cookie = organiserCookie(site)
})
beforeEach(() => {
  event = makeNearEvent(site, 1)
})
afterAll(() => site.close())

interface Hand {
  page: Page
  /** Presses a button that sends a form, and counts it. */
  tap: (name: string | RegExp) => Promise<void>
  follow: (name: string) => Promise<void>
  taps: () => number
  /** What is wrong with the page; with scripts off nobody can look. */
  look: () => Promise<string[]>
}

async function openConsole(width: number, path: string, javaScriptEnabled = true): Promise<Hand> {
  const page = await browser.open({ javaScriptEnabled, viewport: { width, height: 800 }, bypassCSP: true })
  await page.context().addCookies([cookie])
  await page.goto(site.url + path)
  let taps = 0
  const go = async (role: 'button' | 'link', name: string | RegExp) => {
    taps++
    await Promise.all([
      page.waitForNavigation(),
      page.getByRole(role, { name, ...(typeof name === 'string' && { exact: true }) }).click(),
    ])
  }
  return {
    page,
    tap: name => go('button', name),
    follow: name => go('link', name),
    taps: () => taps,
    look: async () => (javaScriptEnabled ? look(page) : []),
  }
}

const last = () => site.db.select().from(mailings).all().at(-1)
const copies = () =>
  site.db
    .select()
    .from(messages)
    .where(and(eq(messages.mailingId, last()?.id ?? 0), isNotNull(messages.registrationId)))
    .all()

describe.each([
  [360, true],
  [1280, true],
  [360, false],
])('at %d pixels, scripts %s', (width, scripts) => {
  test('writes to everybody with a place, looks with two pairs of eyes, tests, sends, calls back', async () => {
    const { page, tap, follow, look } = await openConsole(width, `/console/events/${event.id}/mailings`, scripts)
    expect(await look()).toEqual([])
    await follow('Nieuw bericht')
    await page.getByLabel('Onderwerp').fill('Dag {achternaam}')
    await page.getByLabel('Bericht', { exact: true }).fill('Neem je vraag mee, {voornaam}.\n\nZie https://example.org.')
    await tap('Bewaar en bekijk')
    expect(await page.textContent('#f-subject-problem')).toContain('{achternaam} bestaat hier niet.')
    expect(await look()).toEqual([])
    await page.getByLabel('Onderwerp').fill('Neem een vraag mee')
    await tap('Bewaar en bekijk')

    expect(await page.textContent('aside h2')).toBe('3 mensen krijgen dit bericht')
    const mail = page.frameLocator('iframe.mail-frame')
    expect(await mail.locator('body').textContent()).toContain('Neem je vraag mee, Anna.')
    await page.getByLabel('Bekijk de mail aan').selectOption({ label: 'Bram Visser' })
    await tap('Toon')
    expect(await mail.locator('body').textContent()).toContain('Neem je vraag mee, Bram.')
    expect(await look()).toEqual([])
    await tap('Stuur een test naar mezelf')
    expect(await page.textContent('[role=status]')).toContain('De test gaat nu naar je eigen adres.')
    expect(copies()).toEqual([])

    await tap('Verstuur naar 3 mensen')
    expect(await page.textContent('[role=status] h2')).toBe('3 mails wachten tot 10.02')
    expect(await look()).toEqual([])
    await tap('Haal terug')
    expect(await page.textContent('[role=status]')).toContain('3 mails zijn teruggehaald. Niemand heeft dit bericht.')
    expect(copies().map(({ state, reason }) => [state, reason])).toEqual(Array(3).fill(['dropped', 'recalled']))
    expect(await look()).toEqual([])
    await page.context().close()
  })

  test('sets one to leave later, and stops it', async () => {
    const { page, tap, look } = await openConsole(width, `/console/events/${event.id}/mailings/new`, scripts)
    await page.getByLabel('Onderwerp').fill('Tot zo')
    await page.getByLabel('Bericht', { exact: true }).fill('We zien je zo.')
    await tap('Bewaar en bekijk')
    await page.getByText('Later versturen').click()
    await page.getByLabel('Datum').fill('2026-11-21')
    await page.getByLabel('Tijd').fill('10:30')
    await tap('Zet klaar')
    expect(await page.textContent('aside h3')).toBe('Gaat weg op zaterdag 21 november, 10.30 uur')
    expect(await look()).toEqual([])
    await tap('Houd tegen')
    expect(last()).toMatchObject({ scheduledFor: null, releasedAt: null })
    await page.context().close()
  })

  test.each([
    ['', 'We zijn er over tien minuten', 'We zijn er over tien minuten. Wacht je even op ons?'],
    ['/check-in', 'De ruimte werkt niet', 'De online ruimte werkt niet goed.'],
    ['/registrations', 'We beginnen later', 'We beginnen later, om 11.15 uur. Tot zo!'],
  ])('says what cannot wait in two taps, from the event’s page%s; then at once', async (where, ready, words) => {
    const path = `/console/events/${event.id}${where}`
    const { page, tap, taps, look } = await openConsole(width, path, scripts)
    const before = last()?.id
    await tap(ready)
    expect(last()?.id).toBe(before)
    expect(await page.textContent('.lead')).toBe('3 mensen krijgen dit bericht')
    expect(await page.textContent('pre')).toContain(words)
    expect(await look()).toEqual([])
    await tap('Verstuur naar 3 mensen')
    expect(taps()).toBe(2)
    expect(copies().map(({ lane }) => lane)).toEqual([2, 2, 2])
    expect(await page.textContent('[role=status] h2')).toBe('3 mails wachten tot 10.02')
    expect(await look()).toEqual([])
    await tap('Verstuur nu meteen')
    expect(copies().map(({ dueAt }) => dueAt)).toEqual(Array(3).fill(site.clock.now()))
    await page.context().close()
  })
})

test('one’s own words go the same way', async () => {
  const { page, tap, taps } = await openConsole(360, `/console/events/${event.id}`)
  await page.locator('.urgent summary').click()
  await page.getByLabel('Je bericht').fill('De ingang is om de hoek.')
  await tap('Bekijk')
  expect(await page.textContent('pre')).toContain('De ingang is om de hoek.')
  await tap('Verstuur naar 3 mensen')
  expect(taps()).toBe(2)
  expect(last()).toMatchObject({ isUrgent: true, body: 'De ingang is om de hoek.' })
  await page.context().close()
})
