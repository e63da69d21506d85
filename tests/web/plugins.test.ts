import { describe, expect, test } from 'vitest'
import { openApp } from '../support/app.ts'

describe('every answer', () => {
  test('speaks the language of the link, then of the browser, then Dutch', async () => {
    const { app } = await openApp()
    const get = async (url: string, language?: string) =>
      (await app.inject({ url, headers: language ? { 'accept-language': language } : {} })).body
    expect(await get('/nowhere')).toContain('Deze pagina is er niet')
    expect(await get('/nowhere', 'fr, en;q=0.8, nl;q=0.5')).toContain('This page does not exist')
    expect(await get('/nowhere?lang=nl', 'en')).toContain('Deze pagina is er niet')
  })
})

test('who takes minutes to send a form is cut off', async () => {
  const { app } = await openApp()
  expect(app.server.requestTimeout).toBe(60_000)
})

describe('a POST from elsewhere', () => {
  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://elsewhere.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://localhost:3000' }, 404],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://odd.example' }, 404],
    [{}, 404],
  ])('%o is answered with %i', async (headers, status) => {
    const { app } = await openApp()
    expect(
      (await app.inject({ method: 'POST', url: '/nowhere', headers: { ...headers } as Record<string, string> }))
        .statusCode,
    ).toBe(status)
  })

  test('the console refuses what does not say where it comes from', async () => {
    const { app } = await openApp()
    expect((await app.inject({ method: 'POST', url: '/console/nowhere' })).statusCode).toBe(403)
  })
})
