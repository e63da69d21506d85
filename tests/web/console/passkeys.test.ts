// Passkeys beside the mailed link, with an authenticator of our own: what lets somebody in, and that everything else is
// refused in one way. A real browser with a virtual authenticator stands in tests/browser/groups.test.ts.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { auditEntries, challenges, organiserSessions, passkeys } from '#db/schema.ts'
import { openConsole, signIn } from '../../support/console.ts'

const ORIGIN = 'http://localhost:3000'
const REFUSED = 'Inloggen met deze passkey lukte niet.'

interface Options {
  challenge: string
  user?: { id: string; name: string; displayName: string }
  rp?: { id: string }
  rpId?: string
  allowCredentials?: unknown[]
  userVerification?: string
  authenticatorSelection?: { userVerification: string; residentKey: string }
  excludeCredentials?: { id: string }[]
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
const base64url = (data: string | Buffer) => Buffer.from(data).toString('base64url')
/** CBOR (RFC 8949), as much of it as an attestation needs: small integers, bytes, texts and maps. */
function cbor(value: unknown): Buffer {
  const head = (major: number, n: number) =>
    n < 24
      ? Buffer.from([(major << 5) | n])
      : n < 256
        ? Buffer.from([(major << 5) | 24, n])
        : Buffer.from([(major << 5) | 25, n >> 8, n & 255])
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  if (typeof value === 'string') return Buffer.concat([head(3, value.length), Buffer.from(value)])
  if (value instanceof Map) return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)])
  throw new Error('no such thing here')
}

/** A device that holds one passkey, and does what it is told. */
function makeDevice({ rpId = 'localhost', origin = ORIGIN } = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(32)
  let handle = ''
  const client = (type: string, challenge: string, from: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: from, crossOrigin: false }))
  const authData = (flags: number, counter: number, rest = Buffer.alloc(0)) => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), count, rest])
  }
  return {
    id: base64url(id),
    /** `flags` 0x45: present, verified, with a key. */
    create({ challenge, user }: Options, { flags = 0x45, from = origin } = {}) {
      handle = user?.id ?? ''
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
      const key = cbor(
        new Map<number, unknown>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, Buffer.from(x, 'base64url')],
          [-3, Buffer.from(y, 'base64url')],
        ]),
      )
      const length = Buffer.from([0, id.length])
      const data = authData(flags, 0, Buffer.concat([Buffer.alloc(16), length, id, key]))
      const attestationObject = cbor(
        new Map<string, unknown>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', data],
        ]),
      )
      const clientDataJSON = base64url(client('webauthn.create', challenge, from))
      const response = { attestationObject: base64url(attestationObject), clientDataJSON, transports: ['internal'] }
      return JSON.stringify({
        id: base64url(id),
        rawId: base64url(id),
        type: 'public-key',
        clientExtensionResults: {},
        response,
      })
    },
    get(
      { challenge }: Options,
      { counter = 1, flags = 0x05, from = origin, by = privateKey as KeyObject, whose = handle } = {},
    ) {
      const data = authData(flags, counter)
      const json = client('webauthn.get', challenge, from)
      const signature = base64url(sign('sha256', Buffer.concat([data, sha256(json)]), by))
      const response = {
        authenticatorData: base64url(data),
        clientDataJSON: base64url(json),
        signature,
        userHandle: whose,
      }
      return JSON.stringify({
        id: base64url(id),
        rawId: base64url(id),
        type: 'public-key',
        clientExtensionResults: {},
        response,
      })
    },
  }
}

async function openPasskeys() {
  const world = await openConsole()
  const { db, post, me } = world
  const ask = async (url: string, headers: Record<string, string> = {}) =>
    (await post(url, {}, { 'sec-fetch-site': 'same-origin', ...headers })).json() as Options
  const asked = () => ask('/console/account/passkeys/options', me)
  const add = async (device: ReturnType<typeof makeDevice>, answer?: string) =>
    post('/console/account/passkeys', { answer: answer ?? device.create(await asked()), label: 'Telefoon' })
  const door = () => ask('/sign-in/passkey/options')
  const enter = (answer: string) =>
    post('/sign-in/passkey', { answer }, { 'user-agent': 'Mozilla/5.0 (iPhone) Safari/605.1' })
  const kept = () => db.select().from(passkeys).all()
  const sessions = () => db.select().from(organiserSessions).all()
  return { ...world, asked, add, door, enter, kept, sessions }
}

describe('a passkey', () => {
  test('is asked to find itself and to know its owner, and is kept without anything secret', async () => {
    const { db, asked, add, kept } = await openPasskeys()
    const options = await asked()
    expect(options).toMatchObject({
      rp: { id: 'localhost' },
      user: { name: 'otto@example.org', displayName: 'Otto' },
      authenticatorSelection: { userVerification: 'required', residentKey: 'required' },
    })
    expect((await asked()).user?.id).toBe(options.user?.id)
    const device = makeDevice()
    const { statusCode, headers } = await add(device)
    expect([statusCode, headers.location]).toEqual([303, '/console/account?done=added'])
    expect(kept()).toMatchObject([
      { id: device.id, organiserId: 1, counter: 0, name: 'Telefoon', transports: ['internal'], usedAt: null },
    ])
    expect(db.select().from(auditEntries).all().at(-1)).toMatchObject({ action: 'passkey_added', organiserId: 1 })
    expect((await asked()).excludeCredentials?.map(({ id }) => id)).toEqual([device.id])
  })

  test('lets its owner in, with nothing typed, and says so in the list of sessions', async () => {
    const { add, door, enter, kept, sessions, get } = await openPasskeys()
    const device = makeDevice()
    await add(device)
    const options = await door()
    expect([options.rpId, options.userVerification, options.allowCredentials ?? []]).toEqual([
      'localhost',
      'required',
      [],
    ])
    const { statusCode, headers } = await enter(device.get(options))
    expect([statusCode, headers.location]).toEqual([303, '/console'])
    expect(headers['set-cookie']).toMatch(/^session=[\w-]{43}; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(kept()).toMatchObject([{ counter: 1 }])
    expect(sessions().at(-1)).toMatchObject({ organiserId: 1, method: 'passkey', device: 'Safari · iPhone' })
    const cookie = String(headers['set-cookie']).split(';')[0] ?? ''
    expect((await get('/console', { cookie })).statusCode).toBe(200)
  })

  test('whose counter stays at zero works each time; one that counts must count on', async () => {
    const { add, door, enter } = await openPasskeys()
    const [still, counts] = [makeDevice(), makeDevice()]
    await add(still)
    await add(counts)
    const codes: number[] = []
    for (const counter of [0, 0]) codes.push((await enter(still.get(await door(), { counter }))).statusCode)
    for (const counter of [5, 6, 6, 2, 0, 7])
      codes.push((await enter(counts.get(await door(), { counter }))).statusCode)
    expect(codes).toEqual([303, 303, 303, 303, 422, 422, 422, 303])
  })
})

describe('is refused, always with the same words and without a session:', () => {
  type World = Awaited<ReturnType<typeof openPasskeys>>
  type Device = ReturnType<typeof makeDevice>
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  test.each([
    [
      'an answer that comes twice',
      async ({ door, enter }, device) => {
        const answer = device.get(await door())
        await enter(answer)
        return answer
      },
    ],
    [
      'one to a question of our own making',
      async (_world, device) => device.get({ challenge: base64url('a'.repeat(32)) }),
    ],
    [
      'one that comes after five minutes',
      async ({ door, clock }, device) => {
        const options = await door()
        clock.advance({ minutes: 5 })
        return device.get(options)
      },
    ],
    ['one to a question for adding a passkey', async ({ asked }, device) => device.get(await asked())],
    [
      'one from another website',
      async ({ door }, device) => device.get(await door(), { from: 'https://localhost.evil.example' }),
    ],
    ['one from another port', async ({ door }, device) => device.get(await door(), { from: 'http://localhost:3001' })],
    ['one signed with another key', async ({ door }, device) => device.get(await door(), { by: other })],
    ['one without finger, face or PIN', async ({ door }, device) => device.get(await door(), { flags: 0x01 })],
    ['one without anybody at the device', async ({ door }, device) => device.get(await door(), { flags: 0x04 })],
    ['one in another’s name', async ({ door }, device) => device.get(await door(), { whose: base64url('iemand') })],
    ['a passkey we do not know', async ({ door }) => makeDevice().get(await door())],
    ['a passkey of another site', async ({ door }) => makeDevice({ rpId: 'evil.example' }).get(await door())],
    [
      'a passkey that was taken away',
      async ({ door, post }, device) => {
        const answer = device.get(await door())
        await post('/console/account/passkeys/removal', { id: device.id })
        return answer
      },
    ],
    ['no answer', async () => ''],
    ['no JSON', async () => '{'],
    ['another shape', async () => JSON.stringify({ id: 1, response: { clientDataJSON: 7 } })],
    ['too long an answer', async () => 'x'.repeat(20_001)],
  ] as [string, (world: World, device: Device) => Promise<string>][])('%s', async (_what, answer) => {
    const world = await openPasskeys()
    const device = makeDevice()
    await world.add(device)
    const text = await answer(world, device)
    const before = world.sessions()
    const { statusCode, body, headers } = await world.enter(text)
    expect([statusCode, headers['set-cookie'], headers['cache-control']]).toEqual([422, undefined, 'no-store'])
    expect(body).toContain(REFUSED)
    expect(world.sessions()).toEqual(before)
  })

  test('whatever the answer is worth, it uses up the question', async () => {
    const { db, add, door, enter } = await openPasskeys()
    const device = makeDevice()
    await add(device)
    const options = await door()
    await enter(device.get(options, { flags: 0x01 }))
    expect(db.select().from(challenges).all()).toEqual([])
    expect((await enter(device.get(options))).statusCode).toBe(422)
  })

  test('more than thirty tries in ten minutes', async () => {
    const { enter } = await openPasskeys()
    const codes: number[] = []
    for (let count = 0; count < 31; count++) codes.push((await enter('{}')).statusCode)
    expect(codes).toEqual([...Array(30).fill(422), 429])
  })
})

describe('nobody adds, names or takes away', () => {
  test.each([
    ['made on another website', { from: 'https://evil.example' }],
    ['made without finger, face or PIN', { flags: 0x41 }],
  ])('a passkey %s', async (_what, values) => {
    const { asked, add, kept } = await openPasskeys()
    const device = makeDevice()
    const { statusCode, body } = await add(device, device.create(await asked(), values))
    expect([statusCode, kept()]).toEqual([422, []])
    expect(body).toContain('Het toevoegen lukte niet.')
  })

  test('one with a question of somebody else, or from the sign-in page', async () => {
    const { db, group, post, asked, door, kept } = await openPasskeys()
    const other = signIn(db, 'sam@example.org', group)
    const device = makeDevice()
    for (const options of [await asked(), await door()]) {
      const reply = await post('/console/account/passkeys', { answer: device.create({ ...options }), label: '' }, other)
      expect(reply.statusCode).toBe(422)
    }
    expect(kept()).toEqual([])
  })

  test('one that is kept already, whoever’s it is', async () => {
    const { db, group, post, add, kept } = await openPasskeys()
    const device = makeDevice()
    await add(device)
    const other = signIn(db, 'sam@example.org', group)
    const options = (await post('/console/account/passkeys/options', {}, other)).json() as Options
    const reply = await post('/console/account/passkeys', { answer: device.create(options), label: '' }, other)
    expect([reply.statusCode, kept().length]).toEqual([409, 1])
  })

  test('one in a session that has stood open for an hour', async () => {
    const { clock, get, post, add, asked, kept } = await openPasskeys()
    const device = makeDevice()
    const answer = device.create(await asked())
    expect((await get('/console/account')).body).toContain('Voeg een passkey toe')
    clock.advance({ hours: 1 })
    expect((await post('/console/account/passkeys/options')).statusCode).toBe(409)
    expect((await add(device, answer)).statusCode).toBe(409)
    const { body } = await get('/console/account')
    expect(body).not.toContain('Voeg een passkey toe')
    expect(body).toContain('href="/sign-in?again=1"')
    expect(kept()).toEqual([])
  })

  test('somebody else’s', async () => {
    const { db, group, post, add, kept } = await openPasskeys()
    const device = makeDevice()
    await add(device)
    const before = kept()
    const other = signIn(db, 'sam@example.org', group, 'owner')
    const form = { id: device.id, title: 'Van mij' }
    expect((await post('/console/account/passkeys/name', form, other)).statusCode).toBe(404)
    expect((await post('/console/account/passkeys/removal', form, other)).statusCode).toBe(404)
    expect(kept()).toEqual(before)
    expect((await post('/console/account/passkeys/name', form)).headers.location).toBe('/console/account?done=renamed')
    expect(kept()).toMatchObject([{ name: 'Van mij' }])
  })
})
