import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#db/open.ts'
import { readConfig } from '#src/config.ts'
import { checkDatabase, checkNode, checkOthers } from '#src/jobs/checks/machine.ts'
import { checkProxy } from '#src/jobs/checks/proxy.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'aanschuiven-modes-'))
const secret = join(dataDir, 'secret')
afterAll(() => rmSync(dataDir, { recursive: true }))

/** Stands in the file twice: in its table and in the index of that. */
const KEY = 'kept-twice'

describe('a database', () => {
  const made = (name: string, harm: (file: string) => void) => {
    const file = join(dataDir, `${name}.sqlite`)
    const { $client } = openDatabase(file)
    $client.exec(`insert into settings values ('${KEY}', 'value')`)
    $client.pragma('wal_checkpoint(TRUNCATE)')
    $client.close()
    harm(file)
    const db = openDatabase(file)
    const check = checkDatabase(db)
    db.$client.close()
    return check
  }

  test('that is whole is so', () => {
    expect(made('whole', () => {})).toEqual({ name: 'database', verdict: 'ok', says: 'ok' })
  })

  test('of which an index tells otherwise than its table is wrong', () => {
    const check = made('damaged', file => {
      const bytes = readFileSync(file)
      const [first, last] = [bytes.indexOf(KEY), bytes.lastIndexOf(KEY)]
      expect(first).toBeLessThan(last)
      writeFileSync(file, bytes.fill('q', last, last + 1))
    })
    expect(check).toMatchObject({ name: 'database', verdict: 'wrong' })
  })

  test('with a row that refers to nothing is wrong, and says which table', () => {
    const check = made('dangling', file => {
      const client = new Sqlite(file)
      client.pragma('foreign_keys = OFF')
      client.exec("insert into event_slugs (slug, event_id) values ('weg', 77)")
      client.close()
    })
    expect(check).toEqual({ name: 'database', verdict: 'wrong', says: 'event_slugs refers to what is not there' })
  })
})

test('the Node it needs', () => {
  expect(checkNode('26.0.0').verdict).toBe('ok')
  expect(checkNode('25.9.1')).toEqual({ name: 'node', verdict: 'wrong', says: '25.9.1: 26 or newer is needed' })
})

test.skipIf(process.platform === 'win32').each([
  [0o700, 0o600, 'ok', 'the data is open to its owner only'],
  [0o755, 0o600, 'warning', `others can enter the data: chmod 700 ${dataDir}`],
  [0o710, 0o600, 'warning', `others can enter the data: chmod 700 ${dataDir}`],
  [0o700, 0o640, 'wrong', `others can read the key: chmod 600 ${secret}`],
])('a folder of mode %o with a key of mode %o is %s', async (folderMode, fileMode, verdict, says) => {
  writeFileSync(secret, '')
  chmodSync(dataDir, folderMode)
  chmodSync(secret, fileMode)
  expect(await checkOthers({ dataDir })).toEqual({ name: 'permissions', verdict, says })
})

describe('the web server in front', () => {
  const HTTPS = { BASE_URL: 'https://agenda.example.org' }
  const all = 'all visitors look like the web server in front of us: set TRUST_PROXY=1'
  const anybody = 'whoever reaches 0.0.0.0 directly can say to be anybody: name the proxy in TRUST_PROXY'
  test.each([
    [{}, 'ok', 'visitors call us themselves'],
    [HTTPS, 'warning', all],
    [{ ...HTTPS, TRUST_PROXY: '0' }, 'warning', all],
    [{ ...HTTPS, TRUST_PROXY: '1' }, 'ok', 'believes 1 about who calls'],
    [{ ...HTTPS, TRUST_PROXY: 'true', HOST: '0.0.0.0' }, 'warning', anybody],
    [{ ...HTTPS, TRUST_PROXY: '10.0.0.0/8,::1', HOST: '0.0.0.0' }, 'ok', 'believes 10.0.0.0/8, ::1 about who calls'],
  ])('%j', (env, verdict, says) => {
    expect(checkProxy(readConfig(env))).toEqual({ name: 'proxy', verdict, says })
  })
})
