// Every page is rendered in strict mode, where a view that reads a key it was not given throws, in both languages, by who
// is signed in and by who is not. The pages come from the list of routes; a view that no page reaches fails here.
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '#db/drizzle.ts'
import { events } from '#db/schema.ts'
import { LOCALES, type Locale } from '#src/i18n/index.ts'
import type { Pages } from '#src/web/pages.ts'
import { strict } from '#src/web/plugins/strict.ts'
import { openApp } from './support/app.ts'
import { unexpectedErrors } from './support/logs.ts'
import { pagesOf } from './support/page-list.ts'
import { openSite, organiserCookie, type Site } from './support/site.ts'

const VIEWS = ['console', 'public']
  .flatMap(folder =>
    readdirSync(new URL(`../views/${folder}`, import.meta.url)).map(file => `${folder}/${file.replace('.eta', '')}`),
  )
  .sort()
const rendered = new Set<string>()
let site: Site
let cookie: string
let paths: string[]
beforeAll(async () => {
  site = await openSite({ onPage: name => rendered.add(name) })
  cookie = `session=${organiserCookie(site).value}`
  paths = pagesOf(site).pages.map(([, path]) => path)
})
afterAll(() => site.close())

function inLanguage(path: string, locale: Locale): string {
  const url = new URL(path, site.url)
  url.searchParams.set('lang', locale)
  return url.pathname + url.search
}

test.each(LOCALES)('every view is rendered by a page, in %s', async locale => {
  rendered.clear()
  const visits = paths.flatMap(path => [{}, { cookie }].map(headers => ({ url: inLanguage(path, locale), headers })))
  const post = (path: string, payload: Record<string, string>, headers = {}) =>
    ({ method: 'POST', url: inLanguage(path, locale), payload, headers }) as const
  const mine = { cookie, 'sec-fetch-site': 'same-origin' }
  const invite = { email: 'wil@example.org', right: 'host', locale }
  const file = (path: string, text: string, headers = {}) => {
    const part = 'content-disposition: form-data; name="file"; filename="a.csv"\r\ncontent-type: text/csv'
    const payload = `--x\r\n${part}\r\n\r\n${text}\r\n--x--\r\n`
    const type = { 'content-type': 'multipart/form-data; boundary=x' }
    return { method: 'POST', url: inLanguage(path, locale), payload, headers: { ...headers, ...type } } as const
  }
  const now = site.clock.now().epochMilliseconds
  const past = site.db.select().from(events).where(sql`ends_at < ${now} and published_at is not null`).get()
  // Pages that only a form leads to.
  const asked = [
    post('/sign-in', { email: 'zoe@example.org' }),
    post('/console/groups/noord/invitations', invite, mine),
    file('/console/import', 'Titel;Datum\nEen webinar;4-3-2027\n;x', mine),
    file(`/console/events/${past?.id}/people-import`, 'Naam;E-mail\nBea;\n;x', mine),
    file(`/console/events/${past?.id}/attendance-report`, 'Name (Original Name),Duration (Minutes)\nBea,5', mine),
  ]
  const wrong: string[] = []
  for (const visit of [...visits, ...asked]) {
    const { statusCode, headers, body } = await site.app.inject(visit)
    const isPage = String(headers['content-type']).startsWith('text/html')
    if (isPage && !body.includes(`<html lang="${locale}">`)) wrong.push(`${visit.url}: ${statusCode}`)
  }
  expect(wrong).toEqual([])
  expect([...rendered].sort()).toEqual(VIEWS)
})

test('a key that a view was not given throws, however deep; one that is undefined does not', () => {
  const data = strict(
    { title: undefined, rows: [{ name: 'een' }], when: Temporal.Instant.fromEpochMilliseconds(0) },
    'page',
  )
  expect(data.title).toBeUndefined()
  expect(data.rows.map(row => row.name)).toEqual(['een'])
  expect(data.when.toString()).toBe('1970-01-01T00:00:00Z')
  expect(() => (data as Record<string, unknown>).titel).toThrow("page has no 'titel'")
  expect(() => (data.rows[0] as Record<string, unknown>).naam).toThrow("page.rows.0 has no 'naam'")
})

test('a page that reads such a key is a bug, and fails the test that asks for it', async () => {
  const { app } = await openApp()
  app.get('/broken', (_request, reply) => reply.page('public/accessibility', {} as Pages['public/accessibility']))
  expect((await app.inject('/broken')).statusCode).toBe(500)
  expect(unexpectedErrors.splice(0)).toEqual([expect.stringContaining("public/accessibility has no 'contact'")])
})
