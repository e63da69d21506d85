// The picture above an event: sent by an organiser, made safe, shown to who may see the page, and gone when it is replaced.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, describe, expect, test } from 'vitest'
import { getEvent } from '#src/domain/events.ts'
import { openConsole, signIn } from '../../support/console.ts'
import { makeEvent, makeGroup } from '../../support/world.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const picture = (background: string) =>
  sharp({ create: { width: 1500, height: 900, channels: 3, background } })
    .withExif({ IFD0: { Copyright: 'Geheim' } })
    .jpeg()
    .toBuffer()

async function open() {
  const world = await openConsole()
  const folder = mkdtempSync(join(tmpdir(), 'covers-'))
  folders.push(folder)
  world.deps.config.dataDir = folder
  const event = makeEvent(world.db, world.group)
  const path = `/console/events/${event.id}/cover`
  const send = (bytes: Buffer | undefined, coverAlt = 'Een tafel met stoelen', name = 'foto.jpg') => {
    const form = new FormData()
    form.set('coverAlt', coverAlt)
    if (bytes) form.set('cover', new File([new Uint8Array(bytes)], name))
    return sendForm(world, path, form)
  }
  const now = () => getEvent(world.db, event.id)
  const files = () => (existsSync(join(folder, 'files')) ? readdirSync(join(folder, 'files')) : [])
  return { ...world, event, path, send, now, files }
}

async function sendForm({ app, me }: Awaited<ReturnType<typeof openConsole>>, url: string, form: FormData) {
  const request = new Request('http://here', { method: 'POST', body: form })
  return app.inject({
    method: 'POST',
    url,
    headers: { ...me, 'sec-fetch-site': 'same-origin', 'content-type': request.headers.get('content-type') ?? '' },
    payload: Buffer.from(await request.arrayBuffer()),
  })
}

test('it stands on the page, in Open Graph and in structured data, with its size and its words', async () => {
  const { send, event, now, get, app } = await open()
  expect((await send(await picture('#0b6e7f'))).headers.location).toBe(`/console/events/${event.id}?done=cover#cover`)
  const { cover } = now()
  expect(cover).toMatch(/^1-[a-z0-9]{26}-1050x630\.webp$/)
  const { body } = await app.inject({ url: `/events/${event.slug}` })
  expect(body).toMatch(
    new RegExp(
      `<img class="cover" src="/covers/${cover}" alt="Een tafel met stoelen" width="1050" height="630" loading="lazy"`,
    ),
  )
  expect(body).toContain(`<meta property="og:image" content="http://localhost:3000/covers/${cover}">`)
  expect(body).toContain(`"image":"http://localhost:3000/covers/${cover}"`)
  expect((await get(`/console/events/${event.id}`)).body).toContain(`src="/covers/${cover}"`)
})

test('it is sent as a bare picture, to be kept for ever and to be nothing else', async () => {
  const { send, now, app } = await open()
  await send(await picture('#0b6e7f'))
  const { statusCode, headers, rawPayload } = await app.inject({ url: `/covers/${now().cover}` })
  expect([statusCode, headers['content-type'], headers['x-content-type-options'], headers['cache-control']]).toEqual([
    ...[200, 'image/webp', 'nosniff', 'public, max-age=31536000, immutable'],
  ])
  expect(rawPayload.includes('Geheim')).toBe(false)
  expect((await sharp(rawPayload).metadata()).exif).toBeUndefined()
})

test('of a draft only organisers see it, and no copy of it is kept on the way', async () => {
  const { send, db, event, now, app, get, post } = await open()
  await post(`/console/events/${event.id}/duplicate`, { date: '2027-02-04' })
  const draft = getEvent(db, event.id + 1)
  const form = new FormData()
  form.set('coverAlt', 'Een tafel')
  form.set('cover', new File([new Uint8Array(await picture('#123'))], 'x.png'))
  await send(await picture('#123'))
  const world = { app, me: signIn(db, 'otto@example.org') } as Awaited<ReturnType<typeof openConsole>>
  await sendForm(world, `/console/events/${draft.id}/cover`, form)
  const url = `/covers/${getEvent(db, draft.id).cover}`
  expect((await app.inject({ url })).statusCode).toBe(404)
  const stranger = signIn(db, 'sam@example.org', makeGroup(db, { slug: 'zuid', name: 'Zuid' }), 'owner')
  expect((await app.inject({ url, headers: stranger })).statusCode).toBe(404)
  const mine = await get(url, world.me)
  expect([mine.statusCode, mine.headers['cache-control']]).toEqual([200, 'private, no-store'])
  expect(now().cover).not.toBe(null)
})

test('another one takes its place, other words leave it, and removing it leaves nothing', async () => {
  const { send, now, files, app, post, path } = await open()
  await send(await picture('#0b6e7f'))
  const first = now().cover
  await send(undefined, 'Dezelfde tafel, beter gezegd')
  expect([now().cover, now().coverAlt]).toEqual([first, 'Dezelfde tafel, beter gezegd'])
  await send(await picture('#a43'))
  expect(now().cover).not.toBe(first)
  expect(files()).toEqual([now().cover])
  expect((await app.inject({ url: `/covers/${first}` })).statusCode).toBe(404)
  await post(`${path}/removal`)
  expect([now().cover, now().coverAlt, files()]).toEqual([null, '', []])
})

describe('what will not do is said beside its field, and leaves everything as it was', () => {
  test.each<[string, () => Promise<Buffer | undefined> | Buffer, string, RegExp]>([
    ['no file', () => Promise.resolve(undefined), 'Een tafel', /Kies een foto\./],
    ['no words', () => picture('#123'), '', /Vul dit in\./],
    ['too many words', () => picture('#123'), 'x'.repeat(251), /hoogstens 250 tekens/],
    ['text that calls itself a photo', () => Buffer.from('<script>alert(1)</script>'), 'Een tafel', /geen foto die we/],
    [
      'SVG',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
      'Een tafel',
      /geen foto die we/,
    ],
    ['more than 5 MB', () => Buffer.alloc(5 * 1024 * 1024 + 1, 1), 'Een tafel', /groter dan 5 MB/],
    ['words with the room in them', () => picture('#123'), 'meet.example.org/kamer', /adres van de online ruimte/],
  ])('%s', async (_, make, alt, problem) => {
    const { send, now, files } = await open()
    const { statusCode, body } = await send(await make(), alt)
    expect(statusCode).toBe(422)
    expect(body).toMatch(problem)
    expect([now().cover, now().revision, files()]).toEqual([null, 2, []])
  })
})

test.each(['constructor', '__proto__', '1-x-1x1.webp', '..%2f..%2fsecret', '1-aaaaaaaaaaaaaaaaaaaaaaaaaa-9x9.webp'])(
  'there is no picture called %s',
  async name => {
    const { app } = await open()
    expect((await app.inject({ url: `/covers/${name}` })).statusCode).toBe(404)
  },
)

test('a draft that is removed takes its picture along', async () => {
  const { send, db, post, event, files, app } = await open()
  await post(`/console/events/${event.id}/duplicate`, { date: '2027-02-04' })
  const form = new FormData()
  form.set('coverAlt', 'Een tafel')
  form.set('cover', new File([new Uint8Array(await picture('#123'))], 'x.png'))
  await send(await picture('#123'))
  const world = { app, me: signIn(db, 'otto@example.org') } as Awaited<ReturnType<typeof openConsole>>
  await sendForm(world, `/console/events/${event.id + 1}/cover`, form)
  expect(files()).toHaveLength(2)
  const { revision } = getEvent(db, event.id + 1)
  await post(`/console/events/${event.id + 1}/deletion`, { revision: String(revision) })
  expect(files()).toHaveLength(1)
})
