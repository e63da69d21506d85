// At the entrance, with a phone and beside it a laptop: by name, by code, without a connection and after it. The events stand
// an hour from now by the real clock, since browsers go by theirs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium as driver,
  type Page,
} from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import { checkIns, groups, organiserSessions, registrations } from '#db/schema.ts'
import type { Event } from '#src/domain/events.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { qrPng } from '#src/lib/qr.ts'
import { hash } from '#src/lib/tokens.ts'
import { useBrowser } from '../support/browser.ts'
import { ARGS, isBundled } from '../support/chromium.ts'
import { readCode } from '../support/codes.ts'
import { openRelay } from '../support/relay.ts'
import { openSite, organiserCookie, type Site } from '../support/site.ts'
import { makeEvent, makeRegistration } from '../support/world.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const VENUE = { name: 'De Zaal', address: 'Straat 1', postcode: '9700 AA', city: 'Groningen', access: '' }
const NAMES = ['Zoë de Vries', 'Bo Jansen', 'Sam Yıldız', 'Kim van Dam', 'Lou Peters', 'Nel Bakker']
const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }
const LAPTOP: BrowserContextOptions = { viewport: { width: 1280, height: 900 } }

const folder = mkdtempSync(join(tmpdir(), 'entrance-'))
const film = join(folder, 'code.mjpeg')
const plain = useBrowser()
let site: Site
/** What everybody opens the site by, so that their connection can drop. */
let line: Awaited<ReturnType<typeof openRelay>>
let cookie: ReturnType<typeof organiserCookie>
let browser: Browser
let ticking: NodeJS.Timeout
beforeAll(async () => {
  site = await openSite()
  line = await openRelay(site.url)
  site.config.baseUrl = line.url
  const tick = () => site.clock.set(new Date().toISOString())
  tick()
  ticking = setInterval(tick, 20)
  cookie = organiserCookie(site)
  writeFileSync(film, '')
  const camera = [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ]
  browser = await driver.launch(
    isBundled
      ? { executablePath: await chromium.executablePath(), args: [...ARGS, ...camera] }
      : { channel: 'chrome', args: camera },
  )
})
afterAll(async () => {
  await browser?.close()
  clearInterval(ticking)
  await line?.close()
  await site?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** An event that begins in an hour, and the six who come. */
function openDoor(): { event: Event; people: Registration[]; path: string } {
  const { db, clock } = site
  const group = db.select().from(groups).where(eq(groups.slug, 'noord')).get()
  if (!group) throw new Error('no group')
  const start = clock.now().add({ hours: 1 }).toZonedDateTimeISO('Europe/Amsterdam').toPlainDateTime()
  const event = makeEvent(
    db,
    group,
    {
      localStart: start.toString({ smallestUnit: 'minute' }),
      attendance: 'in_person',
      capacityInPerson: 40,
      venue: VENUE,
      title: 'Kennismiddag',
    },
    clock.now(),
  )
  const people = NAMES.map((name, index) =>
    makeRegistration(db, event, { name, email: `gast${index}@example.org`, attendance: 'in_person' }, clock.now()),
  )
  return { event, people, path: `/console/events/${event.id}/check-in` }
}

async function openPhone(options: BrowserContextOptions): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({
    locale: 'nl-NL',
    timezoneId: 'Europe/Amsterdam',
    bypassCSP: false,
    ...options,
  })
  await context.addCookies([cookie])
  return { context, page: await context.newPage() }
}

/** The connection goes, for everybody, and this browser is told so. */
async function lose(context: BrowserContext): Promise<void> {
  line.drop()
  await context.setOffline(true)
}
async function find(context: BrowserContext): Promise<void> {
  line.restore()
  await context.setOffline(false)
}

/** Opens the list and waits until the phone has all it needs to go on alone. */
async function arrive(page: Page, path: string, url = line.url): Promise<void> {
  await page.goto(url + path)
  await page.locator('[data-kept]').waitFor({ state: 'attached' })
}

const row = (page: Page, name: string) => page.locator('.expected > li', { hasText: name })
const press = (page: Page, name: string, button: 'Aanwezig' | 'Toch niet') =>
  row(page, name)
    .getByRole('button', { name: new RegExp(`^${button} ?: ${name}$`) })
    .click()
const state = (page: Page) => page.locator('[data-state]')
const said = (page: Page) => page.locator('[data-said]')
const isIn = async (page: Page) => {
  const rows = await page.locator('.expected > li[data-here]').all()
  return (await Promise.all(rows.map(one => one.getAttribute('data-name')))).toSorted()
}
const present = (event: Event) =>
  site.db
    .select({ name: registrations.name, at: registrations.attendedAt })
    .from(registrations)
    .where(eq(registrations.eventId, event.id))
    .orderBy(asc(registrations.name))
    .all()
    .filter(({ at }) => at)
    .map(({ name }) => name)
const until = (look: () => unknown, wanted: unknown) => expect.poll(look, { timeout: 15_000 }).toEqual(wanted)

async function problemsOn(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))`)
}

describe.each([
  ['a phone', PHONE, LAPTOP],
  ['a laptop', LAPTOP, PHONE],
])('%s', (_, options, other) => {
  test('by name, without a connection, through a reload, and beside another', { timeout: 120_000 }, async () => {
    const { event, path } = openDoor()
    const { context, page } = await openPhone(options)
    await arrive(page, path)
    expect(await problemsOn(page)).toEqual([])

    // By name, as it is typed.
    await page.getByLabel('Zoek op naam').fill('yil')
    expect(await page.locator('.expected > li:visible').count()).toBe(1)
    await press(page, 'Sam Yıldız', 'Aanwezig')
    expect(await said(page).textContent()).toBe('Sam Yıldız is binnen.')
    expect(await page.locator('[data-count=in_person]').textContent()).toBe('1')
    await until(() => present(event), ['Sam Yıldız'])
    await page.getByLabel('Zoek op naam').fill('')

    // The connection drops; three come, one of them by mistake, and the browser starts anew.
    await lose(context)
    for (const name of ['Zoë de Vries', 'Bo Jansen', 'Kim van Dam']) await press(page, name, 'Aanwezig')
    await press(page, 'Bo Jansen', 'Toch niet')
    await until(() => state(page).textContent(), '4 wachten op verbinding. Geen verbinding. Je kunt gewoon doorgaan.')
    await page.reload()
    await until(() => isIn(page), ['Kim van Dam', 'Sam Yıldız', 'Zoë de Vries'])
    await until(() => state(page).textContent(), '4 wachten op verbinding. Geen verbinding. Je kunt gewoon doorgaan.')
    expect(await problemsOn(page)).toEqual([])
    await press(page, 'Nel Bakker', 'Aanwezig')
    expect(present(event)).toEqual(['Sam Yıldız'])

    // Meanwhile another one, with a connection: somebody new, and one who is told about twice.
    const second = await openPhone(other)
    await arrive(second.page, path, site.url)
    await press(second.page, 'Lou Peters', 'Aanwezig')
    await press(second.page, 'Zoë de Vries', 'Aanwezig')
    await until(() => present(event), ['Lou Peters', 'Sam Yıldız', 'Zoë de Vries'])

    // And it is back.
    await find(context)
    const everybody = ['Kim van Dam', 'Lou Peters', 'Nel Bakker', 'Sam Yıldız', 'Zoë de Vries']
    await until(() => present(event), everybody)
    await until(() => isIn(page), everybody)
    await until(
      () => state(page).textContent(),
      'Open deze pagina één keer met verbinding. Daarna werkt hij ook zonder.',
    )
    // By itself, within the ten seconds between two looks.
    await until(() => isIn(second.page), everybody)
    expect(await second.page.locator('[data-count=in_person]').textContent()).toBe('5')
    // The first who saw Zoë counts; every tick is there once.
    const rows = site.db.select().from(checkIns).all()
    const mine = site.db.select().from(registrations).where(eq(registrations.eventId, event.id)).all()
    expect(rows.filter(({ registrationId }) => mine.some(({ id }) => id === registrationId))).toHaveLength(8)
    await second.context.close()
    await context.close()
  })
})

test('the code on somebody’s own page leads whoever receives them to their button', { timeout: 60_000 }, async () => {
  const { event, people } = openDoor()
  const [zoe] = people as [Registration]
  const own = `/registrations/${site.tokens.sign('registration', { id: zoe.id, version: zoe.linkVersion })}`
  for (const colorScheme of ['light', 'dark'] as const) {
    const visitor = await browser.newContext({ ...PHONE, colorScheme, locale: 'nl-NL' })
    const page = await visitor.newPage()
    await page.goto(line.url + own)
    const code = page.getByRole('img', { name: 'Code voor de ingang, van Zoë de Vries voor Kennismiddag' })
    const address = await readCode(await code.screenshot())
    expect(address).toMatch(new RegExp(`^${line.url}/check-in/[\\w-]+$`))
    await page.goto(address)
    expect(await page.textContent('h1')).toBe('Laat dit zien bij de ingang')
    expect(await page.content()).not.toContain('Vries')
    await visitor.close()
    if (colorScheme === 'light') continue
    const { context, page: host } = await openPhone(PHONE)
    await host.goto(address)
    expect(await host.textContent('h1')).toBe('Zoë de Vries')
    expect(present(event)).toEqual([])
    await host.getByRole('button', { name: 'Aanwezig' }).click()
    await host.waitForURL(/check-in\?/)
    expect(await said(host).textContent()).toBe('Zoë de Vries is binnen.')
    expect(present(event)).toEqual(['Zoë de Vries'])
    await context.close()
  }
})

test('the camera reads a code, also without a connection', {
  timeout: 90_000,
}, async () => {
  const { event, people, path } = openDoor()
  const [, bo] = people as [Registration, Registration]
  const token = site.tokens.sign('check-in', { id: bo.id, version: bo.doorVersion })
  const frame = await sharp(qrPng(`${line.url}/check-in/${token}`, 8))
    .resize(420, 420)
    .extend({ top: 30, bottom: 30, left: 110, right: 110, background: '#ccc' })
    .jpeg()
    .toBuffer()
  writeFileSync(film, Buffer.concat(Array.from({ length: 10 }, () => frame)))
  const { context, page } = await openPhone(PHONE)
  await arrive(page, path)
  await lose(context)
  await page.getByRole('button', { name: 'Scan een code' }).click()
  await until(() => said(page).textContent(), 'Bo Jansen is binnen.')
  await page.getByRole('button', { name: 'Stop de camera' }).click()
  expect(await page.locator('[data-camera]').isVisible()).toBe(false)
  await find(context)
  await until(() => present(event), ['Bo Jansen'])
  await context.close()
})

test('without a camera there is a friendly word', async () => {
  const { path } = openDoor()
  const page = await plain.open(PHONE)
  await page.context().addCookies([cookie])
  await arrive(page, path)
  await page.getByRole('button', { name: 'Scan een code' }).click()
  await until(() => said(page).textContent(), 'De camera doet het niet of mag niet. Zoek op naam.')
  expect(await page.locator('[data-camera]').isVisible()).toBe(false)
  await page.context().close()
})

test('without a script it is a list of forms', async () => {
  const { event, path } = openDoor()
  const { context, page } = await openPhone({ ...PHONE, javaScriptEnabled: false })
  await page.goto(line.url + path)
  await page.getByLabel('Zoek op naam').fill('vries')
  await page.getByRole('button', { name: 'Zoek', exact: true }).click()
  expect(await page.locator('.expected > li:visible').count()).toBe(1)
  await press(page, 'Zoë de Vries', 'Aanwezig')
  expect(await said(page).textContent()).toBe('Zoë de Vries is binnen.')
  expect(present(event)).toEqual(['Zoë de Vries'])
  await press(page, 'Zoë de Vries', 'Toch niet')
  expect(present(event)).toEqual([])
  await context.close()
})

describe('what a phone keeps', () => {
  const kept = (page: Page) =>
    page.evaluate(`Promise.all([
      caches.keys(),
      navigator.serviceWorker.getRegistrations().then(list => list.length),
      indexedDB.databases().then(list => list.length),
    ])`) as Promise<[string[], number, number]>

  test('goes when somebody signs out, and what was ticked is sent first', { timeout: 60_000 }, async () => {
    const { event, path } = openDoor()
    const own = organiserCookie(site)
    const { context, page } = await openPhone(PHONE)
    await context.addCookies([own])
    await arrive(page, path)
    await lose(context)
    await press(page, 'Bo Jansen', 'Aanwezig')
    await until(() => state(page).textContent(), '1 wacht op verbinding. Geen verbinding. Je kunt gewoon doorgaan.')
    expect(await kept(page)).toEqual([[expect.stringMatching(new RegExp(`^check-in ${event.id} \\d+$`))], 1, 1])
    await find(context)
    await page.getByRole('button', { name: 'Uitloggen' }).click()
    await page.waitForURL(`${line.url}/`)
    expect(present(event)).toEqual(['Bo Jansen'])
    await until(() => kept(page), [[], 0, 0])
    await context.close()
  })

  test('goes when the session was ended elsewhere; what was ticked waits for who signs in', {
    timeout: 60_000,
  }, async () => {
    const { event, path } = openDoor()
    const { context, page } = await openPhone(PHONE)
    const lost = organiserCookie(site)
    await context.addCookies([lost])
    await arrive(page, path)
    await lose(context)
    await press(page, 'Bo Jansen', 'Aanwezig')
    site.db
      .delete(organiserSessions)
      .where(eq(organiserSessions.tokenHash, hash(lost.value)))
      .run()
    await find(context)
    await until(
      () => state(page).textContent(),
      '1 wacht op verbinding. Je bent uitgelogd. Log weer in op deze telefoon. Wat je afvinkte, gaat dan alsnog mee.',
    )
    expect((await kept(page))[0]).toEqual([])
    expect(present(event)).toEqual([])
    await context.addCookies([organiserCookie(site)])
    await arrive(page, path)
    await until(() => present(event), ['Bo Jansen'])
    await context.close()
  })

  test('goes a day after the event, with the first page of the console', { timeout: 60_000 }, async () => {
    const { context, page } = await openPhone(PHONE)
    await page.goto(line.url)
    await page.evaluate(
      `Promise.all(['check-in 7 1000', 'check-in 8 ${Date.now() + 60_000}'].map(name => caches.open(name)))`,
    )
    await page.goto(`${line.url}/console`)
    await until(async () => (await kept(page))[0], [expect.stringMatching(/^check-in 8 /)])
    await context.close()
  })
})

test('on paper no name is cut, and ten badges fill a sheet', async () => {
  const { event, people, path } = openDoor()
  const long = 'Wilhelmina-Christina van der Veldenkamp-Oosterhuizen tot Overvecht en Nederweert'
  const [zoe] = people as [Registration]
  site.db
    .update(registrations)
    .set({ name: long, organisation: 'Samenwerkingsverband Maatschappelijke Dienstverlening' })
    .where(eq(registrations.id, zoe.id))
    .run()
  for (let number = 0; number < 6; number++)
    makeRegistration(
      site.db,
      event,
      { name: `Gast ${number}`, email: `p${number}@example.org`, attendance: 'in_person' },
      site.clock.now(),
    )
  const { context, page } = await openPhone(LAPTOP)
  await page.goto(line.url + path.replace('check-in', 'badges'))
  await page.emulateMedia({ media: 'print' })
  const sizes = (await page.evaluate(`[...document.querySelectorAll('.name-badge')].map(badge => {
    const { width, height } = badge.getBoundingClientRect()
    const name = badge.querySelector('.name')
    // A little of what hangs below a line may: that is no line cut.
    const isCut = name.scrollHeight > name.clientHeight + 4 || badge.scrollHeight > badge.clientHeight + 4
    return [Math.round(width / 96 * 25.4), Math.round(height / 96 * 25.4), isCut]
  })`)) as [number, number, boolean][]
  expect(sizes).toEqual(Array.from({ length: 12 }, () => [90, 54, false]))
  const pagesOf = async () =>
    (await page.pdf({ preferCSSPageSize: true })).toString('latin1').match(/\/Type\s*\/Page\b/g)?.length
  expect(await pagesOf()).toBe(2)
  await page.goto(line.url + path.replace('check-in', 'attendance-list'))
  expect(await pagesOf()).toBe(1)
  await context.close()
})
