import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
