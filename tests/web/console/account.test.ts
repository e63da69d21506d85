// One's own account: what one is called, in which language one works, and where one is signed in.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { auditEntries, organiserSessions, organisers } from '#db/schema.ts'
import { deviceOf } from '#src/web/device.ts'
import { fieldsOf, openConsole, signIn } from '../../support/console.ts'

async function openAccount() {
  const world = await openConsole()
  const { db } = world
  const me = () => db.select().from(organisers).where(eq(organisers.email, 'otto@example.org')).get()
  const sessions = () => db.select().from(organiserSessions).all()
  const hashes = () => sessions().map(({ tokenHash }) => tokenHash)
  return { ...world, myself: me, sessions, hashes }
}

describe('name and language', () => {
  test('are kept; the console speaks that language, whatever the browser prefers, unless a link asks otherwise', async () => {
    const { get, post, me, myself } = await openAccount()
    expect(fieldsOf((await get('/console/account')).body, '/console/account')).toEqual({ name: 'Otto' })
    const { statusCode, headers } = await post('/console/account', { name: '  Otto  Bakker ', locale: 'en' })
    expect([statusCode, headers.location]).toEqual([303, '/console/account?done=saved'])
    expect(myself()).toMatchObject({ name: 'Otto Bakker', locale: 'en' })
    const dutch = { ...me, 'accept-language': 'nl' }
    expect((await get('/console', dutch)).body).toContain('<html lang="en">')
    expect((await get('/console?lang=nl', dutch)).body).toContain('<html lang="nl">')
    expect((await get('/', dutch)).body).toContain('<html lang="nl">')
  })

  test.each(['', '   ', 'Klik op www.evil.example', 'otto@example.org'])(
    'a name like “%s” is refused beside its field',
    async name => {
      const { post, myself } = await openAccount()
      const { statusCode, body } = await post('/console/account', { name, locale: 'nl' })
      expect(statusCode).toBe(422)
      expect(body).toContain('id="f-name-problem"')
      expect(myself()?.name).toBe('Otto')
    },
  )
})

describe('sessions', () => {
  test('are listed with their device and how they began, and the one that looks is named', async () => {
    const { db, get } = await openAccount()
    signIn(db, 'otto@example.org')
    signIn(db, 'sam@example.org')
    const { body } = await get('/console/account')
    expect(body.match(/<h3>Onbekend apparaat/g)).toHaveLength(2)
    expect(body.match(/>dit apparaat</g)).toHaveLength(1)
    expect(body.match(/action="\/console\/account\/sessions\/end"/g)).toHaveLength(1)
  })

  test('one is ended, and is worth nothing from then on; nobody ends somebody else’s', async () => {
    const { db, get, post, hashes } = await openAccount()
    const phone = signIn(db, 'otto@example.org')
    const other = signIn(db, 'sam@example.org')
    const [, mine = '', theirs = ''] = hashes()
    expect((await post('/console/account/sessions/end', { id: theirs })).statusCode).toBe(404)
    const { headers } = await post('/console/account/sessions/end', { id: mine })
    expect(headers.location).toBe('/console/account?done=ended')
    expect(db.select().from(auditEntries).all()).toMatchObject([{ action: 'session_ended', organiserId: 1 }])
    expect((await get('/console', phone)).statusCode).toBe(303)
    expect((await get('/console', other)).statusCode).toBe(200)
  })

  test('all others are ended, and nobody else’s', async () => {
    const { db, get, post, me } = await openAccount()
    const phone = signIn(db, 'otto@example.org')
    const other = signIn(db, 'sam@example.org')
    await post('/console/account/sessions/end-others')
    const codes = [me, phone, other].map(async who => (await get('/console', who)).statusCode)
    expect(await Promise.all(codes)).toEqual([200, 303, 200])
    await post('/console/account/sessions/end-others')
    expect(db.select().from(auditEntries).all()).toHaveLength(1)
  })

  test('looking marks nothing; something that is sent does, every three hours at most', async () => {
    const { clock, get, post, sessions } = await openAccount()
    const seen = () => sessions()[0]?.seenAt
    const begun = seen()
    clock.advance({ hours: 3 })
    await get('/console/account')
    expect(seen()).toEqual(begun)
    await post('/console/account', { name: 'Otto', locale: 'nl' })
    const marked = seen()
    expect(marked).toEqual(clock.now())
    clock.advance({ hours: 2 })
    await post('/console/account', { name: 'Otto', locale: 'nl' })
    expect(seen()).toEqual(marked)
  })
})

test.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0', 'Firefox · Windows'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    'Safari · iPhone',
  ],
  [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
    'Chrome · Android',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
    'Edge · Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
    'Safari · Mac',
  ],
  ['curl/8.5.0', ''],
  ['', ''],
])('a browser that says “%s” is called “%s”', (agent, device) => {
  expect(deviceOf({ headers: { 'user-agent': agent } })).toBe(device)
})
