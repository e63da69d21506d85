// Rule 1: reading changes nothing. Mail scanners open every link, with GET and with HEAD, some of them in a browser; what
// stands in the database afterwards is what stood there before, and nobody is signed in or given a cookie.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { people, registrations } from '#db/schema.ts'
import { pagesOf } from '../support/page-list.ts'
import { openSite, organiserCookie, type Site } from '../support/site.ts'

let site: Site
let paths: string[]
let signedIn: string

beforeAll(async () => {
  site = await openSite()
  const { name, value } = organiserCookie(site)
  signedIn = `${name}=${value}`
  const { pages, missing } = pagesOf(site)
  expect(missing).toEqual([])
  paths = [...pages.map(([, path]) => path), ...others(site)]
})
afterAll(() => site.close())

/** What answers with no page of its own. */
function others({ db, tokens, routes }: Site): string[] {
  const [person] = db.select().from(people).all()
  const [registration] = db.select().from(registrations).all()
  const [mine, own, feed] = (
    [
      ['my', person],
      ['registration', registration],
      ['feed', person],
    ] as const
  ).map(([purpose, row]) => tokens.sign(purpose, { id: row?.id ?? 0, version: 1 }))
  const forms = ['changes', 'cancellation', 'place'].map(form => `/registrations/${own}/${form}`)
  const files = ['/groups/noord.ics', '/groups/noord.css', '/series/eerste-donderdag.ics', '/themes/armoede.ics']
  const plain = routes.filter(({ method, url }) => method === 'GET' && !/[:*]/.test(url)).map(({ url }) => url)
  return [
    ...forms,
    ...files,
    ...plain,
    `/people/${feed}.ics`,
    `/registrations/${own}.ics`,
    `/my/${mine}/feed`,
    `/my/${mine}/data.json`,
    '/events/nergens/registrations',
    '/console/events/1/registrations.csv',
  ]
}

/** Every row of every table. */
function dump({ db }: Site): string {
  const tables = db.$client.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[]
  return JSON.stringify(tables.map(({ name }) => [name, db.$client.prepare(`select * from "${name}"`).all()]))
}

test('GET and HEAD of every address leave the database as it was, for a stranger and for an organiser', async () => {
  const before = dump(site)
  const statuses = new Map<string, number>()
  for (const cookie of ['', signedIn]) {
    for (const method of ['GET', 'HEAD'] as const) {
      for (const url of paths) {
        const { statusCode, headers } = await site.app.inject({ method, url, headers: { cookie } })
        statuses.set(`${method} ${url}`, statusCode)
        expect(headers['set-cookie'], url).toBeUndefined()
      }
    }
  }
  expect(dump(site) === before).toBe(true)
  const used = `/sign-in/${'x'.repeat(43)}`
  const revoked = paths.filter(path => path.startsWith('/invitations/')).at(-1)
  const [gone, unknown] = paths.filter(path => path.startsWith('/certificates/')).slice(-2)
  const refused = ['GET', 'HEAD'].flatMap((method): [string, number][] => [
    [`${method} ${revoked}`, 410],
    [`${method} ${gone}`, 410],
    [`${method} ${unknown}`, 404],
    [`${method} /nergens`, 404],
    [`${method} ${used}`, 410],
  ])
  expect([...statuses].filter(([, status]) => status >= 400).sort()).toEqual(refused.sort())
})

test('and the link a scanner has opened still works for its owner', async () => {
  const [signIn = ''] = paths.filter(path => path.startsWith('/sign-in/') && !path.includes('xxx'))
  const { statusCode, headers } = await site.app.inject({
    method: 'POST',
    url: signIn,
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  expect([statusCode, headers.location]).toEqual([303, '/console'])
})
