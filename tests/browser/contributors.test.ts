// A speaker and a host, from the organiser's question to their yes: on a phone and on a desk, by script and without. The
// speaker's phone runs no script, and needs one press.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { listContributors, saidBy } from '#src/domain/contributors.ts'
import { createEvent, publishEvent } from '#src/domain/drafts.ts'
import { getEvent } from '#src/domain/events.ts'
import { personalPaths } from '#src/domain/links.ts'
import { getRegistration } from '#src/domain/registrations.ts'
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

/** An evening with one attendee, and a page of the console open at its speakers. */
function makeEvening(width: number) {
  const { db, clock } = site
  const now = clock.now()
  const setting = { kind: 'webinar', timeZone: 'Europe/Amsterdam', durationMinutes: 90, attendance: 'online' } as const
  const rooms = { roomUrl: 'https://meet.example.org/zaal', hostUrl: 'https://meet.example.org/zaal?host' }
  const values = {
    ...setting,
    ...rooms,
    groupId: 1,
    title: `Schulden bespreken op ${width}`,
    localStart: '2027-02-04T12:00',
  }
  const event = writeNow(db, tx => {
    const draft = createEvent(tx, values, now)
    return publishEvent(tx, draft, { organiserId: null, revision: draft.revision }, now)
  })
  makeRegistration(db, event, { name: 'Ali Attendee', email: `ali-${width}@example.org`, role: 'policy' }, now)
  return () => getEvent(db, event.id)
}

async function openPage(width: number, path: string, javaScriptEnabled = true): Promise<Page> {
  const size = { viewport: { width, height: 780 }, isMobile: width < 600, hasTouch: width < 600 }
  const page = await browser.open({ ...size, bypassCSP: true, reducedMotion: 'reduce', javaScriptEnabled })
  await page.context().addCookies([cookie])
  await page.goto(site.url + path)
  return page
}

async function expectFine(page: Page): Promise<void> {
  expect(await look(page)).toEqual([])
}

const press = async (page: Page, name: string | RegExp) => {
  await Promise.all([page.waitForNavigation(), page.getByRole('button', { name }).click()])
}

describe.each([360, 1280])('at %i pixels', width => {
  test('an organiser asks two people, sees the mail first, and one press of the speaker says yes', async () => {
    const event = makeEvening(width)
    const page = await openPage(width, `/console/events/${event().id}/contributors`)
    await expectFine(page)

    await page.getByLabel('Naam', { exact: true }).fill('Sara Spreker')
    await page.getByLabel(/^E-mailadres/).fill(`sara-${width}@`)
    await press(page, 'Verder')
    await expectFine(page)
    expect(await page.getByLabel('Naam', { exact: true }).inputValue()).toBe('Sara Spreker')
    await page.getByLabel(/^E-mailadres/).fill(`sara-${width}@example.org`)
    await press(page, 'Verder')
    expect(await page.textContent('h1')).toBe('Sara Spreker vragen als spreker?')
    expect(await page.textContent('pre')).toMatch(/vraagt je als spreker[\s\S]*Zeg ja of nee/)
    expect(listContributors(site.db, event())).toEqual([])
    await expectFine(page)
    await press(page, 'Ja, vraag')
    expect(event().speakers).toEqual(['Sara Spreker'])

    await page.getByLabel('Naam', { exact: true }).fill('Hedda Host')
    await page.getByLabel(/^E-mailadres/).fill(`hedda-${width}@example.org`)
    await page.getByLabel('Waarvoor?').selectOption('host')
    await page.getByLabel('Deze persoon heeft al ja gezegd').check()
    await press(page, 'Verder')
    await press(page, 'Ja, vraag')
    await expectFine(page)
    expect(await page.getByText('1 van 2 doen zeker mee.').count()).toBe(1)

    const [speaker, host] = listContributors(site.db, event()).map(({ registration }) => registration)
    if (!speaker || !host) throw new Error('nobody was asked')
    const own = personalPaths(site.tokens)
    const phone = await openPage(width, own.registration(speaker), false)
    expect(await phone.textContent('h1')).toBe('Doe je mee als spreker?')
    const body = (await phone.textContent('body')) ?? ''
    expect(body).toMatch(/12.00\s*begin/)
    expect(body).toContain('1 deelnemer')
    expect(body).not.toMatch(/Ali Attendee|meet\.example\.org/)
    await press(phone, 'Ja, ik doe het')
    expect(await phone.textContent('h1')).toBe('Je doet mee als spreker')
    const now = () => getRegistration(site.db, speaker.id)
    expect(saidBy(event(), now())).toBe('yes')
    await phone.context().close()

    const pages: [string, string][] = [
      ['speaker', own.registration(speaker)],
      ['host', own.registration(host)],
    ]
    for (const [name, path] of pages) {
      const theirs = await openPage(width, path)
      await expectFine(theirs)
      expect((await theirs.textContent('body'))?.includes('Ali Attendee')).toBe(name === 'host')
      await theirs.context().close()
    }

    await page.getByLabel(/^Wat moeten zij verder weten/).fill('Mag de presentatie woensdag binnen zijn?')
    await press(page, 'Bewaar deze tekst')
    await press(page, 'Stuur aan allemaal')
    expect(await page.textContent('.card h2')).toBe('2 mensen krijgen een mail')
    expect(await page.textContent('pre')).toContain('Mag de presentatie woensdag binnen zijn?')
    await expectFine(page)
    await press(page, 'Ja, verstuur')
    await expectFine(page)
    await press(page, 'Haal terug')
    expect(await page.textContent('[role=status]')).toContain('Teruggehaald.')
    await page.context().close()
  })

  test('a speaker who cannot come says so, and the organiser sees it', async () => {
    const event = makeEvening(width * 2)
    const page = await openPage(width, `/console/events/${event().id}/contributors`)
    await page.getByLabel('Naam', { exact: true }).fill('Nora Nee')
    await page.getByLabel(/^E-mailadres/).fill(`nora-${width}@example.org`)
    await press(page, 'Verder')
    await press(page, 'Ja, vraag')
    const row = site.db.select().from(registrations).where(eq(registrations.name, 'Nora Nee')).all().at(-1)
    if (!row) throw new Error('nobody was asked')
    const phone = await openPage(width, personalPaths(site.tokens).registration(row), false)
    await press(phone, 'Ik kan niet')
    expect(await phone.textContent('h1')).toBe('Je doet niet mee als spreker')
    expect(await phone.getByRole('button', { name: 'Ik kan toch wel' }).count()).toBe(1)
    await phone.context().close()
    await page.reload()
    expect(await page.getByText('kan niet', { exact: true }).count()).toBe(1)
    await expectFine(page)
    await page.context().close()
  })
})
