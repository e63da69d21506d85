// nginx as a cache in front of the app: it keeps public pages and feeds for as long as their headers say, and never what is somebody's own.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { writeNow } from '#db/write.ts'
import { ensureOwner } from '#src/domain/organisers.ts'
import { createSignIn, signInByToken } from '#src/domain/sign-ins.ts'

import { paths } from '#src/lib/paths.ts'
import { createTokens, readSecret } from '#src/lib/tokens.ts'
import { type Cache, startNginx } from '../support/nginx.ts'
import { makeDataDir, type Server, startServer } from '../support/server.ts'
import { needs, runs } from '../support/tools.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../support/world.ts'

const hasNginx = needs('nginx', runs('nginx', '-v'), 'apt-get install nginx-light')
const OWNER = 'eigenaar@example.org'

describe.skipIf(!hasNginx)('a cache in front of the app', () => {
  const { dataDir, open, remove } = makeDataDir()
  let db: Db
  let app: Server
  let nginx: Cache
  let eventPath: string
  let own: string[]
  let cookie: string

  beforeAll(async () => {
    db = open()
    const event = makeEvent(db, makeGroup(db))
    eventPath = paths.event(event.slug)
    const { id, personId } = makeRegistration(db, event)
    const tokens = createTokens(readSecret(dataDir))
    const token = tokens.sign('registration', { id, version: 1 })
    const feed = tokens.sign('feed', { id: personId, version: 1 })
    own = [
      paths.registration(token),
      paths.registrationFile(token),
      paths.join(tokens.sign('join', { id, version: 1 })),
    ]
    own.push(paths.personFeed(feed), paths.mine(tokens.sign('my', { id: personId, version: 1 })))
    const organiser = writeNow(db, tx => ensureOwner(tx, OWNER, NOW))
    cookie = `session=${writeNow(db, tx => signInByToken(tx, createSignIn(tx, organiser, NOW), NOW))}`
    app = await startServer({ DATA_DIR: dataDir, CLOCK: NOW.toString(), TRUST_PROXY: '1' })
    nginx = await startNginx(join(dataDir, 'nginx'), app.url)
  })
  afterAll(async () => {
    await nginx?.stop()
    expect(await app.stop()).toBe(0)
    db.$client.close()
    remove()
  })

  async function get(path: string, headers: Record<string, string> = {}) {
    const answer = await fetch(nginx.url + path, {
      redirect: 'manual',
      headers: { 'accept-language': 'nl', ...headers },
    })
    return {
      ...{ status: answer.status, body: await answer.text(), cache: answer.headers.get('x-cache') },
      ...{ etag: answer.headers.get('etag'), encoding: answer.headers.get('content-encoding') },
      setsCookie: answer.headers.getSetCookie().length > 0,
    }
  }
  const twice = async (path: string, headers?: Record<string, string>) => [
    await get(path, headers),
    await get(path, headers),
  ]
  /** Everything nginx keeps: the address of each answer, its headers, its bytes. */
  const kept = () =>
    existsSync(nginx.folder)
      ? readdirSync(nginx.folder).map(file => readFileSync(join(nginx.folder, file), 'latin1'))
      : []

  test.each(['/', '/archive', '/groups/noord', '/calendar.ics', '/groups/noord.ics', 'event'])(
    '%s is asked of the app once, and a reader who has it is told so',
    async name => {
      const path = name === 'event' ? eventPath : name
      const [first, second] = await twice(path)
      expect([first?.cache, second?.cache]).toEqual(['MISS', 'HIT'])
      expect({ ...second, cache: '' }).toEqual({ ...first, cache: '' })
      const again = await get(path, { 'if-none-match': second?.etag ?? '' })
      expect([again.status, again.body, again.cache]).toEqual([304, '', 'HIT'])
    },
  )

  test('each language and each encoding is kept apart', async () => {
    const seen = new Map<string, string>()
    for (const language of ['nl', 'en']) {
      for (const encoding of ['br', 'gzip', 'identity']) {
        const headers = { 'accept-language': language, 'accept-encoding': encoding }
        const [first, second] = await twice('/?kind=webinar', headers)
        expect([first?.cache, second?.cache]).toEqual(['MISS', 'HIT'])
        expect(second?.encoding ?? 'identity').toBe(encoding)
        expect(second?.body).toBe(first?.body)
        expect(second?.body).toContain(`<html lang="${language}"`)
        seen.set(second?.etag ?? '', language)
      }
    }
    expect(seen.size).toBe(6)
  })

  test('a page, feed or file behind a personal link is never kept', async () => {
    for (const path of own) {
      const answers = await twice(path)
      expect([path, ...answers.map(({ status, cache }) => [status, cache])]).toEqual([
        path,
        [200, 'MISS'],
        [200, 'MISS'],
      ])
    }
    expect(kept().filter(answer => own.some(path => answer.includes(path)))).toEqual([])
  })

  test('the console is never kept, and what an organiser reads is not what a visitor is given', async () => {
    for (const path of ['/console', '/console/events', '/sign-in']) {
      for (const { cache } of await twice(path, { cookie })) expect([path, cache]).toEqual([path, 'MISS'])
    }
    // The organiser comes first: what they were shown must not stay behind for who has no session.
    const signedIn = await get(`${eventPath}?lang=en`, { cookie })
    const visitor = await get(`${eventPath}?lang=en`)
    expect(signedIn.body).toContain('/console')
    expect(visitor.body).not.toContain('/console')
    expect(kept().filter(answer => answer.includes('/console'))).toEqual([])
  })

  test('no answer that is kept sets a cookie or forbids keeping it; a form goes past the cache', async () => {
    const form = new URLSearchParams({ name: 'Mens', email: 'mens@example.org', role: 'practice' })
    for (const expected of [303, 303]) {
      const answer = await fetch(`${nginx.url}${eventPath}/registrations`, {
        method: 'POST',
        body: form,
        redirect: 'manual',
      })
      expect([answer.status, answer.headers.get('x-cache')]).toEqual([expected, null])
      const after = await get(answer.headers.get('location') ?? '')
      expect([after.status, after.cache]).toEqual([200, 'MISS'])
      expect((await get(answer.headers.get('location') ?? '')).cache).toBe('MISS')
    }
    const heads = kept().map(answer => answer.slice(0, answer.indexOf('\r\n\r\n')).toLowerCase())
    expect(heads.length).toBeGreaterThan(10)
    expect(heads.filter(head => /\r\nset-cookie:|no-store|private/.test(head))).toEqual([])
  })
})
