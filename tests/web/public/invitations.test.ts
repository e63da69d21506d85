// The page behind an invitation: what it says in each of its states, and what a yes does in the browser that says it.
import { describe, expect, test } from 'vitest'
import { organiserSessions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { invite, revoke } from '#src/domain/invitations.ts'
import { findRight } from '#src/domain/memberships.ts'
import { createOrganiser, findOrganiser, grant } from '#src/domain/organisers.ts'
import { openConsole, signIn } from '../../support/console.ts'
import { NOW } from '../../support/world.ts'

const NEW = 'nieuw@example.org'

async function openInvitation(email = NEW) {
  const world = await openConsole()
  const { db, group, tokens } = world
  const olga = writeNow(db, tx => {
    const organiser = createOrganiser(tx, 'olga@example.org', 'Olga', NOW)
    grant(tx, organiser, group, 'owner')
    return organiser
  })
  const { id } = writeNow(db, tx => invite(tx, olga, 'noord', { email, right: 'host', locale: 'nl' }, NOW))
  const path = `/invitations/${tokens.sign('invitation', { id, version: 1 })}`
  const open = (headers = {}) => world.app.inject({ url: path, headers })
  const say = (form: Record<string, string> = { name: 'Nia' }, headers = {}) => world.post(path, form, headers)
  const right = () => {
    const organiser = findOrganiser(db, email)
    return organiser && findRight(db, organiser, group)
  }
  return { ...world, olga, id, path, open, say, right }
}

test('says who asks, for what, and to whom; it is kept by nobody and tells other sites nothing', async () => {
  const { open, right } = await openInvitation()
  const { statusCode, body, headers } = await open()
  expect(statusCode).toBe(200)
  expect(body).toContain('Olga vraagt of je mee wilt doen bij Werkplaats Noord.')
  expect(body).toContain('Je wordt begeleider')
  expect(body).toContain('Deze uitnodiging is voor nieuw@example.org.')
  expect([headers['cache-control'], headers['referrer-policy'], headers['set-cookie']]).toEqual([
    'no-store',
    'same-origin',
    undefined,
  ])
  expect(right()).toBeUndefined()
})

test('a yes gives the right and opens the console in that browser, once', async () => {
  const { get, open, say, right, db } = await openInvitation()
  const { statusCode, headers } = await say({ name: ' Nia  Nieuw ' })
  expect([statusCode, headers.location]).toEqual([303, '/console'])
  const cookie = String(headers['set-cookie']).split(';')[0] ?? ''
  expect((await get('/console', { cookie })).body).toContain('Dag Nia Nieuw')
  expect(right()).toBe('host')
  const sessions = db.select().from(organiserSessions).all().length
  const again = await say()
  expect([again.statusCode, again.headers['set-cookie']]).toEqual([410, undefined])
  expect(again.body).toContain('Deze uitnodiging is al gebruikt')
  expect((await open()).statusCode).toBe(410)
  expect(db.select().from(organiserSessions).all()).toHaveLength(sessions)
})

test.each(['', '  ', 'www.evil.example'])(
  'a name like “%s” is refused beside its field, and nothing is used up',
  async name => {
    const { say, right } = await openInvitation()
    const { statusCode, body } = await say({ name })
    expect([statusCode, right()]).toEqual([422, undefined])
    expect(body).toContain('id="f-name-problem"')
    expect((await say()).statusCode).toBe(303)
  },
)

describe('whoever is an organiser already', () => {
  test('gives no name, gets the right and no session by a link of two weeks old, and is led to signing in', async () => {
    const { db, open, say, right, app } = await openInvitation('sam@example.org')
    writeNow(db, tx => createOrganiser(tx, 'sam@example.org', 'Sam', NOW))
    expect((await open()).body).not.toContain('name="name"')
    const { headers } = await say({})
    expect([headers.location, headers['set-cookie'], right()]).toEqual(['/sign-in?joined=1', undefined, 'host'])
    expect((await app.inject('/sign-in?joined=1')).body).toContain('Je doet nu mee.')
  })

  test('and is signed in as such, goes on; as somebody else, is asked to sign in', async () => {
    for (const [who, where] of [
      ['sam', '/console/groups'],
      ['tim', '/sign-in?joined=1'],
    ] as const) {
      const { db, say, right, get } = await openInvitation('sam@example.org')
      writeNow(db, tx => createOrganiser(tx, 'sam@example.org', 'Sam', NOW))
      const browser = signIn(db, `${who}@example.org`)
      expect((await say({}, browser)).headers.location).toBe(where)
      expect(right()).toBe('host')
      expect((await get(where, browser)).statusCode).toBe(200)
    }
  })
})

describe('a link that no longer works says why, also to who presses the button:', () => {
  test.each([
    ['expired', 'Deze uitnodiging is te oud', ({ clock }) => clock.advance({ hours: 14 * 24 })],
    [
      'revoked',
      'Deze uitnodiging is ingetrokken',
      ({ db, olga, id }) => writeNow(db, tx => revoke(tx, olga, 'noord', id, NOW)),
    ],
    [
      'void',
      'Deze uitnodiging geldt niet meer',
      ({ db, olga, group }) => writeNow(db, tx => grant(tx, olga, group, 'viewer')),
    ],
  ] as [string, string, (world: Awaited<ReturnType<typeof openInvitation>>) => unknown][])(
    '%s',
    async (_state, title, change) => {
      const world = await openInvitation()
      change(world)
      for (const { statusCode, body } of [await world.open(), await world.say()]) {
        expect(statusCode).toBe(410)
        expect(body).toContain(`<h1>${title}</h1>`)
        expect(body).not.toMatch(/nieuw@|Olga|action="\/invitations/)
      }
      expect(world.right()).toBeUndefined()
    },
  )
})

test('a link that we did not sign, or for something else, leads nowhere', async () => {
  const { app, post, tokens, id, path } = await openInvitation()
  const others = [
    `/invitations/${tokens.sign('my', { id, version: 1 })}`,
    `/invitations/${tokens.sign('invitation', { id: id + 1, version: 1 })}`,
    `/invitations/${tokens.sign('invitation', { id, version: 2 })}`,
    `${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`,
    '/invitations/x',
  ]
  for (const url of others) {
    expect([url, (await app.inject(url)).statusCode]).toEqual([url, 404])
    expect([url, (await post(url, { name: 'Nia' }, {})).statusCode]).toEqual([url, 404])
  }
})

test('somebody who tries many is stopped', async () => {
  const { say } = await openInvitation()
  const codes: number[] = []
  for (let count = 0; count < 31; count++) codes.push((await say({ name: '' })).statusCode)
  expect(codes).toEqual([...Array(30).fill(422), 429])
})
