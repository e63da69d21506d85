// From asking for letters to stopping them, over real SMTP: asked, proven, told of a new event, a newsletter that a person lets go,
// one click that ends it, and the archive in which it can still be read.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { announce } from '#src/domain/announcements.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { composeNow, setNewsletter } from '#src/domain/newsletters.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { recallBulletin, releaseBulletin } from '#src/domain/spreading.ts'
import { type House, ME, openHouse } from '../support/house.ts'
import { letterWish, subscribe } from '../support/letters.ts'
import { editing } from '../support/postoffice.ts'
import { linksIn } from '../support/scanner.ts'
import type { Received } from '../support/smtp.ts'
import { visit } from '../support/visitor.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
  writeNow(house.db, tx => {
    grant(tx, createOrganiser(tx, 'otto@example.org', 'Otto', house.clock.now()), house.group, 'organiser')
    const choice = { day: 5, isOn: true, timeZone: 'Europe/Amsterdam', organiserId: 1 }
    setNewsletter(tx, house.group, choice, house.clock.now())
  })
})
afterEach(() => house.close())

const header = ({ mail }: Received, name: string) => mail.headers.find(({ key }) => key === name)?.value
const of = (kind: string) => house.mailbox.received.filter(mail => header(mail, 'x-aanschuiven-message') === kind)
const pathIn = async (mail: Received | undefined, start: string) => {
  const links = mail ? await linksIn(mail.raw) : []
  const link = links.find(one => one.includes(start))
  if (!link) throw new Error(`no link to ${start}`)
  return link.replace(house.url, '')
}
const by = { organiserId: 1 }
const tell = (shown: number) =>
  writeNow(house.db, tx => announce(tx, house.event(), { also: [], intro: '' }, { ...by, shown }, house.clock.now()))
const compose = () =>
  writeNow(house.db, tx =>
    composeNow(tx, house.group, { timeZone: 'Europe/Amsterdam', organiserId: 1 }, house.clock.now()),
  )
const release = (bulletin: ReturnType<typeof compose>, shown: number) =>
  writeNow(house.db, tx =>
    releaseBulletin(tx, bulletin, { ...by, revision: bulletin.revision, shown }, house.clock.now()),
  )
const pass = async (minutes: number) => {
  house.clock.advance({ minutes })
  await house.deliver()
}

test('§8.27 asked, proven, told, sent, stopped with one click, and still to be read', async () => {
  const reader = visit(house.url)
  await reader.open('/newsletter?group=noord')
  await reader.submit(/^\/newsletter$/, { email: ME, news: 'g1', tell: 'g1' })
  expect(reader.status()).toBe(200)
  await house.deliver()
  const [proof] = of('subscription_proof')
  expect(proof && [header(proof, 'list-unsubscribe'), header(proof, 'auto-submitted')]).toEqual([
    undefined,
    'auto-generated',
  ])
  await reader.open(await pathIn(proof, '/subscription-proofs/'))
  await reader.submit(/^\/subscription-proofs\//)
  expect(reader.path()).toMatch(/^\/subscriptions\//)

  tell(1)
  await house.deliver()
  expect(of('announcement')).toHaveLength(0)
  await pass(2)
  const [told] = of('announcement')
  expect(told?.mail.subject).toBe('Nieuw: Eén gezin, één plan: lukt dat? (do 3 dec)')
  const newsletter = compose()
  await house.deliver()
  expect(of('newsletter')).toHaveLength(0)
  release(newsletter, 1)
  await house.deliver()
  await pass(2)
  const [sent] = of('newsletter')
  for (const [mail, kind] of [
    [told, 'announcement'],
    [sent, 'newsletter'],
  ] as const) {
    if (!mail) throw new Error(`no ${kind}`)
    expect(mail.raw.toString('latin1')).toMatch(new RegExp(`^List-ID: <${kind}\\.`, 'im'))
    expect(mail.raw.toString('latin1')).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click')
    expect(header(mail, 'auto-submitted')).toBeUndefined()
  }

  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })
  const stop = await fetch(house.url + (await pathIn(sent, '/unsubscribe/')), {
    method: 'POST',
    body,
    redirect: 'manual',
  })
  expect(stop.status).toBe(200)
  const page = await reader.open(`/newsletter/archive/${newsletter.id}`)
  expect(page).toContain('Eén gezin, één plan: lukt dat?')
  await pass(60)
  expect([of('announcement').length, of('newsletter').length]).toEqual([1, 1])
})

test('many readers: each one mail, made in parts; who stops before it leaves gets none', async () => {
  const now = house.clock.now()
  for (let index = 0; index < 300; index++)
    subscribe(house.db, `lezer${index}@example.org`, [letterWish('newsletter', 'g1')], now)
  const last = subscribe(house.db, 'laatste@example.org', [letterWish('newsletter', 'g1')], now)
  house.db.delete(messages).run()
  release(compose(), 301)
  await house.deliver()
  const copies = house.messages().filter(({ kind }) => kind === 'newsletter')
  expect([copies.length, new Set(copies.map(({ toAddress }) => toAddress)).size]).toEqual([301, 301])
  const own = `/unsubscribe/${house.tokens.sign('letters', { id: last.id, version: 1 })}`
  expect((await fetch(house.url + own, { method: 'POST' })).status).toBe(200)
  await pass(2)
  expect(of('newsletter').map(({ to }) => to[0])).not.toContain('laatste@example.org')
  expect(house.messages().find(({ toAddress }) => toAddress === 'laatste@example.org')).toMatchObject({
    state: 'dropped',
    reason: 'no_letters',
  })
  expect(of('newsletter')).toHaveLength(300)
})

test('what is called back leaves to nobody, and what moved meanwhile is told as it is', async () => {
  const now = house.clock.now()
  subscribe(house.db, ME, [letterWish('announcement', 'g1'), letterWish('newsletter', 'g1')], now)
  house.db.delete(messages).run()
  const told = tell(1)
  await house.deliver()
  writeNow(house.db, tx => recallBulletin(tx, told, { id: 1 }, house.clock.now()))
  await pass(3)
  expect(of('announcement')).toHaveLength(0)
  release(compose(), 1)
  await house.deliver()
  const to = { ...house.event(), localStart: '2026-12-10T12:00' }
  writeNow(house.db, tx => moveEvent(tx, house.event(), to, '', editing(house, to), house.clock.now()))
  await pass(2)
  const [sent] = of('newsletter')
  expect(sent?.mail.text).toContain('do 10 dec')
  expect(sent?.mail.text).not.toContain('do 3 dec')
})
