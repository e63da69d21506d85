// A file of an event, as it is sent: as what it is, to be saved rather than opened, whole or in part, and to nobody who may not
// see the event.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { events } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { addMaterial } from '#src/domain/materials.ts'
import { openConsole, signIn } from '../../support/console.ts'
import { mp3, pdf } from '../../support/documents.ts'
import { makeEvent, makeGroup } from '../../support/world.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const FILE = `1-${'a'.repeat(26)}.mp3`
const url = `/materials/${FILE}`

async function open(content = mp3()) {
  const world = await openConsole()
  const folder = mkdtempSync(join(tmpdir(), 'materials-'))
  folders.push(folder)
  world.deps.config.dataDir = folder
  mkdirSync(join(folder, 'files'))
  writeFileSync(join(folder, 'files', FILE), content)
  const event = makeEvent(world.db, world.group)
  const values = { kind: 'audio', title: 'Het gesprek', url: '', file: FILE, fileName: 'het-gesprek.mp3' } as const
  writeNow(world.db, tx => addMaterial(tx, { ...values, eventId: event.id, format: 'mp3', size: content.length }))
  const ask = (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    world.app.inject({ method, url, headers })
  return { ...world, folder, event, ask, content }
}

test('it comes whole, named and shut off', async () => {
  const { ask, content } = await open()
  const { statusCode, headers, rawPayload } = await ask()
  expect(statusCode).toBe(200)
  expect(rawPayload).toEqual(content)
  expect(headers).toMatchObject({
    'content-type': 'audio/mpeg',
    'content-length': String(content.length),
    'content-disposition': 'attachment; filename="het-gesprek.mp3"',
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'public, max-age=3600',
    'accept-ranges': 'bytes',
    etag: `"${FILE}"`,
  })
  expect(headers['set-cookie']).toBeUndefined()
  expect(headers['content-encoding']).toBeUndefined()
})

test('whoever asks for its head gets no body', async () => {
  const { ask, content } = await open()
  const { statusCode, headers, body } = await ask({}, 'HEAD')
  expect([statusCode, headers['content-length'], body]).toEqual([200, String(content.length), ''])
})

test('whoever has it already is told so', async () => {
  const { ask } = await open()
  const { statusCode, body, headers } = await ask({ 'if-none-match': `W/"x", "${FILE}"` })
  expect([statusCode, body, headers.etag]).toEqual([304, '', `"${FILE}"`])
})

describe('a part of it', () => {
  test('as a player asks for it', async () => {
    const { ask, content } = await open()
    const { statusCode, headers, rawPayload } = await ask({ range: 'bytes=100-199' })
    expect([statusCode, headers['content-range'], headers['content-length']]).toEqual([
      ...[206, `bytes 100-199/${content.length}`, '100'],
    ])
    expect(rawPayload).toEqual(content.subarray(100, 200))
  })

  test('beyond its end there is nothing', async () => {
    const { ask, content } = await open()
    const { statusCode, headers, body } = await ask({ range: 'bytes=99999-' })
    expect([statusCode, headers['content-range'], body]).toEqual([416, `bytes */${content.length}`, ''])
  })

  test.each([
    [`"${FILE}"`, 206],
    ['"another"', 200],
  ])('of the one that somebody has: %s', async (etag, status) => {
    const { ask } = await open()
    expect((await ask({ range: 'bytes=0-9', 'if-range': etag })).statusCode).toBe(status)
  })
})

test('of a draft only its organisers see it, and no copy is kept on the way', async () => {
  const { ask, app, db, me } = await open()
  writeNow(db, tx => tx.update(events).set({ publishedAt: null }).run())
  expect((await ask()).statusCode).toBe(404)
  const stranger = signIn(db, 'sam@example.org', makeGroup(db, { slug: 'zuid', name: 'Zuid' }), 'owner')
  expect((await ask(stranger)).statusCode).toBe(404)
  const mine = await app.inject({ url, headers: me })
  expect([mine.statusCode, mine.headers['cache-control']]).toEqual([200, 'private, no-store'])
})

test.each([
  'constructor',
  '..%2f..%2fsecret',
  '%2e%2e%2fsecret',
  `1-${'b'.repeat(26)}.mp3`,
  'aanschuiven.sqlite',
  '%00',
])('there is no file called %s', async name => {
  const { app } = await open()
  expect((await app.inject({ url: `/materials/${name}` })).statusCode).toBe(404)
})

test('a row whose file is gone leads nowhere, and is no bug', async () => {
  const { ask, folder } = await open()
  rmSync(join(folder, 'files', FILE))
  expect((await ask()).statusCode).toBe(404)
})

test('on the page of the event: what it is, how large, and a player for sound', async () => {
  const { app, event, db } = await open(pdf())
  writeNow(db, tx => {
    addMaterial(tx, { eventId: event.id, kind: 'recording', title: 'De film', url: 'https://v.example.org/1' })
  })
  const { body } = await app.inject({ url: `/events/${event.slug}` })
  expect(body).toContain(`<a href="${url}">Het gesprek</a> <span class="soft small">podcast, mp3, 1 kB</span>`)
  expect(body).toContain(`<audio controls preload="none" src="${url}" aria-label="Luister naar Het gesprek"></audio>`)
  expect(body.indexOf('De film')).toBeLessThan(body.indexOf('Het gesprek'))
})
