// The backups that the program makes by itself: when, once, how many stay, and what becomes known of one that fails.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backUp } from '#db/backup.ts'
import type { Db } from '#db/open.ts'
import { createWrite, writeNow } from '#db/write.ts'
import { readConfig } from '#src/config.ts'
import { findBackupTrouble } from '#src/domain/backups.ts'
import { ensureErasureKey, rememberErasure } from '#src/domain/erasures.ts'
import { createBackups } from '#src/jobs/backups.ts'
import { checkBackups } from '#src/jobs/checks/machine.ts'
import { keepErased, readErased } from '#src/jobs/erased.ts'
import { readSecret } from '#src/lib/tokens.ts'
import { makeDataDir } from '../support/server.ts'
import { sweepAt } from '../support/swept.ts'
import { runningClock, type TestClock } from '../support/world.ts'

let folder: ReturnType<typeof makeDataDir>
let db: Db
let clock: TestClock
let lines: [string, string][]
beforeEach(() => {
  folder = makeDataDir()
  db = folder.open()
  readSecret(folder.dataDir)
  clock = runningClock(Temporal.Instant.from('2026-11-21T09:00:00Z'))
  lines = []
})
afterEach(() => {
  db.$client.close()
  folder.remove()
})

const made: string[] = []
/** The real thing, without the thread. */
const make = async (dataDir: string, file: string) => {
  made.push(file)
  backUp(dataDir, file)
}
function open(over: Db = db, values: { backupsKept?: number; make?: typeof make } = { make }) {
  const line = (level: string) => (_: object, text: string) => void lines.push([level, text])
  const config = {
    ...readConfig({ DATA_DIR: folder.dataDir }),
    ...(values.backupsKept && { backupsKept: values.backupsKept }),
  }
  const log = { info: line('info'), warn: line('warn'), error: line('error') }
  return createBackups({
    config,
    db: over,
    write: createWrite(over),
    clock,
    log,
    ...(values.make && { make: values.make }),
  })
}
const inFolder = () => readdirSync(join(folder.dataDir, 'backups')).sort()
/** Looks at each of these moments, by the clock of Amsterdam. */
async function lookAt(backups: ReturnType<typeof open>, ...moments: string[]) {
  for (const moment of moments) {
    clock.set(String(Temporal.PlainDateTime.from(moment).toZonedDateTime('Europe/Amsterdam').toInstant()))
    await backups.look()
  }
}

describe('a daily backup', () => {
  test('is made at four at night, once, and after days on which nobody ran the program at once', async () => {
    const backups = open()
    await lookAt(backups, '2026-11-21T10:00', '2026-11-21T23:00', '2026-11-22T03:59')
    expect(inFolder()).toEqual(['2026-11-21.sqlite', 'erased'])
    await lookAt(backups, '2026-11-22T04:00', '2026-11-22T04:01', '2026-11-25T02:00', '2026-11-25T03:00')
    expect(inFolder()).toEqual(['2026-11-21.sqlite', '2026-11-22.sqlite', '2026-11-24.sqlite', 'erased'])
    expect(statSync(join(folder.dataDir, 'backups', '2026-11-24.sqlite')).mode & 0o777).toBe(0o600)
  })

  test('is made on the nights on which the clock changes', async () => {
    await lookAt(open(), '2027-03-27T12:00', '2027-03-28T05:00', '2027-10-30T12:00', '2027-10-31T04:00')
    expect(inFolder()).toEqual([
      '2027-03-27.sqlite',
      '2027-03-28.sqlite',
      '2027-10-30.sqlite',
      '2027-10-31.sqlite',
      'erased',
    ])
  })

  test('is made by one of two processes', async () => {
    made.length = 0
    const other = folder.open()
    await Promise.all([open().look(), open(other).look()])
    await Promise.all([open(other).look(), open().look()])
    expect(made).toHaveLength(1)
    other.$client.close()
  })

  test('whose process died is made by the next one; one that is being made is not', async () => {
    let finish = () => {}
    const slow = open(db, { make: () => new Promise<void>(done => (finish = done)) })
    const waiting = slow.look()
    await sleep(20)
    await open().look()
    expect(inFolder()).toEqual(['erased'])
    // As if it were never heard of again.
    clock.advance({ minutes: 61 })
    // Whoever makes it knows better, and begins no other.
    const first = finish
    await slow.look()
    expect(finish).toBe(first)
    await open().look()
    expect(inFolder()).toEqual(['2026-11-21.sqlite', 'erased'])
    finish()
    await waiting
  })

  test('that fails is tried again after an hour, left out of sight for two days, and then said', async () => {
    const failing = open(db, { make: () => Promise.reject(new Error('ENOSPC: no space left on device')) })
    const trouble = () => findBackupTrouble(db, clock.now())
    await lookAt(open(), '2026-11-21T10:00')
    await lookAt(failing, '2026-11-22T10:00', '2026-11-22T10:59', '2026-11-22T11:01')
    expect(lines.filter(([level]) => level === 'error')).toHaveLength(2)
    expect(trouble()).toBeUndefined()
    await lookAt(failing, '2026-11-23T10:02')
    expect(trouble()).toMatchObject({ reason: 'ENOSPC: no space left on device' })
    // The newest there is stays, however old it is.
    expect(inFolder()).toEqual(['2026-11-21.sqlite', 'erased'])
    await lookAt(open(), '2026-11-23T11:03')
    expect(trouble()).toBeUndefined()
  })

  test('stays for so many days; what was made before an upgrade goes with those of its time; a stranger’s file stays', async () => {
    const backups = open(db, { backupsKept: 3, make })
    await lookAt(backups, '2026-11-21T10:00')
    const put = (name: string, at: string) => {
      writeFileSync(join(folder.dataDir, 'backups', name), '')
      utimesSync(join(folder.dataDir, 'backups', name), new Date(at), new Date(at))
    }
    put('before-0001_answers.sqlite', '2020-01-01')
    put('before-0002_console.sqlite', '2100-01-01')
    put('2026-11-20.sqlite.0a1b2c3d.unfinished', '2100-01-01')
    put('before-0002_console.sqlite.0a1b2c3d.unfinished', '2100-01-01')
    put('mine.sqlite', '2020-01-01')
    await lookAt(backups, '2026-11-22T10:00', '2026-11-23T10:00', '2026-11-24T10:00')
    expect(inFolder()).toEqual([
      '2026-11-22.sqlite',
      '2026-11-23.sqlite',
      '2026-11-24.sqlite',
      'before-0002_console.sqlite',
      'erased',
      'mine.sqlite',
    ])
  })

  test('after a clock that jumped ahead a year and back is made every day as before', async () => {
    await lookAt(open(), '2026-11-21T10:00', '2027-11-21T10:00', '2026-11-21T11:00', '2026-11-22T10:00')
    expect(inFolder()).toEqual(['2026-11-21.sqlite', '2026-11-22.sqlite', '2027-11-21.sqlite', 'erased'])
  })

  test('holds nobody up: it is made in a thread of its own', async () => {
    db.$client.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 30000)
      insert into settings select 'k' || i, hex(randomblob(500)) from n`)
    const backups = open(db, {})
    let longest = 0
    let last = performance.now()
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 1)
    const begun = performance.now()
    await backups.look()
    const took = performance.now() - begun
    clearInterval(timer)
    expect(lines).toEqual([['info', 'a backup was made']])
    expect(inFolder()).toEqual(['2026-11-21.sqlite', 'erased'])
    expect(longest).toBeLessThan(took / 2)
  })
})

describe('the list of who was erased', () => {
  test('stands beside the backups without an address, whole after each erasure', () => {
    writeNow(db, ensureErasureKey)
    keepErased(db, folder.dataDir)
    const file = join(folder.dataDir, 'backups', 'erased')
    expect(readErased(file)).toEqual([])
    writeNow(db, tx => rememberErasure(tx, 'zoe@example.org', clock.now()))
    writeNow(db, tx => rememberErasure(tx, 'wim@example.org', clock.now()))
    keepErased(db, folder.dataDir)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toMatch(/^1 2026-\S+ [\w-]{43}\n2 2026-\S+ [\w-]{43}\n$/)
    expect(readErased(folder.dataDir)?.map(({ id }) => id)).toEqual([1, 2])
    const before = statSync(file).ino
    keepErased(db, folder.dataDir)
    expect(statSync(file).ino).toBe(before)
    expect(existsSync(`${file}.unfinished`)).toBe(false)
  })

  test('holds none whose time is over', () => {
    writeNow(db, tx => rememberErasure(tx, 'zoe@example.org', clock.now()))
    clock.advance({ hours: 24 })
    writeNow(db, tx => rememberErasure(tx, 'wim@example.org', clock.now()))
    const kept = () => {
      keepErased(db, folder.dataDir)
      return readErased(folder.dataDir)?.map(({ id }) => id)
    }
    expect(kept()).toEqual([1, 2])
    sweepAt(db, Temporal.Instant.from('2027-11-21T10:00:00Z'))
    expect(kept()).toEqual([2])
    sweepAt(db, Temporal.Instant.from('2027-11-22T10:00:00Z'))
    expect(kept()).toEqual([])
  })
})

describe('check says of the backups', () => {
  const says = async (values: Record<string, string> = {}) => {
    const { verdict, says } = await checkBackups(db, readConfig({ DATA_DIR: folder.dataDir, ...values }), clock.now())
    return `${verdict}: ${says.replaceAll(folder.dataDir, '')}`
  }
  test('how old the last one is, and why', async () => {
    expect(await says({ BACKUPS_KEPT: '0' })).toBe('warning: BACKUPS_KEPT=0: none is made by itself')
    expect(await says()).toBe('warning: none yet: one is made every night while the program runs')
    mkdirSync(join(folder.dataDir, 'backups'), { recursive: true })
    const file = join(folder.dataDir, 'backups', '2026-11-20.sqlite')
    writeFileSync(file, '')
    utimesSync(file, new Date('2026-11-20T03:00:00Z'), new Date('2026-11-20T03:00:00Z'))
    expect(await says()).toBe('ok: the last one is /backups/2026-11-20.sqlite, of 2026-11-20T03:00:00Z')
    clock.advance({ hours: 24 })
    expect(await says()).toMatch(/^warning: the last one is .*: too long ago$/)
    rmSync(file)
  })
})
