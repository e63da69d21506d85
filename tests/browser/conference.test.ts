// The conference of the example, whole: a draft in the morning of its organiser, a certificate in the hands of who was there. One
// story in real browsers, with the mails that were really sent between its pages. What each page does besides is tested elsewhere.
import { buffer } from 'node:stream/consumers'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events, feedbackAnswers, registrations } from '#db/schema.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { look } from '../support/axe.ts'
import { useBrowser } from '../support/browser.ts'
import { parseCalendar, parseEvent, propertyOf } from '../support/calendars.ts'
import { readCode } from '../support/codes.ts'
import { readPdf } from '../support/pdf.ts'
import { openPostedSite } from '../support/posted.ts'
import { inviteIn } from '../support/postoffice.ts'
import { organiserCookie } from '../support/site.ts'
import { partsOf, type Received } from '../support/smtp.ts'
import { makeRegistration } from '../support/world.ts'

/** A Wednesday, less than three weeks from the day of the example. */
const DAY = '2026-12-09'
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, bypassCSP: true }
const DAAN = { name: 'Daan Toets', email: 'daan.toets@example.org', attendance: 'in_person' } as const
const SARA = { name: 'Sara Toets', email: 'sara.toets@example.org' }
const TITLE = 'Dag van de werkplaatsen: samen aan tafel'
const [POVERTY, PLACES, NEIGHBOURHOOD] = [
  'Luisteren naar verhalen over armoede',
  'Bewonersinitiatieven op lege plekken',
  'De kracht van een buurt in kaart',
]
const [GAME, CASE] = ['Gespreksspel: echt contact', 'Onbegrepen gedrag: oefenen met een casus']
const YIELD = 'Zes werkplaatsen gaan samen naar lege plekken kijken.'
const REPORT = { title: 'Verslag van de dag', url: 'https://verslag.example.org/dag' }

const browser = useBrowser()
let site: Awaited<ReturnType<typeof openPostedSite>>
beforeAll(async () => {
  site = await openPostedSite()
})
afterAll(() => site.close())

async function openConsole(): Promise<Page> {
  const page = await browser.open({ viewport: { width: 1280, height: 800 }, bypassCSP: true })
  await page.context().addCookies([organiserCookie(site)])
  return page
}

/** Presses what leads to another page, and waits until it is there. */
async function press(page: Page, what: Locator): Promise<void> {
  await Promise.all([page.waitForNavigation(), what.click()])
}
const pressButton = (page: Page, name: string) => press(page, page.getByRole('button', { name, exact: true }))
const heading = (page: Page) => page.textContent('h1')
const status = (page: Page) => page.textContent('[role=status]')

/** The only link in a mail whose address holds this. */
function linkIn({ mail }: Received, part: string): string {
  const found = new Set(String(mail.text).match(new RegExp(`http://127\\.0\\.0\\.1:\\d+[^\\s]*${part}[^\\s]*`, 'g')))
  expect([...found], part).toHaveLength(1)
  return [...found][0] as string
}

async function choose(page: Page, round: number, first: string, second: string): Promise<void> {
  const group = page.getByRole('group', { name: `Ronde ${round}: eerste keuze` })
  await group.getByRole('radio', { name: first }).check()
  const other = page.getByLabel(`Ronde ${round}: tweede keuze`)
  const option = other.locator('option', { hasText: second })
  await other.selectOption((await option.getAttribute('value')) as string)
}

/** The story so far. */
let event: Event
let organiser: Page
let phone: Page
/** Of her own: her page, and the code she shows at the entrance. */
let personal: string
let code: string
/** Her entries by what they are called, as her calendar has them from the mails alone. */
const calendar = new Map<string, NonNullable<ReturnType<typeof inviteIn>>>()
let followUp: Received

/** What a calendar does with an invite. Returns what it was told, of what, as which version. */
function keep(received: Received): string {
  const [text] = partsOf(received.raw).filter(({ type }) => type === 'text/calendar')
  const invite = inviteIn(received)
  if (!text || !invite) throw new Error('a mail without an invite')
  const name = parseEvent(text.content).summary
  expect(invite.sequence).toBeGreaterThan(calendar.get(name)?.sequence ?? -1)
  calendar.set(name, invite)
  return `${invite.method} ${name} ${invite.sequence}`
}

test('an organiser copies the conference of the example to another day, and publishes it', async () => {
  organiser = await openConsole()
  const example = site.db.select().from(events).where(eq(events.title, TITLE)).get()
  await organiser.goto(`${site.url}/console/events/${example?.id}`)
  await organiser.getByText('Maak een kopie', { exact: true }).click()
  await organiser.getByLabel('Op welke dag?').fill(DAY)
  await pressButton(organiser, 'Maak de kopie')
  expect(await status(organiser)).toBe('Dit is de kopie. Het is een concept: alleen organisatoren zien het.')
  const id = Number(/\/events\/(\d+)/.exec(organiser.url())?.[1])
  const { slug } = getEvent(site.db, id)
  const answerTo = async () => (await fetch(`${site.url}/events/${slug}`)).status
  expect(await answerTo()).toBe(404)
  await pressButton(organiser, 'Publiceer')
  expect(await status(organiser)).toBe('Gepubliceerd. Iedereen kan zich nu aanmelden.')
  expect(await answerTo()).toBe(200)
  event = getEvent(site.db, id)
  expect([event.id === example?.id, event.title, event.localStart]).toEqual([false, TITLE, `${DAY}T09:30`])
  // Somebody who will not come after all.
  makeRegistration(site.db, event, { ...DAAN, answers: new Map() }, site.clock.now())
})

test('she registers on her phone with a workshop in each round, and each stands in her calendar', async () => {
  phone = await browser.open(PHONE)
  await phone.goto(`${site.url}/events/${event.slug}`)
  expect(await look(phone)).toEqual([])
  await phone.getByLabel('Naam', { exact: true }).fill(SARA.name)
  await phone.getByLabel('E-mailadres', { exact: true }).fill(SARA.email)
  await phone.getByLabel('Je rol').selectOption('practice')
  await phone.getByLabel('Lunch').selectOption('Vegetarisch')
  await choose(phone, 1, POVERTY, PLACES)
  await choose(phone, 2, GAME, CASE)
  await pressButton(phone, 'Aanmelden')
  expect(phone.url()).toContain('/registered')
  const mails = await site.mailFor(SARA.email)
  expect(mails.map(({ kind }) => kind).toSorted()).toEqual(['confirmed', 'workshop_confirmed', 'workshop_confirmed'])
  const told = mails.map(({ received }) => keep(received))
  expect(told.toSorted()).toEqual([`REQUEST ${TITLE} 0`, `REQUEST ${GAME} 0`, `REQUEST ${POVERTY} 0`].toSorted())
  const uids = new Set([...calendar.values()].map(({ uid }) => uid))
  expect(uids.size).toBe(3)
  expect(calendar.get(TITLE)?.start).toBe('2026-12-09T08:30:00.000Z')
  expect(calendar.get(POVERTY)).toMatchObject({
    start: '2026-12-09T10:15:00.000Z',
    location: expect.stringContaining('Zaal 3'),
  })
  const workshop = mails.find(({ received }) => received.mail.subject?.includes(POVERTY))?.received
  expect(workshop?.mail.text).toContain('Door: Werkplaats Sociaal Domein Arnhem en Nijmegen')
  const confirmation = mails.find(({ kind }) => kind === 'confirmed')?.received as Received
  personal = linkIn(confirmation, '/registrations/')
  const picture = confirmation.mail.attachments.find(({ mimeType }) => mimeType === 'image/png')
  code = await readCode(Buffer.from(picture?.content as ArrayBuffer))
  expect(confirmation.mail.text).toMatch(
    new RegExp(`11\\.15–12\\.15[\\s\\S]*${POVERTY}[\\s\\S]*13\\.30–14\\.30[\\s\\S]*${GAME}`),
  )
})

test('she changes one workshop: that leaves her calendar, the other comes, the rest stays as it was', async () => {
  await phone.goto(personal)
  await phone.getByText('Wijzig je workshops').click()
  await choose(phone, 1, NEIGHBOURHOOD, POVERTY)
  expect(await look(phone)).toEqual([])
  await pressButton(phone, 'Bewaar je keuze')
  const day = await phone.textContent('.own-day ol')
  expect(day).toContain(NEIGHBOURHOOD)
  expect(day).not.toContain(POVERTY)
  const mails = await site.mailFor(SARA.email)
  expect(mails.map(({ received }) => keep(received)).toSorted()).toEqual(
    [`CANCEL ${POVERTY} 1`, `REQUEST ${NEIGHBOURHOOD} 0`].toSorted(),
  )
})

test('her own feed has the day and both workshops, the same entries as the invites', async () => {
  await phone
    .getByText('Liever alles')
    .or(phone.locator('summary', { hasText: 'abonn' }))
    .first()
    .click()
  const address = await phone.locator('#feed-address').inputValue()
  const { events: entries } = parseCalendar(await (await fetch(address)).text())
  const said = entries.map(one => [one.summary, one.uid, one.sequence, propertyOf(one, 'status')])
  const wanted = [TITLE, NEIGHBOURHOOD, GAME].map(name => {
    const { uid, sequence } = calendar.get(name) ?? {}
    return [name, uid, sequence, 'CONFIRMED']
  })
  expect(said.toSorted()).toEqual(wanted.toSorted())
})

test('the organiser prints the lists for the doors: her name is at one door of each round', async () => {
  await organiser.goto(`${site.url}/console/events/${event.id}/workshop-lists`)
  await organiser.emulateMedia({ media: 'print' })
  const doors = await organiser.locator('section.door').all()
  const lists = await Promise.all(
    doors.map(async door => [await door.locator('h2').textContent(), await door.locator('tbody th').allTextContents()]),
  )
  expect(lists.filter(([, names]) => names?.includes(SARA.name)).map(([title]) => title)).toEqual([NEIGHBOURHOOD, GAME])
  expect(lists).toHaveLength(6)
  expect(await doors[0]?.isVisible()).toBe(true)
  expect(await organiser.locator('nav.of-event').isVisible()).toBe(false)
  await organiser.emulateMedia({ media: null })
})

test('at the entrance her code is read, and she is in', async () => {
  site.clock.set('2026-12-09T08:20:00Z')
  const entrance = await browser.open(PHONE)
  await entrance.context().addCookies([organiserCookie(site)])
  await entrance.goto(code)
  expect(await heading(entrance)).toBe(SARA.name)
  await pressButton(entrance, 'Aanwezig')
  const seen = site.db.select().from(registrations).where(eq(registrations.eventId, event.id)).all()
  expect(seen.filter(({ attendedAt }) => attendedAt).map(({ name }) => name)).toEqual([SARA.name])
  await entrance.context().close()
})

test('when it is over the organiser writes what came of it, places a link and gives certificates', async () => {
  site.clock.set('2026-12-09T16:00:00Z')
  organiser = await openConsole()
  await organiser.goto(`${site.url}/console/events/${event.id}/materials`)
  await organiser.getByLabel('In een paar zinnen').fill(YIELD)
  await pressButton(organiser, 'Bewaar')
  const form = organiser.getByRole('region', { name: 'Voeg een link toe' })
  await form.getByLabel('Soort').selectOption('handout')
  await form.getByLabel('Naam').fill(REPORT.title)
  await form.getByLabel('Adres').fill(REPORT.url)
  await pressButton(organiser, 'Voeg toe')
  expect(await status(organiser)).toBe('Het staat erbij.')

  await organiser.goto(`${site.url}/console/events/${event.id}/certificates`)
  await organiser.getByLabel('Geef een certificaat aan wie erbij was').check()
  await organiser.getByLabel('Ondertekend door').fill('Projectleider')
  await organiser.getByText('Register toevoegen').first().click()
  await organiser.getByLabel('Register', { exact: true }).first().fill('Registerplein')
  await organiser.getByLabel('Nummer').first().fill('RP-2026-9')
  await organiser.getByLabel('Punten').first().fill('3,5')
  await pressButton(organiser, 'Bewaar')
  expect(await status(organiser)).toBe('Bewaard.')
  expect(await organiser.textContent('section[aria-labelledby=result]')).toContain(
    '1 deelnemer met leertijd, samen 3,8 uur.',
  )
})

test('and sends the mail to who was there, after reading it and seeing to how many it goes', async () => {
  await organiser.goto(`${site.url}/console/events/${event.id}/materials`)
  await pressButton(organiser, 'Zet de mails klaar')
  const rows = await organiser.locator('#mail .materials li').allTextContents()
  expect(rows.map(row => row.replaceAll(/\s+/g, ' ').trim())).toEqual([
    'Voor wie er was concept nu 1 persoon',
    'Voor wie er niet was concept nu 1 persoon',
  ])
  await press(organiser, organiser.getByRole('link', { name: 'Voor wie er was' }))
  const preview = await organiser.locator('section.mail').textContent()
  for (const part of [SARA.name, YIELD, REPORT.title, 'Download je certificaat (PDF)']) expect(preview).toContain(part)
  await pressButton(organiser, 'Verstuur naar 1 persoon')
  site.clock.advance({ minutes: 2 })
  const mails = await site.mailFor(SARA.email)
  followUp = mails.find(({ kind }) => kind === 'mailing')?.received as Received
  expect(followUp.mail.subject).toBe(`Terugkijken: ${TITLE}`)
  for (const part of [YIELD, REPORT.title, REPORT.url]) expect(followUp.mail.text).toContain(part)
  expect((await site.mailFor(DAAN.email)).filter(({ kind }) => kind === 'mailing')).toEqual([])
})

test('she says what she thought of it, without her name, and only once', async () => {
  const feedback = linkIn(followUp, '/feedback/')
  await phone.goto(feedback)
  expect(await look(phone)).toEqual([])
  await phone.getByRole('group', { name: 'Hoe nuttig was dit voor je?' }).getByLabel('4').check()
  await phone.getByLabel('Wat neem je mee?').fill('Eerst luisteren.')
  await pressButton(phone, 'Verstuur')
  expect(new URL(phone.url()).pathname).toBe('/feedback/thanks')
  const said = site.db.select().from(feedbackAnswers).all()
  expect(said.filter(({ text }) => text === 'Eerst luisteren.')).toMatchObject([{ registrationId: null }])
  await phone.goto(feedback)
  expect(await phone.getByRole('button', { name: 'Verstuur' }).count()).toBe(0)
})

test('she takes her certificate along: the hours she learned, the number of the register, and a number anybody can check', async () => {
  await phone.goto(personal)
  expect(await look(phone)).toEqual([])
  const link = phone.getByRole('link', { name: 'Download je certificaat (PDF)' })
  expect(site.url + (await link.getAttribute('href'))).toBe(linkIn(followUp, '/certificate\\.pdf'))
  const [download] = await Promise.all([phone.waitForEvent('download'), link.click()])
  const { parts, title, isTagged } = await readPdf(await buffer(await download.createReadStream()))
  expect([title, isTagged]).toEqual([`Certificaat van deelname: ${TITLE}`, true])
  const number = /Nummer (\S+), gemaakt op 9 december 2026\./.exec(parts.join('\n'))?.[1] ?? ''
  // 60 + 60 + 60 + 45: neither the arrival with coffee nor lunch nor drinks.
  expect(cellsOf(parts, 'TD').slice(0, 5)).toContain('3 uur en 45 minuten')
  for (const part of ['Op weg naar inclusie', NEIGHBOURHOOD, GAME, 'Wat nemen we mee?'])
    expect(cellsOf(parts, 'TD')).toContain(part)
  expect(parts.join('\n')).not.toContain(POVERTY)
  expect(parts).toContain(`P ${SARA.name}`)
  expect(parts).toContain('TD nummer RP-2026-9, 3,5 punten')

  const anybody = await browser.open(PHONE)
  await anybody.goto(`${site.url}/certificates`)
  await anybody.getByLabel('Nummer').fill(number.toLowerCase())
  await pressButton(anybody, 'Controleer')
  expect(await heading(anybody)).toBe('Dit certificaat klopt')
  const facts = (await anybody.locator('dl.facts > div').allTextContents()).map(text => text.trim())
  expect(facts).toEqual([
    `Van${SARA.name}`,
    `Deed mee aan${TITLE}`,
    'Wanneerwoensdag 9 december 2026, 9.30–16.30 uur',
    'Netto leertijd3 uur en 45 minuten',
    expect.stringMatching(/^Georganiseerd door/),
    'Registerpleinnummer RP-2026-9, 3,5 punten',
  ])
  expect(await look(anybody)).toEqual([])
})

const cellsOf = (parts: string[], role: string) =>
  parts.filter(part => part.startsWith(`${role} `)).map(part => part.slice(role.length + 1))
