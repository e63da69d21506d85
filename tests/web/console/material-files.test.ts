// Files for an event: what is taken, what is not and why, and that nothing of what was refused or broken off stays behind.
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { getEvent } from '#src/domain/events.ts'
import { listLoose } from '#src/domain/loose-files.ts'
import { addMaterial, listMaterials, MOST_MATERIALS } from '#src/domain/materials.ts'
import { listFiles, receiveFile } from '#src/lib/files.ts'
import { openConsole, signIn } from '../../support/console.ts'
import { mp3, pdf, pptx } from '../../support/documents.ts'
import { unexpectedErrors } from '../../support/logs.ts'
import { hasSmallDisks, openSmallDisk } from '../../support/small-disk.ts'
import { makeEvent, NOW } from '../../support/world.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const MB = 1024 * 1024

async function open() {
  const world = await openConsole()
  const folder = mkdtempSync(join(tmpdir(), 'materials-'))
  folders.push(folder)
  world.deps.config.dataDir = folder
  const event = makeEvent(world.db, world.group)
  const path = `/console/events/${event.id}/materials/files`
  const send = async (content: Buffer | undefined, name = 'Dia’s van Zoë.pdf', fields: Record<string, string> = {}) => {
    const form = new FormData()
    for (const [key, value] of Object.entries({ kind: 'slides', title: '', ...fields })) form.set(key, value)
    if (content) form.set('file', new File([new Uint8Array(content)], name))
    const request = new Request('http://here', { method: 'POST', body: form })
    const type = request.headers.get('content-type') ?? ''
    return world.app.inject({
      method: 'POST',
      url: path,
      headers: { ...world.me, 'sec-fetch-site': 'same-origin', 'content-type': type },
      payload: Buffer.from(await request.arrayBuffer()),
    })
  }
  const placed = () => listMaterials(world.db, event.id)
  const files = () => (existsSync(join(folder, 'files')) ? readdirSync(join(folder, 'files')) : [])
  return { ...world, folder, event, path, send, placed, files }
}

test('it stands at the end of the list, under the name it was sent with, and as what it is', async () => {
  const { send, placed, files, event, folder } = await open()
  const { statusCode, headers } = await send(pdf())
  expect([statusCode, headers.location]).toEqual([303, `/console/events/${event.id}/materials?done=added`])
  await send(mp3(), 'x', { kind: 'audio', title: 'Het gesprek' })
  const [first, second] = placed()
  expect(first).toMatchObject({
    ...{ kind: 'slides', title: 'Dia’s van Zoë', url: '', format: 'pdf', size: pdf().length, position: 1 },
    ...{ fileName: 'dia-s-van-zoe.pdf', file: expect.stringMatching(/^1-[a-z0-9]{26}\.pdf$/) },
  })
  expect(second).toMatchObject({ kind: 'audio', title: 'Het gesprek', format: 'mp3', fileName: 'x.mp3', position: 2 })
  expect(files().sort()).toEqual([first?.file, second?.file].sort())
  expect(readFileSync(join(folder, 'files', first?.file ?? ''))).toEqual(pdf())
})

test.each([
  ['../../../etc/passwd', 'passwd', 'passwd.pdf'],
  ['C:\\Users\\zoë\\geheim.PDF', 'geheim', 'geheim.pdf'],
  ['a"; filename="b.exe', 'a%22; filename=%22b', 'a-22-filename-22b.pdf'],
  ['diner\u202Efdp.exe', 'dinerfdp', 'diner-fdp.pdf'],
  ['.pdf', 'Wat', 'zonder-titel.pdf'],
])('a file called %j gets a name that means nothing to a computer', async (name, title, fileName) => {
  const { send, placed, files } = await open()
  await send(pdf(), name, { title: name === '.pdf' ? 'Wat' : '' })
  expect(placed()).toMatchObject([{ title, fileName }])
  expect(files()).toEqual([placed()[0]?.file])
})

describe('what will not do is said beside its field, and leaves nothing behind', () => {
  test.each<[string, Buffer | undefined, Record<string, string>, string, RegExp]>([
    ['no file', undefined, {}, 'file-file', /Kies een bestand\./],
    ['an empty file', Buffer.alloc(0), {}, 'file-file', /Kies een bestand\./],
    [
      'HTML that calls itself a PDF',
      Buffer.from('<script>alert(1)</script>'),
      {},
      'file-file',
      /kunnen we niet plaatsen/,
    ],
    ['a presentation with macros', pptx({ 'ppt/vbaProject.bin': Buffer.from('x') }), {}, 'file-file', /een macro/],
    ['more than 25 MB', Buffer.alloc(25 * MB + 1, 37), {}, 'file-file', /groter dan 25 MB/],
    ['another kind', pdf(), { kind: 'virus' }, 'file-kind', /Kies een van de mogelijkheden/],
    ['too long a name', pdf(), { title: 'x'.repeat(151) }, 'file-title', /hoogstens 150 tekens/],
    ['the room in its name', pdf(), { title: 'meet.example.org/kamer' }, 'file-title', /adres van de online ruimte/],
  ])('%s', async (_, content, fields, at, problem) => {
    const { send, placed, files } = await open()
    const { statusCode, body } = await send(content, 'x.pdf', { title: 'Zo heet het', ...fields })
    expect(statusCode).toBe(422)
    expect(body).toMatch(problem)
    expect(body).toContain(`<a href="#${at}">`)
    expect(body).toContain(`id="${at}"`)
    if (!fields.title) expect(body).toContain('value="Zo heet het"')
    expect([placed(), files()]).toEqual([[], []])
  })

  test('one more than a page can hold', async () => {
    const { send, db, event, files } = await open()
    writeNow(db, tx => {
      for (let number = 0; number < MOST_MATERIALS; number++)
        addMaterial(tx, { eventId: event.id, kind: 'link', title: `${number}`, url: 'https://example.org' })
    })
    const { statusCode, body } = await send(pdf())
    expect([statusCode, files()]).toEqual([422, []])
    expect(body).toContain('Er staan al 20 dingen bij')
  })

  test('two files in one form', async () => {
    const { app, me, path, placed, files } = await open()
    const part = (name: string) =>
      `--x\r\nContent-Disposition: form-data; name="${name}"; filename="a.pdf"\r\n\r\n${pdf().toString('latin1')}\r\n`
    const { statusCode } = await app.inject({
      method: 'POST',
      url: path,
      headers: { ...me, 'sec-fetch-site': 'same-origin', 'content-type': 'multipart/form-data; boundary=x' },
      payload: `${part('file')}${part('file')}--x--\r\n`,
    })
    expect([statusCode, placed(), files()]).toEqual([413, [], []])
  })

  test('a form without a file, with a field twice', async () => {
    const { post, me, path, placed } = await open()
    const { statusCode, body } = await post(path, { kind: 'slides', title: ['a', 'b'] }, me)
    expect([statusCode, placed()]).toEqual([422, []])
    expect(body).toContain('value="a,b"')
  })

  test('a form that ends halfway', async () => {
    const { app, me, path, placed, files } = await open()
    const { statusCode } = await app.inject({
      method: 'POST',
      url: path,
      headers: { ...me, 'sec-fetch-site': 'same-origin', 'content-type': 'multipart/form-data; boundary=x' },
      payload: '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 en dan niets meer',
    })
    expect([statusCode, placed(), files()]).toEqual([422, [], []])
  })
})

test('somebody who hangs up halfway leaves nothing, and the server goes on', async () => {
  const { app, me, path, placed, files, send } = await open()
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nCookie: ${me.cookie}\r\nSec-Fetch-Site: same-origin\r\n` +
      'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n\r\n' +
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n',
  )
  socket.write(Buffer.alloc(300_000, 65))
  while (files().length === 0) await sleep(5)
  expect(files()).toEqual([expect.stringMatching(/\.unfinished$/)])
  socket.destroy()
  while (files().length > 0) await sleep(5)
  expect(placed()).toEqual([])
  expect((await send(pdf())).statusCode).toBe(303)
  await app.close()
})

describe.skipIf(!hasSmallDisks())('a disk that is full', () => {
  async function openFull() {
    const world = await open()
    const disk = openSmallDisk(2)
    world.deps.config.dataDir = disk?.path ?? ''
    await world.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = world.app.server.address() as AddressInfo
    const close = async () => {
      disk?.close()
      await world.app.close()
    }
    return { ...world, port, left: () => readdirSync(join(disk?.path ?? '', 'files')), close }
  }
  const told = () => unexpectedErrors.splice(0).map(line => JSON.parse(line).err.code)

  test('says so in words, and leaves nothing; what is smaller still fits', async () => {
    const { me, path, port, placed, left, close } = await openFull()
    const send = (megabytes: number) => {
      const body = new FormData()
      body.set('kind', 'slides')
      body.set('file', new File([new Uint8Array(pdf()), new Uint8Array(megabytes * MB)], 'a.pdf'))
      const headers = { ...me, 'sec-fetch-site': 'same-origin' }
      return fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body, redirect: 'manual' })
    }
    const full = await send(6)
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '60'])
    expect(await full.text()).toContain('We konden dit niet bewaren')
    expect([placed(), left(), told()]).toEqual([[], [], ['ENOSPC']])
    expect([(await send(0)).status, placed().length]).toEqual([303, 1])
    await close()
  })

  test('takes in the rest all the same: a browser sends all of it before it reads an answer', async () => {
    const { me, path, port, close } = await openFull()
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const form = Buffer.concat([
      Buffer.from('--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'),
      Buffer.alloc(20 * MB, 65),
      Buffer.from('\r\n--x--\r\n'),
    ])
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nCookie: ${me.cookie}\r\nSec-Fetch-Site: same-origin\r\n` +
        `Content-Type: multipart/form-data; boundary=x\r\nContent-Length: ${form.length}\r\n\r\n`,
    )
    await new Promise<void>(sent => socket.write(form, () => sent()))
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 503 /)
    expect(told()).toEqual(['ENOSPC'])
    socket.destroy()
    await close()
  })
})

test('a file is written as it comes, and never held whole', async () => {
  const { folder } = await open()
  let most = 0
  async function* slowly() {
    for (let sent = 0; sent < 20; sent++) {
      const [file] = await listFiles(folder)
      most = Math.max(most, sent * MB - (file ? statSync(join(folder, 'files', file.name)).size : 0))
      yield Buffer.alloc(MB, 65)
    }
  }
  const name = await receiveFile(folder, Readable.from(slowly()))
  expect(readFileSync(join(folder, 'files', name)).length).toBe(20 * MB)
  expect(most).toBeLessThan(4 * MB)
})

test('only who may change the event may place a file: a host may not', async () => {
  const { app, db, group, path, files } = await open()
  const host = signIn(db, 'hans@example.org', group, 'host')
  const { statusCode } = await app.inject({
    method: 'POST',
    url: path,
    headers: { ...host, 'sec-fetch-site': 'same-origin', 'content-type': 'multipart/form-data; boundary=x' },
    payload: `--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n${pdf().toString('latin1')}\r\n--x--\r\n`,
  })
  expect([statusCode, files()]).toEqual([404, []])
})

test('thirty in ten minutes is enough', async () => {
  const { send } = await open()
  for (let sent = 0; sent < 30; sent++) expect((await send(undefined)).statusCode).toBe(422)
  expect((await send(undefined)).statusCode).toBe(429)
})

describe('what goes', () => {
  test('what is taken off the page is gone from the disk and from its address', async () => {
    const { send, placed, files, post, app } = await open()
    await send(pdf())
    const [material] = placed()
    await post(`/console/materials/${material?.id}/removal`)
    expect([placed(), files()]).toEqual([[], []])
    expect((await app.inject({ url: `/materials/${material?.file}` })).statusCode).toBe(404)
  })

  test('a draft that is removed takes its files along', async () => {
    const { db, group, app, me, post, files } = await open()
    const draft = writeNow(db, tx =>
      createEvent(
        tx,
        {
          ...{ groupId: group.id, kind: 'webinar', timeZone: 'Europe/Amsterdam', durationMinutes: 60 },
          ...{ attendance: 'online', title: 'Een concept', localStart: '2027-12-02T12:00' },
        },
        NOW,
      ),
    )
    await app.inject({
      method: 'POST',
      url: `/console/events/${draft.id}/materials/files`,
      headers: { ...me, 'sec-fetch-site': 'same-origin', 'content-type': 'multipart/form-data; boundary=x' },
      payload: `--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nslides\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n${pdf().toString('latin1')}\r\n--x--\r\n`,
    })
    expect(files()).toHaveLength(1)
    await post(`/console/events/${draft.id}/deletion`, { revision: String(getEvent(db, draft.id).revision) })
    expect(files()).toEqual([])
  })

  test('what nothing leads to goes after a day; what is named, new or not ours stays', async () => {
    const { send, placed, db, folder } = await open()
    await send(pdf())
    const kept = placed()[0]?.file ?? ''
    const chance = 'a'.repeat(26)
    const old = [`1-${chance}.pdf`, `1-${chance}-10x10.webp`, `${chance}.unfinished`, 'lees-mij.txt', kept]
    for (const name of old) {
      if (name !== kept) writeFileSync(join(folder, 'files', name), 'x')
      utimesSync(join(folder, 'files', name), 1_700_000_000, 1_700_000_000)
    }
    writeFileSync(join(folder, 'files', `2-${chance}.pdf`), 'x')
    const loose = listLoose(db, await listFiles(folder), Temporal.Now.instant())
    expect(loose.sort()).toEqual(old.slice(0, 3).sort())
  })
})
