// The newsletter: what it announces, how it reads, and that it can be stopped in one click that nobody can forge.
import { generateKeyPairSync } from 'node:crypto'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { listItems } from '#src/domain/bulletin-items.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { readIssue } from '#src/mail/about.ts'
import { compose } from '#src/mail/mime.ts'
import { newsletter } from '#src/mail/newsletter.ts'
import { render } from '#src/mail/render.ts'
import { subscriptionProof } from '#src/mail/subscriptions.ts'
import { makeNewsletter } from '../support/letters.ts'
import { headersOf } from '../support/smtp.ts'
import { house, makeEvent, makeGroup, NOW, openWorld } from '../support/world.ts'

const VENUE = { name: 'Het Paleis', address: 'Boterdiep 111', postcode: '9712 LM', city: 'Groningen', access: '' }

function openNews(intro = '') {
  const { db, tokens } = openWorld()
  const group = makeGroup(db, { email: 'noord@example.org' })
  const at = (slug: string, localStart: string, values = {}) =>
    makeEvent(db, group, { slug, title: slug, localStart, ...values })
  at('later', '2027-01-03T12:00')
  at('eerst', '2026-11-26T12:00', { attendance: 'hybrid', venue: VENUE, summary: 'Over geldzorgen.' })
  at('bezig', '2026-11-21T09:30')
  at('besloten', '2026-12-04T12:00', { isInvitationOnly: true })
  const off = at('vervallen', '2026-12-10T12:00')
  writeNow(db, tx => cancelEvent(tx, off, '', { organiserId: null, revision: off.revision }, NOW))
  at('dan', '2026-12-03T12:00', { summary: '' })
  at('was', '2026-11-05T12:00', { yield: 'Begin bij wat iemand zelf kan.' })
  at('oud', '2026-09-03T12:00', { yield: 'Lang geleden.' })
  at('leeg', '2026-11-12T12:00')
  const bulletin = { ...makeNewsletter(db, group), intro }
  const items = listItems(db, bulletin)
  const to = { subscription: { id: 7 }, email: 'zoe@example.org', locale: 'nl' as const, items }
  const issue = readIssue(db, bulletin, to)
  const stop = `https://agenda.example.org/unsubscribe/${tokens.sign('newsletter', { id: 7, version: group.id })}`
  return { db, issue, stop, items, content: newsletter(issue, house) }
}

test('the mail that asks for proof says until which day it can be given', () => {
  const asking = { id: 1, expiresAt: NOW.add({ hours: 72 }), named: [] }
  const { text } = render(subscriptionProof(asking, { email: 'zoe@example.org', locale: 'nl' }, house))
  expect(text).toContain('De link werkt tot dinsdag 24 november 2026, 10.00 uur.')
})

test('it holds what begins within six weeks and takes place, in order, and what the past month left to read', () => {
  expect(openNews().items.map(({ event, part }) => [event.slug, part])).toEqual([
    ['eerst', 'coming'],
    ['dan', 'coming'],
    ['was', 'past'],
  ])
})

describe('how it reads', () => {
  test('each event by day, with its page, when, where and by whom; and how to stop it', () => {
    const { content, stop } = openNews()
    const { subject, text } = render(content)
    expect(subject).toBe('Nieuwsbrief van Werkplaats Noord')
    expect(content.from).toEqual({ name: 'Werkplaats Noord via Aanschuiven', email: house.config.mailFrom.email })
    expect(content.replyTo).toEqual({ name: 'Werkplaats Noord', email: 'noord@example.org' })
    expect(text).toContain(
      [
        'do 26 nov: eerst',
        '  12.00–13.00 uur · Groningen of online · Werkplaats Noord',
        '  Over geldzorgen.',
        '  https://agenda.example.org/events/eerst',
        '',
        'do 3 dec: dan',
        '  12.00–13.00 uur · Online · Werkplaats Noord',
        '  https://agenda.example.org/events/dan',
      ].join('\n'),
    )
    expect(text).toContain(
      ['do 5 nov: was', '  Begin bij wat iemand zelf kan.', '  https://agenda.example.org/events/was'].join('\n'),
    )
    expect(text).toContain(`Stuur me deze nieuwsbrief niet meer: ${stop}`)
    expect(text).not.toMatch(/vervallen|bezig|later|besloten|oud|leeg/)
  })

  test('nothing in its links says who opens them, but for the one that stops it', () => {
    const { text } = render(openNews().content)
    const links = [...text.matchAll(/https:\S+/g)].map(([link]) => link)
    expect(
      links.filter(link => /[?&=]|\d{2}/.test(link.replace('https://', ''))).map(link => link.split('/')[3]),
    ).toEqual(['unsubscribe'])
  })

  test('an organiser’s own words come first, as plain text', () => {
    const { html, text } = render(openNews('Een <b>fijn</b> jaar!\n\nTot dan.').content)
    expect(text).toMatch(/Een <b>fijn<\/b> jaar!\n\nTot dan\.\n\nDit staat de komende weken/)
    expect(html).toContain('Een &lt;b&gt;fijn&lt;/b&gt; jaar!')
  })

  test('without anything to come it tells of what was', () => {
    const { issue, items } = openNews()
    const { text } = render(newsletter({ ...issue, items: items.filter(({ part }) => part === 'past') }, house))
    expect(text).not.toContain('op het programma')
    expect(text).toContain('En dit kwam eruit.')
  })
})

test('§8.27 both headers of the one-click stand under the signature, and the signature holds', async () => {
  const { content, stop } = openNews()
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const dkim = { domain: 'example.org', selector: 'mail', privateKey: pem }
  const { bytes } = await compose(content, { messageId: '<1@example.org>', date: NOW, threadId: null }, dkim)
  const header = headersOf(bytes.toString('latin1').split('\r\n\r\n')[0] ?? '')
  expect(header['list-unsubscribe']).toBe(`<${stop}>`)
  expect(header['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click')
  const signed =
    / h=([^;]+);/
      .exec(header['dkim-signature'] ?? '')?.[1]
      ?.replaceAll(/\s/g, '')
      .split(':') ?? []
  for (const name of ['list-unsubscribe', 'list-unsubscribe-post']) expect(signed).toContain(name)
  // As a receiver checks it: the key comes from DNS.
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const asked: string[] = []
  const verify = (message: Buffer) =>
    dkimVerify(message, {
      resolver: async name => {
        asked.push(name)
        return [[`v=DKIM1; k=rsa; p=${key}`]]
      },
    })
  const verdicts = async (message: Buffer) => (await verify(message)).results.map(({ status }) => status.result)
  expect(await verdicts(bytes)).toEqual(['pass'])
  expect(asked).toEqual(['mail._domainkey.example.org'])
  const forged = bytes.toString('latin1').replace('List-Unsubscribe=One-Click', 'List-Unsubscribe=Two-Clicks')
  expect(await verdicts(Buffer.from(forged, 'latin1'))).toEqual(['fail'])
})
