// What attendees do, by keyboard alone: Tab, Enter and typing. Organisers have their own in `organising`.
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { registrations } from '#db/schema.ts'
import { useBrowser } from '../support/browser.ts'
import { findExample, openSite, type Site } from '../support/site.ts'

const browser = useBrowser()
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const hasFocus = (element: unknown) =>
  element === (element as { ownerDocument: { activeElement: unknown } }).ownerDocument.activeElement

/** Tabs on until the wanted control has the focus, as a person would; a control that cannot be reached fails. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 150; presses++) {
    await page.keyboard.press('Tab')
    if (await wanted.first().evaluate(hasFocus)) return
  }
  throw new Error(`the keyboard cannot reach ${wanted}`)
}

async function fill(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label, { exact: true }))
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type(text)
}

async function press(page: Page, name: string | RegExp, role: 'button' | 'link' = 'button'): Promise<void> {
  await tabTo(page, page.getByRole(role, { name }))
  await Promise.all([page.waitForLoadState('load'), page.keyboard.press('Enter')])
}

describe('an attendee', () => {
  test('finds the next webinar and registers', async () => {
    const page = await browser.open()
    await page.goto(site.url)
    await press(page, 'Bekijk en meld je aan', 'link')
    await page.waitForURL(/\/events\//)
    await fill(page, 'Naam', 'Buurtcoach Toets')
    await fill(page, 'E-mailadres', 'toets@example.org')
    await tabTo(page, page.getByLabel('Je rol'))
    await page.keyboard.type('Prak')
    await press(page, 'Aanmelden')
    await page.waitForURL(/\/registered/)
    expect(await page.getByRole('main').textContent()).toContain('toets@example.org')
    const made = site.db.select().from(registrations).where(eq(registrations.name, 'Buurtcoach Toets')).all()
    expect(made).toMatchObject([{ status: 'confirmed', role: 'practice' }])
    expect(await page.context().cookies()).toEqual([])
    await page.context().close()
  })

  test('who mistyped an address goes back to a form that still holds what was typed', async () => {
    const page = await browser.open()
    const { event } = findExample(site, 'confirmed')
    await page.goto(`${site.url}/events/${event.slug}`)
    await fill(page, 'Naam', 'Typfout Toets')
    await fill(page, 'E-mailadres', 'typfout@gmial.com')
    await tabTo(page, page.getByLabel('Je rol'))
    await page.keyboard.type('Stu')
    await press(page, 'Aanmelden')
    await page.waitForURL(/\/registered/)
    expect(await page.getByRole('main').textContent()).toContain('Bedoelde je typfout@gmail.com?')
    await tabTo(page, page.getByRole('link', { name: 'Terug naar het formulier' }))
    await page.keyboard.press('Enter')
    await page.waitForURL(`${site.url}/events/${event.slug}`)
    const value = (label: string) => page.getByLabel(label, { exact: true }).inputValue()
    await expect.poll(() => value('Naam')).toBe('Typfout Toets')
    expect([await value('E-mailadres'), await value('Je rol')]).toEqual(['typfout@gmial.com', 'student'])
    await page.context().close()
  })

  test('is taken to what is wrong, and loses nothing', async () => {
    const page = await browser.open()
    const { event } = findExample(site, 'confirmed')
    await page.goto(`${site.url}/events/${event.slug}`)
    await fill(page, 'Naam', 'Win een prijs op www.voorbeeld.example')
    await fill(page, 'E-mailadres', 'fout@example.org')
    await tabTo(page, page.getByLabel('Je rol'))
    await page.keyboard.type('Stu')
    await press(page, 'Aanmelden')
    await expect.poll(() => page.getByRole('alert').evaluate(hasFocus)).toBe(true)
    expect(await page.getByLabel('E-mailadres', { exact: true }).inputValue()).toBe('fout@example.org')
    expect(await page.getByLabel('Je rol').inputValue()).toBe('student')
    expect(await page.getByLabel('Naam', { exact: true }).getAttribute('aria-invalid')).toBe('true')
    await page.context().close()
  })

  test('changes details and cancels', async () => {
    const page = await browser.open()
    const { registration } = findExample(site, 'confirmed')
    await page.goto(
      `${site.url}/registrations/${site.tokens.sign('registration', { id: registration.id, version: 1 })}`,
    )
    await tabTo(page, page.getByText('Wijzig je gegevens'))
    await page.keyboard.press('Enter')
    await fill(page, 'Naam', 'Nieuwe Naam')
    await press(page, 'Bewaar')
    await expect.poll(() => page.getByRole('main').textContent()).toContain('Nieuwe Naam')
    await press(page, 'Afmelden')
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toContain('afgemeld')
    const after = site.db.select().from(registrations).where(eq(registrations.id, registration.id)).get()
    expect(after).toMatchObject({ status: 'cancelled', cancelledBy: 'attendee', name: 'Nieuwe Naam' })
    await page.context().close()
  })
})
