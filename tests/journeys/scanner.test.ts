// Mail security opens every link of every mail before its reader does, seconds after it arrived: with HEAD, with GET, and
// in a browser that runs scripts. Nothing may come of that, and what the reader then does must still work.
import type { BrowserContext } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MESSAGE_KINDS } from '#db/schema.ts'
import type { MessageKind } from '#src/domain/outbox.ts'
import { useBrowser } from '../support/browser.ts'
import { dumpOf } from '../support/dump.ts'
import { type House, openHouse } from '../support/house.ts'
import { pathsOf } from '../support/mail-readers.ts'
import { SCENES, type Scene } from '../support/mail-scenes.ts'
import { browseLinks, fetchLink, fetchLinks, linksIn } from '../support/scanner.ts'

const browser = useBrowser()
let house: House
let context: BrowserContext
beforeEach(async () => {
  house = await openHouse()
  context = (await browser.open()).context()
})
afterEach(async () => {
  await context.close()
  await house.close()
})

/** The links of the newest mail of a kind, once it has come about. */
async function mailed(kind: MessageKind): Promise<string[]> {
  const scene: Scene = SCENES[kind]
  await scene.happens(house)
  await house.deliver()
  const mails = house.mailbox.received.filter(({ mail }) =>
    mail.headers.some(({ key, value }) => key === 'x-aanschuiven-message' && value === kind),
  )
  const [mail] = mails.slice(-1)
  if (!mail) throw new Error(`no mail of kind ${kind}`)
  return linksIn(mail.raw)
}

test('there is a scene for every kind of mail that there is', () => {
  expect(Object.keys(SCENES).sort()).toEqual([...MESSAGE_KINDS].sort())
})

describe('a client that opens every link of a mail', () => {
  test.each(MESSAGE_KINDS)(
    '§8.30 changes nothing, is given no session, and leaves the reader what they can do: %s',
    async kind => {
      const links = await mailed(kind)
      expect(links.length).toBeGreaterThan(0)
      expect(links.filter(link => !link.startsWith(`${house.url}/`) && link !== house.url)).toEqual([])
      const before = dumpOf(house.db)

      const visits = await fetchLinks(links)
      await browseLinks(context, links)
      await house.deliver()

      // The console asks a stranger to sign in; everything else is there.
      const isTurnedAway = ({ url, status }: (typeof visits)[number]) =>
        status === 303 && new URL(url).pathname.startsWith('/console')
      expect(visits.filter(visit => visit.status !== 200 && !isTurnedAway(visit))).toEqual([])
      expect(visits.filter(({ cookies }) => cookies.length)).toEqual([])
      expect(await context.cookies()).toEqual([])
      expect(dumpOf(house.db) === before).toBe(true)
      const link = pathsOf(house, links)
      for (const deed of SCENES[kind].reader) await deed(house, link)
    },
  )
})

describe('a client that presses a button is found out', () => {
  test('by what it changed', async () => {
    const links = await mailed('confirmed')
    const before = dumpOf(house.db)
    const page = await context.newPage()
    await page.goto(house.url + pathsOf(house, links).to(/^\/registrations\//))
    const answered = page.waitForResponse(response => response.request().method() === 'POST')
    await page.locator('form[action$="/cancellation"] button').click()
    await answered
    expect(dumpOf(house.db) === before).toBe(false)
  })

  test('by the session it was given', async () => {
    const links = await mailed('sign_in')
    const before = dumpOf(house.db)
    const visits = await fetchLink('POST', house.url + pathsOf(house, links).to(/^\/sign-in\//))
    expect(visits.filter(({ cookies }) => cookies.length)).toHaveLength(1)
    expect(dumpOf(house.db) === before).toBe(false)
  })

  test('and so is a page that presses its own button when somebody has looked at it for a minute', async () => {
    const links = await mailed('sign_in')
    const before = dumpOf(house.db)
    const submit = 'document.querySelector("form[method=post]")?.requestSubmit()'
    await context.addInitScript({
      content: `document.addEventListener('DOMContentLoaded', () => setTimeout(() => ${submit}, 60_000))`,
    })
    await browseLinks(context, links)
    expect((await context.cookies()).map(({ name }) => name)).toEqual(['session'])
    expect(dumpOf(house.db) === before).toBe(false)
  })
})
