// A programme in a browser: an organiser makes that of a conference with the keyboard alone, and everybody prints it on one sheet.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events } from '#db/schema.ts'
import { getEvent, listSessions } from '#src/domain/events.ts'
import { listGroups } from '#src/domain/groups.ts'
import { look } from '../support/axe.ts'
import { useBrowser } from '../support/browser.ts'
import { addParts, chooseAs, makeDay, makeLongConference, part, workshop } from '../support/programmes.ts'
import { openSite, organiserCookie, type Site } from '../support/site.ts'

const browser = useBrowser()
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

/** The conference of the example. */
const example = () => site.db.select().from(events).where(eq(events.kind, 'conference')).get() ?? getEvent(site.db, 0)
const anyGroup = () => listGroups(site.db)[0] as ReturnType<typeof listGroups>[number]

/** Of each sheet its width and height, in millimetres. */
function sheetsOf(pdf: Buffer): [number, number][] {
  const text = pdf.toString('latin1')
  const pages = text.match(/\/Type \/Page\b(?!s)/g) ?? []
  const boxes = [...text.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)]
  const millimetres = (points: string | undefined) => Math.round((Number(points) * 25.4) / 72)
  expect(boxes).toHaveLength(pages.length)
  return boxes.map(([, width, height]) => [millimetres(width), millimetres(height)])
}

async function print(path: string): Promise<[number, number][]> {
  const page = await browser.open()
  await page.goto(site.url + path)
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
  await page.context().close()
  return sheetsOf(pdf)
}

const PORTRAIT = [[210, 297]]

describe('on paper', () => {
  test('the programme of the conference is one sheet of A4, in both languages', async () => {
    const path = `/events/${example().slug}/programme`
    expect(await print(path)).toEqual(PORTRAIT)
    expect(await print(`${path}?lang=en`)).toEqual(PORTRAIT)
  })

  test('with the longest titles in six rooms it still is', async () => {
    const { slug } = makeLongConference(site.db, anyGroup())
    expect(await print(`/events/${slug}/programme`)).toEqual(PORTRAIT)
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('with %d rounds of three workshops as well', async rounds => {
    const event = makeDay(site.db, anyGroup(), { title: 'Een lange dag met veel te kiezen in het hele gebouw' })
    const at = (minute: number) =>
      Temporal.PlainDateTime.from('2027-03-10T09:30').add({ minutes: minute }).toString({ smallestUnit: 'minute' })
    const title = 'Samen met bewoners, studenten en professionals onderzoeken wat er in de wijk nodig is'
    for (let round = 1; round <= rounds; round++) {
      const times = { localStart: at((round - 1) * 45), localEnd: at((round - 1) * 45 + 35) }
      const pause = { localStart: at((round - 1) * 45 + 35), localEnd: at(round * 45) }
      const group = { groupId: anyGroup().id, speakers: ['Onderzoeker', 'Ervaringsdeskundige'] }
      const rooms = ['Zaal 1', 'Zaal 2', 'Zaal 3'].map(room => workshop(round, title, { ...times, ...group, room }))
      addParts(site.db, event, ...rooms, part({ kind: 'break', title: 'Pauze', room: '', ...pause }))
    }
    expect(await print(`/events/${event.slug}/programme`)).toEqual(PORTRAIT)
  })

  test('each workshop has a list for its door on a sheet of its own', async () => {
    const event = makeDay(site.db, anyGroup(), { title: 'Met lijsten' })
    addParts(site.db, event, part(), workshop(1, 'A'), workshop(1, 'B'), workshop(2, 'C'))
    for (const name of ['Zoë', 'Bram', 'Fatima']) chooseAs(site.db, event, name, ['A'], ['C'])
    const page = await browser.open()
    await page.context().addCookies([organiserCookie(site)])
    await page.goto(`${site.url}/console/events/${event.id}/workshop-lists`)
    const sheets = sheetsOf(await page.pdf({ preferCSSPageSize: true }))
    expect(sheets).toEqual(Array.from({ length: 3 }, () => [210, 297]))
  })
})

/** From one field to the next. */
async function type(page: Page, ...values: string[]): Promise<void> {
  for (const value of values) {
    if (value) await page.keyboard.type(value)
    await page.keyboard.press('Tab')
  }
}

const named = (page: Page) =>
  page.evaluate('document.activeElement.getAttribute("name") ?? document.activeElement.textContent')

describe('with the keyboard alone', () => {
  test('an organiser makes a programme, moves a part of it and takes one away, without a script', async () => {
    const event = makeDay(site.db, anyGroup(), { title: 'Met het toetsenbord' })
    const page = await browser.open({ javaScriptEnabled: false, viewport: { width: 1280, height: 800 } })
    await page.context().addCookies([organiserCookie(site)])
    await page.goto(`${site.url}/console/events/${event.id}/programme`)
    /** Kind, round, from, until, title, room; sent with Enter from the title's field onwards. */
    const add = async (kind: string, round: string, start: string, end: string, title: string, room: string) => {
      await page.getByLabel('Soort').focus()
      await type(page, kind, round)
      await page.getByLabel('Van', { exact: true }).fill(start)
      await page.getByLabel('Tot', { exact: true }).fill(end)
      await page.getByLabel('Titel').focus()
      await type(page, title)
      expect(await named(page)).toBe('room')
      await page.keyboard.type(room)
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
      expect(await page.textContent('[role=status]')).toContain('Toegevoegd.')
      // Ready for the next one.
      expect(await named(page)).toBe('title')
    }
    await add('Pauze', '', '09:30', '10:00', 'Inloop', 'Hal')
    await add('Plenair', '', '10:00', '11:00', 'Welkom', 'Grote zaal')
    await add('Workshop', 'Ronde 1', '11:15', '12:15', 'Luisteren', 'Zaal 1')
    await add('Workshop', 'Ronde 1', '11:15', '12:15', 'Tekenen', 'Zaal 2')
    const said = () =>
      listSessions(site.db, event.id).map(
        ({ kind, title, localStart, room }) => `${kind} ${title} ${localStart.slice(11)} ${room}`,
      )
    expect(said()).toEqual([
      'break Inloop 09:30 Hal',
      'plenary Welkom 10:00 Grote zaal',
      'workshop Luisteren 11:15 Zaal 1',
      'workshop Tekenen 11:15 Zaal 2',
    ])
    expect(listSessions(site.db, event.id).map(({ isLearning }) => isLearning)).toEqual([false, true, true, true])
    const follow = async (name: RegExp) => {
      await page.getByRole('link', { name }).focus()
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
    }
    await follow(/^Wijzig.*Tekenen$/)
    await page.getByLabel('Zaal').fill('Zaal 3')
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
    expect(said()[3]).toBe('workshop Tekenen 11:15 Zaal 3')
    await follow(/^Wijzig.*Luisteren$/)
    await page.getByRole('button', { name: 'Haal weg' }).focus()
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
    expect(said()).toHaveLength(3)
    await page.context().close()
  })

  test('what is wrong takes focus, and leads to its field', async () => {
    const event = makeDay(site.db, anyGroup(), { title: 'Met een fout' })
    const page = await browser.open({ viewport: { width: 360, height: 800 }, bypassCSP: true })
    await page.context().addCookies([organiserCookie(site)])
    await page.goto(`${site.url}/console/events/${event.id}/programme`)
    await page.getByLabel('Titel').fill('Te vroeg')
    await page.getByLabel('Van', { exact: true }).fill('09:00')
    await page.getByLabel('Tot', { exact: true }).fill('10:00')
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
    expect(await page.textContent('[role=alert]')).toContain('Van: Dit valt buiten de tijd van de bijeenkomst.')
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('alert')
    expect(await look(page)).toEqual([])
    await page.getByRole('link', { name: 'Van' }).press('Enter')
    expect(await named(page)).toBe('start')
    await page.context().close()
  })
})
