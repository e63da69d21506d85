// The command line as an administrator meets it: what it prints and how it ends (0 done, 1 refused in one line, 2 wrong
// usage), beside a program that may be running.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { type Db, openDatabase } from '#db/open.ts'
import { events, MESSAGE_KINDS, messages, organisers, people, registrations } from '#db/schema.ts'
import { newestMigration } from '#db/versions.ts'
import { writeNow } from '#db/write.ts'
import { runCommand } from '#src/cli.ts'
import { requestAddress } from '#src/domain/addresses.ts'
import { addInvitees } from '#src/domain/invitees.ts'
import { makeDataDir, startServer } from './support/server.ts'
import { openMailbox } from './support/smtp.ts'
import { makeEvent, makeGroup, makeRegistration } from './support/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const CLI = resolve(import.meta.dirname, '../src/cli.ts')
const COMMANDS = ['sign-in-link', 'backup', 'restore', 'check', 'send-test-mail', 'import-programme', 'export-person']
let number = 0
let dataDir: string
let out: string[]
let err: string[]

beforeEach(() => {
  dataDir = join(folder, `data-${++number}`)
  out = []
  err = []
  vi.spyOn(console, 'log').mockImplementation(line => void out.push(String(line)))
  vi.spyOn(console, 'error').mockImplementation(line => void err.push(String(line)))
})
afterEach(() => {
  vi.restoreAllMocks()
})

const run = (args: string[], env: Record<string, string> = {}) => runCommand(args, { DATA_DIR: dataDir, ...env })
function withDb<T>(work: (db: Db) => T): T {
  const db = openDatabase(join(dataDir, 'aanschuiven.sqlite'))
  const result = work(db)
  db.$client.close()
  return result
}
/** An event a month from now. */
function makeComing(db: Db, values = {}) {
  const date = Temporal.Now.plainDateISO('Europe/Amsterdam').add({ days: 30 })
  return makeEvent(db, makeGroup(db), { localStart: `${date}T12:00`, ...values }, Temporal.Now.instant())
}

describe('wrong usage ends with 2', () => {
  test.each([
    [[]],
    [['nonsense']],
    [['nonsense', '--help']],
    [['constructor']],
    [['__proto__']],
    [['backup']],
    [['check', 'extra']],
    [['backup', 'a', 'b']],
    [['sign-in-link', 'no-address']],
    [['erase-person', 'a@b,c@d.nl']],
    [['send-test-mail']],
    [['send-test-mail', 'zoe@example.org', 'nonsense']],
    [['send-test-mail', 'zoe@example.org', 'confirmed', 'changed']],
  ])('%j', async args => {
    expect(await run(args)).toBe(2)
    expect(out).toEqual([])
    expect(err.length).toBe(1)
    expect(existsSync(dataDir)).toBe(false)
  })

  test.each([...COMMANDS, 'erase-person'])('%s --help says what it does, and does nothing', async name => {
    expect(await run([name, '--help'])).toBe(0)
    expect(out.join('\n')).toMatch(new RegExp(`^npm run cli -- <command>\n\n  ${name} .*\\S$`))
    expect(existsSync(dataDir)).toBe(false)
  })

  test('--help alone names every command', async () => {
    expect(await run(['--help'])).toBe(0)
    for (const name of [...COMMANDS, 'erase-person']) expect(out.join('\n')).toContain(`  ${name} `)
  })
})

describe('what is refused ends with 1 and one clear line', () => {
  const refused = async (args: string[], line: string, env?: Record<string, string>) => {
    expect(await run(args, env)).toBe(1)
    expect(err).toEqual([line])
    expect(out).toEqual([])
  }

  test('an environment that cannot work, every problem named', async () => {
    expect(await run(['check'], { PORT: 'x', TIME_ZONE: 'CET', SMTP_URL: 'mail' })).toBe(1)
    expect(err.length).toBe(1)
    for (const name of ['PORT=x', 'TIME_ZONE=CET', 'SMTP_URL=mail']) expect(err[0]).toContain(name)
  })

  test('a database of a newer version', async () => {
    withDb(db =>
      db.$client
        .prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)')
        .run('later', newestMigration() + 1),
    )
    const file = join(dataDir, 'aanschuiven.sqlite')
    const line = `${file} was made by a newer version of Aanschuiven: start that version, or restore an older backup`
    await refused(['check'], line)
  })

  test('a file that is no database', async () => {
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'aanschuiven.sqlite'), 'nothing of the kind'.repeat(100))
    await refused(['check'], 'file is not a database')
  })

  test('a link for a stranger, once there is an owner', async () => {
    expect(await run(['sign-in-link', 'Eerste@example.org'])).toBe(0)
    expect(out[0]).toMatch(/^http:\/\/localhost:3000\/sign-in\/[\w-]{43}$/)
    expect(
      withDb(db =>
        db
          .select()
          .from(organisers)
          .all()
          .map(one => one.email),
      ),
    ).toEqual(['eerste@example.org'])
    out = []
    await refused(
      ['sign-in-link', 'tweede@example.org'],
      'tweede@example.org is not an organiser here; an owner can invite this address',
    )
  })

  test('a person nobody knows', async () => {
    await refused(['export-person', 'niemand@example.org'], 'nothing is kept about niemand@example.org')
    err = []
    await refused(['erase-person', 'niemand@example.org'], 'nothing is kept about niemand@example.org')
  })

  test('a backup of nothing, or to where nothing can be written', async () => {
    await refused(['backup', join(folder, 'b')], `${dataDir} holds no installation: set DATA_DIR`)
    const there = join(folder, 'there')
    writeFileSync(there, 'precious')
    expect(await run(['backup', there])).toBe(1)
    expect(err[1]).toBe(`${there} exists already: choose another name`)
    expect(existsSync(dataDir)).toBe(false)
  })

  test.each([
    ['{', /is no programme: /],
    ['{}', /is no programme: /],
    ['[]', /is no programme: /],
  ])('a programme that is none: %s', async (content, line) => {
    const file = join(folder, `programme-${number}.json`)
    writeFileSync(file, content)
    expect(await run(['import-programme', file])).toBe(1)
    expect(err.length).toBe(1)
    expect(err[0]).toMatch(line)
    expect(err[0]).not.toContain('\n    at ')
    expect(await run(['import-programme', join(folder, 'nowhere.json')])).toBe(1)
    expect(err[1]).toMatch(/^ENOENT/)
    expect(await run(['import-programme', folder])).toBe(1)
    expect(err[2]).toMatch(/^EISDIR/)
  })

  test('a programme that is here already: nothing is laid twice', async () => {
    const example = resolve(import.meta.dirname, '../db/programme.json')
    expect(await run(['import-programme', example])).toBe(0)
    expect(out).toEqual([`${withDb(db => db.select().from(events).all().length)} events`])
    expect(await run(['import-programme', example])).toBe(1)
    expect(err).toEqual([`${example} has groups that are here already: nothing was laid`])
  })

  test('a mail server that is not there', async () => {
    expect(await run(['send-test-mail', 'zoe@example.org'], { SMTP_URL: 'smtp://127.0.0.1:1' })).toBe(1)
    expect(out).toEqual(['not now    test           ESOCKET: connect ECONNREFUSED 127.0.0.1:1'])
    expect(err).toEqual(['not every mail was taken; not now: ESOCKET: connect ECONNREFUSED 127.0.0.1:1'])
    expect(await run(['check'], { SMTP_URL: 'smtp://127.0.0.1:1' })).toBe(1)
    expect(out.join('\n')).toMatch(
      /^wrong {3}mail server {3}127\.0\.0\.1:1 is not there: check host and port in SMTP_URL/m,
    )
    expect(err[1]).toBe('this set-up is not sound')
  })
})

describe('what is done ends with 0', () => {
  test('test mails arrive, one of each kind or the one that was asked for, by a mail server or as files', async () => {
    const mailbox = await openMailbox()
    expect(await run(['send-test-mail', 'Zoe@example.org'], { SMTP_URL: mailbox.url })).toBe(0)
    expect(mailbox.received.map(({ to }) => to)).toEqual(MESSAGE_KINDS.map(() => ['zoe@example.org']))
    expect(out.toSorted()).toEqual(MESSAGE_KINDS.map(kind => `taken      ${kind}`).toSorted())
    out = []
    expect(await run(['send-test-mail', 'zoe@example.org', 'changed'], { SMTP_URL: mailbox.url })).toBe(0)
    expect(out).toEqual(['taken      changed'])
    expect(mailbox.received.at(-1)?.mail.subject).toContain('Voorbeeld: wat vraagt de buurt?')
    await mailbox.close()
    out = []
    expect(await run(['send-test-mail', 'zoe@example.org', 'confirmed'])).toBe(0)
    expect(out).toEqual(['taken      confirmed', `no SMTP_URL: written to ${join(dataDir, 'mail')}`])
    expect(readdirSync(join(dataDir, 'mail')).length).toBe(1)
    expect(err).toEqual([])
  })

  test('a refused test mail is named, and the exit code tells', async () => {
    const mailbox = await openMailbox()
    mailbox.next('accept', 'unknown_user')
    expect(await run(['send-test-mail', 'zoe@example.org'], { SMTP_URL: mailbox.url })).toBe(1)
    expect(out.filter(line => !line.startsWith('taken '))).toEqual(['refused    sign_in        550 5.1.1 No such user'])
    expect(out.length).toBe(MESSAGE_KINDS.length)
    expect(err).toEqual(['not every mail was taken; refused: 550 5.1.1 No such user'])
    await mailbox.close()
  })

  test('check says line by line what is sound', async () => {
    expect(await run(['check'])).toBe(0)
    expect(out.map(line => line.slice(0, 22).trim())).toEqual([
      'ok      node',
      'ok      database',
      'ok      migrations',
      'warning backup',
      'ok      disk',
      'ok      permissions',
      'ok      clock',
      'ok      retention',
      'warning website',
      'ok      proxy',
      'warning mail server',
      'warning sender',
      'warning mailbox',
    ])
    expect(err).toEqual([])
  })

  test('export-person and erase-person know who was only asked to come', async () => {
    const asked = { email: 'gast@example.org', name: 'Gast', organisation: '' }
    withDb(db => writeNow(db, tx => addInvitees(tx, makeComing(db), [asked], 'nl', Temporal.Now.instant())))
    expect(await run(['export-person', asked.email])).toBe(0)
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      email: asked.email,
      invitations: [{ name: 'Gast' }],
      mailTexts: [],
    })
    expect(await run(['erase-person', asked.email])).toBe(0)
    expect(await run(['export-person', asked.email])).toBe(1)
    expect(err).toEqual([`nothing is kept about ${asked.email}`])
  })

  test('export-person prints all that is kept; erase-person leaves nothing that names them, and the place goes on', async () => {
    withDb(db => {
      const event = makeComing(db, { capacityOnline: 1 })
      const now = Temporal.Now.instant()
      const zoe = makeRegistration(db, event, { name: 'Zoë de Vries', accessNeeds: 'Ringleiding' }, now)
      writeNow(db, tx => requestAddress(tx, zoe, 'zoe.nieuw@example.net', now))
      makeRegistration(db, event, { name: 'Wim Wacht', email: 'wim@example.org' }, now)
    })
    expect(await run(['export-person', 'Zoe@Example.org'])).toBe(0)
    const kept = JSON.parse(out[0] ?? '') as { email: string; registrations: { accessNeeds: string; name: string }[] }
    expect([kept.email, kept.registrations[0]?.accessNeeds]).toEqual(['zoe@example.org', 'Ringleiding'])
    expect(await run(['erase-person', 'zoe@example.org'])).toBe(0)
    const left = withDb(db => ({
      statuses: db
        .select()
        .from(registrations)
        .all()
        .map(one => [one.name, one.status]),
      emails: db
        .select()
        .from(people)
        .all()
        .map(one => one.email),
      mails: db.select().from(messages).where(eq(messages.toAddress, 'zoe@example.org')).all(),
      all: JSON.stringify([
        db.select().from(people).all(),
        db.select().from(registrations).all(),
        db.select().from(messages).all(),
      ]),
    }))
    expect(left.statuses).toEqual([
      ['', 'cancelled'],
      ['Wim Wacht', 'confirmed'],
    ])
    expect(left.emails).toEqual([null, 'wim@example.org'])
    expect(left.mails).toEqual([])
    for (const trace of ['zoe', 'Zoë', 'Vries', 'Ringleiding']) expect(left.all).not.toContain(trace)
  })

  test('a backup made while the program runs brings everything back into an empty folder', async () => {
    const source = makeDataDir()
    const db = source.open()
    const event = makeComing(db)
    db.$client.close()
    const server = await startServer({ DATA_DIR: source.dataDir })
    const before = await (await fetch(`${server.url}/events/${event.slug}`)).text()
    const file = join(folder, 'running.sqlite')
    expect(await run(['backup', file], { DATA_DIR: source.dataDir })).toBe(0)
    expect(await server.stop()).toBe(0)
    expect(await run(['restore', file])).toBe(0)
    expect(readFileSync(join(dataDir, 'secret'), 'utf8')).toBe(readFileSync(join(source.dataDir, 'secret'), 'utf8'))
    const again = await startServer({ DATA_DIR: dataDir })
    expect(await (await fetch(`${again.url}/events/${event.slug}`)).text()).toContain('Eén gezin, één plan')
    expect(before).toContain('Eén gezin, één plan')
    expect(await again.stop()).toBe(0)
    expect(await run(['restore', file])).toBe(1)
    expect(err).toEqual([
      `${join(dataDir, 'aanschuiven.sqlite')} exists already: stop the program and move that folder away first`,
    ])
    source.remove()
  })

  test('as a program of its own: it reads .env, which the environment overrules, and its exit code tells', () => {
    const cwd = join(folder, 'home')
    mkdirSync(cwd)
    writeFileSync(join(cwd, '.env'), `DATA_DIR=${dataDir}\nBASE_URL=https://agenda.example.org\n`)
    const cli = (args: string[], env = {}) =>
      spawnSync(process.execPath, [CLI, ...args], { cwd, env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' })
    const link = cli(['sign-in-link', 'otto@example.org'])
    expect([link.status, link.stderr]).toEqual([0, ''])
    expect(link.stdout).toMatch(/^https:\/\/agenda\.example\.org\/sign-in\/[\w-]{43}\n$/)
    expect(cli(['sign-in-link', 'otto@example.org'], { BASE_URL: 'https://b.example' }).stdout).toMatch(
      /^https:\/\/b\./,
    )
    expect([cli(['nonsense']).status, cli(['export-person', 'a@example.org']).status]).toEqual([2, 1])
  })
})
