import { describe, expect, test } from 'vitest'
import { messages, organiserSessions, signIns } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { mint, requestSignIn } from '#src/domain/sign-ins.ts'
import { openApp } from '../../support/app.ts'
import { NOW } from '../../support/world.ts'

async function openWithOrganiser() {
  const world = await openApp()
  writeNow(world.db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  /** Asks for a sign-in and writes its mail, which is when the secrets are made. */
  const ask = () =>
    writeNow(world.db, tx => {
      requestSignIn(tx, 'otto@example.org', 'nl', world.clock.now())
      const newest = tx.select().from(signIns).all().at(-1)
      return mint(tx, newest?.id ?? 0)
    })
  const sessions = () => world.db.select().from(organiserSessions).all().length
  return { ...world, ask, sessions }
}

describe('asking for a sign-in', () => {
  test('§8.31 answers the same bytes for an organiser and for a stranger, and mails the organiser alone', async () => {
    const { db, post } = await openWithOrganiser()
    const known = await post('/sign-in', { email: 'otto@example.org' })
    const unknown = await post('/sign-in', { email: 'anna@example.org' })
    expect([known.statusCode, unknown.statusCode]).toEqual([200, 200])
    expect(unknown.body.replaceAll('anna@', 'otto@')).toBe(known.body)
    expect(Object.keys(unknown.headers).sort()).toEqual(Object.keys(known.headers).sort())
    expect(db.select({ kind: messages.kind, to: messages.toAddress }).from(messages).all()).toEqual([
      { kind: 'sign_in', to: 'otto@example.org' },
    ])
  })

  test('reads an address as people type it', async () => {
    const { db, post } = await openWithOrganiser()
    await post('/sign-in', { email: 'Otto@Example.org' })
    await new Promise(setImmediate)
    expect(db.select({ to: messages.toAddress }).from(messages).all()).toEqual([{ to: 'otto@example.org' }])
  })

  test('says what is wrong with an address beside the field', async () => {
    const { post } = await openWithOrganiser()
    const { statusCode, body } = await post('/sign-in', { email: 'otto' })
    expect(statusCode).toBe(422)
    expect(body).toContain('Dit adres is niet compleet.')
    expect(body).toContain('value="otto"')
  })

  test('its pages are kept by nobody and tell other sites nothing', async () => {
    const { app, post } = await openWithOrganiser()
    for (const { headers } of [await app.inject('/sign-in'), await post('/sign-in', { email: 'a@example.org' })]) {
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['referrer-policy']).toBe('same-origin')
      expect(headers['set-cookie']).toBeUndefined()
    }
  })

  test('is limited per client', async () => {
    const { post } = await openWithOrganiser()
    const statuses: number[] = []
    for (let i = 0; i < 31; i++) statuses.push((await post('/sign-in', { email: `a${i}@example.org` })).statusCode)
    expect(statuses).toEqual([...Array(30).fill(200), 429])
  })
})

describe('the link', () => {
  test('§8.31 shows a button, and looking at it changes nothing', async () => {
    const { app, ask, sessions, db } = await openWithOrganiser()
    const { token } = ask()
    for (let i = 0; i < 3; i++) {
      const { statusCode, body, headers } = await app.inject(`/sign-in/${token}`)
      expect(statusCode).toBe(200)
      expect(body).toContain(`action="/sign-in/${token}"`)
      expect(headers['set-cookie']).toBeUndefined()
      expect(headers['cache-control']).toBe('no-store')
    }
    expect(sessions()).toBe(0)
    expect(db.select({ usedAt: signIns.usedAt }).from(signIns).all()).toEqual([{ usedAt: null }])
  })

  test('§8.31 lets somebody in once', async () => {
    const { app, ask, post, sessions } = await openWithOrganiser()
    const { token } = ask()
    const first = await post(`/sign-in/${token}`)
    expect([first.statusCode, first.headers.location]).toEqual([303, '/console'])
    expect(first.headers['set-cookie']).toMatch(/^session=[\w-]{43}; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/)
    const cookie = String(first.headers['set-cookie']).split(';')[0] ?? ''
    expect((await app.inject({ url: '/console', headers: { cookie } })).statusCode).toBe(200)
    const second = await post(`/sign-in/${token}`)
    expect(second.statusCode).toBe(410)
    expect(second.headers['set-cookie']).toBeUndefined()
    expect((await app.inject(`/sign-in/${token}`)).statusCode).toBe(410)
    expect(sessions()).toBe(1)
  })

  test('§8.31 ends after a quarter of an hour', async () => {
    const { ask, clock, post, sessions } = await openWithOrganiser()
    const { token } = ask()
    clock.advance({ minutes: 15 })
    expect((await post(`/sign-in/${token}`)).statusCode).toBe(410)
    expect(sessions()).toBe(0)
  })

  test('§8.31 is worth nothing any more once another one was used; there are three at most', async () => {
    const { db, ask, post, sessions } = await openWithOrganiser()
    const made = [ask(), ask(), ask()]
    await post('/sign-in', { email: 'otto@example.org' })
    expect(db.select().from(signIns).all()).toHaveLength(3)
    expect((await post(`/sign-in/${made[1]?.token}`)).statusCode).toBe(303)
    for (const { token, code } of made) {
      expect((await post(`/sign-in/${token}`)).statusCode).toBe(410)
      expect((await post('/sign-in/code', { email: 'otto@example.org', code })).headers['set-cookie']).toBeUndefined()
    }
    expect(sessions()).toBe(1)
  })

  test('of nobody opens nothing', async () => {
    const { app, post } = await openWithOrganiser()
    expect((await app.inject('/sign-in/abc')).statusCode).toBe(410)
    expect((await post('/sign-in/abc')).statusCode).toBe(410)
  })

  test('is tied to the host where the site is on https', async () => {
    const { db, clock, post } = await openApp({ baseUrl: 'https://agenda.example.org' })
    const token = writeNow(db, tx => {
      createOrganiser(tx, 'otto@example.org', 'Otto', NOW)
      requestSignIn(tx, 'otto@example.org', 'nl', clock.now())
      return mint(tx, 1).token
    })
    const { headers } = await post(`/sign-in/${token}`)
    expect(headers['set-cookie']).toMatch(
      /^__Host-session=[\w-]{43}; Max-Age=1209600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  })
})

describe('the code', () => {
  const wrong = (code: string) => (code === '111111' ? '222222' : '111111')

  test('lets somebody in, with or without a space in it', async () => {
    const { ask, post } = await openWithOrganiser()
    const { code } = ask()
    const { statusCode, headers } = await post('/sign-in/code', {
      email: 'otto@example.org',
      code: ` ${code.slice(0, 3)} ${code.slice(3)} `,
    })
    expect([statusCode, headers.location]).toEqual([303, '/console'])
  })

  test('is locked after five wrong guesses, also for the right one', async () => {
    const { ask, post, sessions } = await openWithOrganiser()
    const { code } = ask()
    for (let i = 0; i < 5; i++) {
      const { statusCode, body } = await post('/sign-in/code', { email: 'otto@example.org', code: wrong(code) })
      expect(statusCode).toBe(422)
      expect(body).toContain('Deze code klopt niet.')
    }
    expect((await post('/sign-in/code', { email: 'otto@example.org', code })).statusCode).toBe(422)
    expect(sessions()).toBe(0)
  })

  test('answers the same for a stranger, and for what is no code at all', async () => {
    const { ask, post } = await openWithOrganiser()
    const { code } = ask()
    const known = await post('/sign-in/code', { email: 'otto@example.org', code: wrong(code) })
    const unknown = await post('/sign-in/code', { email: 'anna@example.org', code: wrong(code) })
    const odd = await post('/sign-in/code', { email: 'otto@example.org', code: 'x' })
    expect([known.statusCode, unknown.statusCode, odd.statusCode]).toEqual([422, 422, 422])
    expect(unknown.body.replaceAll('anna@', 'otto@')).toBe(known.body)
    expect(odd.body).toBe(known.body)
  })
})

test('signing out ends the session itself, not only the cookie', async () => {
  const { app, ask, post, sessions } = await openWithOrganiser()
  const { token } = ask()
  const cookie = String((await post(`/sign-in/${token}`)).headers['set-cookie']).split(';')[0] ?? ''
  const { statusCode, headers } = await post('/sign-out', {}, { cookie })
  expect([statusCode, headers.location]).toEqual([303, '/'])
  expect(headers['set-cookie']).toMatch(/^session=; Max-Age=0; /)
  expect(sessions()).toBe(0)
  expect((await app.inject({ url: '/console', headers: { cookie } })).statusCode).toBe(303)
})
