// The real program with its log wide open: whatever secret a journey through it makes, no line of the log has it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { linksIn } from '../support/scanner.ts'
import { makeDataDir, startServer } from '../support/server.ts'
import { openMailbox } from '../support/smtp.ts'
import { visit } from '../support/visitor.ts'
import { makeEvent, makeGroup, NOW } from '../support/world.ts'

const PASSWORD = 'Geheim-Wachtwoord-9'
const ROOM = 'https://meet.example.org/geheime-kamer'
const LIVE = /[\w-]{40,}/g

test('no token, code, cookie, address, room or password of a journey stands in the log, at any level', async () => {
  const folder = makeDataDir()
  const db = folder.open()
  const group = makeGroup(db)
  const { slug } = makeEvent(db, group, { roomUrl: ROOM })
  writeNow(db, tx => grant(tx, createOrganiser(tx, 'otto@example.org', 'Otto', NOW), group, 'owner'))
  db.$client.close()
  const mailbox = await openMailbox({ auth: true })
  const server = await startServer({
    DATA_DIR: folder.dataDir,
    SMTP_URL: `${mailbox.url.replace('://', `://agenda:${PASSWORD}@`)}?requireTLS=false`,
    LOG_LEVEL: 'trace',
    CLOCK: '2026-12-03T10:50:00Z',
  })
  const mailed = async (count: number) => {
    for (let i = 0; i < 200 && mailbox.received.length < count; i++) await new Promise(done => setTimeout(done, 25))
    expect(mailbox.received.length).toBeGreaterThanOrEqual(count)
  }
  const form = (fields: Record<string, string>) => ({
    method: 'POST',
    redirect: 'manual' as const,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams(fields).toString(),
  })
  const registered = await fetch(
    `${server.url}/events/${slug}/registrations`,
    form({ name: 'Zoë Geheim', email: 'zoe.geheim@example.org', role: 'practice', access_needs: 'Een geheime tolk' }),
  )
  await fetch(`${server.url}/my`, form({ email: 'zoe.geheim@example.org' }))
  await fetch(`${server.url}/sign-in`, form({ email: 'otto@example.org' }))
  await mailed(3)
  const links = (await Promise.all(mailbox.received.map(({ raw }) => linksIn(raw)))).flat()
  const paths = [...new Set(links.map(link => new URL(link.replace('webcal:', 'http:')).pathname))]
  for (const path of paths) {
    await fetch(server.url + path, { redirect: 'manual' })
    // As a mistake: of a place where it opens nothing, half of it, and more than it.
    await fetch(`${server.url}/nergens${path}`)
    await fetch(`${server.url}${path}%ff`)
  }
  const join_ = paths.find(path => path.startsWith('/join/')) ?? ''
  const entered = await fetch(server.url + join_, form({}))
  const code =
    /\b(\d{3}) ?(\d{3})\b/.exec(
      mailbox.received.map(({ mail }) => (mail.subject?.includes('nlog') ? mail.text : '')).join(''),
    ) ?? []
  expect(code).toHaveLength(3)
  const visitor = visit(server.url)
  await visitor.open(paths.find(path => path.startsWith('/sign-in/')) ?? '')
  await visitor.submit(/sign-in/)
  expect(visitor.path()).toBe('/console')
  await visitor.open('/console/outbox')
  await visitor.open('/console/account')
  await visitor.submit(/sign-out/)
  await fetch(`${server.url}/sign-in/code`, form({ email: 'otto@example.org', code: `${code[1]}${code[2]}` }))
  await server.stop()
  await mailbox.close()

  const output = server.output()
  const tokens = [...paths.join('\n').matchAll(LIVE), ...String(registered.headers.get('location')).matchAll(LIVE)].map(
    String,
  )
  expect(tokens.length).toBeGreaterThan(4)
  expect(entered.headers.get('location')).toBe(ROOM)
  expect(output).toContain('"url":"/join/***"')
  const words = [
    'zoe.geheim',
    'otto@',
    'Zoë Geheim',
    'geheime',
    PASSWORD,
    ROOM,
    `${code[1]}${code[2]}`,
    `${code[1]} ${code[2]}`,
  ]
  const key = readFileSync(join(folder.dataDir, 'secret'), 'utf8').trim()
  const log = output
    .split('\n')
    .filter(line => line.startsWith('{'))
    .join('\n')
  expect([...tokens, ...words, key].filter(secret => log.includes(secret))).toEqual([])
  expect(log).not.toMatch(/"(?:cookie|set-cookie|authorization)"/i)
  // One JSON line each, by the clock of the world: milliseconds since 1970, without a zone.
  for (const line of log.split('\n')) expect(JSON.parse(line).time).toBeGreaterThan(1e12)
  folder.remove()
})
