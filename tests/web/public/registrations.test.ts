import { describe, expect, test } from 'vitest'
import { messages, people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../../support/world.ts'

const FORM = { name: 'Zoë de Vries', email: 'zoe@example.org', role: 'practice' }
const VENUE = { name: 'Huis', address: 'Plein 1', postcode: '9700 AA', city: 'Groningen', access: '' }

async function openForm(values: Partial<Parameters<typeof makeEvent>[2]> = {}) {
  const world = await openApp()
  const event = makeEvent(world.db, makeGroup(world.db), { slug: 'een', ...values })
  const send = (form: Record<string, string> = FORM, query = '') =>
    world.post(`/events/een/registrations${query}`, form)
  const follow = async (answer: Awaited<ReturnType<typeof send>>) =>
    (await world.app.inject(String(answer.headers.location))).body.replaceAll(/v=[\w-]+/g, 'v=')
  const stored = () => world.db.select().from(registrations).all()
  return { ...world, event, send, follow, stored }
}

describe('registering', () => {
  test('keeps what was filled in, and answers with the address as it was typed', async () => {
    const { send, follow, stored, db } = await openForm()
    const answer = await send({
      ...FORM,
      email: ' Zoe@Example.ORG ',
      organisation: ' Gemeente ',
      access_needs: 'Een tolk',
    })
    expect(answer.statusCode).toBe(303)
    expect(answer.headers.location).toMatch(/^\/events\/een\/registered\?v=[\w-]+$/)
    expect(stored()).toMatchObject([
      {
        name: 'Zoë de Vries',
        organisation: 'Gemeente',
        role: 'practice',
        attendance: 'online',
        accessNeeds: 'Een tolk',
        status: 'confirmed',
        locale: 'nl',
      },
    ])
    expect(db.select({ email: people.email }).from(people).all()).toEqual([{ email: 'zoe@example.org' }])
    const page = await follow(answer)
    expect(page).toContain('We sturen een mail naar <b class="address">zoe@example.org</b>.')
    expect(page).toContain('Er is plaats.')
    expect(page).not.toContain('/registrations/')
    expect(page).not.toContain('/join/')
  })

  test('remembers the language of the form, and keeps the visitor in it', async () => {
    const { send, stored } = await openForm()
    const { headers } = await send(FORM, '?lang=en')
    expect(headers.location).toMatch(/^\/events\/een\/registered\?v=[\w-]+&lang=en$/)
    expect(stored()).toMatchObject([{ locale: 'en' }])
  })

  test('for a full event leads to the waiting list', async () => {
    const { db, event, send, follow, stored } = await openForm({ capacityOnline: 1 })
    makeRegistration(db, event, { email: 'eerder@example.org' })
    expect(await follow(await send())).toContain('je komt op de wachtlijst')
    expect(stored().map(({ status }) => status)).toEqual(['confirmed', 'waitlisted'])
  })

  test('for a hybrid event takes the chosen way, and without a choice the one with room', async () => {
    const { send, stored } = await openForm({ attendance: 'hybrid', venue: VENUE, capacityInPerson: 1 })
    await send({ ...FORM, attendance: 'online' })
    await send({ ...FORM, email: 'b@example.org' })
    await send({ ...FORM, email: 'c@example.org' })
    expect(stored().map(({ attendance }) => attendance)).toEqual(['online', 'in_person', 'online'])
  })

  test('brings a colleague along with a mail of their own', async () => {
    const { send, follow, stored, db } = await openForm({ capacityOnline: 1 })
    const colleague = { colleague_name: 'Piet Peters', colleague_email: 'Piet@example.org' }
    const answer = await send({ ...FORM, organisation: 'Wijkteam', access_needs: 'Een tolk', ...colleague })
    expect(stored()).toMatchObject([
      { name: 'Zoë de Vries', status: 'confirmed', accessNeeds: 'Een tolk' },
      { name: 'Piet Peters', status: 'waitlisted', organisation: 'Wijkteam', accessNeeds: '' },
    ])
    const page = await follow(answer)
    expect(page).toContain('Je collega krijgt een eigen mail op <b class="address">piet@example.org</b>.')
    expect(page).toContain('Voor je collega is er nu geen plaats meer vrij')
    const mails = db.select({ to: messages.toAddress, kind: messages.kind }).from(messages).all()
    expect(mails).toContainEqual({ to: 'zoe@example.org', kind: 'confirmed' })
    expect(mails).toContainEqual({ to: 'piet@example.org', kind: 'waitlisted' })
  })

  test('is over when the event is, or is cancelled', async () => {
    const { send, clock, stored } = await openForm()
    clock.set('2026-12-03T12:00:00Z')
    const answer = await send()
    expect(answer.statusCode).toBe(409)
    expect(answer.body).toContain('<h1>Aanmelden kan niet meer</h1>')
    expect(stored()).toEqual([])
  })

  test('suggests the address somebody probably meant', async () => {
    const { send, follow } = await openForm()
    expect(await follow(await send({ ...FORM, email: 'zoe@gmial.com' }))).toContain(
      '<h2>Bedoelde je zoe@gmail.com?</h2>',
    )
  })

  test('is limited per address, by how often it is typed: whether it is known makes no difference', async () => {
    const { db, event, send, clock } = await openForm()
    makeRegistration(db, event, { email: 'bekend@example.org' })
    for (const email of ['bekend@example.org', 'nieuw@example.org']) {
      const statuses = []
      for (let number = 0; number < 31; number++) statuses.push((await send({ ...FORM, email })).statusCode)
      expect(statuses).toEqual([...Array(30).fill(303), 429])
    }
    const colleague = { colleague_name: 'Piet', colleague_email: 'nieuw@example.org' }
    expect((await send({ ...FORM, ...colleague })).statusCode).toBe(429)
    expect((await send()).statusCode).toBe(303)
    clock.advance({ hours: 1 })
    expect((await send({ ...FORM, ...colleague })).statusCode).toBe(303)
  })

  test('by a robot is answered like any other, and not kept', async () => {
    const { send, follow, stored, db } = await openForm()
    const answer = await send({ ...FORM, website: 'https://spam.example' })
    expect(answer.statusCode).toBe(303)
    expect(await follow(answer)).toBe(await follow(await send()))
    expect(stored()).toHaveLength(1)
    expect(db.select().from(people).all()).toHaveLength(1)
  })
})

describe('whoever types an address learns nothing about it', () => {
  const shape = ({
    statusCode,
    headers,
    body,
  }: {
    statusCode: number
    headers: Record<string, unknown>
    body: string
  }) => ({
    statusCode,
    body,
    headers: {
      ...headers,
      date: '',
      location: String(headers.location).replace(/v=[\w-]+/, 'v='),
      'x-ratelimit-remaining': '',
    },
    length: String(headers.location).length,
  })

  test.each([
    ['a place, where there is room', 40, 1],
    ['a place, where it is full', 1, 0],
    ['the waiting list', 1, 1],
  ])('an address that has %s gets the answer of a new one', async (_name, capacityOnline, before) => {
    const { db, event, send, follow } = await openForm({ capacityOnline })
    if (before) makeRegistration(db, event, { email: 'bezet@example.org' })
    makeRegistration(db, event, { email: 'kent@example.org' })
    writeNow(db, tx => assumeTold(tx, NOW))
    const known = await send({ ...FORM, email: 'kent@example.org' })
    const fresh = await send({ ...FORM, email: 'nieu@example.org' })
    expect(shape(known)).toEqual(shape(fresh))
    expect((await follow(known)).replaceAll('kent@', '@')).toBe((await follow(fresh)).replaceAll('nieu@', '@'))
  })

  test('also when they bring somebody we know', async () => {
    const { db, event, send, follow } = await openForm({ capacityOnline: 2 })
    makeRegistration(db, event, { email: 'piet@example.org' })
    const bring = (email: string) =>
      send({ ...FORM, email, colleague_name: 'Piet', colleague_email: 'piet@example.org' })
    const strangers = await send({
      ...FORM,
      website: 'x',
      email: 'a@example.org',
      colleague_name: 'Jan',
      colleague_email: 'jann@example.org',
    })
    const known = await bring('b@example.org')
    expect(shape(known)).toEqual(shape(strangers))
    expect((await follow(known)).replaceAll(/(piet|b)@/g, '@')).toBe(
      (await follow(strangers)).replaceAll(/(jann|a)@/g, '@'),
    )
  })
})

describe('a form that is not right', () => {
  test('comes back with everything that was typed, and says what is wrong beside each field and on top', async () => {
    const { send, stored } = await openForm({ attendance: 'hybrid', venue: VENUE, capacityInPerson: 5 })
    const typed = {
      name: 'Kijk op www.spam.nl',
      email: 'zoe@',
      role: 'boss',
      organisation: 'Wijkteam "Zuid"',
      attendance: 'online',
      access_needs: 'Een <b>tolk</b>',
      colleague_name: 'Piet',
    }
    const { statusCode, body } = await send(typed)
    expect(statusCode).toBe(422)
    expect(body).toMatch(
      /<div class="notice wrong summary" role="alert" tabindex="-1" autofocus data-enhance="focus">\s*<h2>Er kloppen nog 4 dingen niet<\/h2>/,
    )
    for (const field of ['name', 'email', 'role', 'colleague_email']) {
      expect(body).toContain(`<a href="#f-${field}">`)
      expect(body).toContain(`id="f-${field}-problem"`)
    }
    expect(body).toContain('value="Kijk op www.spam.nl"')
    expect(body).toContain('value="zoe@"')
    expect(body).toContain('value="Wijkteam &quot;Zuid&quot;"')
    expect(body).toContain('>Een &lt;b&gt;tolk&lt;/b&gt;</textarea>')
    expect(body).toContain('value="online" checked')
    expect(body).toContain('<details class="colleague" open>')
    expect(body).toContain('value="Piet"')
    expect(stored()).toEqual([])
  })

  test.each([
    [{ name: '' }, 'Vul je naam in.'],
    [{ name: '   ' }, 'Vul je naam in.'],
    [{ name: 'Zoë www.example.org' }, 'Vul je naam in, zonder link of e-mailadres erin.'],
    [{ email: 'twee@example.org,drie@example.org' }, 'Dit adres is niet compleet.'],
    [{ role: '' }, 'Kies vanuit welke rol je meedoet.'],
    [{ organisation: 'x'.repeat(121) }, 'Gebruik hoogstens 120 tekens.'],
    [{ colleague_email: 'piet@example.org' }, 'Vul van je collega de naam en het e-mailadres in.'],
    [{ colleague_name: 'Piet', colleague_email: 'ZOE@example.org' }, 'Dit is je eigen adres.'],
    [{ colleague_name: 'Piet', colleague_email: 'piet@' }, 'Dit adres is niet compleet.'],
    [{ colleague_name: 'http://x.nl', colleague_email: 'piet@example.org' }, 'Vul je naam in'],
  ])('%o is refused', async (wrong, problem) => {
    const { send, stored } = await openForm()
    const { statusCode, body } = await send({ ...FORM, ...wrong })
    expect(statusCode).toBe(422)
    expect(body).toContain(problem)
    expect(stored()).toEqual([])
  })

  test('without a body at all is refused, not broken', async () => {
    const { app } = await openForm()
    const headers = { 'sec-fetch-site': 'same-origin' }
    const answer = await app.inject({ method: 'POST', url: '/events/een/registrations', headers })
    expect(answer.statusCode).toBe(422)
    const other = await app.inject({ method: 'POST', url: '/my', headers })
    expect(other.statusCode).toBe(422)
  })

  test('without anything in it asks for the three that are needed', async () => {
    const { send } = await openForm()
    const { statusCode, body } = await send({})
    expect(statusCode).toBe(422)
    expect(body).toContain('Er kloppen nog 3 dingen niet')
  })
})

describe('addresses of the form', () => {
  test('lead back to the page when they are opened', async () => {
    const { app } = await openForm()
    const opened = await app.inject('/events/een/registrations')
    expect([opened.statusCode, opened.headers.location]).toEqual([303, '/events/een'])
    const bare = await app.inject('/events/een/registered?v=nonsense')
    expect([bare.statusCode, bare.headers.location]).toEqual([303, '/events/een'])
  })

  test('of an event that is not there are not there', async () => {
    const { post } = await openForm()
    expect((await post('/events/niets/registrations', FORM)).statusCode).toBe(404)
  })
})
