import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { BackupError, backUp, restore } from '#db/backup.ts'
import { newestMigration, openDatabase } from '#db/open.ts'
import { settings } from '#db/schema.ts'
import { readSecret } from '#src/lib/tokens.ts'

const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-backup-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let number = 0
const fresh = (name: string) => join(folder, `${name}-${++number}`)

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
    const { dataDir, db, secret } = makeInstallation()
    const file = join(fresh('backups'), 'monday.sqlite')
    await backUp(db, dataDir, file)
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

  test('can be made while the program writes, and holds a moment of it', async () => {
    const { dataDir, db, keep } = makeInstallation()
    for (let row = 0; row < 2000; row++) keep(`before-${row}`)
    const file = fresh('busy')
    const made = backUp(db, dataDir, file)
    let during = 0
    const timer = setInterval(() => keep(`during-${during++}`), 0)
    await made
    clearInterval(timer)
    const target = fresh('restored')
    restore(file, target)
    const rows = openDatabase(join(target, 'aanschuiven.sqlite')).select().from(settings).all()
    expect(rows.filter(({ key }) => key.startsWith('before')).length).toBe(2000)
  })

  test('overwrites no file, and is none of a folder without an installation', async () => {
    const { dataDir, db } = makeInstallation()
    const file = fresh('there')
    writeFileSync(file, 'precious')
    await expect(backUp(db, dataDir, file)).rejects.toEqual(
      new BackupError(`${file} exists already: choose another name`),
    )
    expect(readFileSync(file, 'utf8')).toBe('precious')
    const empty = fresh('empty')
    const other = fresh('other')
    await expect(backUp(db, empty, other)).rejects.toThrow('holds no installation')
    expect(existsSync(`${other}.unfinished`)).toBe(false)
  })
})

describe('restoring refuses', () => {
  async function makeBackup() {
    const { dataDir, db } = makeInstallation()
    const file = fresh('backup')
    await backUp(db, dataDir, file)
    return file
  }

  test.each(['aanschuiven.sqlite', 'aanschuiven.sqlite-wal', 'secret', 'files/logos/noord.svg'])(
    'a folder that has %s, and leaves it as it is',
    async name => {
      const file = await makeBackup()
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
    const damaged = await makeBackup()
    const bytes = readFileSync(damaged)
    bytes.fill(0xff, bytes.length - 3000)
    writeFileSync(damaged, bytes)
    expect(() => restore(damaged, target)).toThrow(BackupError)
    expect(existsSync(target)).toBe(false)
  })

  test.each(['../outside', '/tmp/outside', 'files/../../outside'])('a file at %s', async path => {
    const file = await makeBackup()
    const copy = openDatabase(file)
    copy.$client.prepare('insert into backup_files (path, bytes) values (?, ?)').run(path, Buffer.from('x'))
    copy.$client.close()
    const target = fresh('target')
    expect(() => restore(file, target)).toThrow('holds a path outside its folder')
    expect(existsSync(target)).toBe(false)
  })

  test('one of a newer version', async () => {
    const file = await makeBackup()
    const copy = openDatabase(file)
    const newer = newestMigration() + 1
    copy.$client.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run('later', newer)
    copy.$client.close()
    expect(() => restore(file, fresh('target'))).toThrow(`${file} was made by a newer version of Aanschuiven`)
  })
})
