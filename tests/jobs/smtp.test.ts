// Everything a mail server may do to a mail, with a real one: what stands in the outbox then, what the organiser reads, and
// how often the mail arrives in the end.
import { afterEach, describe, expect, test } from 'vitest'
import type { Message } from '#src/domain/outbox.ts'
import { openCounter, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { type Behaviour, type MailboxOptions, openMailbox } from '../support/smtp.ts'
import { makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

let office: PostOffice
afterEach(() => office.close())

/** Somebody registers with a mail server that does this, and a reminder is due if that is what the case is about. */
async function open(options: MailboxOptions = {}, change = (url: string) => url) {
  const mailbox = await openMailbox(options)
  office = await openPostOffice({ mailbox, config: { smtpUrl: change(mailbox.url) } })
  const group = makeGroup(office.db)
  makeRegistration(office.db, makeEvent(office.db, group))
  const counter = await openCounter(office, group)
  return { mailbox, counter, row: () => office.messages()[0] as Message, read: () => counter.read('/console/outbox/1') }
}

const wait = async (minutes: number) => {
  office.clock.advance({ minutes })
  await office.deliver()
}

interface Case {
  does: string
  behaviours: Behaviour[]
  /** After the first attempt. */
  first: [state: Message['state'], attempts: number, reason: RegExp]
  seen: string[]
  /** After two hours, with the mail server back to normal. */
  end: [state: Message['state'], attempts: number]
  arrives: number
}

const CASES: Case[] = [
  {
    does: 'accepts it',
    behaviours: ['accept'],
    first: ['sent', 1, /^$/],
    seen: ['Verstuurd op zaterdag 21 november 2026, 10.00. Eén poging.'],
    end: ['sent', 1],
    arrives: 1,
  },
  {
    does: 'answers slowly',
    behaviours: ['slow'],
    first: ['sent', 1, /^$/],
    seen: ['Verstuurd op zaterdag 21 november 2026, 10.00. Eén poging.'],
    end: ['sent', 1],
    arrives: 1,
  },
  {
    does: '421: finds it too many, and closes the line',
    behaviours: ['too_many'],
    first: ['queued', 1, /^421 4\.7\.0 Too many/],
    seen: [
      'Gaat weg op zaterdag 21 november 2026, 10.01. Eén poging.',
      'De mailserver zei: 421 4.7.0 Too many messages',
    ],
    end: ['sent', 2],
    arrives: 1,
  },
  {
    does: '421: closes down after the final dot',
    behaviours: ['shutdown'],
    first: ['queued', 1, /^421 /],
    seen: ['Gaat weg op zaterdag 21 november 2026, 10.01.', 'De mailserver zei: 421'],
    end: ['sent', 2],
    arrives: 1,
  },
  {
    does: '451: has a local error',
    behaviours: ['local_error'],
    first: ['queued', 1, /^451 4\.3\.0 /],
    seen: ['Gaat weg op zaterdag 21 november 2026, 10.01.', 'De mailserver zei: 451 4.3.0 Local error in processing'],
    end: ['sent', 2],
    arrives: 1,
  },
  {
    does: '§8.35 451 4.7.1: greylists it, three times',
    behaviours: ['greylist', 'greylist', 'greylist'],
    first: ['queued', 1, /^451 4\.7\.1 /],
    seen: ['Gaat weg op zaterdag 21 november 2026, 10.01.', 'De mailserver zei: 451 4.7.1 Try again later'],
    end: ['sent', 4],
    arrives: 1,
  },
  {
    does: '§8.36 550 at RCPT: knows nobody of that name',
    behaviours: ['unknown_user'],
    first: ['failed', 1, /^550 5\.1\.1 /],
    seen: [
      'De mailserver weigerde deze mail. Kijk of het adres klopt. Eén poging.',
      'De mailserver zei: 550 5.1.1 No such user',
      'We sturen niets meer naar dit adres, want mail komt terug.',
    ],
    end: ['failed', 1],
    arrives: 0,
  },
  {
    does: '550 at DATA: does not want this content',
    behaviours: ['bad_content'],
    first: ['failed', 1, /^550 5\.7\.1 /],
    seen: ['De mailserver weigerde deze mail.', 'De mailserver zei: 550 5.7.1 Not wanted here', 'Verstuur opnieuw'],
    end: ['failed', 1],
    arrives: 0,
  },
  {
    does: 'drops the line before MAIL',
    behaviours: ['drop_at_mail'],
    first: ['queued', 1, /^ECONNECTION/],
    seen: ['Gaat weg op zaterdag 21 november 2026, 10.01. Eén poging.', 'De mailserver zei: ECONNECTION'],
    end: ['sent', 2],
    arrives: 1,
  },
  {
    does: '§8.34 drops the line after the final dot',
    behaviours: ['drop_at_end'],
    first: ['queued', 1, /^ECONNECTION/],
    seen: ['Gaat weg op zaterdag 21 november 2026, 10.05. Eén poging.', 'De mailserver zei: ECONNECTION'],
    end: ['sent', 2],
    arrives: 2,
  },
]

describe('a mail server that', () => {
  test.each(CASES)('$does', async ({ behaviours, first: then, seen, end, arrives }) => {
    const { mailbox, row, read } = await open()
    mailbox.next(...behaviours)
    await office.deliver()
    const [state, attempts, reason] = then
    const first = row()
    expect(first).toMatchObject({ kind: 'confirmed', state, attempts })
    expect(first.reason).toMatch(reason)
    const page = await read()
    for (const words of seen) expect(page).toContain(words)
    for (const minutes of [1, 5, 15, 30, 60]) await wait(minutes)
    expect([row().state, row().attempts]).toEqual(end)
    const { received } = mailbox
    expect(received).toHaveLength(arrives)
    // Whatever comes twice is the same mail to the last octet, from the same envelope sender.
    for (const { raw, from, to } of received) {
      expect(raw.equals(first.bytes as Buffer)).toBe(true)
      expect([from, to]).toEqual([received[0]?.from, ['zoe@example.org']])
    }
  })
})

describe('§8.37 a mail server that cannot be trusted, or does not trust us, stops the queue: no mail is to blame', () => {
  const NOT_SIGNED = /^ESOCKET: .*(self-signed|expired|unable)/
  /** Not on this machine, as far as anybody can tell. */
  const elsewhere = (url: string) => url.replace('127.0.0.1', '0.0.0.0')

  test.each<[string, MailboxOptions, (url: string) => string, RegExp]>([
    ['STARTTLS with a certificate that nobody signed', { tls: 'starttls' }, url => url, NOT_SIGNED],
    ['TLS from the start with such a certificate', { tls: 'smtps' }, url => url, NOT_SIGNED],
    ['no STARTTLS where the address asks for it', {}, url => `${url}?requireTLS=true`, /^5\d\d /],
    ['no STARTTLS, and a password that would cross the network', { auth: true }, elsewhere, /^5\d\d /],
    ['no TLS where it is expected from the start', {}, url => url.replace('smtp:', 'smtps:'), /^ESOCKET: .*(ssl|tls)/i],
    [
      'a name and password asked for that we have not',
      { auth: true },
      url => url.replace('agenda:secret@', ''),
      /^530 /,
    ],
  ])('%s', async (_, options, change, reason) => {
    const { mailbox, counter, row } = await open(options, change)
    await office.deliver()
    expect(row()).toMatchObject({ state: 'queued', attempts: 0 })
    expect(row().reason).toMatch(reason)
    expect(await counter.read('/console')).toContain('De mailserver laat ons niet binnen.')
    await wait(1)
    await wait(2)
    expect(row()).toMatchObject({ state: 'queued', attempts: 0 })
    expect([mailbox.received, mailbox.signIns()]).toEqual([[], 0])
    expect(office.lines.filter(({ level }) => level === 'error').map(({ text }) => text)).toEqual([
      'the mail server does not let us in: no mail leaves',
    ])
  })

  test.each<[string, MailboxOptions, string]>([
    [
      'under TLS, where the address trusts the certificate',
      { tls: 'starttls', auth: true },
      'tls.rejectUnauthorized=false',
    ],
    ['under TLS from the start', { tls: 'smtps', auth: true }, 'tls.rejectUnauthorized=false'],
    ['in the clear, where the address says so', { auth: true }, 'requireTLS=false'],
    ['in the clear, where the address knows of no TLS', { auth: true }, 'ignoreTLS=true'],
  ])('it signs in %s', async (_, options, query) => {
    const { mailbox, row } = await open(options, url => `${elsewhere(url)}?${query}`)
    await office.deliver()
    expect(row()).toMatchObject({ state: 'sent', attempts: 1 })
    expect(mailbox.signIns()).toBe(1)
    expect(mailbox.received.map(({ isSecure }) => isSecure)).toEqual([options.tls !== undefined])
  })
})

describe('a mail that matters little', () => {
  test('§8.34 and may have arrived is not sent again: a reminder comes once', async () => {
    const { mailbox, counter } = await open()
    await office.deliver()
    office.clock.set('2026-12-02T11:00:00Z')
    mailbox.next('drop_at_end')
    await office.deliver()
    const reminder = office.messages().find(({ kind }) => kind === 'reminder_day')
    expect(reminder).toMatchObject({ state: 'uncertain', attempts: 1 })
    const page = await counter.read(`/console/outbox/${reminder?.id}`)
    expect(page).toContain(
      'De mailserver gaf geen antwoord. Misschien is de mail aangekomen, misschien niet. Eén poging.',
    )
    await wait(30)
    // Besides what the organiser is told about their run sheet, that morning.
    const kinds = mailbox.received.map(
      ({ mail }) => mail.headers.find(({ key }) => key === 'x-aanschuiven-message')?.value,
    )
    expect(kinds.filter(kind => kind !== 'tasks')).toEqual(['confirmed', 'reminder_day'])
  })
})
