// One event from idea to registration, in a real browser on a phone and on a desk: questions on the form, answers of people,
// a cover, two organisers at once; and axe-core finds nothing on the way.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asc, eq, isNull } from '#db/drizzle.ts'
import { events } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { answersOf } from '#src/domain/answers.ts'
import { listAttendees } from '#src/domain/attendees.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { editEvent } from '#src/domain/editing.ts'
import { getEvent } from '#src/domain/events.ts'
import { listFormFields } from '#src/domain/form-fields.ts'
import { listGroups } from '#src/domain/groups.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import { useBrowser } from '../support/browser.ts'
import { ORGANISER, openSite, organiserCookie, type Site } from '../support/site.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const browser = useBrowser()
const folder = mkdtempSync(join(tmpdir(), 'editing-'))
const photo = join(folder, 'zaal.jpg')
let site: Site
let cookie: ReturnType<typeof organiserCookie>
beforeAll(async () => {
  site = await openSite()
  site.config.dataDir = folder
  cookie = organiserCookie(site)
  writeFileSync(
    photo,
    await sharp({ create: { width: 900, height: 600, channels: 3, background: '#3a6b5c' } })
      .jpeg()
      .toBuffer(),
  )
})
afterAll(async () => {
  await site.close()
  rmSync(folder, { recursive: true })
})

async function open(width: number, javaScriptEnabled: boolean): Promise<Page> {
  const size = { viewport: { width, height: 800 }, isMobile: width < 600, hasTouch: width < 600 }
  const page = await browser.open({ ...size, javaScriptEnabled, bypassCSP: true, reducedMotion: 'reduce' })
  await page.context().addCookies([cookie])
  return page
}

/** What axe-core finds, and whether the page scrolls sideways; only where scripts run. */
async function look(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) => [
    ...violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 160)),
    ...(document.documentElement.scrollWidth > document.documentElement.clientWidth ? ['scrolls sideways'] : []),
  ])`)
}

function draft(title: string) {
  const groupId = listGroups(site.db).find(({ slug }) => slug === 'noord')?.id ?? 0
  const values = { groupId, kind: 'webinar', timeZone: 'Europe/Amsterdam', durationMinutes: 60, title } as const
  return writeNow(site.db, tx =>
    createEvent(tx, { ...values, attendance: 'online', localStart: '2027-03-11T12:00' }, site.clock.now()),
  )
}

const save = (page: Page) => Promise.all([page.waitForNavigation(), page.click('.save-bar button:has-text("Bewaar")')])

test.each([
  [360, true],
  [1280, true],
  [360, false],
])('from draft to an answer on a list, %i wide, scripts %s', { timeout: 60_000 }, async (width, scripts) => {
  const { id } = draft(`Samen eten in de wijk (${width}${scripts ? '' : ', kaal'})`)
  const page = await open(width, scripts)
  const seen: string[] = []
  const check = async () => {
    if (scripts) seen.push(...(await look(page)))
  }
  await page.goto(`${site.url}/console/events/${id}`)
  await check()

  await page.click('.contents a:has-text("Vragen op het formulier")')
  const rows = page.locator('#form .fold')
  await rows.nth(0).locator('summary').click()
  await page.fill('[name=field1_label]', 'Wat eet je?')
  await page.selectOption('[name=field1_kind]', 'choice')
  await page.selectOption('[name=field1_required]', 'yes')
  await rows.nth(1).locator('summary').click()
  await page.fill('[name=field2_label]', 'Wat breng je mee?')
  await page.selectOption('[name=field2_kind]', 'several')
  await page.fill('[name=field2_options]', 'Brood\nSoep\nKoffie')
  await check()
  await save(page)
  // A choice needs something to choose from; what was typed is there still.
  expect(await page.textContent('#f-field1_options-problem')).toContain('minstens twee mogelijkheden')
  expect(await page.inputValue('[name=field2_options]')).toBe('Brood\nSoep\nKoffie')
  await check()
  await page.fill('[name=field1_options]', 'Vegetarisch\nVeganistisch')
  await save(page)
  expect(await page.textContent('[role=status]')).toContain('Bewaard.')
  expect(listFormFields(site.db, id).map(({ label }) => label)).toEqual(['Wat eet je?', 'Wat breng je mee?'])

  await page.setInputFiles('[name=cover]', photo)
  await page.fill('[name=coverAlt]', 'Een lange gedekte tafel')
  await Promise.all([page.waitForNavigation(), page.click('button:has-text("Zet de foto op de pagina")')])
  expect(await page.getAttribute('#cover img', 'alt')).toBe('Een lange gedekte tafel')
  await check()
  await Promise.all([page.waitForNavigation(), page.click('button:has-text("Publiceer")')])

  await page.goto(`${site.url}/events/${getEvent(site.db, id).slug}`)
  expect(await page.locator('img.cover').count()).toBe(1)
  await check()
  const email = `eter-${width}-${scripts}@example.org`
  await page.fill('[name=name]', 'Eter Noord')
  await page.fill('[name=email]', email)
  await page.selectOption('[name=role]', 'resident')
  await page.selectOption('label:has-text("Wat eet je?") + select', 'Vegetarisch')
  await page.check('label:has-text("Soep") input')
  await page.check('label:has-text("Brood") input')
  await Promise.all([page.waitForNavigation(), page.click('button:has-text("Aanmelden")')])
  expect(await page.textContent('h1')).toBe('Kijk in je mail')
  const [row] = listAttendees(site.db, getEvent(site.db, id))
  const given = answersOf(site.db, [row?.registration.id ?? 0]).get(row?.registration.id ?? 0)
  expect([...(given?.values() ?? [])]).toEqual([['Vegetarisch'], ['Brood', 'Soep']])
  expect(seen).toEqual([])
  await page.context().close()
})

test('on a phone the button to save stays in reach, and what has focus is never behind it', async () => {
  const { id } = draft('Altijd in reach')
  const page = await open(360, true)
  await page.goto(`${site.url}/console/events/${id}`)
  const isIn = () =>
    page.evaluate(`(() => {
      const bar = document.querySelector('.save-bar').getBoundingClientRect()
      const at = document.activeElement.getBoundingClientRect()
      return [bar.bottom <= innerHeight + 1 && bar.top > 0, at.bottom <= bar.top || document.activeElement.closest('.save-bar') !== null]
    })()`)
  for (const name of ['title', 'description', 'speakers', 'newTheme', 'roomUrl', 'registrationUntilDate']) {
    await page.focus(`[name=${name}]`)
    expect([name, await isIn()]).toEqual([name, [true, true]])
  }
  await page.context().close()
})

test.each([360, 1280])('two organisers at once, %i wide: both see what differs, and one click saves', async width => {
  const { id } = draft(`Tweemaal (${width})`)
  const page = await open(width, true)
  await page.goto(`${site.url}/console/events/${id}`)
  await page.fill('[name=summary]', 'Mijn zin over samen eten.')
  const now = getEvent(site.db, id)
  const other = findOrganiser(site.db, ORGANISER)
  const theirs = { ...now, summary: 'De zin van een ander.', description: 'Ook iets anders.' }
  const editor = { organiserId: other?.id ?? null, revision: now.revision }
  writeNow(site.db, tx => editEvent(tx, now, theirs, [], editor, site.clock.now()))
  await save(page)
  const differences = await page.textContent('.differences')
  expect(differences).toMatch(/De zin van een ander\.[\s\S]*Mijn zin over samen eten\./)
  expect(differences).toMatch(/Ook iets anders\./)
  expect(await page.inputValue('[name=description]')).toBe('Ook iets anders.')
  expect(await look(page)).toEqual([])
  await save(page)
  expect(getEvent(site.db, id)).toMatchObject({ summary: 'Mijn zin over samen eten.', description: 'Ook iets anders.' })
  await page.context().close()
})

test('a preview opens beside the form, with what is typed in it', async () => {
  const event = site.db
    .select()
    .from(events)
    .where(isNull(events.cancelledAt))
    .orderBy(asc(events.startsAt))
    .all()
    .at(-1)
  if (!event) throw new Error('no event')
  const page = await open(1280, true)
  await page.goto(`${site.url}/console/events/${event.id}`)
  await page.fill('[name=title]', 'Zo zou het heten')
  const [shown] = await Promise.all([
    page.context().waitForEvent('page'),
    page.click('button:has-text("Bekijk eerst")'),
  ])
  await shown.waitForLoadState()
  expect(await shown.textContent('h1')).toContain('Zo zou het heten')
  expect(await page.inputValue('[name=title]')).toBe('Zo zou het heten')
  expect(site.db.select().from(events).where(eq(events.id, event.id)).get()?.title).toBe(event.title)
  await page.context().close()
})
