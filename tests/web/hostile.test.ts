// Requests that no browser makes, each with its answer. What happens to junk sent to every route stands in `fuzz.test.ts`.
import { describe, expect, test } from 'vitest'
import { openApp } from '../support/app.ts'
import { openConsole } from '../support/console.ts'
import { makeEvent } from '../support/world.ts'

describe('an address that cannot be read', () => {
  test.each(
    [
      ['//[', 404],
      ['//[x', 404],
      ['/%', 404],
      ['/%ff', 404],
      ['/join/%ff', 404],
      ['/%63onsole/%ff', 404],
      ['/events/%c0%af', 404],
      ['*', 404],
      ['javascript:1', 404],
      [`/${'a/'.repeat(2000)}`, 404],
      [`/events/${'a'.repeat(5000)}`, 400],
      [`/static/${'a'.repeat(5000)}`, 404],
      ['/?lang[]=nl', 200],
    ].map(([url, status]) => [String(url).slice(0, 20), status, String(url)] as const),
  )('%s is answered with %i and a page of ours, headers and all', async (_name, status, url) => {
    const { app } = await openApp()
    const { statusCode, headers, body } = await app.inject({ url, headers: { 'accept-language': 'en' } })
    expect([statusCode, headers['content-type']]).toEqual([status, 'text/html; charset=utf-8'])
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(body).toContain('<html lang="en"')
  })
})

describe('a form', () => {
  test('the console asks where a POST comes from, however its address is spelt', async () => {
    const { app, db, group, me } = await openConsole()
    const { id } = makeEvent(db, group)
    for (const url of [`/console/events/${id}/publication`, `/%63onsole/events/${id}/publication`]) {
      const payload = 'revision=2'
      const headers = { ...me, 'content-type': 'application/x-www-form-urlencoded' }
      expect((await app.inject({ method: 'POST', url, headers, payload })).statusCode).toBe(403)
    }
  })

  test.each([
    'name=a&name=b&email=c@d.nl&role=practice',
    'name=a&email=c@d.nl&role=practice&colleague_name=x&colleague_name=y',
    'name=a&email=c@d.nl&email=e@f.nl&role=practice&colleague_email=x&colleague_email=y',
  ])('a field sent twice is a mistake in that field: %s', async payload => {
    const { app, db, group } = await openConsole()
    const reply = await app.inject({
      method: 'POST',
      url: `/events/${makeEvent(db, group).slug}/registrations`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload,
    })
    expect(reply.statusCode).toBe(422)
  })
})
