// Whatever somebody types, or what got into the database otherwise: over real SMTP no extra header and no extra recipient.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events, groups, messages, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { enqueue } from '#src/domain/outbox.ts'
import { openApp } from '../support/app.ts'
import { openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { headersOf } from '../support/smtp.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

const EVIL = [
  'Zoë\r\nBcc: dief@example.net',
  'Zoë\nTo: dief@example.net\n\nHallo',
  'Zoë\rCc: dief@example.net',
  'Zoë\u0000Bcc: dief@example.net',
  '"Zoë" <dief@example.net>, "Bo',
  'Zoë\u2028Bcc: dief@example.net\u0085Cc: dief@example.net',
  '=?UTF-8?Q?Zo=0D=0ABcc:_dief@example.net?=',
]
const ADDRESSES = [
  'zoe@example.org,dief@example.net',
  'zoe@example.org, dief@example.net',
  'zoe@example.org;dief@example.net',
  'zoe@example.org dief@example.net',
  'zoe@example.org\r\nRCPT TO:<dief@example.net>',
  'zoe@example.org>\r\nRCPT TO:<dief@example.net',
  'zoe@example.org\u0000',
  '<dief@example.net>',
  'Zoë <dief@example.net>',
  '"zoe@example.org,dief"@example.net',
  'zoe@example.org:dief@example.net',
]

let office: PostOffice
beforeEach(async () => {
  office = await openPostOffice()
})
afterEach(() => office.close())

const headerNames = (raw: Buffer) =>
  Object.keys(headersOf(raw.toString('latin1').split('\r\n\r\n')[0] ?? '')).toSorted()

describe('what stands in the database', () => {
  test.each(EVIL)('§8.26 %j as a name, a title, a group or its address stays what it is', async evil => {
    const { db } = office
    makeRegistration(db, makeEvent(db, makeGroup(db, { slug: 'b', email: 'b@example.org' })))
    await office.deliver()
    makeRegistration(db, makeEvent(db, makeGroup(db, { email: 'noord@example.org' }), { slug: 'a' }))
    db.update(registrations).set({ name: evil, organisation: evil }).where(eq(registrations.id, 2)).run()
    db.update(events).set({ title: evil, summary: evil, cancelReason: evil }).where(eq(events.id, 2)).run()
    db.update(groups)
      .set({ name: evil, email: `noord@example.org${evil.slice(3)}` })
      .where(eq(groups.id, 2))
      .run()
    await office.deliver()
    const [plain, mail] = office.mailbox.received
    if (!plain || !mail) throw new Error('two mails')
    expect(office.mailbox.received.map(({ to }) => to)).toEqual([['zoe@example.org'], ['zoe@example.org']])
    expect(headerNames(mail.raw)).toEqual(headerNames(plain.raw))
    expect(mail.mail.to?.map(({ address }) => address)).toEqual(['zoe@example.org'])
    expect([mail.mail.cc, mail.mail.bcc, mail.mail.from?.address]).toEqual([
      undefined,
      undefined,
      plain.mail.from?.address,
    ])
    expect(mail.raw.includes(0)).toBe(false)
  })

  test.each(ADDRESSES)('§8.26 %j is no address: nothing is said to the mail server', async toAddress => {
    const { db, clock } = office
    makeRegistration(db, makeEvent(db, makeGroup(db)))
    db.update(messages).set({ toAddress }).run()
    db.$client.prepare('update people set email = ?').run(toAddress)
    writeNow(db, tx => enqueue(tx, { key: 'test', kind: 'test', toAddress, locale: 'nl' }, clock.now()))
    await office.deliver()
    const ends = office.messages().filter(({ state }) => state !== 'queued')
    expect(ends.map(({ kind, state, attempts, reason }) => [kind, state, attempts, reason])).toEqual([
      ['confirmed', 'failed', 1, 'could not be written'],
      ['test', 'failed', 1, 'not one e-mail address'],
    ])
    expect(office.mailbox.received).toEqual([])
  })
})

describe('what somebody types', () => {
  async function fill(values: Record<string, string>) {
    const { app, db, post } = await openApp()
    const event = makeEvent(db, makeGroup(db))
    const form = { name: 'Zoë de Vries', email: 'zoe@example.org', role: 'practice', ...values }
    const { statusCode } = await post(`/events/${event.slug}/registrations`, form)
    const rows = listMessages(db).length
    await app.close()
    return { statusCode, rows }
  }

  test.each(ADDRESSES)('§8.26 %j as an address is refused', async email => {
    expect(await fill({ email })).toEqual({ statusCode: 422, rows: 0 })
  })

  test.each(EVIL)('§8.26 %j as a name is refused', async name => {
    expect(await fill({ name })).toEqual({ statusCode: 422, rows: 0 })
  })
})
