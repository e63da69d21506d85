// Working together, in a real browser on a phone and on a desk: somebody is invited and says yes, rights change, a series is
// handed over, and a passkey of a real (virtual) authenticator lets its organiser in.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { and, desc, eq } from '#db/drizzle.ts'
import { invitations, memberships, passkeys } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { getGroup } from '#src/domain/groups.ts'
import { createOrganiser, findOrganiser, grant, type Right } from '#src/domain/organisers.ts'
import { createSignIn, signInByToken } from '#src/domain/sign-ins.ts'
import { look } from '../support/axe.ts'
import { useBrowser } from '../support/browser.ts'
import { openSite, type Site } from '../support/site.ts'

const WIDTHS = [360, 1280]
const browser = useBrowser()
let site: Site
beforeAll(async () => {
  site = await openSite()
  // Passkeys are tied to a name: an address of numbers has none.
  site.config.baseUrl = site.url.replace('127.0.0.1', 'localhost')
})
afterAll(() => site.close())

/** A page of somebody with this right in Noord, in a browser of their own; nobody's without a name. */
async function openPage(width: number, name = '', right: Right = 'owner', javaScriptEnabled = true): Promise<Page> {
  const size = { viewport: { width, height: 800 }, isMobile: width < 600, hasTouch: width < 600 }
  const page = await browser.open({ ...size, javaScriptEnabled, bypassCSP: true, baseURL: site.config.baseUrl })
  if (name)
    await page.context().addCookies([{ name: 'session', value: session(name, right), url: site.config.baseUrl }])
  return page
}

function session(name: string, right: Right): string {
  const { db, clock } = site
  const email = `${name}@example.org`
  return writeNow(db, tx => {
    const organiser = findOrganiser(tx, email) ?? createOrganiser(tx, email, name, clock.now())
    grant(tx, organiser, getGroup(tx, 'noord'), right)
    return signInByToken(tx, createSignIn(tx, organiser, clock.now()), clock.now())
  })
}

const noord = () => getGroup(site.db, 'noord').name
const heading = (page: Page) => page.textContent('h1')
const status = async (page: Page) => (await page.textContent('main [role=status]'))?.trim()
const press = async (page: Page, name: string | RegExp) => {
  await Promise.all([page.waitForNavigation(), page.getByRole('button', { name }).click()])
}
const rightOf = (email: string) => {
  const organiser = findOrganiser(site.db, email)
  const { id } = getGroup(site.db, 'noord')
  const mine = and(eq(memberships.organiserId, organiser?.id ?? 0), eq(memberships.groupId, id))
  return site.db.select().from(memberships).where(mine).get()?.right
}
/** The link in the newest invitation to somebody. */
function linkFor(email: string): string {
  const { db, tokens } = site
  const newest = db.select().from(invitations).where(eq(invitations.email, email)).orderBy(desc(invitations.id)).get()
  return `/invitations/${tokens.sign('invitation', { id: newest?.id ?? 0, version: 1 })}`
}

describe.each(WIDTHS)('at %i pixels', width => {
  test('an owner invites somebody, who says yes, gets another right, and goes', async () => {
    const email = `ilse${width}@example.org`
    const page = await openPage(width, `olga${width}`)
    await page.goto('/console/groups')
    expect(await look(page)).toEqual([])
    await page.getByRole('link', { name: `Mensen van ${noord()}`, exact: true }).click()
    expect(await look(page)).toEqual([])
    await page.getByLabel('E-mailadres').fill(email)
    await page.getByRole('radio', { name: /kijker/i }).check()
    await press(page, 'Verder')
    expect(await heading(page)).toBe(`${email} uitnodigen?`)
    expect(await page.textContent('.mail pre')).toContain('/invitations/•••')
    expect(await look(page)).toEqual([])
    await press(page, 'Stuur de uitnodiging')
    expect(await status(page)).toBe('De uitnodiging gaat nu weg.')
    expect(await look(page)).toEqual([])

    const theirs = await openPage(width)
    await theirs.goto(linkFor(email))
    expect(await look(theirs)).toEqual([])
    await press(theirs, 'Ja, ik doe mee')
    expect(await theirs.textContent('.problem')).toBe('Vul je naam in.')
    expect(await look(theirs)).toEqual([])
    await theirs.getByLabel('Je naam').fill('Ilse Nieuw')
    await press(theirs, 'Ja, ik doe mee')
    expect([new URL(theirs.url()).pathname, await heading(theirs)]).toEqual(['/console', 'Dag Ilse Nieuw'])
    await theirs.goto(linkFor(email))
    expect(await heading(theirs)).toBe('Deze uitnodiging is al gebruikt')

    await page.reload()
    const row = page.locator('li', { hasText: 'Ilse Nieuw' })
    await row.locator('summary').click()
    expect(await look(page)).toEqual([])
    await row.getByLabel('Recht').selectOption('host')
    await Promise.all([page.waitForNavigation(), row.getByRole('button', { name: 'Bewaar' }).click()])
    expect([await status(page), rightOf(email)]).toEqual(['Het recht is veranderd.', 'host'])
    await row.locator('summary').click()
    await press(page, 'Neem het recht van Ilse Nieuw weg')
    expect([await status(page), rightOf(email)]).toEqual(['Het recht is weggenomen.', undefined])
    await theirs.goto('/console')
    expect(new URL(theirs.url()).pathname).toBe('/sign-in')
  })

  test('a series is handed over, without a script', async () => {
    const [from, to] = [`otto${width}`, `erna${width}@example.org`]
    const page = await openPage(width, from, 'organiser', false)
    await page.goto('/console/series/eerste-donderdag/handover')
    expect(await heading(page)).toBe('Webinar van de eerste donderdag overdragen')
    await page.getByLabel('E-mailadres van je opvolger').fill(to)
    await press(page, 'Verder')
    expect(await page.textContent('.happens')).toContain(`Jouw recht in ${noord()} stopt zodra de ander ja zegt.`)
    await press(page, 'Stuur de uitnodiging')
    expect(await status(page)).toBe('De uitnodiging gaat nu weg. Je hoeft niets meer te doen.')
    expect(rightOf(`${from}@example.org`)).toBe('organiser')

    const theirs = await openPage(width, '', 'owner', false)
    await theirs.goto(linkFor(to))
    await theirs.getByLabel('Je naam').fill('Erna Opvolger')
    await press(theirs, 'Ja, ik doe mee')
    expect([rightOf(`${from}@example.org`), rightOf(to)]).toEqual([undefined, 'organiser'])
    expect((await theirs.goto('/console/series/eerste-donderdag'))?.status()).toBe(200)
    await page.goto('/console/series/eerste-donderdag')
    expect(new URL(page.url()).pathname).toBe('/sign-in')
  })

  test('a group is made under another one', async () => {
    const page = await openPage(width, `olga${width}`)
    await page.goto('/console/groups/noord/new')
    await press(page, 'Maak de groep')
    expect(await page.textContent('.problem')).toBe('Vul dit in.')
    await page.getByLabel('Naam').fill(`Buurtkracht ${width}`)
    await press(page, 'Maak de groep')
    expect(await heading(page)).toBe(`Buurtkracht ${width}`)
    expect(await page.getByLabel('Schoolvakanties van regio').inputValue()).toBe('')
    await page.getByLabel('Schoolvakanties van regio').selectOption('north')
    await press(page, 'Bewaar')
    expect(getGroup(site.db, `buurtkracht-${width}`)).toMatchObject({ schoolRegion: 'north' })
    expect(await look(page)).toEqual([])
  })

  test('a passkey is made, lets its organiser in without an address, and is taken away', async () => {
    const page = await openPage(width, `piet${width}`)
    const device = await page.context().newCDPSession(page)
    await device.send('WebAuthn.enable')
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
    } as const
    const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
      options: { ...options, isUserVerified: true, automaticPresenceSimulation: true },
    })
    await page.goto('/console/account')
    expect(await look(page)).toEqual([])
    await page.getByLabel('Naam van dit apparaat').fill('Mijn telefoon')
    await press(page, 'Voeg een passkey toe')
    expect(await status(page)).toBe('De passkey is toegevoegd.')
    expect(await look(page)).toEqual([])
    const [kept] = site.db.select().from(passkeys).where(eq(passkeys.name, 'Mijn telefoon')).all()
    const { credentials } = await device.send('WebAuthn.getCredentials', { authenticatorId })
    expect(credentials.map(({ rpId }) => rpId)).toEqual(['localhost'])
    expect(kept?.usedAt).toBe(null)

    await press(page, 'Uitloggen')
    await page.goto('/sign-in')
    expect(await look(page)).toEqual([])
    await press(page, 'Log in met een passkey')
    expect([new URL(page.url()).pathname, await heading(page)]).toEqual(['/console', `Dag piet${width}`])
    const used = site.db
      .select()
      .from(passkeys)
      .where(eq(passkeys.id, kept?.id ?? ''))
      .get()
    expect(used?.usedAt).toEqual(site.clock.now())
    expect(used?.counter).toBeGreaterThan(kept?.counter ?? 0)

    await page.goto('/console/account')
    expect(await page.textContent('main')).toMatch(/Ingelogd op .*, met een passkey\./)
    // Somebody else's finger: the device says no, and nothing is sent.
    await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    await press(page, 'Uitloggen')
    await page.goto('/sign-in')
    await page.getByRole('button', { name: 'Log in met een passkey' }).click()
    await page.getByText('Inloggen met deze passkey lukte niet.').waitFor()
    expect(new URL(page.url()).pathname).toBe('/sign-in')

    await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
    await press(page, 'Log in met een passkey')
    await page.goto('/console/account')
    await press(page, /^Haal weg/)
    expect([await status(page), site.db.select().from(passkeys).all()]).toEqual(['De passkey is weggehaald.', []])
    await press(page, 'Uitloggen')
    await page.goto('/sign-in')
    await press(page, 'Log in met een passkey')
    expect(await page.textContent('[role=alert]')).toContain('Inloggen met deze passkey lukte niet.')
    expect(await look(page)).toEqual([])
  })
})

test('a browser that knows no passkeys is not offered one', async () => {
  const page = await openPage(360, 'olga360')
  await page.addInitScript({ content: 'delete globalThis.PublicKeyCredential' })
  await page.goto('/console/account')
  expect(await page.getByText('Deze browser kan geen passkey maken.').isVisible()).toBe(true)
  expect(await page.getByRole('button', { name: 'Voeg een passkey toe' }).isVisible()).toBe(false)
  await page.goto('/sign-in?again=1')
  expect(await page.getByRole('button', { name: 'Log in met een passkey' }).isVisible()).toBe(false)
})
