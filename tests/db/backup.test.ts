import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { BackupError, backUp, backUpBeforeMigrating } from '#db/backup.ts'
import { eq } from '#db/drizzle.ts'
import { type Db, openDatabase } from '#db/open.ts'
import { restore as putBack } from '#db/restore.ts'
import { settings } from '#db/schema.ts'
import { seal } from '#db/seal.ts'
import { appliedMigration, newestMigration } from '#db/versions.ts'
import { readSecret } from '#src/lib/tokens.ts'
import { makeOlder } from '../support/older.ts'

const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-backup-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let number = 0
const restore = (file: string, dataDir: string) => putBack(file, dataDir, () => undefined)
const fresh = (name: string) => join(folder, `${name}-${++number}`)

/** Of the file as it is from now on, so that it is refused for what it holds. */
function close(file: string, { $client }: Db) {
  $client.pragma('journal_mode = DELETE')
  $client.close()
  seal(file)
}

/** Writes pairs of rows as fast as it can, says that it has begun, and at a signal how many pairs there are. */
const WRITER = `
  const db = require('better-sqlite3')(process.argv[1])
  const add = db.prepare("insert into settings (key, value) values (?, '')")
  let pairs = 0
  const write = () => {
    for (let round = 0; round < 20; round++)
      db.transaction(() => { add.run('pair-' + pairs + '-a'); add.run('pair-' + pairs++ + '-b') })()
    setImmediate(write)
  }
  write()
  process.on('SIGUSR2', () => console.log(pairs + ' pairs'))
  setTimeout(() => console.log('begun'), 20)
`

/** Makes a backup and is killed as soon as the database was copied. */
const KILLED = `
  const { createRequire } = await import('node:module')
  createRequire(${JSON.stringify(import.meta.url)})('better-sqlite3').prototype.close = () => process.kill(process.pid, 'SIGKILL')
  const { backUp } = await import(${JSON.stringify(new URL('../../db/backup.ts', import.meta.url).href)})
  backUp(...process.argv.slice(1))
`

/** A data folder in use: a database with a row, the secret, an uploaded file. */
function makeInstallation() {
  const dataDir = fresh('data')
  const db = openDatabase(join(dataDir, 'aanschuiven.sqlite'))
  const secret = readSecret(dataDir)
  mkdirSync(join(dataDir, 'files', 'logos'), { recursive: true })
  writeFileSync(join(dataDir, 'files', 'logos', 'noord.svg'), '<svg/>')
  const keep = (key: string) =>
    db
      .insert(settings)
      .values({ key, value: 'x'.repeat(2000) })
      .run()
  keep('first')
  return { dataDir, db, secret, keep }
}

describe('a backup', () => {
  test('brings back the database, the secret and the files, to their owner only', async () => {
    const { dataDir, secret } = makeInstallation()
    const file = join(fresh('backups'), 'monday.sqlite')
    backUp(dataDir, file)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const target = fresh('restored')
    restore(file, target)
    expect(readdirSync(target).sort()).toEqual(['aanschuiven.sqlite', 'files', 'secret'])
    expect(readSecret(target)).toEqual(secret)
    expect(statSync(join(target, 'secret')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(target, 'files', 'logos', 'noord.svg'), 'utf8')).toBe('<svg/>')
    const restored = openDatabase(join(target, 'aanschuiven.sqlite'))
    expect(
      restored
        .select()
        .from(settings)
        .all()
        .map(row => row.key),
    ).toEqual(['first'])
    const extra = restored.$client.prepare("select name from sqlite_master where name = 'backup_files'").get()
    expect(extra).toBeUndefined()
  })

  test('holds one moment, whatever another process writes meanwhile, and holds nobody up', async () => {
    const { dataDir, keep } = makeInstallation()
    for (let row = 0; row < 2000; row++) keep(`before-${row}`)
    const writer = spawn(process.execPath, ['-e', WRITER, join(dataDir, 'aanschuiven.sqlite')], { stdio: 'pipe' })
    await once(writer.stdout, 'data')
    const file = fresh('busy')
    backUp(dataDir, file)
    const written = once(writer.stdout, 'data')
    writer.kill('SIGUSR2')
    const [most] = String(await written)
      .split(' ')
      .map(Number)
    writer.kill('SIGKILL')
    const target = fresh('restored')
    restore(file, target)
    const rows = openDatabase(join(target, 'aanschuiven.sqlite')).select().from(settings).all()
    const during = rows.filter(({ key }) => key.startsWith('pair')).length
    expect(rows.filter(({ key }) => key.startsWith('before')).length).toBe(2000)
    // Two at a time, or neither.
    expect([during % 2, during > 0, during <= Number(most) * 2]).toEqual([0, true, true])
  })

  test('is the owner’s alone under any umask, also while it is made, and leaves nothing half behind', () => {
    const { dataDir } = makeInstallation()
    const before = process.umask(0)
    const seen: number[] = []
    const vacuum = Sqlite.prototype.close
    vi.spyOn(Sqlite.prototype, 'close').mockImplementation(function (this: Sqlite.Database) {
      if (this.name.endsWith('.unfinished')) seen.push(statSync(this.name).mode & 0o777)
      return vacuum.call(this)
    })
    const file = join(fresh('open'), 'deep', 'b.sqlite')
    backUp(dataDir, file)
    process.umask(before)
    vi.restoreAllMocks()
    expect(seen).toEqual([0o600])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
    expect(readdirSync(dirname(file))).toEqual(['b.sqlite'])
    // Something that cannot be read, where a file should be.
    mkdirSync(join(dataDir, 'away'))
    renameSync(join(dataDir, 'secret'), join(dataDir, 'away', 'secret'))
    mkdirSync(join(dataDir, 'secret'))
    expect(() => backUp(dataDir, join(dirname(file), 'c.sqlite'))).toThrow('EISDIR')
    expect(readdirSync(dirname(file))).toEqual(['b.sqlite'])
  })

  test('holds nothing of what had been deleted', () => {
    const { dataDir, db } = makeInstallation()
    const row = { key: 'gone', value: 'Niemands Geheim' }
    db.$client.pragma('secure_delete = OFF')
    db.insert(settings).values(row).run()
    db.delete(settings).where(eq(settings.key, 'gone')).run()
    db.$client.pragma('wal_checkpoint(TRUNCATE)')
    const file = fresh('clean')
    backUp(dataDir, file)
    expect(readFileSync(join(dataDir, 'aanschuiven.sqlite')).includes(row.value)).toBe(true)
    expect(readFileSync(file).includes(row.value)).toBe(false)
  })

  test('of before an upgrade is made of a database in use that is older, each time anew, and of no other', () => {
    const current = makeInstallation().dataDir
    backUpBeforeMigrating(current)
    backUpBeforeMigrating(fresh('nowhere'))
    expect(existsSync(join(current, 'backups'))).toBe(false)
    const dataDir = fresh('older')
    readSecret(dataDir)
    const client = makeOlder(join(dataDir, 'aanschuiven.sqlite'))
    const keep = client.prepare("insert into settings (key, value) values (?, 'x')")
    const made = () => readdirSync(join(dataDir, 'backups'))
    keep.run('first')
    backUpBeforeMigrating(dataDir)
    keep.run('second')
    backUpBeforeMigrating(dataDir)
    const [name = ''] = made()
    expect(made()).toEqual([expect.stringMatching(/^before-00\d\d_\w+\.sqlite$/)])
    // Another start is further already by the time that this one copies: the good copy stays.
    const good = readFileSync(join(dataDir, 'backups', name))
    const close = Sqlite.prototype.close
    vi.spyOn(Sqlite.prototype, 'close').mockImplementationOnce(function (this: Sqlite.Database) {
      close.call(this)
      openDatabase(join(dataDir, 'aanschuiven.sqlite'))
      return this
    })
    backUpBeforeMigrating(dataDir)
    vi.restoreAllMocks()
    expect(appliedMigration(client)).toBe(newestMigration())
    expect(made()).toEqual([name])
    expect(readFileSync(join(dataDir, 'backups', name)).equals(good)).toBe(true)
    const target = fresh('undone')
    restore(join(dataDir, 'backups', name), target)
    const { $client } = openDatabase(join(target, 'aanschuiven.sqlite'))
    expect($client.prepare("select count(*) from settings where key in ('first', 'second')").pluck().get()).toBe(2)
    expect(appliedMigration($client)).toBe(newestMigration())
  })

  test('overwrites no file, and is none of a folder without an installation', async () => {
    const { dataDir } = makeInstallation()
    const file = fresh('there')
    writeFileSync(file, 'precious')
    expect(() => backUp(dataDir, file)).toThrow(new BackupError(`${file} exists already: choose another name`))
    expect(readFileSync(file, 'utf8')).toBe('precious')
    const empty = fresh('empty')
    const other = fresh('other')
    expect(() => backUp(empty, other)).toThrow('holds no installation')
    expect(readdirSync(folder).filter(name => name.endsWith('.unfinished'))).toEqual([])
  })

  test('that was killed leaves a half one, which goes with the next of that name, and nothing else does', () => {
    const { dataDir } = makeInstallation()
    const file = join(fresh('killed'), 'monday.sqlite')
    const inFolder = () => readdirSync(dirname(file)).sort()
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', KILLED, dataDir, file])
    const half = expect.stringMatching(/^monday\.sqlite\.[\da-f]{8}\.unfinished$/)
    expect([signal, inFolder()]).toEqual(['SIGKILL', [half]])
    const others = ['monday.sqlite.notes.unfinished', 'tuesday.sqlite.0a1b2c3d.unfinished']
    for (const name of [...others, 'monday.sqlite.0a1b2c3d.unfinished-journal'])
      writeFileSync(join(dirname(file), name), '')
    backUp(dataDir, file)
    expect(inFolder()).toEqual(['monday.sqlite', ...others])
  })

  test('to which another is ready first gives way, and that one is whole', () => {
    const { dataDir, secret } = makeInstallation()
    const file = join(fresh('twice'), 'monday.sqlite')
    const close = Sqlite.prototype.close
    vi.spyOn(Sqlite.prototype, 'close').mockImplementationOnce(function (this: Sqlite.Database) {
      close.call(this)
      backUp(dataDir, file)
      return this
    })
    expect(() => backUp(dataDir, file)).toThrow(new BackupError(`${file} exists already: choose another name`))
    vi.restoreAllMocks()
    expect(readdirSync(dirname(file))).toEqual(['monday.sqlite'])
    const target = fresh('restored')
    restore(file, target)
    expect(readSecret(target)).toEqual(secret)
    expect(openDatabase(join(target, 'aanschuiven.sqlite')).select().from(settings).all()).toHaveLength(1)
  })
})

describe('restoring refuses', () => {
  let made: string | undefined
  /** A copy of one that was made once. */
  function makeBackup() {
    if (!made) {
      made = fresh('backup')
      backUp(makeInstallation().dataDir, made)
    }
    const file = fresh('backup')
    copyFileSync(made, file)
    return file
  }

  test.each(['aanschuiven.sqlite', 'aanschuiven.sqlite-wal', 'secret', 'files/logos/noord.svg'])(
    'a folder that has %s, and leaves it as it is',
    async name => {
      const file = makeBackup()
      const target = fresh('used')
      mkdirSync(join(target, 'files', 'logos'), { recursive: true })
      writeFileSync(join(target, name), 'precious')
      expect(() => restore(file, target)).toThrow(`${join(target, name)} exists already`)
      expect(readFileSync(join(target, name), 'utf8')).toBe('precious')
      expect(readdirSync(target).sort()).toEqual([...new Set(['files', name.split('/')[0]])].sort())
    },
  )

  test('what is no backup, what is damaged, and what is not there', async () => {
    const target = fresh('target')
    const text = fresh('text')
    writeFileSync(text, 'not a database at all')
    expect(() => restore(text, target)).toThrow(new BackupError(`${text} is no backup of Aanschuiven`))
    expect(() => restore(fresh('nowhere'), target)).toThrow('does not exist')
    const plain = fresh('plain')
    openDatabase(plain).$client.close()
    expect(() => restore(plain, target)).toThrow(new BackupError(`${plain} is no backup of Aanschuiven`))
    expect(existsSync(target)).toBe(false)
  })

  /** What can befall a file: each is found, also where the database would have been a sound one. */
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['cut off', bytes => bytes.subarray(0, bytes.length - 4096)],
    ['cut off in a page', bytes => bytes.subarray(0, bytes.length - 100)],
    ['cut off at its first page', bytes => bytes.subarray(0, 4096)],
    ['with a page of nothing', bytes => bytes.fill(0, 8192, 12_288)],
    ['with its end overwritten', bytes => bytes.fill(0xff, bytes.length - 3000)],
    ['with one letter changed', bytes => bytes.fill('y', bytes.indexOf('xxxxxxxx'), bytes.indexOf('xxxxxxxx') + 1)],
    [
      'with one bit flipped in its header',
      bytes => Buffer.from(bytes.map((byte, at) => (at === 27 ? byte ^ 1 : byte))),
    ],
  ])('a backup %s', async (_, harm) => {
    const file = makeBackup()
    const target = fresh('target')
    writeFileSync(file, harm(readFileSync(file)))
    expect(() => restore(file, target)).toThrow(new BackupError(`${file} is damaged: take an older one`))
    expect(existsSync(target)).toBe(false)
  })

  test('one whose rows refer to what is not there', async () => {
    const file = makeBackup()
    const copy = new Sqlite(file)
    copy.pragma('foreign_keys = OFF')
    copy.exec("insert into event_slugs (slug, event_id) values ('weg', 77)")
    copy.close()
    seal(file)
    expect(() => restore(file, fresh('target'))).toThrow(new BackupError(`${file} is damaged: take an older one`))
  })

  test.each(['../outside', '/tmp/outside', 'files/../../outside'])('a file at %s', async path => {
    const file = makeBackup()
    const copy = openDatabase(file)
    copy.$client.prepare('insert into backup_files (path, bytes) values (?, ?)').run(path, Buffer.from('x'))
    close(file, copy)
    const target = fresh('target')
    expect(() => restore(file, target)).toThrow('holds a path outside its folder')
    expect(existsSync(target)).toBe(false)
  })

  test('one of a newer version', async () => {
    const file = makeBackup()
    const copy = openDatabase(file)
    const newer = newestMigration() + 1
    copy.$client.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run('later', newer)
    close(file, copy)
    expect(() => restore(file, fresh('target'))).toThrow(`${file} was made by a newer version of Aanschuiven`)
  })
})
