// The people of an event, on a phone and on a desk, with scripts and without: found, chosen by many, noted on, put right and
// made one of two. Whatever mails anybody is shown first.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { listAttendees } from '#src/domain/attendees.ts'
import { createEvent, publishEvent } from '#src/domain/drafts.ts'
import type { Event } from '#src/domain/events.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { look } from '../support/axe.ts'
import { useBrowser } from '../support/browser.ts'
import { openSite, organiserCookie, type Site } from '../support/site.ts'
import { makeRegistration } from '../support/world.ts'

const browser = useBrowser()
let site: Site
let cookie: ReturnType<typeof organiserCookie>
beforeAll(async () => {
  site = await openSite()
  cookie = organiserCookie(site)
})
afterAll(() => site.close())

const NAMES = ['Adviseur', 'Bewoonster', 'Coördinator', 'Docente', 'Ergotherapeut', 'Fysiotherapeute']
const LONG = 'Ervaringsdeskundige Medewerkster-Sociaalwijkteamondersteuning van den Bovenkerkelijke Overlegtafel'

/** Four places, six people, and one of them once more without an address. */
function makeEvening(title: string): Event {
  const { db, clock } = site
  const now = clock.now()
  const setting = { kind: 'webinar', timeZone: 'Europe/Amsterdam', durationMinutes: 90, attendance: 'online' } as const
  const values = { ...setting, groupId: 1, title, localStart: '2027-02-11T12:00', capacityOnline: 4 }
  const event = writeNow(db, tx => {
    const draft = createEvent(tx, { ...values, roomUrl: 'https://meet.example.org/zaal' }, now)
    return publishEvent(tx, draft, { organiserId: null, revision: draft.revision }, now)
  })
  for (const [index, name] of [...NAMES, LONG].entries()) {
    makeRegistration(db, event, { name, email: `${index}-${event.id}@example.org`, organisation: 'Wijkteam' }, now)
  }
  makeRegistration(db, event, { name: 'Coordinator', email: null, organisation: 'Wijkteam' }, now)
  writeNow(db, tx => assumeTold(tx, now))
  return event
}

async function openPage(width: number, javaScriptEnabled: boolean, path: string): Promise<Page> {
  const size = { viewport: { width, height: 780 }, isMobile: width < 600, hasTouch: width < 600 }
  const page = await browser.open({ ...size, bypassCSP: true, reducedMotion: 'reduce', javaScriptEnabled })
  await page.context().addCookies([cookie])
  await page.goto(site.url + path)
  return page
}

const press = async (page: Page, name: string | RegExp) => {
  await Promise.all([page.waitForNavigation(), page.getByRole('button', { name }).click()])
}
const follow = async (page: Page, name: string | RegExp) => {
  await Promise.all([page.waitForNavigation(), page.getByRole('link', { name }).first().click()])
}
const statusOf = (event: Event, name: string) =>
  listAttendees(site.db, event).find(({ registration }) => registration.name === name)?.registration.status
const mailsTo = (address: string) =>
  site.db
    .select({ kind: messages.kind })
    .from(messages)
    .where(eq(messages.toAddress, address))
    .all()
    .map(({ kind }) => kind)
    .filter(kind => !kind.startsWith('reminder'))

describe.each([
  [360, true],
  [1280, true],
  [360, false],
  [1280, false],
])('at %i pixels, with scripts: %s', (width, hasScripts) => {
  const expectFine = async (page: Page) => {
    if (hasScripts) expect(await look(page)).toEqual([])
  }
  const openList = async (title: string) => {
    const event = makeEvening(`${title} ${width} ${hasScripts}`)
    return { event, page: await openPage(width, hasScripts, `/console/events/${event.id}/registrations`) }
  }

  test('finds who waits, and cancels two who have a place: the page before says who moves up', async () => {
    const { event, page } = await openList('Afmelden')
    await page.getByLabel('Zoek een naam, organisatie of adres').fill('coordinator')
    await press(page, 'Zoek')
    expect(await page.locator('tbody th a[href^="/console"]').allTextContents()).toEqual(['Coördinator', 'Coordinator'])
    await follow(page, 'Toon iedereen')
    await page.getByLabel('Kies Adviseur').check()
    await page.getByLabel('Kies Bewoonster').check()
    if (hasScripts) expect(await page.locator('#selection output').textContent()).toBe('2 aangekruist')
    await page.getByLabel('Wat wil je doen?').selectOption('cancel')
    await expectFine(page)
    await press(page, 'Verder')
    expect(await page.textContent('h1')).toBe('2 mensen afmelden?')
    expect(await page.textContent('.card h2')).toBe('4 mensen krijgen een mail')
    expect(statusOf(event, 'Adviseur')).toBe('confirmed')
    await expectFine(page)
    await press(page, 'Meld af')
    expect(await page.textContent('[role=status]')).toBe('2 mensen zijn afgemeld.')
    expect(
      ['Adviseur', 'Bewoonster', 'Ergotherapeut', 'Fysiotherapeute', LONG].map(name => statusOf(event, name)),
    ).toEqual(['cancelled', 'cancelled', 'confirmed', 'confirmed', 'waitlisted'])
    expect(mailsTo(`0-${event.id}@example.org`)).toEqual(['unregistered'])
    expect(mailsTo(`4-${event.id}@example.org`)).toEqual(['promoted'])
    await page.context().close()
  })

  test('writes a note, puts a mistyped address right, and reads what happened', async () => {
    const { event, page } = await openList('Verbeteren')
    await follow(page, 'Docente')
    await expectFine(page)
    await page.getByLabel('Wat wil je onthouden?').fill('Belde: komt iets later.')
    await press(page, 'Bewaar de notitie')
    expect(await page.textContent('[role=status]')).toBe('De notitie is bewaard.')
    await page.getByText('Adres verbeteren').click()
    await page.getByLabel('Het goede e-mailadres').fill('docente')
    await press(page, 'Verder')
    expect(await page.textContent('.problem')).toContain('Dit adres is niet compleet.')
    await expectFine(page)
    const right = `docente-${event.id}@example.org`
    await page.getByLabel('Het goede e-mailadres').fill(right)
    await press(page, 'Verder')
    expect(await page.textContent('.lead')).toBe(`Van 3-${event.id}@example.org naar ${right}.`)
    await press(page, 'Ja, dit is het goede adres')
    expect(await page.textContent('[role=status]')).toBe('Het adres is verbeterd.')
    expect([mailsTo(`3-${event.id}@example.org`), mailsTo(right)]).toEqual([['unregistered'], ['confirmed']])
    const lines = (await page.locator('.history li p').allTextContents()).map(text => text.trim())
    expect(lines.filter(line => line.includes('verbeterde het e-mailadres'))).toHaveLength(1)
    expect(await page.inputValue('textarea[name=note]')).toBe('Belde: komt iets later.')
    await expectFine(page)
    await page.context().close()
  })

  test('makes one of two, and the place that comes free goes to who waits', async () => {
    const { event, page } = await openList('Samenvoegen')
    await follow(page, 'Kijk ze na')
    await expectFine(page)
    await follow(page, /Bekijk en voeg samen/)
    expect(await page.textContent('h1')).toBe('Is dit dezelfde persoon?')
    expect(await page.getByRole('radio').first().isChecked()).toBe(true)
    await expectFine(page)
    await press(page, 'Verder')
    await expectFine(page)
    await press(page, 'Voeg samen')
    expect(await page.textContent('[role=status]')).toBe('De twee aanmeldingen zijn nu één.')
    expect([statusOf(event, 'Coördinator'), statusOf(event, 'Coordinator')]).toEqual(['confirmed', 'cancelled'])
    expect(mailsTo(`2-${event.id}@example.org`)).toEqual([])
    await page.context().close()
  })
})

test('a page is ticked at once, and the choice for everyone steps back when somebody is ticked', async () => {
  const event = makeEvening('Aankruisen')
  const page = await openPage(1280, true, `/console/events/${event.id}/registrations`)
  await page.getByLabel(/Iedereen op de lijst/).check()
  await page.getByRole('button', { name: 'Kruis deze pagina aan' }).click()
  expect(await page.locator('#selection output').textContent()).toBe('8 aangekruist')
  expect(await page.getByLabel('De mensen die ik hierboven aankruis').isChecked()).toBe(true)
  await page.getByRole('button', { name: 'Kruis deze pagina aan' }).click()
  expect(await page.locator('tbody input:checked').count()).toBe(0)
  await page.context().close()
})
