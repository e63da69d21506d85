// The real program on a real disk that is full, that may only be read, or whose database another process holds.
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#db/open.ts'
import { people } from '#db/schema.ts'
import { createPoster, makeDataDir, type Server, startServer } from '../support/server.ts'
import { hasSmallDisks, openSmallDisk } from '../support/small-disk.ts'
import { listMessages, makeEvent, makeGroup } from '../support/world.ts'

const poster = createPoster(8)
afterAll(() => poster.close())

function lay(dataDir: string) {
  const db = openDatabase(join(dataDir, 'aanschuiven.sqlite'))
  const now = Temporal.Now.instant()
  const date = now.toZonedDateTimeISO('Europe/Amsterdam').add({ days: 30 }).toPlainDate()
  const { slug } = makeEvent(db, makeGroup(db), { capacityOnline: null, localStart: `${date}T12:00` }, now)
  const register = ({ url }: Server, email: string) =>
    poster.post(`${url}/events/${slug}/registrations`, { name: 'Deelnemer', email, role: 'other' })
  return { db, slug, register }
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const begun = performance.now()
  while (!(await isTrue())) {
    if (performance.now() - begun > 50_000) throw new Error('it took too long')
    await sleep(20)
  }
}

const linesOf = ({ output }: Server, text: string) =>
  output()
    .split('\n')
    .filter(line => line.includes(text))

describe.skipIf(!hasSmallDisks())('a disk of a few MB', () => {
  test('that is full takes nothing more, says so once, loses nothing that was answered, and goes on when there is room', async () => {
    const disk = openSmallDisk(12)
    if (!disk) throw new Error('no small disk')
    const dataDir = join(disk.path, 'data')
    mkdirSync(dataDir)
    const { db, slug, register } = lay(dataDir)
    const ballast = join(disk.path, 'ballast')
    writeFileSync(ballast, Buffer.alloc(9 * 1024 * 1024))
    // Without a mail server each mail is a file, on the same disk.
    const server = await startServer({ DATA_DIR: dataDir, TRUST_PROXY: 'true', BACKUPS_KEPT: '0' })
    const answered: string[] = []
    const statuses = new Set<number>()
    let isFull = false
    const client = async (lane: number) => {
      for (let number = 0; !isFull && number < 1000; number++) {
        const email = `d${lane}-${number}@example.org`
        const { status } = await register(server, email)
        statuses.add(status)
        if (status === 303) answered.push(email)
        else isFull = true
      }
    }
    await Promise.all([0, 1, 2, 3].map(client))
    expect([...statuses].sort()).toEqual([303, 503])
    // Time for the mails, which are as full.
    await sleep(1500)
    const pages = ['/', `/events/${slug}`, '/healthz'].map(async path => (await fetch(server.url + path)).status)
    expect(await Promise.all(pages)).toEqual([200, 200, 200])
    const mails = () => readdirSync(join(dataDir, 'mail')).filter(name => name.endsWith('.eml'))
    expect(linesOf(server, 'the database cannot be written').length).toBeLessThan(5)
    rmSync(ballast)
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 200)
    expect((await register(server, 'zoe@example.org')).status).toBe(303)
    answered.push('zoe@example.org')
    expect(linesOf(server, 'the database can be written again').length).toBe(
      linesOf(server, 'the database cannot be written').length,
    )
    expect(await server.stop()).toBe(0)
    // Mails that found no room are tried again in some minutes; this start says that those have passed.
    const CLOCK = Temporal.Now.instant().add({ minutes: 10 }).toString()
    const later = await startServer({ DATA_DIR: dataDir, BACKUPS_KEPT: '0', CLOCK })
    await until(() => listMessages(db).every(({ kind, state }) => kind !== 'confirmed' || state === 'sent'))
    expect(await later.stop()).toBe(0)
    expect(mails().length).toBe(answered.length)
    const kept = db
      .select()
      .from(people)
      .all()
      .map(({ email }) => String(email))
    expect(kept.sort()).toEqual(answered.sort())
    expect(db.$client.pragma('integrity_check', { simple: true })).toBe('ok')
    db.$client.close()
    disk.close()
  }, 90_000)

  test('that may only be read is one clear line at the start', async () => {
    const disk = openSmallDisk(4)
    if (!disk) throw new Error('no small disk')
    const dataDir = join(disk.path, 'data')
    mkdirSync(dataDir)
    lay(dataDir).db.$client.close()
    expect(disk.makeReadOnly()).toBe(true)
    const ended = await startServer({ DATA_DIR: dataDir }).catch(({ message }) => String(message))
    expect(ended).toBe(
      `the server ended with 1 before it served:\nThis environment cannot work:\n  - DATA_DIR=${dataDir}: cannot be written (EROFS): give this folder to the user that runs this\n`,
    )
    disk.close()
  })
})

describe.skipIf(process.getuid?.() !== 0)('as a user who may not write', () => {
  const NOBODY = 65_534
  test.each([
    [
      'the folder',
      0o555,
      0o644,
      /^This environment cannot work:\n {2}- DATA_DIR=\S+: cannot be written \(EACCES\)[^\n]*\n$/,
    ],
    ['the database', 0o777, 0o444, /^attempt to write a readonly database\n$/],
  ])('%s: one clear line', async (_, ofFolder, ofFile, line) => {
    const { dataDir, remove } = makeDataDir()
    lay(dataDir).db.$client.close()
    writeFileSync(join(dataDir, 'secret'), 'ab'.repeat(32))
    chownSync(join(dataDir, 'secret'), NOBODY, NOBODY)
    chmodSync(join(dataDir, 'aanschuiven.sqlite'), ofFile)
    chmodSync(dataDir, ofFolder)
    const ended = await startServer({ DATA_DIR: dataDir }, [], undefined, NOBODY).catch(({ message }) =>
      String(message),
    )
    expect(String(ended).replace('the server ended with 1 before it served:\n', '')).toMatch(line)
    remove()
  })
})

test('while another process holds the database, pages go on; what was asked is done when it lets go', async () => {
  const { dataDir, remove } = makeDataDir()
  const { db, slug, register } = lay(dataDir)
  const server = await startServer({ DATA_DIR: dataDir, TRUST_PROXY: 'true', BACKUPS_KEPT: '0' })
  await register(server, 'eerst@example.org')
  await until(() => listMessages(db).some(({ state }) => state === 'sent'))
  db.$client.exec('begin immediate')
  const begun = performance.now()
  let done = 0
  const asked = ['ann', 'bea', 'cor'].map(async name => {
    const { status } = await register(server, `${name}@example.org`)
    done++
    return status
  })
  let pages = 0
  while (performance.now() - begun < 1500) {
    expect((await fetch(`${server.url}/events/${slug}`)).status).toBe(200)
    pages++
  }
  expect(done).toBe(0)
  db.$client.exec('rollback')
  expect(await Promise.all(asked)).toEqual([303, 303, 303])
  // Standing still for the lock, it would have answered none of these until then.
  expect(pages).toBeGreaterThan(5)
  expect(linesOf(server, 'cannot be written')).toEqual([])
  await until(() => listMessages(db).filter(({ kind, state }) => kind === 'confirmed' && state === 'sent').length === 4)
  expect(await server.stop()).toBe(0)
  db.$client.close()
  remove()
}, 90_000)
