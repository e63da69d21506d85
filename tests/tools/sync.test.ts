// Two programs that keep a calendar on somebody's own machine: vdirsyncer fetches a feed of the running app, khal shows what
// came of it.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { findPerson } from '#src/domain/people.ts'
import { paths } from '#src/lib/paths.ts'
import { createTokens, readSecret } from '#src/lib/tokens.ts'
import { makeDataDir, type Server, startServer } from '../support/server.ts'
import { needs, runs } from '../support/tools.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../support/world.ts'

const hasVdirsyncer = needs('vdirsyncer', runs('vdirsyncer', '--version'), 'apt-get install vdirsyncer')
const hasKhal = needs('khal', runs('khal', '--version'), 'apt-get install khal')
/** A machine elsewhere: what khal shows is what its own settings say. */
const ENV = { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8', TZ: 'America/New_York' }

const { dataDir, open, remove } = makeDataDir()
afterAll(remove)
const folder = join(dataDir, 'sync')

function layEvents(db: Db): Event {
  const group = makeGroup(db)
  const values = { title: 'Eén gezin, één plan: lukt dat? 👩‍👩‍👧‍👦', summary: 'Hoe kom je er; en wat dan? '.repeat(8) }
  const december = makeEvent(db, group, { ...values, localStart: '2026-12-03T12:00' })
  const april = makeEvent(db, group, { title: 'Eerste donderdag van april', localStart: '2027-04-01T12:00' })
  const gone = makeEvent(db, group, { title: 'Vervalt', localStart: '2027-01-07T12:00' })
  for (const event of [december, april]) makeRegistration(db, event)
  writeNow(db, tx => cancelEvent(tx, gone, '', { organiserId: null, revision: gone.revision }, NOW))
  return december
}

const start = (port = '0') =>
  startServer({ DATA_DIR: dataDir, PORT: port, CLOCK: NOW.toString(), BASE_URL: 'https://agenda.example.org' })

/** vdirsyncer's settings: each feed in a folder of its own. */
function configure(urls: Record<string, string>): void {
  mkdirSync(folder, { recursive: true })
  const pairs = Object.entries(urls).map(
    ([name, url]) => `
[pair ${name}]
a = "${name}_here"
b = "${name}_there"
collections = null
[storage ${name}_here]
type = "filesystem"
path = "${join(folder, name)}"
fileext = ".ics"
[storage ${name}_there]
type = "http"
url = "${url}"
`,
  )
  writeFileSync(join(folder, 'vdirsyncer'), `[general]\nstatus_path = "${join(folder, 'status')}"\n${pairs.join('')}`)
  for (const name of Object.keys(urls)) mkdirSync(join(folder, name), { recursive: true })
}

function vdirsyncer(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('vdirsyncer', ['--config', join(folder, 'vdirsyncer'), ...args], {
    env: { ...ENV, HOME: folder },
    encoding: 'utf8',
    input: '',
  })
  expect([status, stderr.match(/^.*(?:rror|Traceback).*$/gm) ?? []]).toEqual([0, []])
  return stdout + stderr
}

/** Every item with its bytes and when it was written. */
function itemsIn(name: string): string[] {
  return readdirSync(join(folder, name))
    .map(file => join(folder, name, file))
    .map(path => `${path} ${statSync(path).mtimeMs} ${readFileSync(path, 'utf8')}`)
    .toSorted()
}

/** What a sync did to items, by its own words. */
const acts = (output: string): string[] =>
  output.match(/^(?:Copying|Deleting|Conflict|Resolving|error)(?=.* item )/gim) ?? []

function khal(date: string): string[] {
  const settings = [
    ...['[calendars]', '[[agenda]]', `path = ${join(folder, 'public')}`, 'readonly = True', '[locale]'],
    ...['timeformat = %H:%M', 'dateformat = %Y-%m-%d', 'longdateformat = %Y-%m-%d', 'datetimeformat = %Y-%m-%d %H:%M'],
    ...['longdatetimeformat = %Y-%m-%d %H:%M', 'local_timezone = Europe/Amsterdam'],
    ...['default_timezone = Europe/Amsterdam', '[sqlite]', `path = ${join(folder, 'khal.db')}`],
  ]
  writeFileSync(join(folder, 'khal'), `${settings.join('\n')}\n`)
  const format = ['--format', '{start-time}-{end-time} {title}', '--day-format', '{date}']
  const { status, stdout, stderr } = spawnSync('khal', ['-c', join(folder, 'khal'), 'list', ...format, date, '1d'], {
    env: { ...ENV, HOME: folder },
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([0, ''])
  return stdout.trim().split('\n')
}

describe.skipIf(!hasVdirsyncer)('a feed that is fetched again and again', () => {
  let db: Db
  let december: Event
  let server: Server
  let first: string[][]
  const items = () => ['public', 'personal'].map(itemsIn)

  beforeAll(async () => {
    db = open()
    december = layEvents(db)
    const person = findPerson(db, 'zoe@example.org')?.id ?? 0
    const own = paths.personFeed(createTokens(readSecret(dataDir)).sign('feed', { id: person, version: 1 }))
    server = await start()
    configure({ public: `${server.url}/calendar.ics`, personal: server.url + own })
    vdirsyncer('discover')
    expect(acts(vdirsyncer('sync'))).toEqual(Array(5).fill('Copying'))
    first = items()
  })
  afterAll(async () => {
    expect(await server.stop()).toBe(0)
    db.$client.close()
  })

  test('§8.46 has nothing for vdirsyncer to do the second time, nor after a restart of the app', async () => {
    expect(first.map(list => list.length)).toEqual([3, 2])
    expect(acts(vdirsyncer('sync'))).toEqual([])
    expect(items()).toEqual(first)
    expect(await server.stop()).toBe(0)
    server = await start(new URL(server.url).port)
    expect(acts(vdirsyncer('sync'))).toEqual([])
    expect(items()).toEqual(first)
  })

  test.skipIf(!hasKhal)('§8.46 shows 12:00 in khal on first Thursdays of December and April', () => {
    expect(khal('2026-12-03')).toEqual(['2026-12-03', `12:00-13:00 ${december.title}`])
    expect(khal('2027-04-01')).toEqual(['2027-04-01', '12:00-13:00 Eerste donderdag van april'])
  })

  test('gives what moved, and nothing else', () => {
    writeNow(db, tx => {
      const event = getEvent(tx, december.id)
      const to = { ...event, localStart: '2026-12-03T13:30' }
      moveEvent(tx, event, to, '', { organiserId: null, revision: event.revision }, NOW)
    })
    // Other contents are another item for vdirsyncer, which gives it a UID of its own; both feeds are done side by side.
    expect(acts(vdirsyncer('sync')).toSorted()).toEqual(['Copying', 'Copying', 'Deleting', 'Deleting'])
    for (const [index, list] of items().entries()) {
      const changed = list.filter(item => !first[index]?.includes(item))
      expect(changed.map(item => /^DTSTART;TZID=.*:(\w+)\r?$/m.exec(item)?.[1])).toEqual(['20261203T133000'])
    }
    if (hasKhal) expect(khal('2026-12-03')).toEqual(['2026-12-03', `13:30-14:30 ${december.title}`])
  })
})
