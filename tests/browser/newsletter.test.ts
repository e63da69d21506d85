// Letters, as people meet them: somebody asks for them on a phone and says yes in the mail, an organiser makes a newsletter, looks at
// it and lets it go, the mail comes, and one click stops it.
import { expect, onTestFinished, test } from 'vitest'
import { useBrowser } from '../support/browser.ts'
import { openPostedSite } from '../support/posted.ts'
import { organiserCookie } from '../support/site.ts'

const browser = useBrowser()
const READER = 'lezer@example.org'
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }

test('asked for on a phone, made and checked by an organiser, read, and stopped with one click', async () => {
  const site = await openPostedSite()
  onTestFinished(() => site.close())
  const oneMail = async (kind: string) => {
    const found = (await site.mailFor(READER)).find(one => one.kind === kind)
    if (!found) throw new Error(`no ${kind} came`)
    return found.received.mail
  }
  const linkIn = ({ text = '' }: { text?: string | undefined }, path: string) =>
    new RegExp(`http\\S+/${path}/\\S+`).exec(text)?.[0] ?? ''

  const desk = await browser.open({ viewport: { width: 1280, height: 900 } })
  await desk.context().addCookies([organiserCookie(site)])
  await desk.goto(`${site.url}/console/bulletins`)
  const card = desk.locator('section.card', { hasText: 'De nieuwsbrief van Werkplaatsen Sociaal Domein' })
  await card.getByLabel('Zet elke maand een nieuwsbrief klaar').check()
  await card.getByRole('button', { name: 'Bewaar' }).click()
  await desk.getByText('Bewaard.').waitFor()

  const phone = await browser.open(PHONE)
  await phone.goto(`${site.url}/groups/noord`)
  await phone.getByRole('link', { name: 'Nieuwsbrief en aankondigingen' }).click()
  await phone.getByLabel('E-mailadres').fill(READER)
  await phone.getByRole('button', { name: 'Vraag de mails aan' }).click()
  await phone.getByRole('heading', { name: 'Kijk in je mail' }).waitFor()
  await phone.goto(linkIn(await oneMail('subscription_proof'), 'subscription-proofs'))
  await phone.getByRole('button', { name: 'Ja, stuur ze maar' }).click()
  await phone.getByText('Gelukt. Je krijgt deze mails vanaf nu.').waitFor()

  await card.getByRole('button', { name: /^Maak er nu een/ }).click()
  await desk.getByLabel('Onderwerp').fill('Samen verder')
  await desk.getByRole('button', { name: 'Bewaar', exact: true }).click()
  await desk
    .getByLabel('Bekijk hem als iemand die dit volgt')
    .selectOption({ label: 'Werkplaats Sociaal Domein Noord' })
  await desk.getByRole('button', { name: 'Toon' }).click()
  await desk.getByRole('heading', { name: '1 abonnee krijgt hem' }).waitFor()
  await desk.getByRole('button', { name: 'Verstuur aan 1 abonnee' }).click()
  await desk.getByText('De mails wachten twee minuten.').waitFor()
  expect(await site.mailFor(READER)).toEqual([])
  site.clock.advance({ minutes: 3 })

  const mail = await oneMail('newsletter')
  expect(mail.subject).toBe('Samen verder')
  await phone.goto(linkIn(mail, 'unsubscribe'))
  await phone.getByRole('button', { name: 'Stop deze nieuwsbrief' }).click()
  await phone.getByRole('heading', { name: 'Je krijgt deze nieuwsbrief niet meer' }).waitFor()
  await desk.reload()
  expect(await desk.locator('.totals').innerText()).toBe('1 abonnee\n1 verstuurd\n1 afgezegd')
})
