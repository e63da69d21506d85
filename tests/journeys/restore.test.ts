// The drill: a program in use is backed up, goes on, and is lost; what was backed up is put back into an empty folder. People are
// as they were, whoever was erased since is not there, and no mail leaves twice.
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import { type Db, openDatabase } from '#db/open.ts'
import { people, registrations } from '#db/schema.ts'
import { runCommand } from '#src/cli.ts'
import { createPoster, makeDataDir, type Server, startServer } from '../support/server.ts'
import { openMailbox } from '../support/smtp.ts'
import { listMessages, makeEvent, makeGroup } from '../support/world.ts'

let folder: ReturnType<typeof makeDataDir>
let said: string[]
beforeEach(() => {
  folder = makeDataDir()
  said = []
  for (const way of ['log', 'error'] as const)
    vi.spyOn(console, way).mockImplementation(line => void said.push(String(line)))
})
afterEach(() => {
  vi.restoreAllMocks()
  folder.remove()
})

async function until(isTrue: () => boolean): Promise<void> {
  const begun = performance.now()
  while (!isTrue()) {
    if (performance.now() - begun > 50_000) throw new Error('it took too long')
    await sleep(20)
  }
}

const peopleIn = (db: Db) =>
  db
    .select({ email: people.email, name: registrations.name, status: registrations.status })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .orderBy(asc(registrations.id))
    .all()
const waitingIn = (db: Db, kind: string) =>
  listMessages(db).filter(message => message.kind === kind && message.state === 'queued').length

test('what was backed up comes back, without whom was erased since, and mails nobody until somebody says so', async () => {
  const mailbox = await openMailbox()
  const [here, old] = [join(folder.dataDir, 'data'), join(folder.dataDir, 'old')]
  const cli = async (...args: string[]) => {
    said.length = 0
    const code = await runCommand(args, { DATA_DIR: here })
    return [code, ...said]
  }
  mkdirSync(here)
  const db = openDatabase(join(here, 'aanschuiven.sqlite'))
  const now = Temporal.Now.instant()
  const date = now.toZonedDateTimeISO('Europe/Amsterdam').add({ days: 30 }).toPlainDate()
  const { slug } = makeEvent(db, makeGroup(db), { capacityOnline: null, localStart: `${date}T12:00` }, now)
  const start = (SMTP_URL: string, more = {}) => startServer({ DATA_DIR: here, TRUST_PROXY: 'true', SMTP_URL, ...more })
  const poster = createPoster(4)
  const register = ({ url }: Server, name: string) =>
    poster.post(`${url}/events/${slug}/registrations`, { name, email: `${name}@example.org`, role: 'student' })
  const mailsTo = (name: string) =>
    mailbox.received.filter(({ to }) => to[0] === `${name}@example.org`).map(({ mail }) => mail.subject)

  // Anna has her mail. Bea, Cor and Dirk wait for theirs while the mail server is away.
  const first = await start(mailbox.url)
  await register(first, 'anna')
  await until(() => mailsTo('anna').length === 1)
  await first.stop()
  const second = await start('smtp://127.0.0.1:1')
  for (const name of ['bea', 'cor', 'dirk']) await register(second, name)
  // While it is backed up, people go on registering; after it Cor is erased and Eva comes.
  let isBusy = true
  const busy = (async () => {
    for (let number = 0; isBusy; number++) await register(second, `druk${number}`)
  })()
  const file = join(here, 'backups', 'drill.sqlite')
  expect(await cli('backup', file)).toEqual([0])
  isBusy = false
  await busy
  expect(await cli('erase-person', 'cor@example.org')).toEqual([0, 'erased'])
  await register(second, 'eva')
  await second.stop()
  // Then the mail server is back, and the mails leave of which the backup does not know.
  const third = await start(mailbox.url, { CLOCK: Temporal.Now.instant().add({ minutes: 10 }).toString() })
  await until(() => mailsTo('dirk').length === 1 && mailsTo('bea').length === 1)
  third.kill()
  await third.exited
  db.$client.close()
  renameSync(here, old)

  const [code, line] = await cli('restore', join(old, 'backups', 'drill.sqlite'))
  expect([code, line]).toEqual([
    0,
    expect.stringMatching(/^restored; erased again: 1; mails that wait for release-mail: \d+; everybody/),
  ])
  const restored = openDatabase(join(here, 'aanschuiven.sqlite'))
  const known = peopleIn(restored)
  expect(known.slice(0, 4).map(({ email, name, status }) => [email, name, status])).toEqual([
    ['anna@example.org', 'anna', 'confirmed'],
    ['bea@example.org', 'bea', 'confirmed'],
    [null, '', 'cancelled'],
    ['dirk@example.org', 'dirk', 'confirmed'],
  ])
  expect(known.find(({ name }) => name === 'eva')).toBeUndefined()
  expect(restored.$client.pragma('integrity_check', { simple: true })).toBe('ok')

  const delivered = mailbox.received.length
  const fourth = await start(mailbox.url)
  // Fee registers: nobody knows anything of her yet, and she waits with the others. Anna asks for her link, and has it.
  await register(fourth, 'fee')
  await poster.post(`${fourth.url}/my`, { email: 'anna@example.org' })
  await until(() => mailsTo('anna').length === 2)
  expect(mailbox.received.length).toBe(delivered + 1)
  const doubtful = waitingIn(restored, 'confirmed') - 1
  expect(await cli('release-mail')).toEqual([
    0,
    expect.stringMatching(/^held since the restore of 20/),
    `confirmed      ${doubtful} may have left before the crash, 1 have not`,
    expect.stringMatching(/^reminder_day {3}0 may have left before the crash, \d+ have not$/),
    expect.stringMatching(/^reminder_hour {2}0 may have left before the crash, \d+ have not$/),
    'release-mail all: all of these leave; release-mail certain: only those that have not left',
  ])
  expect(await cli('release-mail', 'certain')).toEqual([
    0,
    expect.stringMatching(/^\d+ mails leave, at their moments$/),
  ])
  // A nudge, such as any visitor gives.
  await register(fourth, 'gus')
  await until(() => mailsTo('fee').length === 1 && mailsTo('gus').length === 1)
  expect([mailsTo('bea').length, mailsTo('dirk').length, mailsTo('cor').length]).toEqual([1, 1, 0])
  expect(waitingIn(restored, 'confirmed')).toBe(0)
  expect(await cli('release-mail')).toEqual([1, 'no mail is held: it leaves by itself'])
  expect(await fourth.stop()).toBe(0)
  // A second crash, and the same backup: whoever was erased before the first one stays so.
  restored.$client.close()
  renameSync(here, join(folder.dataDir, 'older'))
  expect(await cli('restore', join(old, 'backups', 'drill.sqlite'), join(folder.dataDir, 'older'))).toEqual([
    0,
    expect.stringMatching(/erased again: 1;/),
  ])
  expect(existsSync(join(here, 'backups', 'erased'))).toBe(true)
  poster.close()
  await mailbox.close()
}, 120_000)
