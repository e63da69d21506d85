import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { type Db, openDatabase, type Tx } from '#db/open.ts'
import { settings } from '#db/schema.ts'
import { createWrite, preview, writeNow } from '#db/write.ts'
import { Refusal } from '#src/lib/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-write-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'write.sqlite')

const keep = (key: string) => (tx: Tx) => {
  tx.insert(settings).values({ key, value: '' }).run()
  return key
}
const keys = (db: Db) =>
  db
    .select()
    .from(settings)
    .all()
    .map(row => row.key)
    .sort()

test('what may wait shares the commit of what cannot, and makes its own in time where nothing else comes', async () => {
  const db = openDatabase(':memory:')
  let commits = 0
  const write = createWrite(db, { committed: () => commits++ })
  await Promise.all([write(keep('patient'), 60_000), write(keep('at once')), write(keep('patient too'), 60_000)])
  expect([commits, keys(db)]).toEqual([1, ['at once', 'patient', 'patient too']])
  await write(keep('alone'), 1)
  await write(keep('last'))
  expect([commits, keys(db).length]).toEqual([3, 5])
})

describe('what arrives in one turn', () => {
  test('shares one transaction, and nothing is answered before it has been committed', async () => {
    const [db, other] = [openDatabase(file), openDatabase(file)]
    let commits = 0
    const write = createWrite(db, { committed: () => commits++ })
    const seen: string[][] = []
    const answered = ['a', 'b', 'c'].map(key => write(keep(key)).then(() => seen.push(keys(other))))
    expect(keys(other)).toEqual([])
    await Promise.all(answered)
    expect(commits).toBe(1)
    expect(seen).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ])
  })

  test('one that fails undoes only itself, all that it did included', async () => {
    const db = openDatabase(':memory:')
    const write = createWrite(db)
    const failing = write(tx => {
      keep('half')(tx)
      throw new Refusal('full')
    })
    const twice = write(tx => [keep('twice')(tx), keep('twice')(tx)])
    const results = await Promise.allSettled([write(keep('before')), failing, twice, write(keep('after'))])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    await expect(failing).rejects.toEqual(new Refusal('full'))
    expect(keys(db)).toEqual(['after', 'before'])
  })

  test('where the whole transaction ends halfway, as on a full disk, nobody is told that theirs was kept', async () => {
    const db = openDatabase(':memory:')
    const write = createWrite(db)
    const ends = write(tx => tx.$client.exec('rollback; select * from nowhere'))
    const results = await Promise.allSettled([write(keep('before')), ends, write(keep('after'))])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(keys(db)).toEqual([])
    expect(await write(keep('again'))).toBe('again')
    expect(keys(db)).toEqual(['again'])
  })

  test('what comes while it is being written waits for the next', async () => {
    const db = openDatabase(':memory:')
    const write = createWrite(db)
    let inner: Promise<string> | undefined
    await write(() => {
      inner = write(keep('inner'))
    })
    expect(await inner).toBe('inner')
  })
})

test('a preview shows what would be and leaves nothing, also when it fails', () => {
  const db = openDatabase(':memory:')
  expect(preview(db, tx => [keep('seen')(tx), keys(tx)])).toEqual(['seen', ['seen']])
  expect(() =>
    preview(db, tx => {
      keep('seen')(tx)
      throw new Refusal('full')
    }),
  ).toThrow(new Refusal('full'))
  expect(keys(db)).toEqual([])
  writeNow(db, keep('kept'))
  expect(keys(db)).toEqual(['kept'])
})

describe('while another process writes', () => {
  /** Holds the lock as another process does, and counts the turns that the event loop gets meanwhile. */
  function hold(path: string) {
    const other = openDatabase(path)
    other.$client.exec('begin immediate')
    let [turns, longest, last] = [0, 0, performance.now()]
    const timer = setInterval(() => {
      turns++
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 1)
    const letGo = () => {
      clearInterval(timer)
      other.$client.exec('rollback')
      other.$client.close()
      return { turns, longest }
    }
    return { letGo }
  }

  test('pages go on; what waits is kept as soon as it is done, in the order in which it came', async () => {
    const path = join(folder, 'locked.sqlite')
    const db = openDatabase(path)
    const said: string[] = []
    const write = createWrite(db, { troubled: () => said.push('troubled'), recovered: () => said.push('recovered') })
    const { letGo } = hold(path)
    const order: string[] = []
    const first = write(keep('first')).then(key => order.push(key))
    await sleep(300)
    const second = write(keep('second')).then(key => order.push(key))
    await sleep(100)
    expect([order, db.$client.inTransaction]).toEqual([[], false])
    const { turns, longest } = letGo()
    await Promise.all([first, second])
    expect([order, keys(db), said]).toEqual([['first', 'second'], ['first', 'second'], []])
    // Standing still would have left it none.
    expect(turns).toBeGreaterThan(8)
    expect(longest).toBeLessThan(1000)
  })

  test('for too long, nothing is kept and everybody is told; each has the same patience, and afterwards all is well', async () => {
    const path = join(folder, 'stuck.sqlite')
    const db = openDatabase(path)
    const said: string[] = []
    const write = createWrite(db, {
      patienceMs: 400,
      troubled: ({ message }) => said.push(message),
      recovered: () => said.push('recovered'),
    })
    const { letGo } = hold(path)
    const begun = performance.now()
    const waited = (work: Promise<unknown>) =>
      work.then(String, ({ code }) => `${code} ${performance.now() - begun >= 400}`)
    const early = waited(write(keep('early')))
    await sleep(250)
    const late = write(keep('late')).catch(String)
    expect(await early).toBe('SQLITE_BUSY true')
    expect(write.trouble?.code).toBe('SQLITE_BUSY')
    letGo()
    expect(await late).toBe('late')
    expect([keys(db), write.trouble]).toEqual([['late'], undefined])
    expect(said).toEqual(['SQLITE_BUSY: another process holds the database', 'recovered'])
  })

  test('a preview does not stand still for long', () => {
    const path = join(folder, 'preview.sqlite')
    const db = openDatabase(path)
    const { letGo } = hold(path)
    const begun = performance.now()
    expect(() => preview(db, keep('seen'))).toThrow('database is locked')
    expect(performance.now() - begun).toBeLessThan(2500)
    letGo()
    expect(preview(db, keep('seen'))).toBe('seen')
    expect(db.$client.pragma('busy_timeout', { simple: true })).toBe(5000)
  })
})

describe('a store that cannot be written', () => {
  test.each([
    ['SQLITE_FULL', (db: Db) => fill(db), (db: Db) => db.$client.pragma('max_page_count = 1000000')],
    [
      'SQLITE_READONLY',
      (db: Db) => db.$client.pragma('query_only = ON'),
      (db: Db) => db.$client.pragma('query_only = OFF'),
    ],
  ])('%s: nobody is told that theirs was kept, it is said once, and it goes on by itself', async (code, harm, mend) => {
    const db = openDatabase(':memory:')
    const said: string[] = []
    const write = createWrite(db, {
      troubled: trouble => said.push(trouble.code),
      recovered: () => said.push('recovered'),
    })
    harm(db)
    const before = keys(db).length
    for (let time = 0; time < 3; time++) {
      const big = (tx: Tx) =>
        tx
          .insert(settings)
          .values({ key: `big${time}`, value: 'x'.repeat(9000) })
          .run()
      const results = await Promise.allSettled([write(big), write(big)])
      expect(results.map(result => result.status === 'rejected' && result.reason.code)).toEqual([code, code])
    }
    expect([keys(db).length, db.$client.inTransaction, write.trouble?.code, said]).toEqual([
      before,
      false,
      code,
      [code],
    ])
    mend(db)
    // Nothing written shows nothing, on a full disk.
    if (code === 'SQLITE_FULL') await write(() => true)
    expect(write.trouble?.code).toBe(code)
    await write(keep('again'))
    expect([keys(db).includes('again'), write.trouble, said]).toEqual([true, undefined, [code, 'recovered']])
  })
})

/** To the last page. */
function fill(db: Db) {
  const { $client } = db
  $client.pragma(`max_page_count = ${Number($client.pragma('page_count', { simple: true })) + 4}`)
  const add = $client.prepare('insert into settings (key, value) values (?, ?)')
  expect(() => {
    for (let row = 0; row < 100; row++) add.run(`fill${row}`, 'x'.repeat(3000))
  }).toThrow('database or disk is full')
}
