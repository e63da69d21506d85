// An organiser's own words as a mail: their paragraphs as they typed them, our greeting, date and links around them, and
// nothing in anybody's name or an event's title that becomes more than text. Sent over real SMTP by the worker.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { createMailing, type Written } from '#src/domain/mailings.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { recall, release, schedule, testMailing } from '#src/domain/releases.ts'
import { readStopLink, stop } from '#src/domain/stopping.ts'
import { readAbout } from '#src/mail/about.ts'
import { contentOf, type Mailed } from '#src/mail/messages.ts'
import { render } from '#src/mail/render.ts'
import { openPostOffice } from '../support/postoffice.ts'
import { headersOf, type Received } from '../support/smtp.ts'
import { house, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

function open(attendance: 'online' | 'in_person' = 'online') {
  const { db } = openWorld()
  const group = makeGroup(db, { email: 'noord@example.org' })
  const venue = { name: 'De Brug', address: 'Kade 1', postcode: '', city: 'Groningen', access: '' }
  const event = makeEvent(db, group, attendance === 'online' ? {} : { attendance, venue, capacityInPerson: 9 })
  const { id } = makeRegistration(db, event, { attendance })
  const read = (mailed: Partial<Mailed> = {}, now = NOW) => {
    const about = readAbout(db, getRegistration(db, id))
    if (!about) throw new Error('no address')
    const letter = { subject: 'Dag', body: 'Tot dan.', isUrgent: false, ...mailed }
    return contentOf({ kind: 'mailing', about, mailed: letter }, house, now)
  }
  const name = (value: string) =>
    writeNow(db, tx => tx.update(registrations).set({ name: value }).where(eq(registrations.id, id)).run())
  return {
    db,
    event,
    read,
    mail: (mailed?: Partial<Mailed>, now?: Temporal.Instant) => render(read(mailed, now)),
    name,
  }
}

describe('what it says', () => {
  test('our greeting, the paragraphs and lines as typed, the appointment, the way to one’s own page, and who to ask', () => {
    const { text } = open().mail({ body: 'Neem mee:\n- een vraag\n- een pen\n\nTot {datum}!' })
    expect(text).toMatch(
      /^Bericht van de organisator\nEén gezin, één plan: lukt dat\?\n-+\n\nDag Zoë,\n\nNeem mee:\n- een vraag\n- een pen\n\nTot donderdag 3 december!\n\nWanneer: [\s\S]*Meedoen: [\s\S]*Naar je aanmelding:\nhttps:\/\/agenda\.example\.org\/registrations\/[\s\S]*Beantwoord dan deze mail\./,
    )
  })

  test('a placeholder is said in the language of its own name', () => {
    const { subject, text } = open().mail({ subject: '{titel}: {date}', body: '{datum} or {date}, {voornaam}' })
    expect(subject).toBe('Eén gezin, één plan: lukt dat?: Thursday 3 December')
    expect(text).toContain('donderdag 3 december or Thursday 3 December, Zoë')
  })

  test('an https address is a link without the full stop behind it; anything else is text', () => {
    const { html, text } = open().mail({
      body: 'Zie https://example.org/a?b=1&c="x" (en https://example.org/lijst).\nNiet http://example.org of javascript:alert(1).',
    })
    const links = [...html.matchAll(/href="([^"]*)"/g)]
      .map(([, href = '']) => href)
      .filter(href => href.includes('//example'))
    expect(links).toEqual(['https://example.org/a?b=1&amp;c=', 'https://example.org/lijst'])
    expect(text).toContain('(en https://example.org/lijst).')
    expect(html).not.toContain('href="javascript')
  })

  test('when it cannot wait, the door comes first for who goes through it', () => {
    const urls = (attendance: 'online' | 'in_person') =>
      open(attendance)
        .read({ isUrgent: true })
        .blocks.flatMap(block => ('url' in block ? [`${block.type} ${block.url.split('/')[3]}`] : []))
    expect([urls('online'), urls('in_person')]).toEqual([
      ['button join', 'link registrations'],
      ['button registrations'],
    ])
  })

  test('once it is over it repeats no appointment, and can be stopped', () => {
    const { read, event } = open()
    const before = read()
    const after = read({}, event.endsAt)
    const types = (content: typeof before) => content.blocks.map(({ type }) => type)
    expect(types(before)).toEqual(['paragraph', 'prose', 'facts', 'button', 'note'])
    expect(types(after)).toEqual(['paragraph', 'prose', 'button', 'note'])
    expect([before.unsubscribe, after.unsubscribe?.url.split('/')[3]]).toEqual([undefined, 'unsubscribe'])
  })
})

test('property: whatever somebody is called becomes neither markup nor a link nor a placeholder', () => {
  const { mail, name } = open()
  const bare = mail({ subject: 'x', body: 'y' }).html
  const count = (html: string, pattern: RegExp) => html.match(pattern)?.length ?? 0
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }).map(text => text.replaceAll(/\s/g, '')),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><ahref=https://kwaad.example>',
      'https://kwaad.example',
      '[kwaad](https://kwaad.example)',
      '{titel}{eigen-pagina}',
      'a\r\nBcc:kwaad@example.org',
    ),
  )
  fc.assert(
    fc.property(nasty, value => {
      name(value)
      const { html, subject } = mail({ subject: '{voornaam}', body: '{voornaam}' })
      expect(subject).not.toMatch(/[\r\n]/)
      expect(html).not.toContain('href="https://kwaad')
      for (const pattern of [/<a\b/g, /<p\b/g, /<script/g]) expect(count(html, pattern)).toBe(count(bare, pattern))
    }),
  )
})

describe('over the wire', () => {
  async function openDesk() {
    const office = await openPostOffice()
    const { db, clock } = office
    const group = makeGroup(db, { email: 'noord@example.org' })
    const { id } = makeEvent(db, group, { capacityOnline: 9 })
    const event = (): Event => getEvent(db, id)
    const organiser = writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
    for (const name of ['ann', 'bob', 'cas']) makeRegistration(db, event(), { name, email: `${name}@example.org` })
    await office.deliver()
    const write = (values: Partial<Written & { isUrgent: boolean }> = {}) => {
      const written: Written = { audience: 'confirmed', subject: 'Voor {voornaam}', body: 'Tot {datum}.' }
      return writeNow(db, tx => createMailing(tx, event(), { ...written, ...values }, organiser.id, clock.now()))
    }
    const send = (mailing: ReturnType<typeof write>, shown: number) =>
      writeNow(db, tx => release(tx, mailing, event(), { organiserId: organiser.id, revision: 1, shown }, clock.now()))
    const kindOf = ({ raw }: Received) =>
      headersOf(raw.toString('latin1').split('\r\n\r\n')[0] ?? '')['x-aanschuiven-message']
    const mailed = () => office.mailbox.received.filter(one => kindOf(one) === 'mailing')
    const to = () => mailed().map(one => one.to.join())
    return { ...office, event, organiser, write, send, mailed, to, kindOf }
  }

  test('two minutes later everybody has one, which the program did not write, with the group’s address for answers', async () => {
    const { write, send, deliver, clock, mailed, to, close } = await openDesk()
    send(write(), 3)
    await deliver()
    expect(to()).toEqual([])
    clock.advance({ minutes: 2 })
    await deliver()
    await deliver()
    expect(to().toSorted()).toEqual(['ann@example.org', 'bob@example.org', 'cas@example.org'])
    const [first] = mailed()
    const headers = headersOf(first?.raw.toString('latin1').split('\r\n\r\n')[0] ?? '')
    expect(first?.mail.replyTo?.map(({ address }) => address)).toEqual(['noord@example.org'])
    expect([headers['auto-submitted'], headers['list-id'], headers['list-unsubscribe']]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(headers['in-reply-to']).toMatch(/@/)
    await close()
  })

  test('called back in the two minutes, nobody has one', async () => {
    const { db, write, send, deliver, clock, event, organiser, to, close } = await openDesk()
    const mailing = send(write(), 3)
    clock.advance({ seconds: 119 })
    await deliver()
    expect(writeNow(db, tx => recall(tx, mailing, event(), organiser, clock.now()))).toEqual({ dropped: 3, left: 0 })
    clock.advance({ hours: 1 })
    await deliver()
    expect(to()).toEqual([])
    await close()
  })

  test('at its moment the worker sends it by itself, once, also when it starts anew', async () => {
    const { db, write, deliver, restart, clock, event, organiser, to, close } = await openDesk()
    const editor = { organiserId: organiser.id, revision: 1 }
    writeNow(db, tx => schedule(tx, write(), event(), '2026-12-01T09:00', editor, clock.now()))
    await deliver()
    clock.set('2026-12-01T08:00:00Z')
    await deliver()
    await restart()
    await deliver()
    expect(to().toSorted()).toEqual(['ann@example.org', 'bob@example.org', 'cas@example.org'])
    await close()
  })

  test('what cannot wait leaves before reminders that were there first', async () => {
    const { write, send, deliver, clock, mailbox, kindOf, close } = await openDesk()
    clock.set('2026-12-03T09:59:00Z')
    send(write({ isUrgent: true, subject: 'Snel' }), 3)
    const before = mailbox.received.length
    clock.set('2026-12-03T10:01:00Z')
    await deliver()
    const kinds = mailbox.received.slice(before).map(kindOf)
    expect(kinds.filter(kind => kind === 'mailing')).toHaveLength(3)
    expect(kinds.lastIndexOf('mailing')).toBeLessThan(kinds.indexOf('reminder_hour'))
    await close()
  })

  test('one click after the event stops what comes after it, and no more', async () => {
    const { db, tokens, write, send, deliver, clock, event, mailed, to, close } = await openDesk()
    clock.set(event().endsAt.add({ hours: 1 }).toString())
    await deliver()
    send(write(), 3)
    clock.advance({ minutes: 2 })
    await deliver()
    const ann = mailed().find(one => one.to.join() === 'ann@example.org')
    const headers = headersOf(ann?.raw.toString('latin1').split('\r\n\r\n')[0] ?? '')
    const [, token = ''] = /\/unsubscribe\/([\w-]+)/.exec(headers['list-unsubscribe'] ?? '') ?? []
    const link = readStopLink(tokens, token)
    if (!link) throw new Error('no link')
    writeNow(db, tx => stop(tx, link, clock.now()))
    send(write(), 2)
    clock.advance({ minutes: 2 })
    await deliver()
    expect(to().filter(address => address === 'ann@example.org')).toHaveLength(1)
    expect(to()).toHaveLength(5)
    await close()
  })

  test('a test is for the organiser’s own eyes: it opens nobody’s page', async () => {
    const { db, write, deliver, clock, event, organiser, mailed, to, close } = await openDesk()
    writeNow(db, tx => testMailing(tx, write(), event(), organiser, clock.now()))
    await deliver()
    expect(to()).toEqual(['otto@example.org'])
    const text = mailed()[0]?.mail.text ?? ''
    expect(text).toContain('Dit is een test.')
    expect(text).toContain('Tot donderdag 3 december.')
    expect(text).not.toMatch(/\/(registrations|join|unsubscribe)\//)
    await close()
  })
})
