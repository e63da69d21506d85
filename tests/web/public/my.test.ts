import { describe, expect, test } from 'vitest'
import { messages, people, registrations } from '#db/schema.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, makeRegistration } from '../../support/world.ts'

async function openMine() {
  const world = await openApp()
  const event = makeEvent(world.db, makeGroup(world.db), { slug: 'een' })
  const registration = makeRegistration(world.db, event)
  const person = () => {
    const found = world.db.select().from(people).get()
    if (!found) throw new Error('nobody')
    return found
  }
  const mine = `/my/${world.tokens.sign('my', { id: person().id, version: 1 })}`
  const mailed = () => world.db.select({ kind: messages.kind, to: messages.toAddress }).from(messages).all()
  return { ...world, event, registration, person, mine, mailed }
}

describe('asking for the link', () => {
  test('answers the same for every address, and mails who is known', async () => {
    const { app, post, mailed } = await openMine()
    const [known, unknown] = [
      await post('/my', { email: 'Zoe@example.org' }),
      await post('/my', { email: 'wie@example.org' }),
    ]
    expect([known.statusCode, known.headers.location, known.body]).toEqual([303, '/my?sent=1', ''])
    expect([unknown.statusCode, unknown.headers.location, unknown.body]).toEqual([303, '/my?sent=1', ''])
    expect(mailed().filter(({ kind }) => kind === 'my')).toEqual([{ kind: 'my', to: 'zoe@example.org' }])
    expect((await app.inject('/my?sent=1')).body).toContain('Kennen we dit adres, dan krijg je')
  })

  test('with half an address comes back', async () => {
    const { post, mailed } = await openMine()
    const { statusCode, body } = await post('/my', { email: 'zoe@' })
    expect(statusCode).toBe(422)
    expect(body).toContain('value="zoe@"')
    expect(body).toContain('id="f-email-problem"')
    expect(mailed().filter(({ kind }) => kind === 'my')).toEqual([])
  })
})

describe('the page with everything', () => {
  test('lists each registration with its own page, what comes first', async () => {
    const { app, db, mine, registration, tokens } = await openMine()
    const group = makeGroup(db, { slug: 'b' })
    makeRegistration(db, makeEvent(db, group, { title: 'Later', localStart: '2027-01-07T12:00' }))
    makeRegistration(db, makeEvent(db, group, { title: 'Geweest', localStart: '2026-11-22T12:00' }))
    const { body, headers } = await app.inject(mine)
    expect(headers['cache-control']).toBe('no-store')
    expect([...body.matchAll(/<h3><a [^>]*>([^<]*)</g)].map(match => match[1])).toEqual([
      'Geweest',
      'Eén gezin, één plan: lukt dat?',
      'Later',
    ])
    expect(body).toContain(`href="/registrations/${tokens.sign('registration', { id: registration.id, version: 1 })}"`)
  })

  test('puts what is over or cancelled last', async () => {
    const { app, db, mine, clock } = await openMine()
    clock.set('2026-12-04T12:00:00Z')
    db.update(registrations).set({ attendedAt: clock.now() }).run()
    const { body } = await app.inject(mine)
    expect(body).toContain('Je hebt nu geen aanmeldingen voor wat nog komt.')
    expect(body).toContain('<h2>Geweest of afgemeld</h2>')
    expect(body.match(/<span class="badge[^>]*>([^<]*)/)?.[1]).toBe('je was erbij')
  })

  test('gives a new feed address to who asks for one, and the old one stops', async () => {
    const { app, mine, person, post, tokens } = await openMine()
    const feed = () => `/people/${tokens.sign('feed', { id: person().id, version: person().feedVersion })}.ics`
    const old = feed()
    expect((await app.inject(mine)).body).toContain(`http://localhost:3000${old}`)
    expect((await app.inject(`${mine}/feed`)).statusCode).toBe(303)
    expect(feed()).toBe(old)
    const answer = await post(`${mine}/feed`)
    expect([answer.statusCode, answer.headers.location]).toEqual([303, mine])
    expect((await app.inject(old)).statusCode).toBe(404)
    expect((await app.inject(mine)).body).toContain(`http://localhost:3000${feed()}`)
  })

  test('behind a link that is not ours is not there', async () => {
    const { app, mine } = await openMine()
    expect((await app.inject(`${mine}x`)).statusCode).toBe(404)
  })
})
