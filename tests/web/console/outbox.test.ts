import { createTransport } from 'nodemailer'
import { describe, expect, test } from 'vitest'
import { auditEntries, messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { recordBounce, recordRefusal } from '#src/domain/bounces.ts'
import { trustAddress } from '#src/domain/retrying.ts'
import { requestSignIn } from '#src/domain/sign-ins.ts'
import { noteStuck } from '#src/domain/standstill.ts'
import { openConsole, signIn } from '../../support/console.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../../support/world.ts'

const TOKEN = `1-1-${'Ab3_'.repeat(11)}`.slice(0, 47)

/** The bytes of a mail with personal links in its text, its headers and, folded, its invitation. */
async function bytesOf(): Promise<Buffer> {
  const link = (path: string) => `https://agenda.example.org/${path}/${TOKEN}`
  const invite = `BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nURL:https://agenda.example.org/join/1-1-Ab3_\r\n Ab3_Ab3_Ab3_\r\nEND:VCALENDAR\r\n`
  const { message } = await createTransport({ streamTransport: true, buffer: true }).sendMail({
    from: 'Noord <noreply@example.org>',
    to: 'zoe@example.org',
    subject: 'Je bent aangemeld',
    messageId: '<vast@example.org>',
    text: `Dag Zoë,\n${link('registrations')}\n${link('join')}\n${link('my')}\n${link('people')}.ics\n${link('addresses')}`,
    icalEvent: { method: 'REQUEST', content: invite },
    headers: { 'List-Unsubscribe': `<${link('unsubscribe')}>` },
  })
  return message as Buffer
}

async function openOutbox() {
  const world = await openConsole()
  const { db, group } = world
  const event = makeEvent(db, group)
  makeRegistration(db, event)
  const set = (values: Partial<typeof messages.$inferInsert>) => db.update(messages).set(values).run()
  const first = () => db.select().from(messages).all()[0]
  return { ...world, event, set, first }
}

describe('the list of mails', () => {
  test('shows what is going on; what is ready for later has its own list', async () => {
    const { get } = await openOutbox()
    const kindsIn = async (query: string) =>
      [...(await get(`/console/outbox${query}`)).body.matchAll(/href="\/console\/outbox\/(\d+)"/g)].map(
        match => match[1],
      )
    expect(await kindsIn('')).toEqual(['1'])
    expect(await kindsIn('?state=later')).toEqual(['3', '2'])
    expect(await kindsIn('?state=all')).toEqual(['3', '2', '1'])
    expect(await kindsIn('?state=all&before=3')).toEqual(['2', '1'])
    expect(await kindsIn('?state=sent')).toEqual([])
  })

  test('leads owners to the texts of mails, and nobody else', async () => {
    const { app, db, group, get } = await openOutbox()
    const link = `href="/console/groups/${group.slug}/mails"`
    expect((await get('/console/outbox')).body).not.toContain(link)
    const headers = signIn(db, 'eva@example.org', group, 'owner')
    expect((await app.inject({ url: '/console/outbox', headers })).body).toContain(link)
  })

  test('says that we are not let in, why, how many wait and what to do', async () => {
    const { db, get } = await openOutbox()
    writeNow(db, tx => noteStuck(tx, { reason: '535 5.7.8 box@example.org: no', isShut: true }, NOW))
    for (const path of ['/console', '/console/outbox']) {
      const { body } = await get(path)
      expect(body).toContain('Er gaat nu geen mail weg')
      expect(body).toContain('Sinds zaterdag 21 november 2026, 10.00 kregen we geen mail weg. Eén mail wacht.')
      expect(body).toContain('Vraag de beheerder om de instellingen van de mailserver na te kijken')
      expect(body).toContain('<q>535 5.7.8 •••: no</q>')
    }
  })

  test('says that answers are not read, since when, and what the server of the mailbox said', async () => {
    const { deps, get } = await openOutbox()
    for (const path of ['/console', '/console/outbox']) {
      expect((await get(path)).body).not.toContain('We lezen nu geen antwoorden')
    }
    Object.assign(deps.inboxHealth, { trouble: { since: NOW, reason: 'Authentication <failed>' } })
    for (const path of ['/console', '/console/outbox']) {
      const { body } = await get(path)
      expect(body).toContain('We lezen nu geen antwoorden')
      expect(body).toContain('Sinds zaterdag 21 november 2026, 10.00 kunnen we niet bij de mailbox.')
      expect(body).toContain('<q>Authentication &lt;failed&gt;</q>')
    }
  })

  test('mails about no event are for who owns every group', async () => {
    const { db, group, app } = await openOutbox()
    writeNow(db, tx => requestSignIn(tx, 'otto@example.org', 'nl', NOW))
    const list = async (headers: { cookie: string }) => (await app.inject({ url: '/console/outbox', headers })).body
    const owner = signIn(db, 'otto@example.org', group, 'owner')
    expect(await list(owner)).toContain('Inloggen</a>')
    makeGroup(db, { slug: 'zuid', name: 'Zuid' })
    expect(await list(owner)).not.toContain('Inloggen</a>')
  })
})

describe('one mail', () => {
  test('stands as it left, with its personal links closed', async () => {
    const { get, set } = await openOutbox()
    set({ state: 'sent', sentAt: NOW, subject: 'Je bent aangemeld', bytes: await bytesOf(), attempts: 1 })
    const { body, statusCode } = await get('/console/outbox/1')
    expect(statusCode).toBe(200)
    expect(body).toContain('Verstuurd op zaterdag 21 november 2026, 10.00. Eén poging.')
    for (const path of ['registrations', 'join', 'my', 'people', 'addresses', 'unsubscribe']) {
      expect(body).toContain(`https://agenda.example.org/${path}/•••`)
    }
    expect(body).toContain('METHOD:REQUEST')
    expect(body).toContain('Message-ID: &lt;vast@example.org&gt;')
    expect(body).not.toContain('Ab3_')
  })

  test('that waits is shown as it would leave now', async () => {
    const { get } = await openOutbox()
    const { body } = await get('/console/outbox/1')
    expect(body).toContain('Deze mail moet nog weg.')
    expect(body).toContain('Dag Zoë,')
    expect(body).toContain('/registrations/•••')
  })

  test('that signs somebody in shows nothing, whatever its state', async () => {
    const { db, group, app, set } = await openOutbox()
    writeNow(db, tx => requestSignIn(tx, 'otto@example.org', 'nl', NOW))
    const headers = signIn(db, 'otto@example.org', group, 'owner')
    set({ bytes: await bytesOf() })
    const { body } = await app.inject({ url: '/console/outbox/4', headers })
    expect(body).toContain('De tekst van deze mail tonen we niet')
    expect(body).not.toMatch(/Dag Zoë|METHOD:REQUEST/)
  })

  test.each([
    [{ state: 'dropped', reason: 'superseded' } as const, 'Een nieuwere mail vertelt hetzelfde, of iets nieuwers.'],
    [{ state: 'failed', reason: '550 no such user' } as const, 'De mailserver zei: 550 no such user'],
    [{ state: 'uncertain', reason: 'interrupted' } as const, 'Het versturen werd onderbroken.'],
    [{ state: 'failed', reason: 'constructor' } as const, 'De mailserver zei: constructor'],
  ])('%o says why', async (values, words) => {
    const { get, set } = await openOutbox()
    set(values)
    expect((await get('/console/outbox/1')).body).toContain(words)
  })
})

describe('sending again', () => {
  test.each(['failed', 'uncertain'] as const)(
    'a mail that is %s waits once more, and the deed is written down',
    async state => {
      const { db, first, get, post, set } = await openOutbox()
      set({ state, reason: '450' })
      expect((await get('/console')).body).toContain('3 mails kwamen misschien niet aan')
      expect((await get('/console/outbox/1')).body).toContain('Verstuur opnieuw')
      const { statusCode, headers } = await post('/console/outbox/1/retry')
      expect([statusCode, headers.location]).toEqual([303, '/console/outbox/1'])
      expect(first()).toMatchObject({ state: 'queued', reason: '' })
      expect(
        db.select({ action: auditEntries.action, detail: auditEntries.detail }).from(auditEntries).all().at(-1),
      ).toEqual({
        action: 'message_retried',
        detail: '1',
      })
    },
  )

  test.each(['queued', 'sending', 'sent', 'dropped'] as const)(
    'a mail that is %s does not leave twice',
    async state => {
      const { first, get, post, set } = await openOutbox()
      set({ state })
      expect((await get('/console/outbox/1')).body).not.toContain('Verstuur opnieuw')
      expect((await post('/console/outbox/1/retry')).statusCode).toBe(409)
      expect(first()?.state).toBe(state)
    },
  )
})

describe('a mail that came back', () => {
  async function openBounced(status: string) {
    const world = await openOutbox()
    world.set({ state: 'sent', sentAt: NOW, attempts: 1 })
    const report = { action: 'failed', status, diagnostic: `550 ${status} said <they>` } as const
    const first = world.first()
    if (first) writeNow(world.db, tx => recordBounce(tx, first, report, NOW))
    return world
  }

  test('counts as trouble, has its own list, and is marked', async () => {
    const { get } = await openBounced('5.7.1')
    expect((await get('/console')).body).toContain('Eén mail kwam misschien niet aan')
    for (const state of ['trouble', 'back', 'sent']) {
      const { body } = await get(`/console/outbox?state=${state}`)
      expect(body.match(/<span class="badge wrong">kwam terug<\/span>/g)).toHaveLength(1)
    }
    expect((await get('/console/outbox?state=failed')).body).not.toContain('kwam terug</span>')
  })

  test.each([
    ['5.7.1', 'Aan het adres ligt het niet.'],
    ['5.2.2', 'zoals bij een volle mailbox.'],
  ])('with %s says what that means, and can be sent again', async (status, words) => {
    const { get, post, first } = await openBounced(status)
    const { body } = await get('/console/outbox/1')
    expect(body).toContain('Kwam terug op zaterdag 21 november 2026, 10.00.')
    expect(body).toContain(words)
    expect(body).toContain(`De andere kant zei: 550 ${status} said &lt;they&gt;`)
    expect(body).toContain('action="/console/outbox/1/retry"')
    await post('/console/outbox/1/retry')
    expect(first()).toMatchObject({ state: 'queued', bouncedAt: null })
    expect((await get('/console')).body).not.toContain('misschien niet aan')
  })

  test('from an address that does not work: the address is trusted first, and is no trouble then', async () => {
    const { db, get, post } = await openBounced('5.1.1')
    const { body } = await get('/console/outbox/1')
    expect(body).toContain('Dit adres werkt niet.')
    expect(body).toContain('action="/console/registrations/1/delivery"')
    expect(body).not.toContain('/retry')
    expect((await post('/console/outbox/1/retry')).statusCode).toBe(409)
    expect((await get('/console')).body).toContain('Eén mail kwam misschien niet aan')
    writeNow(db, tx => trustAddress(tx, 1, NOW))
    expect((await get('/console')).body).not.toContain('misschien niet aan')
    expect((await get('/console/outbox?state=back')).body).toContain('kwam terug</span>')
    expect((await get('/console/outbox/1')).body).toContain('action="/console/outbox/1/retry"')
  })

  test('refused on the spot is shown once, as failed', async () => {
    const { db, get, set, first } = await openOutbox()
    set({ state: 'failed', reason: '550 5.1.1 No such user', attempts: 1 })
    const message = first()
    if (message) writeNow(db, tx => recordRefusal(tx, message, message.reason, NOW))
    const { body } = await get('/console/outbox/1')
    expect(body).toContain('Dit adres werkt niet.')
    expect(body.match(/No such user/g)).toHaveLength(1)
    expect((await get('/console/outbox?state=failed')).body).not.toContain('kwam terug</span>')
    expect((await get('/console/outbox?state=back')).body).toContain('Er zijn geen mails.')
  })
})
